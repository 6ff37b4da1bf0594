"""The desk's people: inviting, granting roles, suspending. Each deed writes its audit entry.

A person works only with both: a way to sign in, and a role granted by somebody other than who
proposed it. What the command line does is granted at once: whoever has it has the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg

from cases import links
from cases.audit import AuditEvent, Signer, append
from cases.grants import propose
from cases.outbox import PATIENCE, Database
from cases.person import COLUMNS, NotNow, Person, person_of

INVITE_LASTS: Final = timedelta(hours=24)
LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Listed:
    """A line in the list of people, with the proposal that waits for a second person."""

    person: Person
    enrolled: bool
    granted: bool
    seen_at: datetime | None
    grant: UUID | None
    grant_role: str | None
    grant_units: tuple[str, ...]
    proposed_by: UUID | None


@dataclass(frozen=True)
class Newcomer:
    """Who is invited, and with what: role, oblasts ("UA" for all)."""

    name: str = field(repr=False)
    role: str
    units: tuple[str, ...]


async def everyone(database: Database) -> tuple[Listed, ...]:
    """All people, by number."""
    rows = await database.fetch(
        """
        SELECT p.id, p.number, p.name, p.role, p.units, p.state, p.enrolled_at, p.granted_at,
               (SELECT max(seen_at) FROM desk_session s WHERE s.person_id = p.id) AS seen_at,
               g.id AS grant_id, g.role AS grant_role, g.units AS grant_units, g.proposed_by
          FROM staff p
          LEFT JOIN role_grant g ON g.person_id = p.id AND g.decided_at IS NULL
         ORDER BY p.number
        """,
        timeout=PATIENCE,
    )
    return tuple(
        Listed(
            person_of(row),
            row["enrolled_at"] is not None,
            row["granted_at"] is not None,
            row["seen_at"],
            row["grant_id"],
            row["grant_role"],
            tuple(row["grant_units"] or ()),
            row["proposed_by"],
        )
        for row in rows
    )


async def invite(
    connection: "asyncpg.Connection",
    newcomer: Newcomer,
    token: str,
    *,
    person: UUID,
    grant: UUID,
    by: Person | None,
    signer: Signer,
    now: datetime,
) -> Person:
    """A new person and the link's hash, in the caller's transaction. `by` None: the command line.

    `token` is shown once and not kept; `person` and `grant` are fresh ids.
    """
    row = await connection.fetchrow(
        "INSERT INTO staff (id, name, role, units, created_at, granted_at)"  # noqa: S608 - own
        f" VALUES ($1, $2, $3, $4, $5, $6) RETURNING {COLUMNS}",
        *(person, newcomer.name, newcomer.role, list(newcomer.units), now),
        None if by else now,
    )
    made = person_of(row)
    await propose(connection, made.id, newcomer.role, newcomer.units, grant=grant, by=by, now=now)
    await _link(connection, made, token, by, now)
    told = {"person": made.actor, "role": made.role, "units": list(made.units)}
    event = AuditEvent(by.actor if by else "command", "staff.invited", None, told)
    await append(connection, [event], signer=signer, now=now)
    return made


async def renew(
    connection: "asyncpg.Connection",
    person: UUID,
    token: str,
    *,
    grant: UUID,
    by: Person | None,
    signer: Signer,
    now: datetime,
) -> Person:
    """A new link for somebody who lost the way in; every old way is closed at once.

    The role is proposed anew, so that no administrator becomes somebody else alone. Raises NotNow
    for the suspended.
    """
    row = await connection.fetchrow(
        "UPDATE staff SET state = 'pending', enrolled_at = NULL, password = NULL,"  # noqa: S608
        " granted_at = CASE WHEN $2 THEN NULL ELSE granted_at END"
        f" WHERE id = $1 AND state <> 'suspended' RETURNING {COLUMNS}",
        *(person, by is not None),
    )
    if row is None:
        raise NotNow
    found = person_of(row)
    for table in ("passkey", "totp", "recovery_code", "desk_session"):
        await connection.execute(f"DELETE FROM {table} WHERE person_id = $1", person)  # noqa: S608
    await _void(connection, person, now)
    waits = await connection.fetchval(
        "SELECT true FROM role_grant WHERE person_id = $1 AND decided_at IS NULL", person
    )
    if by is not None and not waits:
        await propose(connection, person, found.role, found.units, grant=grant, by=by, now=now)
    await _link(connection, found, token, by, now)
    event = AuditEvent(_hand(by), "staff.renewed", None, {"person": found.actor})
    await append(connection, [event], signer=signer, now=now)
    return found


async def _link(
    connection: "asyncpg.Connection", person: Person, token: str, by: Person | None, now: datetime
) -> None:
    await connection.execute(
        "INSERT INTO staff_invite (token_hash, person_id, invited_by, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        *(hash_of(token), person.id, by.id if by else None, now, now + INVITE_LASTS),
    )


async def _void(connection: "asyncpg.Connection", person: UUID, now: datetime) -> None:
    """Links that were not used work no more."""
    await connection.execute(
        "UPDATE staff_invite SET expires_at = $2 WHERE person_id = $1 AND used_at IS NULL",
        *(person, now),
    )


def hash_of(token: str) -> bytes:
    """What is kept of a token of 32 random bytes; so long a one needs no slow hash."""
    return sha256(token.encode()).digest()


async def suspend(
    connection: "asyncpg.Connection",
    person: UUID,
    *,
    by: Person | None,
    signer: Signer,
    now: datetime,
) -> None:
    """Shut somebody out, at once and everywhere; what was taken stays taken. Raises NotNow."""
    done = await connection.fetchval(
        "UPDATE staff SET state = 'suspended', suspended_at = $2"
        " WHERE id = $1 AND state <> 'suspended' RETURNING id",
        *(person, now),
    )
    if done is None:
        raise NotNow
    await connection.execute("DELETE FROM desk_session WHERE person_id = $1", person)
    await links.forget(connection, person)
    await _void(connection, person, now)
    event = AuditEvent(_hand(by), "staff.suspended", None, {"person": str(person)})
    await append(connection, [event], signer=signer, now=now)


async def restore(
    connection: "asyncpg.Connection", person: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """Let a suspended person in again, with the role it had. Raises NotNow."""
    done = await connection.fetchval(
        "UPDATE staff SET suspended_at = NULL, state = CASE"
        " WHEN enrolled_at IS NOT NULL AND granted_at IS NOT NULL THEN 'active'"
        " ELSE 'pending' END WHERE id = $1 AND state = 'suspended' RETURNING id",
        person,
    )
    if done is None:
        raise NotNow
    event = AuditEvent(by.actor, "staff.restored", None, {"person": str(person)})
    await append(connection, [event], signer=signer, now=now)


def _hand(by: Person | None) -> str:
    return by.actor if by else "command"


async def by_ids(database: Database, ids: Sequence[str]) -> tuple[Person, ...]:
    """The people with these ids, by number."""
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM staff WHERE id = ANY ($1) ORDER BY number",  # noqa: S608 - own
        [UUID(one) for one in ids],
        timeout=PATIENCE,
    )
    return tuple(person_of(row) for row in rows)


async def enacted(
    connection: "asyncpg.Connection", cast: Mapping[UUID, Newcomer], now: datetime
) -> bool:
    """The people of the demo, active, made once. False where others were first: it is no demo."""
    others_first = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM staff) AND NOT EXISTS (SELECT FROM staff WHERE id = ANY ($1))",
        list(cast),
    )
    if others_first:
        return False
    for id_, one in cast.items():
        await connection.execute(
            "INSERT INTO staff (id, name, role, units, state, created_at, enrolled_at, granted_at)"
            " VALUES ($1, $2, $3, $4, 'active', $5, $5, $5) ON CONFLICT (id) DO NOTHING",
            *(id_, one.name, one.role, list(one.units), now),
        )
    return True
