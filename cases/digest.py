"""The morning's numbers: what is new, overdue, waits for families, came home. Counts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from cases.outbox import PATIENCE, Database
from cases.queue_indexes import OPEN, UNTAKEN, WAITING
from flows.news import HOME

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Counts:
    """`home`: families who told within a week that a child has returned; not confirmed."""

    new: int = 0
    critical: int = 0
    overdue: int = 0
    waiting: int = 0
    home: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new,
            self.critical + other.critical,
            self.overdue + other.overdue,
            self.waiting + other.waiting,
            self.home + other.home,
        )

    @property
    def nothing(self) -> bool:
        return self == Counts()


_COUNTS: Final = f"""
SELECT oblast,
       count(*) FILTER (WHERE {UNTAKEN}) AS new,
       count(*) FILTER (WHERE {UNTAKEN} AND level = 'critical') AS critical,
       count(*) FILTER (WHERE {UNTAKEN} AND due_at < $1 AND paused_at IS NULL) AS overdue,
       count(*) FILTER (WHERE {WAITING}) AS waiting,
       count(*) FILTER (WHERE claimed = ANY ($2) AND claimed_at > $3) AS home
  FROM cases WHERE ({OPEN}) OR claimed_at > $3 GROUP BY oblast
"""  # noqa: S608 - a constant


async def counts(database: Database, now: datetime) -> dict[str | None, Counts]:
    """By oblast; None: reports without a known one."""
    rows = await database.fetch(_COUNTS, now, list(HOME), now - _WEEK, timeout=PATIENCE)
    return {
        row["oblast"]: Counts(
            *(row["new"], row["critical"], row["overdue"], row["waiting"], row["home"])
        )
        for row in rows
    }


def within(found: dict[str | None, Counts], oblasts: Sequence[str] | None) -> Counts:
    """The sum of these oblasts; None: of everything."""
    chosen = (one for oblast, one in found.items() if oblasts is None or oblast in oblasts)
    return sum(chosen, start=Counts())


async def first(connection: "asyncpg.Connection", day: date, now: datetime) -> bool:
    """Whether this day's digest is the caller's to send; others then wait for the next day."""
    done = await connection.fetchval(
        "INSERT INTO digest (day, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
        *(day, now),
    )
    return bool(done)
