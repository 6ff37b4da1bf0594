"""Taking a case: whoever is first answers for it, and nobody else does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.permissions import About
from cases.person import NotNow, Person
from cases.points import Point, passing
from cases.queue_indexes import OPEN

_TAKE: Final = f"""
UPDATE cases SET taken_by = $2, taken_at = $3,
       status = CASE status WHEN 'received' THEN 'screening' ELSE status END
 WHERE id = $1 AND taken_by IS NULL AND {OPEN} RETURNING code
"""  # noqa: S608 - a constant

_RELEASE: Final = f"""
UPDATE cases SET taken_by = NULL, taken_at = NULL,
       status = CASE status WHEN 'screening' THEN 'received' ELSE status END
 WHERE id = $1 AND taken_by = $2 AND {OPEN} RETURNING code
"""  # noqa: S608 - a constant


@dataclass(frozen=True)
class Standing:
    """What a decision about a case needs to know. `taker`: the number of who took it.

    `open`: it is worked on, or waits to be.
    """

    code: str
    oblast: str | None
    received_at: datetime
    taken_by: UUID | None
    taken_at: datetime | None
    taker: int | None
    open: bool

    @property
    def about(self) -> About:
        return About(self.oblast, owner=self.taken_by)


async def standing(database: Database, case: UUID) -> Standing | None:
    """None when there is no such case."""
    row = await database.fetchrow(
        "SELECT c.code, c.oblast, c.received_at, c.taken_by, c.taken_at, p.number AS taker,"  # noqa: S608
        f" c.{OPEN} AS open FROM cases c LEFT JOIN staff p ON p.id = c.taken_by WHERE c.id = $1",
        case,
        timeout=PATIENCE,
    )
    return Standing(**row) if row else None


async def take(
    connection: "asyncpg.Connection", case: UUID, *, by: Person, signer: Signer, now: datetime
) -> str:
    """The code of the case, which is `by`'s now. Raises NotNow: taken, closed or not there."""
    code = await connection.fetchval(_TAKE, *(case, by.id, now))
    if code is None:
        raise NotNow
    passing(Point.CASE_TAKEN)
    await append(connection, [AuditEvent(by.actor, "case.taken", case)], signer=signer, now=now)
    return str(code)


async def release(
    connection: "asyncpg.Connection",
    case: UUID,
    *,
    taker: UUID,
    by: Person,
    signer: Signer,
    now: datetime,
) -> str:
    """Give a case that `taker` holds back to the queue; its code. Raises NotNow."""
    code = await connection.fetchval(_RELEASE, *(case, taker))
    if code is None:
        raise NotNow
    told = {"taker": str(taker)}
    event = AuditEvent(by.actor, "case.released", case, told)
    await append(connection, [event], signer=signer, now=now)
    return str(code)
