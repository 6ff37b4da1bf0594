"""With the rights of their roles alone, each process can still do all of its work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from cases_reports import AT, whole

from cases import database, gate, outbox
from cases.audit import Signer
from cases.document import Consented
from cases.intake import prepare
from cases.quarantine import failed, quarantine
from cases.retention import abandoned, expire
from cases.turn import DRAFT_KEPT, DraftRow, Outgoing, Turn, load, save, seen_only
from flows.report import REPORT
from vault.local import Vault
from vault.recipients import Recipients


@asynccontextmanager
async def _as(role: str, url: str) -> "AsyncIterator[asyncpg.Pool]":
    async with await database.connect(url, role=role) as pool:
        assert await pool.fetchval("SELECT current_user") == role
        yield pool


async def _turn(pool: asyncpg.Pool, vault: Vault, now: datetime, update: int) -> Turn:
    turn = await load(
        pool, vault, bot="family", bot_id=7, update_id=update, digest=b"d", chat_id=5,
        default_locale="uk", now=now,
    )  # fmt: skip
    assert isinstance(turn, Turn)
    return turn


async def _draft(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime, *, pass_on: bool | None
) -> None:
    turn = await _turn(pool, vault, now, 1)
    turn.drafts["report"] = DraftRow(uuid4(), "report", {}, pass_on, now, now)
    turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}, tag="q1", dedupe_key="once"))
    await save(pool, vault, turn, signer=signer, now=now)


async def test_the_bot_takes_a_report_in_without_being_able_to_read_one(
    database_url: str, vault: Vault, signer: Signer, recipients: Recipients, now: datetime
) -> None:
    async with _as("dodomu_bot", database_url) as pool:
        await _draft(pool, vault, signer, now, pass_on=True)
        turn = await _turn(pool, vault, now, 2)
        prepared = await prepare(
            REPORT, whole(), recipients, chat_ref=turn.conversation.chat_ref, locale="uk",
            consent=Consented(1, AT, "uk", ""), now=now,
        )  # fmt: skip
        prepared.join(turn)
        await save(pool, vault, turn, signer=signer, now=now)
        await seen_only(pool, 7, 3, b"d")
        assert await failed(pool, 7, 4, "KeyError") == 1
        await quarantine(
            pool, recipients, entry=uuid4(), bot_id=7, update_id=4, digest=b"d", raw=b"{}",
            reason="KeyError",
        )  # fmt: skip
        assert await abandoned(pool, vault, {"family": 7}, now=now) == []
        for table in ("sealed_object", "case_key", "quarantine", "outbox"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.fetch(f"SELECT * FROM {table}")


async def test_the_sender_sends(
    pool: asyncpg.Pool, database_url: str, vault: Vault, signer: Signer, now: datetime
) -> None:
    await _draft(pool, vault, signer, now, pass_on=None)
    async with _as("dodomu_sender", database_url) as own:
        [row] = await outbox.claim(own, "family", "w", 8)
        assert await outbox.again(own, "w", row.id, 0, None, count_attempt=False)
        [row] = await outbox.claim(own, "family", "w", 8)
        assert await outbox.recover(own, "family", "v", succeeding=True) == 1
        [row] = await outbox.claim(own, "family", "w", 8)
        assert await outbox.sent(own, "w", [outbox.Receipt(row.id, 17)]) == {row.id: False}
        assert await outbox.message_of(own, row.chat_ref, "q1") == 17
        await gate.pause(own, "family", 0)
        await gate.stop(own, "family", "token")
        assert await gate.reopen(own, "family")
        await pool.execute("UPDATE outbox SET state = 'queued'")
        [row] = await outbox.claim(own, "family", "w", 8)
        assert await outbox.unreachable(own, "w", row.id, "blocked", whole_chat=True)
    assert await pool.fetchval("SELECT blocked_at IS NOT NULL FROM conversation")


async def test_the_janitor_sweeps(
    pool: asyncpg.Pool, database_url: str, vault: Vault, signer: Signer, now: datetime
) -> None:
    await _draft(pool, vault, signer, now, pass_on=None)
    later = now + DRAFT_KEPT + timedelta(days=1)
    async with _as("dodomu_janitor", database_url) as own:
        done = await expire(own, signer=signer, now=later)
    assert done.drafts == 1


@pytest.mark.parametrize("column", ["name", "password", "enrolled_at"])
async def test_the_bot_knows_a_press_by_its_role_and_nobody_by_name(
    database_url: str, column: str
) -> None:
    async with _as("dodomu_bot", database_url) as pool:
        await pool.fetch("SELECT id, number, role, units, state FROM staff")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch(f"SELECT {column} FROM staff")


@pytest.mark.parametrize("table", ["staff_link", "link_code", "staff_notice", "bell", "digest"])
@pytest.mark.parametrize("role", ["dodomu_sender", "dodomu_janitor"])
async def test_who_is_rung_for_is_no_business_of_who_sends_and_who_sweeps(
    database_url: str, role: str, table: str
) -> None:
    async with _as(role, database_url) as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch(f"SELECT * FROM {table}")


@pytest.mark.parametrize("deed", ["DELETE FROM bell", "UPDATE bell SET stage = 'due'"])
async def test_the_desk_may_ask_for_a_look_and_not_say_what_was_rung(
    database_url: str, deed: str
) -> None:
    async with _as("dodomu_desk", database_url) as pool:
        await pool.execute("UPDATE bell SET next_at = now() WHERE case_id = $1", uuid4())
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(deed)
