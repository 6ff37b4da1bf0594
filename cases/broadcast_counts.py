"""What became of a broadcast: counts, never who. And what comes next, and texts to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from cases.broadcast_content import Text
from cases.broadcasts import RUNNING
from cases.outbox import PATIENCE, Database
from cases.person import Person
from locales import LOCALES

STATES: Final = ("sent", "blocked", "deactivated", "failed", "unknown", "skipped")
"""What may become of a family's message; before that it is "queued", then "sending"."""


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
    """None where there is no such broadcast. Read afresh: a page may ask every second."""
    row = await database.fetchrow(_PROGRESS, id_, timeout=PATIENCE)
    if row is None:
        return None
    by_state = {name: row[name] for name in (*STATES, "sending")}
    waiting = max(row["total"] - sum(by_state.values()), 0)
    rate = row["rate"] if row["state"] == RUNNING else 0.0
    left = (waiting + row["sending"]) / rate if rate > 0 else None
    recalled = orjson.loads(row["recalled"]) if row["recalled"] else {}
    return Progress(
        row["state"], row["total"], {**by_state, "queued": waiting}, rate, left, recalled
    )


async def results(database: Database, id_: UUID) -> tuple[Line, ...]:
    """For a table without identities: by language, state and reason."""
    rows = await database.fetch(
        "SELECT locale, state, coalesce(reason, '') AS reason, count(*) AS families"
        " FROM broadcast_recipient WHERE broadcast_id = $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        id_,
        timeout=PATIENCE,
    )
    return tuple(Line(**dict(row)) for row in rows)


async def coming(database: Database) -> tuple[Coming, ...]:
    """What is approved and has not begun, the earliest first."""
    rows = await database.fetch(
        "SELECT id, number, name, starts_at, total, urgent <> '' AS night FROM broadcast"
        " WHERE state = 'scheduled' ORDER BY starts_at, number",
        timeout=PATIENCE,
    )
    return tuple(Coming(**dict(row)) for row in rows)


async def templates(database: Database) -> tuple[Template, ...]:
    """By name."""
    rows = await database.fetch(
        "SELECT id, name, texts, at FROM broadcast_template ORDER BY name, id", timeout=PATIENCE
    )
    return tuple(
        Template(row["id"], row["name"], _texts(orjson.loads(row["texts"])), row["at"])
        for row in rows
    )


async def keep_template(
    database: Database, name: str, texts: Mapping[str, Text], *, by: Person, now: datetime
) -> UUID:
    """A new one; its id."""
    id_ = uuid4()
    told = orjson.dumps({locale: text.to_json() for locale, text in texts.items()}).decode()
    await database.execute(
        "INSERT INTO broadcast_template (id, name, texts, by_person, at)"
        " VALUES ($1, $2, $3, $4, $5)",
        *(id_, name, told, by.id, now),
        timeout=PATIENCE,
    )
    return id_


async def drop_template(database: Database, id_: UUID) -> None:
    await database.execute("DELETE FROM broadcast_template WHERE id = $1", id_, timeout=PATIENCE)


def _texts(stored: Mapping[str, Any]) -> dict[str, Text]:
    return {locale: Text.from_json(stored[locale]) for locale in LOCALES if locale in stored}


# The rate is what whoever feeds it saw last; ten seconds later nobody sends any more.
_PROGRESS: Final = """
SELECT b.state, b.total, b.sent, b.blocked, b.deactivated, b.failed, b.unknown, b.skipped,
       CASE WHEN b.counted_at > now() - interval '10 s' THEN b.rate ELSE 0 END AS rate,
       (SELECT count(*) FROM broadcast_recipient r
         WHERE r.broadcast_id = b.id AND r.state = 'sending') AS sending,
       CASE WHEN b.recalled_at IS NOT NULL THEN
           (SELECT jsonb_object_agg(recall, families)
              FROM (SELECT recall, count(*) AS families FROM broadcast_recipient r
                     WHERE r.broadcast_id = b.id AND recall IS NOT NULL GROUP BY 1) AS s) END
           AS recalled
  FROM broadcast b WHERE b.id = $1
"""
