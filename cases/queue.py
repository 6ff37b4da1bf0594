"""How much waits for the prosecutors, by level. Counts only."""

from collections.abc import Sequence
from typing import Final

from cases.outbox import Database

LEVELS: Final = ("critical", "high", "medium", "low")

OPEN: Final = ("received",)
"""Statuses of cases nobody has taken yet."""


async def counts(database: Database, oblasts: Sequence[str] | None = None) -> dict[str, int]:
    """Open cases of each of LEVELS, zeros included. `oblasts` None: of the whole country."""
    rows = await database.fetch(
        "SELECT level, count(*) AS cases FROM cases"
        " WHERE status = ANY ($1) AND ($2::text[] IS NULL OR oblast = ANY ($2)) GROUP BY level",
        list(OPEN),
        None if oblasts is None else list(oblasts),
    )
    found = {row["level"]: row["cases"] for row in rows}
    return {level: found.get(level, 0) for level in LEVELS}
