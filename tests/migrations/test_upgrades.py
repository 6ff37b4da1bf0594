"""From every schema there ever was, with something in each table, to today's; and back.

`UPGRADES=all` kills an upgrade at each of its steps, not at three.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import filling
import pytest
from alembic import command
from filling import Insert

from bot.postgres import Embedded, alembic_of, current, migrate, revisions, wanted

ROOT = Path(__file__).parents[2]
REVISIONS = sorted(revisions())
STEPS = range(1, len(REVISIONS))
KILLS = STEPS if os.environ.get("UPGRADES") == "all" else (1, len(STEPS) // 2, len(STEPS))

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def ladder(postgres: Embedded) -> dict[str, tuple[str, list[Insert]]]:
    """A database for each revision, three rows in each table; and the statements that made them."""
    return asyncio.run(_climbed(postgres))


async def _climbed(server: Embedded) -> dict[str, tuple[str, list[Insert]]]:
    climbing = f"ladder_{uuid4().hex}"
    await _order(server, f"CREATE DATABASE {climbing}")
    rungs = {}
    for revision in REVISIONS:
        url = server.url_of(climbing)
        await asyncio.to_thread(command.upgrade, alembic_of(url), revision)
        connection = await asyncpg.connect(url)
        try:
            made = await filling.inserts(connection)
            for one in made:
                for number in (1, 2, 3):
                    await one.run(connection, number)
        finally:
            await connection.close()
        rungs[revision] = (f"{climbing}_{revision}", made)
        await _copied(server, climbing, rungs[revision][0])
    await _order(server, f"DROP DATABASE {climbing} WITH (FORCE)")
    return rungs


async def _order(server: Embedded, order: str) -> None:
    connection = await asyncpg.connect(server.url_of("postgres"))
    try:
        await connection.execute(order)
    finally:
        await connection.close()


async def _copied(server: Embedded, template: str, name: str) -> None:
    await _order(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


@pytest.fixture
async def copied(postgres, ladder) -> AsyncIterator[object]:
    """Makes a copy of one revision's database: its URL, its statements."""
    names = []

    async def copy(revision: str) -> tuple[str, list[Insert]]:
        template, made = ladder[revision]
        names.append(f"{template}_{uuid4().hex[:8]}")
        await _copied(postgres, template, names[-1])
        return postgres.url_of(names[-1]), made

    yield copy
    for name in names:
        await _order(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def held(url: str, made: list[Insert]) -> dict[str, list[str]]:
    connection = await asyncpg.connect(url)
    try:
        return await filling.contents(connection, made)
    finally:
        await connection.close()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_nothing_is_lost_on_the_way_up_and_back_and_the_version_before_writes_on(
    revision, copied
):
    """While hosts are updated one after the other, the old ones run on the new schema."""
    url, made = await copied(revision)
    before = await held(url, made)
    assert all(before.values()), "a table without a row"
    await asyncio.to_thread(migrate, url)
    assert await held(url, made) == before
    assert await asyncio.to_thread(current, url) == wanted()
    await written_as_before(url, made)
    after = await held(url, made)
    await asyncio.to_thread(command.downgrade, alembic_of(url), revision)
    assert await held(url, made) == after


async def written_as_before(url: str, made: list[Insert]) -> None:
    connection = await asyncpg.connect(url)
    try:
        counted = {one.table: await _count(connection, one.table) for one in made}
        for one in made:
            for number in (11, 12, 13):
                await one.run(connection, number)
        after = {one.table: await _count(connection, one.table) for one in made}
    finally:
        await connection.close()
    unwritten = [table for table in after if after[table] == counted[table]]
    assert unwritten == ["intake_box"] * ("intake_box" in after), "one row is all it has"


async def _count(connection: asyncpg.Connection, table: str) -> int:
    return await connection.fetchval(f'SELECT count(*) FROM "{table}"')


async def test_the_function_of_the_hot_path_takes_what_it_always_took(copied):
    """turn_save is called by its places: its parameters never change."""
    order = "SELECT pg_get_function_identity_arguments('turn_save'::regproc)"
    said = set()
    for revision in ("0002", wanted()):
        url, _ = await copied(revision)
        connection = await asyncpg.connect(url)
        said.add(await connection.fetchval(order))
        await connection.close()
    assert len(said) == 1


@pytest.mark.kill
@pytest.mark.parametrize("step", KILLS)
async def test_killed_in_the_middle_an_upgrade_goes_on_where_it_was(step, copied):
    url, made = await copied(REVISIONS[0])
    before = await held(url, made)
    env = os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": url}
    upgrade = ("bot", "db", "upgrade")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, ROOT / "tests/whole/mortal.py", f"M1:{step}", *upgrade, cwd=ROOT, env=env
    )
    assert await killed.wait() == -signal.SIGKILL
    assert await asyncio.to_thread(current, url) == REVISIONS[step - 1]
    assert await held(url, made) == before
    again = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *upgrade, cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    assert await again.wait() == 0
    assert await asyncio.to_thread(current, url) == wanted()
    assert await held(url, made) == before
