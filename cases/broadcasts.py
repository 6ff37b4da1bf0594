"""Broadcasts to families: written, read, changed while one is a draft.

What one says is in `cases.broadcast_content`; what is done with one afterwards in
`cases.broadcast_deeds` and `cases.broadcast_running`; what became of it in
`cases.broadcast_counts`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import orjson

from cases.audience import Audience, Forbidden
from cases.audit import AuditEvent, Signer, append
from cases.broadcast_content import Content, Text, digest
from cases.database import Connection, Pool, transaction
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person
from locales import LOCALES

DRAFT, SUBMITTED, SCHEDULED, RUNNING = "draft", "submitted", "scheduled", "running"
PAUSED, FINISHED, STOPPED, REFUSED = "paused", "finished", "stopped", "refused"
STATES: Final = (DRAFT, SUBMITTED, SCHEDULED, RUNNING, PAUSED, FINISHED, STOPPED, REFUSED)
OPEN: Final = (DRAFT, SUBMITTED, SCHEDULED)
"""In these it may still be edited, which makes it a draft again."""


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


async def create(
    pool: Pool, content: Content, *, by: Person, signer: Signer, now: datetime
) -> UUID:
    """A new draft; its id. Raises audience.Forbidden."""
    _lawful(content)
    id_, fresh = uuid4(), digest(content)
    async with transaction(pool) as connection:
        await connection.execute(
            "INSERT INTO broadcast (id, name, audience, grounds, urgent, digest, not_before,"
            " author, edited_by, created_at, edited_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)",
            *(id_, *_row(content, fresh), by.id, now),
        )
        await _write(connection, id_, content)
        await told(connection, id_, "created", by=by, signer=signer, now=now)
    return id_


async def edit(
    pool: Pool,
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
    _lawful(content)
    fresh = digest(content)
    async with transaction(pool) as connection:
        await reopened(connection, id_, was)
        await connection.execute(
            "UPDATE broadcast SET name = $2, audience = $3, grounds = $4, urgent = $5,"
            " digest = $6, not_before = $7, edited_by = $8, edited_at = $9 WHERE id = $1",
            *(id_, *_row(content, fresh), by.id, now),
        )
        await connection.execute("DELETE FROM broadcast_text WHERE broadcast_id = $1", id_)
        await _write(connection, id_, content)
        await told(connection, id_, "edited", by=by, signer=signer, now=now)
    return fresh


@asynccontextmanager
async def seized(
    pool: Pool, id_: UUID, states: Sequence[str], digest: bytes | None = None
) -> "AsyncIterator[tuple[Connection, asyncpg.Record]]":
    """Its row, locked, in one of these states and with this digest; in a transaction."""
    async with transaction(pool) as connection:
        row = await connection.fetchrow("SELECT * FROM broadcast WHERE id = $1 FOR UPDATE", id_)
        if row is None or row["state"] not in states:
            raise NotNow
        if digest is not None and row["digest"] != digest:
            raise Changed
        yield connection, row


async def reopened(connection: Connection, id_: UUID, was: bytes | None = None) -> None:
    """A draft again, whatever of OPEN it was: nobody has approved it, and it is for nobody yet.

    In the caller's transaction. Raises person.NotNow; Changed where its digest is not `was`.
    """
    row = await connection.fetchrow(
        "SELECT state, digest FROM broadcast WHERE id = $1 FOR UPDATE", id_
    )
    if row is None or row["state"] not in OPEN:
        raise NotNow
    if was is not None and row["digest"] != was:
        raise Changed
    await connection.execute("DELETE FROM broadcast_recipient WHERE broadcast_id = $1", id_)
    await connection.execute(
        "UPDATE broadcast SET state = 'draft', submitted_by = NULL, submitted_at = NULL,"
        " approved_by = NULL, approved_at = NULL, approved_digest = NULL, starts_at = NULL,"
        " frozen = NULL, total = 0 WHERE id = $1",
        id_,
    )


async def told(
    connection: Connection,
    id_: UUID,
    did: str,
    reason: str = "",
    *,
    by: Person | None = None,
    signer: Signer,
    now: datetime,
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """Write down what was done, last in the transaction that does it.

    `reason` is for colleagues and stays out of the audit, `detail` is for it: codes and counts.
    """
    await connection.execute(
        "INSERT INTO broadcast_event (broadcast_id, by_person, did, reason, at)"
        " VALUES ($1, $2, $3, $4, $5)",
        *(id_, by.id if by else None, did, reason, now),
    )
    actor = by.actor if by else "sender"
    event = AuditEvent(actor, f"broadcast.{did}", None, {"broadcast": str(id_), **(detail or {})})
    await append(connection, [event], signer=signer, now=now)


_READ: Final = """
SELECT b.*, b.tested_digest IS NOT DISTINCT FROM b.digest AS tested,
       a.number AS author_number, p.number AS approver_number,
       (SELECT jsonb_object_agg(t.locale, jsonb_build_object(
                   'html', t.html, 'why', t.why, 'buttons', t.buttons))
          FROM broadcast_text t WHERE t.broadcast_id = b.id) AS texts
  FROM broadcast b JOIN staff a ON a.id = b.author LEFT JOIN staff p ON p.id = b.approved_by
"""


async def read(database: Database, id_: UUID) -> Broadcast | None:
    row = await database.fetchrow(f"{_READ} WHERE b.id = $1", id_, timeout=PATIENCE)
    return _broadcast(row) if row else None


async def listed(
    database: Database, states: Sequence[str] = STATES, limit: int = 50, offset: int = 0
) -> tuple[Broadcast, ...]:
    """Those in these states, the newest first."""
    rows = await database.fetch(
        f"{_READ} WHERE b.state = ANY ($1) ORDER BY b.edited_at DESC, b.number DESC"
        " LIMIT $2 OFFSET $3",
        *(list(states), limit, offset),
        timeout=PATIENCE,
    )
    return tuple(_broadcast(row) for row in rows)


async def events(database: Database, id_: UUID) -> tuple[Event, ...]:
    """What was done to it, oldest first."""
    rows = await database.fetch(
        "SELECT p.number, e.did, e.reason, e.at FROM broadcast_event e"
        " LEFT JOIN staff p ON p.id = e.by_person WHERE e.broadcast_id = $1 ORDER BY e.id",
        id_,
        timeout=PATIENCE,
    )
    return tuple(Event(**dict(row)) for row in rows)


def _lawful(content: Content) -> None:
    if content.audience.meets_occupied and not (content.audience.safety and content.grounds):
        raise Forbidden
    if content.urgent and not content.audience.safety:
        raise Forbidden


def _row(content: Content, fresh: bytes) -> tuple[object, ...]:
    audience = orjson.dumps(content.audience.to_json()).decode()
    return (*(content.name, audience, content.grounds, content.urgent, fresh, content.not_before),)


async def _write(connection: Connection, id_: UUID, content: Content) -> None:
    await connection.executemany(
        "INSERT INTO broadcast_text (broadcast_id, locale, html, why, buttons)"
        " VALUES ($1, $2, $3, $4, $5)",
        [
            (id_, locale, text.html, text.why, orjson.dumps(text.to_json()["buttons"]).decode())
            for locale, text in content.texts.items()
        ],
    )


def _broadcast(row: "asyncpg.Record") -> Broadcast:
    texts = orjson.loads(row["texts"]) if row["texts"] else {}
    content = Content(
        row["name"],
        {locale: Text.from_json(texts[locale]) for locale in LOCALES if locale in texts},
        Audience.from_json(orjson.loads(row["audience"])),
        *(row["grounds"], row["urgent"], row["not_before"]),
    )
    plain = {one.name: row[one.name] for one in fields(Broadcast) if one.name != "content"}
    return Broadcast(content=content, **plain)
