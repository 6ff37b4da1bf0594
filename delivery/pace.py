"""How fast one token may speak: overall, per chat, per group, and not at all after a 429.

Telegram's own figures: about 30 messages a second overall, 1 a second to one chat, 20 a minute to
one group (core.telegram.org/bots/faq). Ours stay below them, since Telegram adapts them.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter
from typing_extensions import override

from cases.points import Point, passing

BROADCAST = 2
_WINDOW = 1.0
_MINUTE = 60.0
_GENTLE_SECONDS = 5.0
_LATE = 0.25
_NAP = 0.25
_YIELD = 0.02
_REMEMBERED = 4096
#: Telegram counts whole seconds; one early call prolongs the wait
_SAFETY = 0.1


@dataclass(frozen=True)
class Limits:
    """Most calls: `rate` in any second, of which about `broadcasts` a second in lane 2.

    A private chat gets one each `per_chat` seconds after a burst of `burst`, a group `per_group`
    in any minute.
    """

    rate: int = 25
    broadcasts: float = 20.0
    per_chat: float = 1.0
    burst: int = 3
    per_group: int = 18


def share(method: str, chat_id: int | None) -> int | None:
    """Whose share a call uses up: the chat's, or nobody's.

    In a private chat edits and deletions are no messages, and each answer comes with one.
    """
    private = chat_id is not None and chat_id > 0
    return None if private and not method.startswith("send") else chat_id


class Halted(Exception):
    """Not now: Telegram asked for silence, or the sender is closing. Put the message back."""

    def __init__(self, seconds: float) -> None:
        super().__init__("sending is halted")
        self.seconds = seconds


class Pace:
    """The arithmetic alone: asks a monotonic clock, never waits.

    A call occupies its place in the window from `start` until one second after `landed`. Telegram
    received it in between, so that no second on Telegram's side holds more than `rate` either.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._flying = 0
        self._landed: deque[float] = deque()
        self._free_at: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        self._halt_until = self._gentle_until = self._last = self._broadcast_at = float("-inf")

    def wait(self, chat_id: int | None, lane: int) -> float:
        """Seconds until such a call may start, as far as one can tell now; 0: now."""
        now = self._clock()
        delay = max(self._halt_until - now, self._window(now), self.chat_wait(chat_id))
        if now < self._gentle_until:
            delay = max(delay, self._last + 2 / self._limits.rate - now)
        if lane == BROADCAST:
            delay = max(delay, self._broadcast_at - now)
        return max(delay, 0.0)

    def chat_wait(self, chat_id: int | None) -> float:
        """Seconds until this chat itself may be written to again; 0: now."""
        if chat_id is None:
            return 0.0
        now = self._clock()
        if chat_id < 0:
            starts = self._groups.get(chat_id)
            if starts is None or len(starts) < self._limits.per_group:
                return 0.0
            return max(starts[0] + _MINUTE - now, 0.0)
        free_at = self._free_at.get(chat_id, now)
        return max(free_at - (self._limits.burst - 1) * self._limits.per_chat - now, 0.0)

    def halted(self) -> float:
        """Seconds of silence that are left; 0: none."""
        return max(self._halt_until - self._clock(), 0.0)

    def start(self, chat_id: int | None, lane: int) -> None:
        """A call starts now; `landed` must follow."""
        now = self._last = self._clock()
        self._flying += 1
        if lane == BROADCAST:
            # What a late timer cost is made up for, lest each call be a little later than it may.
            late = now - self._broadcast_at
            due = self._broadcast_at if 0 <= late <= _LATE else now
            self._broadcast_at = due + 1 / self._limits.broadcasts
        if chat_id is None:
            return
        if chat_id < 0:
            starts = self._groups.setdefault(chat_id, deque(maxlen=self._limits.per_group))
            starts.append(now)
        else:
            self._free_at[chat_id] = max(self._free_at.get(chat_id, now), now)
            self._free_at[chat_id] += self._limits.per_chat
        self._forget(now)

    def landed(self) -> None:
        """A call that started has ended, however it ended."""
        self._flying -= 1
        self._landed.append(self._clock())

    def halt(self, seconds: float) -> None:
        """Silence for so long, then half speed for five seconds, lest all that waited rush out."""
        until = self._clock() + seconds
        self._halt_until = max(self._halt_until, until)
        self._gentle_until = self._halt_until + _GENTLE_SECONDS

    def fill(self) -> None:
        """Count the last second as used up: another process may have used it."""
        self._landed.extend([self._clock()] * self._limits.rate)

    def _window(self, now: float) -> float:
        while self._landed and self._landed[0] + _WINDOW <= now:
            self._landed.popleft()
        over = self._flying + len(self._landed) - self._limits.rate
        if over < 0:
            return 0.0
        if over < len(self._landed):
            return self._landed[over] + _WINDOW - now
        return _WINDOW  # a call in flight lands now at the earliest

    def _forget(self, now: float) -> None:
        if len(self._free_at) > _REMEMBERED:
            self._free_at = {chat: at for chat, at in self._free_at.items() if at > now}
        if len(self._groups) > _REMEMBERED:
            self._groups = {c: at for c, at in self._groups.items() if at[-1] + _MINUTE > now}


class Pacer(BaseRateLimiter[int]):
    """`Pace` as python-telegram-bot asks for it; `rate_limit_args` is the lane.

    `flooded(seconds)` is told of a 429 before anybody else may call, so that it can be written
    down where every process sees it. `trusted_until` (time.monotonic) is when the lead may be
    somebody else's: from then on nobody gets their turn, as a process that was frozen finds out.
    """

    __slots__ = ("_closed", "_flooded", "_urgent", "pace", "trusted_until")

    def __init__(self, pace: Pace, flooded: Callable[[float], Awaitable[None]]) -> None:
        self.pace = pace
        self._flooded = flooded
        self.trusted_until = math.inf
        self._closed = False
        self._urgent = 0

    @override
    async def initialize(self) -> None:
        self._closed = False

    @override
    async def shutdown(self) -> None:
        """Send those away that still wait for their turn; calls in flight go on."""
        self._closed = True

    @override
    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Call when it is this call's turn. Raises Halted, or what the call raises."""
        await self._turn(share(endpoint, data.get("chat_id")), rate_limit_args or 0)
        passing(Point.CALL_DUE)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as flood:
            seconds = seconds_of(flood) + _SAFETY
            self.pace.halt(seconds)
            await self._flooded(seconds)
            raise
        finally:
            self.pace.landed()

    async def _turn(self, chat_id: int | None, lane: int) -> None:
        urgent = lane != BROADCAST
        self._urgent += urgent
        try:
            while delay := self._delay(chat_id, lane):  # noqa: ASYNC110 - time is what passes here
                await asyncio.sleep(min(delay, _NAP))
            self.pace.start(chat_id, lane)
        finally:
            self._urgent -= urgent

    def _delay(self, chat_id: int | None, lane: int) -> float:
        left = self.pace.halted()
        if left or self._closed or time.monotonic() > self.trusted_until:
            raise Halted(left)
        delay = self.pace.wait(chat_id, lane)
        return max(delay, _YIELD) if lane == BROADCAST and self._urgent else delay


def seconds_of(flood: RetryAfter) -> float:
    """How long Telegram wants silence."""
    wait = flood.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
