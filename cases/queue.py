"""How much waits for the prosecutors, by level. Counts only."""

from typing import Final

from cases.outbox import Database

LEVELS: Final = ("critical", "high", "medium", "low")

OPEN: Final = ("received",)
"""Statuses of cases nobody has taken yet."""


async def counts(database: Database) -> dict[str, int]:
    """Open cases of each of LEVELS, zeros included."""
    rows = await database.fetch(
        "SELECT level, count(*) AS cases FROM cases WHERE status = ANY($1) GROUP BY level",
        list(OPEN),
    )
    found = {row["level"]: row["cases"] for row in rows}
    return {level: found.get(level, 0) for level in LEVELS}
