"""Places where a test may kill this process, each with a name; anywhere else they do nothing.

Only the launcher of a test calls `arm`: no setting and no argument of the product leads there, and
a passage costs the product one comparison.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

Strike = Callable[["Point"], None]


class Point(StrEnum):
    """A moment between two effects that must not come apart."""

    UPDATE_CAME = "I1"
    """Telegram has handed over updates, and nothing has looked at them."""
    TURN_LOADED = "I2"
    """What is known of the chat is read; nothing is thought yet."""
    TURN_SEALED = "I5"
    """The turn is thought and sealed, and the database has not heard of it."""
    TURN_CALLED = "I7"
    """In a transaction the update, the draft and the messages are written, its jobs are not."""
    TURN_UNCOMMITTED = "I8"
    """In a transaction everything is written, the audit too, and not committed."""
    TURN_COMMITTED = "I9"
    """The turn is committed, and Telegram has not been told that its update is done."""
    UPDATE_CONFIRMED = "I10"
    """Telegram is being told just now."""
    UPDATE_SET_ASIDE = "I11"
    """What could not be taken in is sealed, and not stored."""

    SEND_PRESSED = "S1"
    """A report is to be sent, and nothing of it is sealed."""
    CASE_INSERTED = "S2"
    """The case has its row; its keys and objects are not stored."""
    REPORT_STORED = "S3"
    """The report is stored whole and its draft deleted; the audit has not been told."""
    REPORT_COMMITTED = "S5"
    """A turn with a report, a file or an addition is committed; nobody has been answered."""

    ROWS_CLAIMED = "O1"
    """The sender has taken messages, and called nobody."""
    CALL_DUE = "O2"
    """It is a message's turn: the call to Telegram comes next."""
    CALL_ANSWERED = "O4"
    """Telegram has answered, and nothing is written down."""
    ROW_MARKED = "O5"
    """The message is marked as sent."""
    SILENCE_ASKED = "O6"
    """Telegram wants silence, and no other process has been told."""
    ROWS_RECOVERED = "O7"
    """What another sender left is back in the queue."""

    FILE_QUEUED = "A1"
    """A file's row is inserted, and its turn not committed."""
    FILE_LOCATED = "A2"
    """Telegram has told where the file is."""
    FILE_BEGUN = "A3"
    """The store has taken the first sealed piece."""
    FILE_HALFWAY = "A4"
    """The store has taken one more."""
    FILE_UNCOMMITTED = "A5"
    """Everything about the stored file is written, and not committed."""
    FILE_COMMITTED = "A6"
    """It is committed, and with it, or never, the file's locator is erased."""
    FILE_STORED = "A7"
    """The store has the whole object, and the database does not know."""
    MIGRATED_HALFWAY = "M1"
    """A migration has made its changes, and they are not committed."""
    ERASED_HALFWAY = "M2"
    """The keys of a case are destroyed, its objects are not, and nothing is committed."""
    BACKED_UP_HALFWAY = "M3"
    """A piece of a backup was sealed, and it was not the last."""
    RESTORED_HALFWAY = "M4"
    """A piece of a backup was read, and it was not the last."""
    RESTORED_UNMARKED = "M4b"
    """Everything is restored, and not marked as whole."""

    KEYS_MOVED = "K5"
    """A batch of cases has its new keys; the audit has not been told."""

    CASE_TAKEN = "D3"
    """A case is taken by somebody; the audit has not been told."""
    CHECKPOINT_WRITTEN = "D4"
    """The desk's checkpoint lies beside the one it is to replace."""


_struck: Final[list[Strike]] = []


def passing(point: Point) -> None:
    """This is `point`. Does not come back if a test wants it so."""
    if _struck:
        _struck[0](point)


def arm(strike: Strike) -> None:
    """Call `strike` at each passage from now on. For the launchers of tests."""
    _struck[:] = [strike]
