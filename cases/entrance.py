"""How people get in: an invite accepted once, passkeys, passwords with a second factor, codes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.people import hash_of
from cases.person import COLUMNS, NotNow, Person, person_of

_PERSON: Final = ", ".join(f"p.{name}" for name in COLUMNS.split(", "))


@dataclass(frozen=True)
class Passkey:
    """The public half of a passkey. `label` is what its owner's browser called itself."""

    id: bytes
    public_key: bytes
    sign_count: int
    label: str


@dataclass(frozen=True)
class Fallback:
    """A password as `vault.passwords` keeps it, and the sealed secret of the second factor."""

    password: str = field(repr=False)
    totp: bytes = field(repr=False)
    codes: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True)
class Second:
    """What a typed second factor is compared with."""

    person: Person
    password: str | None = field(repr=False)
    totp: bytes | None = field(repr=False)


async def invited(database: Database, token: str, now: datetime) -> Person | None:
    """Whom this link invites; None when it is unknown, used or too old."""
    row = await database.fetchrow(
        f"SELECT {_PERSON} FROM staff_invite i JOIN staff p ON p.id = i.person_id"  # noqa: S608
        " WHERE i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > $2",
        *(hash_of(token), now),
        timeout=PATIENCE,
    )
    return person_of(row) if row else None


async def accept(
    connection: "asyncpg.Connection",
    token: str,
    way: Passkey | Fallback,
    *,
    signer: Signer,
    now: datetime,
) -> Person:
    """Use the link up and give its person this way in. Raises NotNow for a link that is spent."""
    who = await connection.fetchval(
        "UPDATE staff_invite SET used_at = $2"
        " WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING person_id",
        *(hash_of(token), now),
    )
    if who is None:
        raise NotNow
    row = await connection.fetchrow(
        "UPDATE staff SET enrolled_at = $2, state = CASE"  # noqa: S608 - own columns
        " WHEN state = 'pending' AND granted_at IS NOT NULL THEN 'active' ELSE state END"
        f" WHERE id = $1 RETURNING {COLUMNS}",
        *(who, now),
    )
    person = person_of(row)
    if isinstance(way, Passkey):
        await keep_passkey(connection, person, way, now)
    else:
        await _keep_fallback(connection, person, way)
    kind = "passkey" if isinstance(way, Passkey) else "totp"
    event = AuditEvent(person.actor, "staff.enrolled", None, {"how": kind})
    await append(connection, [event], signer=signer, now=now)
    return person


async def keep_passkey(
    connection: "asyncpg.Connection", person: Person, key: Passkey, now: datetime
) -> None:
    """In the caller's transaction, without an entry. Raises NotNow for one that is known."""
    try:
        await connection.execute(
            "INSERT INTO passkey (id, person_id, public_key, sign_count, label, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            *(key.id, person.id, key.public_key, key.sign_count, key.label, now),
        )
    except asyncpg.UniqueViolationError:
        raise NotNow from None


async def _keep_fallback(connection: "asyncpg.Connection", person: Person, way: Fallback) -> None:
    await connection.execute(
        "UPDATE staff SET password = $2 WHERE id = $1", *(person.id, way.password)
    )
    await connection.execute(
        "INSERT INTO totp (person_id, sealed) VALUES ($1, $2)", *(person.id, way.totp)
    )
    await connection.executemany(
        "INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)",
        [(person.id, code) for code in way.codes],
    )


async def passkey(database: Database, credential: bytes) -> tuple[Person, Passkey] | None:
    """A known passkey and whose it is."""
    row = await database.fetchrow(
        f"SELECT {_PERSON}, k.public_key, k.sign_count, k.label"  # noqa: S608 - own columns
        " FROM passkey k JOIN staff p ON p.id = k.person_id WHERE k.id = $1",
        credential,
        timeout=PATIENCE,
    )
    if row is None:
        return None
    return person_of(row), Passkey(credential, row["public_key"], row["sign_count"], row["label"])


async def passkey_used(database: Database, credential: bytes, count: int, now: datetime) -> bool:
    """Remember its counter; False when somebody was faster with the same or a later one."""
    done = await database.fetchval(
        "UPDATE passkey SET sign_count = $2, used_at = $3"
        " WHERE id = $1 AND ($2 = 0 OR sign_count < $2) RETURNING id",
        *(credential, count, now),
        timeout=PATIENCE,
    )
    return done is not None


async def second_of(database: Database, number: int) -> Second | None:
    """What the person with this number signs in with, without a passkey."""
    row = await database.fetchrow(
        f"SELECT {_PERSON}, p.password, t.sealed"  # noqa: S608 - own columns
        " FROM staff p LEFT JOIN totp t ON t.person_id = p.id WHERE p.number = $1",
        number,
        timeout=PATIENCE,
    )
    return Second(person_of(row), row["password"], row["sealed"]) if row else None


async def totp_used(database: Database, person: UUID, step: int) -> bool:
    """Use up this time step; False when it, or a later one, was used already."""
    done = await database.fetchval(
        "UPDATE totp SET last_step = $2 WHERE person_id = $1 AND last_step < $2 RETURNING true",
        *(person, step),
        timeout=PATIENCE,
    )
    return bool(done)


async def code_used(database: Database, person: UUID, code: bytes, now: datetime) -> bool:
    """Use a recovery code up; False when it is none, or was used."""
    done = await database.fetchval(
        "UPDATE recovery_code SET used_at = $3"
        " WHERE person_id = $1 AND hash = $2 AND used_at IS NULL RETURNING true",
        *(person, code, now),
        timeout=PATIENCE,
    )
    return bool(done)
