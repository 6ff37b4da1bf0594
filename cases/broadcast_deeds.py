"""What is done with a broadcast: tested, approved by another, paused, stopped, taken back.

Each deed is one transaction, written down for colleagues (broadcast_event) and in the audit chain.
All raise person.NotNow where its state does not allow it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cases.audit import Signer
from cases.database import Pool
from cases.outbox import Database
from cases.person import Person

COOLING: Final = timedelta(seconds=60)
"""Between approval and the first message: the time to say no."""


class NotTested(Exception):
    """Nobody has seen it in Telegram as it is now: send it to yourself first."""


class NotLinked(Exception):
    """The person has no chat with the staff bot that a test could go to: link one at /me."""


class NeedsHead(Exception):
    """More than 500 families would hear it: a head approves that."""


class SentToday(Exception):
    """The same words, or the same families, were written to today already. `number` says by which.

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
    raise NotImplementedError


async def mark_tested(
    pool: Pool, id_: UUID, digest: bytes, *, by: Person, signer: Signer, now: datetime
) -> None:
    """It was seen as it is. For training, where there is no Telegram. Raises broadcasts.Changed."""
    raise NotImplementedError


async def submit(
    pool: Pool, id_: UUID, *, was: bytes, by: Person, signer: Signer, now: datetime
) -> None:
    """Have it approved. Raises NotTested, broadcasts.Changed, audience.TooFew, Forbidden."""
    raise NotImplementedError


async def sent_today(database: Database, id_: UUID, now: datetime) -> int | None:
    """The number of another that says the same, or goes to the same, and left or leaves today."""
    raise NotImplementedError


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
    broadcasts.Changed, audience.TooFew, NeedsHead, SentToday.
    """
    raise NotImplementedError


async def give_back(
    pool: Pool, id_: UUID, reason: str, *, by: Person, signer: Signer, now: datetime
) -> None:
    """From waiting for approval back to a draft. A reason is needed (ValueError)."""
    raise NotImplementedError


async def refuse(
    pool: Pool, id_: UUID, reason: str, *, by: Person, signer: Signer, now: datetime
) -> None:
    """For good. A reason is needed (ValueError)."""
    raise NotImplementedError


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
    raise NotImplementedError


async def cancel(pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime) -> None:
    """Approved, and nothing has left: a draft again, and whom it was for is forgotten."""
    raise NotImplementedError


async def pause(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> None:
    """At once: what is queued is taken back, what is on its way arrives."""
    raise NotImplementedError


async def resume(pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime) -> None:
    """Go on. Failures are counted anew from here."""
    raise NotImplementedError


async def stop(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> None:
    """For good, scheduled, running or paused. Who has not been written to will not be."""
    raise NotImplementedError


async def recall(
    pool: Pool, id_: UUID, *, by: Person, signer: Signer, now: datetime, reason: str = ""
) -> int:
    """Take back what has arrived; from how many. One that runs is stopped first.

    What is younger than 48 hours is deleted; what is older says instead that it was recalled.
    """
    raise NotImplementedError
