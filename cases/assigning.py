"""Giving cases to somebody: whoever answers for them is chosen, and told, by a colleague.

A case is given to whom its oblast would let take it anyway. Only `granted` gives it to a person of
another oblast, and lets them open it for as long as it is theirs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases import errands
from cases.audit import AuditEvent, Signer, append
from cases.errands import HANDED, MOVED
from cases.outbox import PATIENCE, Database
from cases.permissions import About, may, reaches
from cases.person import COLUMNS, NotNow, Person, person_of
from cases.queue_indexes import OPEN
from vault.contents import Payload

_HELD: Final = f"""
SELECT c.id, c.code, c.oblast, c.taken_by, p.number AS taker, c.{OPEN} AS open
  FROM cases c LEFT JOIN staff p ON p.id = c.taken_by
 WHERE c.id = ANY ($1) ORDER BY c.id FOR UPDATE OF c
"""  # noqa: S608 - a constant
_GIVE: Final = """
UPDATE cases SET taken_by = $2, taken_at = $3,
       status = CASE status WHEN 'received' THEN 'screening' ELSE status END
 WHERE id = ANY ($1)
"""


@dataclass(frozen=True)
class Dealt:
    """What became of the cases: how many were given; by number, how many were somebody's already;
    how many are not this person's oblast; how many are closed or not there.
    """

    given: int
    late: Mapping[int, int] = field(default_factory=dict)
    foreign: int = 0
    gone: int = 0


async def takers(database: Database) -> tuple[Person, ...]:
    """Everybody to whom cases may be given at all, by number."""
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM staff WHERE state = 'active' ORDER BY number",  # noqa: S608 - own
        timeout=PATIENCE,
    )
    return tuple(one for one in map(person_of, rows) if reaches(one, "take"))


async def assign(
    connection: "asyncpg.Connection",
    cases: Sequence[UUID],
    to: UUID,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> Dealt:
    """Give those of `cases` that are free still. Raises NotNow when `to` takes no cases now."""
    person = await _taker(connection, to)
    rows = await connection.fetch(_HELD, list(cases))
    free = [row for row in rows if row["open"] and row["taken_by"] is None]
    mine = [row for row in free if may(person, "take", About(row["oblast"]))]
    await _give(connection, [row["id"] for row in mine], person, by=by, signer=signer, now=now)
    late = Counter(row["taker"] for row in rows if row["open"] and row["taken_by"] is not None)
    shut = len(set(cases)) - len(free) - late.total()
    return Dealt(len(mine), dict(late), len(free) - len(mine), shut)


async def hand_over(
    connection: "asyncpg.Connection",
    case: UUID,
    to: UUID,
    *,
    was: UUID | None,
    granted: bool,
    by: Person,
    signer: Signer,
    now: datetime,
) -> str:
    """From `was`, as the page showed it, to `to`; the code. Whoever loses it is told too.

    `granted`: to a person of another oblast as well. Raises NotNow: it is another's meanwhile, it
    is closed, or the person takes no such cases.
    """
    person = await _taker(connection, to)
    [row] = await connection.fetch(_HELD, [case]) or [None]
    if row is None or not row["open"] or row["taken_by"] != was or to == was:
        raise NotNow
    within = may(person, "take", About(row["oblast"]))
    if not within and not granted:
        raise NotNow
    if was is not None:
        await errands.want(connection, case, [was], MOVED, by=by, now=now)
    await _give(
        connection, [case], person, was=was, granted=not within, by=by, signer=signer, now=now
    )
    return str(row["code"])


async def _taker(connection: "asyncpg.Connection", person: UUID) -> Person:
    """Locked against being suspended meanwhile. Raises NotNow."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM staff WHERE id = $1 FOR SHARE",  # noqa: S608 - own columns
        person,
    )
    found = person_of(row) if row else None
    if found is None or not reaches(found, "take"):
        raise NotNow
    return found


async def _give(
    connection: "asyncpg.Connection",
    cases: Sequence[UUID],
    person: Person,
    *,
    was: UUID | None = None,
    granted: bool = False,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """These cases are locked, and may be given."""
    await connection.execute(_GIVE, list(cases), person.id, now)
    for case in cases:
        await errands.want(connection, case, [person.id], HANDED, by=by, now=now)
    told: dict[str, Payload] = {
        "to": person.actor,
        **({"from": str(was)} if was else {}),
        **({"granted": True} if granted else {}),
    }
    events = [AuditEvent(by.actor, "case.assigned", case, told) for case in cases]
    await append(connection, events, signer=signer, now=now)
