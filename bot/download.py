"""Files of people, from Telegram, piece by piece; nothing is kept and nothing is written."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from bot.telegram import Api, Away, Refused, TokenRefused
from cases.offered import MOST_SIZE
from cases.points import Point, passing
from vault.stream import PIECE

_TOO_BIG: Final = "too big"


class NotNow(Exception):
    """Telegram did not answer, or not as itself, or wants silence for `seconds`. Try again."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.seconds = seconds


class Gone(Exception):
    """Telegram says that it does not have the file, or not any more. Perhaps it is wrong once."""


class TooBig(Exception):
    """More than Telegram lets a bot download. Ask for it in parts, or smaller."""


@dataclass(frozen=True)
class Download:
    """One bot's files. The `api` is open for as long as this is used."""

    api: Api

    async def pieces(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """The file. Raises NotNow, Gone, TooBig, also in the middle of it."""
        try:
            path = await self._located(file_id)
            passing(Point.FILE_LOCATED)
            come = 0
            async with aclosing(self.api.file(path, PIECE)) as body:
                async for piece in body:
                    come += len(piece)
                    if come > MOST_SIZE:
                        raise TooBig
                    yield piece
        except (Away, TokenRefused) as away:  # a token nobody knows is no fault of the file's
            raise NotNow(str(away)) from None
        except Refused as refused:
            raise _why(refused) from None

    async def _located(self, file_id: str) -> str:
        """Its `file_path`, which is good for an hour."""
        found = await self.api.call("getFile", {"file_id": file_id})
        try:
            path, size = str(found["file_path"]), int(found.get("file_size") or 0)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NotNow(type(error).__name__) from None
        if size > MOST_SIZE:
            raise TooBig
        return path


def _why(refused: Refused) -> Exception:
    """What a refusal of getFile, or of the file itself, means for the file."""
    if refused.code == HTTPStatus.BAD_REQUEST:
        return TooBig() if _TOO_BIG in refused.words else Gone()
    if refused.code == HTTPStatus.NOT_FOUND:
        return Gone()
    return NotNow(str(refused), refused.retry_after or 0.0)
