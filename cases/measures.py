"""How the machinery fares, in numbers for those who run it: counts and ages, no identities.

Each function asks only what the role named may see (see migrations/0003 and later).
"""

from dataclasses import dataclass
from typing import Final

from cases.outbox import PATIENCE, Database
from cases.queue_indexes import UNTAKEN

LANES: Final = ("replies", "bells", "broadcasts")


@dataclass(frozen=True)
class Answered:
    """`clock`: the database's, seconds since 1970. `schema`: None where nothing is set up."""

    clock: float
    size: int
    schema: str | None


@dataclass(frozen=True)
class Queue:
    """What waits for one bot in one lane and state. `age`: seconds of the oldest that may go now;
    0 where none may."""

    bot: str
    lane: int
    state: str
    waiting: int
    age: float


@dataclass(frozen=True)
class Gate:
    """`paused`: seconds until Telegram lets us send again. `stopped`: until a person acts."""

    bot: str
    paused: float
    stopped: bool


@dataclass(frozen=True)
class Files:
    """Files of one bot that are still to be fetched. `age`: seconds of the oldest."""

    bot: str
    waiting: int
    age: float


@dataclass(frozen=True)
class Untaken:
    """Reports of one level nobody has taken; `overdue` of them for longer than their term."""

    level: str
    waiting: int
    overdue: int


@dataclass(frozen=True)
class Kept:
    """`failing`: updates that are tried again. `set_aside`: those given up and kept, sealed."""

    failing: int
    set_aside: int


async def answered(database: Database) -> Answered:
    """Whether it answers; any role may ask."""
    row = await database.fetchrow(
        "SELECT extract(epoch FROM clock_timestamp())::float8 AS clock,"
        " pg_database_size(current_database()) AS size,"
        " (SELECT version_num FROM alembic_version) AS schema",
        timeout=PATIENCE,
    )
    return Answered(**dict(row))


async def queues(database: Database) -> tuple[Queue, ...]:
    """The outbox, as dodomu_sender sees it."""
    rows = await database.fetch(
        """
        SELECT bot, lane, state, count(*) AS waiting,
               coalesce(extract(epoch FROM now() - min(greatest(created_at, not_before))
                        FILTER (WHERE not_before <= now())), 0)::float8 AS age
          FROM outbox WHERE state IN ('queued', 'sending') GROUP BY bot, lane, state
        """,
        timeout=PATIENCE,
    )
    return tuple(Queue(**dict(row)) for row in rows)


async def gates(database: Database) -> tuple[Gate, ...]:
    """Telegram's pauses and refusals, as dodomu_sender sees them."""
    rows = await database.fetch(
        """
        SELECT bot, stopped IS NOT NULL AS stopped,
               greatest(extract(epoch FROM resume_at - now()), 0)::float8 AS paused
          FROM sender_gate
        """,
        timeout=PATIENCE,
    )
    return tuple(Gate(**dict(row)) for row in rows)


async def drafts(database: Database) -> dict[str, int]:
    """Reports that are being written, by flow, as dodomu_bot sees them."""
    rows = await database.fetch(
        "SELECT flow, count(*) AS open FROM draft WHERE expires_at > now() GROUP BY flow",
        timeout=PATIENCE,
    )
    return {row["flow"]: row["open"] for row in rows}


async def files(database: Database) -> tuple[Files, ...]:
    """Files that are still to be fetched, as dodomu_bot sees them."""
    rows = await database.fetch(
        """
        SELECT bot, count(*) AS waiting,
               extract(epoch FROM now() - min(created_at))::float8 AS age
          FROM attachment WHERE state IN ('queued', 'taking') GROUP BY bot
        """,
        timeout=PATIENCE,
    )
    return tuple(Files(**dict(row)) for row in rows)


_UNTAKEN: Final = f"""
SELECT level, count(*) AS waiting, count(*) FILTER (WHERE due_at < now()) AS overdue
  FROM cases WHERE {UNTAKEN} GROUP BY level
"""  # noqa: S608 - put together from constants


async def untaken(database: Database) -> tuple[Untaken, ...]:
    """Open reports nobody has taken, by level, as dodomu_bot sees them."""
    rows = await database.fetch(_UNTAKEN, timeout=PATIENCE)
    return tuple(Untaken(**dict(row)) for row in rows)


async def kept(database: Database) -> Kept:
    """What could not be taken in, as dodomu_janitor sees it."""
    row = await database.fetchrow(
        "SELECT (SELECT count(*) FROM update_failure) AS failing,"
        " (SELECT count(*) FROM quarantine) AS set_aside",
        timeout=PATIENCE,
    )
    return Kept(**dict(row))
