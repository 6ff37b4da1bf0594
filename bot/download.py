"""Files of people, from Telegram, piece by piece; nothing is kept and nothing is written.

The token is part of every address, so no error of the HTTP client leaves this module.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import orjson

from cases.offered import MOST_SIZE
from vault.stream import PIECE

_TIMES: Final = aiohttp.ClientTimeout(total=900, connect=15, sock_read=30)
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


@dataclass
class Download:
    """One bot's files; use as a context manager. `base` is like "https://api.telegram.org"."""

    base: str
    token: str = field(repr=False)
    at_once: int
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.at_once),
            timeout=_TIMES,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=PIECE,
        )
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def pieces(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """The file. Raises NotNow, Gone, TooBig, also in the middle of it."""
        # Raised outside the handlers: what aiohttp says may quote the address, and so the token.
        try:
            whole = await self._located(file_id)
            async with aclosing(self._body(str(whole["file_path"]))) as body:
                async for piece in body:
                    yield piece
        except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError) as error:
            trouble = NotNow(type(error).__name__)
        else:
            return
        raise trouble

    async def _located(self, file_id: str) -> Any:
        """What getFile tells of it; its path is good for an hour."""
        assert self._session is not None, "enter the context first"
        async with self._session.post(
            f"{self.base}/bot{self.token}/getFile",
            data=orjson.dumps({"file_id": file_id}),
            headers={"Content-Type": "application/json"},
            allow_redirects=False,
        ) as response:
            answer = orjson.loads(await response.read())
        if answer["ok"] is not True:
            raise _refusal(answer)
        if (answer["result"].get("file_size") or 0) > MOST_SIZE:
            raise TooBig
        return answer["result"]

    async def _body(self, path: str) -> AsyncGenerator[bytes, None]:
        assert self._session is not None, "enter the context first"
        come = 0
        async with self._session.get(
            f"{self.base}/file/bot{self.token}/{path}", allow_redirects=False
        ) as response:
            if response.status == HTTPStatus.NOT_FOUND:
                raise Gone
            if response.status != HTTPStatus.OK:
                raise NotNow(f"HTTP {response.status}")
            async for piece in response.content.iter_chunked(PIECE):
                come += len(piece)
                if come > MOST_SIZE:
                    raise TooBig
                yield piece


def _refusal(answer: Any) -> Exception:
    code = answer["error_code"]
    if code == HTTPStatus.BAD_REQUEST:
        return TooBig() if _TOO_BIG in str(answer.get("description")) else Gone()
    wait = (answer.get("parameters") or {}).get("retry_after", 0)
    return NotNow(f"refused with {int(code)}", float(wait))
