"""A person is wanted at a case: it was given to them or taken from them, or a note names them.

A row holds ids and a word. The watchman (bot.watchman) passes it on to Telegram or mail; the desk
shows a line until the person has looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.outbox import PATIENCE, Database
from cases.permissions import About, may
from cases.person import Person

HANDED, MOVED, NAMED = "handed", "moved", "named"
WHY: Final = (HANDED, MOVED, NAMED)
MOST: Final = 20
"""Lines that the desk shows at once, the newest first."""


@dataclass(frozen=True)
class Errand:
    """Who is wanted where, and why. `by`: the number of whoever caused it."""

    id: UUID
    person: UUID
    case: UUID
    why: str
    by: int
    at: datetime
    code: str
    level: str
    about: About

    def concerns(self, person: Person) -> bool:
        """Whether it still is this person's: whose oblast or case changed is called no more."""
        if self.why == HANDED:
            return self.about.owner == person.id
        return self.why == MOVED or may(person, "open", self.about)


_ERRAND: Final = """
SELECT e.id, e.person_id, e.case_id, e.why, p.number, e.at, c.code, c.level, c.oblast, c.taken_by
  FROM errand e JOIN cases c ON c.id = e.case_id JOIN staff p ON p.id = e.by_person
"""


async def want(
    connection: "asyncpg.Connection",
    case: UUID,
    people: Sequence[UUID],
    why: str,
    *,
    by: Person,
    now: datetime,
) -> None:
    """In the transaction that causes it. Nobody is called to what they do themselves."""
    wanted = [one for one in people if one != by.id]
    if why in (HANDED, MOVED):  # the last word about whose case it is
        await connection.execute(
            "UPDATE errand SET seen_at = $3 WHERE case_id = $1 AND person_id = ANY ($2)"
            " AND why IN ('handed', 'moved') AND seen_at IS NULL",
            *(case, list(people), now),
        )
    await connection.executemany(
        "INSERT INTO errand (id, person_id, case_id, why, by_person, at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        [(uuid4(), one, case, why, by.id, now) for one in wanted],
    )


async def of(database: Database, person: Person) -> tuple[Errand, ...]:
    """What waits for this person's look, the newest first."""
    rows = await database.fetch(
        f"{_ERRAND} WHERE e.person_id = $1 AND e.seen_at IS NULL ORDER BY e.at DESC LIMIT {MOST}",
        person.id,
        timeout=PATIENCE,
    )
    return tuple(one for one in map(_errand, rows) if one.concerns(person))


async def seen(database: Database, person: UUID, case: UUID, now: datetime) -> None:
    """The person has looked at the case, or needs to be told no more."""
    await database.execute(
        "UPDATE errand SET seen_at = $3 WHERE person_id = $1 AND case_id = $2 AND seen_at IS NULL",
        *(person, case, now),
        timeout=PATIENCE,
    )


async def untold(
    connection: "asyncpg.Connection", now: datetime, limit: int = 50
) -> tuple[Errand, ...]:
    """What is to be passed on, the oldest first: it is now the caller's, in this transaction.

    What was looked at meanwhile needs no telling.
    """
    rows = await connection.fetch(
        "UPDATE errand e SET told_at = $1 FROM (SELECT id FROM errand WHERE told_at IS NULL"
        " ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due WHERE e.id = due.id RETURNING e.id",
        *(now, limit),
    )
    found = await connection.fetch(
        f"{_ERRAND} WHERE e.id = ANY ($1) AND e.seen_at IS NULL ORDER BY e.at, e.id",
        [row["id"] for row in rows],
    )
    return tuple(map(_errand, found))


def _errand(row: "asyncpg.Record") -> Errand:
    return Errand(
        *(row["id"], row["person_id"], row["case_id"], row["why"], row["number"], row["at"]),
        *(row["code"], row["level"], About(row["oblast"], owner=row["taken_by"])),
    )
