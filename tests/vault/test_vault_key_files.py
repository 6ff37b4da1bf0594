"""Key files: made once, private, and refused with a reason when something is wrong with them."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vault import keys, recipients, throwaway
from vault.keys import (
    KINDS,
    KeyFileDamaged,
    KeyFileExists,
    KeyFileMissing,
    KeyFileReadable,
    KeyFileRefused,
    KeyFileWrong,
    Kind,
)

LOADERS = {
    "root": keys.load_root,
    "triage": lambda path: keys.load_identity(path, "triage"),
    "escrow": lambda path: keys.load_identity(path, "escrow"),
    "backup": lambda path: keys.load_identity(path, "backup"),
    "intake-sign": keys.load_intake_sign,
    "vault": keys.load_vault,
    "desk": keys.load_desk,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def path(tmp_path: Path, kind: Kind, now) -> Path:
    keys.make(kind, tmp_path / "a.key", now)
    return tmp_path / "a.key"


def test_a_key_file_is_private_and_loads(path: Path, kind: Kind):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.kind_of(path) == kind
    LOADERS[kind](path)
    assert [each.name for each in path.parent.iterdir()] == ["a.key"]


def test_a_key_is_never_overwritten(path: Path, kind: Kind, now):
    before = path.read_bytes()
    with pytest.raises(KeyFileExists):
        keys.make(kind, path, now)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["a.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644, 0o777])
def test_a_key_others_can_read_is_refused(path: Path, kind: Kind, mode: int):
    path.chmod(mode)
    with pytest.raises(KeyFileReadable, match="chmod 600"):
        LOADERS[kind](path)


def test_a_key_only_its_owner_can_read_is_taken(path: Path, kind: Kind):
    path.chmod(0o400)
    LOADERS[kind](path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_refused(path: Path, kind: Kind):
    os.chown(path, 12345, 12345)
    with pytest.raises(KeyFileReadable, match="another user"):
        LOADERS[kind](path)


def test_every_other_kind_of_key_is_refused(tmp_path: Path, kind: Kind, now):
    for other in set(KINDS) - {kind}:
        keys.make(other, tmp_path / other, now)
        with pytest.raises(KeyFileWrong, match=f"is not a {kind} key"):
            LOADERS[kind](tmp_path / other)


def test_no_file_and_no_key_file_are_told_apart(tmp_path: Path, kind: Kind):
    load = LOADERS[kind]
    with pytest.raises(KeyFileMissing):
        load(tmp_path / "nothing")
    with pytest.raises(KeyFileMissing):
        load(tmp_path)
    for content in (b"", b"hello", b"\xff\xfe", b"[]", b"{}", b"null"):
        (tmp_path / "x").write_bytes(content)
        (tmp_path / "x").chmod(0o600)
        with pytest.raises(KeyFileWrong):
            load(tmp_path / "x")
        with pytest.raises(KeyFileWrong):
            keys.kind_of(tmp_path / "x")


def test_a_cut_key_is_refused(path: Path, kind: Kind):
    whole = path.read_bytes()
    for length in range(len(whole.rstrip().rstrip(b"}").rstrip())):
        path.write_bytes(whole[:length])
        with pytest.raises(KeyFileRefused):
            LOADERS[kind](path)


def test_a_secret_under_another_public_part_is_refused(tmp_path: Path, now):
    for kind in ("root", "intake-sign", "triage", "escrow"):
        one, other = tmp_path / f"{kind}1", tmp_path / f"{kind}2"
        was, instead = keys.make(kind, one, now), keys.make(kind, other, now)
        one.write_text(one.read_text().replace(was, instead))
        with pytest.raises(KeyFileDamaged):
            LOADERS[kind](one)


def test_a_vault_with_a_short_secret_is_refused(tmp_path: Path, now):
    path = tmp_path / "vault.key"
    keys.make("vault", path, now)
    whole = json.loads(path.read_text())
    for name in ("vault", "chatref"):
        for value in ("", "AAAA", "не base64", None):
            path.write_text(json.dumps(whole | {name: value}))
            with pytest.raises(KeyFileDamaged):
                keys.load_vault(path)


def test_no_secret_is_in_any_repr_or_refusal(path: Path, kind: Kind):
    secrets = [
        line.split('"')[-2] if '"' in line else line
        for line in path.read_text().splitlines()
        if "AGE-SECRET" in line or '"secret"' in line or '"vault":' in line or "chatref" in line
    ]
    assert secrets
    shown = repr(LOADERS[kind](path)) + keys.public_part(path, kind)
    path.write_text(path.read_text().replace(secrets[0], secrets[0][:-3]))
    with pytest.raises(KeyFileDamaged) as refused:
        LOADERS[kind](path)
    shown += str(refused.value) + repr(refused.value)
    assert not any(secret in shown for secret in secrets)


def test_the_vault_file_makes_the_same_vault_each_time(tmp_path: Path, now):
    path = tmp_path / "vault.key"
    keys.make("vault", path, now)
    one, other = keys.load_vault(path), keys.load_vault(path)
    assert other.open(one.seal({"a": 1}, b"row"), b"row") == {"a": 1}
    assert one.key != one.chatref
    assert one.chat_ref(1, 2) == other.chat_ref(1, 2)


def test_the_whole_set_is_made_once_and_then_stays(tmp_path: Path, now):
    folder = tmp_path / "sandbox" / "keys"
    first = throwaway.make_all(folder, now)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert throwaway.make_all(folder, now.replace(hour=23)) == first
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    recipients.load(first.recipients, first.root_public, 1, now)


@pytest.mark.parametrize("lost", ["recipients.json.sig", "recipients.json"])
def test_a_set_left_half_made_is_finished(tmp_path: Path, now, lost: str):
    made = throwaway.make_all(tmp_path, now)
    (tmp_path / "recipients.json.sig").unlink()
    (tmp_path / lost).unlink(missing_ok=True)
    throwaway.make_all(tmp_path, now)
    recipients.load(made.recipients, made.root_public, 1, now)


def test_several_makers_at_once_agree(tmp_path: Path, now):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: throwaway.make_all(tmp_path, now), range(8)))
    assert len({each.root_public for each in made}) == 1
    recipients.load(made[0].recipients, made[0].root_public, 1, now)
    assert len(list(tmp_path.iterdir())) == len(KINDS) + 2


def test_a_fingerprint_can_be_read_aloud():
    groups = keys.fingerprint("age1x").split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert keys.fingerprint("age1x") != keys.fingerprint("age1y")
