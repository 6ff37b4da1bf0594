"""The pool of connections: impatient with a stuck database, one round trip for one statement."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg

Pool: TypeAlias = "asyncpg.Pool"
Connection: TypeAlias = "asyncpg.Connection"

_PATIENCE: Final = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}
_CONNECT, _COMMAND = 5.0, 10.0  # seconds; the second catches a server that no longer answers


async def connect(url: str, *, most: int = 10, role: str | None = None) -> "asyncpg.Pool":
    """A pool on `url`, found to answer. Raises one of cases.outbox.AWAY when the database is away.

    `role`: work with the rights of this role only (dodomu_bot, dodomu_sender, dodomu_desk,
    dodomu_janitor, see migrations), which the login of `url` must have been granted.
    Sessions are not reset between uses (that would be a second round trip), so leave nothing set
    in them: no SET without LOCAL, no LISTEN, no session lock. Take a connection of your own for
    those.
    """
    pool = await asyncpg.create_pool(
        url,
        # No connections are kept in reserve: asyncpg logs whole tracebacks where it cannot.
        min_size=0,
        max_size=most,
        max_inactive_connection_lifetime=0,
        timeout=_CONNECT,
        command_timeout=_COMMAND,
        server_settings={**_PATIENCE, **({"role": role} if role else {})},
        reset=_as_it_is,
    )
    try:
        await pool.fetchval("SELECT 1")
    except BaseException:
        pool.terminate()
        raise
    return pool


async def roles(url: str) -> frozenset[str]:
    """Which of our roles the login of `url` may take. Raises one of cases.outbox.AWAY."""
    connection = await asyncpg.connect(url, timeout=_CONNECT, command_timeout=_COMMAND)
    try:
        rows = await connection.fetch(
            "SELECT rolname FROM pg_roles"
            " WHERE rolname ^@ 'dodomu_' AND pg_has_role(current_user, oid, 'MEMBER')"
        )
    finally:
        await connection.close()
    return frozenset(row["rolname"] for row in rows)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction: committed at the end, undone by an error."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection


async def _as_it_is(_connection: "asyncpg.Connection") -> None:
    """Nothing to undo."""
