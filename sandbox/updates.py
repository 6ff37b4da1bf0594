"""Updates waiting for a bot, with Telegram's offsets, expiry and conflicts."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import orjson

from sandbox.wire import Obj, Refused

_FIRST_ID = 100_000_001
_DAY = 86_400.0
_CALLBACK_LIFE = 150.0
_CALLBACK_QUEUE = 3 << 33
_MEMBER_QUEUE = 5 << 33
_SAME_OFFSET_PAUSE = 3.0
_SAME_OFFSET_BURST = 0.5
_CONFLICT_PAUSE = 3.0

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
BY_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass
class Update:
    """One update as bytes. `queue` is the webhook's queue it must keep its order in."""

    update_id: int
    queue: int
    expires: float
    body: bytes
    #: injected with an id of its own: handed out once whatever the offset says
    forced: bool = False
    done: bool = False


class Deliverer(Protocol):
    """What a webhook does with a new update."""

    def push(self, update: Update) -> None: ...


class Inbox:
    """The pending updates of one bot. `now` is the sandbox's clock, in Unix seconds."""

    def __init__(self, now: Callable[[], float], changed: Callable[[], None]) -> None:
        self._now = now
        self._changed = changed
        self.pending: deque[Update] = deque()
        self.next_id = _FIRST_ID
        self.allowed: list[str] | None = None
        self.deliverer: Deliverer | None = None
        self._live = 0
        self._odd = False
        self._waiter: asyncio.Future[str | None] | None = None
        self._last_offset: int | None = None
        self._last_start = 0.0
        self._last_finish = 0.0
        self._next_conflict = 0.0

    def __len__(self) -> int:
        return self._live

    def wants(self, kind: str) -> bool:
        if not self.allowed:
            return kind not in NOT_BY_DEFAULT
        return kind in self.allowed

    def add(self, kind: str, payload: Obj, chat_id: int, user_id: int) -> int | None:
        """Queue an update; its id, or None when `allowed_updates` leaves this kind out."""
        if not self.wants(kind):
            return None
        queue, life = chat_id, _DAY
        if kind == "callback_query":
            queue, life = user_id + _CALLBACK_QUEUE, _CALLBACK_LIFE
        elif kind == "my_chat_member":
            queue = chat_id + _MEMBER_QUEUE
        update_id = self._take_id()
        body = orjson.dumps({"update_id": update_id, kind: payload})
        self.put(Update(update_id, queue, self._now() + life, body))
        return update_id

    def inject(self, raw: Obj) -> int:
        """Queue a raw update as it is; an `update_id` in it is kept."""
        forced = isinstance(raw.get("update_id"), int)
        update_id = raw["update_id"] if forced else self._take_id()
        body = orjson.dumps(raw if "update_id" in raw else {"update_id": update_id, **raw})
        self.put(Update(update_id, 0, self._now() + _DAY, body, forced=forced))
        return int(update_id)

    def _take_id(self) -> int:
        update_id = self.next_id
        self.next_id += 1
        return update_id

    def put(self, update: Update) -> None:
        self.pending.append(update)
        self._live += 1
        self._odd = self._odd or update.forced
        if self.deliverer is not None:
            self.deliverer.push(update)
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def settle(self, update: Update) -> None:
        """Delivered, expired or forgotten: never to be seen again."""
        if not update.done:
            update.done = True
            self._live -= 1
            self._changed()
        while self.pending and self.pending[0].done:
            self.pending.popleft()

    def clear(self) -> None:
        for update in self.pending:
            update.done = True
        self.pending.clear()
        self._live = 0
        self._odd = False

    def expired(self, update: Update) -> bool:
        return update.expires <= self._now()

    def _live_ones(self) -> Iterator[Update]:
        for update in self.pending:
            if update.done:
                continue
            if self.expired(update):
                update.done = True
                self._live -= 1
                continue
            yield update

    def _forget_below(self, offset: int) -> None:
        if offset < 0:
            for update in list(self._live_ones())[:offset]:
                self.settle(update)
            return
        while self.pending and self._is_below(self.pending[0], offset):
            self.settle(self.pending[0])
        if self._odd:
            for update in list(self.pending):
                if self._is_below(update, offset):
                    self.settle(update)
            self._odd = any(update.forced for update in self.pending)

    @staticmethod
    def _is_below(update: Update, offset: int) -> bool:
        return update.done or (update.update_id < offset and not update.forced)

    def _head(self, limit: int) -> list[Update]:
        head = []
        for update in self._live_ones():
            head.append(update)
            update.forced = False
            if len(head) == limit:
                break
        self._last_finish = time.monotonic()
        return head

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:  # noqa: ASYNC109 - it is the Bot API's own parameter
        """getUpdates: waits up to `timeout` seconds. Raises `Refused` (409) when displaced."""
        await self._displace(OTHER_POLL)
        started = time.monotonic()
        if offset == self._last_offset:
            if started < self._last_start + _SAME_OFFSET_PAUSE:
                timeout = max(timeout, _SAME_OFFSET_PAUSE)
            if started < self._last_finish + _SAME_OFFSET_BURST:
                limit = 1
        self._last_offset, self._last_start = offset, started
        self._forget_below(offset)
        head = self._head(limit)
        if head or not timeout:
            return head
        displaced_by = await self._wait(timeout)
        if displaced_by is not None:
            await self._conflict(displaced_by)
        return self._head(limit)

    async def _wait(self, seconds: float) -> str | None:
        waiter: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        try:
            return await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return None
        finally:
            if self._waiter is waiter:
                self._waiter = None

    async def _conflict(self, reason: str) -> None:
        now = time.monotonic()
        if now < self._next_conflict:
            await asyncio.sleep(_CONFLICT_PAUSE)
        self._next_conflict = time.monotonic() + _CONFLICT_PAUSE
        raise Refused(409, reason)

    async def _displace(self, reason: str) -> None:
        self.displace(reason)
        await asyncio.sleep(0)

    def displace(self, reason: str) -> None:
        """End a getUpdates that is waiting, with 409 and this reason."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(reason)
        self._waiter = None

    def release(self) -> None:
        """Let a waiting getUpdates return at once, with nothing."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
