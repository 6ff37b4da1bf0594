"""The desk's queue: views with counts, a page at a time, instant with a million cases.

Only readable columns, only what the viewer's oblasts let through. A page goes on after the last
line of the one before (never OFFSET); a count stops at MOST_COUNTED.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from cases.facets import BANDS, GROWN
from cases.outbox import PATIENCE, Database
from cases.own import WORDS
from cases.permissions import EVERYWHERE, Member, scope_of
from cases.queue_indexes import TAKEN, UNTAKEN, URGENT, WAITING

PAGE: Final = 50
MOST_COUNTED: Final = 10_000

KINDS: Final = ("report", "child", "sighting", "collective", "news")
AGES: Final = (*(band for _, band in BANDS), GROWN)
STATUSES: Final = (
    "received", "screening", "triaged", "needs_info", "referred", "assigned", "in_work",
    "monitoring", "reopened", "closed", "withdrawn_by_family", "duplicate_of", "out_of_scope",
    "suspected_false", "erased",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """`where`: a predicate of cases.queue_indexes; it may speak of $1 (who looks) and $2 (now)."""

    where: str
    order: str = "due_at"
    newest_first: bool = False


VIEWS: Final = {
    "new": View(UNTAKEN),
    "urgent": View(URGENT),
    "mine": View(f"{TAKEN} AND taken_by = $1"),
    "waiting": View(WAITING),
    "overdue": View(f"{UNTAKEN} AND due_at < $2"),
    "all": View("true", "received_at", newest_first=True),
}


@dataclass(frozen=True)
class Filter:
    """What the viewer wants less of; None and "": everything."""

    oblast: str = ""
    kind: str = ""
    age: str = ""
    status: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page ended: the moment in the view's order, and the id."""

    moment: datetime
    id: UUID

    def text(self) -> str:
        return f"{int((self.moment - _EPOCH) / _MICROSECOND)}.{self.id.hex}"

    @classmethod
    def of(cls, text: str) -> "Place | None":
        """What `text` gave, else None."""
        moment, _, case = text.partition(".")
        try:
            return cls(_EPOCH + int(moment) * _MICROSECOND, UUID(hex=case))
        except (ValueError, OverflowError):
            return None


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Line:
    """A case in the queue: everything about it that may be read without its key."""

    id: UUID
    code: str
    kind: str
    status: str
    level: str
    reasons: tuple[str, ...]
    age_band: str | None
    oblast: str | None
    scenario: str | None
    children: int
    partial: bool
    received_at: datetime
    due_at: datetime
    taken_by: UUID | None
    taken_at: datetime | None
    taker: int | None
    """The number of who took it."""

    @property
    def open(self) -> bool:
        return self.status in WORDS


@dataclass(frozen=True)
class Page:
    """`after`: where the next page begins, None when this is the last."""

    lines: tuple[Line, ...]
    after: Place | None = field(default=None)


COLUMNS: Final = (
    "c.id, c.code, c.kind, c.status, c.level, c.reasons, c.age_band, c.oblast, c.scenario,"
    " c.children, c.partial, c.received_at, c.due_at, c.taken_by, c.taken_at"
)


def oblasts_of(viewer: Member) -> list[str] | None:
    """The oblasts whose cases the viewer's queue holds; None: all."""
    if scope_of(viewer.role, "queue") == "yes" or EVERYWHERE in viewer.units:
        return None
    return list(viewer.units)


async def page(
    database: Database,
    viewer: Member,
    view: str,
    wanted: Filter,
    *,
    after: Place | None,
    now: datetime,
) -> Page:
    """Up to PAGE lines of a view. Raises KeyError for a view that does not exist."""
    shown = VIEWS[view]
    places = oblasts_of(viewer)
    if wanted.oblast:
        places = [wanted.oblast] if places is None or wanted.oblast in places else []
    if places is not None and view == "mine":  # what one has taken stays in sight
        places = [wanted.oblast] if wanted.oblast else None
    values: list[Any] = [viewer.id, now]
    where = _narrowed(shown, wanted, after, values)
    rows = await database.fetch(_query(shown, where, places, values), *values, timeout=PATIENCE)
    lines = tuple(line_of(row) for row in rows)
    if len(lines) <= PAGE:
        return Page(lines)
    last = lines[PAGE - 1]
    return Page(lines[:PAGE], Place(getattr(last, shown.order), last.id))


def _narrowed(view: View, wanted: Filter, after: Place | None, values: list[Any]) -> str:
    """The predicate with filters and place; what it speaks of is added to `values`."""
    # Every query speaks of both, or the server would not know their types.
    parts = [f"({view.where})", "$1::uuid IS NOT NULL", "$2::timestamptz IS NOT NULL"]
    filters = (("kind", wanted.kind), ("age_band", wanted.age), ("status", wanted.status))
    for column, value in filters:
        if value:
            values.append(value)
            parts.append(f"{column} = ${len(values)}")
    if after is not None:
        values += [after.moment, after.id]
        beyond = "<" if view.newest_first else ">"
        parts.append(
            f"({view.order}, id) {beyond} (${len(values) - 1}::timestamptz, ${len(values)}::uuid)"
        )
    return " AND ".join(parts)


def _query(view: View, where: str, places: Sequence[str] | None, values: list[Any]) -> str:
    """One walk along an index; with oblasts one for each of them, and the first of all these.

    The walk looks at the index alone, whatever is filtered; rows are read for one page only.
    """
    way = " DESC" if view.newest_first else ""
    ordered = f"ORDER BY {view.order}{way}, id{way} LIMIT {PAGE + 1}"
    walk = f"SELECT id, {view.order} FROM cases WHERE {where}"  # noqa: S608 - constants
    if places is None:
        found = f"{walk} {ordered}"
    else:
        values.append(list(places))
        found = (
            f"SELECT id, {view.order} FROM unnest(${len(values)}::text[]) AS place"  # noqa: S608
            f" CROSS JOIN LATERAL ({walk} AND oblast = place {ordered}) AS one {ordered}"
        )
    return (
        f"SELECT {COLUMNS}, p.number AS taker"  # noqa: S608 - constants
        f" FROM (SELECT id FROM ({found}) AS walk) AS found JOIN cases c ON c.id = found.id"
        f" LEFT JOIN staff p ON p.id = c.taken_by ORDER BY c.{view.order}{way}, c.id{way}"
    )


def line_of(row: "asyncpg.Record") -> Line:
    return Line(**{**row, "reasons": tuple(row["reasons"])})


async def counts(database: Database, viewer: Member, now: datetime) -> dict[str, int]:
    """How many cases each view holds; MOST_COUNTED + 1 means more than can be told at once."""
    places = oblasts_of(viewer)
    values: list[Any] = [viewer.id, now, *([] if places is None else [places])]
    asked = (_count(name, view, everywhere=places is None) for name, view in VIEWS.items())
    row = await database.fetchrow(f"SELECT {', '.join(asked)}", *values, timeout=PATIENCE)
    return dict(row)


def _count(name: str, view: View, *, everywhere: bool) -> str:
    """One count of one statement, which speaks of $1, $2 and, with oblasts, $3."""
    where = _narrowed(view, Filter(), None, [])
    if name != "mine" and not everywhere:
        where += " AND oblast = ANY ($3::text[])"
    rows = f"SELECT FROM cases WHERE {where} LIMIT {MOST_COUNTED + 1}"
    return f'(SELECT count(*) FROM ({rows}) AS found) AS "{name}"'  # noqa: S608 - constants
