"""One's own ways in, changed by oneself: passkeys, recovery codes, the password. All audited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.entrance import Passkey, keep_passkey
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person

LONGEST_LABEL: Final = 60


class LastWay(Exception):
    """Without this one the person could not come in any more. Make another way first."""


@dataclass(frozen=True)
class Kept:
    """A passkey as its owner sees it. `label`: the browser's word for itself, or the owner's."""

    id: bytes
    label: str = field(repr=False)
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Fallback:
    """The way without a passkey: whether there is one, and how many recovery codes are left."""

    there: bool
    codes: int


async def passkeys(database: Database, person: UUID) -> tuple[Kept, ...]:
    """Oldest first."""
    rows = await database.fetch(
        "SELECT id, label, created_at, used_at FROM passkey WHERE person_id = $1"
        " ORDER BY created_at, id",
        person,
        timeout=PATIENCE,
    )
    return tuple(Kept(**dict(row)) for row in rows)


async def fallback(database: Database, person: UUID) -> Fallback:
    row = await database.fetchrow(
        "SELECT p.password IS NOT NULL AND t.person_id IS NOT NULL AS there,"
        " (SELECT count(*) FROM recovery_code r WHERE r.person_id = p.id AND r.used_at IS NULL)"
        " AS codes FROM staff p LEFT JOIN totp t ON t.person_id = p.id WHERE p.id = $1",
        person,
        timeout=PATIENCE,
    )
    return Fallback(bool(row["there"]), row["codes"])


async def add(
    connection: "asyncpg.Connection",
    person: Person,
    key: Passkey,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """One more passkey. Raises NotNow for one that is known already."""
    await keep_passkey(connection, person, key, now)
    await _told(connection, person, "staff.passkey_added", signer, now)


async def name(
    connection: "asyncpg.Connection",
    person: Person,
    key: bytes,
    label: str,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """Call it by a name of one's own. Raises NotNow when it is not there, or another's."""
    done = await connection.fetchval(
        "UPDATE passkey SET label = $3 WHERE id = $1 AND person_id = $2 RETURNING true",
        *(key, person.id, label),
    )
    if not done:
        raise NotNow
    await _told(connection, person, "staff.passkey_named", signer, now)


async def remove(
    connection: "asyncpg.Connection", person: Person, key: bytes, *, signer: Signer, now: datetime
) -> None:
    """It opens nothing any more. Raises LastWay; NotNow when it is not there, or another's."""
    # Two browsers that each remove "the other one" must not lock their owner out together.
    await connection.execute("SELECT FROM staff WHERE id = $1 FOR UPDATE", person.id)
    held = await connection.fetchval(
        "SELECT (SELECT count(*) FROM passkey WHERE person_id = p.id)"
        " + (p.password IS NOT NULL AND EXISTS (SELECT FROM totp WHERE person_id = p.id))::int"
        " FROM staff p WHERE p.id = $1",
        person.id,
    )
    done = await connection.fetchval(
        "DELETE FROM passkey WHERE id = $1 AND person_id = $2 RETURNING true", key, person.id
    )
    if not done:
        raise NotNow
    if held == 1:
        raise LastWay
    await _told(connection, person, "staff.passkey_removed", signer, now)


async def renew_codes(
    connection: "asyncpg.Connection",
    person: Person,
    codes: Sequence[bytes],
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """Other recovery codes; the old ones are void. Raises NotNow where no code is asked for."""
    there = await connection.fetchval(
        "SELECT true FROM totp WHERE person_id = $1 FOR UPDATE", person.id
    )
    if not there:
        raise NotNow
    await connection.execute("DELETE FROM recovery_code WHERE person_id = $1", person.id)
    await connection.executemany(
        "INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)",
        [(person.id, code) for code in codes],
    )
    await _told(connection, person, "staff.codes_renewed", signer, now)


async def change_password(
    connection: "asyncpg.Connection",
    person: Person,
    password: str,
    session: UUID,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """`password` as vault.passwords keeps it. Every other session of the person ends.

    Raises NotNow where there was no password.
    """
    done = await connection.fetchval(
        "UPDATE staff SET password = $2 WHERE id = $1 AND password IS NOT NULL RETURNING true",
        *(person.id, password),
    )
    if not done:
        raise NotNow
    await connection.execute(
        "DELETE FROM desk_session WHERE person_id = $1 AND id <> $2", person.id, session
    )
    await _told(connection, person, "staff.password_changed", signer, now)


async def _told(
    connection: "asyncpg.Connection", person: Person, action: str, signer: Signer, now: datetime
) -> None:
    await append(connection, [AuditEvent(person.actor, action)], signer=signer, now=now)
