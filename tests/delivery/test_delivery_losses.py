"""Nothing is lost, and no chat's order is mixed up, when a sender or the database dies."""

import asyncio
import os
import secrets
import signal
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import asyncpg
import pytest
from post_office import PIDS, Office, a_process, eventually, queue

from bot.postgres import Embedded, embedded, migrate
from cases import outbox
from delivery.counters import Counters
from delivery.ledger import Ledger

CUT_EVERYBODY_ELSE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_the_second_sender_takes_over_when_the_first_stops(office: Office):
    person = await office.person()
    first = office.sender()
    leading = await first.__aenter__()
    await eventually(lambda: _leads(leading))
    async with office.sender() as standby:
        await office.queue(person, "one")
        await office.done()
        assert not standby.leading
        await first.__aexit__(None, None, None)
        await office.queue(person, "two")
        await office.done(10)
        assert standby.leading
    assert await office.texts(person) == ["one", "two"]


async def test_a_sender_whose_session_is_cut_sends_on(office: Office, database_url: str):
    person = await office.person()
    hand = await asyncpg.connect(database_url)
    async with office.sender() as sender:
        for number in range(12):
            await queue(hand, person, str(number))
            if number % 4 == 1:
                await eventually(lambda: _leads(sender))
                await hand.fetch(CUT_EVERYBODY_ELSE)
        # Not by the pool: some of its connections do not know yet that they are cut.
        await eventually(lambda: _all_sent(hand))
    await hand.close()
    assert _once(await office.texts(person)) == [str(number) for number in range(12)]
    assert sender.counters.database_losses > 0


async def test_rows_of_a_dead_process_are_sent_and_its_broadcasts_are_not(office: Office):
    person, other = await office.person(), await office.person()
    reply, news = await office.queue(person), await office.queue(other, lane=2)
    claimed = await outbox.claim(office.pool, "family", "dead", 8)
    assert {row.id for row in claimed} == {reply, news}
    async with office.sender() as sender:
        await office.done()
    assert await office.texts(person) == ["hello"]
    assert await office.state(news) == "unknown"
    assert sender.counters.recovered == 2


async def test_a_mark_that_comes_too_late_changes_nothing(office: Office):
    row = await office.queue(await office.person())
    ledger = Ledger(office.pool, Counters())
    ledger.begin("slow", asyncio.Event())
    claimed = await outbox.claim(office.pool, "family", "slow", 8)
    ledger.take(claimed)
    await outbox.recover(office.pool, "family", "quick", succeeding=True)
    await ledger.sent(claimed[0], 7, None)
    assert await office.state(row) == "queued"
    assert ledger.counters.disowned == 1


async def test_a_ledger_gives_up_only_when_its_sender_stops(office: Office):
    await office.queue(await office.person())
    ledger, stop = Ledger(office.pool, Counters()), asyncio.Event()
    ledger.begin("w", stop)
    (row,) = await outbox.claim(office.pool, "family", "w", 8)
    ledger.take((row,))
    gone = await asyncpg.create_pool(dsn=None, host="/nowhere", min_size=0, max_size=1)
    ledger._database = gone
    stop.set()
    with pytest.raises(outbox.AWAY):
        await ledger.sent(row, 1, None)
    assert ledger.counters.database_losses > 3
    await gone.close()


@pytest.mark.kill
async def test_killing_the_sender_ten_times_loses_nothing(office: Office, database_url: str):
    people = [await office.person() for _ in range(6)]
    for number in range(60):
        for person in people:
            await office.queue(person, str(number))
    for _ in range(10):
        async with a_process(database_url, office.url):
            calls = len(await office.calls())
            await eventually(lambda seen=calls: _called(office, seen + 5))
            await asyncio.sleep(secrets.randbelow(50) / 1000)
    async with office.sender():
        await office.done()
    extra = 0
    for person in people:
        texts = await office.texts(person)
        assert _once(texts) == [str(number) for number in range(60)]
        extra += len(texts) - 60
    assert extra <= 10 * 8
    assert await office.pool.fetchval("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0


@pytest.mark.kill
async def test_a_standby_takes_over_from_a_killed_sender(office: Office, database_url: str):
    person = await office.person()
    async with a_process(database_url, office.url):
        await office.queue(person, "one")
        await eventually(lambda: _called(office, 1))
        async with office.sender() as standby:
            await office.queue(person, "two")
            await eventually(lambda: _called(office, 2))
            assert not standby.leading
            os.kill(PIDS[-1], signal.SIGKILL)
            await office.queue(person, "three")
            await eventually(lambda: _leads(standby), seconds=10)
            await office.done()
    assert _once(await office.texts(person)) == ["one", "two", "three"]


@pytest.fixture
def mortal() -> Iterator[Embedded]:
    """A PostgreSQL with its durable settings, for this test alone to kill."""
    with (
        tempfile.TemporaryDirectory(prefix="dodomu-tests-") as folder,
        embedded(Path(folder, "postgres")) as server,
    ):
        migrate(server.url)
        yield server


@pytest.mark.kill
async def test_killing_postgresql_loses_nothing(office: Office, mortal: Embedded):
    people = [await office.person() for _ in range(4)]
    async with asyncpg.create_pool(mortal.url, min_size=1, max_size=8) as office.pool:
        for number in range(60):
            for person in people:
                await office.queue(person, str(number))
        async with office.sender() as sender:
            for kill in range(1, 4):
                await eventually(lambda least=kill * 20: _called(office, least))
                note = (mortal.data / "postmaster.pid").read_text()
                os.kill(int(note.split()[0]), signal.SIGKILL)
                await asyncio.to_thread(mortal.revive)
            hand = await asyncpg.connect(mortal.url)
            await eventually(lambda: _all_sent(hand), seconds=60)
            await hand.close()
        assert sender.counters.database_losses > 0
    for person in people:
        assert _once(await office.texts(person)) == [str(number) for number in range(60)]


def _once(texts: list[str]) -> list[str]:
    """At least once is allowed: a copy right behind its original is not looked at."""
    return [text for text, _copies in groupby(texts)]


async def _all_sent(hand: "asyncpg.Connection") -> bool:
    return await hand.fetchval("SELECT bool_and(state = 'sent') FROM outbox")


async def _called(office: Office, least: int) -> bool:
    return len(await office.calls()) >= least


async def _leads(sender) -> bool:
    return sender.leading
