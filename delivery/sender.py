"""Sends what waits for one bot: takes the lead, claims, hands out to couriers, stops politely.

Only the session that holds the lead claims, so that nobody claims after losing it. Each term has a
worker name of its own: what a dead process, or a lost answer, left in 'sending' is nobody's, and
the next term takes it back.
"""

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from functools import partial
from typing import Final

from telegram.ext import ExtBot

from cases import gate, outbox
from cases.outbox import BROADCAST, Claimed, Database
from cases.points import Point, passing
from delivery.counters import Counters
from delivery.courier import Courier, Moved
from delivery.ledger import FIRST_PAUSE, LONGEST_PAUSE, Ledger, cut_is_away
from delivery.pace import Limits, Pace, Pacer
from delivery.request import Http
from vault.local import Vault

CONCURRENCY: Final = 8
_A_RATE_NEEDS: Final = 10
#: so that replies find room while a broadcast runs
_FOR_REPLIES: Final = 3
_LOOK_SECONDS: Final = 2.0
_STANDBY_SECONDS: Final = 1.0
#: a leader that was silent in its session for so long leads no more, whatever became of it
_LAPSE_SECONDS: Final = 7.0
_SWEEP_SECONDS: Final = 30.0
_ACQUIRE_SECONDS: Final = 10.0

_LOG = logging.getLogger("delivery")


def concurrency(rate: int) -> int:
    """Calls that may be in flight at a rate of so many a second: what a death may leave unmarked.

    Enough for calls that take a tenth of a second.
    """
    return max(CONCURRENCY, rate // _A_RATE_NEEDS)


class Sender:
    """The sender of one token. Several may run; one sends, the others stand by.

    `api` is the Bot API's address without a slash at its end. `pool` gives one connection away for
    as long as `run` lasts. `worker` names this process. `moved` is told of groups with a new id.
    `read_timeout`: seconds until a call that is not answered counts as unknown.
    """

    def __init__(
        self,
        bot: str,
        token: str,
        api: str,
        pool: Database,
        vault: Vault,
        *,
        limits: Limits,
        worker: str,
        moved: Moved | None = None,
        read_timeout: float = 30.0,
    ) -> None:
        self.counters = Counters()
        self.leading = False
        self.concurrency = concurrency(limits.rate)
        self._bot = bot
        self._pool = pool
        self._worker = worker
        self._wake = asyncio.Event()
        #: whether rows that could be sent were left for want of room
        self._full = False
        #: how often something was said to be queued
        self._heard_of = 0
        self._pace = Pace(limits)
        self._pacer = Pacer(self._pace, self._flooded)
        self._http = Http(read_timeout, 2 * self.concurrency)
        telegram = ExtBot[int](
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._http,
            get_updates_request=self._http,
            rate_limiter=self._pacer,
        )
        self._ledger = Ledger(pool, self.counters)
        self._courier = Courier(bot, telegram, self._pace, vault, self._ledger, {}, moved)

    def poke(self) -> None:
        """Something has been queued: look at once."""
        self._heard_of += 1
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; calls in flight are finished and the rest is put back.

        A database that is away is waited for.
        """
        await self._http.initialize()
        pause = FIRST_PAUSE
        try:
            while not stop.is_set():
                try:
                    with cut_is_away():
                        await self._serve(stop)
                except outbox.AWAY as loss:
                    self.counters.database_losses += 1
                    _LOG.warning("%s: lost the database: %s", self._bot, type(loss).__name__)
                    pause = FIRST_PAUSE if self.leading else pause
                    await _within(stop, pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                finally:
                    self.leading = False
        finally:
            await self._http.shutdown()

    async def _serve(self, stop: asyncio.Event) -> None:
        async with self._pool.acquire(timeout=_ACQUIRE_SECONDS) as session:
            try:
                await gate.lapse(session, _LAPSE_SECONDS)
                if await self._led(session, stop):
                    await self._term(session, stop)
            finally:
                # The lead ends with the session, and must not go back to the pool.
                session.terminate()

    async def _led(self, session: Database, stop: asyncio.Event) -> bool:
        while not stop.is_set():
            if await gate.take_lead(session, self._bot):
                return True
            await _within(stop, _STANDBY_SECONDS)
        return False

    async def _term(self, session: Database, stop: asyncio.Event) -> None:
        worker = f"{self._worker}.{secrets.token_hex(4)}"
        self._ledger.begin(worker, stop)
        taken = await outbox.recover(session, self._bot, worker, succeeding=True)
        self.counters.recovered += taken
        # Whoever sent before us may have used up this second.
        self._pace.fill()
        if left := await gate.paused(session, self._bot):
            self._pace.halt(left)
        await gate.listen(session, self._heard)
        self.leading = True
        _LOG.info("%s: %s sends now; rows taken over: %d", self._bot, worker, taken)
        await self._pacer.initialize()
        self._pacer.trusted_until = time.monotonic() + _LAPSE_SECONDS
        if loss := await self._working(session, worker, stop):
            raise loss

    async def _working(
        self, session: Database, worker: str, stop: asyncio.Event
    ) -> Exception | None:
        """Claim and deliver until told to stop; the loss of the database if that is why."""
        async with asyncio.TaskGroup() as calls:
            bell = calls.create_task(self._ring(stop))
            try:
                with cut_is_away():
                    await self._claiming(session, worker, stop, calls)
            except outbox.AWAY as loss:
                return loss
            finally:
                # Calls in flight go on; those still waiting for their turn go back.
                await self._pacer.shutdown()
                bell.cancel()
        return None

    async def _ring(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _claiming(
        self, session: Database, worker: str, stop: asyncio.Event, calls: asyncio.TaskGroup
    ) -> None:
        clock = asyncio.get_running_loop().time
        swept = clock()
        while not stop.is_set():
            self._wake.clear()
            heard = self._heard_of
            if clock() - swept > _SWEEP_SECONDS:
                swept = clock()
                self.counters.recovered += await outbox.recover(session, self._bot, worker)
            landed = partial(self._landed, heard)
            for row in await self._claim(session, worker):
                calls.create_task(self._courier.deliver(row)).add_done_callback(landed)
            self._full = not (self._ledger.room(self.concurrency) and self._for_broadcasts())
            await _within(self._wake, min(self._pace.halted() or _LOOK_SECONDS, _LOOK_SECONDS))

    async def _claim(self, session: Database, worker: str) -> tuple[Claimed, ...]:
        room, asked = self._ledger.room(self.concurrency), time.monotonic()
        if not room or self._pace.halted():
            if self._pacer.trusted_until - asked < _LAPSE_SECONDS - _LOOK_SECONDS:
                await gate.attest(session)
                self._pacer.trusted_until = asked + _LAPSE_SECONDS
            return ()
        rows = await outbox.claim(session, self._bot, worker, room, self._for_broadcasts())
        self._pacer.trusted_until = asked + _LAPSE_SECONDS
        self._ledger.take(rows)
        if rows:
            passing(Point.ROWS_CLAIMED)
        return rows

    def _for_broadcasts(self) -> int:
        return self._ledger.room(self.concurrency - _FOR_REPLIES, BROADCAST)

    def _landed(self, heard: int, delivery: "asyncio.Task[float | None]") -> None:
        """Look again if there may be more: for this chat, or for the room that was missing."""
        if delivery.cancelled() or delivery.exception() is not None:
            self._wake.set()
            return  # the task group's business
        seconds = delivery.result()
        # What was queued for this chat meanwhile could not be claimed while this row flew.
        if self._full or self._heard_of != heard:
            self._wake.set()
        if seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(min(seconds, _LOOK_SECONDS), self._wake.set)

    def _heard(self, bot: str) -> None:
        if bot == self._bot:
            self.poke()

    async def _flooded(self, seconds: float) -> None:
        self.counters.floods += 1
        _LOG.warning("%s: Telegram wants %.1f s of silence", self._bot, seconds)
        passing(Point.SILENCE_ASKED)
        # Only while stopping: then this process is silent anyway.
        with suppress(*outbox.AWAY):
            await self._ledger.pause(self._bot, seconds)


async def _within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
