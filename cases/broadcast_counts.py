"""What became of a broadcast: counts while it runs and afterwards, never who. And what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.broadcasts import Text
from cases.outbox import Database
from cases.person import Person


@dataclass(frozen=True)
class Progress:
    """`by_state`: families by the state of their message, all of broadcast_recipient's states.

    `rate`: messages a second over the last ten; 0 while nobody sends. `left`: seconds until all
    are done at this rate, None where nobody can tell. `recalled`: by how far that has come.
    """

    state: str
    total: int
    by_state: Mapping[str, int]
    rate: float
    left: float | None
    recalled: Mapping[str, int]

    @property
    def done(self) -> int:
        return self.total - self.by_state.get("queued", 0) - self.by_state.get("sending", 0)


@dataclass(frozen=True)
class Line:
    """One line of a result: so many families of a language, and what became of the message.

    `reason`: a code, "" for none.
    """

    locale: str
    state: str
    reason: str
    families: int


@dataclass(frozen=True)
class Coming:
    """One that is approved. `night`: it may leave at night."""

    id: UUID
    number: int
    name: str
    starts_at: datetime
    total: int
    night: bool


@dataclass(frozen=True)
class Template:
    id: UUID
    name: str
    texts: Mapping[str, Text]
    at: datetime


async def progress(database: Database, id_: UUID) -> Progress | None:
    raise NotImplementedError


async def results(database: Database, id_: UUID) -> tuple[Line, ...]:
    """For a table without identities: by language, state and reason."""
    raise NotImplementedError


async def coming(database: Database) -> tuple[Coming, ...]:
    """What is approved and has not begun, the earliest first."""
    raise NotImplementedError


async def templates(database: Database) -> tuple[Template, ...]:
    """By name."""
    raise NotImplementedError


async def keep_template(
    database: Database, name: str, texts: Mapping[str, Text], *, by: Person, now: datetime
) -> UUID:
    """A new one; its id."""
    raise NotImplementedError


async def drop_template(database: Database, id_: UUID) -> None:
    raise NotImplementedError
