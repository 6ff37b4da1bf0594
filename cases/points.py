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


_struck: Final[list[Strike]] = []


def passing(point: Point) -> None:
    """This is `point`. Does not come back if a test wants it so."""
    if _struck:
        _struck[0](point)


def arm(strike: Strike) -> None:
    """Call `strike` at each passage from now on. For the launchers of tests."""
    _struck[:] = [strike]
