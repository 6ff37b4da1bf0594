"""What an exporter is given: a case that was opened, and who has it made, when and for whom.

Nothing here reads a database, a clock or a key. Whoever opens a case fills these; times are aware.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from flows.answers import Json

Give: TypeAlias = Callable[[bytes], object]
"""Takes the next piece of a file."""
Pour: TypeAlias = Callable[[Give], None]
"""Hands a whole file over in pieces: `partial(vault.unstream.open_stream, identity, source)`."""


@dataclass(frozen=True)
class Facts:
    """What is readable of a case without any key: columns of `cases`, by their names."""

    code: str
    kind: str
    level: str
    reasons: tuple[str, ...]
    status: str
    locale: str
    channel: str
    received_at: datetime
    due_at: datetime
    partial: bool = False
    children: int = 0
    answers: int = 0
    files: int = 0
    age_band: str | None = None
    oblast: str | None = None
    scenario: str | None = None
    claimed: str | None = None
    claimed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    erase_asked_at: datetime | None = None


@dataclass(frozen=True)
class Update:
    """What the family added after sending. `kind`: addition, news, withdrawal, erasure.

    `payload` as `cases.afterwards` sealed it: of news a whole report of the flow "news".
    """

    sequence: int
    kind: str
    at: datetime
    payload: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True)
class Confirmed:
    """A return status that a prosecutor confirmed. `by`: a name or number to print."""

    status: str
    at: datetime
    by: str
    basis: str = field(default="", repr=False)


@dataclass(frozen=True)
class Attached:
    """A file of the case. `manifest` as `cases.collecting` sealed it; `sequence` is its number.

    `pour` gives the family's bytes; None when they cannot or shall not be had.
    """

    sequence: int
    manifest: Mapping[str, Json] = field(repr=False)
    pour: Pour | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Stored:
    """A sealed object as it stands in the database. `sha256` of the sealed bytes, in hex.

    `sealed`: those bytes, to go into the evidence package; None leaves them out.
    """

    sequence: int
    kind: str
    object: UUID
    sha256: str
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Entry:
    """An entry of the audit chain about this case."""

    seq: int
    at: datetime
    actor: str
    action: str


@dataclass(frozen=True)
class Opened:
    """A case as its prosecutor reads it. `case_key`: its sealed key, for the evidence package."""

    id: UUID
    facts: Facts
    report: Mapping[str, Json] = field(repr=False)
    cards: tuple[Mapping[str, Json], ...] = field(default=(), repr=False)
    updates: tuple[Update, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    files: tuple[Attached, ...] = ()
    objects: tuple[Stored, ...] = ()
    chain: tuple[Entry, ...] = ()
    case_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Made:
    """Who has it made, for whom, and when: printed on the first page, `at` in Kyiv time.

    `by` and `to` as they shall be read: "прокурор Марченко", "слідче управління".
    """

    at: datetime
    by: str
    to: str = ""
