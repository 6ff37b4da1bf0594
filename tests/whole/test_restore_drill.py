"""A backup taken under load comes back whole, and silent; killed in the middle it is none at all.

`RESTORES=5` repeats it.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import opened
import pytest
import scripts
from filing import PNG
from rig import ROOT, Rig, Walker, rigged

from bot.postgres import embedded, migrate
from vault import keys

RESTORES = int(os.environ.get("RESTORES", "1"))
PEOPLE = 3
FAST = {"DODOMU_RATE": "1000", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50"}

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]


@dataclass
class Said:
    code: int
    words: str

    @property
    def told(self):
        return json.loads(self.words.splitlines()[-1])


async def dodomu(env: dict[str, str], *words: str | Path, doomed: str = "") -> Said:
    """What a command says. `doomed`: where it dies (mortal.py)."""
    script = [str(ROOT / "tests/whole/mortal.py"), doomed] if doomed else ["-m"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *script, "bot", *map(str, words), cwd=ROOT,
        env=env | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return Said(process.returncode, said.decode())


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Rig]:
    """The running original, durable as in earnest."""
    with embedded(folder / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(folder, server, **FAST) as rig:
            rig.env["DODOMU_BACKUP_TO"] = keys.public_part(rig.keyset.backup, "backup")
            yield rig


def another_host(rig: Rig, name: str) -> dict[str, str]:
    """Settings of a host with an embedded database of its own, and nothing in it."""
    env = {key: value for key, value in rig.env.items() if key != "DATABASE_URL"}
    return env | {"DODOMU_FOLDER": str(rig.folder / name)}


async def calls(rig: Rig, since: float) -> list[tuple[str, str]]:
    """Bot and method of each that began after that moment: a long poll of a bot that has ended is
    listed only when its time is up."""
    seen = (await rig.look("calls?since=0"))["calls"]
    return [(one["bot"], one["method"]) for one in seen if one["t"] > since]


async def sent_a_file(person: Walker, pool: "asyncpg.Connection") -> None:
    await person.walk([*scripts.ARRIVE, *scripts.essentials(0)[:2]])
    await person.asked("Прізвище, ім’я")
    await person.send(PNG + os.urandom(150_000), "фото.png", kind="document")
    async with asyncio.timeout(60):
        while not await pool.fetchval("SELECT count(*) FROM attachment WHERE state = 'held'"):
            await asyncio.sleep(0.1)


async def test_a_backup_under_load_comes_back_whole_and_silent(tmp_path):
    async with office(tmp_path) as rig:
        connection = await asyncpg.connect(rig.database.url)
        rig.start()
        filing = await rig.person("Олена")
        await sent_a_file(filing, connection)
        backups: list[tuple[Path, int]] = []
        for turn in range(RESTORES):
            people = [await rig.person(f"Людина {turn}-{number}") for number in range(PEOPLE)]
            async with asyncio.TaskGroup() as group:
                for number, person in enumerate(people):
                    group.create_task(person.walk(scripts.whole(number)))
                await midway(people)
                out = tmp_path / f"{turn}.age"
                made = await dodomu(rig.env, "db", "backup", out, "--json")
                assert (made.code, made.told["files"]) == (0, 1), made.words
                backups.append((out, made.told["audit_seq"]))
        await connection.close()
        rig.stop()
        for turn, (out, seq) in enumerate(backups):
            await it_came_back(rig, out, seq, another_host(rig, f"host{turn}"))


async def midway(people: list[Walker]) -> None:
    """Everybody is in the middle of it."""
    async with asyncio.timeout(120):
        while not all(person.done > len(scripts.whole(0)) // 3 for person in people):
            await asyncio.sleep(0.05)


async def it_came_back(rig: Rig, out: Path, seq: int, env: dict[str, str]) -> None:
    key = rig.keyset.backup
    done = await dodomu(env, "db", "restore", out, "--key", key, "--json")
    assert done.code == 0, done.words
    assert done.told["audit_seq"] == seq
    verified = await dodomu(env, "verify", "--files", "--json")
    assert verified.code == 0, verified.words
    told = verified.told
    assert (told["good"], told["files"], told["chain_seq"]) == (True, 1, seq + 1)
    began = time.monotonic()
    refused = await dodomu(env, "run")
    assert (refused.code, "db release" in refused.words) == (1, True)
    assert await calls(rig, began) == [], "not one call of the Bot API"
    with embedded(Path(env["DODOMU_FOLDER"]) / "postgres") as copy:
        await opened.cases(copy.url, rig.keyset)
    released = await dodomu(env, "db", "release", "--json")
    assert released.code == 0, released.words
    print(f"{told['objects']} objects, chain to {seq}, {released.told['given_up']} given up")


async def test_killed_in_the_middle_nothing_pretends_to_be_whole(tmp_path):
    async with office(tmp_path) as rig:
        connection = await asyncpg.connect(rig.database.url)
        rig.start()
        await sent_a_file(await rig.person("Олена"), connection)
        await connection.close()
        rig.stop()
        out, key = tmp_path / "whole.age", rig.keyset.backup
        half = tmp_path / "whole.age.part"
        for moment in ("M3:1", "M3:2")[:RESTORES]:
            died = await dodomu(rig.env, "db", "backup", out, doomed=moment)
            assert died.code == -signal.SIGKILL, died.words
            assert not out.exists()
            assert half.exists()
        env = another_host(rig, "host")
        refused = await dodomu(env, "db", "restore", half, "--key", key)
        assert (refused.code, "nothing of it may be used" in refused.words) == (1, True)
        assert (await dodomu(rig.env, "db", "backup", out)).code == 0
        assert not half.exists()
        for moment in ("M4:1", "M4:2", "M4b:1") * RESTORES:
            died = await dodomu(env, "db", "restore", out, "--key", key, doomed=moment)
            assert died.code == -signal.SIGKILL, died.words
            said = await dodomu(env, "db", "check")
            assert (said.code, "cut off" in said.words) == (1, True), (moment, said.words)
        for words in (("db", "upgrade"), ("db", "release"), ("run",)):
            said = await dodomu(env, *words)
            assert said.code == 1, (words, said.words)
        again = await dodomu(env, "db", "restore", out, "--key", key)
        assert again.code == 0, again.words
        assert (await dodomu(env, "verify", "--files")).code == 0
        print(f"{min(RESTORES, 2) + 3 * RESTORES} kills")
