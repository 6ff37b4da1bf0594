"""Cases that no chat has sent: the desk took them in, and the intake's bell rings for them.

The desk cannot write to the staff's chat: what is queued there is sealed with the intake's key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.outbox import CHANNEL, PATIENCE, row_name
from cases.queue_indexes import UNRUNG
from cases.turn import Outgoing
from vault.local import Vault

_FOUND: Final = f"""
SELECT id, code, level, due_at FROM cases WHERE {UNRUNG}
 ORDER BY received_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - a constant
_QUEUED: Final = """
WITH queued AS (
    INSERT INTO outbox (bot, chat_ref, lane, method, dedupe_key, sealed, tag)
    VALUES ($1, $2, $3, $4, $5, $6, $9) ON CONFLICT DO NOTHING
)
UPDATE cases SET rung_at = $8 WHERE id = $7
"""


@dataclass(frozen=True)
class Fresh:
    """What a bell says of a case."""

    id: UUID
    code: str
    level: str
    due_at: datetime


async def ring(
    pool: "asyncpg.Pool",
    vault: Vault,
    worded: Callable[[Fresh], Outgoing],
    *,
    now: datetime,
    limit: int = 20,
) -> int:
    """Queue a bell for each case that has had none; how many. One that was taken needs none.

    `worded` makes the message: it names its bot, that bot's id and the chat.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_FOUND, limit, timeout=PATIENCE)
        for row in rows:
            said = worded(Fresh(**dict(row)))
            assert said.bot_id is not None
            assert said.chat is not None
            chat_ref = vault.chat_ref(said.bot_id, said.chat)
            payload = vault.seal({"chat_id": said.chat, "params": said.params}, row_name(chat_ref))
            await connection.execute(
                _QUEUED,
                *(said.bot, chat_ref, said.lane, said.method, said.dedupe_key, payload),
                *(row["id"], now, said.tag),
            )
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, said.bot)
    return len(rows)
