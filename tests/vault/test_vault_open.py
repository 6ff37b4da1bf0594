"""An exported case opens offline: with ours and pyrage alone, and with the public `age` tool alone."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from vault_ring import Ring

from vault import open as offline
from vault.seal import Head, new_case_key, seal

AGE = shutil.which("age")
SAID = {"asked": "Як її звати?", "name": "Софія", "children": [{"born": "2015~"}]}
CASE = uuid4()
HEAD = Head(CASE, uuid4(), 1, "report", 1)


@pytest.fixture
def export(ring: Ring, tmp_path: Path) -> Path:
    folder = tmp_path / "export" / "7K4M-29QX"
    folder.mkdir(parents=True)
    key = new_case_key(CASE, ring.recipients)
    (folder / offline.CASE_KEY).write_bytes(key.sealed)
    for sequence, kind in ((1, "report"), (2, "card"), (3, "answer")):
        head = replace(HEAD, object=uuid4(), sequence=sequence, kind=kind)
        (folder / head.file_name()).write_bytes(seal(key.recipient, head, SAID))
    return folder


def opened(identity: Path, *folders: Path, to: Path | None = None) -> int:
    where = [] if to is None else ["--to", str(to)]
    return offline.main(["--identity", str(identity), *where, *map(str, folders)])


def read(path: Path) -> object:
    return json.loads(path.read_text())


@pytest.mark.parametrize("reader", ["triage", "escrow"])
def test_the_group_and_escrow_each_open_an_export(ring: Ring, export: Path, reader: str, capsys):
    assert opened(getattr(ring.files, reader), export) == 0
    for name in ("0001-report", "0002-card", "0003-answer"):
        assert read(export / "opened" / f"{name}.json") == SAID
    assert (export / "opened" / "0001-report.json").stat().st_mode & 0o077 == 0
    said = capsys.readouterr().out
    assert "1 case(s), 0 file(s) refused" in said
    assert "Софія" not in said


def test_a_folder_of_cases_opens_at_once_into_another_place(ring: Ring, export: Path, tmp_path):
    to = tmp_path / "out"
    assert opened(ring.files.triage, export.parent, to=to) == 0
    assert read(to / export.name / "0001-report.json") == SAID


def test_what_does_not_belong_is_named_and_the_rest_opened(ring: Ring, export: Path, capsys):
    report, card, answer = (
        export / name for name in ("0001-report.age", "0002-card.age", "0003-answer.age")
    )
    shutil.copy(report, export / "0004-report.age")
    card.write_bytes(answer.read_bytes())
    answer.write_bytes(answer.read_bytes()[:-1])
    assert opened(ring.files.triage, export) == 1
    said = capsys.readouterr().out
    assert "0004-report.age: belongs elsewhere" in said
    assert "0002-card.age: belongs elsewhere" in said
    assert "0003-answer.age: does not open" in said
    assert [path.name for path in (export / "opened").iterdir()] == ["0001-report.json"]


def test_an_object_of_another_case_is_refused(ring: Ring, export: Path, capsys):
    from vault.unseal import open_case_key

    own = open_case_key(ring.triage, (export / offline.CASE_KEY).read_bytes(), CASE)
    foreign = replace(HEAD, case=uuid4(), sequence=5)
    (export / foreign.file_name()).write_bytes(seal(str(own.to_public()), foreign, SAID))
    assert opened(ring.files.triage, export) == 1
    assert "0005-report.age: belongs elsewhere (differs in case)" in capsys.readouterr().out


def test_the_wrong_key_no_key_and_no_case_are_said_in_words(ring: Ring, export: Path, now, capsys):
    from vault import keys

    keys.make("triage", export.parent / "other.key", now)
    assert opened(export.parent / "other.key", export) == 1
    assert "does not open with this key" in capsys.readouterr().out
    assert opened(ring.files.vault, export) == 1
    assert opened(export / "nothing", export) == 1
    assert "not an age key file" in capsys.readouterr().out
    assert opened(ring.files.triage, ring.files.vault.parent) == 1
    assert "no case.key.age" in capsys.readouterr().out


def test_nothing_but_this_package_and_pyrage_is_needed(ring: Ring, export: Path):
    program = (
        "import sys, runpy\n"
        "for name in ('orjson', 'nacl', 'aiogram', 'sqlalchemy', 'asyncpg', 'pydantic'):\n"
        "    sys.modules[name] = None\n"
        "runpy.run_module('vault.open', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--identity", str(ring.files.escrow), str(export)],
        cwd=Path(offline.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert read(export / "opened" / "0003-answer.json") == SAID


def age(*arguments: object, into: Path) -> bytes:
    assert AGE is not None
    done = subprocess.run([AGE, *map(str, arguments)], capture_output=True, check=True, timeout=60)
    into.touch(mode=0o600)
    into.write_bytes(done.stdout)
    return done.stdout


@pytest.mark.skipif(AGE is None, reason="the public `age` tool is not on PATH (Debian: age)")
@pytest.mark.parametrize("reader", ["triage", "escrow"])
def test_the_public_age_tool_opens_an_export_without_our_code(
    ring: Ring, export: Path, tmp_path: Path, reader: str
):
    case_key = tmp_path / "case.key"
    text = age("-d", "-i", getattr(ring.files, reader), export / "case.key.age", into=case_key)
    assert f"# case: {CASE}\n" in text.decode()
    plain = age("-d", "-i", case_key, export / "0001-report.age", into=tmp_path / "report.json")
    whole = json.loads(plain)
    assert whole["payload"] == SAID
    assert whole["case"] == str(CASE)
    assert (whole["sequence"], whole["kind"], whole["schema"]) == (1, "report", 1)


@pytest.mark.skipif(AGE is None, reason="the public `age` tool is not on PATH (Debian: age)")
def test_what_the_public_age_tool_seals_opens_here(tmp_path: Path):
    from pyrage.x25519 import Identity

    from vault import contents
    from vault.unseal import open_object

    fresh = Identity.generate()
    (tmp_path / "plain").write_bytes(contents.write(HEAD, SAID))
    sealed = age("-r", str(fresh.to_public()), tmp_path / "plain", into=tmp_path / "sealed")
    assert open_object(fresh, sealed, HEAD) == SAID
