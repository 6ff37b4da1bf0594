"""Pushing updates to a webhook: one queue per chat or person, in order, until a 2xx."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import aiohttp
import orjson

from sandbox.errands import Errands
from sandbox.updates import Inbox, Update
from sandbox.wire import Obj
from sandbox.world import Hook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name, no secret
#: Telegram waits up to two minutes; a sandbox is for impatient people
LONGEST_PAUSE = 10.0
_MOST_RETRY_AFTER = 3600.0

Obey = Callable[[Obj], None]
"""Carries out a method that came back in the body of a 2xx."""


@dataclass(frozen=True)
class _Outcome:
    delivered: bool
    trouble: str = ""
    retry_after: float | None = None


class Delivery:
    """One setting of the webhook at work; `stop` it before the next one starts."""

    def __init__(self, inbox: Inbox, hook: Hook, errands: Errands, obey: Obey) -> None:
        self._inbox = inbox
        self._hook = hook
        self._errands = errands
        self._obey = obey
        self._queues: dict[int, deque[Update]] = {}
        self._slots = asyncio.Semaphore(hook.max_connections)
        self._tasks: set[asyncio.Task[None]] = set()

    def push(self, update: Update) -> None:
        queue = self._queues.get(update.queue)
        if queue is not None:
            queue.append(update)
            return
        self._queues[update.queue] = deque([update])
        task = self._errands.run(self._drain(update.queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def push_all(self) -> None:
        for update in self._inbox.pending:
            if not update.done:
                self.push(update)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _drain(self, queue_id: int) -> None:
        queue = self._queues[queue_id]
        while queue:
            await self._deliver(queue[0])
            queue.popleft()
        del self._queues[queue_id]

    async def _deliver(self, update: Update) -> None:
        for failures in count(1):
            if update.done or self._inbox.expired(update):
                break
            async with self._slots:
                outcome = await self._post(update.body)
            if outcome.delivered:
                break
            self._hook.last_error = outcome.trouble
            self._hook.last_error_date = int(time.time())
            pause = 0.0 if failures == 1 else min(2.0 ** (failures - 2), LONGEST_PAUSE)
            await asyncio.sleep(pause if outcome.retry_after is None else outcome.retry_after)
        self._inbox.settle(update)

    async def _post(self, body: bytes) -> _Outcome:
        headers = {"Content-Type": "application/json"}
        if self._hook.secret:
            headers[SECRET_HEADER] = self._hook.secret
        try:
            async with self._errands.client.post(
                self._hook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
        except TimeoutError:
            return _Outcome(False, "Read timeout expired")
        except aiohttp.ClientConnectorError:
            return _Outcome(False, "Connection refused")
        except aiohttp.ClientError:
            return _Outcome(False, "Connection closed")
        if response.ok and response.status < 300:  # noqa: PLR2004 - 2xx, redirects are refused
            self._obey_answer(answer)
            return _Outcome(True)
        trouble = f"Wrong response from the webhook: {response.status} {response.reason}"
        return _Outcome(False, trouble, _retry_after(response.headers.get("Retry-After", "")))

    def _obey_answer(self, answer: bytes) -> None:
        try:
            wanted = orjson.loads(answer or b"{}")
        except orjson.JSONDecodeError:
            return
        if isinstance(wanted, dict) and "method" in wanted:
            self._obey(wanted)


def _retry_after(header: str) -> float | None:
    if not header.isdigit():
        return None
    return min(float(header), _MOST_RETRY_AFTER)
