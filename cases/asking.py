"""A prosecutor writes to the family of a case: asks, or says something. The desk's side.

One transaction: sealed to the intake's letter-box for the family, sealed to the case for the file,
audited. While a question waits the case's term stands still.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.afterwards import put
from cases.audit import AuditEvent, Signer, append
from cases.messages import QUESTION, Letter, go_on, row
from cases.outbox import PATIENCE, Database
from cases.person import Person
from vault import box
from vault.recipients import Recipients
from vault.seal import Head, seal

SCHEMA: Final = 1
CHANNEL: Final = "dodomu_message"
"""Where the desk calls whoever tells families and rings bells (bot.postman)."""


class MayNotWrite(Exception):
    """The family of this case is not written to: `reason` is "erased", "withdrawn", or "gone"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def letter_box(database: Database, recipients: Recipients, now: datetime) -> bytes:
    """The intake's letter-box. Raises vault.box.BoxRefused: nothing is sealed to a stranger's."""
    found = await database.fetchrow("SELECT public, signature FROM intake_box", timeout=PATIENCE)
    if found is None:
        raise box.BoxRefused
    box.check(found["public"], found["signature"], recipients.intake_sign, now)
    public: bytes = found["public"]
    return public


async def write(
    pool: "asyncpg.Pool",
    case: UUID,
    letter: Letter,
    *,
    to: bytes,
    by: Person,
    signer: Signer,
    now: datetime,
    due_at: datetime | None = None,
) -> UUID:
    """Send `letter` through the letter-box `to`; the id of the message. Raises MayNotWrite."""
    message = uuid4()
    async with pool.acquire() as connection, connection.transaction():
        sequence, recipient = await _take_number(connection, case, letter, now)
        told = {**letter.as_json(), "kind": letter.kind, "by": by.handle, "at": now.isoformat()}
        head = Head(case, uuid4(), sequence, "message", SCHEMA)
        digest = await put(connection, head, seal(recipient, head, told))
        await connection.execute(
            "INSERT INTO message (id, case_id, kind, sealed, questions, sequence, author, at,"
            " due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(message, case, letter.kind, box.seal(to, row(message), letter.as_json())),
            *(letter.count, sequence, by.actor, now, due_at),
        )
        event = AuditEvent(
            by.actor, f"family.told.{letter.kind}", case, {"sealed": [digest.hex()]}
        )
        await append(connection, [event], signer=signer, now=now)
        await connection.execute(f"NOTIFY {CHANNEL}")
    return message


async def _take_number(
    connection: "asyncpg.Connection", case: UUID, letter: Letter, now: datetime
) -> tuple[int, str]:
    found = await connection.fetchrow(
        "SELECT recipient, erased_at, withdrawn_at FROM cases WHERE id = $1 FOR UPDATE", case
    )
    if found is None:
        raise MayNotWrite("gone")
    for reason in ("erased", "withdrawn"):
        if found[f"{reason}_at"] is not None:
            raise MayNotWrite(reason)
    sequence = await connection.fetchval(
        """
        UPDATE cases SET objects = objects + 1,
               resumes = CASE WHEN $2 AND status <> 'needs_info' THEN status ELSE resumes END,
               paused_at = CASE WHEN $2 THEN coalesce(paused_at, $3) ELSE paused_at END,
               status = CASE WHEN $2 THEN 'needs_info' ELSE status END
         WHERE id = $1 RETURNING objects
        """,
        *(case, letter.kind == QUESTION, now),
    )
    return sequence, found["recipient"]


async def take_back(
    pool: "asyncpg.Pool", message: UUID, *, by: Person, signer: Signer, now: datetime
) -> bool:
    """A message the family has not answered is withdrawn; False when it was too late."""
    async with pool.acquire() as connection, connection.transaction():
        case = await connection.fetchval(
            "UPDATE message SET withdrawn_at = $2, sealed = NULL"
            " WHERE id = $1 AND answered_at IS NULL AND withdrawn_at IS NULL RETURNING case_id",
            *(message, now),
        )
        if case is None:
            return False
        await go_on(connection, case, now)
        event = AuditEvent(by.actor, "family.message_withdrawn", case)
        await append(connection, [event], signer=signer, now=now)
    return True
