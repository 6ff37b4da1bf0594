"""Reading the audit: the newest first, a page at a time, by group, person, case and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from cases.outbox import PATIENCE, Database
from locales.dates import KYIV

PAGE: Final = 50
GROUPS: Final = {
    "report": "report.", "family": "family.", "file": "file.", "case": "case.", "desk": "desk.",
    "staff": "staff.", "return": "return.", "key": "key", "draft": "draft.",
    "entry": "entry.", "pair": "pair.", "bell": "bell.", "quarantine": "quarantine.",
    "database": "database.",
}  # fmt: skip
"""How the actions of a group begin."""


@dataclass(frozen=True)
class Wanted:
    """None and "": everything. `group`: one of GROUPS. `actor` as the entries name it.

    The days are of Kyiv, both included.
    """

    group: str = ""
    actor: str = ""
    case: UUID | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Line:
    """An entry in words' reach: `who` is the number of the person, `code` the case's."""

    seq: int
    at: datetime
    actor: str
    who: int | None
    action: str
    code: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """`after`: the next page holds entries older than this one; None: this is the last."""

    lines: tuple[Line, ...]
    after: int | None = None


_ENTRY: Final = "a.seq, a.at, a.actor, a.action, a.subject, a.detail"
# Every action there is, by hops along the index: a rare group is found without walking all.
_ACTIONS: Final = """
WITH RECURSIVE known AS (
    SELECT min(action) AS action FROM audit
    UNION ALL
    SELECT (SELECT min(a.action) FROM audit a WHERE a.action > known.action) FROM known
     WHERE known.action IS NOT NULL
)
"""


async def case_of(database: Database, code: str) -> UUID | None:
    """The case with this code."""
    found: UUID | None = await database.fetchval(
        "SELECT id FROM cases WHERE code = $1", code, timeout=PATIENCE
    )
    return found


async def page(database: Database, wanted: Wanted, after: int | None) -> Page:
    """Up to PAGE entries older than `after`."""
    values: list[Any] = []
    parts = await _parts(database, wanted, after, values)
    found = _query(wanted, " AND ".join(parts), values)
    rows = await database.fetch(
        "SELECT q.*, p.number AS who, c.code"  # noqa: S608 - constants
        f" FROM ({found}) AS q LEFT JOIN staff p ON p.id::text = q.actor"
        " LEFT JOIN cases c ON c.id = q.subject ORDER BY q.seq DESC",
        *values,
        timeout=PATIENCE,
    )
    lines = tuple(_line(row) for row in rows)
    return Page(lines[:PAGE], lines[PAGE - 1].seq if len(lines) > PAGE else None)


async def _parts(
    database: Database, wanted: Wanted, after: int | None, values: list[Any]
) -> list[str]:
    """What an entry must be; the values spoken of are added to `values`."""
    parts = ["true"]

    def must(predicate: str, value: object) -> None:
        values.append(value)
        parts.append(predicate.format(f"${len(values)}"))

    if after is not None:
        must("a.seq < {}", after)
    if wanted.actor:
        must("a.actor = {}", wanted.actor)
    if wanted.case is not None:
        must("a.subject = {}", wanted.case)
    if wanted.first is not None:
        begin = _midnight(wanted.first)
        must("a.at >= {}", begin)
        must("a.seq >= {}", await _oldest_since(database, begin))
    if wanted.last is not None:
        end = _midnight(wanted.last + timedelta(days=1))
        must("a.at < {}", end)
        must("a.seq <= {}", await _newest_before(database, end))
    return parts


async def _oldest_since(database: Database, moment: datetime) -> int:
    """No entry of since `moment` is older than this, though clocks of several hosts differ."""
    found: int | None = await database.fetchval(
        "SELECT seq FROM audit WHERE at >= $1 ORDER BY at, seq LIMIT 1",
        moment - _CLOCKS_DIFFER,
        timeout=PATIENCE,
    )
    return _NO_SEQ if found is None else found


async def _newest_before(database: Database, moment: datetime) -> int:
    """No entry of before `moment` is newer than this."""
    found: int | None = await database.fetchval(
        "SELECT seq FROM audit WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT 1",
        moment + _CLOCKS_DIFFER,
        timeout=PATIENCE,
    )
    return found or 0


_NO_SEQ: Final = 2**62
_CLOCKS_DIFFER: Final = timedelta(hours=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), KYIV)


def _query(wanted: Wanted, where: str, values: list[Any]) -> str:
    """One walk along an index; by group alone, one for each of its actions."""
    ordered = f"ORDER BY seq DESC LIMIT {PAGE + 1}"
    if not wanted.group:
        return f"SELECT {_ENTRY} FROM audit a WHERE {where} {ordered}"  # noqa: S608 - constants
    values.append(GROUPS[wanted.group])
    group = f"${len(values)}"
    if wanted.actor or wanted.case is not None:
        return (
            f"SELECT {_ENTRY} FROM audit a"  # noqa: S608 - constants
            f" WHERE {where} AND a.action ^@ {group} {ordered}"
        )
    return (
        f"{_ACTIONS} SELECT one.* FROM known CROSS JOIN LATERAL"  # noqa: S608 - constants
        f" (SELECT {_ENTRY} FROM audit a WHERE a.action = known.action AND {where} {ordered}) one"
        f" WHERE known.action ^@ {group} {ordered}"
    )


def _line(row: "asyncpg.Record") -> Line:
    return Line(
        row["seq"], row["at"], row["actor"], row["who"], row["action"], row["code"],
        orjson.loads(row["detail"]),
    )  # fmt: skip
