"""A VAULT key that is gone: what it sealed is lost, and nothing else stands still for it."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from cases import collecting, measures
from cases.retention import abandoned, expire
from cases.turn import DRAFT_KEPT, DraftRow, Outgoing, load, save
from vault.local import Vault

SCRIPT = Path(__file__).parents[2] / "deploy/postgres/after-vault-key.sql"
BOTS = {"family": 7}
NEW = Vault(b"n" * 32, b"r" * 32)


async def begun(pool, vault, signer, now, chat):
    turn = await load(
        pool, vault, bot="family", bot_id=7, update_id=chat, digest=b"d", chat_id=chat,
        default_locale="uk", now=now,
    )  # fmt: skip
    turn.drafts["report"] = DraftRow(uuid4(), "report", {"chat": chat}, True, now, now)
    turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}))
    await save(pool, vault, turn, signer=signer, now=now)


@pytest.fixture
async def old(pool, vault, signer, now):
    """More than one look takes, so that what does not open cannot hide what does."""
    for chat in range(1, 23):
        await begun(pool, vault, signer, now, chat)
    await pool.execute(
        "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft, state,"
        " size, locator) VALUES (gen_random_uuid(), 'family', '\\x01', gen_random_uuid(), 1,"
        " 'age1', true, 'queued', 1, $1)",
        vault.seal({"offered": {}}, b"any"),
    )


@pytest.mark.usefixtures("old")
async def test_a_draft_nobody_can_open_does_not_end_the_janitor(pool, now):
    assert await abandoned(pool, NEW, BOTS, now=now + DRAFT_KEPT) == []


@pytest.mark.usefixtures("old")
async def test_after_the_script_nothing_waits_for_the_old_key(pool, signer, now):
    await pool.execute(SCRIPT.read_text(encoding="utf-8"))
    claimed = await collecting.claim(pool, NEW, "family", worker="w", limit=9, lease=60)
    assert claimed == ()
    assert await measures.files(pool) == await measures.queues(pool) == ()
    later = now + DRAFT_KEPT
    await begun(pool, NEW, signer, now, 90)
    [turn] = await abandoned(pool, NEW, BOTS, now=later)
    assert turn.conversation.chat_id == 90
    await expire(pool, signer=signer, now=later + timedelta(hours=1))
    assert await pool.fetchval("SELECT count(*) FROM draft") == 1
