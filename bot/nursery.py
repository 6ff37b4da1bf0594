"""Work that outlives its caller: the only place where tasks are made outside a TaskGroup.

A task nobody holds may vanish half done, and its failure unseen. Here each is held, its failure is
logged by class, and all are cancelled on close.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Nursery:
    """Tasks by name. `trouble` is set when one that should run for ever has ended by itself."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False
        self.trouble = asyncio.Event()
        self.failure: BaseException | None = None

    def start(
        self,
        name: str,
        work: Coroutine[Any, Any, T],
        *,
        vital: bool = False,
        lasting: bool = False,
    ) -> None:
        """Run `work`. `vital`: its failure is `trouble`. `lasting`: its end before `close` too."""
        task = asyncio.create_task(work, name=name)  # noqa: TID251 - this is the nursery
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, vital=vital, lasting=lasting))

    def _ended(self, task: "asyncio.Task[Any]", *, vital: bool, lasting: bool) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("a task failed", extra={"task": task.get_name()}, exc_info=error)
        if (lasting or (vital and error is not None)) and not self._closing:
            self.failure = self.failure or error
            self.trouble.set()

    async def settle(self, seconds: float) -> None:
        """Give what runs so long to end by itself; from now on an end is no trouble."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def close(self) -> None:
        """Cancel what still runs and wait for it."""
        self._closing = True
        running = tuple(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns, or None when `stop` was set first: then `work` is cancelled."""
    task = asyncio.create_task(work)  # noqa: TID251 - ended below, whatever happens
    waiting = asyncio.create_task(stop.wait())  # noqa: TID251 - ended below, whatever happens
    try:
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        waiting.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


async def nap(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
