"""Families of a broadcast, a few at a time, into the outbox and out of it again.

A family is written to at most once: a message that may have arrived is never queued again. That
nothing is queued for long makes a pause, a stop and a /stop count at once. Everything here runs in
the transaction of who holds the broadcast (`cases.waves.seize`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from cases.audience import exclusion
from cases.outbox import BROADCAST, CHANNEL, PATIENCE, row_name
from cases.reach import of
from cases.turn import opened
from cases.waves import Live
from flows.answers import Json
from vault.local import NotOurs, Vault


async def withdraw(connection: "asyncpg.Connection", one: Live) -> int:
    """Take out of the outbox what nobody has begun to send; so many wait again."""
    return _number(await connection.execute(_WITHDRAW, one.id, timeout=PATIENCE))


async def heed(connection: "asyncpg.Connection", one: Live) -> int:
    """The same for families that want nothing any more; they are skipped. How many."""
    return _number(await connection.execute(_HEED, one.id, one.occupied, timeout=PATIENCE))


async def skip_rest(connection: "asyncpg.Connection", one: Live, limit: int = 2000) -> int:
    """It was stopped: those still waiting will not be written to. How many of them, now."""
    return _number(await connection.execute(_SKIP_REST, one.id, limit, timeout=PATIENCE))


async def feed(
    connection: "asyncpg.Connection",
    vault: Vault,
    one: Live,
    messages: Mapping[str, Mapping[str, Json]],
    *,
    bot: str,
    limit: int,
) -> tuple[int, int]:
    """Queue the message of the next `limit` families; how many, and how many were skipped.

    `messages`: the parameters of sendMessage by language. Whoever wants nothing any more is
    skipped, by what stands beside their conversation and by the conversation itself.
    """
    rows = await connection.fetch(_NEXT, one.id, one.occupied, limit, timeout=PATIENCE)
    skipped: dict[bytes, str] = {}
    fed: list[tuple[bytes, bytes]] = []
    for row in rows:
        ref = row["chat_ref"]
        chat_id, reason = _addressed(vault, bot, row, one)
        if reason is not None:
            skipped[ref] = reason
        else:
            said = {"chat_id": chat_id, "params": messages[row["spoken"]]}
            fed.append((ref, vault.seal(said, row_name(ref))))
    if skipped:
        await connection.execute(
            "UPDATE broadcast_recipient r SET state = 'skipped', reason = s.reason,"
            " done_at = now() FROM unnest($2::bytea[], $3::text[]) AS s(chat_ref, reason)"
            " WHERE r.broadcast_id = $1 AND r.chat_ref = s.chat_ref",
            *(one.id, list(skipped), list(skipped.values())),
        )
    queued = 0
    if fed:
        arguments = (one.id, one.occupied, bot, f"broadcast {one.number}|", *_columns(fed))
        queued = _number(await connection.execute(_FEED, *arguments, timeout=PATIENCE))
        if queued < len(fed):
            await connection.execute(_ADOPT, one.id, arguments[3], [ref for ref, _ in fed])
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, bot)
    return queued, len(skipped)


def _addressed(
    vault: Vault, bot: str, row: "asyncpg.Record", one: Live
) -> tuple[int | None, str | None]:
    """The chat to write to, or why not."""
    if row["why_not"] is not None:
        return None, row["why_not"]
    try:
        talk = opened(vault, bot, row["chat_ref"], row)
    except NotOurs:
        return None, "unreadable"
    reach = of(talk)
    if reach is None or reach.silence is not None:
        return None, "silenced"
    if reach.area == "occupied" and not one.occupied:
        return None, "occupied"
    return talk.chat_id, None


def _columns(rows: Sequence[tuple[bytes, bytes]]) -> tuple[list[bytes], list[bytes]]:
    return [ref for ref, _ in rows], [sealed for _, sealed in rows]


def _number(status: str) -> int:
    return int(status.rpartition(" ")[2])


_WITHDRAW: Final = """
WITH gone AS (
    DELETE FROM outbox o USING broadcast_recipient r
     WHERE r.broadcast_id = $1 AND r.state = 'sending' AND o.id = r.outbox_id
       AND o.state = 'queued'
    RETURNING r.chat_ref
)
UPDATE broadcast_recipient r SET state = 'queued', outbox_id = NULL
  FROM gone WHERE r.broadcast_id = $1 AND r.chat_ref = gone.chat_ref
"""

_HEED: Final = f"""
WITH gone AS (
    DELETE FROM outbox o
     USING broadcast_recipient b
      JOIN conversation c ON c.chat_ref = b.chat_ref
      LEFT JOIN reach r ON r.chat_ref = b.chat_ref
     WHERE b.broadcast_id = $1 AND b.state = 'sending' AND o.id = b.outbox_id
       AND o.state = 'queued' AND ({exclusion("$2")}) IS NOT NULL
    RETURNING b.chat_ref, {exclusion("$2")} AS reason
)
UPDATE broadcast_recipient b SET state = 'skipped', reason = gone.reason, done_at = now()
  FROM gone WHERE b.broadcast_id = $1 AND b.chat_ref = gone.chat_ref
"""  # noqa: S608 - put together from constants

_SKIP_REST: Final = """
UPDATE broadcast_recipient r SET state = 'skipped', reason = 'stopped', done_at = now()
  FROM (SELECT chat_ref FROM broadcast_recipient
         WHERE broadcast_id = $1 AND state = 'queued' ORDER BY chat_ref LIMIT $2) AS rest
 WHERE r.broadcast_id = $1 AND r.chat_ref = rest.chat_ref
"""

_NEXT: Final = f"""
WITH next AS (
    SELECT chat_ref, locale FROM broadcast_recipient
     WHERE broadcast_id = $1 AND state = 'queued' ORDER BY chat_ref LIMIT $3
)
SELECT n.chat_ref, n.locale AS spoken, c.sealed, c.revision, c.version, c.locale, c.quiet,
       c.blocked_at IS NOT NULL AS blocked,
       CASE WHEN c.chat_ref IS NULL THEN 'erased' ELSE {exclusion("$2")} END AS why_not
  FROM next n
  LEFT JOIN conversation c ON c.chat_ref = n.chat_ref
  LEFT JOIN reach r ON r.chat_ref = n.chat_ref
 ORDER BY n.chat_ref
"""  # noqa: S608 - put together from constants

# Looked at again in the statement that queues: whoever has said /stop meanwhile is left for the
# next look. The key makes a second message impossible, whatever went wrong here.
_FEED: Final = f"""
WITH put AS (
    INSERT INTO outbox (bot, chat_ref, lane, method, dedupe_key, sealed)
    SELECT $3, c.chat_ref, {BROADCAST}, 'sendMessage', $4 || encode(c.chat_ref, 'hex'), u.sealed
      FROM unnest($5::bytea[], $6::bytea[]) AS u(chat_ref, sealed)
      JOIN conversation c ON c.chat_ref = u.chat_ref
      LEFT JOIN reach r ON r.chat_ref = u.chat_ref
     WHERE ({exclusion("$2")}) IS NULL
     ORDER BY c.chat_ref
        ON CONFLICT DO NOTHING
    RETURNING id, chat_ref
)
UPDATE broadcast_recipient b SET state = 'sending', outbox_id = put.id
  FROM put WHERE b.broadcast_id = $1 AND b.chat_ref = put.chat_ref AND b.state = 'queued'
"""  # noqa: S608 - put together from constants


# Queued before, and forgotten here: what became of that message counts, and no other is made.
_ADOPT: Final = """
UPDATE broadcast_recipient b SET state = 'sending', outbox_id = o.id
  FROM outbox o
 WHERE b.broadcast_id = $1 AND b.state = 'queued' AND b.chat_ref = ANY ($3::bytea[])
   AND o.dedupe_key = $2 || encode(b.chat_ref, 'hex')
"""
