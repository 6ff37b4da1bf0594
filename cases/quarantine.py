"""Updates that cannot be taken in: counted, and in the end sealed for an engineer to look at.

So that one of them never stops a conversation: once quarantined, it counts as seen.
"""

import base64
from typing import Final
from uuid import UUID

from cases.audit import NotACode
from cases.outbox import Database
from cases.points import Point, passing
from vault.contents import Payload
from vault.recipients import Recipients
from vault.seal import seal_to_group

KIND: Final = "quarantine"


async def failed(database: Database, bot_id: int, update_id: int, error_type: str) -> int:
    """Count one failure of this update; how many there are now. `error_type` is a class's name."""
    attempts: int = await database.fetchval(
        """
        INSERT INTO update_failure AS f (bot_id, update_id, attempts, error_type)
        VALUES ($1, $2, 1, $3)
        ON CONFLICT (bot_id, update_id) DO UPDATE
           SET attempts = f.attempts + 1, error_type = excluded.error_type, last_at = now()
        RETURNING attempts
        """,
        *(bot_id, update_id, _coded(error_type)),
    )
    return attempts


async def quarantine(
    database: Database,
    recipients: Recipients,
    *,
    entry: UUID,
    bot_id: int,
    update_id: int,
    digest: bytes,
    raw: bytes,
    reason: str,
) -> None:
    """Seal `raw` to the triage group and record the update as seen, in one statement.

    `entry` is the same for the same update: it is kept once, however often it comes. `reason` is a
    code or a class's name. May run as a job of a turn.
    The payload is {"bot_id", "update_id", "reason", "raw" (base64)}.
    """
    payload: dict[str, Payload] = {
        "bot_id": bot_id,
        "update_id": update_id,
        "reason": _coded(reason),
        "raw": base64.b64encode(raw).decode(),
    }
    sealed = seal_to_group(recipients, KIND, payload)
    passing(Point.UPDATE_SET_ASIDE)
    await database.execute(
        """
        WITH seen AS (
            INSERT INTO bot_update (bot_id, update_id, digest) VALUES ($2, $3, $4)
            ON CONFLICT DO NOTHING
        ), counted AS (
            DELETE FROM update_failure WHERE bot_id = $2 AND update_id = $3
        )
        INSERT INTO quarantine (id, bot_id, update_id, reason, sealed)
        VALUES ($1, $2, $3, $5, $6) ON CONFLICT DO NOTHING
        """,
        *(entry, bot_id, update_id, digest, reason, sealed),
    )


def _coded(word: str) -> str:
    """Raises NotACode for anything but a name: errors quote what people wrote."""
    if not word.isidentifier():
        raise NotACode("reason")
    return word
