"""`dodomu db backup`, `restore`, `release`: whole or refused, and a copy keeps silent."""

import asyncio
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from cases_reports import AT, whole

from bot.__main__ import app
from bot.store import Store
from cases import outbox
from cases.audit import AuditEvent, append
from cases.document import Consented
from cases.intake import prepare
from cases.turn import Outgoing, Turn, load, save
from flows.report import REPORT
from vault import chain, keys, recipients, throwaway
from vault.throwaway import KeySet

NOW = datetime.now(UTC)
FILES = {uuid4(): bytes([number]) * (100_000 * number + 7) for number in (1, 2, 3)}


@pytest.fixture
def made(tmp_path, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """Keys, and the settings of an intake host."""
    found = throwaway.make_all(tmp_path / "keys", NOW - timedelta(days=1))
    told = {
        "DATABASE_URL": database_url,
        "DODOMU_FOLDER": str(tmp_path / "var"),
        "DODOMU_RECIPIENTS": str(found.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(found.root_public),
        "DODOMU_INTAKE_SIGN_KEY": str(found.intake_sign),
        "DODOMU_BACKUP_TO": keys.public_part(found.backup, "backup"),
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
async def filled(pool, vault, made, tmp_path):
    """A report, three files, and a message that waits."""
    sign = partial(chain.sign, keys.load_intake_sign(made.intake_sign).seed)
    listed = recipients.load(made.recipients, made.root_public, 0, NOW)
    turn = await load(
        pool, vault, bot="family", bot_id=7, update_id=1, digest=b"d", chat_id=1,
        default_locale="uk", now=NOW,
    )  # fmt: skip
    assert isinstance(turn, Turn)
    prepared = await prepare(
        REPORT, whole(), listed, chat_ref=turn.conversation.chat_ref, locale="uk",
        consent=Consented(1, AT, "uk", ""), now=NOW,
    )  # fmt: skip
    prepared.join(turn)
    turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}))
    await save(pool, vault, turn, signer=sign, now=NOW)
    case = await pool.fetchval("SELECT id FROM cases")
    store = Store.of(str(tmp_path / "var/objects"))
    for number, (name, content) in enumerate(FILES.items(), 1):
        await store.put(name, _pieces(content))
        event = AuditEvent(
            "collector", "file.sealed", case, {"sealed": sha256(content).hexdigest()}
        )
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft,"
                " state, size, sha256, object)"
                " VALUES ($1, 'family', '\\x00', $2, $3, 'age1', false, 'held', $4, $5, $6)",
                *(uuid4(), case, 90 + number, len(content)),
                *(sha256(content).digest(), name),
            )
            await append(connection, [event], signer=sign, now=NOW)
    return prepared


async def _pieces(content: bytes):
    yield content


@dataclass
class Place:
    """A host: its settings, and what commands say there."""

    made: KeySet
    folder: Path
    url: str
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def turn(self) -> str:
        """Turn to another host: an empty database, an empty store."""
        self.monkeypatch.setenv("DATABASE_URL", self.url)
        self.monkeypatch.setenv("DODOMU_FOLDER", str(self.folder / "other"))
        return self.url

    async def said(self, *words: object) -> tuple[int, str]:
        self.capsys.readouterr()
        code = await asyncio.to_thread(run, *words)
        told = self.capsys.readouterr()
        return code, told.out + told.err

    async def shown(self, *words: object):
        code, out = await self.said(*words, "--json")
        return code, json.loads(out.splitlines()[-1])


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        app([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture
def place(made, tmp_path, empty_url, capsys, monkeypatch) -> Place:
    return Place(made, tmp_path, empty_url, capsys, monkeypatch)


@pytest.fixture
async def out(place, filled) -> Path:
    code, told = await place.shown("db", "backup", place.folder / "b.age")
    assert (code, told["good"], told["files"]) == (0, True, 3)
    return place.folder / "b.age"


async def test_a_restored_copy_verifies_and_sends_nothing_until_it_is_released(out, pool, place):
    before = {
        table: await pool.fetchval(f"SELECT count(*) FROM {table}")
        for table in ("cases", "sealed_object", "case_key", "outbox", "bot_update", "draft")
    }
    url = place.turn()
    code, told = await place.shown("db", "restore", out, "--key", plainly(place))
    assert (code, told["files"]) == (0, 3)
    assert told["sha256"] == sha256(out.read_bytes()).hexdigest()
    code, verified = await place.shown("verify", "--files")
    assert (code, verified["good"], verified["files"]) == (0, True, 3)
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as copy:
        after = {table: await copy.fetchval(f"SELECT count(*) FROM {table}") for table in before}
        assert after == before
        assert await outbox.claim(copy, "family", "w", 9) == ()
        assert await _last(copy) == "database.restored"
        code, told = await place.shown("db", "check")
        assert (code, told["ok"], told["restored"]["whole"]) == (1, False, True)
        assert "1 replies" in (await place.said("db", "check"))[1]
        code, words = await place.said("run", "intake")
        assert code == 1
        assert "db release" in words
        assert await place.shown("db", "release") == (
            *(0, {"good": True, "given_up": 1, "resent": False}),
        )
        assert await outbox.claim(copy, "family", "w", 9) == ()
        assert await copy.fetchval("SELECT state FROM outbox") == "unknown"
        await copy.execute("UPDATE outbox SET state = 'queued', sealed = '\\x00'")
        assert len(await outbox.claim(copy, "family", "w", 9)) == 1, "it sends again"
        assert await _last(copy) == "database.released"
    assert (await place.shown("verify"))[0] == 0
    assert (await place.shown("db", "check"))[1]["restored"] is None
    assert (await place.shown("db", "release"))[0] == 1


def plainly(place: Place) -> Path:
    """The key as age-keygen writes one: without our first line."""
    plain = place.folder / "plain.txt"
    line = place.made.backup.read_text().strip().splitlines()[-1]
    plain.write_text(f"# created: 2026-11-30T00:00:00Z\n{line}\n")
    plain.chmod(0o600)
    return plain


async def _last(pool) -> str:
    return await pool.fetchval("SELECT action FROM audit ORDER BY seq DESC LIMIT 1")


async def test_who_wishes_sends_what_waited(out, place):
    url = place.turn()
    assert (await place.said("db", "restore", out, "--key", place.made.backup))[0] == 0
    assert (await place.said("db", "release", "--resend"))[0] == 0
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as copy:
        assert len(await outbox.claim(copy, "family", "w", 9)) == 1


async def test_standard_tools_open_a_backup_without_our_code(out, empty_url, place):
    """`age -d` is in no package index we use; what pyrage opens it opens."""
    import pyrage
    from pyrage.x25519 import Identity

    line = place.made.backup.read_text().strip().splitlines()[-1]
    (place.folder / "b.tar").write_bytes(
        pyrage.decrypt(out.read_bytes(), [Identity.from_str(line)])
    )
    subprocess.run(["tar", "xf", place.folder / "b.tar", "-C", place.folder], check=True)
    manifest = json.loads((place.folder / "manifest.json").read_text())
    for one in manifest["objects"]:
        file = place.folder / "objects" / one["name"][:2] / f"{one['name']}.age"
        assert sha256(file.read_bytes()).hexdigest() == one["sha256"]
    dump = b"".join(path.read_bytes() for path in sorted((place.folder / "database").iterdir()))
    assert sha256(dump).hexdigest() == manifest["database_sha256"]
    assert dump.startswith(b"PGDMP")


CUTS = {
    "cut in the middle": lambda raw: raw[: len(raw) // 2],
    "without its last byte": lambda raw: raw[:-1],
    "with a byte more": lambda raw: raw + b"\x00",
    "with one bit changed": lambda raw: raw[:-5000] + bytes([raw[-5000] ^ 1]) + raw[-4999:],
    "with its head changed": lambda raw: raw[:120] + bytes([raw[120] ^ 1]) + raw[121:],
    "empty": lambda _raw: b"",
    "another file": lambda _raw: b"PGDMP" * 40,
}


async def test_a_backup_that_is_not_whole_is_refused_before_anything_is_changed(out, place):
    url = place.turn()
    for how, cut in CUTS.items():
        bad = place.folder / "bad.age"
        bad.write_bytes(cut(out.read_bytes()))
        code, told = await place.shown("db", "restore", bad, "--key", place.made.backup)
        assert (code, told["good"]) == (1, False), how
        assert told["said"].startswith(f"{bad}: it "), how
    assert not (place.folder / "other/objects").exists()
    connection = await asyncpg.connect(url)
    try:
        tables = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname = 'cases'"
        assert await connection.fetchval(tables) == 0
    finally:
        await connection.close()
    assert (await place.shown("db", "release"))[0] == 1


async def test_another_key_is_told_apart_from_a_damaged_file(out, place):
    place.turn()
    keys.make("backup", place.folder / "another.key", NOW)
    _, told = await place.shown("db", "restore", out, "--key", place.folder / "another.key")
    assert "does not open with this key" in told["said"]
    _, told = await place.shown("db", "restore", out, "--key", place.made.triage)
    assert "is not a backup key" in told["said"]


async def test_a_database_with_something_in_it_is_left_alone(out, pool, place):
    code, told = await place.shown("db", "restore", out, "--key", place.made.backup)
    assert code == 1
    assert "not empty" in told["said"]
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1
    assert len(await outbox.claim(pool, "family", "w", 9)) == 1, "and it is not on hold"


async def test_a_file_the_store_has_lost_is_named_and_the_rest_is_saved(filled, pool, place):
    lost, changed, _ = FILES
    for path in (place.folder / "var/objects").rglob(f"{lost}*"):
        path.unlink()
    for path in (place.folder / "var/objects").rglob(f"{changed}*"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    out = place.folder / "b.age"
    code, told = await place.shown("db", "backup", out)
    assert (code, told["files"]) == (1, 1)
    assert set(told["lacking"]) == {str(lost), str(changed)}
    place.turn()
    code, told = await place.shown("db", "restore", out, "--key", place.made.backup)
    assert (code, set(told["lacking"])) == (1, {str(lost), str(changed)})
    assert (await place.shown("verify", "--files"))[1]["wrong"] == 2


async def test_a_file_taken_back_meanwhile_is_missed_by_nobody(filled, monkeypatch, place):
    gone = next(iter(FILES))
    from cases import inventory

    wanted = inventory.still_held

    async def meanwhile(url, names):
        connection = await asyncpg.connect(url)
        await connection.execute("UPDATE attachment SET state = 'removed' WHERE object = $1", gone)
        await connection.close()
        return await wanted(url, names)

    monkeypatch.setattr(inventory, "still_held", meanwhile)
    for path in (place.folder / "var/objects").rglob(f"{gone}*"):
        path.unlink()
    code, told = await place.shown("db", "backup", place.folder / "b.age")
    assert (code, told["files"], told["lacking"]) == (0, 2, [])
    place.turn()
    code, _ = await place.shown(
        "db", "restore", place.folder / "b.age", "--key", place.made.backup
    )
    assert code == 0
    assert (await place.shown("verify", "--files"))[1]["files"] == 2


async def test_a_backup_is_private_told_to_the_chain_and_never_written_over(out, pool, place):
    assert out.stat().st_mode & 0o777 == 0o600
    detail = json.loads(
        await pool.fetchval("SELECT detail FROM audit WHERE action = 'database.backed_up'")
    )
    assert detail["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert detail["to"] == [keys.public_part(place.made.backup, "backup")]
    before = out.read_bytes()
    code, told = await place.shown("db", "backup", out)
    assert (code, "is there already" in told["said"]) == (1, True)
    assert out.read_bytes() == before
    assert sorted(path.name for path in place.folder.glob("b.age*")) == ["b.age"]


@pytest.mark.parametrize("to", ["", "age1nobody", "AGE-SECRET-KEY-1QQQ"])
async def test_what_nobody_could_open_is_not_written(to, filled, monkeypatch, place):
    monkeypatch.setenv("DODOMU_BACKUP_TO", to)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:abcdef")
    monkeypatch.setenv("DODOMU_VAULT_KEY", str(place.folder / "keys/vault.key"))
    code, told = await place.shown("db", "backup", place.folder / "b.age")
    assert code == 1
    assert "backup" in told["said"].lower()
    assert list(place.folder.glob("b.age*")) == []


async def test_a_disk_that_is_full_is_said_and_leaves_nothing(filled, place):
    """/dev/full takes no byte."""
    (place.folder / "b.age.part").symlink_to("/dev/full")
    code, told = await place.shown("db", "backup", place.folder / "b.age")
    assert code == 1
    assert "No space left" in told["said"]
    assert list(place.folder.glob("b.age*")) == []


async def test_a_host_without_the_signing_key_backs_up_and_says_what_it_did_not_do(
    filled, monkeypatch, pool, place
):
    monkeypatch.delenv("DODOMU_INTAKE_SIGN_KEY")
    code, words = await place.said("db", "backup", place.folder / "b.age")
    assert code == 0
    assert "The audit chain was not told" in words
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE action ^@ 'database.'") == 0


def test_the_password_is_in_no_list_of_processes():
    from bot.commands.pgtools import without_password

    assert without_password("postgresql://u:s%40cret@h:1/d?sslmode=require") == (
        *("postgresql://u@h:1/d?sslmode=require", "s@cret"),
    )
    assert without_password("postgresql://u@/d?host=/run/pg&password=x") == (
        *("postgresql://u@/d?host=/run/pg", "x"),
    )


async def test_an_older_schema_comes_back_and_is_brought_up_to_date(filled, database_url, place):
    from alembic import command

    from bot.postgres import alembic_of, current, wanted

    await asyncio.to_thread(command.downgrade, alembic_of(database_url), "-1")
    older = await asyncio.to_thread(current, database_url)
    code, told = await place.shown("db", "backup", place.folder / "b.age")
    assert (code, told["schema"]) == (0, older)
    url = place.turn()
    assert (await place.said("db", "restore", place.folder / "b.age", "--key", place.made.backup))[
        0
    ] == 0
    assert (await place.said("db", "upgrade"))[0] == 0
    assert await asyncio.to_thread(current, url) == wanted()
    assert (await place.shown("verify", "--files"))[1]["good"]


async def test_rights_come_back_with_the_tables(out, place):
    url = place.turn()
    assert (await place.said("db", "restore", out, "--key", place.made.backup))[0] == 0
    connection = await asyncpg.connect(url)
    await connection.execute("SET ROLE dodomu_bot")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT sealed FROM sealed_object")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TEMPORARY TABLE t (a int)")
    assert await connection.fetchval("SELECT count(*) FROM cases") == 1
    await connection.close()


def test_the_clients_of_the_servers_own_version_come_first(tmp_path, monkeypatch):
    from bot.commands.pgtools import ToolFailed, found

    def install(version: int) -> Path:
        program = tmp_path / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.3 (Debian)'\n")
        program.chmod(0o755)
        return program

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    installed = install(15)
    assert found("pg_dump", 15).path == installed
    assert found("pg_dump", 16).version == 18, "our own"
    install(19)
    assert found("pg_dump", 19).path == installed
    assert found("pg_dump", 18).path != installed
    with pytest.raises(ToolFailed, match="PostgreSQL 20"):
        found("pg_dump", 20)
