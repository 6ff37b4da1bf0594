"""When to ring, and ring again, for a report nobody has taken; and what its messages should say.

A report's row in `bell` is made with it. Whoever changes what a bell depends on (takes the report,
gives it back, closes, corrects, withdraws it) need not think of the bell: a trigger of the table
of cases (migrations, 0010) has the watchman (bot.watchman) look at once. Else it looks when the
next stage is reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from cases.outbox import CHANNEL, PATIENCE, Database, row_name
from cases.queue_indexes import OPEN
from cases.triage import TERMS
from flows.answers import Json
from vault.local import Vault

STAFF, MAIL, HOOK = "staff", "mail", "hook"
"""Through what bells go out: names in outbox.bot."""
LANE: Final = 1

NEW, HALF, DUE = "new", "half", "due"
_STAGES: Final = ("", NEW, HALF, DUE)

WAITS, OVER = "open", "over"
"""What the messages of a report say when nobody has taken it: that it waits; that it need not."""

_PAUSED: Final = timedelta(minutes=10)
"""A report whose family is asked is looked at so often: its term may go on at any moment."""


@dataclass(frozen=True)
class Watched:
    """A report as the watchman sees it. `taker`: the number of who took it.

    `waits`: it is open, nobody has taken it, and its family has not withdrawn it.
    `stage`, `shown`, `people`: see cases.bell_tables.
    """

    case: UUID
    code: str
    level: str
    oblast: str | None
    received_at: datetime
    due_at: datetime
    taken_at: datetime | None
    taken_by: UUID | None
    taker: int | None
    waits: bool
    paused: bool
    stage: str
    shown: str
    people: tuple[UUID, ...] = ()

    @property
    def says(self) -> str:
        """What `shown` should be."""
        if self.taken_by is not None:
            return str(self.taken_by)
        return WAITS if self.waits else OVER


@dataclass(frozen=True)
class Deed:
    """What to do about it: a stage to ring, or None; whether its messages are out of date."""

    ring: str | None
    stage: str
    redraw: bool
    next_at: datetime | None


def judge(seen: Watched, now: datetime) -> Deed:
    """Each stage rings once: half of the term, all of it. A later one makes up for an earlier.

    While the family is asked the term stands still, and nothing rings but the first bell.
    """
    redraw = seen.shown != seen.says
    if not seen.waits:
        # Taken before anybody looked: whoever counts new reports still hears of it.
        fresh = not seen.stage and seen.taken_by is not None
        return Deed(NEW if fresh else None, NEW if fresh else seen.stage, redraw, None)
    # Counted from its end: a term that stood still ends later, and has not begun earlier.
    half = seen.due_at - min(seen.due_at - seen.received_at, TERMS[seen.level]) / 2
    reached = NEW if seen.paused or now < half else HALF if now < seen.due_at else DUE
    rings = _STAGES.index(reached) > _STAGES.index(seen.stage)
    stage = reached if rings else seen.stage
    coming = {NEW: half, HALF: seen.due_at, DUE: None}[stage]
    if coming is not None and coming <= now:  # a pause, or a term that has grown since
        coming = now + _PAUSED
    return Deed(stage if rings else None, stage, redraw, coming)


@dataclass(frozen=True)
class Note:
    """Something to be sent: a Bot API call by the staff bot, a mail, or a call of the webhook."""

    bot: str
    chat_ref: bytes
    method: str
    params: dict[str, Json] = field(repr=False)
    chat_id: int = field(default=0, repr=False)
    tag: str | None = None
    dedupe_key: str | None = None


async def begin(connection: "asyncpg.Connection", case: UUID, now: datetime) -> None:
    """From now on this report is watched; in the transaction that stores it."""
    await connection.execute("INSERT INTO bell (case_id, next_at) VALUES ($1, $2)", case, now)


async def moment(database: Database) -> datetime:
    """What the database's clock says, by which everybody judges what is overdue."""
    now: datetime = await database.fetchval("SELECT now()", timeout=PATIENCE)
    return now


async def waiting(database: Database, now: datetime, limit: int = 50) -> tuple[UUID, ...]:
    """Reports to look at now, those that have waited longest first."""
    rows = await database.fetch(
        "SELECT case_id FROM bell WHERE next_at <= $1 ORDER BY next_at LIMIT $2",
        *(now, limit),
        timeout=PATIENCE,
    )
    return tuple(row["case_id"] for row in rows)


_SEIZE: Final = f"""
SELECT c.id AS "case", c.code, c.level, c.oblast, c.received_at, c.due_at, c.taken_at, c.taken_by,
       p.number AS taker, c.paused_at IS NOT NULL AS paused,
       c.taken_by IS NULL AND c.withdrawn_at IS NULL AND c.erase_asked_at IS NULL
       AND c.{OPEN} AS waits,
       b.stage, b.shown, b.people
  FROM bell b JOIN cases c ON c.id = b.case_id LEFT JOIN staff p ON p.id = c.taken_by
 WHERE b.case_id = $1 AND b.next_at <= $2 FOR UPDATE OF b SKIP LOCKED
"""  # noqa: S608 - a constant


async def seize(connection: "asyncpg.Connection", case: UUID, now: datetime) -> Watched | None:
    """The report, locked until the caller's transaction ends; None when another looks at it."""
    row = await connection.fetchrow(_SEIZE, case, now)
    return Watched(**{**row, "people": tuple(row["people"])}) if row else None


async def settle(
    connection: "asyncpg.Connection", seen: Watched, deed: Deed, people: Sequence[UUID]
) -> None:
    """Write down what was done, and for whom it rang in private; in the same transaction."""
    await connection.execute(
        "UPDATE bell SET stage = $2, shown = $3, people = $4, next_at = $5 WHERE case_id = $1",
        *(seen.case, deed.stage, seen.says, list(people), deed.next_at),
    )


async def queue(connection: "asyncpg.Connection", vault: Vault, notes: Sequence[Note]) -> None:
    """Have these sent, in this order; in the caller's transaction."""
    await connection.executemany(
        "INSERT INTO outbox (bot, chat_ref, lane, method, tag, dedupe_key, sealed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        [
            (
                *(one.bot, one.chat_ref, LANE, one.method, one.tag, one.dedupe_key),
                vault.seal({"chat_id": one.chat_id, "params": one.params}, row_name(one.chat_ref)),
            )
            for one in notes
        ],
    )
    for bot in {one.bot for one in notes}:
        await connection.execute(f"SELECT pg_notify('{CHANNEL}', $1)", bot)
