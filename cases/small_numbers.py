"""Small counts are hidden, and others with them, so that no subtraction brings them back. Pure.

Whoever reads a table is taken to know its sum, what is shown, and these rules. Which rows are
hidden with the small ones is therefore settled before the counts are known: choosing the next
larger ones, as is usual, tells by the choice itself what some small counts are.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias, TypeVar

LEAST: Final = 5
"""The smallest count that is shown. Nothing is no one: 0 is shown too."""

_FOR_ONE_MORE: Final = 3  # so many small rows are covered by one larger


class Hidden(Enum):
    """FEW: 1 to 4, and it might be any of these. MORE: not told."""

    FEW = "few"
    MORE = "more"


Cell: TypeAlias = int | Hidden
Key = TypeVar("Key")


def alone(count: int) -> Cell:
    """A count that stands by itself."""
    return Hidden.FEW if 0 < count < LEAST else count


def guarded(counts: Mapping[Key, int], order: Sequence[Key]) -> dict[Key, Cell]:
    """A table that may stand beside its sum. The counts exclude one another.

    `order` holds every row: those that come first are given up first when others are FEW. Where
    that is not enough, no row is told.
    """
    told = {key: alone(count) for key, count in counts.items()}
    few = [key for key, cell in told.items() if cell is Hidden.FEW]
    if not few or len(counts) == 1:
        return told
    wanted = -(-len(few) // _FOR_ONE_MORE)
    more = [key for key in order if counts[key] >= LEAST][:wanted]
    hidden = sum(counts[key] for key in (*few, *more))
    # Were each of the small ones 4, each of the others would still have to be 5 or more.
    if len(more) < wanted or hidden < (LEAST - 1) * len(few) + LEAST * len(more):
        return dict.fromkeys(counts, Hidden.MORE)
    return {**told, **dict.fromkeys(more, Hidden.MORE)}
