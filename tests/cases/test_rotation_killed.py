"""Moving all cases to a new key is killed again and again: it goes on, and does nothing twice.

By default a small run; `CASES=20000` is the whole of it, and prints how long it took.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from ceremony import HEAD, MARCHENKO, Ceremony
from office import sealed_cases

from bot.postgres import Embedded, embedded, migrate
from cases import case_keys, database
from cases.audit import verify
from vault import keys, recipients, rewrapping

CASES = int(os.environ.get("CASES", "400"))
BATCH = 500 if CASES >= 5000 else 4
POINTS = (0.02, 0.2, 0.35, 0.6, 0.9)
AFTERWARDS = 20

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]


@pytest.fixture
def server() -> Iterator[Embedded]:
    with tempfile.TemporaryDirectory(prefix="dodomu-tests-") as folder:  # noqa: SIM117 - in order
        with embedded(Path(folder, "postgres")) as started:
            migrate(started.url)
            yield started


class Rotation:
    """An office whose triage key has been replaced, with many cases under the old one."""

    def __init__(self, office: Ceremony) -> None:
        self.office = office

    def started(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bot", "keys", "rewrap", "--json", f"--batch={BATCH}"),
                *("--from", str(self.office.file("triage")), *self.office.by()),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        process.stdin.write(self.office.words[HEAD])
        process.stdin.flush()
        return process

    async def killed_at(self, pool: asyncpg.Pool, done: int) -> bool:
        """Strike once so many cases have moved; whether there was still somebody to strike."""
        process = self.started()
        while await moved(pool) < done and process.poll() is None:
            await asyncio.sleep(0.002)
        await asyncio.sleep(secrets.randbelow(20) / 1000)
        process.kill()
        await asyncio.to_thread(process.communicate)
        return process.returncode == -signal.SIGKILL

    async def killed_before_a_commit(self, pool: asyncpg.Pool) -> None:
        """Hold the head of the audit until somebody waits for it, its batch stored; strike."""
        async with pool.acquire() as holder, holder.transaction():
            await holder.fetch("SELECT FROM audit_head FOR UPDATE")
            process = self.started()
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)
            process.kill()
            await asyncio.to_thread(process.communicate)

    def listed(self) -> recipients.Recipients:
        root = recipients.read_public(self.office.public["root"])
        return recipients.load(self.office.listed, root, 0, datetime.now(UTC))


async def moved(pool: asyncpg.Pool) -> int:
    count: int = await pool.fetchval("SELECT count(*) FROM case_key WHERE list_version = 2")
    return count


async def opening(pool: asyncpg.Pool, path: Path) -> set:
    """The cases that a key file opens, whichever copy of their key it takes."""
    held = [keys.load_identity(path, "triage")]
    rows = await pool.fetch(
        "SELECT case_id, array_agg(sealed ORDER BY list_version DESC) AS sealed"
        " FROM case_key GROUP BY case_id"
    )
    found = (
        (row["case_id"], rewrapping.opened(held, row["sealed"], row["case_id"])) for row in rows
    )
    return {case for case, identity in found if identity is not None}


async def test_a_rotation_killed_at_any_moment_goes_on_and_doubles_nothing(
    server: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", server.url)
    office = await asyncio.to_thread(Ceremony, tmp_path)
    rotation = Rotation(office)
    async with await database.connect(server.url) as pool:
        before = set(await sealed_cases(pool, rotation.listed(), CASES))
        new = await asyncio.to_thread(office.rotated, "--without", MARCHENKO)
        await rotation.killed_before_a_commit(pool)
        assert await moved(pool) == 0
        kills = [await rotation.killed_at(pool, max(1, int(CASES * at))) for at in POINTS]
        assert any(kills), "the first strike comes when nearly everything is left to do"
        began, there = time.monotonic(), await moved(pool)
        process = rotation.started()
        said, _ = await asyncio.to_thread(process.communicate)
        assert process.returncode == 0, said
        print(
            f"{sum(kills)} kills; then {CASES - there} of {CASES}: {time.monotonic() - began:.1f} s, {said}"
        )
        await everything_is_right(pool, rotation, before, new)


async def everything_is_right(
    pool: asyncpg.Pool, rotation: Rotation, before: set, new: Path
) -> None:
    listed, old = rotation.listed(), rotation.office.file("triage")
    assert await case_keys.left(pool, 2) == 0
    rows = await pool.fetch("SELECT case_id, count(*) AS n FROM case_key GROUP BY case_id")
    assert {row["case_id"]: row["n"] for row in rows} == dict.fromkeys(before, 2)
    told = await pool.fetchval(
        "SELECT sum((detail->>'count')::int) FROM audit WHERE action = 'keys.rewrapped'"
    )
    assert told == CASES
    await verify(pool, listed.signers())
    after = set(await sealed_cases(pool, listed, AFTERWARDS))
    assert await opening(pool, new) == before | after
    assert await opening(pool, old) == before
