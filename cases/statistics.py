"""How many reports there are, of what sort, and how long they wait. Readable columns only.

Nothing leaves here before small counts are hidden (cases.small_numbers). A claim is a family's
word. What the state counts is another matter and is never added to these.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeAlias

import asyncpg

from cases import confirming
from cases.database import Pool
from cases.outbox import PATIENCE
from cases.permissions import EVERYWHERE, Member, scope_of
from cases.queue import LEVELS
from cases.small_numbers import LEAST, Cell, alone, guarded
from cases.views import KINDS, STATUSES
from flows.news import HOME, SECRET, THERE
from flows.places.regions import subdivisions
from locales.dates import KYIV

WEEKS: Final = 26
CLAIMS: Final = (*THERE, *SECRET, *HOME)
OBLASTS: Final = tuple(region.code for region in subdivisions("UA"))
NONE: Final = ""
"""The oblast of reports that name none; the claim of families that made none."""
EARLIER: Final = date.min
"""The row for all weeks before the first that is shown."""

_ENOUGH_FOR_NINE_IN_TEN: Final = 10
_STEPS: Final = tuple(timedelta(minutes=1.1**step) for step in range(140))
"""From a minute to 13 months, each a tenth longer than the one before."""
_KEPT: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 64

Places: TypeAlias = "frozenset[str] | None"
"""Oblasts whose reports are counted; None: all, those without an oblast included."""
Table: TypeAlias = Mapping[str, Cell]


@dataclass(frozen=True)
class Wait:
    """From received to taken: half of them, and nine in ten, no longer than that.

    Rounded up, by a tenth at most. None where too few were taken to tell.
    """

    half: timedelta | None = None
    nine_in_ten: timedelta | None = None


NO_WAIT: Final = Wait()


@dataclass(frozen=True)
class Statistics:
    """What may be shown. `weeks` begin on Monday in Kyiv; the last is not over.

    `waits` are of the reports received in these weeks and taken: by (week, level), where None is
    all of them. `asked`: questions to families, "late" and "waiting".
    """

    at: datetime
    reports: Cell
    levels: Table
    kinds: Table
    statuses: Table
    oblasts: Table
    claimed: Table
    confirmed: Table
    weeks: Mapping[date, Cell]
    waits: Mapping[tuple[date | None, str | None], Wait]
    asked: Table

    def wait(self, week: date | None, level: str | None) -> Wait:
        return self.waits.get((week, level), NO_WAIT)


def places_of(viewer: Member) -> Places:
    """What the viewer's statistics are about."""
    if scope_of(viewer.role, "statistics") == "yes" or EVERYWHERE in viewer.units:
        return None
    return frozenset(viewer.units)


def mondays(now: datetime) -> tuple[date, ...]:
    """The first days of the weeks shown, the current one last."""
    today = now.astimezone(KYIV).date()
    current = today - timedelta(days=today.weekday())
    return tuple(current - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))


_OF: Final = "($1::text[] IS NULL OR oblast = ANY ($1))"
_CUBE: Final = (
    "SELECT oblast, level, kind, status, claimed, confirmed, count(*) AS n"  # noqa: S608 - constant
    f" FROM cases WHERE {_OF} GROUP BY 1, 2, 3, 4, 5, 6"
)
# Sorting every wait takes three times as long as dropping each into a step.
_WEEKS: Final = f"""
SELECT width_bucket(received_at, $2::timestamptz[]) AS week, level,
       width_bucket(taken_at - received_at, $3::interval[]) AS step, count(*) AS n
  FROM cases
 WHERE received_at >= ($2::timestamptz[])[1] AND {_OF}
 GROUP BY 1, 2, 3
"""  # noqa: S608 - constants
_ASKED: Final = f"""
SELECT count(*) FILTER (WHERE m.due_at < $2) AS late, count(*) AS asked
  FROM message m
 WHERE m.kind = 'question' AND m.answered_at IS NULL AND m.withdrawn_at IS NULL
   AND ($1::text[] IS NULL OR EXISTS (SELECT FROM cases WHERE cases.id = m.case_id AND {_OF}))
"""  # noqa: S608 - constants


async def count(pool: Pool, places: Places, now: datetime) -> Statistics:
    """Counted anew: two passes side by side, one of them along the index of the last weeks."""
    of = None if places is None else sorted(places)
    weeks = mondays(now)
    starts = [datetime.combine(day, time(), KYIV) for day in weeks]
    cube, lately, asked = await asyncio.gather(
        pool.fetch(_CUBE, of, timeout=PATIENCE),
        pool.fetch(_WEEKS, of, starts, _STEPS, timeout=PATIENCE),
        pool.fetchrow(_ASKED, of, now, timeout=PATIENCE),
    )
    whole = sum(row["n"] for row in cube)
    return Statistics(
        at=now,
        reports=alone(whole),
        levels=_table(cube, "level", LEVELS),
        kinds=_table(cube, "kind", KINDS),
        statuses=_table(cube, "status", STATUSES),
        oblasts=_table(cube, "oblast", (*OBLASTS, NONE) if of is None else of),
        claimed=_table(cube, "claimed", (*CLAIMS, NONE)),
        confirmed=_table(cube, "confirmed", (*confirming.STATUSES, NONE)),
        weeks=_by_week(lately, weeks, whole),
        waits=_waits(lately, weeks),
        asked=guarded(
            {"waiting": asked["asked"] - asked["late"], "late": asked["late"]},
            ("waiting", "late"),
        ),
    )


def _table(cube: "Sequence[asyncpg.Record]", column: str, keys: Iterable[str]) -> dict[str, Cell]:
    """Rows in the order of `keys`; the last are given up first."""
    found: dict[str, int] = dict.fromkeys(keys, 0)
    for row in cube:
        key = row[column] or NONE
        found[key] = found.get(key, 0) + row["n"]
    return guarded(found, tuple(reversed(found)))


def _by_week(
    rows: "Sequence[asyncpg.Record]", weeks: Sequence[date], whole: int
) -> dict[date, Cell]:
    found = {EARLIER: whole, **dict.fromkeys(weeks, 0)}
    for row in rows:
        found[weeks[row["week"] - 1]] += row["n"]
        found[EARLIER] -= row["n"]
    return guarded(found, tuple(found))


def _waits(
    rows: "Sequence[asyncpg.Record]", weeks: Sequence[date]
) -> dict[tuple[date | None, str | None], Wait]:
    counts: dict[tuple[date | None, str | None], Counter[int]] = defaultdict(Counter)
    for row in rows:
        if row["step"] is not None:  # of what is not taken yet nothing is known
            week, level = weeks[row["week"] - 1], row["level"]
            for key in ((None, None), (week, None), (None, level), (week, level)):
                counts[key][row["step"]] += row["n"]
    return {key: _wait(steps) for key, steps in counts.items() if steps.total() >= LEAST}


def _wait(steps: Counter[int]) -> Wait:
    """By how many waits ended in each step."""
    enough = steps.total() >= _ENOUGH_FOR_NINE_IN_TEN
    return Wait(_within(steps, 0.5), _within(steps, 0.9) if enough else None)


def _within(steps: Counter[int], share: float) -> timedelta:
    wanted, passed = share * steps.total(), 0
    for step in sorted(steps):
        passed += steps[step]
        if passed >= wanted:
            return _STEPS[min(step, len(_STEPS) - 1)]
    raise AssertionError("shares are below one")


@dataclass(frozen=True)
class Counted:
    """Counts of the last minute. Who asks while another counts waits for those."""

    _kept: dict[Places, Statistics] = field(default_factory=dict, repr=False)
    _doors: dict[Any, asyncio.Lock] = field(default_factory=dict, repr=False)

    async def of(self, pool: Pool, places: Places, now: datetime) -> Statistics:
        async with self._doors.setdefault(places, asyncio.Lock()):
            found = self._kept.get(places)
            if found is None or not found.at <= now < found.at + _KEPT:
                found = await count(pool, places, now)
                self._kept[places] = found
                if len(self._kept) > _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
            return found
