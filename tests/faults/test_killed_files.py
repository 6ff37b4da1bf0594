"""kill -9 at each named step of a file's way: every file is sealed once, and byte for byte.

By default a few kills at each; `FILE_KILLS=420` is the whole of it.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path
from uuid import UUID

import filing
import pytest
import scripts
from filing import PNG, Family, uploaded
from oven import Child, Oven
from rig import ROOT, Walker, folder, rigged

import sandbox
from bot.postgres import embedded, migrate
from bot.store import Store
from cases import database
from cases.audit import verify
from cases.points import Point
from vault import keys
from vault.stream import PIECE

KILLS = int(os.environ.get("FILE_KILLS", "20"))
EACH = max(1, ceil(KILLS / 14))
"""Kills at each of seven points, in each of two stores."""
STEPS = (
    Point.FILE_LOCATED,
    Point.FILE_BEGUN,
    Point.FILE_HALFWAY,
    Point.FILE_UNCOMMITTED,
    Point.FILE_COMMITTED,
    Point.FILE_STORED,
)
#: the store has an object that the database does not hold
UNKNOWN = (Point.FILE_UNCOMMITTED, Point.FILE_STORED)
A_FAMILYS = 24

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3000)]


@pytest.fixture
async def running():
    started = await sandbox.start()
    yield started
    await started.stop()


@pytest.fixture(params=["folder", "s3"])
async def where(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield str(tmp_path / "objects")
        return
    with filing.s3_server() as s3:
        yield await filing.bucket(s3, monkeypatch)


@dataclass(frozen=True)
class Collectors:
    """Collectors of one bot's files into one store. Each dies where it is told; "" lets it live."""

    oven: Oven
    url: str
    api: str
    where: str
    log: Path

    def start(self, doomed: str) -> Child:
        words = ["collector_process", self.url, self.api, self.where, "1.0"]
        return self.oven.start(words, os.environ, self.log, doomed)


async def died(process: Child) -> None:
    """By its own hand, and nothing else."""
    assert await asyncio.to_thread(process.wait, 90) == -signal.SIGKILL


def content() -> bytes:
    return PNG + os.urandom(2 * PIECE + secrets.randbelow(9 * PIECE))


def passage(point: Point, sizes: list[int]) -> int:
    """Which one is to be the last, of those that are sure to come."""
    most = sum(size // PIECE for size in sizes) if point is Point.FILE_HALFWAY else len(sizes)
    return 1 + secrets.randbelow(most)


async def test_killed_at_each_step_of_its_way_a_file_is_sealed_once(  # noqa: PLR0917
    running, pool, database_url, where, oven, tmp_path, record_property
):
    collectors = Collectors(oven, database_url, running.url, where, tmp_path / "log")
    families: list[tuple[Family, UUID]] = []
    sent: list[dict[int, bytes]] = []
    store = Store.of(where)
    dead = 0
    for point in STEPS * EACH:
        files = [content() for _ in range(1 + secrets.randbelow(3))]
        if not sent or len(sent[-1]) + len(files) > A_FAMILYS:
            families.append(
                (Family(pool, 5 + len(sent)), await Family(pool, 5 + len(sent)).begin())
            )
            families[-1][0].updates = 1
            sent.append({})
        family, draft = families[-1]
        for one in files:
            await family.send(await family.home(draft), uploaded(running, one))
            sent[-1][len(sent[-1]) + 1] = one
        number = passage(point, [len(one) for one in files])
        await died(await asyncio.to_thread(collectors.start, f"{point}:{number}"))
        dead += 1
        await nothing_is_half_done(pool)
        if point in UNKNOWN:
            assert await filing.names(store) - await held(pool)
    total = sum(map(len, sent))
    await collected(pool, collectors, total)
    for (family, draft), files in zip(families, sent, strict=True):
        case = (await family.home(draft)).case
        assert digests(await filing.opened(pool, store, case)) == digests(files)
    await everything_is_tidy(pool, running.url, where, total)
    kind = "S3" if "://" in where else "folder"
    record_property("faults", ("A2 to A7", kind, dead, len(families), 0, 0, 0))


def digests(files: dict[int, bytes]) -> dict[int, str]:
    return {number: sha256(one).hexdigest() for number, one in files.items()}


async def nothing_is_half_done(pool) -> None:
    """A locator is there for as long as the file is not, and not a moment longer."""
    assert await pool.fetchval(
        "SELECT count(*) FROM attachment"
        " WHERE (locator IS NULL) <> (state = 'held' AND manifest IS NOT NULL)"
    ) == 0  # fmt: skip


async def held(pool) -> set[UUID]:
    rows = await pool.fetch("SELECT object FROM attachment WHERE state = 'held'")
    return {row["object"] for row in rows}


async def collected(pool, collectors: Collectors, total: int) -> None:
    """What is left, by one that lives."""
    process = collectors.start("")
    try:
        async with asyncio.timeout(120):
            while len(await held(pool)) < total:
                await asyncio.sleep(0.1)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


async def everything_is_tidy(pool, api: str, where: str, total: int) -> None:
    """Each was sealed once, says the audit chain; and the janitor leaves nothing else."""
    assert await pool.fetchval("SELECT count(*) FROM attachment WHERE locator IS NOT NULL") == 0
    sealed = await pool.fetchval("SELECT count(*) FROM audit WHERE action = 'file.sealed'")
    assert sealed == total == len(await held(pool))
    assert (await verify(pool, [filing.SIGNED_BY]))[0] == total
    made = filing.collector(api, pool, where)
    await made.tidy()
    await made.sweep(datetime.now(UTC) + timedelta(minutes=1))
    assert await filing.names(made.store) == await held(pool)
    if "://" not in where:
        assert len([path for path in Path(where).rglob("*") if path.is_file()]) == total


async def test_killed_while_it_takes_a_file_down_the_bot_takes_it_down_once(oven, record_property):
    kills, sent = 2 * EACH, {}
    with folder() as here, embedded(here / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(here, server, DODOMU_RATE="1000", DODOMU_CHAT_RATE="50") as rig:
            rig.oven = oven
            people = await at_a_question(rig, 1 + 2 * kills // A_FAMILYS)
            for number in range(kills):
                files = [content() for _ in range(1 + secrets.randbelow(2))]
                doomed = f"{Point.FILE_QUEUED}:{1 + secrets.randbelow(len(files))}"
                process = rig.start(doomed=doomed)
                person = people[number * len(people) // kills]
                for one in files:
                    await person.send(one, "фото.png", kind="document")
                    sent.setdefault(person.id, []).append(one)
                await died(process)
            total = sum(map(len, sent.values()))
            async with await database.connect(server.url) as pool:
                await pool.execute("UPDATE attachment SET lease_until = now()")  # all are dead
                rig.start()
                async with asyncio.timeout(120):
                    while len(await held(pool)) < total:
                        await asyncio.sleep(0.1)
                rig.stop()
                assert await pool.fetchval("SELECT count(*) FROM attachment") == total
                await nothing_is_half_done(pool)
                await the_files_are_theirs(pool, rig, sent)
    record_property("faults", ("A1", "polling", kills, len(people), 0, 0, 0))


async def at_a_question(rig, count: int) -> list[Walker]:
    """People who are asked for a name; the bot that asked them has stopped."""
    process = rig.start()
    people = [await rig.person(f"Людина {number}") for number in range(count)]
    for number, person in enumerate(people):
        await person.walk([*scripts.ARRIVE, *scripts.essentials(number)[:2]])
        await person.asked("Прізвище, ім’я")
    process.terminate()
    await asyncio.to_thread(process.wait, 60)
    return people


async def the_files_are_theirs(pool, rig, sent: dict[int, list[bytes]]) -> None:
    """In the order they were sent, byte for byte."""
    vault = keys.load_vault(rig.keyset.vault)
    triage = keys.load_identity(rig.keyset.triage, "triage")
    store = Store.of(str(rig.folder / "var/objects"))
    for person, files in sent.items():
        ref = vault.chat_ref(1_000_001, person)
        case = await pool.fetchval(
            "SELECT case_id FROM attachment WHERE chat_ref = $1 LIMIT 1", ref
        )
        found = await filing.opened(pool, store, case, triage)
        assert digests(found) == digests(dict(enumerate(files, 1)))


def test_a_point_nobody_has_armed_does_nothing():
    done = subprocess.run(
        [sys.executable, "-c", "from cases.points import *\n[passing(one) for one in Point]"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0


def test_nothing_but_a_test_arms_a_point():
    folders = ("bot", "handlers", "delivery", "cases", "sandbox", "vault", "flows", "locales")
    arming = [
        path.name
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "points.arm" in (said := path.read_text()) or "import arm" in said
    ]
    assert arming == []
