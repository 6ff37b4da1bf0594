"""The evidence package: dossiers, JSON, the family's files byte for byte, and how to check them.

A plain ZIP, written as a stream and never held whole. The same case, made at the same moment,
gives the same bytes. Names inside are ours: what the family called a file stands in the manifest.
"""

import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Final

from desk.export.document import document
from desk.export.dossier import dossier
from desk.export.opened import Attached, Give, Made, Opened
from desk.export.wording import LOCALES, stamp
from flows.answers import Json
from flows.kinds.subs import text_in
from locales import say
from locales.dates import KYIV
from vault.contents import Head
from vault.open import CASE_KEY

SCHEMA: Final = 1
SUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
_PRIVATE: Final = (stat.S_IFREG | 0o600) << 16
_UNIX: Final = 3


class Altered(Exception):
    """Bytes are not those their hash tells of: a family's file, or a sealed object.

    `sequence` says which. What was written is no package: throw it away. Compare with the audit
    chain; to have the rest, give that one without its bytes.
    """

    def __init__(self, sequence: int) -> None:
        super().__init__(f"object {sequence:04d} differs from its hash")
        self.sequence = sequence


def package(opened: Opened, made: Made, give: Give) -> None:
    """Hand the package to `give` in pieces. Blocks: call it in a thread.

    Raises Altered, and what the files and `give` raise; then what was given is not the whole.
    """
    with zipfile.ZipFile(_Stream(give), "w", zipfile.ZIP_STORED) as archive:
        packing = _Packing(archive, made)
        for locale in LOCALES:
            packing.put(f"README.{locale}.txt", _readme(opened, made, locale))
        for locale in LOCALES:
            packing.put(f"dossier.{locale}.pdf", dossier(opened, made, locale))
        packing.put("case.json", document(opened, made))
        for one in opened.files:
            packing.file(one)
        packing.sealed(opened)
        packing.put(MANIFEST, _manifest(opened, made, packing.listed))
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(packing.sums.items()))
        packing.put(SUMS, sums.encode())


def parcel(opened: Opened, made: Made, locale: str, give: Give) -> None:
    """What goes to another body: one dossier, the files given, hashes. Nothing sealed, no JSON.

    `opened` holds no more than may be told (desk.export.referral). Raises as `package`.
    """
    with zipfile.ZipFile(_Stream(give), "w", zipfile.ZIP_STORED) as archive:
        packing = _Packing(archive, made)
        told = say(
            locale, "package.parcel", code=opened.facts.code, at=stamp(locale, made.at),
            by=made.by, to=made.to,
        )  # fmt: skip
        packing.put("README.txt", f"{told}\n".encode())
        packing.put("dossier.pdf", dossier(opened, made, locale, only=("told", "later", "files")))
        for one in opened.files:
            if one.pour is not None:
                packing.file(one)
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(packing.sums.items()))
        packing.put(SUMS, sums.encode())


class _Stream:
    """A file that can only be written to, from its beginning to its end."""

    def __init__(self, give: Give) -> None:
        self._give = give

    def write(self, piece: bytes) -> int:
        self._give(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """The pieces are the receiver's."""


class _Packing:
    """What has been put in, with its hashes."""

    def __init__(self, archive: zipfile.ZipFile, made: Made) -> None:
        self._archive = archive
        self._when = made.at.astimezone(KYIV)
        self.sums: dict[str, str] = {}
        self.listed: list[Json] = []

    def put(self, name: str, content: bytes) -> None:
        with self._entry(name) as out:
            out.write(content)
        self._sum(name, sha256(content).hexdigest(), len(content))

    def file(self, attached: Attached) -> None:
        """One of the family's files; only its manifest when there are no bytes. Raises Altered."""
        told: dict[str, Json] = {"sequence": attached.sequence, "told": dict(attached.manifest)}
        if attached.pour is None:
            self.listed.append({**told, "path": None})
            return
        name = f"originals/{attached.sequence:04d}.bin"
        digest, size = sha256(), 0
        with self._entry(name) as out:

            def take(piece: bytes) -> None:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                out.write(piece)

            attached.pour(take)
        found = digest.hexdigest()
        if found != text_in(attached.manifest, "sha256"):
            raise Altered(attached.sequence)
        self._sum(name, found, size, told)

    def sealed(self, opened: Opened) -> None:
        """What lies in the database, byte for byte. Raises Altered.

        `python -m vault.open` opens this folder.
        """
        if opened.case_key is not None:
            self.put(f"sealed/{CASE_KEY}", opened.case_key)
        for one in opened.objects:
            if one.sealed is not None:
                if sha256(one.sealed).hexdigest() != one.sha256:
                    raise Altered(one.sequence)
                head = Head(opened.id, one.object, one.sequence, one.kind, 0)
                self.put(f"sealed/{head.file_name()}", one.sealed)

    @contextmanager
    def _entry(self, name: str) -> Iterator[IO[bytes]]:
        when = self._when
        info = zipfile.ZipInfo(
            name, (when.year, when.month, when.day, when.hour, when.minute, when.second)
        )
        info.create_system, info.external_attr = _UNIX, _PRIVATE
        with self._archive.open(info, "w") as out:
            yield out

    def _sum(self, name: str, digest: str, size: int, told: dict[str, Json] | None = None) -> None:
        self.sums[name] = digest
        self.listed.append({**(told or {}), "path": name, "sha256": digest, "size": size})


def _manifest(opened: Opened, made: Made, listed: list[Json]) -> bytes:
    whole: dict[str, Json] = {
        "schema": SCHEMA,
        "case": str(opened.id),
        "code": opened.facts.code,
        "made": {"at": made.at.isoformat(), "by": made.by, "to": made.to},
        "files": listed,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _readme(opened: Opened, made: Made, locale: str) -> bytes:
    at = stamp(locale, made.at)
    told = say(
        locale, "package.readme", code=opened.facts.code, at=at, by=made.by, to=made.to or "—"
    )
    return f"{told}\n".encode()
