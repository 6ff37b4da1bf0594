"""Birth dates half remembered: the same, near enough to be a mistake, or of another child."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from flows.answers import Json

_IN_WORDS = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)", re.ASCII)
_ABOUT: Final = {"year": 366, "season": 92, "month": 31}
"""Days by which a date marked "~" may lie outside of itself."""

_NARROW: Final = 100
"""Days of a season, and some: what lies in one is more than "the same year"."""
_DAY, _WEEK, _MONTH, _YEAR, _YEARS = 2, 7, 31, 366, 2 * 366


@dataclass(frozen=True)
class Born:
    """`first` and `last` day it may have been, `last` >= `first`; equal when the day is known."""

    first: date = field(repr=False)
    last: date = field(repr=False)
    text: str = field(repr=False)

    @property
    def exact(self) -> bool:
        return self.first == self.last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def read(value: Json, *texts: str) -> tuple[Born, ...]:
    """The date of a card, then the dates told in free words ("12.03.2015"). Never raises."""
    own = _own(value) if isinstance(value, dict) else None
    told = [_told(*found) for text in texts for found in _IN_WORDS.findall(text)]
    return tuple(one for one in (own, *told) if one is not None)


def _own(value: Mapping[str, Json]) -> Born | None:
    try:
        first, last = (date.fromisoformat(str(value[key])) for key in ("from", "to"))
        if last < first:
            return None
        edtf = str(value.get("edtf") or f"{first}/{last}")
        around = timedelta(_ABOUT.get(str(value.get("precision")), 0) if "~" in edtf else 0)
        return Born(first - around, last + around, edtf)
    except (KeyError, ValueError, OverflowError):
        return None


def _told(day: str, month: str, year: str) -> Born | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return Born(found, found, found.isoformat())


def alike(one: Born, other: Born) -> str:
    """A reason code of weigh.WEIGHTS."""
    if one.exact and other.exact:
        return _days(one.first, other.first)
    gap = (max(one.first, other.first) - min(one.last, other.last)).days
    if gap <= 0:
        return _overlap(one, other)
    wide = max(one.days, other.days) > _NARROW
    if gap <= (_NARROW if wide else _MONTH):
        return "next_to"
    if wide and gap <= _YEAR:
        return "next_year"
    return "apart" if gap <= _YEARS else "far"


def _overlap(one: Born, other: Born) -> str:
    if max(one.days, other.days) <= _MONTH:
        return "same_month"
    if max(one.days, other.days) <= _NARROW:
        return "same_season"
    return "same_year"


def _days(one: date, other: date) -> str:
    new_year = [(day.month, day.day) == (1, 1) for day in (one, other)]
    if any(new_year) and one.year == other.year:
        return "same_year"  # the first of January stands for a day nobody knows
    if one == other:
        return "same_day"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "swapped"
    apart = abs((one - other).days)
    if apart <= _DAY:
        return "day_off"
    mistake = _one_mistake(one, other)
    if mistake:
        return mistake
    if apart <= _WEEK:
        return "week_off"
    return "apart" if apart <= _YEARS else "far"


def _one_mistake(one: date, other: date) -> str:
    """All but the day, the month or the year alike, and that one nearly; else ""."""
    years, months, days = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    differ = [a != b for a, b in (years, months, days)]
    if sum(differ) != 1:
        return ""
    if differ[0]:
        digits = sorted(str(one.year)) == sorted(str(other.year))
        return "year_off" if digits or abs(one.year - other.year) == 1 else ""
    return "mistyped" if _digit(*months) and _digit(*days) else ""


def _digit(one: int, other: int) -> bool:
    """Whether they are the same, one digit was missed, or the two were swapped."""
    left, right = f"{one:02}", f"{other:02}"
    return (
        left in (right, right[::-1]) or sum(a != b for a, b in zip(left, right, strict=True)) == 1
    )
