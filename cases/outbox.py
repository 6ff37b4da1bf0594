"""What waits to be sent: claimed under a lease, marked by the lease's owner alone, paused per bot.

A row is queued by `INSERT INTO outbox (bot, chat_ref, lane, method, tag, dedupe_key, sealed,
not_before)` in the transaction that causes it, with `pg_notify(CHANNEL, bot)`. All times are the
database's. Every function takes an asyncpg pool or connection; when the database is away it raises
one of `AWAY`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import asyncpg

from cases.points import Point, passing

Database: TypeAlias = "asyncpg.Pool | asyncpg.Connection"

CHANNEL: Final = "outbox"
LEASE_SECONDS: Final = 60
BROADCAST: Final = 2
"""The lane of broadcasts; 0 is replies, 1 is staff bells."""

RESTORED: Final = "dodomu_restored"
"""The schema that marks a restored copy: while it is there nothing is given out."""

AWAY: Final[tuple[type[Exception], ...]] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    # a standby that has not taken over yet
    asyncpg.ReadOnlySQLTransactionError,
    # asked in the moment between the server's last words and the end of the connection
    asyncpg.InternalClientError,
)
"""The database cannot answer now; the same call may succeed later."""

PATIENCE: Final = 10.0
"""Seconds a statement may take."""


@dataclass(frozen=True)
class Claimed:
    """A row to send. `sealed` opens under `row_name(chat_ref)`; `age` is seconds since queued."""

    id: int
    bot: str
    chat_ref: bytes
    lane: int
    method: str
    tag: str | None
    sealed: bytes = field(repr=False)
    attempts: int
    age: float


@dataclass(frozen=True)
class Receipt:
    """A row Telegram has answered well. `note` says why when there is no message."""

    id: int
    message_id: int | None = None
    note: str | None = None


def row_name(chat_ref: bytes) -> bytes:
    """What a payload of this chat is sealed for (`Vault.seal(payload, row_name(chat_ref))`)."""
    return b"outbox|" + chat_ref


# A reply may overtake a broadcast that waits for the same chat, never an earlier reply; OFFSET 0
# keeps this a probe of the chat's index whatever the planner believes about a fresh table.
_DUE = f"""
    a.bot = $1 AND a.state = 'queued' AND a.not_before <= now()
    AND NOT EXISTS (SELECT FROM sender_gate g WHERE g.bot = $1
                     AND (g.stopped IS NOT NULL OR g.resume_at > now()))
    AND NOT EXISTS (SELECT FROM outbox p
                     WHERE p.chat_ref = a.chat_ref AND p.bot = a.bot
                       AND p.state IN ('queued', 'sending')
                       AND (p.state = 'sending' OR (p.id < a.id AND p.lane <= a.lane))
                    OFFSET 0)
    AND NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{RESTORED}')
"""  # noqa: S608 - put together from constants of this module

_CLAIM = f"""
WITH urgent AS (
    SELECT a.id FROM outbox a WHERE a.lane < {BROADCAST} AND {_DUE}
     ORDER BY a.lane, a.id LIMIT $3 FOR UPDATE SKIP LOCKED
), broadcast AS (
    SELECT a.id FROM outbox a WHERE a.lane = {BROADCAST} AND {_DUE}
     ORDER BY a.id LIMIT least($4, $3 - (SELECT count(*) FROM urgent)) FOR UPDATE SKIP LOCKED
)
UPDATE outbox o
   SET state = 'sending', worker = $2, attempts = o.attempts + 1,
       lease_until = now() + interval '{LEASE_SECONDS} s'
  FROM (SELECT id FROM urgent UNION ALL SELECT id FROM broadcast) due
 WHERE o.id = due.id
RETURNING o.id, o.bot, o.chat_ref, o.lane, o.method, o.tag, o.sealed, o.attempts,
          extract(epoch FROM now() - o.created_at)::float8 AS age
"""  # noqa: S608 - put together from constants of this module


async def claim(
    database: Database, bot: str, worker: str, limit: int, broadcasts: int | None = None
) -> tuple[Claimed, ...]:
    """At most `limit` rows to send now, replies first; they are `worker`'s for 60 seconds.

    `broadcasts` is how many of them may be of lane 2 (default: any), so that replies find room.
    Within a chat and a lane a row is given out only when every earlier one is finished, and never
    two at once; nothing is given out while the bot is paused or stopped.
    """
    most = limit if broadcasts is None else max(broadcasts, 0)
    rows = await database.fetch(_CLAIM, bot, worker, limit, most, timeout=PATIENCE)
    claimed = (Claimed(**dict(row)) for row in rows)
    return tuple(sorted(claimed, key=lambda row: (row.lane, row.id)))


async def recover(database: Database, bot: str, worker: str, *, succeeding: bool = False) -> int:
    """Take rows from workers that are gone; how many. The caller's own rows are never touched.

    Replies and bells are sent again, as a question asked twice is harmless; a broadcast becomes
    'unknown'. `succeeding`: the caller has just taken the lead, so no lease of others counts.
    """
    rows = await database.fetch(
        """
        UPDATE outbox
           SET state = CASE WHEN lane = $4 THEN 'unknown' ELSE 'queued' END,
               sealed = CASE WHEN lane = $4 THEN NULL ELSE sealed END,
               finished_at = CASE WHEN lane = $4 THEN now() END,
               lease_until = NULL, worker = NULL, error = 'lease expired'
         WHERE bot = $1 AND state = 'sending' AND worker IS DISTINCT FROM $2
           AND ($3 OR lease_until < now())
        RETURNING id
        """,
        *(bot, worker, succeeding, BROADCAST),
        timeout=PATIENCE,
    )
    if rows:
        passing(Point.ROWS_RECOVERED)
    return len(rows)


async def sent(database: Database, worker: str, receipts: Sequence[Receipt]) -> dict[int, bool]:
    """Finish these rows. Of those that still were `worker`'s to finish: whether more waits for
    their chat."""
    rows = await database.fetch(
        """
        UPDATE outbox o
           SET state = 'sent', message_id = r.message_id, error = r.note,
               sealed = NULL, finished_at = now(), lease_until = NULL
          FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS r(id, message_id, note)
         WHERE o.id = r.id AND o.state = 'sending' AND o.worker = $1
        RETURNING o.id, EXISTS (SELECT FROM outbox p
                                 WHERE p.chat_ref = o.chat_ref AND p.bot = o.bot
                                   AND p.state = 'queued') AS more
        """,
        worker,
        [receipt.id for receipt in receipts],
        [receipt.message_id for receipt in receipts],
        [receipt.note for receipt in receipts],
        timeout=PATIENCE,
    )
    return {row["id"]: row["more"] for row in rows}


async def failed(database: Database, worker: str, row: int, error: str) -> bool:
    """Give the row up for good. False when it is no longer `worker`'s."""
    return await _finish(database, worker, row, "failed", error)


async def unknown(database: Database, worker: str, row: int, error: str) -> bool:
    """Nobody can tell whether it arrived, and it must not arrive twice. False: not `worker`'s."""
    return await _finish(database, worker, row, "unknown", error)


async def unreachable(
    database: Database, worker: str, row: int, reason: str, *, whole_chat: bool
) -> bool:
    """The chat does not take it. False when the row is no longer `worker`'s.

    `whole_chat`: nothing else will arrive there either, so everything queued for it is finished
    and its conversation is marked blocked.
    """
    if not whole_chat:
        return await _finish(database, worker, row, "unreachable", reason)
    found = await database.fetchval(
        """
        WITH mine AS (
            SELECT chat_ref, bot FROM outbox
             WHERE id = $2 AND state = 'sending' AND worker = $1 FOR UPDATE
        ), chat AS (
            UPDATE conversation c SET blocked_at = now() FROM mine WHERE c.chat_ref = mine.chat_ref
        ), rest AS (
            UPDATE outbox o
               SET state = 'unreachable', error = $3,
                   sealed = NULL, finished_at = now(), lease_until = NULL
              FROM mine
             WHERE o.chat_ref = mine.chat_ref AND o.bot = mine.bot
               AND (o.state = 'queued' OR o.id = $2)
        )
        SELECT true FROM mine
        """,
        *(worker, row, reason),
        timeout=PATIENCE,
    )
    return bool(found)


async def again(
    database: Database,
    worker: str,
    row: int,
    after_seconds: float,
    error: str | None,
    *,
    count_attempt: bool,
) -> bool:
    """Put the row back, due after so many seconds. False when it is no longer `worker`'s."""
    status = await database.execute(
        """
        UPDATE outbox
           SET state = 'queued', not_before = now() + make_interval(secs => $3),
               error = coalesce($4, error), attempts = attempts - $5,
               lease_until = NULL, worker = NULL
         WHERE id = $2 AND state = 'sending' AND worker = $1
        """,
        *(worker, row, after_seconds, error, 0 if count_attempt else 1),
        timeout=PATIENCE,
    )
    return is_one(status)


async def _finish(database: Database, worker: str, row: int, state: str, error: str) -> bool:
    status = await database.execute(
        """
        UPDATE outbox
           SET state = $3, error = $4, sealed = NULL, finished_at = now(), lease_until = NULL
         WHERE id = $2 AND state = 'sending' AND worker = $1
        """,
        *(worker, row, state, error),
        timeout=PATIENCE,
    )
    return is_one(status)


def is_one(status: Any) -> bool:
    """Whether a statement changed its one row."""
    return bool(status == "UPDATE 1")


async def message_of(database: Database, chat_ref: bytes, tag: str) -> int | None:
    """Telegram's id of the newest message sent to the chat under `tag`."""
    found: int | None = await database.fetchval(
        """
        SELECT message_id FROM outbox
         WHERE chat_ref = $1 AND tag = $2 AND state = 'sent' AND message_id IS NOT NULL
         ORDER BY id DESC LIMIT 1
        """,
        *(chat_ref, tag),
        timeout=PATIENCE,
    )
    return found


async def messages_to(database: Database, bot: str, chat_ref: bytes) -> tuple[int, ...]:
    """Telegram's ids of what `bot` sent to the chat in the 48 hours in which it may be deleted."""
    rows = await database.fetch(
        """
        SELECT DISTINCT message_id FROM outbox
         WHERE bot = $1 AND chat_ref = $2 AND message_id IS NOT NULL
           AND method = 'sendMessage' AND finished_at > now() - interval '48 h'
         ORDER BY message_id
        """,
        *(bot, chat_ref),
        timeout=PATIENCE,
    )
    return tuple(row["message_id"] for row in rows)
