"""Broadcasts to families: what one says and to whom, written, read, changed while it is a draft.

What is done with one afterwards (tests, four eyes, pausing, recall) is in
`cases.broadcast_deeds`; what became of it in `cases.broadcast_counts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from cases.audience import Audience
from cases.audit import Signer
from cases.outbox import Database
from cases.person import Person
from flows.answers import Json

DRAFT, SUBMITTED, SCHEDULED, RUNNING = "draft", "submitted", "scheduled", "running"
PAUSED, FINISHED, STOPPED, REFUSED = "paused", "finished", "stopped", "refused"
STATES: Final = (DRAFT, SUBMITTED, SCHEDULED, RUNNING, PAUSED, FINISHED, STOPPED, REFUSED)
OPEN: Final = (DRAFT, SUBMITTED, SCHEDULED)
"""In these it may still be edited, which makes it a draft again."""


@dataclass(frozen=True)
class Button:
    """A link below the message."""

    label: str
    url: str


@dataclass(frozen=True)
class Text:
    """What is said in one language.

    `html`: Telegram HTML with b, i and a. `why`: one plain line, shown below it in italics.
    `buttons`: one a row.
    """

    html: str
    why: str
    buttons: tuple[Button, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "html": self.html,
            "why": self.why,
            "buttons": [{"label": one.label, "url": one.url} for one in self.buttons],
        }


@dataclass(frozen=True)
class Content:
    """Everything an author writes. `name` is for colleagues only.

    `texts` by language. `grounds`: why the occupied area is written to, "" otherwise.
    `urgent`: why it may leave between 21 and 8 o'clock, "" otherwise; for safety messages only.
    `not_before`: when it may leave at the earliest, None: as soon as it is approved.
    """

    name: str
    texts: Mapping[str, Text]
    audience: Audience = field(default_factory=Audience)
    grounds: str = ""
    urgent: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Event:
    """Something somebody did to it. `number`: of the person; None: the sender itself."""

    number: int | None
    did: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Broadcast:
    """One as it stands. `why`: of a pause or stop: "by_hand" or a code of what went wrong.

    `total`: families frozen at approval; before that 0. People by id, and by number for showing.
    """

    id: UUID
    number: int
    state: str
    content: Content
    digest: bytes
    tested: bool
    author: UUID
    edited_by: UUID
    submitted_by: UUID | None
    approved_by: UUID | None
    author_number: int
    approver_number: int | None
    created_at: datetime
    edited_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    starts_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    recalled_at: datetime | None
    why: str | None
    total: int


class Changed(Exception):
    """It is not what was looked at: somebody changed it meanwhile. Show it again."""


def digest(content: Content) -> bytes:
    """SHA-256 of what is tested and approved: everything but its name and its time."""
    told = {
        "texts": {locale: text.to_json() for locale, text in content.texts.items()},
        "audience": content.audience.to_json(),
        "grounds": content.grounds,
        "urgent": content.urgent,
    }
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def rendered(text: Text) -> dict[str, Json]:
    """The parameters of sendMessage: exactly what a family gets, and what a preview shows."""
    raise NotImplementedError


async def create(
    database: Database, content: Content, *, by: Person, signer: Signer, now: datetime
) -> UUID:
    """A new draft; its id. Raises audience.Forbidden."""
    raise NotImplementedError


async def read(database: Database, id_: UUID) -> Broadcast | None:
    raise NotImplementedError


async def listed(
    database: Database, states: Sequence[str] = STATES, limit: int = 50, offset: int = 0
) -> tuple[Broadcast, ...]:
    """Those in these states, the newest first."""
    raise NotImplementedError


async def edit(
    database: Database,
    id_: UUID,
    content: Content,
    *,
    was: bytes,
    by: Person,
    signer: Signer,
    now: datetime,
) -> bytes:
    """Change a draft, or one of OPEN, which is a draft again then; its new digest.

    `was`: the digest the author saw. Raises Changed, person.NotNow, audience.Forbidden.
    """
    raise NotImplementedError


async def events(database: Database, id_: UUID) -> tuple[Event, ...]:
    """What was done to it, oldest first."""
    raise NotImplementedError
