"""Feeds approved broadcasts to the sender, a few seconds' worth at a time, and minds their fate.

Runs in each process that sends; the one that leads works. All that counts is in the database, so
that whoever takes over goes on where the other was.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from cases import broadcasts, feeding, outbox, recalling, waves
from cases.audit import Signer
from cases.broadcast_content import rendered
from cases.broadcasts import FINISHED, PAUSED, RUNNING, SCHEDULED, STOPPED
from cases.database import Connection, Pool
from cases.waves import CRASHED, Live, Outcome
from delivery.ledger import cut_is_away
from flows.answers import Json
from locales import LOCALES, say
from locales.dates import KYIV
from vault.local import Vault

MORNING, EVENING = 8, 21
"""Between these hours, in Kyiv, broadcasts leave."""
FAULTS: Final = frozenset({"formatting", "too long", "empty", "keyboard", "payload", "method"})
"""Reasons that are our own mistake: the same would happen to everybody, so it is stopped."""

_BUSY, _IDLE = 0.25, 2.0
_AHEAD: Final = 2.0
_FIRST: Final = 5
_MOST: Final = 500
_SPAN: Final = 10.0
_JUDGED_FROM, _BLOCKED_FROM = 20, 100

_Happened: TypeAlias = tuple[str, str] | None
"""What was done with it, and why."""

_LOG = logging.getLogger("delivery")


def awake(one: Live, now: datetime) -> bool:
    """Whether it may leave at this hour."""
    return one.night or MORNING <= now.astimezone(KYIV).hour < EVENING


def trouble(one: Live) -> str | None:
    """Why it should not go on by itself: more than 5 % fail, or more than 10 % have blocked us."""
    if one.judged_done >= _JUDGED_FROM and one.judged_failed * 20 > one.judged_done:
        return "failures"
    if one.judged_done >= _BLOCKED_FROM and one.judged_blocked * 10 > one.judged_done:
        return "blocked"
    return None


def _failures(outcome: Outcome) -> int:
    """What failed, and what may have: all but what a crash of ours left open."""
    return sum(number for reason, number in outcome.reasons.items() if reason != CRASHED)


def _after(one: Live, outcome: Outcome) -> Live:
    """As it stands with these outcomes."""
    blocked = outcome.states.get("blocked", 0) + outcome.states.get("deactivated", 0)
    return replace(
        one,
        done=one.done + outcome.total,
        sending=one.sending - outcome.total,
        judged_failed=one.judged_failed + _failures(outcome),
        judged_blocked=one.judged_blocked + blocked,
        judged_done=one.judged_done + outcome.total,
    )


@dataclass
class Crier:
    """`rate`: messages a second. `moment`: the clock everybody goes by, the database's.

    `leads`: whether this process sends now. `paid`: Telegram may charge for what goes beyond its
    free limits.
    """

    pool: Pool
    vault: Vault = field(repr=False)
    bot: str
    rate: float
    signer: Signer = field(repr=False)
    moment: Callable[[], Awaitable[datetime]]
    leads: Callable[[], bool]
    wake: Callable[[], None]
    paid: bool = False
    _pace: dict[UUID, deque[tuple[float, int]]] = field(default_factory=dict, repr=False)
    _said: dict[UUID, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict, repr=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A database that is away is asked again at the next round."""
        while not stop.is_set():
            busy = False
            try:
                with cut_is_away():
                    busy = self.leads() and await self.round()
            except outbox.AWAY as loss:
                _LOG.warning("the crier could not work: %s", type(loss).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(_BUSY if busy else _IDLE):
                    await stop.wait()

    async def round(self) -> bool:
        """Look after every broadcast that is on its way; whether there is one."""
        now = await self.moment()
        found = await waves.live(self.pool, now)
        for id_ in found:
            await self._look(id_, now)
        for known in self._said.keys() - set(found):
            del self._said[known]
            self._pace.pop(known, None)
        return bool(found)

    async def _look(self, id_: UUID, now: datetime) -> None:
        if id_ not in self._said:
            self._said[id_] = await self._messages(id_)
        async with self.pool.acquire() as connection, connection.transaction():
            one = await waves.seize(connection, id_)
            if one is not None:
                await self._mind(connection, one, now)

    async def _messages(self, id_: UUID) -> dict[str, dict[str, Json]]:
        more: dict[str, Json] = {"allow_paid_broadcast": True} if self.paid else {}
        texts = await waves.texts(self.pool, id_)
        return {locale: rendered(text) | more for locale, text in texts.items()}

    async def _mind(self, connection: Connection, one: Live, now: datetime) -> None:
        outcome = await waves.collect(connection, one)
        one = _after(one, outcome)
        happened: _Happened = None
        if one.state == SCHEDULED and awake(one, now):
            await waves.begin(connection, one, now)
            happened = "started", ""
        elif one.state == RUNNING:
            happened = await self._running(connection, one, outcome, now)
        elif one.state in (PAUSED, STOPPED):
            await feeding.withdraw(connection, one)
        if one.state == STOPPED:
            self._add(outcome, await feeding.skip_rest(connection, one))
        if one.recalled:
            await self._take_back(connection, one, now)
        rate = self._rate(one, outcome)
        await waves.settle(connection, one, outcome, rate=rate, trouble=_failures(outcome))
        if happened is not None:
            did, why = happened
            detail: dict[str, str | int] = {"number": one.number, "why": why.replace(" ", "_")}
            await broadcasts.told(
                *(connection, one.id, did, why), signer=self.signer, now=now, detail=detail
            )

    async def _running(
        self, connection: Connection, one: Live, outcome: Outcome, now: datetime
    ) -> _Happened:
        if fault := next((reason for reason in outcome.reasons if reason in FAULTS), None):
            return await self._halt(connection, one, STOPPED, fault, now)
        if why := trouble(one):
            return await self._halt(connection, one, PAUSED, why, now)
        if not awake(one, now):
            await feeding.withdraw(connection, one)
            return None
        return await self._feed(connection, one, outcome, now)

    async def _halt(
        self, connection: Connection, one: Live, state: str, why: str, now: datetime
    ) -> _Happened:
        await feeding.withdraw(connection, one)
        await waves.end(connection, one, state, why, now)
        _LOG.error("broadcast %d: %s: %s", one.number, state, why)
        return "broken" if state == STOPPED else "halted", why

    async def _feed(
        self, connection: Connection, one: Live, outcome: Outcome, now: datetime
    ) -> _Happened:
        heeded = await feeding.heed(connection, one)
        self._add(outcome, heeded)
        ahead = math.ceil(self.rate * _AHEAD)
        if one.done < _FIRST:
            ahead = _FIRST  # a mistake of ours shows with the first few
        room = min(ahead - one.sending, _MOST)
        if room <= 0:
            return None
        queued, skipped = await feeding.feed(
            *(connection, self.vault, one, self._said[one.id]), bot=self.bot, limit=room
        )
        self._add(outcome, skipped)
        if queued:
            self.wake()
        elif not await waves.waits(connection, one):
            await waves.end(connection, one, FINISHED, None, now)
            return "finished", ""
        return None

    async def _take_back(self, connection: Connection, one: Live, now: datetime) -> None:
        await recalling.collect(connection, one)
        instead = {locale: say(locale, "broadcast.recalled") for locale in LOCALES}
        ahead = min(math.ceil(self.rate * _AHEAD), _MOST)
        if await recalling.feed(
            *(connection, self.vault, one, instead), bot=self.bot, now=now, limit=ahead
        ):
            self.wake()

    def _rate(self, one: Live, outcome: Outcome) -> float:
        """Messages a second, over the last ten."""
        at = time.monotonic()
        seen = self._pace.setdefault(one.id, deque())
        seen.append((at, outcome.total - outcome.states.get("skipped", 0)))
        while seen and seen[0][0] < at - _SPAN:
            seen.popleft()
        span = max(at - seen[0][0], 1.0)
        return sum(number for _, number in seen) / span

    @staticmethod
    def _add(outcome: Outcome, skipped: int) -> None:
        if skipped:
            outcome.states["skipped"] = outcome.states.get("skipped", 0) + skipped
