"""Who is signed in, where, and until when; a person's role is read anew each time.

15 minutes without a deed end a session, ten hours end any. The cookie's value is not kept.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.people import hash_of
from cases.person import COLUMNS, Person, person_of

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=10)
CHALLENGE_LASTS: Final = timedelta(seconds=60)

_NOTED: Final = timedelta(seconds=30)  # being seen is written down no more often than that
_PERSON: Final = ", ".join(f"p.{name}" for name in COLUMNS.split(", "))

How: TypeAlias = Literal["passkey", "totp", "recovery", "demo"]


@dataclass(frozen=True)
class Session:
    """A signed-in browser. `device` is a word about it, such as "Firefox"."""

    id: UUID
    how: str
    device: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    proven_at: datetime | None = None
    """When its person last proved anew who they are (cases.proofs)."""


@dataclass(frozen=True)
class SignedIn:
    """Who asks, and in which session."""

    person: Person
    session: Session


@dataclass(frozen=True)
class Opening:
    """A session to be made. `token` goes into the cookie and nowhere else."""

    id: UUID
    token: str = field(repr=False)
    how: How
    device: str


_SESSION: Final = (
    "s.id AS session_id, s.how, s.device, s.created_at, s.seen_at, s.ends_at, s.proven_at"
)


def _session_of(row: "asyncpg.Record") -> Session:
    return Session(
        row["session_id"],
        row["how"],
        row["device"],
        row["created_at"],
        row["seen_at"],
        row["ends_at"],
        row["proven_at"],
    )


async def start(
    connection: "asyncpg.Connection",
    person: Person,
    opening: Opening,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """Sign a person in, in the caller's transaction; sessions that ended are swept out."""
    await connection.execute(
        "DELETE FROM desk_session WHERE ends_at < $1 OR seen_at < $2", *(now, now - IDLE)
    )
    await connection.execute(
        "INSERT INTO desk_session"
        " (id, token_hash, person_id, how, device, created_at, seen_at, ends_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        *(opening.id, hash_of(opening.token), person.id, opening.how, opening.device),
        *(now, now + LONGEST),
    )
    event = AuditEvent(person.actor, "desk.signed_in", None, {"how": opening.how})
    await append(connection, [event], signer=signer, now=now)


async def current(database: Database, token: str, now: datetime, *, deed: bool) -> SignedIn | None:
    """Whose cookie this is; None once the session ended or its person was suspended.

    `deed`: this was a person's doing, and postpones the end; a page that refreshes itself is not.
    """
    row = await database.fetchrow(
        f"SELECT {_PERSON}, {_SESSION} FROM desk_session s"  # noqa: S608 - own columns
        " JOIN staff p ON p.id = s.person_id"
        " WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.seen_at > $3"
        " AND p.state <> 'suspended'",
        *(hash_of(token), now, now - IDLE),
        timeout=PATIENCE,
    )
    if row is None:
        return None
    if deed and row["seen_at"] < now - _NOTED:
        await database.execute(
            "UPDATE desk_session SET seen_at = $2 WHERE id = $1",
            *(row["session_id"], now),
            timeout=PATIENCE,
        )
    return SignedIn(person_of(row), _session_of(row))


async def living(database: Database, now: datetime) -> frozenset[UUID]:
    """The sessions that `current` would find, of everybody."""
    rows = await database.fetch(
        "SELECT s.id FROM desk_session s JOIN staff p ON p.id = s.person_id"
        " WHERE s.ends_at > $1 AND s.seen_at > $2 AND p.state <> 'suspended'",
        *(now, now - IDLE),
        timeout=PATIENCE,
    )
    return frozenset(row["id"] for row in rows)


async def of(database: Database, person: UUID, now: datetime) -> tuple[Session, ...]:
    """Where a person is signed in, newest first."""
    rows = await database.fetch(
        f"SELECT {_SESSION} FROM desk_session s"  # noqa: S608 - own columns
        " WHERE s.person_id = $1 AND s.ends_at > $2 AND s.seen_at > $3 ORDER BY s.created_at DESC",
        *(person, now, now - IDLE),
        timeout=PATIENCE,
    )
    return tuple(_session_of(row) for row in rows)


async def end(
    connection: "asyncpg.Connection",
    person: Person,
    session: UUID,
    *,
    signer: Signer,
    now: datetime,
) -> bool:
    """Sign one of a person's own sessions out; False when it is not the person's, or gone."""
    done = await connection.fetchval(
        "DELETE FROM desk_session WHERE id = $1 AND person_id = $2 RETURNING id",
        *(session, person.id),
    )
    if done is None:
        return False
    event = AuditEvent(person.actor, "desk.signed_out")
    await append(connection, [event], signer=signer, now=now)
    return True


async def challenge(
    database: Database, challenge: bytes, *, visit: str, purpose: str, now: datetime
) -> None:
    """Remember what a passkey was asked to sign, for this browser and purpose only."""
    await database.execute(
        "WITH gone AS (DELETE FROM passkey_challenge WHERE expires_at < $4)"
        " INSERT INTO passkey_challenge (hash, visit, purpose, expires_at)"
        " VALUES ($1, $2, $3, $5)",
        *(_of(challenge), hash_of(visit), purpose, now, now + CHALLENGE_LASTS),
        timeout=PATIENCE,
    )


async def challenged(
    database: Database, challenge: bytes, *, visit: str, purpose: str, now: datetime
) -> bool:
    """Whether this was asked, of this browser, a moment ago; then it is used up."""
    done = await database.fetchval(
        "DELETE FROM passkey_challenge"
        " WHERE hash = $1 AND visit = $2 AND purpose = $3 AND expires_at > $4 RETURNING true",
        *(_of(challenge), hash_of(visit), purpose, now),
        timeout=PATIENCE,
    )
    return bool(done)


def _of(challenge: bytes) -> bytes:
    return hash_of(challenge.hex())
