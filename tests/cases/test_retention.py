"""What is kept no longer goes; what a person agreed to pass on is given out instead."""

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pyrage.x25519 import Identity

from cases import database, entry_drafts
from cases.audit import NotACode, Signer, verify
from cases.document import Consented
from cases.entry_drafts import EntryDraft
from cases.quarantine import KIND, failed, quarantine
from cases.retention import Expired, abandoned, expire
from cases.turn import DRAFT_KEPT, DraftRow, Outgoing, Overtaken, Seen, Turn, load, save
from flows.draft import Draft
from vault.local import Vault
from vault.recipients import Recipients, SigningEntry
from vault.unseal import open_group

CHATS = {None: 1, False: 2, True: 3}


async def _see(
    pool: asyncpg.Pool,
    vault: Vault,
    now: datetime,
    update: int,
    chat: int,
    *,
    digest: bytes = b"d",
) -> Turn | Seen:
    return await load(
        pool, vault, bot="family", bot_id=7, update_id=update, digest=digest, chat_id=chat,
        default_locale="uk", now=now,
    )  # fmt: skip


@pytest.fixture
async def _drafts(pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime) -> None:
    """Three chats with a draft each: nobody asked, passed on: no, passed on: yes."""
    for pass_on, chat in CHATS.items():
        turn = await _see(pool, vault, now, chat, chat)
        assert isinstance(turn, Turn)
        turn.drafts["report"] = DraftRow(uuid4(), "report", {"chat": chat}, pass_on, now, now)
        turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}))
        await save(pool, vault, turn, signer=signer, now=now)


async def test_a_callers_draft_past_its_term_goes_and_the_chain_tells_how_many(
    pool: asyncpg.Pool, database_url: str, vault: Vault, signer: Signer, now: datetime
) -> None:
    person = uuid4()
    await pool.execute(
        "INSERT INTO staff (id, name, role, units) VALUES ($1, 'x', 'operator', '{UA}')", person
    )
    for age in (timedelta(days=31), timedelta(days=29)):
        consent = Consented(1, "", "uk", "")
        draft = Draft("report", 1, "relation")
        began = now - age
        entry = EntryDraft(uuid4(), person, "walk_in", "uk", draft, consent, began)
        await entry_drafts.begin(pool, vault, entry)
    async with await database.connect(database_url, role="dodomu_janitor") as own:
        assert (await expire(own, signer=signer, now=now, dry_run=True)).entries == 1
        assert (await expire(own, signer=signer, now=now)).entries == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.fetch("SELECT sealed FROM entry_draft")
    assert await pool.fetchval("SELECT count(*) FROM entry_draft") == 1
    assert await pool.fetchval("SELECT detail FROM audit WHERE action = 'entry.expired'")


@pytest.mark.usefixtures("_drafts")
async def test_an_expired_draft_goes_unless_it_may_be_passed_on(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    early = await expire(pool, signer=signer, now=now + DRAFT_KEPT - timedelta(seconds=1))
    assert early.drafts == 0
    would = await expire(pool, signer=signer, now=now + DRAFT_KEPT, dry_run=True)
    done = await expire(pool, signer=signer, now=now + DRAFT_KEPT)
    assert would.drafts == done.drafts == 2
    assert await pool.fetchval("SELECT array_agg(pass_on) FROM draft") == [True]
    assert (await verify(pool, [signed_by]))[0] == 1
    assert await pool.fetchval("SELECT detail ->> 'count' FROM audit") == "2"


@pytest.mark.usefixtures("_drafts")
async def test_an_abandoned_draft_is_given_out_once_it_expires(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime
) -> None:
    bots = {"family": 7}
    assert await abandoned(pool, vault, bots, now=now) == []
    later = now + DRAFT_KEPT
    [turn] = await abandoned(pool, vault, bots, now=later)
    assert turn.conversation.chat_id == CHATS[True]
    assert turn.drafts["report"].content == {"chat": CHATS[True]}
    turn.drafts.clear()
    turn.outgoing.append(Outgoing("sendMessage", {"text": "passed on"}))
    await save(pool, vault, turn, signer=signer, now=later)
    assert await abandoned(pool, vault, bots, now=later) == []


@pytest.mark.usefixtures("_drafts")
async def test_a_person_who_comes_back_in_time_keeps_an_abandoned_draft(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime
) -> None:
    later = now + DRAFT_KEPT
    [turn] = await abandoned(pool, vault, {"family": 7}, now=later)
    back = await _see(pool, vault, later, 99, CHATS[True])
    assert isinstance(back, Turn)
    await save(pool, vault, back, signer=signer, now=later)
    turn.drafts.clear()
    with pytest.raises(Overtaken):
        await save(pool, vault, turn, signer=signer, now=later)
    assert await abandoned(pool, vault, {"family": 7}, now=later) == []


@pytest.mark.usefixtures("_drafts")
async def test_old_updates_and_sent_messages_go_and_young_ones_stay(
    pool: asyncpg.Pool, signer: Signer
) -> None:
    now: datetime = await pool.fetchval("SELECT now()")
    await pool.execute(
        "UPDATE bot_update SET seen_at = now() - interval '71 h' WHERE update_id = 1"
    )
    await pool.execute(
        "UPDATE bot_update SET seen_at = now() - interval '73 h' WHERE update_id > 1"
    )
    await pool.execute(
        "UPDATE outbox SET state = 'sent', finished_at = now() - make_interval(days => 28 + id::int)"
        " WHERE id < 4"
    )
    await pool.execute("UPDATE draft SET expires_at = now() + interval '1 d'")
    done = await expire(pool, signer=signer, now=now)
    assert done == Expired(drafts=0, updates=2, sent=1, quarantined=0)


@pytest.mark.usefixtures("_drafts")
async def test_many_rows_go_in_several_batches(pool: asyncpg.Pool, signer: Signer) -> None:
    now: datetime = await pool.fetchval("SELECT now()")
    await pool.execute(
        "INSERT INTO bot_update (bot_id, update_id, digest, seen_at)"
        " SELECT 9, n, '', now() - interval '4 d' FROM generate_series(1, 1203) n"
    )
    assert (await expire(pool, signer=signer, now=now)).updates == 1203


async def test_failures_are_counted_per_update(pool: asyncpg.Pool) -> None:
    counts = [await failed(pool, 7, update, "KeyError") for update in (1, 1, 2, 1)]
    assert counts == [1, 2, 1, 3]


async def test_a_quarantined_update_is_sealed_and_counts_as_seen(
    pool: asyncpg.Pool, vault: Vault, recipients: Recipients, now: datetime, triage: Identity
) -> None:
    await failed(pool, 7, 1, "KeyError")
    raw = '{"update_id": 1, "message": {"text": "Соломія"}}'.encode()
    await quarantine(
        pool, recipients, entry=uuid4(), bot_id=7, update_id=1, digest=b"d", raw=raw,
        reason="KeyError",
    )  # fmt: skip
    assert await _see(pool, vault, now, 1, 5) is Seen.DUPLICATE
    assert await pool.fetchval("SELECT count(*) FROM update_failure") == 0
    stored = await pool.fetchval("SELECT q::text FROM quarantine q")
    assert "Соломія".encode().hex() not in stored
    payload: Any = open_group(triage, await pool.fetchval("SELECT sealed FROM quarantine"), KIND)
    assert base64.b64decode(payload["raw"]) == raw


async def test_another_text_under_a_seen_id_is_quarantined_beside_it(
    pool: asyncpg.Pool, vault: Vault, recipients: Recipients, now: datetime
) -> None:
    await pool.execute("INSERT INTO bot_update (bot_id, update_id, digest) VALUES (7, 1, 'd')")
    assert await _see(pool, vault, now, 1, 5, digest=b"other") is Seen.OTHER_BODY
    await quarantine(
        pool, recipients, entry=uuid4(), bot_id=7, update_id=1, digest=b"other", raw=b"{}",
        reason="other_body",
    )  # fmt: skip
    assert await _see(pool, vault, now, 1, 5) is Seen.DUPLICATE


async def test_the_text_of_an_error_is_refused_as_a_reason(
    pool: asyncpg.Pool, recipients: Recipients
) -> None:
    with pytest.raises(NotACode) as refused:
        await failed(pool, 7, 1, "no such name: Соломія")
    assert "Соломія" not in str(refused.value)


async def test_who_heard_a_broadcast_is_forgotten_after_thirty_days_and_its_counts_stay(
    pool: asyncpg.Pool, database_url: str, signer: Signer, now: datetime
) -> None:
    person = uuid4()
    await pool.execute(
        "INSERT INTO staff (id, name, role, units) VALUES ($1, 'x', 'operator', '{UA}')", person
    )
    for age in (31, 29, None):
        id_ = uuid4()
        ended = None if age is None else now - timedelta(days=age)
        await pool.execute(
            "INSERT INTO broadcast (id, name, audience, digest, author, edited_by, created_at,"
            " edited_at, finished_at, sent) VALUES ($1, 'x', '{}', '', $2, $2, $3, $3, $4, 7)",
            *(id_, person, now, ended),
        )
        await pool.execute(
            "INSERT INTO broadcast_recipient (broadcast_id, chat_ref, locale)"
            " SELECT $1, int4send(n), 'uk' FROM generate_series(1, 7) n",
            id_,
        )
        await pool.execute(
            "INSERT INTO broadcast_test (broadcast_id, person_id, digest, at)"
            " VALUES ($1, $2, '', $3)",
            *(id_, person, ended or now),
        )
    async with await database.connect(database_url, role="dodomu_janitor") as own:
        done = await expire(own, signer=signer, now=now)
    assert done.recipients == 7
    assert await pool.fetchval("SELECT count(*) FROM broadcast_recipient") == 14
    assert await pool.fetchval("SELECT count(*) FROM broadcast_test") == 2
    assert await pool.fetchval("SELECT sum(sent) FROM broadcast") == 21
