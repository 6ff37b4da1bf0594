"""Updates fetched from Telegram: no port is open, and the offset moves only over what is done."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bot.envelope import Envelope, NoUpdateId, envelope
from bot.intake import ALLOWED_UPDATES, Diligence, Lead, is_away
from bot.nursery import nap, unless
from bot.telegram import Api, Away, Refused, TokenRefused
from cases.points import Point, passing

_LIMIT: Final = 100
_LONG_POLL: Final = 25
_GRACE: Final = 10.0
_STAND_BY: Final = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0

_log = logging.getLogger(__name__)


@dataclass
class Backoff:
    """Seconds to wait after a failure: doubling up to 30, from the start when all is well."""

    first: float = _FIRST_PAUSE
    _next: float = field(default=0.0, repr=False)

    def after_failure(self) -> float:
        pause = self._next or self.first
        self._next = min(pause * 2, _LONGEST_PAUSE)
        return pause

    def well(self) -> None:
        self._next = 0.0


@dataclass
class Polling:
    """One bot's updates: a conversation in order, up to `parallel` conversations at once.

    A batch is confirmed by the next getUpdates, after all of it is committed, known, ignored or
    quarantined; one that was cut off is delivered again. `lead`: only one process polls.
    """

    api: Api
    diligence: Diligence
    lead: Lead | None = None
    parallel: int = 8
    first_pause: float = _FIRST_PAUSE
    offset: int = field(default=0, init=False)
    #: time.monotonic() when Telegram last answered, or when there was no need to ask it
    heard: float = field(default_factory=time.monotonic, init=False)
    _told: int = field(default=0, init=False)
    _leading: bool | None = field(default=None, init=False)

    @property
    def leading(self) -> bool:
        """Whether this process is the one that polls."""
        return self._leading is True

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; then finish what is in hand and confirm it. Raises TokenRefused."""
        backoff = Backoff(self.first_pause)
        greeted = False
        while not stop.is_set():
            try:
                greeted = greeted or await unless(stop, self.api.call("getMe")) is not None
                if not greeted or not await self._lead(stop):
                    continue
                updates = await unless(stop, self._fetch(_LIMIT, _LONG_POLL))
            except TokenRefused:
                raise
            except (Away, Refused) as error:
                await self._bear(error, stop, backoff)
                continue
            backoff.well()
            self.heard = time.monotonic()
            if updates:
                passing(Point.UPDATE_CAME)
                await self._do(list(self._envelopes(updates)), stop)
        await self._confirm()
        if self.lead is not None:
            await self.lead.close()

    async def _lead(self, stop: asyncio.Event) -> bool:
        """Whether to poll now. Raises Away, Refused."""
        led = self.lead is None or await self.lead.held()
        if led and not self._leading:
            await self._take_over()
        elif not led and self._leading is not False:
            _log.info("standing by", extra={"bot_id": self.api.bot_id})
        self._leading = led
        if not led:
            self.heard = time.monotonic()
            await nap(stop, _STAND_BY)
        return led

    async def _take_over(self) -> None:
        """Begin where Telegram stands. A webhook that is set would keep updates from us."""
        hook = await self.api.call("getWebhookInfo")
        if hook.get("url"):
            await self.api.call("deleteWebhook", {"drop_pending_updates": False})
            _log.warning("a webhook was set: it is removed", extra={"bot_id": self.api.bot_id})
        self.offset = 0
        _log.info("polling", extra={"bot_id": self.api.bot_id})

    async def _fetch(self, limit: int, seconds: int) -> list[Any]:
        wanted = {"limit": limit, "timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
        if self.offset:
            if self.offset != self._told:
                passing(Point.UPDATE_CONFIRMED)
            wanted["offset"] = self._told = self.offset
        return await self.api.updates(wanted, patience=seconds + _GRACE)

    def _envelopes(self, updates: list[Any]) -> Iterator[Envelope]:
        for update in updates:
            try:
                yield envelope(update)
            except NoUpdateId:
                _log.error("an update without an id was skipped")

    async def _do(self, batch: list[Envelope], stop: asyncio.Event) -> None:
        """Do the batch, and wait for the database as often as it goes away.

        The offset follows the last update by arrival, not the highest: after a quiet week
        Telegram may number from anywhere.
        """
        lanes: dict[int | None, deque[Envelope]] = {}
        for one in batch:
            lanes.setdefault(one.conversation, deque()).append(one)
        backoff = Backoff(self.first_pause)
        while lanes:
            before = sum(map(len, lanes.values()))
            await self._round(lanes)
            lanes = {key: lane for key, lane in lanes.items() if lane}
            if lanes:
                if sum(map(len, lanes.values())) < before:
                    backoff.well()
                self._stand_at(batch, lanes)
                if stop.is_set():
                    return
                _log.warning("the database is away", extra={"waiting": len(lanes)})
                await nap(stop, backoff.after_failure())
        if batch:
            self.offset = batch[-1].update_id + 1

    def _stand_at(self, batch: list[Envelope], lanes: dict[int | None, deque[Envelope]]) -> None:
        """Nothing from the first update that is not done on is confirmed."""
        waiting = {one.update_id for lane in lanes.values() for one in lane}
        self.offset = next(one.update_id for one in batch if one.update_id in waiting)

    async def _round(self, lanes: dict[int | None, deque[Envelope]]) -> None:
        room = asyncio.Semaphore(self.parallel)
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(self._drain(lane, room))

    async def _drain(self, lane: deque[Envelope], room: asyncio.Semaphore) -> None:
        """Do a conversation's updates in order, as far as the database allows."""
        async with room:
            while lane:
                try:
                    await self.diligence.take(lane[0])
                except Exception as error:  # noqa: BLE001 - one chat's trouble stays its own; nothing undone is confirmed
                    if not is_away(error):
                        _log.error("an update could not be kept", exc_info=error)
                    return
                lane.popleft()

    async def _confirm(self) -> None:
        """Tell Telegram what is done, so that the next start does not get it again."""
        if self.offset == self._told:
            return
        try:
            await self._fetch(1, 0)
        except (Away, Refused):
            return  # it comes again, and is known already

    async def _bear(self, error: Away | Refused, stop: asyncio.Event, backoff: Backoff) -> None:
        pause = backoff.after_failure()
        if isinstance(error, Refused):
            pause = max(pause, error.retry_after or 0.0)
            if error.conflict:
                self._leading = False
                _log.error("somebody else polls with this token, or a webhook is set")
        _log.warning("no updates from Telegram", extra={"seconds": pause}, exc_info=error)
        await nap(stop, pause)
