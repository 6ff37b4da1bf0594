"""Bare calls of the Bot API, for what is neither a message nor an update: who am I, what waits.

Files come this way too. The token is part of every address, so no error of the HTTP client leaves
this module.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import orjson

from bot import envelope

_PATIENCE: Final = 30.0
_FILE_TIMES: Final = aiohttp.ClientTimeout(total=900, connect=15, sock_read=30)
_UNAUTHORIZED, _NOT_FOUND, _CONFLICT, _FLOOD = 401, 404, 409, 429


class Away(Exception):
    """Telegram did not answer, or not as itself. Try again later; the message is a class name."""


class Refused(Exception):
    """Telegram refuses the call. `code` is its error code, `retry_after` seconds after a flood.

    `words` are Telegram's, and stay out of the message.
    """

    def __init__(self, code: int, retry_after: float | None = None, words: str = "") -> None:
        super().__init__(f"refused with {code}")
        self.code = code
        self.retry_after = retry_after
        self.words = words

    @property
    def conflict(self) -> bool:
        """Somebody else polls with this token, or a webhook is set."""
        return self.code == _CONFLICT


class TokenRefused(Refused):
    """Telegram does not know this token. Ask @BotFather for the current one."""


@dataclass
class Api:
    """One bot's Bot API; use as a context manager. `base` is like "https://api.telegram.org".

    `at_once`: connections; more calls than that wait for one another.
    """

    base: str
    token: str = field(repr=False)
    at_once: int = 8
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.at_once),
            cookie_jar=aiohttp.DummyCookieJar(),
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

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, *, patience: float = _PATIENCE
    ) -> Any:
        """The `result`. Raises Away, Refused, TokenRefused."""
        whole, _ = await self._ask(method, params or {}, patience)
        return whole["result"]

    async def updates(self, params: Mapping[str, Any], *, patience: float) -> list[Any]:
        """getUpdates, parsed. Raises Away, Refused, TokenRefused."""
        _, updates = await self._ask("getUpdates", params, patience)
        return updates

    async def moment(self) -> float | None:
        """Seconds since 1970 by Telegram's clock, to the second; None where it does not say.

        Raises Away.
        """
        assert self._session is not None, "enter the context first"
        try:
            async with self._session.head(
                self.base,
                timeout=aiohttp.ClientTimeout(total=_PATIENCE),
                allow_redirects=False,
            ) as response:
                said = response.headers.get("Date", "")
        except (aiohttp.ClientError, OSError) as error:
            raise Away(type(error).__name__) from None
        try:
            return parsedate_to_datetime(said).timestamp()
        except ValueError:
            return None

    async def file(self, path: str, piece: int) -> AsyncGenerator[bytes, None]:
        """The file at a `file_path`, in pieces of at most so many bytes; close it if left early.

        Raises Away, Refused (404: there is none), also in the middle of it.
        """
        assert self._session is not None, "enter the context first"
        # Raised outside the handlers: what aiohttp says may quote the address, and so the token.
        try:
            async with self._session.get(
                f"{self.base}/file/bot{self.token}/{path}",
                timeout=_FILE_TIMES,
                read_bufsize=piece,
                allow_redirects=False,
            ) as response:
                status = response.status
                if status == HTTPStatus.OK:
                    async for one in response.content.iter_chunked(piece):
                        yield one
                    return
        except (aiohttp.ClientError, OSError, ValueError) as error:
            trouble: Exception = Away(type(error).__name__)
        else:
            trouble = Refused(status) if status == HTTPStatus.NOT_FOUND else Away(f"HTTP {status}")
        raise trouble

    async def _ask(
        self, method: str, params: Mapping[str, Any], patience: float
    ) -> tuple[dict[str, Any], list[Any]]:
        assert self._session is not None, "enter the context first"
        try:
            async with self._session.post(
                f"{self.base}/bot{self.token}/{method}",
                data=orjson.dumps(params),
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=patience),
                allow_redirects=False,
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Away(type(error).__name__) from None
        try:
            whole, updates = envelope.split(answer)
        except ValueError:
            raise Away("not an answer of Telegram's") from None
        if whole.get("ok") is not True:
            raise _refusal(whole)
        return whole, updates


def _refusal(whole: dict[str, Any]) -> Exception:
    code = whole.get("error_code")
    if not isinstance(code, int) or code >= 500:  # noqa: PLR2004 - server errors
        return Away(f"answered {code if isinstance(code, int) else 'nonsense'}")
    if code in (_UNAUTHORIZED, _NOT_FOUND):
        return TokenRefused(code)
    parameters = whole.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    seconds = float(wait) if isinstance(wait, int) else None
    return Refused(code, seconds, str(whole.get("description") or ""))
