"""What a family asks to be erased is gone for good, unless the law wants it kept."""

from datetime import timedelta

import pytest
from cases_reports import AT, whole

from cases import database
from cases.document import Consented
from cases.intake import prepare
from cases.retention import ERASURE_WAITS, shred
from cases.turn import load, save
from flows.report import REPORT


@pytest.fixture
async def stored(pool, vault, signer, recipients, now):
    """Two cases, both asked to be erased long ago; the second is under legal hold."""
    ids = []
    for number in (1, 2):
        turn = await load(
            pool, vault, bot="family", bot_id=7, update_id=number, digest=b"d", chat_id=number,
            default_locale="uk", now=now,
        )  # fmt: skip
        prepared = await prepare(
            REPORT, whole(), recipients, chat_ref=turn.conversation.chat_ref, locale="uk",
            consent=Consented(1, AT, "uk", ""), now=now,
        )  # fmt: skip
        prepared.join(turn)
        await save(pool, vault, turn, signer=signer, now=now)
        ids.append(prepared.case)
    await pool.execute("UPDATE cases SET erase_asked_at = $1, held = id = $2", now, ids[1])
    return ids


async def left(pool, case):
    return await pool.fetchval(
        "SELECT (SELECT count(*) FROM case_key WHERE case_id = $1)"
        " + (SELECT count(*) FROM sealed_object WHERE case_id = $1)"
        " + (SELECT count(*) FROM family_copy WHERE case_id = $1)",
        case,
    )


async def test_nothing_is_erased_before_its_time(pool, signer, now, stored):
    later = now + ERASURE_WAITS - timedelta(minutes=1)
    assert await shred(pool, signer=signer, now=later) == 0
    assert await left(pool, stored[0]) > 0


async def test_keys_and_objects_go_and_a_tombstone_stays(database_url, pool, signer, now, stored):
    async with await database.connect(database_url, role="dodomu_janitor") as janitor:
        later = now + ERASURE_WAITS + timedelta(minutes=1)
        assert await shred(janitor, signer=signer, now=later) == 1
        assert await shred(janitor, signer=signer, now=later) == 0
    assert await left(pool, stored[0]) == 0
    row = await pool.fetchrow("SELECT status, code, erased_at FROM cases WHERE id = $1", stored[0])
    assert (row["status"], row["erased_at"]) == ("erased", later)
    assert row["code"]
    told = await pool.fetch("SELECT subject FROM audit WHERE action = 'case.erased'")
    assert [one["subject"] for one in told] == [stored[0]]


async def test_a_case_under_legal_hold_cannot_be_erased(pool, signer, now, stored):
    await shred(pool, signer=signer, now=now + timedelta(days=400))
    assert await left(pool, stored[1]) > 0
