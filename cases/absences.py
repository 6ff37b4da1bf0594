"""Who is away, from which day until which, and who stands in: bells ring for the substitute.

Only bells are handed on. What a substitute may open or take is what their own role says.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.permissions import EVERYWHERE, About, may
from cases.person import COLUMNS, NotNow, Person, person_of
from locales.dates import KYIV


class NoAbsence(ValueError):
    """No two people, no two days, or an end before its beginning. Fill the form in again."""


class Unfit(Exception):
    """The substitute does not hear of all that the absent person hears of, or is away too."""


@dataclass(frozen=True)
class Away:
    """`first` and `last` are days in Kyiv, both included."""

    person: UUID
    substitute: UUID
    first: date
    last: date

    @classmethod
    def of(cls, person: str, substitute: str, first: str, last: str) -> "Away":
        """Out of a form: "2026-11-24". Raises NoAbsence."""
        try:
            who, instead = UUID(person), UUID(substitute)
            begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            raise NoAbsence from None
        if who == instead or ends < begins:
            raise NoAbsence
        return cls(who, instead, begins, ends)


@dataclass(frozen=True)
class Absence:
    """An absence as people are told of it. `number` and `instead` are numbers of people."""

    id: UUID
    person: UUID
    number: int
    substitute: UUID
    instead: int
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def today(now: datetime) -> date:
    """The day in Kyiv."""
    return now.astimezone(KYIV).date()


def covers(substitute: Person, person: Person) -> bool:
    """Whether the substitute hears, by their own role, of everything the person hears of."""
    units = (None,) if EVERYWHERE in person.units else person.units
    return all(
        may(substitute, "notices", About(unit))
        for unit in units
        if may(person, "notices", About(unit))
    )


_AHEAD: Final = """
SELECT a.id, a.person_id AS person, p.number, a.substitute_id AS substitute, s.number AS instead,
       a.first, a.last
  FROM absence a JOIN staff p ON p.id = a.person_id JOIN staff s ON s.id = a.substitute_id
 WHERE a.last >= $1 ORDER BY a.first, p.number
"""


async def ahead(database: Database, now: datetime) -> tuple[Absence, ...]:
    """What goes on or comes, in order."""
    rows = await database.fetch(_AHEAD, today(now), timeout=PATIENCE)
    return tuple(Absence(**row) for row in rows)


async def stood_in_by(database: Database, person: UUID, now: datetime) -> tuple[Absence, ...]:
    """Whom this person stands in for today."""
    day = today(now)
    return tuple(
        one for one in await ahead(database, now) if one.substitute == person and one.holds(day)
    )


async def plan(
    connection: "asyncpg.Connection", away: Away, *, by: Person, signer: Signer, now: datetime
) -> None:
    """Raises NotNow: no such people, or the person is away then already. Raises Unfit."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM staff WHERE id = ANY ($1) AND state = 'active'"  # noqa: S608 - own
        " ORDER BY id FOR UPDATE",
        [away.person, away.substitute],
    )
    people = {row["id"]: person_of(row) for row in rows}
    if len(people) != len({away.person, away.substitute}):
        raise NotNow
    meanwhile = await connection.fetch(
        "SELECT person_id, substitute_id FROM absence WHERE first <= $2 AND last >= $1"
        " AND (person_id = ANY ($3) OR substitute_id = $4)",
        *(away.first, away.last, list(people), away.person),
    )
    if any(row["person_id"] == away.person for row in meanwhile):
        raise NotNow
    if meanwhile or not covers(people[away.substitute], people[away.person]):
        raise Unfit
    await connection.execute(
        "INSERT INTO absence (id, person_id, substitute_id, first, last, by_person, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(uuid4(), away.person, away.substitute, away.first, away.last, by.id, now),
    )
    told = {
        "person": str(away.person),
        "substitute": str(away.substitute),
        "first": away.first.isoformat(),
        "last": away.last.isoformat(),
    }
    event = AuditEvent(by.actor, "staff.away", None, told)
    await append(connection, [event], signer=signer, now=now)


async def end(
    connection: "asyncpg.Connection", id_: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """Back from now on, or not away after all. Raises NotNow."""
    person = await connection.fetchval(
        "DELETE FROM absence WHERE id = $1 RETURNING person_id", id_
    )
    if person is None:
        raise NotNow
    event = AuditEvent(by.actor, "staff.back", None, {"person": str(person)})
    await append(connection, [event], signer=signer, now=now)
