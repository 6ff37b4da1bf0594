"""A family's file out of the store and its seal, a piece at a time: never whole, never on disk."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Final

from pyrage.x25519 import Identity

from cases.casefile import FileRow
from desk.export.opened import Give, Pour
from desk.site import Site
from vault.unseal import Damaged
from vault.unstream import open_stream

_MOST_WAITING: Final = 8


class Away(Exception):
    """The store does not give the file: it is gone, or the store cannot be reached. Try later."""


class _Source:
    """A sealed file in the store, read in pieces from another thread than the loop's.

    Remembers that the store failed: the seal would only say that the file is no whole one.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, pieces: AsyncIterator[bytes]) -> None:
        self._loop, self._pieces, self._held = loop, pieces, b""
        self.trouble: Exception | None = None

    def read(self, most: int, /) -> bytes:
        if not self._held:
            next_one = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
            try:
                self._held = next_one.result()
            except Exception as error:
                self.trouble = error
                raise
        piece, self._held = self._held[:most], self._held[most:]
        return piece

    async def _next(self) -> bytes:
        return await anext(self._pieces, b"")


def poured(site: Site, identity: Identity, row: FileRow | None) -> Pour | None:
    """Hands the family's bytes over; None where they are not there.

    What is returned raises Away, vault.unseal.Damaged, and what it gives the pieces to raises.
    """
    if row is None or row.object is None or row.state != "held" or site.files is None:
        return None
    loop, files, name = asyncio.get_running_loop(), site.files, row.object

    def pour(give: Give) -> None:
        source = _Source(loop, files(name))
        try:
            open_stream(identity, source, give)
        except Damaged:
            if source.trouble is not None:
                raise Away from source.trouble
            raise

    return pour


async def pieces(work: Callable[[Give], None]) -> AsyncIterator[bytes]:
    """What `work`, in a thread, gives: few pieces at a time, and no more once nobody reads."""
    loop = asyncio.get_running_loop()
    waiting = asyncio.Queue[bytes | None](_MOST_WAITING)
    gone = threading.Event()

    def give(piece: bytes) -> None:
        if gone.is_set():
            raise BrokenPipeError
        asyncio.run_coroutine_threadsafe(waiting.put(bytes(piece)), loop).result()

    async def run() -> None:
        try:
            await asyncio.to_thread(work, give)
        finally:
            await waiting.put(None)

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
        try:
            while (piece := await waiting.get()) is not None:
                yield piece
        finally:
            gone.set()
            while not waiting.empty():
                waiting.get_nowait()
