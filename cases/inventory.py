"""What the database holds at one moment, for a backup: a snapshot that others can look at too."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

ROLES: Final = ("dodomu_bot", "dodomu_sender", "dodomu_desk", "dodomu_janitor")
"""Whom the tables' rights are for."""

_OURS: Final = "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) ORDER BY 1"
_HELD: Final = """
SELECT object, sha256 FROM attachment
 WHERE state = 'held' AND object IS NOT NULL AND sha256 IS NOT NULL ORDER BY object
"""


@dataclass(frozen=True)
class Held:
    """A file the store must have under this name, and the SHA-256 of what lies there."""

    name: UUID
    sha256: bytes


@dataclass(frozen=True)
class Moment:
    """`snapshot`: for `pg_dump --snapshot`, while `taken` lasts. `server`: its major version."""

    snapshot: str
    server: int
    schema: str | None
    roles: tuple[str, ...]
    rows: dict[str, int]
    audit_seq: int
    audit_hash: bytes
    held: tuple[Held, ...]


@asynccontextmanager
async def taken(url: str) -> AsyncIterator[Moment]:
    """All of it as it was at one moment. Raises cases.outbox.AWAY's errors.

    The session stays open inside: its transaction is what keeps the snapshot.
    """
    connection = await asyncpg.connect(url, server_settings={"statement_timeout": "0"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield await _looked(connection)
    finally:
        await connection.close()


async def _looked(connection: "asyncpg.Connection") -> Moment:
    rows = await counted(connection)
    known = "audit_head" in rows
    head = await connection.fetchrow("SELECT seq, hash FROM audit_head") if known else None
    held = await connection.fetch(_HELD) if "attachment" in rows else ()
    return Moment(
        snapshot=await connection.fetchval("SELECT pg_export_snapshot()"),
        server=connection.get_server_version().major,
        schema=await connection.fetchval("SELECT version_num FROM alembic_version")
        if "alembic_version" in rows
        else None,
        roles=tuple(row["rolname"] for row in await connection.fetch(_OURS, ROLES)),
        rows=rows,
        audit_seq=head["seq"] if head else 0,
        audit_hash=head["hash"] if head else b"",
        held=tuple(Held(row["object"], row["sha256"]) for row in held),
    )


async def counted(connection: "asyncpg.Connection") -> dict[str, int]:
    """The number of rows of each table."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' ORDER BY 1"
    )
    names = [row["relname"] for row in tables]
    return {
        name: await connection.fetchval(f'SELECT count(*) FROM public."{name}"')  # noqa: S608 - names of the catalog
        for name in names
    }


async def still_held(url: str, names: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these files that the database wants now. Raises cases.outbox.AWAY's errors."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT object FROM attachment WHERE object = ANY ($1) AND state = 'held'",
            list(names),
        )
    finally:
        await connection.close()
    return frozenset(row["object"] for row in rows)
