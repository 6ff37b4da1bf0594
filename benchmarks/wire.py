"""As little HTTP/1.1 as a stub of Telegram needs, by hand, so that the stub costs next to nothing.

Only for this machine's own programs: no TLS, no limits, one request at a time on a connection.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeAlias, TypeVar, cast

from typing_extensions import override

T = TypeVar("T")
Reply: TypeAlias = Callable[[bytes], None]
Handle: TypeAlias = Callable[[str, bytes, Reply], None]
"""Called with the path, the body and what to hand the JSON of the answer to, now or later."""

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_CHUNKED: Final = b"transfer-encoding: chunked"
_LAST_CHUNK: Final = b"0\r\n\r\n"
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
)


class _Message:
    """The bytes of one peer, from which whole messages are taken."""

    def __init__(self) -> None:
        self._came = b""
        self._head = b""
        self._needs = -1

    def add(self, data: bytes) -> None:
        self._came = self._came + data if self._came else data

    def take(self) -> tuple[bytes, bytes] | None:
        """Head and body of the next message; None while it is not whole."""
        if self._needs < 0 and not self._has_head():
            return None
        if self._needs == _TO_THE_LAST_CHUNK:
            body, end, rest = self._came.partition(_LAST_CHUNK)
            if not end:
                return None
        elif len(self._came) < self._needs:
            return None
        else:
            body, rest = self._came[: self._needs], self._came[self._needs :]
        self._came, self._needs = rest, -1
        return self._head, body

    def _has_head(self) -> bool:
        head, end, rest = self._came.partition(_END)
        if not end:
            return False
        lower = head.lower()
        at = lower.find(_LENGTH)
        if at >= 0:
            self._needs = int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        else:
            self._needs = _TO_THE_LAST_CHUNK if _CHUNKED in lower else 0
        self._head, self._came = head, rest
        return True


_TO_THE_LAST_CHUNK: Final = 1 << 60


class Served(asyncio.Protocol):
    """One connection of a bot that calls Telegram."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._message = _Message()
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    @override
    def data_received(self, data: bytes) -> None:
        self._message.add(data)
        while (whole := self._message.take()) is not None:
            head, body = whole
            self._handle(head.split(b" ", 2)[1].decode("ascii"), body, self._reply)

    def _reply(self, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(_ANSWER % (len(body), body))


class Pusher(asyncio.Protocol, Generic[T]):
    """One connection to a bot's webhook: `done` hears of each answer's status, and to what.

    `gone`: called once when the connection has ended.
    """

    def __init__(
        self,
        done: Callable[["Pusher[T]", int, T | None], None],
        gone: Callable[["Pusher[T]"], None],
    ) -> None:
        self._done, self._gone = done, gone
        self._message = _Message()
        self._transport: asyncio.Transport | None = None
        #: what was sent and is not answered yet
        self.carries: T | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gone(self)

    @override
    def data_received(self, data: bytes) -> None:
        self._message.add(data)
        whole = self._message.take()
        if whole is not None:
            carried, self.carries = self.carries, None
            self._done(self, int(whole[0].split(b" ", 2)[1]), carried)

    def send(self, head: bytes, body: bytes, what: T) -> None:
        """`head` has a place for the length. Without a connection only `carries` has it."""
        self.carries = what
        if self._transport is not None:
            self._transport.write(head % len(body) + body)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
