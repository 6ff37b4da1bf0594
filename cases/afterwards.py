"""What a family does after sending: adds, tells news, withdraws, asks for erasure. Append-only.

The case's key is public to whoever writes and shut to whoever reads: the host adds to a case for
ever and never opens it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.audit import AuditEvent
from cases.turn import Turn
from flows.answers import Json
from vault.seal import Head, seal

ADDITION, NEWS, WITHDRAWAL, ERASURE = "addition", "news", "withdrawal", "erasure"
SCHEMA: Final = 1

_MARKS: Final = {
    ADDITION: "",
    NEWS: ", claimed = $2, claimed_at = $3",
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

    def join(self, turn: Turn) -> None:
        """Make it part of `turn`. Saving raises Erased when the case is gone."""
        turn.jobs.append(partial(_store, self))
        detail = {"claimed": self.claimed} if self.claimed else {}
        turn.audit.append(AuditEvent("bot", f"family.{self.kind}", self.case, detail))


async def _store(entry: Entry, connection: "asyncpg.Connection") -> None:
    """The object's number is taken under the case's lock, sealed inside it, and stored."""
    sequence = await connection.fetchval(
        f"UPDATE cases SET objects = objects + 1{_MARKS[entry.kind]}"  # noqa: S608 - constants
        " WHERE id = $1 AND $2::text IS NOT DISTINCT FROM $2"
        " AND $3::timestamptz IS NOT NULL RETURNING objects",
        *(entry.case, entry.claimed, entry.at),
    )
    if sequence is None:
        raise Erased
    head = Head(entry.case, uuid4(), sequence, entry.kind, SCHEMA)
    sealed = seal(entry.recipient, head, entry.payload)
    await connection.execute(
        "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(head.object, head.case, sequence, head.kind, SCHEMA, sealed, sha256(sealed).digest()),
    )
    await connection.execute(
        "INSERT INTO case_update (id, case_id, kind, claimed, sequence, at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(uuid4(), entry.case, entry.kind, entry.claimed, sequence, entry.at),
    )
