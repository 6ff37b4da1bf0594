"""kill -9 of whoever sends a broadcast: everybody hears it, or is counted unknown; nobody twice.

By default a small run; `KILLS=20` is the whole of it.
"""

import asyncio
import os
import secrets
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from broadcast_office import URGENT, Desk, family
from oven import Oven
from rig import Database, Rig, rigged

from cases import broadcast_counts
from delivery.sender import CONCURRENCY
from vault import chain, keys
from vault.local import Vault

KILLS = int(os.environ.get("KILLS", "3"))
FAMILIES = 60 + 20 * KILLS
SIGNER = partial(chain.sign, bytes(range(32)))
BOT_ID = 1000001

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]


async def test_killing_the_sender_leaves_nobody_out_and_writes_to_nobody_twice(
    tmp_path: Path, database_url: str, pool: asyncpg.Pool, oven: Oven
):
    # At night as well, and for this test alone the cooling minute is over.
    approved_at = datetime.now(UTC) - timedelta(minutes=2)
    async with rigged(
        tmp_path, Database(database_url), oven=oven, kept=False, DODOMU_BROADCAST_RATE="20"
    ) as rig:
        vault = keys.load_vault(rig.keyset.vault)
        chats = await _families(rig, pool, vault)
        desk = Desk(pool, SIGNER, approved_at)
        await desk.hire()
        id_ = await desk.approved(URGENT)
        process = rig.start("run", "delivery")
        for number in range(KILLS):
            await _until(pool, 15 * (number + 1) + secrets.randbelow(15))
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            process = rig.start("run", "delivery")
        await _until_finished(desk, id_, rig)
        shown = await broadcast_counts.progress(pool, id_)
        heard = {chat: await _messages(rig, chat) for chat in chats}
        rows = await pool.fetch("SELECT chat_ref, state FROM broadcast_recipient")
    assert shown is not None
    states = {bytes(row["chat_ref"]): row["state"] for row in rows}
    assert max(heard.values()) == 1, "nobody twice"
    assert {states[ref] for ref in states} <= {"sent", "unknown"}
    assert all(heard[chat] == 1 for chat, ref in chats.items() if states[ref] == "sent")
    assert shown.by_state["unknown"] <= KILLS * CONCURRENCY
    assert shown.by_state["sent"] + shown.by_state["unknown"] == FAMILIES


async def _families(rig: Rig, pool: asyncpg.Pool, vault: Vault) -> dict[int, bytes]:
    now = datetime.now(UTC)
    found = {}
    for number in range(FAMILIES):
        made = await rig.sim("users", {"first_name": f"Людина {number}", "started": ["family"]})
        found[made["id"]] = await family(pool, SIGNER, now, made["id"], vault=vault, bot_id=BOT_ID)
    return found


async def _messages(rig: Rig, chat: int) -> int:
    told = await rig.look(f"family/chat/{chat}")
    return sum(1 for message in told["messages"] if message["from"] == "bot")


async def _until(pool: asyncpg.Pool, calls: int) -> None:
    """So many are done; in the midst of the next ones."""
    done = "SELECT count(*) FROM outbox WHERE lane = 2 AND state NOT IN ('queued', 'sending')"
    async with asyncio.timeout(120):
        while await pool.fetchval(done) < calls:
            await asyncio.sleep(0.005)


async def _until_finished(desk: Desk, id_, rig: Rig) -> None:
    deadline = 240
    for _ in range(deadline * 5):
        state = (await desk.read(id_)).state
        if state == "finished":
            return
        assert state in ("scheduled", "running"), rig.fate()
        await asyncio.sleep(0.2)
    raise AssertionError(rig.fate())
