"""One of the desk's people, and what they are called."""

import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from cases.outbox import PATIENCE, Database

MENTION: Final = re.compile(r"(?<![\w-])[пПpPрР]\s?[-‐‑‒–—−]\s?0*([1-9][0-9]{0,5})(?![\w])(?!-\w)")
"""A colleague's number inside a text. Without a dash it is none: «п 3» is a paragraph."""
_MOST_MENTIONED: Final = 10
_HANDLE: Final = re.compile(r"\s*(?:[пpПPрР]\s*[-–]?\s*)?0*(\d{1,6})\s*", re.ASCII)


class NotNow(Exception):
    """The person or proposal is not, or no longer, in a state for this. Look again."""


class SameHand(Exception):
    """The second person must be another: who proposed may not grant, nobody for oneself."""


@dataclass(frozen=True)
class Person:
    """One of the staff. `state`: pending, active, suspended."""

    id: UUID
    number: int
    name: str = field(repr=False)
    role: str
    units: tuple[str, ...]
    state: str

    @property
    def handle(self) -> str:
        """What colleagues call each other in lists and notices: П-07."""
        return handle_of(self.number)

    @property
    def member(self) -> str:
        """What the signed list of recipients and a key file call them: p-07."""
        return f"p-{self.number:02d}"

    @property
    def actor(self) -> str:
        """The name in the audit chain."""
        return str(self.id)

    @property
    def active(self) -> bool:
        return self.state == "active"


COLUMNS: Final = "id, number, name, role, units, state"


def person_of(row: "asyncpg.Record") -> Person:
    """A row that holds COLUMNS."""
    return Person(
        row["id"], row["number"], row["name"], row["role"], tuple(row["units"]), row["state"]
    )


def handle_of(number: int) -> str:
    """What a number is called: П-07."""
    return f"П-{number:02d}"


def number_of(handle: str) -> int | None:
    """The number in «П-07», "P-7" or "7"; None when it is none of them."""
    found = _HANDLE.fullmatch(handle)
    return int(found[1]) if found else None


def numbers_in(text: str) -> tuple[int, ...]:
    """Whom a text mentions: «П-07», "P-7", whatever letters and dash it is written with."""
    found = (int(one) for one in MENTION.findall(text))
    return tuple(dict.fromkeys(found))[:_MOST_MENTIONED]


async def by_number(database: Database, number: int) -> Person | None:
    row = await database.fetchrow(
        f"SELECT {COLUMNS} FROM staff WHERE number = $1",  # noqa: S608 - columns of this module
        number,
        timeout=PATIENCE,
    )
    return person_of(row) if row else None
