"""The pool of connections: impatient with a stuck database, one round trip for one statement."""

from typing import Final

import asyncpg

_PATIENCE: Final = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}
_CONNECT, _COMMAND = 5.0, 10.0  # seconds; the second catches a server that no longer answers


async def connect(url: str, *, least: int = 1, most: int = 10) -> "asyncpg.Pool":
    """A pool on `url`, opened. Raises one of cases.outbox.AWAY when the database is away.

    Sessions are not reset between uses (that would be a second round trip), so leave nothing set
    in them: no SET without LOCAL, no LISTEN, no session lock. Take a connection of your own for
    those.
    """
    return await asyncpg.create_pool(
        url,
        min_size=least,
        max_size=most,
        timeout=_CONNECT,
        command_timeout=_COMMAND,
        server_settings=_PATIENCE,
        reset=_as_it_is,
    )


async def _as_it_is(_connection: "asyncpg.Connection") -> None:
    """Nothing to undo."""
