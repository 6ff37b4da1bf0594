"""The calendar of duty: who is called first, from when until when."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

import asyncpg

from cases.outbox import PATIENCE, Database


class NoTerm(ValueError):
    """No person, no two moments, or an end before its beginning. Fill the form in again."""


@dataclass(frozen=True)
class Term:
    """A person's duty. Moments are aware."""

    person: UUID
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, person: str, starts: str, ends: str, zone: tzinfo) -> "Term":
        """Out of a form: "2026-11-24T09:00" is a moment in `zone`. Raises NoTerm."""
        try:
            who = UUID(person)
            first, last = (datetime.fromisoformat(one) for one in (starts, ends))
        except ValueError:
            raise NoTerm from None
        if first.tzinfo or last.tzinfo or first >= last:
            raise NoTerm
        return cls(who, first.replace(tzinfo=zone), last.replace(tzinfo=zone))


@dataclass(frozen=True)
class Planned:
    """A term in the calendar. `number` is the person's."""

    id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime


async def ahead(database: Database, now: datetime, limit: int = 50) -> tuple[Planned, ...]:
    """What goes on or comes, in order."""
    rows = await database.fetch(
        "SELECT d.id, p.number, d.starts_at, d.ends_at FROM duty d"
        " JOIN staff p ON p.id = d.person_id"
        " WHERE d.ends_at > $1 ORDER BY d.starts_at, d.id LIMIT $2",
        *(now, limit),
        timeout=PATIENCE,
    )
    return tuple(Planned(**row) for row in rows)


async def plan(database: Database, id_: UUID, term: Term) -> None:
    """Raises NoTerm when the person does not exist."""
    try:
        await database.execute(
            "INSERT INTO duty (id, person_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)",
            *(id_, term.person, term.starts_at, term.ends_at),
            timeout=PATIENCE,
        )
    except asyncpg.ForeignKeyViolationError:
        raise NoTerm from None


async def remove(database: Database, id_: UUID) -> None:
    await database.execute("DELETE FROM duty WHERE id = $1", id_, timeout=PATIENCE)


async def until(database: Database, person: UUID, now: datetime) -> datetime | None:
    """When the duty a person is on ends; None: they are not on duty."""
    found: datetime | None = await database.fetchval(
        "SELECT max(ends_at) FROM duty WHERE person_id = $1 AND starts_at <= $2 AND ends_at > $2",
        *(person, now),
        timeout=PATIENCE,
    )
    return found


async def finish(database: Database, person: UUID, now: datetime) -> None:
    """Off duty from now on; what is planned for later stays."""
    # What began this very moment has not been: a term of no length is not kept.
    await database.execute(
        """
        WITH begun AS (DELETE FROM duty WHERE person_id = $1 AND starts_at = $2)
        UPDATE duty SET ends_at = $2 WHERE person_id = $1 AND starts_at < $2 AND ends_at > $2
        """,
        *(person, now),
        timeout=PATIENCE,
    )
