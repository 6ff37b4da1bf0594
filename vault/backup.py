"""How a backup is laid out: one tar, in one age file, that standard tools open without our code.

`age -d -i backup.key FILE | tar x` gives the parts of the database's dump (`cat database/* |
pg_restore`), the sealed files as the object store has them, and last a manifest with the hash of
each. Without the manifest, which comes last, it is no backup.
"""

import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

FORMAT: Final = 1
ABOUT, MANIFEST = "README.txt", "manifest.json"
DATABASE, OBJECTS = "database/", "objects/"
PART: Final = 8 << 20
"""Bytes of the dump in one part; a tar must know a member's size before its first byte."""

_SAID: Final = b"""A backup of Dodomu.

database/  pieces of one dump of PostgreSQL's own format: cat database/* | pg_restore -d DATABASE
objects/   sealed files, as they lie in the object store
manifest.json  what there must be, with SHA-256 of everything

`dodomu db restore` does all of it, and keeps the copy from sending anything.
"""


class BackupRefused(Exception):
    """This file cannot be restored. The message says what is wrong with it."""


@dataclass(frozen=True)
class Stored:
    """A sealed file in the backup. `sha256`: hexadecimal, of what lies in the store."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What the backup holds, and what the database was when it was made.

    `made_at`: ISO 8601, UTC. `schema`: Alembic's revision. `server`, `client`: major versions of
    PostgreSQL and of pg_dump. `roles`: whom the rights in the dump are for. `rows`: by table.
    `audit_seq`, `audit_hash`: the end of the chain. `database_size`, `database_sha256`: of the
    whole dump. `gone`: files that were taken back while the backup was made. `lacking`: files the
    store had not, or had changed.
    """

    made_at: str
    schema: str
    server: int
    client: int
    roles: tuple[str, ...]
    rows: dict[str, int]
    audit_seq: int
    audit_hash: str
    database_size: int = 0
    database_sha256: str = ""
    objects: tuple[Stored, ...] = ()
    gone: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_bytes(cls, said: bytes) -> "Manifest":
        """Raises BackupRefused."""
        try:
            whole: dict[str, Any] = json.loads(said)
            if whole.get("format") != FORMAT:
                raise BackupRefused("it was made by another version of this program")
            objects = tuple(Stored(**one) for one in whole.pop("objects"))
            for name in ("roles", "gone", "lacking"):
                whole[name] = tuple(whole[name])
            return cls(**{**whole, "objects": objects})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupRefused("its manifest cannot be read") from None


@dataclass
class Tally:
    """Counts and hashes what goes by, under one name."""

    size: int = 0
    _digest: Any = field(default_factory=sha256, repr=False)

    def see(self, piece: bytes) -> None:
        self.size += len(piece)
        self._digest.update(piece)

    @property
    def hex(self) -> str:
        found: str = self._digest.hexdigest()
        return found


def member(name: str, size: int, pieces: Iterable[bytes], at: datetime) -> Iterator[bytes]:
    """One member of the tar. `pieces` must come to `size` bytes, else ValueError."""
    head = tarfile.TarInfo(name)
    head.size, head.mtime, head.mode = size, int(at.timestamp()), 0o600
    yield head.tobuf(tarfile.USTAR_FORMAT)
    given = 0
    for piece in pieces:
        given += len(piece)
        yield piece
    if given != size:
        raise ValueError("a member is not as long as was said")
    if given % tarfile.BLOCKSIZE:
        yield bytes(tarfile.BLOCKSIZE - given % tarfile.BLOCKSIZE)


def about(at: datetime) -> Iterator[bytes]:
    """The first member: what this is, for who finds it without us."""
    yield from member(ABOUT, len(_SAID), [_SAID], at)


def end(manifest: Manifest, at: datetime) -> Iterator[bytes]:
    """The last member, and the tar's end."""
    said = manifest.to_bytes()
    yield from member(MANIFEST, len(said), [said], at)
    yield bytes(2 * tarfile.BLOCKSIZE)


def part(number: int) -> str:
    """The name of a part of the dump."""
    return f"{DATABASE}{number:06}"


def object_path(name: UUID | str) -> str:
    """Where a file of the store lies in the tar; the same as in the store."""
    said = str(name)
    return f"{OBJECTS}{said[:2]}/{said}.age"


def object_name(path: str) -> str | None:
    """The inverse of `object_path`; None for anything else."""
    said = path.rpartition("/")[2].removesuffix(".age")
    try:
        return said if object_path(UUID(said)) == path else None
    except ValueError:
        return None
