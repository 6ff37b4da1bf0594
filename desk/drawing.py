"""Where the marks of a chart stand: numbers for a template, in the units of its viewBox. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import Final

from cases.small_numbers import Cell, Hidden
from cases.statistics import EARLIER, Wait

TILE: Final = 40
_GAP: Final = 2
_SHADES: Final = 4

#: Every region of Ukraine by column and row, roughly where it lies. Nobody's borders are drawn.
_PLACES: Final = {
    "UA-07": (1, 0), "UA-56": (2, 0), "UA-74": (5, 0), "UA-59": (6, 0),
    "UA-46": (0, 1), "UA-61": (1, 1), "UA-68": (2, 1), "UA-18": (3, 1), "UA-32": (4, 1),
    "UA-30": (5, 1), "UA-53": (6, 1), "UA-63": (7, 1), "UA-09": (8, 1),
    "UA-21": (0, 2), "UA-26": (1, 2), "UA-77": (2, 2), "UA-05": (3, 2), "UA-71": (4, 2),
    "UA-35": (5, 2), "UA-12": (6, 2), "UA-14": (7, 2),
    "UA-51": (4, 3), "UA-48": (5, 3), "UA-65": (6, 3), "UA-23": (7, 3),
    "UA-40": (5, 4), "UA-43": (6, 4),
}  # fmt: skip
COLUMNS: Final = 1 + max(column for column, _ in _PLACES.values())
ROWS: Final = 1 + max(row for _, row in _PLACES.values())

WIDTH, HEIGHT = 364, 120
MARGIN: Final = 40
"""Where the strokes begin, beside the words for their heights."""
_LEAST_SEEN: Final = 2.0
_HIDDEN_HEIGHT: Final = 5.0


@dataclass(frozen=True)
class Tile:
    """A region. `shade`: 0 for none, 1 to 4 of the most; "hidden" where nothing is told."""

    code: str
    x: int
    y: int
    cell: Cell
    shade: str
    side: int = TILE - _GAP


@dataclass(frozen=True)
class Bar:
    """One of a row of bars, on the ground at HEIGHT."""

    of: date
    x: float
    y: float
    width: float
    height: float
    cell: Cell


@dataclass(frozen=True)
class Stroke:
    """A week's waits: from the half, at `low`, up to nine in ten, at `high`; None: not told."""

    of: date
    x: float
    low: float
    high: float | None
    wait: Wait


def tiles(counts: Mapping[str, Cell]) -> tuple[Tile, ...]:
    """The regions that `counts` speaks of."""
    most = _most(counts[code] for code in _PLACES if code in counts)
    return tuple(
        Tile(code, column * TILE, row * TILE, counts[code], _shade(counts[code], most))
        for code, (column, row) in _PLACES.items()
        if code in counts
    )


def _most(counts: Iterable[Cell]) -> int:
    """The largest that is told."""
    return max((cell for cell in counts if isinstance(cell, int)), default=0)


def _shade(cell: Cell, most: int) -> str:
    if isinstance(cell, Hidden):
        return "hidden"
    return str(-(-cell * _SHADES // most) if most else 0)


def share(cell: Cell, counts: Mapping[str, Cell]) -> float:
    """A percentage of the largest count that is told; 0 for what is not."""
    most = _most(counts.values())
    return round(100 * cell / most, 1) if isinstance(cell, int) and most else 0.0


def bars(counts: Mapping[date, Cell]) -> tuple[Bar, ...]:
    """A bar for each week; a low one for what is not told."""
    weeks = [week for week in counts if week != EARLIER]
    most = top(counts)
    step = WIDTH / len(weeks)
    made = []
    for at, week in enumerate(weeks):
        cell = counts[week]
        height = _HIDDEN_HEIGHT
        if isinstance(cell, int):
            height = max(HEIGHT * cell / most, _LEAST_SEEN) if cell else 0.0
        made.append(
            Bar(week, round(at * step + 1, 1), round(HEIGHT - height, 1), round(step - 2, 1),
                round(height, 1), cell)
        )  # fmt: skip
    return tuple(made)


def top(counts: Mapping[date, Cell]) -> int:
    """The highest bar's count."""
    return _most(cell for week, cell in counts.items() if week != EARLIER) or 1


MARKS: Final = tuple(timedelta(hours=hours) for hours in (1, 24, 7 * 24, 30 * 24))
"""Where a line is drawn across the waits."""


def strokes(waits: Sequence[tuple[date, Wait]]) -> tuple[Stroke, ...]:
    """A stroke for each week that is told, on a scale on which each step is a multiple."""
    step = (WIDTH - MARGIN) / max(len(waits), 1)
    return tuple(
        Stroke(
            week,
            round(MARGIN + (at + 0.5) * step, 1),
            level_of(wait.half),
            None if wait.nine_in_ten is None else level_of(wait.nine_in_ten),
            wait,
        )
        for at, (week, wait) in enumerate(waits)
        if wait.half is not None
    )


def level_of(lasting: timedelta) -> float:
    """How far from the top a span stands: a minute at the bottom, 90 days and more at the top."""
    most = timedelta(days=90) / timedelta(minutes=1)
    minutes = min(max(lasting / timedelta(minutes=1), 1.0), most)
    return round(HEIGHT * (1 - log(minutes) / log(most)), 1)
