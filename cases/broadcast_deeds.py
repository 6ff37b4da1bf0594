"""What is done with a broadcast before it leaves: tested, submitted, approved by another.

Each deed is one transaction, written down for colleagues (broadcast_event) and in the audit chain.
All raise person.NotNow where its state does not allow it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from cases.audience import LARGE, Audience, TooFew, count, freeze
from cases.audit import Signer
from cases.broadcasts import (
    DRAFT,
    FINISHED,
    PAUSED,
    RUNNING,
    SCHEDULED,
    STOPPED,
    SUBMITTED,
    reopened,
    seized,
    told,
)
from cases.database import Connection, Pool, transaction
from cases.outbox import PATIENCE, Database
from cases.permissions import About, may
from cases.person import Person, SameHand
from locales.dates import KYIV

COOLING: Final = timedelta(seconds=60)
"""Between approval and the first message: the time to say no."""

_LARGE: Final = "approve_large_broadcast"


class NotTested(Exception):
    """Nobody has seen it in Telegram as it is now: send it to yourself first."""


class NotLinked(Exception):
    """The person has no chat with the staff bot that a test could go to: link one at /me."""


class NeedsHead(Exception):
    """More than 500 families would hear it: a head approves that."""


class NoReason(ValueError):
    """This is done with a reason only: colleagues must learn why."""


class SentToday(Exception):
    """The same words, or the same families, are written to today already. `number` says by which.

    The approver may want it all the same: `again=True`.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"broadcast {number}")
        self.number = number


async def ask_test(
    pool: Pool, id_: UUID, *, was: bytes, by: Person, signer: Signer, now: datetime
) -> None:
    """Have it sent to the person's own chat with the staff bot, in each of its languages.

    Once it has arrived the broadcast counts as tested (`Broadcast.tested`), if it is still what
    was sent. Raises NotLinked, broadcasts.Changed.
    """
    async with seized(pool, id_, (DRAFT,), was) as (connection, _):
        linked = await connection.fetchval(
            "SELECT true FROM staff_link WHERE person_id = $1", by.id
        )
        if not linked:
            raise NotLinked
        await connection.execute(
            "INSERT INTO broadcast_test (broadcast_id, person_id, digest, at)"
            " VALUES ($1, $2, $3, $4)",
            *(id_, by.id, was, now),
        )
        await told(connection, id_, "tried", by=by, signer=signer, now=now)


async def mark_tested(
    pool: Pool, id_: UUID, digest: bytes, *, by: Person, signer: Signer, now: datetime
) -> None:
    """It was seen as it is, by other means than `ask_test`. Raises broadcasts.Changed."""
    async with seized(pool, id_, (DRAFT,), digest) as (connection, _):
        await connection.execute(
            "UPDATE broadcast SET tested_digest = $2 WHERE id = $1", id_, digest
        )
        await told(connection, id_, "tested", by=by, signer=signer, now=now)


async def submit(
    pool: Pool, id_: UUID, *, was: bytes, by: Person, signer: Signer, now: datetime
) -> None:
    """Have it approved. Raises NotTested, broadcasts.Changed, TooFew, audience.Forbidden."""
    async with seized(pool, id_, (DRAFT,), was) as (connection, row):
        if row["tested_digest"] != row["digest"]:
            raise NotTested
        meant = Audience.from_json(orjson.loads(row["audience"]))
        if (await count(connection, meant, row["grounds"])).too_small:
            raise TooFew
        await connection.execute(
            "UPDATE broadcast SET state = $2, submitted_by = $3, submitted_at = $4 WHERE id = $1",
            *(id_, SUBMITTED, by.id, now),
        )
        await told(connection, id_, "submitted", by=by, signer=signer, now=now)


async def sent_today(database: Database, id_: UUID, now: datetime) -> int | None:
    """The number of another that says the same, or goes to the same, and left or leaves today."""
    begins = now.astimezone(KYIV).replace(hour=0, minute=0, second=0, microsecond=0)
    found: int | None = await database.fetchval(
        "SELECT o.number FROM broadcast o JOIN broadcast b ON b.id = $1 AND o.id <> b.id"
        " AND (o.digest = b.digest OR o.audience = b.audience)"
        " WHERE o.state = ANY ($2) AND coalesce(o.started_at, o.starts_at) >= $3"
        " AND coalesce(o.started_at, o.starts_at) < $4"
        " ORDER BY o.number DESC LIMIT 1",
        *(id_, [SCHEDULED, RUNNING, PAUSED, FINISHED, STOPPED]),
        *(begins, begins + timedelta(days=1)),
        timeout=PATIENCE,
    )
    return found


async def approve(
    pool: Pool,
    id_: UUID,
    digest: bytes,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
    again: bool = False,
    training: bool = False,
) -> int:
    """These exact bytes may go to everybody they reach now; how many that is.

    `training`: one person may do both, as in the demo. Raises person.SameHand,
    broadcasts.Changed, TooFew, audience.Forbidden, NeedsHead, SentToday.
    """
    async with seized(pool, id_, (SUBMITTED,), digest) as (connection, row):
        hands = (row["author"], row["edited_by"], row["submitted_by"])
        if by.id in hands and not training:
            raise SameHand
        if not again and (other := await sent_today(connection, id_, now)):
            raise SentToday(other)
        meant = Audience.from_json(orjson.loads(row["audience"]))
        texts = await _languages(connection, id_)
        total, who = await freeze(connection, id_, meant, texts, row["grounds"])
        if total > LARGE and not (training or may(by, _LARGE, About(first=row["author"]))):
            raise NeedsHead
        await connection.execute(
            "UPDATE broadcast SET state = $2, approved_by = $3, approved_at = $4,"
            " approved_digest = digest, frozen = $5, total = $6,"
            " starts_at = greatest(not_before, $7) WHERE id = $1",
            *(id_, SCHEDULED, by.id, now, who, total, now + COOLING),
        )
        detail: dict[str, str | int] = {
            "digest": digest.hex(),
            "frozen": who.hex(),
            "families": total,
        }
        await told(connection, id_, "approved", by=by, signer=signer, now=now, detail=detail)
    return total


async def give_back(
    pool: Pool, id_: UUID, reason: str, *, by: Person, signer: Signer, now: datetime
) -> None:
    """From waiting for approval back to a draft. Raises NoReason."""
    _reasoned(reason)
    async with seized(pool, id_, (SUBMITTED,)) as (connection, _):
        await reopened(connection, id_)
        await told(connection, id_, "returned", reason, by=by, signer=signer, now=now)


async def refuse(
    pool: Pool, id_: UUID, reason: str, *, by: Person, signer: Signer, now: datetime
) -> None:
    """For good. Raises NoReason."""
    _reasoned(reason)
    async with seized(pool, id_, (SUBMITTED,)) as (connection, _):
        await connection.execute("UPDATE broadcast SET state = 'refused' WHERE id = $1", id_)
        await told(connection, id_, "refused", reason, by=by, signer=signer, now=now)


async def schedule(
    pool: Pool,
    id_: UUID,
    not_before: datetime | None,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """Another time; one that waits for approval, or was approved, is a draft again."""
    async with transaction(pool) as connection:
        await reopened(connection, id_)
        await connection.execute(
            "UPDATE broadcast SET not_before = $2, edited_by = $3, edited_at = $4 WHERE id = $1",
            *(id_, not_before, by.id, now),
        )
        await told(connection, id_, "scheduled", by=by, signer=signer, now=now)


async def cancel(pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime) -> None:
    """Approved, and nothing has left: a draft again, and whom it was for is forgotten."""
    async with seized(pool, id_, (SCHEDULED,)) as (connection, _):
        await reopened(connection, id_)
        await told(connection, id_, "cancelled", by=by, signer=signer, now=now)


async def _languages(connection: Connection, id_: UUID) -> list[str]:
    rows = await connection.fetch(
        "SELECT locale FROM broadcast_text WHERE broadcast_id = $1 ORDER BY locale", id_
    )
    return [row["locale"] for row in rows]


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise NoReason
