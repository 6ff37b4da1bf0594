"""Roles: proposed by one person, granted or refused by another."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person, SameHand


async def propose(
    connection: "asyncpg.Connection",
    person: UUID,
    role: str,
    units: Sequence[str],
    *,
    grant: UUID,
    by: Person | None,
    now: datetime,
) -> None:
    """A role that waits for a second person; granted at once when nobody (`by` None) proposes."""
    await connection.execute(
        "INSERT INTO role_grant"
        " (id, person_id, role, units, proposed_by, proposed_at, decided_at, granted)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(grant, person, role, list(units), by.id if by else None, now),
        *((None, None) if by else (now, True)),
    )


async def propose_role(
    connection: "asyncpg.Connection",
    person: UUID,
    role: str,
    units: Sequence[str],
    *,
    grant: UUID,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """The first half of changing a role. Raises NotNow while another proposal waits."""
    try:
        await propose(connection, person, role, units, grant=grant, by=by, now=now)
    except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
        raise NotNow from None
    told = {"person": str(person), "role": role, "units": list(units)}
    event = AuditEvent(by.actor, "staff.role_proposed", None, told)
    await append(connection, [event], signer=signer, now=now)


async def proposer(database: Database, grant: UUID) -> UUID | None:
    """Who made a proposal that is still open. Raises NotNow when there is none."""
    row = await database.fetchrow(
        "SELECT proposed_by FROM role_grant WHERE id = $1 AND decided_at IS NULL",
        grant,
        timeout=PATIENCE,
    )
    if row is None:
        raise NotNow
    found: UUID | None = row["proposed_by"]
    return found


async def decide(
    connection: "asyncpg.Connection",
    grant: UUID,
    *,
    granted: bool,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """The second half. Raises NotNow when it was decided already, SameHand."""
    row = await connection.fetchrow(
        "UPDATE role_grant SET decided_by = $2, decided_at = $3, granted = $4"
        " WHERE id = $1 AND decided_at IS NULL RETURNING person_id, role, units, proposed_by",
        *(grant, by.id, now, granted),
    )
    if row is None:
        raise NotNow
    if by.id in (row["proposed_by"], row["person_id"]):
        raise SameHand
    if granted:
        await connection.execute(
            "UPDATE staff SET role = $2, units = $3, granted_at = $4, state = CASE"
            " WHEN state = 'pending' AND enrolled_at IS NOT NULL THEN 'active' ELSE state END"
            " WHERE id = $1",
            *(row["person_id"], row["role"], row["units"], now),
        )
    told = {"person": str(row["person_id"]), "role": row["role"], "units": list(row["units"])}
    action = "staff.role_granted" if granted else "staff.role_refused"
    await append(connection, [AuditEvent(by.actor, action, None, told)], signer=signer, now=now)
