"""Identity cards for comparing cases: sealed as they stand, of cases that may take part.

Whether a family agreed to be compared is sealed as well: each report comes along, to be asked
before a card of its case is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from cases.own import WORDS
from cases.permissions import About
from vault.contents import Head

REPORT, CARD = "report", "card"

TAKES_PART: Final = "erased_at IS NULL AND withdrawn_at IS NULL AND erase_asked_at IS NULL"
"""Whoever took back what was sent, or asked for it to be erased, is compared no longer."""


@dataclass(frozen=True)
class Comparable:
    """A case that may take part. `objects` counts what is sealed of it: changed, so may cards."""

    id: UUID
    code: str
    oblast: str | None
    status: str
    children: int
    objects: int
    taken_by: UUID | None
    received_at: datetime

    @property
    def about(self) -> About:
        return About(self.oblast, owner=self.taken_by)

    @property
    def may_lead(self) -> bool:
        return self.status in WORDS

    @property
    def may_follow(self) -> bool:
        """One child, and no question to the family that waits: its answer moves the status."""
        return self.may_lead and self.children == 1 and self.status != "needs_info"


@dataclass(frozen=True)
class SealedCards:
    """The newest report of a case and its cards, with the copies of the case's key."""

    case: UUID
    keys: tuple[bytes, ...] = field(repr=False)
    report: tuple[Head, bytes] = field(repr=False)
    cards: tuple[tuple[Head, bytes], ...] = field(repr=False)


COLUMNS: Final = "id, code, oblast, status, children, objects, taken_by, received_at"


async def comparable(
    database: Database, ids: Sequence[UUID] | None = None
) -> dict[UUID, Comparable]:
    """Those of `ids` that may take part, or all that may, oldest first."""
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM cases"  # noqa: S608 - columns of this module
        f" WHERE {TAKES_PART} AND ($1::uuid[] IS NULL OR id = ANY ($1)) ORDER BY received_at, id",
        None if ids is None else list(ids),
        timeout=PATIENCE,
    )
    return {row["id"]: Comparable(**dict(row)) for row in rows}


_OBJECTS: Final = """
SELECT o.id, o.case_id, o.sequence, o.kind, o.schema, o.sealed
  FROM (SELECT case_id, max(sequence) AS newest FROM sealed_object
         WHERE case_id = ANY ($1) AND kind = 'report' GROUP BY case_id) report
  JOIN sealed_object o ON o.case_id = report.case_id AND o.sequence >= report.newest
 WHERE o.kind IN ('report', 'card') ORDER BY o.case_id, o.sequence
"""


async def batch(database: Database, ids: Sequence[UUID]) -> tuple[SealedCards, ...]:
    """What is sealed of these cases, newest versions only. Cases without a key are left out."""
    keys = await keys_of(database, ids)
    rows = await database.fetch(_OBJECTS, list(ids), timeout=PATIENCE)
    of: dict[UUID, list[tuple[Head, bytes]]] = {}
    for row in rows:
        of.setdefault(row["case_id"], []).append((_head(row), row["sealed"]))
    return tuple(
        SealedCards(case, keys[case], objects[0], tuple(objects[1:]))
        for case, objects in of.items()
        if case in keys
    )


async def keys_of(database: Database, ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, ...]]:
    """The sealed copies of each case's key, newest first, for vault.rewrapping.opened."""
    rows = await database.fetch(
        "SELECT case_id, array_agg(sealed ORDER BY list_version DESC) AS sealed FROM case_key"
        " WHERE case_id = ANY ($1) GROUP BY case_id",
        list(ids),
        timeout=PATIENCE,
    )
    return {row["case_id"]: tuple(row["sealed"]) for row in rows}


def _head(row: Any) -> Head:
    return Head(row["case_id"], row["id"], row["sequence"], row["kind"], row["schema"])
