"""Fetches files: from Telegram, through the seal, into the store. Killed anywhere, none is lost.

A file is claimed under a lease, stored under a name of this attempt alone, and only then, in one
transaction, known as held. Whatever dies in between is fetched again when its lease is over.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from bot.conveyor import Conveyor
from bot.download import Download, Gone, NotNow, TooBig
from bot.nursery import nap
from bot.store import LEFT_ALONE, Store, StoreAway
from cases import collecting, discarding
from cases.audit import Signer
from cases.collecting import GIVEN_UP_DAYS, Claimed
from cases.filetypes import PEEKED, RefusedType, sniffed
from cases.offered import REFUSED_TYPE, TOO_BIG, Offered
from cases.outbox import AWAY
from cases.points import Point, passing
from cases.turn import Overtaken, Turn
from cases.unasked import unasked
from vault.local import NotOurs, Vault

GONE, TELEGRAM, STORE = "gone", "telegram", "store"

_LOOK_SECONDS: Final = 2.0
_TIDY_SECONDS: Final = 600.0
_SWEEP_EVERY: Final = 144
"""Every so many times it is tidied, the store is gone through: once a day."""
_GONE_AFTER: Final = 5
_GONE_SECONDS: Final = 3600
"""Telegram says the same of a file it cannot reach for a moment."""
_TRIES: Final = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 3.0, 900.0
_DAY: Final = 86_400

_TROUBLE: Final[tuple[type[Exception], ...]] = (StoreAway, *AWAY)

_log = logging.getLogger(__name__)

Notice = Callable[[Turn, Offered, str, datetime], None]
"""Says in a turn that no update caused which file could not be had, and why."""


@dataclass
class Collector:
    """The files of one bot. Several may run at once; `worker` names this one and no other.

    `pool` works with the bot's rights. `now` is a clock, aware UTC. `lease`: seconds after which
    others take over what this one, having died, has left.
    """

    bot: str
    download: Download
    store: Store
    pool: "asyncpg.Pool"
    vault: Vault
    signer: Signer = field(repr=False)
    now: Callable[[], datetime]
    worker: str
    notice: Notice
    lease: float = 60.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _taking: int = 0

    def poke(self) -> None:
        """Something may have been queued in this process: look at once."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is being fetched is finished. A lost database is waited for."""
        with ThreadPoolExecutor(self.store.at_once, "seal") as threads:
            async with self.download.api, asyncio.TaskGroup() as group:
                group.create_task(self._living(stop))
                group.create_task(self._tidying(stop))
                group.create_task(self._ring(stop))
                while not stop.is_set():
                    self._wake.clear()
                    for job in await self._claim():
                        self._taking += 1
                        group.create_task(self._take(job, threads))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_SECONDS):
                            await self._wake.wait()

    async def _ring(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _claim(self) -> tuple[Claimed, ...]:
        room = self.store.at_once - self._taking
        if room <= 0:
            return ()
        try:
            return await collecting.claim(
                self.pool, self.vault, self.bot, worker=self.worker, limit=room, lease=self.lease
            )
        except AWAY as error:
            _log.warning("no files can be claimed", extra={"error": type(error).__name__})
        except NotOurs:
            _log.critical("a file's locator does not open: is the VAULT key the right one?")
        return ()

    async def _take(self, job: Claimed, threads: ThreadPoolExecutor) -> None:
        try:
            await self._tried(job, threads)
        except AWAY as error:
            # Whether it was written down is not known: its lease decides.
            _log.warning("a file waits for the database", extra={"error": type(error).__name__})
        except Exception as error:  # noqa: BLE001 - one bad file must not end the whole process
            _log.error("a file makes trouble; it comes again", exc_info=error)
        finally:
            self._taking -= 1
            self._wake.set()

    async def _tried(self, job: Claimed, threads: ThreadPoolExecutor) -> None:
        try:
            await self._keep(job, threads)
        except TooBig:
            await self._give_up(job, TOO_BIG)
        except RefusedType:
            await self._give_up(job, REFUSED_TYPE)
        except Gone:
            if job.attempts >= _GONE_AFTER and job.age > _GONE_SECONDS:
                await self._give_up(job, GONE)
            else:
                await self._later(job, "gone")
        except StoreAway as away:
            await self._wait(job, STORE, str(away))
        except NotNow as away:
            await self._wait(job, TELEGRAM, str(away), away.seconds)

    async def _keep(self, job: Claimed, threads: ThreadPoolExecutor) -> None:
        encoded = job.offered.kind != "document"
        async with aclosing(self.download.pieces(job.offered.file_id)) as pieces:
            head, plain = await _peeked(pieces)
            mime = sniffed(head, job.offered.name, encoded_by_telegram=encoded)
            async with Conveyor(threads, job.recipient, plain) as belt:
                await self.store.put(job.object, belt.pieces())
        passing(Point.FILE_STORED)
        assert belt.through is not None, "the store has read to the end"
        done = await collecting.held(
            *(self.pool, self.worker, job, belt.through, mime),
            signer=self.signer,
            now=self.now(),
        )
        if not done and await discarding.unknown(self.pool, [job.object]):
            with suppress(StoreAway):  # the sweep finds it
                await self.store.delete([job.object])

    async def _give_up(self, job: Claimed, reason: str) -> None:
        _log.warning("a file cannot be had", extra={"reason": reason, "attempts": job.attempts})
        for _ in range(_TRIES):
            with suppress(Overtaken):
                return await self._told(job, reason)
        raise Overtaken

    async def _told(self, job: Claimed, reason: str) -> None:
        """Given up, and the family told, at once or not at all. Raises cases.turn.Overtaken."""
        now = self.now()
        turn = await unasked(
            *(self.pool, self.vault),
            bot=self.bot,
            bot_id=self.download.api.bot_id,
            chat_ref=job.chat_ref,
        )
        if turn is not None:
            self.notice(turn, job.offered, reason, now)
        await collecting.failed(
            *(self.pool, self.vault, self.worker, job, reason),
            telling=turn,
            signer=self.signer,
            now=now,
        )

    async def _wait(self, job: Claimed, reason: str, why: str, least: float = 0.0) -> None:
        """For days if need be, and then there is an end to it."""
        if job.age > GIVEN_UP_DAYS * _DAY:
            await self._give_up(job, reason)
        else:
            await self._later(job, why, least)

    async def _later(self, job: Claimed, why: str, least: float = 0.0) -> None:
        """Longer each time, and not for all at the same moment."""
        pause = min(_FIRST_PAUSE * 2 ** min(job.attempts - 1, 10), _LONGEST_PAUSE)
        pause = max(pause, least) * (1 + secrets.randbelow(100) / 400)
        _log.info("a file is tried again later", extra={"why": why, "attempts": job.attempts})
        await collecting.again(self.pool, self.worker, job, pause)

    async def _living(self, stop: asyncio.Event) -> None:
        """Say that we live; also while the last files are finished."""
        while not stop.is_set() or self._taking:
            with suppress(*AWAY):
                await collecting.renew(self.pool, self.worker, self.lease)
            await asyncio.sleep(self.lease / 4) if stop.is_set() else await nap(
                stop, self.lease / 4
            )

    async def _tidying(self, stop: asyncio.Event) -> None:
        times = 0
        while not stop.is_set():
            try:
                await self.tidy()
                if times % _SWEEP_EVERY == 0:
                    await self.sweep(self.now() - LEFT_ALONE)
            except _TROUBLE as error:
                _log.warning("the store was not tidied", extra={"error": type(error).__name__})
            times += 1
            await nap(stop, _TIDY_SECONDS)

    async def tidy(self) -> int:
        """Delete what was taken back, given up, or belongs to nobody; how many objects."""
        await discarding.abandon(self.pool)
        gone = 0
        while names := await discarding.thrown_away(self.pool):
            await self.store.delete(names)
            await discarding.forget(self.pool, names)
            gone += len(names)
        return gone

    async def sweep(self, moment: datetime) -> int:
        """Delete what dead attempts have left in the store before `moment`; how many.

        Not at once: after the database was restored from a backup, somebody may want to look.
        """
        left = await self.store.sweep_unfinished(moment)
        async for names in self.store.older_than(moment):
            lost = tuple(await discarding.unknown(self.pool, names))
            await self.store.delete(lost)
            left += len(lost)
        return left


async def _peeked(pieces: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and all pieces from the beginning."""
    seen: list[bytes] = []
    while sum(map(len, seen)) < PEEKED and (piece := await anext(pieces, b"")):
        seen.append(piece)

    async def whole() -> AsyncIterator[bytes]:
        for piece in seen:
            yield piece
        async for piece in pieces:
            yield piece

    return b"".join(seen)[:PEEKED], whole()
