"""A database that was restored from a backup: nothing is sent from it until a person says so.

The mark is a schema of its own, made before the first table is restored and no part of any backup:
so there is no moment at which a copy, whole or half, could be taken for the original.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.inventory import ROLES
from cases.outbox import RESTORED
from cases.points import Point, passing

_ACTOR: Final = "command"

_MARKED: Final = f"""
CREATE SCHEMA {RESTORED};
GRANT USAGE ON SCHEMA {RESTORED} TO PUBLIC;
CREATE TABLE {RESTORED}.mark (
    made_at timestamptz NOT NULL, digest text NOT NULL, whole boolean NOT NULL DEFAULT false,
    begun_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON {RESTORED}.mark TO PUBLIC;
"""
_MARK: Final = f"INSERT INTO {RESTORED}.mark (made_at, digest) VALUES ($1, $2)"  # noqa: S608 - constants
_LOOK: Final = f"SELECT made_at, digest, whole FROM {RESTORED}.mark"  # noqa: S608 - constants
_DONE: Final = f"UPDATE {RESTORED}.mark SET whole = true"  # noqa: S608 - constants

_STRANGERS: Final = """
SELECT format('DROP %s public.%I%s CASCADE',
              CASE kind WHEN 'f' THEN 'ROUTINE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
              name, args) AS undo
  FROM (SELECT relkind AS kind, relname AS name, '' AS args FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
        UNION ALL
        SELECT 'f', proname, '(' || pg_get_function_identity_arguments(oid) || ')' FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace) one
"""

# A restore that was killed may have left its pg_restore, which goes on with what it was given.
_ORPHANS: Final = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'pg_restore'
   AND pid <> pg_backend_pid()
"""

# As migration 0003 leaves a database; a dump of tables does not say it.
_CLOSED: Final = """
DO $$ BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        REVOKE EXECUTE ON FUNCTION lo_create(oid), pg_sleep(float8) FROM PUBLIC;
    END IF;
    IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database())
    THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
END $$
"""
_TAKEN_BACK: Final = """
UPDATE attachment SET state = 'removed', object = NULL, locator = NULL, manifest = NULL,
       worker = NULL, lease_until = NULL WHERE object = ANY ($1::uuid[])
"""


@dataclass(frozen=True)
class Mark:
    """From which backup. `whole`: everything is there. `digest`: SHA-256 of the file."""

    made_at: datetime
    digest: str
    whole: bool


class NotEmpty(Exception):
    """The database has tables already; a restore goes into an empty one."""


class RolesMissing(Exception):
    """The rights in the backup are for roles that are not here, and that may not be made."""


async def mark(url: str) -> Mark | None:
    """What `restore` has left; None for a database that was not restored, or was released."""
    connection = await asyncpg.connect(url)
    try:
        return await _mark(connection)
    finally:
        await connection.close()


async def _mark(connection: "asyncpg.Connection") -> Mark | None:
    if not await connection.fetchval("SELECT true FROM pg_namespace WHERE nspname = $1", RESTORED):
        return None
    return Mark(**await connection.fetchrow(_LOOK))


async def begin(url: str, made_at: datetime, digest: str) -> None:
    """Mark the database, and empty it of what a restore that was cut off has left.

    Raises NotEmpty, and cases.outbox.AWAY's errors.
    """
    connection = await asyncpg.connect(url)
    try:
        before = await _mark(connection)
        if before is not None and not before.whole:
            await connection.execute(_ORPHANS)
        async with connection.transaction():
            undo = [row["undo"] for row in await connection.fetch(_STRANGERS)]
            if undo and (before is None or before.whole):
                raise NotEmpty
            for order in undo:
                await connection.execute(order)
            if before is not None:
                await connection.execute(f"DROP SCHEMA {RESTORED} CASCADE")
            await connection.execute(_MARKED)
            await connection.execute(_MARK, made_at, digest)
    finally:
        await connection.close()


async def prepare_roles(url: str, wanted: Sequence[str]) -> None:
    """Make those of our roles that the server lacks. Raises RolesMissing."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT rolname FROM pg_roles")
        lacking = sorted(set(wanted) & set(ROLES) - {row["rolname"] for row in rows})
        for role in lacking:
            try:
                await connection.execute(f'CREATE ROLE "{role}" NOLOGIN')
            except asyncpg.InsufficientPrivilegeError:
                raise RolesMissing(", ".join(lacking)) from None
    finally:
        await connection.close()


async def finish(url: str, gone: Sequence[str]) -> None:
    """Everything is there. `gone`: files that were taken back while the backup was made."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(_CLOSED)
            if gone:
                await connection.execute(_TAKEN_BACK, list(gone))
            passing(Point.RESTORED_UNMARKED)
            await connection.execute(_DONE)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def told(url: str, signer: Signer, now: datetime) -> None:
    """Write into the audit chain that this is a copy, and of which backup."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            found = await _mark(connection)
            assert found is not None, "only a marked database is told of"
            event = AuditEvent(_ACTOR, "database.restored", None, _named(found))
            await append(connection, [event], signer=signer, now=now)
    finally:
        await connection.close()


def _named(found: Mark) -> dict[str, str]:
    return {"made_at": found.made_at.isoformat(), "sha256": found.digest}


@dataclass(frozen=True)
class Waiting:
    """Rows of the outbox that are not finished, by lane: replies, bells, broadcasts."""

    replies: int
    bells: int
    broadcasts: int


async def waiting(url: str) -> Waiting:
    """What would be sent, were it released as it is."""
    connection = await asyncpg.connect(url)
    try:
        rows: Any = await connection.fetch(
            "SELECT lane, count(*) AS n FROM outbox"
            " WHERE state IN ('queued', 'sending') GROUP BY lane"
        )
    finally:
        await connection.close()
    found = {row["lane"]: row["n"] for row in rows}
    return Waiting(found.get(0, 0), found.get(1, 0), found.get(2, 0))


async def release(url: str, *, resend: bool, signer: Signer, now: datetime) -> int | None:
    """From now on it sends. How many messages were given up; None when nothing was on hold.

    Without `resend` what waited when the backup was made becomes 'unknown': most of it has been
    sent since by the original, and a family must not hear it twice.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            found = await _mark(connection)
            if found is None or not found.whole:
                return None
            given_up = 0 if resend else await _give_up(connection)
            event = AuditEvent(
                _ACTOR,
                "database.released",
                None,
                {**_named(found), "given_up": given_up, "resent": resend},
            )
            await append(connection, [event], signer=signer, now=now)
            await connection.execute(f"DROP SCHEMA {RESTORED} CASCADE")
        return given_up
    finally:
        await connection.close()


async def _give_up(connection: "asyncpg.Connection") -> int:
    done = await connection.execute(
        "UPDATE outbox SET state = 'unknown', error = 'restored', sealed = NULL,"
        " finished_at = now(), lease_until = NULL, worker = NULL"
        " WHERE state IN ('queued', 'sending')"
    )
    return int(done.rpartition(" ")[2])
