"""Between the event loop and the thread that seals: pieces in, sealed pieces out, few at a time.

age seals in a call that reads and writes by itself; here its reads wait for the network and its
writes for the store, with four pieces between them, whatever the size of the file.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from cases.points import Point, passing
from vault.stream import Streamed, seal_stream

T = TypeVar("T")

_BETWEEN: Final = 4


class _Stopped(Exception):
    """Nobody wants the rest; ends the thread."""


class Conveyor:
    """Seals `plain` to `recipient` while `pieces` is read; `through` afterwards says what it was.

    Use as a context manager: leaving it ends the thread, however much was read. `threads` runs
    one sealing in one thread.
    """

    def __init__(self, threads: Executor, recipient: str, plain: AsyncIterator[bytes]) -> None:
        self._threads = threads
        self._recipient = recipient
        self._plain = plain
        self._loop = asyncio.get_running_loop()
        self._sealed = asyncio.Queue[bytes | None](_BETWEEN)
        self._waiting: Future[Any] | None = None
        self._stopped = threading.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._work: asyncio.Future[Streamed] | None = None
        self.through: Streamed | None = None

    async def __aenter__(self) -> Self:
        self._work = self._loop.run_in_executor(self._threads, self._seal)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._stopped.set()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._work is not None:
            await asyncio.gather(self._work, return_exceptions=True)
        await self._idle.wait()  # then `plain` rests, and may be closed

    async def pieces(self) -> AsyncIterator[bytes]:
        """The age file. Raises what `plain` raises."""
        assert self._work is not None, "enter the context first"
        point = Point.FILE_BEGUN
        while (piece := await self._sealed.get()) is not None:
            yield piece
            passing(point)  # the store comes back for more: it has taken this one
            point = Point.FILE_HALFWAY
        self.through = await self._work

    def _seal(self) -> Streamed:
        """Runs in a thread."""
        try:
            return seal_stream(self._recipient, self._take, self._give)
        finally:
            if not self._stopped.is_set():
                self._on_the_loop(self._sealed.put, None)

    def _take(self) -> bytes:
        return self._on_the_loop(self._next)

    def _give(self, piece: bytes) -> None:
        self._on_the_loop(self._sealed.put, piece)

    async def _next(self) -> bytes:
        return await anext(self._plain, b"")

    def _on_the_loop(self, work: Callable[..., Coroutine[Any, Any, T]], *given: object) -> T:
        if self._stopped.is_set():
            raise _Stopped
        waiting = asyncio.run_coroutine_threadsafe(self._tracked(work, given), self._loop)
        self._waiting = waiting
        if self._stopped.is_set():  # while we were handing it over
            waiting.cancel()
        return waiting.result()

    async def _tracked(
        self, work: Callable[..., Coroutine[Any, Any, T]], given: tuple[object, ...]
    ) -> T:
        self._idle.clear()
        try:
            return await work(*given)
        finally:
            self._idle.set()
