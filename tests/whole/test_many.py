"""Several intakes behind a balancer, two senders, a desk, one PostgreSQL: any of them may be killed.

By default a small run; `KILLS=40` is the whole of it (`make many`).
"""

import asyncio
import os
import secrets
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import opened
import pytest
import scripts
from fleet import Fleet, Member, Reader, a_fleet
from rig import Database, Walker, rigged

from delivery.sender import concurrency
from vault import keys

KILLS = int(os.environ.get("KILLS", "5"))
PEOPLE = int(os.environ.get("PEOPLE", str(max(8, 2 * KILLS))))
INTAKES = int(os.environ.get("INTAKES", "2"))
AT_ONCE = 8
RATE = 500
FAST = {"DODOMU_RATE": f"{RATE}", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50"}

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3000)]


@pytest.fixture
async def fleet(tmp_path, oven, database_url, unused_tcp_port_factory):
    async with (
        rigged(tmp_path, Database(database_url), kept=False, **FAST) as rig,
        a_fleet(rig, oven, unused_tcp_port_factory, INTAKES) as made,
    ):
        await made.start()
        yield made


def story(number: int) -> list[scripts.Step]:
    """A short report."""
    return [*scripts.ARRIVE, *scripts.essentials(number), *scripts.SEND]


@dataclass
class Killing:
    """Who was killed how often, and how long it was each time until somebody sent again."""

    fleet: Fleet
    killed: Counter[str] = field(default_factory=Counter)
    changes: list[float] = field(default_factory=list)
    thaws: list[float] = field(default_factory=list)

    async def strike(self, what: str) -> None:
        leader = await self.fleet.leader()
        self.killed[what] += 1
        if what == "frozen leader":
            await self._freeze(leader)
            return
        victim = self._victim(what, leader)
        await victim.kill()
        if victim is leader:
            self.changes.append(await self._succeeded(leader))
        victim.start()
        await victim.ready()

    async def _freeze(self, leader: Member) -> None:
        """As a host does that is cut off: its connections stay open, and nobody hears of it."""
        os.kill(leader.pid, signal.SIGSTOP)
        try:
            self.thaws.append(await self._succeeded(leader))
        finally:
            os.kill(leader.pid, signal.SIGCONT)

    async def _succeeded(self, leader: Member) -> float:
        began = time.monotonic()
        while await self.fleet.leader() is leader:
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def _victim(self, what: str, leader: Member) -> Member:
        if what == "intake":
            return secrets.choice(self.fleet.intakes)
        if what == "standby":
            return next(one for one in self.fleet.senders if one is not leader)
        return leader if what == "leader" else self.fleet.desk


KINDS = ("leader", "intake", "standby", "desk", "intake")


def order() -> list[str]:
    """Every kind in a small run, in any order; one leader in ten is frozen besides."""
    least = [KINDS[number % len(KINDS)] for number in range(KILLS)]
    least += ["frozen leader"] * max(KILLS // 10, 1)
    return sorted(least, key=lambda _: secrets.randbelow(1 << 30))


async def test_any_process_may_be_killed_and_nothing_is_lost_or_doubled(fleet):
    people = [await fleet.rig.person(f"Людина {number}") for number in range(PEOPLE)]
    killing = Killing(fleet)
    began = time.monotonic()
    async with Reader.signed_in(fleet) as reader:
        reads = await walked(fleet, people, killing, reader)
        await everything_is_sent(fleet)
        assert await reader.reads() == len(people)
    await everything_is_right(fleet, people)
    extra = await in_order(fleet, people)
    print(
        f"\n{sum(len(story(0)) for _ in people)} updates of {len(people)} people, struck"
        f" {dict(killing.killed)} in {time.monotonic() - began:.0f} s: 0 lost, 0 doubled, in order\n"
        f"another one sends after {spread(killing.changes)} (killed), {spread(killing.thaws)}"
        f" (frozen); {extra} messages shown twice; {fleet.balancer.twice} updates given to a second"
        f" intake; the desk read {reads} times\n"
        f"{await weight(fleet) // len(people):,} bytes of rows for each report"
    )
    assert extra <= concurrency(RATE) * (
        killing.killed["leader"] + killing.killed["frozen leader"]
    )


async def weight(fleet: Fleet) -> int:
    """Bytes of all rows there are because of the reports, without the space between them."""
    tables = await fleet.owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('alembic_version', 'staff', 'desk_session')"
    )
    sizes = [
        await fleet.owner.fetchval(f"SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM {name} t")
        for (name,) in tables
    ]
    return int(sum(sizes))


def spread(seconds: list[float]) -> str:
    return f"{min(seconds):.1f} to {max(seconds):.1f} s" if seconds else "no time at all"


async def walked(fleet: Fleet, people: list[Walker], killing: Killing, reader: Reader) -> int:
    """Everybody tells their story, `AT_ONCE` at a time; how often the desk was read meanwhile."""
    total = sum(len(story(number)) for number in range(len(people)))
    strikes = order()
    moments = [1 + (total - 2) * number // len(strikes) for number in range(len(strikes))]
    room = asyncio.Semaphore(AT_ONCE)
    done, seen = asyncio.Event(), [0]

    async def striking() -> None:
        for moment, what in zip(moments, strikes, strict=True):
            while sum(person.done for person in people) < moment:
                await asyncio.sleep(0.01)
            await asyncio.sleep(secrets.randbelow(300) / 1000)
            await killing.strike(what)

    async def walking(number: int, person: Walker) -> None:
        async with room:
            await person.walk(story(number))
            await person.asked("Ваш код")

    async def reading() -> None:
        reads = 0
        while not done.is_set():
            counted = await reader.reads()
            if counted is not None:
                assert counted >= seen[0], "a report that was read is gone"
                seen[0], reads = counted, reads + 1
            await asyncio.sleep(0.5)
        seen.append(reads)

    async with asyncio.TaskGroup() as group:
        group.create_task(reading())
        async with asyncio.TaskGroup() as inner:
            inner.create_task(striking())
            for number, person in enumerate(people):
                inner.create_task(walking(number, person))
        done.set()
    return seen[-1]


async def everything_is_sent(fleet: Fleet) -> None:
    waiting = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND bot = 'family'"
    async with asyncio.timeout(90):
        while await fleet.owner.fetchval(waiting):
            await asyncio.sleep(0.2)


async def everything_is_right(fleet: Fleet, people: list[Walker]) -> None:
    found = await opened.cases(fleet.rig.database.url, fleet.rig.keyset)
    vault = keys.load_vault(fleet.rig.keyset.vault)
    assert len(found) == len(people)
    by_chat = {case.chat_ref: opened.said(case) for case in found}
    for number, person in enumerate(people):
        told = by_chat[vault.chat_ref(1_000_001, person.id)]
        wanted = scripts.expected(number, longer=False)
        assert {key: told.get(key) for key in wanted} == wanted
    counted = await fleet.owner.fetchrow(
        """
        SELECT (SELECT count(*) FROM bot_update) AS updates,
               (SELECT count(*) FROM quarantine) AS set_aside,
               (SELECT count(*) FROM draft) AS drafts,
               (SELECT count(*) FROM outbox WHERE state <> 'sent' AND bot = 'family') AS unsent,
               (SELECT count(*) FROM outbox WHERE bot = 'staff') AS bells,
               (SELECT count(*) FROM audit WHERE action = 'report.sent') AS audited
        """
    )
    assert dict(counted) == {
        "updates": sum(len(story(number)) for number in range(len(people))),
        "set_aside": 0,
        "drafts": 0,
        "unsent": 0,
        "bells": len(people),
        "audited": len(people),
    }


async def in_order(fleet: Fleet, people: list[Walker]) -> int:
    """In each chat what was queued first arrived first; how many messages stand there twice."""
    vault = keys.load_vault(fleet.rig.keyset.vault)
    extra = 0
    for person in people:
        rows = await fleet.owner.fetch(
            "SELECT message_id FROM outbox WHERE chat_ref = $1 AND method = 'sendMessage'"
            " ORDER BY id",
            vault.chat_ref(1_000_001, person.id),
        )
        numbers = [row["message_id"] for row in rows]
        assert numbers == sorted(set(numbers)), "a later message arrived before an earlier one"
        shown = {m["message_id"] for m in await person.chat() if m["from"] == "bot"}
        assert shown >= set(numbers), "a message that was marked sent is not in the chat"
        extra += len(shown - set(numbers))
    return extra
