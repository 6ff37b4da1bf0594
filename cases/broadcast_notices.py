"""What the staff is told of broadcasts: who should look, a test in one's own chat, how it goes.

Counts and numbers alone. Everything runs in a transaction of the caller, and what one process has
in hand another passes over.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import Signer
from cases.bells import LANE, STAFF
from cases.broadcasts import told
from cases.links import WHO
from cases.notices import Contact
from cases.outbox import CHANNEL, row_name
from cases.person import person_of
from flows.answers import Json
from vault.local import Vault

SUBMITTED, HALTED, BROKEN = "submitted", "halted", "broken"
"""What a bell rings for: it waits for approval; it has paused itself; it has stopped itself."""


@dataclass(frozen=True)
class Happened:
    """`by`: who submitted it, and who wrote it."""

    broadcast: UUID
    number: int
    did: str
    reason: str
    by: frozenset[UUID]


@dataclass(frozen=True)
class Wanted:
    """A test somebody waits for."""

    id: int
    broadcast: UUID
    number: int
    person: UUID


@dataclass(frozen=True)
class Standing:
    """How one goes, by its own counts. `shown`: what its message in the group says now."""

    id: UUID
    number: int
    state: str
    total: int
    done: int
    blocked: int
    unknown: int
    rate: float
    shown: str | None = field(repr=False)


async def happened(connection: "asyncpg.Connection", now: datetime) -> tuple[Happened, ...]:
    """What nobody has been told of; from now on somebody has."""
    rows = await connection.fetch(_HAPPENED, now)
    return tuple(
        Happened(
            *(row["broadcast_id"], row["number"], row["did"], row["reason"]),
            frozenset(one for one in (row["author"], row["submitted_by"]) if one is not None),
        )
        for row in rows
    )


async def wanted(connection: "asyncpg.Connection") -> tuple[Wanted, ...]:
    """Tests that were asked for and are not queued."""
    rows = await connection.fetch(
        "SELECT t.id, t.broadcast_id AS broadcast, b.number, t.person_id AS person"
        " FROM broadcast_test t JOIN broadcast b ON b.id = t.broadcast_id"
        " WHERE t.became IS NULL AND t.outbox_id IS NULL"
        " ORDER BY t.id LIMIT 20 FOR UPDATE OF t SKIP LOCKED"
    )
    return tuple(Wanted(**dict(row)) for row in rows)


async def queue_test(
    connection: "asyncpg.Connection",
    vault: Vault,
    one: Wanted,
    to: Contact | None,
    messages: list[dict[str, Json]],
) -> None:
    """Into the person's own chat, in this order; nowhere, where they have none any more."""
    if to is None or to.chat_id is None or not messages:
        await connection.execute(
            "UPDATE broadcast_test SET became = 'nowhere' WHERE id = $1", one.id
        )
        return
    row: int | None = None
    for params in messages:
        sealed = vault.seal({"chat_id": to.chat_id, "params": params}, row_name(to.chat_ref))
        row = await connection.fetchval(
            "INSERT INTO outbox (bot, chat_ref, lane, method, sealed)"
            " VALUES ($1, $2, $3, 'sendMessage', $4) RETURNING id",
            *(STAFF, to.chat_ref, LANE, sealed),
        )
    await connection.execute("UPDATE broadcast_test SET outbox_id = $2 WHERE id = $1", one.id, row)
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, STAFF)


async def arrived(connection: "asyncpg.Connection", *, signer: Signer, now: datetime) -> int:
    """Write down what became of tests; how many. One that arrived as it still is counts."""
    rows = await connection.fetch(_ARRIVED)
    for row in rows:
        if row["became"] == "sent" and row["same"]:
            await connection.execute(
                "UPDATE broadcast SET tested_digest = $2 WHERE id = $1 AND digest = $2",
                *(row["broadcast_id"], row["digest"]),
            )
            who = await connection.fetchrow(
                f"SELECT {WHO} FROM staff p WHERE p.id = $1",  # noqa: S608 - a constant
                row["person_id"],
            )
            await told(
                *(connection, row["broadcast_id"], "tested"),
                by=person_of(who), signer=signer, now=now,
            )  # fmt: skip
    return len(rows)


async def standing(connection: "asyncpg.Connection", now: datetime) -> tuple[Standing, ...]:
    """Those whose message may be worded anew now, locked."""
    rows = await connection.fetch(_STANDING, now)
    return tuple(Standing(**dict(row)) for row in rows)


async def show(connection: "asyncpg.Connection", one: Standing, text: str, now: datetime) -> None:
    """This is what its message says from now on."""
    await connection.execute(
        "UPDATE broadcast SET shown = $2, shown_at = $3 WHERE id = $1", one.id, text, now
    )


_HAPPENED: Final = """
UPDATE broadcast_event e SET told_at = $1
  FROM (SELECT id FROM broadcast_event
         WHERE told_at IS NULL AND did IN ('submitted', 'halted', 'broken')
         ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED) AS fresh, broadcast b
 WHERE e.id = fresh.id AND b.id = e.broadcast_id
RETURNING e.broadcast_id, b.number, e.did, e.reason, b.author, b.submitted_by
"""
_ARRIVED: Final = """
UPDATE broadcast_test t SET became = CASE o.state WHEN 'sent' THEN 'sent' ELSE 'failed' END
  FROM outbox o, broadcast b
 WHERE t.became IS NULL AND o.id = t.outbox_id AND o.state NOT IN ('queued', 'sending')
   AND b.id = t.broadcast_id
RETURNING t.broadcast_id, t.person_id, t.became, t.digest, t.digest = b.digest AS same
"""
_STANDING: Final = """
SELECT id, number, state, total, sent + blocked + deactivated + failed + unknown + skipped AS done,
       blocked, unknown, rate, shown
  FROM broadcast
 WHERE started_at IS NOT NULL
   AND (state IN ('running', 'paused') OR finished_at > $1::timestamptz - interval '1 h')
   AND (shown IS NULL OR state <> 'running' OR shown_at < $1::timestamptz - interval '10 s')
 ORDER BY number FOR UPDATE SKIP LOCKED
"""
