"""A broadcast that is taken back: what arrived is deleted, or says that it was recalled.

A few families at a time, in the transaction of who holds the broadcast (`cases.waves.seize`).
Doing it twice does no harm, and so what a crash leaves open is done again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.outbox import BROADCAST, CHANNEL, PATIENCE, row_name
from cases.turn import opened
from cases.waves import Live
from flows.answers import Json
from vault.local import NotOurs, Vault

DELETABLE: Final = timedelta(hours=47)
"""Telegram deletes what is younger than 48 hours; some of it is spent on the way."""


async def collect(connection: "asyncpg.Connection", one: Live) -> None:
    """Write beside each family whether it was taken back, where that is known by now."""
    await connection.execute(_COLLECT, one.id, timeout=PATIENCE)


async def feed(
    connection: "asyncpg.Connection",
    vault: Vault,
    one: Live,
    instead: Mapping[str, str],
    *,
    bot: str,
    now: datetime,
    limit: int,
) -> int:
    """Queue what takes it back from the next families; from how many.

    `instead`: what a message says that is too old to be deleted, by language. No more than
    `limit` are queued at once.
    """
    rows = await connection.fetch(_NEXT, one.id, limit, timeout=PATIENCE)
    fed: list[tuple[bytes, str, bytes]] = []
    lost: list[bytes] = []
    for row in rows:
        ref = row["chat_ref"]
        try:
            chat_id = opened(vault, bot, ref, row).chat_id
        except (NotOurs, TypeError):  # no conversation any more: nothing of it can be sealed
            lost.append(ref)
            continue
        method, params = _undone(row, instead, now)
        said = {"chat_id": chat_id, "params": params}
        fed.append((ref, method, vault.seal(said, row_name(ref))))
    if lost:
        await connection.execute(_LOST, one.id, lost)
    if fed:
        columns = [list(column) for column in zip(*fed, strict=True)]
        await connection.execute(_FEED, one.id, bot, *columns, timeout=PATIENCE)
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, bot)
    return len(fed)


def _undone(
    row: Mapping[str, Any], instead: Mapping[str, str], now: datetime
) -> tuple[str, dict[str, Json]]:
    if row["done_at"] > now - DELETABLE:
        return "deleteMessages", {"message_ids": [row["message_id"]]}
    return "editMessageText", {"message_id": row["message_id"], "text": instead[row["spoken"]]}


_COLLECT: Final = """
UPDATE broadcast_recipient r
   SET outbox_id = NULL,
       recall = CASE coalesce(o.state, 'unknown') WHEN 'sent' THEN 'done'
                                                  WHEN 'unknown' THEN 'queued' ELSE 'failed' END
  FROM broadcast_recipient q LEFT JOIN outbox o ON o.id = q.outbox_id
 WHERE q.broadcast_id = $1 AND q.recall = 'sending'
   AND (o.id IS NULL OR o.state NOT IN ('queued', 'sending'))
   AND r.broadcast_id = $1 AND r.chat_ref = q.chat_ref
"""
_NEXT: Final = """
SELECT q.chat_ref, q.locale AS spoken, q.message_id, q.done_at,
       c.sealed, c.revision, c.version, c.locale, c.quiet, c.blocked_at IS NOT NULL AS blocked
  FROM broadcast_recipient q LEFT JOIN conversation c ON c.chat_ref = q.chat_ref
 WHERE q.broadcast_id = $1 AND q.recall = 'queued'
 ORDER BY q.chat_ref
 LIMIT greatest($2 - (SELECT count(*) FROM broadcast_recipient s
                       WHERE s.broadcast_id = $1 AND s.recall = 'sending'), 0)
"""
_LOST: Final = """
UPDATE broadcast_recipient SET recall = 'failed'
 WHERE broadcast_id = $1 AND chat_ref = ANY ($2::bytea[])
"""
_FEED: Final = f"""
WITH put AS (
    INSERT INTO outbox (bot, chat_ref, lane, method, sealed)
    SELECT $2, u.chat_ref, {BROADCAST}, u.method, u.sealed
      FROM unnest($3::bytea[], $4::text[], $5::bytea[]) AS u(chat_ref, method, sealed)
    RETURNING id, chat_ref
)
UPDATE broadcast_recipient r SET recall = 'sending', outbox_id = put.id
  FROM put WHERE r.broadcast_id = $1 AND r.chat_ref = put.chat_ref
"""  # noqa: S608 - put together from constants
