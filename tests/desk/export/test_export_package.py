"""The evidence package checks with sha256sum, opens with age, and never runs the memory full."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import partial
from uuid import UUID

import pyrage
import pytest
from invented import CASE, MADE, NOW, PHOTO, attached, complete, pouring, smallest
from pdf_text import Pdf

from desk.export.document import document
from desk.export.opened import Attached, Stored
from desk.export.package import Altered, package
from vault import identity
from vault import open as offline
from vault.contents import Head
from vault.seal import seal
from vault.stream import PIECE

SHA256SUM = shutil.which("sha256sum")
AGE = shutil.which("age")


def packed(opened) -> bytes:
    pieces: list[bytes] = []
    package(opened, MADE, pieces.append)
    return b"".join(pieces)


def unpacked(raw: bytes, folder):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def whole() -> bytes:
    return packed(complete())


@pytest.fixture
def folder(whole, tmp_path):
    return unpacked(whole, tmp_path)


@pytest.mark.skipif(SHA256SUM is None, reason="there is no sha256sum here")
def test_sha256sum_checks_every_file(folder):
    done = subprocess.run(
        [SHA256SUM, "--strict", "-c", "SHA256SUMS"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    checked = {line.partition(": ")[0] for line in done.stdout.splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert checked == there - {"SHA256SUMS"}


@pytest.mark.skipif(SHA256SUM is None, reason="there is no sha256sum here")
def test_sha256sum_finds_one_changed_bit(folder):
    path = folder / "originals" / "0001.bin"
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    done = subprocess.run(
        [SHA256SUM, "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"originals/0001.bin: FAILED" in done.stdout


def test_it_holds_what_its_readme_promises(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "README.uk.txt", "README.en.txt", "dossier.uk.pdf", "dossier.en.pdf", "case.json",
        "originals/0001.bin", "manifest.json", "SHA256SUMS",
    }  # fmt: skip
    assert "sha256sum -c SHA256SUMS" in (folder / "README.uk.txt").read_text("utf-8")
    assert (folder / "case.json").read_bytes() == document(complete(), MADE)
    for locale in ("uk", "en"):
        made = Pdf((folder / f"dossier.{locale}.pdf").read_bytes())
        assert f"/Lang({locale})".encode() in made.catalog


def test_an_original_is_the_family_s_file_byte_for_byte(folder):
    assert (folder / "originals" / "0001.bin").read_bytes() == PHOTO


def test_the_name_of_a_file_stands_in_the_manifest_only(whole, folder):
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    [original] = [one for one in listed if one.get("sequence") == 1]
    assert original["path"] == "originals/0001.bin"
    assert original["told"]["name"] == "Артем на морі.jpg"
    assert original["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert original["size"] == len(PHOTO)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert all(name.isascii() for name in archive.namelist())


@pytest.mark.parametrize(
    "named",
    [
        "../../etc/passwd",
        "..\\..\\win.ini",
        "a\0b.exe",
        "/etc/cron.d/x",
        "CON",
        "",
        "\u202egpj.exe",
    ],
)
def test_no_name_a_stranger_gives_becomes_a_path(named, tmp_path):
    raw = packed(smallest(files=(attached(7, PHOTO, named),)))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert "originals/0007.bin" in archive.namelist()
        assert {name for name in archive.namelist() if "/" in name} == {"originals/0007.bin"}


def test_a_file_that_is_not_held_is_listed_with_its_reason(folder):
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    [gone] = [one for one in listed if one.get("sequence") == 2]
    assert gone["path"] is None
    assert gone["told"]["reason"] == "too_big"


def test_the_same_case_gives_the_same_bytes(whole):
    assert packed(complete()) == whole


def test_names_and_times_inside_are_of_the_moment_it_was_made(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        for one in archive.infolist():
            assert one.date_time == (2026, 11, 26, 14, 0, 6)  # ZIP keeps even seconds, in Kyiv
            assert one.external_attr >> 16 == 0o100600


def test_bytes_that_are_not_the_ones_that_came_are_refused():
    swapped = replace(attached(1, PHOTO), pour=partial(pouring, PHOTO[:-1] + b"!"))
    with pytest.raises(Altered) as refused:
        packed(smallest(files=(swapped,)))
    assert refused.value.sequence == 1


def test_a_sealed_object_that_is_not_the_one_in_the_chain_is_refused():
    changed = Stored(3, "report", UUID(int=3), "0" * 64, b"something else")
    with pytest.raises(Altered):
        packed(smallest(objects=(changed,)))


class Broken(Exception):
    pass


def test_what_a_file_raises_on_its_way_is_raised():
    def pour(give):
        give(b"half")
        raise Broken

    with pytest.raises(Broken):
        packed(smallest(files=(replace(attached(1, PHOTO), pour=pour),)))


def test_originals_pass_through_in_pieces():
    """Thirty files of 20 MiB are never in memory at once: nothing larger than a piece is held."""
    block = bytes(PIECE)
    pieces = 64
    digest = hashlib.sha256()
    for _ in range(pieces):
        digest.update(block)
    seen = {"given": 0, "between": 0}
    lengths: list[int] = []

    def pour(give):
        for _ in range(pieces):
            before = len(lengths)
            give(block)
            seen["between"] += len(lengths) - before

    told = attached(1, b"", sha256=digest.hexdigest(), size=pieces * PIECE)
    package(
        smallest(files=(replace(told, pour=pour),)), MADE, lambda one: lengths.append(len(one))
    )
    assert seen["between"] >= pieces
    assert sum(lengths) > pieces * PIECE


@pytest.fixture
def sealed():
    """A case with its sealed objects and its key, sealed to a triage key made here."""
    triage, own = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    text = identity.write("case", own, {"case": str(CASE)})
    key = bytes(pyrage.encrypt(text.encode(), [triage.to_public()]))
    head = Head(CASE, UUID(int=9), 3, "report", 1)
    content = bytes(seal(str(own.to_public()), head, {"name": "Софія"}))
    digest = hashlib.sha256(content).hexdigest()
    stored = Stored(3, "report", head.object, digest, content)
    return triage, smallest(objects=(stored,), case_key=key)


def test_the_sealed_objects_open_with_our_offline_tool(sealed, tmp_path):
    triage, opened = sealed
    folder = unpacked(packed(opened), tmp_path / "package")
    key = tmp_path / "triage.key"
    key.write_text(identity.write("triage", triage, {}))
    assert offline.main(["--identity", str(key), str(folder / "sealed")]) == 0
    told = json.loads((folder / "sealed" / "opened" / "0003-report.json").read_text("utf-8"))
    assert told == {"name": "Софія"}


@pytest.mark.skipif(AGE is None, reason="there is no age here (Debian: apt-get install age)")
def test_the_sealed_objects_open_with_age_alone(sealed, tmp_path):
    triage, opened = sealed
    folder = unpacked(packed(opened), tmp_path / "package")
    (tmp_path / "triage.key").write_text(f"{triage}\n")
    case = subprocess.run(
        [AGE, "-d", "-i", tmp_path / "triage.key", folder / "sealed" / "case.key.age"],
        capture_output=True, check=True,
    )  # fmt: skip
    (tmp_path / "case.key").write_bytes(case.stdout)
    done = subprocess.run(
        [AGE, "-d", "-i", tmp_path / "case.key", folder / "sealed" / "0003-report.age"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["payload"] == {"name": "Софія"}


def test_the_smallest_case_has_a_package_too(tmp_path):
    folder = unpacked(packed(smallest()), tmp_path)
    assert not (folder / "originals").exists()
    assert NOW.tzinfo is not None
    assert Attached(1, {}).pour is None
