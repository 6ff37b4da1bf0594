"""Erasing is whole or has not happened, whoever is killed; what the law keeps stays readable.

By default a few cases; `SHREDS=200` is the whole of it.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cases_reports import AT, whole

from bot.__main__ import app
from cases import database, retention
from cases.document import Consented
from cases.intake import prepare
from cases.turn import load, save
from flows.report import REPORT
from vault import chain, keys, receipt, recipients, throwaway, unseal
from vault.contents import Head

ROOT = Path(__file__).parents[2]
SHREDS = int(os.environ.get("SHREDS", "22"))
HELD = SHREDS // 4
NOW = datetime.now(UTC)

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def made(tmp_path, database_url, monkeypatch):
    found = throwaway.make_all(tmp_path / "keys", NOW - timedelta(days=1))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DODOMU_FOLDER", str(tmp_path))
    monkeypatch.setenv("DODOMU_INTAKE_SIGN_KEY", str(found.intake_sign))
    return found


@pytest.fixture
async def asked(pool, vault, made, monkeypatch):
    """Cases whose families asked long ago that they be erased; the ids of those held, too."""
    monkeypatch.setattr(receipt, "_MEMORY", 1 << 20)  # nobody guesses these PINs
    sign = partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed)
    listed = recipients.load(made.recipients, made.root_public, 0, NOW)
    ids = []
    for number in range(SHREDS + HELD):
        turn = await load(
            pool, vault, bot="family", bot_id=7, update_id=number, digest=b"d", chat_id=number,
            default_locale="uk", now=NOW,
        )  # fmt: skip
        prepared = await prepare(
            REPORT, whole(), listed, chat_ref=turn.conversation.chat_ref, locale="uk",
            consent=Consented(1, AT, "uk", ""), now=NOW,
        )  # fmt: skip
        prepared.join(turn)
        await save(pool, vault, turn, signer=sign, now=NOW)
        ids.append(prepared.case)
    long_ago = NOW - retention.ERASURE_WAITS - timedelta(hours=1)
    held = frozenset(ids[:HELD])
    await pool.execute("UPDATE cases SET erase_asked_at = $1", long_ago)
    await pool.execute("UPDATE cases SET held = true WHERE id = ANY ($1)", list(held))
    return held


async def told(capsys, *words):
    capsys.readouterr()

    def run() -> int:
        with pytest.raises(SystemExit) as ended:
            app([*words, "--json"])
        return int(ended.value.code or 0)

    code = await asyncio.to_thread(run)
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


async def opened(pool, triage) -> set[object]:
    """The cases that the prosecutors' key still opens."""
    found = set()
    for row in await pool.fetch(
        "SELECT k.case_id, k.sealed AS key, o.* FROM case_key k JOIN sealed_object o USING (case_id)"
    ):
        key = unseal.open_case_key(triage, row["key"], row["case_id"])
        head = Head(row["case_id"], row["id"], row["sequence"], row["kind"], row["schema"])
        assert unseal.open_object(key, row["sealed"], head)
        found.add(row["case_id"])
    return found


async def halves(pool) -> int:
    """Cases with a key and nothing to open, or with something and no key."""
    return await pool.fetchval(
        "SELECT count(*) FROM cases c WHERE EXISTS (SELECT FROM case_key WHERE case_id = c.id)"
        " <> EXISTS (SELECT FROM sealed_object WHERE case_id = c.id)"
        " OR (c.erased_at IS NULL) <> EXISTS (SELECT FROM case_key WHERE case_id = c.id)"
    )


async def test_killed_while_it_erases_it_has_erased_whole_cases_and_none_that_is_held(
    pool, made, asked, capsys
):
    triage = keys.load_identity(made.triage, "triage")
    assert len(await opened(pool, triage)) == SHREDS + HELD
    counted = await told(capsys, "purge", "--dry-run")
    assert (counted[1]["erased"], counted[1]["held"]) == (SHREDS, HELD)
    deaths = 0
    while True:
        left = await pool.fetchval("SELECT count(*) FROM cases WHERE erased_at IS NULL")
        # five passages to a batch: one batch is committed, and the next one is not
        process = subprocess.Popen(
            [sys.executable, ROOT / "tests/whole/mortal.py", "M2:7", "bot", "purge"],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        code = await asyncio.to_thread(process.wait, 120)
        assert await halves(pool) == 0
        after = await pool.fetchval("SELECT count(*) FROM cases WHERE erased_at IS NULL")
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert 0 < left - after < left
        deaths += 1
    assert deaths >= 1
    assert await opened(pool, triage) == asked
    assert await pool.fetchval("SELECT count(*) FROM family_copy") == HELD
    told_of = await pool.fetch("SELECT subject FROM audit WHERE action = 'case.erased'")
    assert len(told_of) == len({row["subject"] for row in told_of}) == SHREDS
    await audit_is_whole(pool, made)
    print(f"{SHREDS} erased, {HELD} held, {deaths} kills")


async def audit_is_whole(pool, made) -> None:
    from cases.audit import verify

    listed = recipients.load(made.recipients, made.root_public, 0, NOW)
    await verify(pool, listed.signers())


_DESK = """
INSERT INTO staff (id, name, role, units) VALUES (gen_random_uuid(), 'x', 'operator', '{UA}');
INSERT INTO staff_invite
SELECT '\\x01', id, NULL, now() - interval '3 d', now() - interval '2 d' FROM staff;
INSERT INTO staff_invite SELECT '\\x02', id, NULL, now(), now() + interval '1 d' FROM staff;
INSERT INTO link_code SELECT id, '\\x01', now() - interval '1 h' FROM staff;
INSERT INTO passkey_challenge VALUES ('\\x01', '\\x01', 'sign_in', now() - interval '1 h');
"""
_UPDATES = """
INSERT INTO bot_update SELECT 7, n, '\\x01', now() - interval '73 h'
  FROM generate_series(1, 1100) n;
INSERT INTO update_failure VALUES (7, 1, 1, 'E', now() - interval '73 h');
"""
_CHATS = """
INSERT INTO outbox (bot, chat_ref, lane, method, state, finished_at)
VALUES ('family', '\\x01', 0, 'sendMessage', 'sent', now() - interval '31 d');
INSERT INTO quarantine VALUES (gen_random_uuid(), 7, 1, 'E', '\\x01', now() - interval '31 d');
INSERT INTO draft (id, chat_ref, flow, sealed, expires_at)
VALUES (gen_random_uuid(), '\\x01', 'report', '\\x01', now() - interval '1 h');
"""
_GOES = {"passes": 3, "updates": 1101, "sent": 1, "quarantined": 1, "drafts": 1}


async def test_what_is_counted_is_what_goes_and_counting_changes_nothing(pool, made, capsys):
    for orders in (_DESK, _UPDATES, _CHATS):
        await pool.execute(orders)
    nothing = dict.fromkeys(("letters", "entries", "recipients", "erased", "held"), 0)
    expected = {"good": True} | _GOES | nothing
    for _ in range(2):
        assert await told(capsys, "purge", "--dry-run") == (0, expected | {"dry_run": True})
    assert await told(capsys, "purge") == (0, expected | {"dry_run": False})
    gone = dict.fromkeys(_GOES, 0)
    assert await told(capsys, "purge") == (0, expected | gone | {"dry_run": False})
    assert await pool.fetchval("SELECT count(*) FROM staff_invite") == 1
    await audit_is_whole(pool, made)


async def test_one_janitor_at_a_time(database_url, pool, signer, made):
    await pool.execute(_UPDATES)
    async with await database.connect(database_url, role="dodomu_janitor") as other:
        async with pool.acquire() as busy, busy.transaction():
            await busy.execute(retention._ALONE)
            gone = await retention.expire(other, signer=signer, now=NOW)
            assert gone == retention.Expired()
        assert (await retention.expire(other, signer=signer, now=NOW)).updates == 1101


async def test_without_the_signing_key_nothing_is_deleted_and_counting_works(
    pool, made, capsys, monkeypatch
):
    await pool.execute(_UPDATES)
    monkeypatch.delenv("DODOMU_INTAKE_SIGN_KEY")
    code, said = await told(capsys, "purge")
    assert (code, said["good"]) == (1, False)
    assert (await told(capsys, "purge", "--dry-run"))[1]["updates"] == 1101
