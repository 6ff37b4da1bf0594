"""The same update a hundred times at once, and numbers from anywhere: one effect each.

`COPIED=50` copies as many different updates; by default three.
"""

import asyncio
import itertools
import os
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest
from chat import Person
from situations import numbered
from walk import MINIMUM

from cases.retention import UPDATES_KEPT, expire
from handlers.door import Door

COPIED = int(os.environ.get("COPIED", "3"))
COPIES = 100
EFFECTS = "SELECT count(*) FROM outbox WHERE method = 'sendMessage'"


@pytest.fixture
async def asked(olena, arrive) -> Person:
    """Olena, asked for the child's name: each text she writes now is repeated to her."""
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    return olena


@dataclass
class Unsteady:
    """The database, where half of what is saved is rolled back in the moment before its commit."""

    pool: "asyncpg.Pool"
    undone: int = 0

    async def fetch(self, query: str, *given: object, **more: object):
        return await self.pool.fetch(query, *given, **more)

    async def execute(self, query: str, *given: object, **more: object):
        return await self.pool.execute(query, *given, **more)

    async def fetchval(self, query: str, *given: object, **more: object):
        async with self.pool.acquire() as connection, self._perhaps(connection):
            return await connection.fetchval(query, *given, **more)

    @asynccontextmanager
    async def _perhaps(self, connection: "asyncpg.Connection"):
        async with connection.transaction():
            yield
            if secrets.randbelow(2):
                self.undone += 1
                raise asyncpg.DeadlockDetectedError("so it happened")


async def until_done(door: Door, body: bytes) -> str:
    """As Telegram does it: again, until it is acknowledged."""
    while True:
        try:
            return await door.process(body)
        except asyncpg.DeadlockDetectedError:
            await asyncio.sleep(0)


@pytest.mark.parametrize("steady", [True, False], ids=["steady", "half rolled back"])
async def test_a_hundred_copies_at_once_have_one_effect(asked, steady):
    unsteady = Unsteady(asked.door.database)
    door = asked.door if steady else replace(asked.door, database=unsteady)
    before = await asked.door.database.fetchval(EFFECTS)
    for number in range(COPIED):
        body = numbered(90_000 + number, asked)
        ends = await asyncio.gather(*(until_done(door, body) for _ in range(COPIES)))
        assert sorted(ends) == ["committed"] + ["duplicate"] * (COPIES - 1)
    assert await asked.door.database.fetchval(EFFECTS) == before + COPIED
    assert bool(unsteady.undone) != steady


@pytest.mark.parametrize(
    "numbers",
    [
        range(2_000, 1_960, -1),
        range(10**6, 10**15, 3 * 10**13),
        [2**63 - 1, 1, 2**31, 2**31 - 1, 0],
    ],
    ids=["descending", "jumping", "at the edges"],
)
async def test_numbers_in_any_order_are_each_taken_once(asked, numbers):
    before = await asked.door.database.fetchval(EFFECTS)
    for number in numbers:
        body = numbered(number, asked)
        assert await asked.door.process(body) == "committed"
        assert await asked.door.process(body) == "duplicate"
    assert await asked.door.database.fetchval(EFFECTS) == before + len(numbers)


async def test_numbers_that_come_again_after_a_quiet_week_are_new(asked, clock, pool):
    numbers = [200_000 + number for number in range(20)]
    before = await pool.fetchval(EFFECTS)
    for number in numbers:
        assert await asked.door.process(numbered(number, asked)) == "committed"
    clock["now"] += UPDATES_KEPT - timedelta(hours=1)
    await expire(pool, signer=asked.door.signer, now=clock["now"])
    for number in numbers[:3]:
        assert await asked.door.process(numbered(number, asked)) != "committed"
    clock["now"] += timedelta(days=8)
    gone = await expire(pool, signer=asked.door.signer, now=clock["now"])
    assert gone.updates >= len(numbers)
    for number in itertools.chain(numbers[3:], reversed(numbers[:3])):
        assert await asked.door.process(numbered(number, asked)) == "committed"
    assert await pool.fetchval(EFFECTS) > before + len(numbers)
