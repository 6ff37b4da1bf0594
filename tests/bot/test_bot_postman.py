"""The bell for what was typed in on the desk: rung once, by the intake, without content."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from desk_rig import case

from bot.house import Pools
from bot.keyring import Keyring
from bot.postman import Postman
from cases import database
from cases.asking import CHANNEL
from cases.outbox import row_name
from handlers.sending import Bell
from vault import chain, keys, throwaway

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
BELL = Bell(2_000_002, -4_001)


@pytest.fixture
async def postman(database_url: str, tmp_path: Path) -> AsyncIterator[Postman]:
    made = throwaway.make_all(tmp_path / "keys", NOW - timedelta(minutes=1))
    keyring = Keyring(
        keys.load_vault(made.vault),
        partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed),
        lambda: NOW,
        *(made.recipients, made.root_public, 0, tmp_path / "newest"),
    )
    async with await database.connect(database_url, role="dodomu_bot") as own:
        yield Postman(
            Pools(own, own, own),
            keyring,
            {"family": 1},
            lambda: NOW,
            lambda: None,
            BELL,
            database_url,
        )


async def _rung(pool: asyncpg.Pool, postman: Postman) -> list[Any]:
    """What waits for the staff's chat."""
    rows = await pool.fetch("SELECT * FROM outbox WHERE bot = 'staff' ORDER BY id")
    vault = postman.keyring.vault
    return [vault.open(row["sealed"], row_name(row["chat_ref"])) for row in rows]


@pytest.mark.parametrize("channel", ["operator_phone", "walk_in"])
async def test_a_caller_rings_the_bell_once(
    pool: asyncpg.Pool, postman: Postman, channel: str
) -> None:
    await case(pool, NOW, channel=channel, level="critical", chat_ref=None)
    assert await postman.rung() == 1
    assert await postman.rung() == 0
    (bell,) = await _rung(pool, postman)
    assert bell["chat_id"] == BELL.chat
    assert "7K4M-0000" in bell["params"]["text"]
    assert bell["params"]["protect_content"] is True
    assert await pool.fetchval("SELECT rung_at FROM cases") == NOW


@pytest.mark.parametrize(
    "given", [{"channel": "telegram"}, {"status": "screening"}, {"rung_at": NOW}]
)
async def test_nothing_rings_for_what_was_rung_for_taken_or_sent_by_a_chat(
    pool: asyncpg.Pool, postman: Postman, given: dict[str, Any]
) -> None:
    await case(pool, NOW, **{"channel": "operator_phone", **given})
    assert await postman.rung() == 0
    assert await _rung(pool, postman) == []


async def test_a_child_of_a_groups_list_does_not_ring_by_itself(
    pool: asyncpg.Pool, postman: Postman
) -> None:
    group = await case(pool, NOW, channel="walk_in")
    await case(pool, NOW, channel="walk_in", part_of=group)
    assert await postman.rung() == 1


async def test_without_a_bell_what_came_waits_for_one(
    pool: asyncpg.Pool, postman: Postman
) -> None:
    await case(pool, NOW, channel="walk_in")
    deaf = Postman(
        postman.pools, postman.keyring, postman.bots, postman.now, postman.wake, bell=None
    )
    assert await deaf.rung() == 0
    assert await postman.rung() == 1


async def test_the_desk_calls_and_the_next_round_is_not_waited_for(
    pool: asyncpg.Pool, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.postman._EVERY", 3_600.0)
    stop = asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(postman.run(stop))
        await _until(pool, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        await case(pool, NOW, channel="operator_phone", chat_ref=None)
        await pool.execute(f"NOTIFY {CHANNEL}")
        await _until(pool, "SELECT count(*) FROM outbox WHERE bot = 'staff'")
        stop.set()


async def test_a_listening_that_was_cut_begins_again_and_misses_nothing(
    pool: asyncpg.Pool, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.postman._EVERY", 3_600.0)
    monkeypatch.setattr("bot.postman._PATIENCE", 1.5)
    stop = asyncio.Event()
    listening = "SELECT count(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(postman.run(stop))
        await _until(pool, listening)
        await case(pool, NOW, channel="operator_phone", chat_ref=None)  # and nobody heard a call
        await pool.execute(listening.replace("count(pid)", "pg_terminate_backend(pid)"))
        await _until(pool, "SELECT count(*) FROM outbox WHERE bot = 'staff'")
        stop.set()


async def _until(pool: asyncpg.Pool, counted: str) -> None:
    while not await pool.fetchval(counted):
        await asyncio.sleep(0.02)
