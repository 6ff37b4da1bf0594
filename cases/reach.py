"""Whether a family may be written to, as it stands readable beside the sealed conversation.

Kept in the transaction of the turn that changes it. What the conversation itself says, once it is
opened, goes before: `cases.waves` looks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import asyncpg

from cases.outbox import PATIENCE, Database
from cases.turn import Conversation, Job, opened
from flows.kinds.subs import record_in, text_in
from vault.local import NotOurs, Vault

_AREAS: Final = ("controlled", "abroad", "occupied")
_BATCH: Final = 500


@dataclass(frozen=True)
class Reach:
    """`silence`: the level of /stop, None without. `hushed`: not to be written to first.

    `area`: where the person said they are, "unknown" where they would not. Someone in the occupied
    area is in quiet mode for that alone; `hushed` says that there is another reason.
    """

    area: str
    silence: str | None
    hushed: bool


def of(conversation: Conversation) -> Reach | None:
    """What a conversation says; None before "I agree", and after everything was forgotten."""
    state: Mapping[str, Any] = conversation.state
    settled = record_in(state, "settled")
    if not record_in(settled, "consent"):
        return None
    area, safe = text_in(settled, "area"), text_in(settled, "safe")
    return Reach(
        area if area in _AREAS else "unknown",
        text_in(state, "silence") or None,
        conversation.quiet and (safe != "yes" or area != "occupied"),
    )


def kept(chat_ref: bytes, reach: Reach | None) -> Job:
    """Write it down when the turn is saved. None: nobody may be written to any more."""
    return partial(_keep, chat_ref, reach)


async def _keep(chat_ref: bytes, reach: Reach | None, connection: "asyncpg.Connection") -> None:
    if reach is None:
        await connection.execute("DELETE FROM reach WHERE chat_ref = $1", chat_ref)
        return
    await connection.execute(_KEEP, chat_ref, reach.area, reach.silence, reach.hushed)


_KEEP: Final = """
INSERT INTO reach (chat_ref, area, silence, hushed) VALUES ($1, $2, $3, $4)
    ON CONFLICT (chat_ref) DO UPDATE SET area = $2, silence = $3, hushed = $4, at = now()
"""


async def fill(
    database: Database, vault: Vault, bot: str, after: bytes = b"", limit: int = _BATCH
) -> bytes | None:
    """Write down what is missing for families that came before anybody kept it.

    Looks at the next `limit` conversations behind `after`; the place it came to, to be called with
    again, None at the end. A chat that has forgotten everything is written down as one that wants
    nothing.
    """
    # By a few keys at a time: of a million conversations at once, no plan of it ends in time.
    refs = await database.fetch(
        "SELECT chat_ref FROM conversation WHERE chat_ref > $1 ORDER BY chat_ref LIMIT $2",
        *(after, limit),
        timeout=PATIENCE,
    )
    if not refs:
        return None
    looked_at = [row["chat_ref"] for row in refs]
    rows = await database.fetch(
        """
        SELECT c.chat_ref, c.sealed, c.revision, c.version, c.locale, c.quiet,
               c.blocked_at IS NOT NULL AS blocked
          FROM conversation c
         WHERE c.bot = $1 AND c.chat_ref = ANY ($2)
           AND NOT EXISTS (SELECT FROM reach r WHERE r.chat_ref = c.chat_ref)
           AND (EXISTS (SELECT FROM cases k WHERE k.chat_ref = c.chat_ref)
                OR EXISTS (SELECT FROM draft d WHERE d.chat_ref = c.chat_ref))
        """,
        *(bot, looked_at),
        timeout=PATIENCE,
    )
    found = [(row["chat_ref"], _read(vault, bot, row)) for row in rows]
    if found:
        await database.executemany(
            "INSERT INTO reach (chat_ref, area, silence, hushed) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            [(ref, one.area, one.silence, one.hushed) for ref, one in found],
        )
    return bytes(looked_at[-1])


_NOTHING: Final = Reach("unknown", "everything", hushed=True)


def _read(vault: Vault, bot: str, row: "asyncpg.Record") -> Reach:
    try:
        return of(opened(vault, bot, row["chat_ref"], row)) or _NOTHING
    except NotOurs:
        return _NOTHING
