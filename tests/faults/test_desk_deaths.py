"""The desk dies while it takes cases, moves keys, or keeps its checkpoint."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import desk_rig
import pytest
from deeds import BATCH
from filing import SIGNED_BY

from cases.audit import verify
from cases.points import Point
from vault.chain import read_checkpoint

FULL = os.environ.get("FAULTS") == "full"
KILLS = 10 if FULL else 2
CASES = 60

pytestmark = pytest.mark.kill


@pytest.fixture
def died(oven, database_url, tmp_path, record_property):
    """Kill the deed at each of so many passages, and let it go on to its end."""

    async def done(deed: str, point: Point) -> None:
        async def once(doomed: str) -> int:
            words = ["deeds", deed, database_url, str(tmp_path)]
            child = await asyncio.to_thread(
                oven.start, words, os.environ, tmp_path / "log", doomed
            )
            return await asyncio.to_thread(child.wait, 90)

        for number in range(1, KILLS + 1):
            assert await once(f"{point}:{1 + number % 3}") == -signal.SIGKILL
        assert await once("") == 0, (tmp_path / "log").read_text()
        record_property("faults", (str(point), "desk", KILLS, 0, 0, 0, 0))

    return done


async def cases(pool) -> None:
    for _ in range(CASES):
        await desk_rig.case(pool, datetime.now(UTC))


async def told(pool, action: str) -> int:
    await verify(pool, [SIGNED_BY])
    return await pool.fetchval("SELECT count(*) FROM audit WHERE action = $1", action)


async def test_killed_while_it_takes_a_case_the_desk_has_told_of_each_that_is_taken(pool, died):
    await cases(pool)
    await pool.execute(
        "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
        " VALUES (gen_random_uuid(), 'Марченко', 'prosecutor', '{UA}', 'active', now(), now())"
    )
    await died("take", Point.CASE_TAKEN)
    assert await pool.fetchval("SELECT count(*) FROM cases WHERE taken_by IS NULL") == 0
    assert await told(pool, "case.taken") == CASES


async def test_killed_while_keys_move_each_case_has_its_new_key_once(pool, died):
    await cases(pool)
    await pool.execute("INSERT INTO case_key SELECT id, 1, 'old' FROM cases")
    await died("rewrap", Point.KEYS_MOVED)
    counts = await pool.fetch("SELECT DISTINCT count(*) AS n FROM case_key GROUP BY case_id")
    assert [row["n"] for row in counts] == [2]
    assert await told(pool, "keys.rewrapped") == CASES // BATCH
    moved = "SELECT sum((detail->>'count')::int) FROM audit WHERE action = 'keys.rewrapped'"
    assert await pool.fetchval(moved) == CASES


async def test_killed_while_it_keeps_a_checkpoint_the_desk_has_a_whole_one(died, tmp_path):
    await died("keep", Point.CHECKPOINT_WRITTEN)
    note = (tmp_path / "desk.checkpoint").read_text()
    assert read_checkpoint(note, [SIGNED_BY.public]).seq == 99
