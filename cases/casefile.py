"""Everything that is stored of one case, for whoever has the key: rows, sealed as they stand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from vault.contents import Head


@dataclass(frozen=True)
class SealedRow:
    """One sealed object, and where it says it belongs."""

    head: Head
    sealed: bytes = field(repr=False)
    sha256: bytes
    at: datetime


@dataclass(frozen=True)
class Happened:
    """A line of the family's side: kind, what it claims, which object tells of it."""

    kind: str
    claimed: str | None
    sequence: int | None
    at: datetime


@dataclass(frozen=True)
class LetterRow:
    """A message to the family, as far as it has come."""

    id: UUID
    kind: str
    sequence: int
    questions: int
    at: datetime
    told_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class FileRow:
    """A file of the case: `object` is its name in the store; `state` held, or still coming."""

    id: UUID
    sequence: int
    state: str
    object: UUID | None
    sha256: bytes | None


@dataclass(frozen=True)
class Noted:
    """An entry of the audit chain about this case. `number` is a person's, None for machines."""

    seq: int
    at: datetime
    actor: str
    action: str
    detail: Any
    number: int | None


@dataclass(frozen=True)
class CaseFile:
    """`facts`: the readable columns of the case, by name, with "taker" (a person's number)."""

    id: UUID
    facts: dict[str, Any]
    keys: tuple[bytes, ...] = field(repr=False)
    objects: tuple[SealedRow, ...]
    updates: tuple[Happened, ...]
    letters: tuple[LetterRow, ...]
    files: tuple[FileRow, ...]
    chain: tuple[Noted, ...]
    #: cases made from this group's list, by code
    parts: tuple[tuple[UUID, str], ...]


_TOO_MANY: Final = 1 << 31  # the column knows no such number
_FACTS: Final = """
SELECT c.*, p.number AS taker, g.code AS group_code, c.chat_ref IS NOT NULL AS has_chat
  FROM cases c LEFT JOIN staff p ON p.id = c.taken_by LEFT JOIN cases g ON g.id = c.part_of
 WHERE c.id = $1
"""


async def stored(database: Database, case: UUID) -> CaseFile | None:
    """None when there is no such case. What was erased has no keys and no objects."""
    facts = await database.fetchrow(_FACTS, case, timeout=PATIENCE)
    if facts is None:
        return None

    async def rows(query: str) -> list[Any]:
        return list(await database.fetch(query, case, timeout=PATIENCE))

    keys = await rows("SELECT sealed FROM case_key WHERE case_id = $1 ORDER BY list_version DESC")
    objects = await rows(
        "SELECT id, case_id, sequence, kind, schema, sealed, sha256, created_at"
        " FROM sealed_object WHERE case_id = $1 ORDER BY sequence"
    )
    updates = await rows(
        "SELECT kind, claimed, sequence, at FROM case_update WHERE case_id = $1 ORDER BY at, id"
    )
    letters = await rows(
        "SELECT id, kind, sequence, questions, at, told_at, opened_at, answered_at, withdrawn_at"
        " FROM message WHERE case_id = $1 ORDER BY sequence"
    )
    files = await rows(
        "SELECT id, sequence, state, object, sha256 FROM attachment"
        " WHERE case_id = $1 AND state <> 'removed' ORDER BY sequence"
    )
    chain = await rows(
        "SELECT a.seq, a.at, a.actor, a.action, a.detail, p.number FROM audit a"
        " LEFT JOIN staff p ON p.id::text = a.actor WHERE a.subject = $1 ORDER BY a.seq"
    )
    parts = await rows("SELECT id, code FROM cases WHERE part_of = $1 ORDER BY code")
    return CaseFile(
        case,
        dict(facts),
        tuple(row["sealed"] for row in keys),
        tuple(_object(row) for row in objects),
        tuple(Happened(**dict(row)) for row in updates),
        tuple(LetterRow(**dict(row)) for row in letters),
        tuple(FileRow(**dict(row)) for row in files),
        tuple(Noted(**dict(row)) for row in chain),
        tuple((row["id"], row["code"]) for row in parts),
    )


def _object(row: Any) -> SealedRow:
    head = Head(row["case_id"], row["id"], row["sequence"], row["kind"], row["schema"])
    return SealedRow(head, row["sealed"], row["sha256"], row["created_at"])


@dataclass(frozen=True)
class StoredFile:
    """One file of a case, and what opens it."""

    keys: tuple[bytes, ...] = field(repr=False)
    manifest: SealedRow
    row: FileRow


async def stored_file(database: Database, case: UUID, sequence: int) -> StoredFile | None:
    """None when the case has no such file, or no manifest of it yet."""
    if not 0 < sequence < _TOO_MANY:
        return None
    found = await database.fetchrow(
        "SELECT id, case_id, sequence, kind, schema, sealed, sha256, created_at"
        " FROM sealed_object WHERE case_id = $1 AND sequence = $2 AND kind = 'manifest'",
        *(case, sequence),
        timeout=PATIENCE,
    )
    row = await database.fetchrow(
        "SELECT id, sequence, state, object, sha256 FROM attachment"
        " WHERE case_id = $1 AND sequence = $2 AND state <> 'removed'",
        *(case, sequence),
        timeout=PATIENCE,
    )
    if found is None or row is None:
        return None
    keys = await database.fetch(
        "SELECT sealed FROM case_key WHERE case_id = $1 ORDER BY list_version DESC",
        case,
        timeout=PATIENCE,
    )
    return StoredFile(tuple(key["sealed"] for key in keys), _object(found), FileRow(**dict(row)))
