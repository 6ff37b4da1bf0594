"""The reporter's own cases: found by the chat that sent them, or by code and PIN from anywhere."""

import asyncio
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from flows.answers import Json
from vault import receipt
from vault.receipt import WrongPin

#: the six words a family is told, by the statuses prosecutors work with
WORDS: Final = {
    "received": "received",
    "screening": "checking",
    "triaged": "checking",
    "needs_info": "asks",
    "referred": "referred",
    "assigned": "working",
    "in_work": "working",
    "monitoring": "working",
    "reopened": "working",
}
CLOSED: Final = "closed"

_OF_THE_COPY: Final = ("salt", "sealed", "public")
_AT_ONCE: Final = threading.BoundedSemaphore(2)  # each takes 64 MiB for a moment
_NOBODYS_SALT: Final = secrets.token_bytes(receipt.SALT)


@dataclass(frozen=True)
class OwnCase:
    """What the host knows of a case, and all it may tell its reporter: no name, no place."""

    id: UUID
    code: str
    kind: str
    status: str
    received_at: datetime
    recipient: str = field(repr=False)
    claimed: str | None
    withdrawn: bool
    erase_asked: bool
    erased: bool
    #: how many messages a prosecutor has written about it
    letters: int

    @property
    def word(self) -> str:
        """Which of the family's words says where the case is."""
        return WORDS.get(self.status, CLOSED)


_COLUMNS: Final = """
    id, code, kind,
    CASE status WHEN 'duplicate_of' THEN coalesce(stood, status) ELSE status END AS status,
    received_at, recipient, claimed,
    withdrawn_at IS NOT NULL AS withdrawn, erase_asked_at IS NOT NULL AS erase_asked,
    erased_at IS NOT NULL AS erased,
    (SELECT count(*) FROM message m WHERE m.case_id = cases.id AND m.withdrawn_at IS NULL)
        AS letters
"""


async def of_chat(database: Database, chat_ref: bytes, limit: int = 20) -> tuple[OwnCase, ...]:
    """What this chat has sent, newest first."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM cases WHERE chat_ref = $1"  # noqa: S608 - columns of this module
        " AND part_of IS NULL ORDER BY received_at DESC, id LIMIT $2",
        *(chat_ref, limit),
        timeout=PATIENCE,
    )
    return tuple(OwnCase(**dict(row)) for row in rows)


@dataclass(frozen=True)
class Copy:
    """The family's own words: the report as it stands now, and what was added, in order."""

    report: Json = field(repr=False)
    pages: tuple[Json, ...] = field(default=(), repr=False)


async def by_code(database: Database, code: str, pin: str) -> tuple[OwnCase, Copy] | None:
    """The case and the family's copy of what was sent; None for a wrong code or PIN alike.

    `code` and `pin` as `vault.receipt` reads them. Takes equally long in every case (0.1 s, in a
    thread), so that nobody learns whether a code exists.
    """
    row = await database.fetchrow(
        f"SELECT {_COLUMNS}, f.salt, f.sealed, f.public FROM cases"  # noqa: S608 - columns of this module
        " JOIN family_copy f ON f.case_id = cases.id WHERE code = $1",
        code,
        timeout=PATIENCE,
    )
    salt = row["salt"] if row else _NOBODYS_SALT
    key = await asyncio.to_thread(_family_key, code, pin, salt)
    if row is None:
        return None
    case = row["id"]
    try:
        if row["public"] is None:
            copy = Copy(receipt.open_first_copy(key, case, row["sealed"]))
        else:
            report = receipt.open_for_family(key, case, receipt.REPORT_PAGE, row["sealed"])
            copy = Copy(report, await _pages(database, key, case))
    except WrongPin:
        return None
    told = {name: value for name, value in row.items() if name not in _OF_THE_COPY}
    return OwnCase(**told), copy


async def _pages(database: Database, key: bytes, case: UUID) -> tuple[Json, ...]:
    rows = await database.fetch(
        "SELECT sequence, sealed FROM family_page WHERE case_id = $1 ORDER BY sequence",
        case,
        timeout=PATIENCE,
    )
    return tuple(
        receipt.open_for_family(key, case, row["sequence"], row["sealed"]) for row in rows
    )


def _family_key(code: str, pin: str, salt: bytes) -> bytes:
    with _AT_ONCE:
        return receipt.family_key(code, pin, salt)
