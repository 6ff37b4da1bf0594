"""How python-telegram-bot reaches Telegram here: aiohttp and orjson, and no URL in any message.

Its own backend costs ten times the CPU for each message and logs addresses, which hold the token.
"""

from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from typing_extensions import override

_CONNECT_SECONDS = 10.0
#: shorter than any server's, so that we rarely write into a connection that is just being closed
_KEEPALIVE_SECONDS = 15.0
#: of silence, when a 429 does not say how many
_UNTOLD_SECONDS = 5
_JSON = {"Content-Type": "application/json"}
#: Their answer is our own words again: reading them would cost more than sending them.
_ECHOES = frozenset({"editMessageText", "editMessageReplyMarkup"})
_TRUE = b'{"ok":true,"result":true}'


class NotSent(NetworkError):
    """No connection came about: Telegram has not seen the call. Try again."""


class Cut(NetworkError):
    """The connection broke after the call may have been written: it may have been carried out."""


class NoAnswer(NetworkError):
    """An HTTP status without a Bot API answer, or a server's own trouble. `code` is the status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP {code}")
        self.code = code


class Http(BaseRequest):
    """Calls as JSON over kept-alive connections, one timeout for all. Files go by file_id only.

    Raises NotSent, Cut, NoAnswer, or TimedOut when the call may have been carried out; everything
    else is python-telegram-bot's reading of Telegram's answer.
    """

    __slots__ = ("_connections", "_read_timeout", "_session")

    def __init__(self, read_timeout: float = 30.0, connections: int = 16) -> None:
        self._read_timeout = read_timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    @override
    def read_timeout(self) -> float:
        return self._read_timeout

    @override
    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_KEEPALIVE_SECONDS
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=_CONNECT_SECONDS, sock_read=self._read_timeout
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    @override
    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("the connection pool is closed")
        body = None if request_data is None else orjson.dumps(request_data.parameters)
        echoes = url.rpartition("/")[2] in _ECHOES
        # Raised outside the handlers: what aiohttp says may quote the URL, and so the token.
        try:
            async with self._session.request(method, url, data=body, headers=_JSON) as answer:
                code, payload = _understood(answer.status, await answer.read())
                return (code, _TRUE) if echoes and code == HTTPStatus.OK else (code, payload)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            trouble: NetworkError = NotSent("no connection")
        except TimeoutError:
            trouble = TimedOut()
        except (aiohttp.ClientError, OSError):
            trouble = Cut("connection lost")
        raise trouble

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Like the base class's, but what cannot be read is not written to the log."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


def _understood(code: int, payload: bytes) -> tuple[int, bytes]:
    if code < HTTPStatus.MULTIPLE_CHOICES:
        return code, payload
    if code == HTTPStatus.TOO_MANY_REQUESTS and b"retry_after" not in payload:
        raise RetryAfter(_UNTOLD_SECONDS)
    # A proxy's page has no JSON; 5xx must not lose its status.
    speaks = payload.lstrip().startswith(b"{") and payload.rstrip().endswith(b"}")
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR or not speaks:
        raise NoAnswer(code)
    return code, payload
