"""What a family does after sending: adds, tells news, answers, withdraws, asks for erasure.

Append-only. The case's key is public to whoever writes and shut to whoever reads: the host adds to
a case for ever and never opens it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.audit import AuditEvent
from cases.triage import CALL
from cases.turn import Turn
from flows.answers import Json
from vault.contents import Payload
from vault.receipt import seal_for_family
from vault.seal import Head, seal

ADDITION, NEWS, ANSWER = "addition", "news", "answer"
WITHDRAWAL, ERASURE = "withdrawal", "erasure"
SCHEMA: Final = 1

_TO_READ_AGAIN: Final = (ADDITION, NEWS, ANSWER)

_MARKS: Final = {
    ADDITION: "",
    NEWS: ", claimed = $2, claimed_at = $3",
    ANSWER: "",
    WITHDRAWAL: ", withdrawn_at = coalesce(withdrawn_at, $3)",
    ERASURE: ", erase_asked_at = coalesce(erase_asked_at, $3)",
}


class Erased(Exception):
    """The case is gone: nothing can be added to it any more. Say so, and offer a new report."""


@dataclass(frozen=True)
class Entry:
    """One thing a family adds to its case. `payload` is sealed; `claimed` stays readable.

    `claimed` is a claim of the family's, an option of the news flow; never a confirmed fact.
    """

    case: UUID
    recipient: str = field(repr=False)
    kind: str
    payload: Json = field(repr=False)
    at: datetime
    claimed: str | None = None
    #: a death was spoken of: whoever works on it calls first
    grave: bool = False

    def join(self, turn: Turn) -> None:
        """Make it part of `turn`. Saving raises Erased when the case is gone."""
        detail: dict[str, Payload] = {"claimed": self.claimed} if self.claimed else {}
        turn.jobs.append(partial(_store, self, detail))
        turn.audit.append(AuditEvent("bot", f"family.{self.kind}", self.case, detail))


async def _store(
    entry: Entry, detail: dict[str, Payload], connection: "asyncpg.Connection"
) -> None:
    """The object's number is taken under the case's lock, sealed inside it, and stored.

    `detail` belongs to the audit's entry, written last: it learns what was sealed.
    """
    sequence = await connection.fetchval(
        f"UPDATE cases SET objects = objects + 1{_MARKS[entry.kind]},"  # noqa: S608 - constants
        " reasons = CASE WHEN $4 AND NOT $5 = ANY (reasons) THEN reasons || $5 ELSE reasons END"
        " WHERE id = $1 AND erased_at IS NULL AND $2::text IS NOT DISTINCT FROM $2"
        " AND $3::timestamptz IS NOT NULL RETURNING objects",
        *(entry.case, entry.claimed, entry.at, entry.grave, CALL),
    )
    if sequence is None:
        raise Erased
    head = Head(entry.case, uuid4(), sequence, entry.kind, SCHEMA)
    digest = await put(connection, head, seal(entry.recipient, head, entry.payload))
    detail["sealed"] = [digest.hex()]
    await note(connection, entry.case, entry.kind, sequence, at=entry.at, claimed=entry.claimed)
    if entry.kind in _TO_READ_AGAIN:
        await _page(connection, entry, sequence)


async def put(connection: "asyncpg.Connection", head: Head, sealed: bytes) -> bytes:
    """Store a sealed object; the SHA-256 of it, for the audit chain."""
    digest = sha256(sealed).digest()
    await connection.execute(
        "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(head.object, head.case, head.sequence, head.kind, head.schema, sealed, digest),
    )
    return digest


async def note(
    connection: "asyncpg.Connection",
    case: UUID,
    kind: str,
    sequence: int,
    *,
    at: datetime,
    claimed: str | None = None,
) -> None:
    """A line of the case's history: what the family did, and which object tells of it."""
    await connection.execute(
        "INSERT INTO case_update (id, case_id, kind, claimed, sequence, at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(uuid4(), case, kind, claimed, sequence, at),
    )


async def _page(connection: "asyncpg.Connection", entry: Entry, sequence: int) -> None:
    """The family's own copy of it, where there is a key to seal it to."""
    public = await connection.fetchval(
        "SELECT public FROM family_copy WHERE case_id = $1", entry.case
    )
    if public is None:
        return
    page = {"kind": entry.kind, "told": entry.payload}
    await connection.execute(
        "INSERT INTO family_page (case_id, sequence, sealed) VALUES ($1, $2, $3)",
        *(entry.case, sequence, seal_for_family(public, entry.case, sequence, page)),
    )
