"""Small counts are hidden, and one more with them, so that no subtraction brings them back. Pure.

Whoever reads a table is taken to know its sum, what is shown, and these rules. Which row is hidden
with the small ones is therefore settled before the counts are known: choosing the next larger one,
as is usual, tells by the choice itself what some small counts are.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias, TypeVar

LEAST: Final = 5
"""The smallest count that is shown. Nothing is no one: 0 is shown too."""

_PAIR: Final = 2  # of two rows neither is told


class Hidden(Enum):
    """FEW: 1 to 4, and it might be any of these. MORE: any number, not told."""

    FEW = "few"
    MORE = "more"


Cell: TypeAlias = int | Hidden
Key = TypeVar("Key")


def alone(count: int) -> Cell:
    """A count that stands by itself."""
    return Hidden.FEW if 0 < count < LEAST else count


def guarded(counts: Mapping[Key, int], rest: Key) -> dict[Key, Cell]:
    """A table that may stand beside its sum. The counts exclude one another.

    `rest` is the row that is not told when another is FEW. Where that is not enough, no row is.
    """
    if len(counts) == 1:
        return {key: alone(count) for key, count in counts.items()}
    few = [count for key, count in counts.items() if key != rest and alone(count) is Hidden.FEW]
    if not few and alone(counts[rest]) is not Hidden.FEW:
        return dict(counts)
    enough = sum(few) + counts[rest] >= (LEAST - 1) * len(few)
    if few and enough and len(counts) > _PAIR:
        told = {key: alone(count) for key, count in counts.items()}
        return {**told, rest: Hidden.MORE}
    return dict.fromkeys(counts, Hidden.MORE)
