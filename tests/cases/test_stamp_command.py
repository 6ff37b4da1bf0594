"""`dodomu stamp`: from the desk's checkpoint to a stamp that `dodomu verify` compares, as files."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from authority import NAME, OPENSSL, authority

from bot.__main__ import app
from cases.audit import AuditEvent, append
from desk.watch import Watch, checkpoint_of, stamps_of
from vault import chain, keys, recipients, throwaway

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here")

NOW = datetime.now(UTC)


@pytest.fixture
def made(tmp_path, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """A desk's host: its key, the list, the database."""
    found = throwaway.make_all(tmp_path / "keys", NOW - timedelta(days=1))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DODOMU_FOLDER", str(tmp_path))
    monkeypatch.setenv("DODOMU_RECIPIENTS", str(found.recipients))
    monkeypatch.setenv("DODOMU_ROOT_PUBLIC", keys.public_text(found.root_public))
    monkeypatch.setenv("DODOMU_DESK_KEY", str(found.desk))
    return found


@pytest.fixture
async def looked(pool, made):
    """Three entries, and a desk that has read them."""
    sign = partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed)
    async with pool.acquire() as connection, connection.transaction():
        events = [AuditEvent("bot", "draft.expired", None, {"n": n}) for n in range(3)]
        await append(connection, events, signer=sign, now=NOW)
    listed = recipients.load(made.recipients, made.root_public, 0, NOW)
    watch = Watch(
        pool, lambda: listed, keys.load_desk(made.desk)[0], checkpoint_of(made.desk), lambda: NOW
    )
    assert (await watch.look()).seq == 3
    return watch


async def said(capsys, *words):
    capsys.readouterr()
    code = await asyncio.to_thread(_run, *map(str, words))
    return code, capsys.readouterr().out


def _run(*words):
    with pytest.raises(SystemExit) as ended:
        app(words)
    return int(ended.value.code or 0)


async def asked(capsys):
    code, told = await said(capsys, "stamp", "request", "--json")
    assert code == 0, told
    return json.loads(told)


async def test_before_the_desk_has_looked_there_is_nothing_to_stamp(made, capsys):
    code, told = await said(capsys, "stamp", "request")
    assert code == 1
    assert "has not read the chain yet" in told


async def test_there_and_back_and_into_what_verify_tells(made, looked, tmp_path, capsys):
    told = await asked(capsys)
    assert told["entry"] == 3
    assert told["request"] == str(stamps_of(made.desk) / "3.tsq")
    tsa = authority(tmp_path / "tsa")
    back = tmp_path / "back.tsr"
    back.write_bytes(tsa.answers(stamps_of(made.desk) / "3.tsq"))
    code, line = await said(capsys, "stamp", "accept", back, "--ca", tsa.folder / "ca.pem")
    assert code == 0
    assert f"entry 3: stamped by {NAME} on {datetime.now(UTC):%Y-}" in line
    code, lines = await said(capsys, "verify")
    assert code == 0, lines
    assert f"ok    timestamp on entry 3: stamped by {NAME}" in lines
    await looked.look()
    assert looked.stamped.by == NAME
    assert looked.standing.broken is None


async def test_an_answer_that_does_not_hold_is_told_and_not_kept(made, looked, tmp_path, capsys):
    await asked(capsys)
    tsa, other = authority(tmp_path / "tsa"), authority(tmp_path / "other")
    back = tmp_path / "back.tsr"
    back.write_bytes(tsa.answers(stamps_of(made.desk) / "3.tsq"))
    code, told = await said(
        capsys, "stamp", "accept", back, "--ca", other.folder / "ca.pem", "--json"
    )
    assert code == 1
    assert json.loads(told)["said"] == "its signature does not hold against the certificates given"
    code, told = await said(capsys, "stamp", "accept", tmp_path / "none", "--ca", back)
    assert (code, "FileNotFoundError" in told) == (1, True)
    assert not list(stamps_of(made.desk).glob("*.tsr"))
    assert "timestamp" not in (await said(capsys, "verify"))[1]


async def test_a_chain_that_was_written_anew_has_not_what_was_stamped(
    pool, made, looked, tmp_path, capsys
):
    await asked(capsys)
    tsa = authority(tmp_path / "tsa")
    back = tmp_path / "back.tsr"
    back.write_bytes(tsa.answers(stamps_of(made.desk) / "3.tsq"))
    await said(capsys, "stamp", "accept", back, "--ca", tsa.folder / "ca.pem")
    # Whoever has the signing key and the desk's own checkpoint can write another history...
    await pool.execute("DELETE FROM audit")
    await pool.execute("UPDATE audit_head SET seq = 0, hash = $1", chain.GENESIS)
    checkpoint_of(made.desk).unlink()
    sign = partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed)
    async with pool.acquire() as connection, connection.transaction():
        events = [AuditEvent("bot", "draft.expired", None, {"n": 7 + n}) for n in range(3)]
        await append(connection, events, signer=sign, now=NOW)
    # ...but not stamp it.
    code, lines = await said(capsys, "verify")
    assert code == 1
    assert "WRONG timestamp on entry 3: the chain has not what was stamped" in lines
    assert (await looked.look()).broken == 3


async def test_verify_elsewhere_is_given_the_folder(made, looked, tmp_path, capsys, monkeypatch):
    await asked(capsys)
    tsa = authority(tmp_path / "tsa")
    back = tmp_path / "back.tsr"
    back.write_bytes(tsa.answers(stamps_of(made.desk) / "3.tsq"))
    await said(capsys, "stamp", "accept", back, "--ca", tsa.folder / "ca.pem")
    carried = stamps_of(made.desk).rename(tmp_path / "carried")
    assert "timestamp" not in (await said(capsys, "verify"))[1]
    code, told = await said(capsys, "verify", "--stamps", carried, "--json")
    (one,) = json.loads(told)["stamps"]
    assert (code, one["good"], one["entry"]) == (0, True, 3)
    (carried / "3.pem").write_bytes(b"")
    code, lines = await said(capsys, "verify", "--stamps", carried)
    assert (code, "the file of certificates holds none" in lines) == (1, True)
