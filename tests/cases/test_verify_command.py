"""`dodomu verify`: whatever was changed, taken out or exchanged behind our back is found."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import uuid4

import pytest
from cases_reports import AT, whole

from bot.__main__ import app
from cases.audit import AuditEvent, append
from cases.document import Consented
from cases.intake import prepare
from cases.turn import Turn, load, save
from flows.report import REPORT
from vault import chain, keys, recipients, throwaway

NOW = datetime.now(UTC)


@pytest.fixture
def made(tmp_path, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """Keys, and settings that name the list and the database."""
    found = throwaway.make_all(tmp_path / "keys", NOW - timedelta(days=1))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DODOMU_FOLDER", str(tmp_path))
    monkeypatch.setenv("DODOMU_RECIPIENTS", str(found.recipients))
    monkeypatch.setenv("DODOMU_ROOT_PUBLIC", keys.public_text(found.root_public))
    return found


@pytest.fixture
async def sent(pool, vault, made):
    """Two reports, sealed and told to the chain."""
    sign = partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed)
    listed = recipients.load(made.recipients, made.root_public, 0, NOW)
    for number in (1, 2):
        turn = await load(
            pool, vault, bot="family", bot_id=7, update_id=number, digest=b"d", chat_id=number,
            default_locale="uk", now=NOW,
        )  # fmt: skip
        assert isinstance(turn, Turn)
        prepared = await prepare(
            REPORT, whole(), listed, chat_ref=turn.conversation.chat_ref, locale="uk",
            consent=Consented(1, AT, "uk", ""), now=NOW,
        )  # fmt: skip
        prepared.join(turn)
        await save(pool, vault, turn, signer=sign, now=NOW)
    return sign


async def _said(capsys, *words):
    import asyncio

    capsys.readouterr()
    code = await asyncio.to_thread(_run, "verify", *words)
    return code, capsys.readouterr().out


def _run(*words):
    with pytest.raises(SystemExit) as ended:
        app(words)
    return int(ended.value.code or 0)


async def _told(capsys):
    code, said = await _said(capsys, "--json")
    return code, json.loads(said)


async def test_what_is_as_it_was_is_good(pool, sent, capsys):
    code, told = await _told(capsys)
    assert (code, told["good"], told["wrong"]) == (0, True, 0)
    assert told["chain_seq"] == 2
    assert told["objects"] == await pool.fetchval("SELECT count(*) FROM sealed_object") > 2
    assert told["recorded"] == told["objects"]
    code, said = await _said(capsys)
    assert code == 0
    assert "whole up to entry 2" in said


CHANGED = "UPDATE sealed_object SET sealed = sealed || '\\x00' WHERE id = $1"
EXCHANGED = (
    "UPDATE sealed_object SET sealed = '\\x00', sha256 = sha256('\\x00'::bytea) WHERE id = $1"
)
GONE = "DELETE FROM sealed_object WHERE id = $1"


@pytest.mark.parametrize(
    ("edit", "why"), [(CHANGED, "changed"), (EXCHANGED, "missing"), (GONE, "missing")]
)
async def test_an_object_that_is_not_what_the_chain_was_told_is_named(
    pool, sent, capsys, edit, why
):
    row = await pool.fetchrow("SELECT id, case_id, sha256 FROM sealed_object LIMIT 1")
    await pool.execute(edit, row["id"])
    code, told = await _told(capsys)
    assert (code, told["good"]) == (1, False)
    assert f"case {row['case_id']}: {why} {row['sha256'].hex()}" in told["faults"]
    assert told["chain_hash"], "the chain itself holds"


async def test_objects_of_two_cases_that_were_exchanged_are_found(pool, sent, capsys):
    cases = [row["id"] for row in await pool.fetch("SELECT id FROM cases")]
    first, second = [
        await pool.fetchrow(
            "SELECT id, sealed, sha256 FROM sealed_object WHERE case_id = $1 LIMIT 1", case
        )
        for case in cases
    ]
    for one, other in ((first, second), (second, first)):
        await pool.execute(
            "UPDATE sealed_object SET sealed = $2, sha256 = $3 WHERE id = $1",
            *(one["id"], other["sealed"], other["sha256"]),
        )
    _, told = await _told(capsys)
    assert told["wrong"] == 2


async def test_a_chain_that_does_not_hold_is_told(pool, sent, capsys):
    await pool.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    code, said = await _said(capsys)
    assert code == 1
    assert "WRONG audit chain: entry 2: was changed" in said


async def test_a_file_is_looked_for_by_the_digest_of_what_is_in_the_store(pool, sent, capsys):
    case = await pool.fetchval("SELECT id FROM cases LIMIT 1")
    digest = sha256(b"sealed").digest()
    event = AuditEvent("collector", "file.sealed", case, {"sealed": digest.hex()})
    async with pool.acquire() as connection, connection.transaction():
        await append(connection, [event], signer=sent, now=NOW)
    assert (await _told(capsys))[1]["faults"] == [f"case {case}: missing {digest.hex()}"]
    await pool.execute(
        "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft,"
        " state, size, sha256) VALUES ($1, 'family', '\\x00', $2, 9, 'age1', false, 'held', 6, $3)",
        *(uuid4(), case, digest),
    )
    assert (await _told(capsys))[1]["good"]


async def test_an_erased_case_is_missed_by_nobody(pool, sent, capsys):
    case = await pool.fetchval("SELECT id FROM cases LIMIT 1")
    await pool.execute("DELETE FROM sealed_object WHERE case_id = $1", case)
    assert not (await _told(capsys))[1]["good"]
    await pool.execute("UPDATE cases SET erased_at = now() WHERE id = $1", case)
    assert (await _told(capsys))[1]["good"]


async def test_without_a_list_that_the_root_signed_nothing_is_said_to_be_good(made, sent, capsys):
    recipients.signature_path(made.recipients).write_bytes(b"")
    code, told = await _told(capsys)
    assert (code, told["good"]) == (1, False)
    assert "signature" in told["said"]


async def test_a_database_that_is_away_is_told_without_its_address(made, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/nowhere")
    code, said = await _said(capsys)
    assert code == 1
    assert "cannot be used" in said
    assert "secret" not in said
