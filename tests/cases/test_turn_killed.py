"""PostgreSQL is killed again and again: what was acknowledged is there, and there once."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import Embedded, embedded, migrate
from cases import database
from cases.audit import AuditEvent, Signer, verify
from cases.outbox import AWAY
from cases.turn import Duplicate, Outgoing, Overtaken, Seen, Turn, load, save
from vault.local import Vault
from vault.recipients import SigningEntry

CHATS, UPDATES, KILLS = 8, 40, 4


@pytest.fixture
def server() -> Iterator[Embedded]:
    with tempfile.TemporaryDirectory(prefix="dodomu-tests-") as folder:  # noqa: SIM117 - in order
        with embedded(Path(folder, "postgres")) as started:
            migrate(started.url)
            yield started


class Family:
    """One chat whose updates come in order, each tried until it is acknowledged."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime) -> None:
        self.pool, self.vault, self.signer, self.now = pool, vault, signer, now

    async def talk(self, chat: int) -> None:
        for update in range(UPDATES):
            while not await self._tried(chat, chat * UPDATES + update):
                await asyncio.sleep(0.05)

    async def _tried(self, chat: int, update: int) -> bool:
        try:
            turn = await load(
                self.pool, self.vault, bot="family", bot_id=7, update_id=update, digest=b"d",
                chat_id=chat, default_locale="uk", now=self.now,
            )  # fmt: skip
            if isinstance(turn, Seen):
                return True
            self._answer(turn, update)
            await save(self.pool, self.vault, turn, signer=self.signer, now=self.now)
        except Duplicate:
            return True
        except (*AWAY, Overtaken):
            return False
        return True

    def _answer(self, turn: Turn, update: int) -> None:
        turn.conversation.revision += 1
        turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}, tag=str(update)))
        if update % 5 == 0:
            turn.audit.append(AuditEvent("bot", "draft.opened"))


@pytest.mark.kill
async def test_every_update_has_its_effect_once_and_in_order(
    server: Embedded, vault: Vault, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    pool = await database.connect(server.url, most=CHATS)
    family = Family(pool, vault, signer, now)
    async with asyncio.TaskGroup() as group:
        talks = [group.create_task(family.talk(chat)) for chat in range(1, CHATS + 1)]
        for kill in range(1, KILLS + 1):
            due = kill * CHATS * UPDATES // (KILLS + 1)
            while not all(talk.done() for talk in talks) and await _seen(pool) < due:
                await asyncio.sleep(0.01)
            _kill(server)
            await asyncio.to_thread(server.revive)
    rows = await pool.fetch("SELECT chat_ref, tag::int FROM outbox ORDER BY id")
    assert len(rows) == CHATS * UPDATES
    for chat in range(1, CHATS + 1):
        mine = [row["tag"] for row in rows if row["chat_ref"] == vault.chat_ref(7, chat)]
        assert mine == list(range(chat * UPDATES, (chat + 1) * UPDATES))
    assert set(await pool.fetchval("SELECT array_agg(version) FROM conversation")) == {UPDATES}
    assert (await verify(pool, [signed_by]))[0] == CHATS * UPDATES // 5
    await pool.close()


async def _seen(pool: asyncpg.Pool) -> int:
    try:
        count: int = await pool.fetchval("SELECT count(*) FROM bot_update")
    except AWAY:
        return 0
    return count


def _kill(server: Embedded) -> None:
    note = (server.data / "postmaster.pid").read_text()
    os.kill(int(note.split("\n", 1)[0]), signal.SIGKILL)
