"""Are the sealed objects those that the audit chain was told of? Read only, in batches.

The chain has the digest of every object that families and prosecutors made, and of every file; of
a file's manifest, which is an object too, it has none.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from cases.outbox import PATIENCE, Database

_BATCH: Final = 200


@dataclass(frozen=True)
class Fault:
    """`why`: "changed" (an object is not what its digest says) or "missing".

    "missing": the chain recorded `digest` (hexadecimal) for this case, and nothing in the database
    has it any more: an object, or the note of a file, was deleted or exchanged.
    """

    case: UUID
    why: str
    digest: str


@dataclass(frozen=True)
class Looked:
    """One batch: how many objects were hashed, how many digests of the chain were looked for."""

    objects: int
    recorded: int
    faults: tuple[Fault, ...]


async def objects(database: Database) -> AsyncIterator[Looked]:
    """Hash every sealed object, and compare with the chain what it recorded of its cases.

    Cases that were erased are passed over: of these the chain says that nothing is left. Verify
    the chain first (cases.audit.verify): here it is believed.
    """
    after: UUID | None = None
    while rows := await database.fetch(
        "SELECT id, erased_at IS NOT NULL AS erased FROM cases"
        " WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        *(after, _BATCH),
        timeout=PATIENCE,
    ):
        after = rows[-1]["id"]
        yield await _looked(database, [row["id"] for row in rows if not row["erased"]])


async def _looked(database: Database, cases: Sequence[UUID]) -> Looked:
    # The chain first: an object that comes meanwhile is then one too many, not one too few.
    told = await _recorded(database, cases)
    found: dict[UUID, set[str]] = {case: set() for case in cases}
    faults: list[Fault] = []
    hashed = 0
    for case in cases:  # one at a time: a case may hold much, and memory little
        for row in await _sealed(database, case):
            hashed += 1
            digest = sha256(row["sealed"]).digest()
            found[case].add(digest.hex())
            if digest != row["sha256"]:
                faults.append(Fault(case, "changed", row["sha256"].hex()))
    for row in await database.fetch(
        "SELECT case_id, sha256 FROM attachment WHERE case_id = ANY ($1) AND sha256 IS NOT NULL",
        cases,
        timeout=PATIENCE,
    ):
        found[row["case_id"]].add(row["sha256"].hex())
    for case, digests in told.items():
        faults += (Fault(case, "missing", digest) for digest in sorted(digests - found[case]))
    return Looked(hashed, sum(map(len, told.values())), await _lasting(database, faults))


async def _lasting(database: Database, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Those that are none of a case which was erased while we looked."""
    if not faults:
        return ()
    rows = await database.fetch(
        "SELECT id FROM cases WHERE id = ANY ($1) AND erased_at IS NULL",
        [fault.case for fault in faults],
        timeout=PATIENCE,
    )
    here = {row["id"] for row in rows}
    return tuple(fault for fault in faults if fault.case in here)


async def _sealed(database: Database, case: UUID) -> "list[asyncpg.Record]":
    rows: list[asyncpg.Record] = await database.fetch(
        "SELECT sealed, sha256 FROM sealed_object WHERE case_id = $1", case, timeout=PATIENCE
    )
    return rows


async def _recorded(database: Database, cases: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The digests that the chain has of these cases."""
    found: dict[UUID, set[str]] = {case: set() for case in cases}
    for row in await database.fetch(
        "SELECT subject, detail FROM audit WHERE subject = ANY ($1) AND detail ? 'sealed'",
        cases,
        timeout=PATIENCE,
    ):
        found[row["subject"]] |= set(_digests(orjson.loads(row["detail"])))
    return found


def _digests(detail: Mapping[str, Any]) -> list[str]:
    sealed = detail["sealed"]
    return [str(each) for each in (sealed if isinstance(sealed, list) else [sealed])]


@dataclass(frozen=True)
class Kept:
    """A file of `case` that the store must have as `object`, and the digest of what lies there."""

    case: UUID
    object: UUID
    sha256: bytes


async def files(database: Database) -> AsyncIterator[Kept]:
    """Every file that is held, of cases that were not erased."""
    after: UUID | None = None
    while rows := await database.fetch(
        "SELECT a.case_id, a.object, a.sha256 FROM attachment a"
        " LEFT JOIN cases c ON c.id = a.case_id"
        " WHERE a.state = 'held' AND a.object IS NOT NULL AND a.sha256 IS NOT NULL"
        " AND c.erased_at IS NULL AND ($1::uuid IS NULL OR a.object > $1)"
        " ORDER BY a.object LIMIT $2",
        *(after, _BATCH),
        timeout=PATIENCE,
    ):
        for row in rows:
            yield Kept(row["case_id"], row["object"], row["sha256"])
        after = rows[-1]["object"]


async def is_held(database: Database, kept: Kept) -> bool:
    """Whether it is wanted still: it may have been taken back while we looked."""
    found = await database.fetchval(
        "SELECT true FROM attachment WHERE object = $1 AND state = 'held'",
        kept.object,
        timeout=PATIENCE,
    )
    return found is not None


async def hash_at(database: Database, seq: int) -> bytes | None:
    """The hash of an entry of the audit chain; None where it has none of this number."""
    found: bytes | None = await database.fetchval(
        "SELECT hash FROM audit WHERE seq = $1", seq, timeout=PATIENCE
    )
    return found
