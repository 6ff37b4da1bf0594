"""Work that outlives the request that started it: webhook deliveries, saving, hanging answers."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

import aiohttp

_WEBHOOK_SECONDS = 60.0


class Errands:
    """Tasks and the HTTP client they share. `open` and `close` belong to the server."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._group: asyncio.TaskGroup | None = None
        self._client: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()

    async def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_WEBHOOK_SECONDS)
        self._client = await self._stack.enter_async_context(
            aiohttp.ClientSession(timeout=timeout)
        )
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())

    async def close(self) -> None:
        self.stopping.set()
        for task in self._running:
            task.cancel()
        await self._stack.aclose()

    @property
    def client(self) -> aiohttp.ClientSession:
        if self._client is None:
            raise RuntimeError("the sandbox is not running")
        return self._client

    def run(self, errand: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start it; it must handle its own errors. Cancelled when the sandbox stops."""
        if self._group is None:
            errand.close()
            raise RuntimeError("the sandbox is not running")
        task = self._group.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def hang(self, seconds: float) -> None:
        """Wait, but not beyond the end of the sandbox."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
