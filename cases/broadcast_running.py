"""What is done with a broadcast that was approved: paused, let go on, stopped, taken back.

Each deed is one transaction, as in `cases.broadcast_deeds`. All raise person.NotNow where its
state does not allow it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from cases.audit import Signer
from cases.broadcasts import FINISHED, PAUSED, RUNNING, SCHEDULED, STOPPED, seized, told
from cases.database import Connection, Pool
from cases.person import NotNow, Person

BY_HAND: Final = "by_hand"
"""Why it is paused, or was stopped: a person wanted it so."""


async def pause(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> None:
    """At once: what is queued is taken back, what is on its way arrives."""
    async with seized(pool, id_, (RUNNING,)) as (connection, _):
        await _move(connection, id_, PAUSED)
        await told(connection, id_, "paused", reason, by=by, signer=signer, now=now)


async def resume(pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime) -> None:
    """Go on. Failures are counted anew from here."""
    async with seized(pool, id_, (PAUSED,)) as (connection, _):
        await connection.execute(
            "UPDATE broadcast SET state = 'running', why = NULL,"
            " judged_failed = 0, judged_blocked = 0, judged_done = 0 WHERE id = $1",
            id_,
        )
        await told(connection, id_, "resumed", by=by, signer=signer, now=now)


async def stop(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> None:
    """For good, scheduled, running or paused. Who has not been written to will not be."""
    async with seized(pool, id_, (SCHEDULED, RUNNING, PAUSED)) as (connection, _):
        await _stop(connection, id_, reason, by=by, signer=signer, now=now)


async def recall(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> int:
    """Take back what has arrived; from how many. One that runs is stopped first.

    What is younger than 48 hours is deleted; what is older says instead that it was recalled.
    """
    async with seized(pool, id_, (RUNNING, PAUSED, FINISHED, STOPPED)) as (connection, row):
        if row["recalled_at"] is not None:
            raise NotNow
        if row["state"] in (RUNNING, PAUSED):
            await _stop(connection, id_, reason, by=by, signer=signer, now=now)
        await connection.execute("SET LOCAL statement_timeout = '60s'")
        done = await connection.execute(
            "UPDATE broadcast_recipient SET recall = 'queued'"
            " WHERE broadcast_id = $1 AND state = 'sent' AND recall IS NULL",
            id_,
            timeout=60,
        )
        await connection.execute("UPDATE broadcast SET recalled_at = $2 WHERE id = $1", id_, now)
        families = int(done.rpartition(" ")[2])
        await told(
            *(connection, id_, "recalled", reason),
            by=by, signer=signer, now=now, detail={"families": families},
        )  # fmt: skip
    return families


async def _stop(
    connection: Connection, id_: UUID, reason: str, *, by: Person, signer: Signer, now: datetime
) -> None:
    await _move(connection, id_, STOPPED)
    await connection.execute("UPDATE broadcast SET finished_at = $2 WHERE id = $1", id_, now)
    await told(connection, id_, "stopped", reason, by=by, signer=signer, now=now)


async def _move(connection: Connection, id_: UUID, state: str) -> None:
    await connection.execute(
        "UPDATE broadcast SET state = $2, why = $3 WHERE id = $1", id_, state, BY_HAND
    )
