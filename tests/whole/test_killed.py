"""kill -9 at random moments, of the bot and of PostgreSQL: nothing is lost, nothing happens twice.

By default a small run; `KILLS=40 PEOPLE=50` is the whole of it (`make kill`).
"""

import asyncio
import os
import secrets
import signal
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import opened
import pytest
import scripts
from rig import Rig, Walker, rigged

from bot.postgres import embedded, migrate
from vault import keys

KILLS = int(os.environ.get("KILLS", "5"))
PEOPLE = int(os.environ.get("PEOPLE", "8"))
FAST = {
    "DODOMU_RATE": "1000",
    "DODOMU_CHAT_RATE": "50",
    "DODOMU_CHAT_BURST": "50",
}

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3000)]


@asynccontextmanager
async def a_rig(folder: Path, **settings: str):
    with embedded(folder / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(folder, server, **FAST, **settings) as rig:
            yield rig


@pytest.fixture
def webhook_settings(unused_tcp_port: int) -> dict[str, str]:
    return {
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{unused_tcp_port}",
        "DODOMU_WEBHOOK_PORT": str(unused_tcp_port),
        "DODOMU_WEBHOOK_SECRET": secrets.token_hex(16),
    }


@pytest.mark.parametrize("door", ["polling", "webhook"])
async def test_killing_the_bot_loses_nothing_and_doubles_nothing(door, tmp_path, webhook_settings):
    settings = webhook_settings if door == "webhook" else {}
    async with a_rig(tmp_path, **settings) as rig:
        people = await crowd(rig)
        await walked_while(rig, people, kills_of_the_bot(rig))
        await everything_is_right(rig, people)


async def test_killing_postgres_loses_nothing_and_doubles_nothing(tmp_path):
    async with a_rig(tmp_path) as rig:
        people = await crowd(rig)
        await walked_while(rig, people, kills_of_postgres(rig))
        await everything_is_right(rig, people)


async def crowd(rig: Rig) -> list[Walker]:
    return [await rig.person(f"Людина {number}") for number in range(PEOPLE)]


async def walked_while(rig: Rig, people: list[Walker], kill) -> None:
    """Everybody walks their script; at KILLS moments of it, spread at random, `kill` strikes."""
    process = rig.start()
    total = sum(len(scripts.whole(number)) for number in range(len(people)))
    moments = sorted(1 + secrets.randbelow(total - 2) for _ in range(KILLS))

    async def striking() -> None:
        nonlocal process
        while not any(person.done > 1 for person in people):
            await asyncio.sleep(0.01)  # it has started, and answered somebody
        for moment in moments:
            while sum(person.done for person in people) < moment:
                await asyncio.sleep(0.01)
            await asyncio.sleep(secrets.randbelow(300) / 1000)
            process = await kill(process)

    async with asyncio.TaskGroup() as group:
        group.create_task(striking())
        for number, person in enumerate(people):
            group.create_task(person.walk(scripts.whole(number)))
    for person in people:
        await person.asked("Ваш код")
    print(f"{total} updates of {len(people)} people, {KILLS} kills")


def kills_of_the_bot(rig: Rig):
    async def kill(process: subprocess.Popen) -> subprocess.Popen:
        process.kill()
        await asyncio.to_thread(process.wait)
        return rig.start()

    return kill


def kills_of_postgres(rig: Rig):
    async def kill(process: subprocess.Popen) -> subprocess.Popen:
        pid = int((rig.database.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(rig.database.revive)
        return process

    return kill


async def everything_is_right(rig: Rig, people: list[Walker]) -> None:
    await everything_is_sent(rig)
    rig.stop()
    url = rig.database.url
    found = await opened.cases(url, rig.keyset)
    vault = keys.load_vault(rig.keyset.vault)
    assert len(found) == 2 * len(people)
    assert len({case.code for case in found}) == len(found)
    for number, person in enumerate(people):
        ref = vault.chat_ref(1_000_001, person.id)
        first, second = (opened.said(case) for case in found if case.chat_ref == ref)
        for told, longer in ((first, False), (second, True)):
            wanted = scripts.expected(number, longer=longer)
            assert {key: told.get(key) for key in wanted} == wanted
    connection = await asyncpg.connect(url)
    try:
        await nothing_is_left_over(rig, connection, people)
    finally:
        await connection.close()


async def everything_is_sent(rig: Rig) -> None:
    """What tidies up comes last; nobody waits for it, and yet it must come.

    Bells may ring on: a group hears no more than 18 a minute.
    """
    connection = await asyncpg.connect(rig.database.url)
    waiting = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND bot = 'family'"
    try:
        async with asyncio.timeout(90):
            while await connection.fetchval(waiting):
                await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def nothing_is_left_over(rig: Rig, connection, people: list[Walker]) -> None:
    steps = sum(len(scripts.whole(number)) for number in range(len(people)))
    counted = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM bot_update) AS updates,
               (SELECT count(*) FROM quarantine) AS set_aside,
               (SELECT count(*) FROM draft) AS drafts,
               (SELECT count(*) FROM outbox
                 WHERE state <> 'sent' AND NOT (bot = 'staff' AND state = 'queued')) AS unsent,
               (SELECT count(*) FROM outbox WHERE bot = 'staff') AS bells,
               (SELECT count(*) FROM audit WHERE action = 'report.sent') AS audited
        """
    )
    assert dict(counted) == {
        "updates": steps,
        "set_aside": 0,
        "drafts": 0,
        "unsent": 0,
        "bells": 2 * len(people),
        "audited": 2 * len(people),
    }
