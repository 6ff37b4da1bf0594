"""How much the teams of the oblasts, and each person, have to do. Counts, from indexes alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from cases.queue_indexes import TAKEN, UNTAKEN

_WAITING: Final = f"""
SELECT oblast, count(*) AS waiting, count(*) FILTER (WHERE due_at < $1) AS overdue
  FROM cases WHERE {UNTAKEN} GROUP BY oblast
"""  # noqa: S608 - a constant
_WORKING: Final = f"""
SELECT taken_by, oblast, count(*) AS working FROM cases WHERE {TAKEN} GROUP BY taken_by, oblast
"""  # noqa: S608 - a constant


@dataclass(frozen=True)
class Load:
    """Open cases of an oblast: nobody's yet, of these past their term, and somebody's."""

    waiting: int = 0
    overdue: int = 0
    working: int = 0


@dataclass(frozen=True)
class Loads:
    """By oblast, None where it is not known; and how many cases each person works on."""

    oblasts: Mapping[str | None, Load]
    people: Mapping[UUID, int]


async def loads(database: Database, now: datetime) -> Loads:
    waiting = {
        row["oblast"]: (row["waiting"], row["overdue"])
        for row in await database.fetch(_WAITING, now, timeout=PATIENCE)
    }
    oblasts: dict[str | None, int] = {}
    people: dict[UUID, int] = {}
    for row in await database.fetch(_WORKING, timeout=PATIENCE):
        oblasts[row["oblast"]] = oblasts.get(row["oblast"], 0) + row["working"]
        people[row["taken_by"]] = people.get(row["taken_by"], 0) + row["working"]
    found = {
        oblast: Load(*waiting.get(oblast, (0, 0)), oblasts.get(oblast, 0))
        for oblast in {*waiting, *oblasts}
    }
    return Loads(found, people)
