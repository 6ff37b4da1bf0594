"""Return statuses that a prosecutor confirms: apart from what a family claims, with their basis.

A death is confirmed by two people. What is confirmed is never deleted: it is undone, visibly.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.adding import add
from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person, SameHand
from flows.answers import Json

STATUSES: Final = (
    "located",
    "contact",
    "returned_ua",
    "returned_third_country",
    "reunited",
    "placed_in_family_care",
    "turned_18_still_there",
    "removed_again",
    "deceased",
)
DECEASED: Final = "deceased"
KIND: Final = "confirmation"
"""The kind of the sealed object that holds the basis."""


@dataclass(frozen=True)
class Confirmation:
    """One of a case's confirmations. `counts`: not undone, and seconded where that is needed."""

    id: UUID
    status: str
    sequence: int
    by: UUID
    number: int
    at: datetime
    needs_second: bool
    second: int | None
    undone_at: datetime | None

    @property
    def counts(self) -> bool:
        return self.undone_at is None and (not self.needs_second or self.second is not None)


async def of_case(database: Database, case: UUID) -> tuple[Confirmation, ...]:
    """Oldest first."""
    rows = await database.fetch(
        'SELECT c.id, c.status, c.sequence, c."by", p.number, c.at, c.needs_second,'
        " s.number AS second, c.undone_at FROM confirmation c"
        ' JOIN staff p ON p.id = c."by" LEFT JOIN staff s ON s.id = c.second_by'
        " WHERE c.case_id = $1 ORDER BY c.at, c.id",
        case,
        timeout=PATIENCE,
    )
    return tuple(Confirmation(**dict(row)) for row in rows)


async def confirm(
    connection: "asyncpg.Connection",
    case: UUID,
    status: str,
    basis: str,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> UUID:
    """Confirm what is known and from where; the id of it. Raises NotNow."""
    if status not in STATUSES or not basis.strip():
        raise NotNow
    told: dict[str, Json] = {
        "status": status, "basis": basis, "by": by.handle, "at": now.isoformat(),
    }  # fmt: skip
    added = await add(connection, case, KIND, told)
    id_, death = uuid4(), status == DECEASED
    await connection.execute(
        'INSERT INTO confirmation (id, case_id, status, sequence, "by", at, needs_second)'
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(id_, case, status, added.sequence, by.id, now, death),
    )
    if not death:
        await _newest(connection, case)
    detail = {"status": status, "sealed": [added.digest.hex()]}
    event = AuditEvent(by.actor, "return.confirmed", case, detail)
    await append(connection, [event], signer=signer, now=now)
    return id_


async def second(
    connection: "asyncpg.Connection", id_: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """The second person's word. Raises SameHand, NotNow."""
    row = await connection.fetchrow(
        'SELECT case_id, status, "by" FROM confirmation WHERE id = $1 AND needs_second'
        " AND second_by IS NULL AND undone_at IS NULL FOR UPDATE",
        id_,
    )
    if row is None:
        raise NotNow
    if row["by"] == by.id:
        raise SameHand
    await connection.execute(
        "UPDATE confirmation SET second_by = $2, second_at = $3 WHERE id = $1", id_, by.id, now
    )
    await _newest(connection, row["case_id"])
    event = AuditEvent(by.actor, "return.seconded", row["case_id"], {"status": row["status"]})
    await append(connection, [event], signer=signer, now=now)


async def undo(
    connection: "asyncpg.Connection", id_: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """It was not so. Raises NotNow."""
    row = await connection.fetchrow(
        "UPDATE confirmation SET undone_by = $2, undone_at = $3"
        " WHERE id = $1 AND undone_at IS NULL RETURNING case_id, status",
        *(id_, by.id, now),
    )
    if row is None:
        raise NotNow
    await _newest(connection, row["case_id"])
    event = AuditEvent(by.actor, "return.undone", row["case_id"], {"status": row["status"]})
    await append(connection, [event], signer=signer, now=now)


async def _newest(connection: "asyncpg.Connection", case: UUID) -> None:
    """The case's own column follows the newest confirmation that counts."""
    await connection.execute(
        """
        UPDATE cases SET (confirmed, confirmed_at) = (
            SELECT status, at FROM confirmation
             WHERE case_id = $1 AND undone_at IS NULL
               AND (NOT needs_second OR second_by IS NOT NULL)
             UNION ALL SELECT NULL, NULL ORDER BY 2 DESC NULLS LAST LIMIT 1)
         WHERE id = $1
        """,
        case,
    )
