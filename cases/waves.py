"""Broadcasts on their way: which are to be looked after, and what became of their messages.

Whoever looks after one holds its row (`seize`) in a transaction, in which everything else here,
and in `cases.feeding`, runs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from cases.audience import Audience
from cases.broadcast_content import Text
from cases.outbox import PATIENCE, Database

CRASHED: Final = "lease expired"
"""Why a message is unknown whose sender died (cases.outbox.recover)."""


@dataclass(frozen=True)
class Live:
    """A broadcast that is approved, as who feeds it sees it. `occupied`: meant for that area too.

    `night`: it may leave at night. `judged_*`: see cases.broadcast_tables.
    """

    id: UUID
    number: int
    state: str
    starts_at: datetime
    night: bool
    occupied: bool
    recalled: bool
    done: int
    sending: int
    judged_failed: int
    judged_blocked: int
    judged_done: int


@dataclass
class Outcome:
    """How many messages became what since the last look; `reasons` of those that failed."""

    states: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.states.values())


async def live(database: Database, now: datetime) -> tuple[UUID, ...]:
    """Those that something is to be done for now."""
    rows = await database.fetch(_LIVE, now, timeout=PATIENCE)
    return tuple(row["id"] for row in rows)


async def seize(connection: "asyncpg.Connection", id_: UUID) -> Live | None:
    """Its row, locked until the transaction ends; None when another process feeds it now."""
    row = await connection.fetchrow(_SEIZE, id_)
    if row is None:
        return None
    meant = Audience.from_json(orjson.loads(row["audience"]))
    told = {name: value for name, value in row.items() if name != "audience"}
    return Live(**told, occupied=meant.meets_occupied and meant.safety)


async def texts(database: Database, id_: UUID) -> dict[str, Text]:
    """What it says, by language."""
    rows = await database.fetch(
        "SELECT locale, html, why, buttons FROM broadcast_text WHERE broadcast_id = $1",
        id_,
        timeout=PATIENCE,
    )
    return {
        row["locale"]: Text.from_json({**row, "buttons": orjson.loads(row["buttons"])})
        for row in rows
    }


async def collect(connection: "asyncpg.Connection", one: Live) -> Outcome:
    """Write beside each family what became of its message, where that is known by now."""
    outcome = Outcome()
    for row in await connection.fetch(_COLLECT, one.id, one.recalled, timeout=PATIENCE):
        state, families = row["state"], row["families"]
        outcome.states[state] = outcome.states.get(state, 0) + families
        if state in ("failed", "unknown"):
            outcome.reasons[row["reason"]] = outcome.reasons.get(row["reason"], 0) + families
    return outcome


async def settle(
    connection: "asyncpg.Connection", one: Live, outcome: Outcome, *, rate: float, trouble: int
) -> None:
    """Add what became of its messages to the broadcast's counts. `trouble`: those to judge by."""
    states = [outcome.states.get(name, 0) for name in _COUNTED]
    blocked = outcome.states.get("blocked", 0) + outcome.states.get("deactivated", 0)
    judged = outcome.total - outcome.states.get("skipped", 0)
    await connection.execute(_SETTLE, one.id, *states, rate, trouble, blocked, judged)


async def begin(connection: "asyncpg.Connection", one: Live, now: datetime) -> None:
    await connection.execute(
        "UPDATE broadcast SET state = 'running', started_at = $2 WHERE id = $1", one.id, now
    )


async def end(
    connection: "asyncpg.Connection", one: Live, state: str, why: str | None, now: datetime
) -> None:
    """It is over, or paused by itself. `why`: a code."""
    await connection.execute(
        "UPDATE broadcast SET state = $2, why = $3,"
        " finished_at = CASE WHEN $2 = 'paused' THEN finished_at ELSE $4 END WHERE id = $1",
        *(one.id, state, why, now),
    )


async def waits(connection: "asyncpg.Connection", one: Live) -> bool:
    """Whether any family is still to be written to, or just written to."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM broadcast_recipient WHERE broadcast_id = $1"
        " AND state = 'queued') OR EXISTS (SELECT FROM broadcast_recipient"
        " WHERE broadcast_id = $1 AND state = 'sending')",
        one.id,
    )
    return found


_COUNTED: Final = ("sent", "blocked", "deactivated", "failed", "unknown", "skipped")

_HAS: Final = "EXISTS (SELECT FROM broadcast_recipient r WHERE r.broadcast_id = b.id AND"
_LIVE: Final = f"""
SELECT b.id FROM broadcast b
 WHERE (b.state = 'scheduled' AND b.starts_at <= $1) OR b.state = 'running'
    OR (b.state = 'paused' AND {_HAS} r.state = 'sending'))
    OR (b.state = 'stopped' AND b.finished_at > $1 - interval '3 d'
        AND ({_HAS} r.state = 'sending') OR {_HAS} r.state = 'queued')))
    OR (b.recalled_at > $1 - interval '3 d' AND {_HAS} r.recall IN ('queued', 'sending')))
 ORDER BY b.starts_at, b.number
"""  # noqa: S608 - put together from constants

_SEIZE: Final = """
SELECT b.id, b.number, b.state, b.starts_at, b.urgent <> '' AS night, b.audience,
       b.recalled_at IS NOT NULL AS recalled,
       b.sent + b.blocked + b.deactivated + b.failed + b.unknown AS done,
       (SELECT count(*) FROM broadcast_recipient r
         WHERE r.broadcast_id = b.id AND r.state = 'sending') AS sending,
       b.judged_failed, b.judged_blocked, b.judged_done
  FROM broadcast b WHERE b.id = $1 FOR UPDATE OF b SKIP LOCKED
"""

_COLLECT: Final = """
WITH done AS (
    SELECT r.chat_ref, o.message_id, o.error, coalesce(o.finished_at, now()) AS at,
           CASE o.state WHEN 'sent' THEN 'sent' WHEN 'failed' THEN 'failed'
                WHEN 'unreachable' THEN CASE WHEN o.error IN ('blocked', 'deactivated')
                                             THEN o.error ELSE 'failed' END
                ELSE 'unknown' END AS became
      FROM broadcast_recipient r LEFT JOIN outbox o ON o.id = r.outbox_id
     WHERE r.broadcast_id = $1 AND r.state = 'sending'
       AND (o.id IS NULL OR o.state NOT IN ('queued', 'sending'))
), moved AS (
    UPDATE broadcast_recipient r
       SET state = d.became, message_id = d.message_id, done_at = d.at,
           reason = CASE WHEN d.became IN ('failed', 'unknown') THEN coalesce(d.error, 'gone') END,
           recall = CASE WHEN $2 AND d.became = 'sent' THEN 'queued' END
      FROM done d WHERE r.broadcast_id = $1 AND r.chat_ref = d.chat_ref
    RETURNING r.state, r.reason
)
SELECT state, reason, count(*) AS families FROM moved GROUP BY 1, 2
"""

_SETTLE: Final = """
UPDATE broadcast SET sent = sent + $2, blocked = blocked + $3, deactivated = deactivated + $4,
       failed = failed + $5, unknown = unknown + $6, skipped = skipped + $7, rate = $8,
       judged_failed = judged_failed + $9, judged_blocked = judged_blocked + $10,
       judged_done = judged_done + $11, counted_at = now()
 WHERE id = $1
"""
