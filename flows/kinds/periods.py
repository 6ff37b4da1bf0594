"""Stretches of days, named in EDTF (ISO 8601-2): a day, a month, a season, a year, an age."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from flows.answers import Json

SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (1, 12)}
"""EDTF code of a season: its first and last month. "Winter 2022" may be either end of 2022."""

_MONTHS = 12


@dataclass(frozen=True)
class Period:
    """`edtf` is YYYY, YYYY-MM, YYYY-MM-DD, YYYY-21 … YYYY-24, each perhaps with "~", or A/B.

    `start` and `end` are its first and last day; `precision`: day, month, season, year or age.
    """

    edtf: str
    start: date
    end: date
    precision: str

    def about(self) -> "Period":
        """The same, marked as approximate. An interval stays as it is: it says so already."""
        edtf = self.edtf if "/" in self.edtf else f"{self.edtf}~"
        return Period(edtf, self.start, self.end, self.precision)

    def as_json(self) -> dict[str, Json]:
        return {
            "edtf": self.edtf,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "precision": self.precision,
        }


def days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def a_day(day: date) -> Period:
    return Period(day.isoformat(), day, day, "day")


def a_month(year: int, month: int) -> Period:
    end = date(year, month, days_in(year, month))
    return Period(f"{year}-{month:02}", date(year, month, 1), end, "month")


def a_season(year: int, season: int) -> Period:
    first, last = SEASONS[season]
    end = date(year, last, days_in(year, last))
    return Period(f"{year}-{season}", date(year, first, 1), end, "season")


def a_year(year: int) -> Period:
    return Period(str(year), date(year, 1, 1), date(year, 12, 31), "year")


def months(year: int, first: int, last: int) -> Period:
    """From one month to another of the same year."""
    start, end = a_month(year, first), a_month(year, last)
    return Period(f"{start.edtf}/{end.edtf}", start.start, end.end, "month")


def part_of_month(year: int, month: int, part: int) -> Period:
    """The first ten days (0), the next ten (1), the rest (2)."""
    last = (10, 20, days_in(year, month))[part]
    return _span(date(year, month, 10 * part + 1), date(year, month, last), "month")


def part_of_year(year: int, part: int) -> Period:
    """The first four months (0), the next four (1), the last four (2)."""
    start, last = date(year, 4 * part + 1, 1), 4 * part + 4
    return _span(start, date(year, last, days_in(year, last)), "year")


def born_at_age(today: date, months_old: int, months_after: int) -> Period:
    """When somebody was born who is now between `months_old` and `months_after` months old.

    The upper age is not reached yet: years 9 is (108, 120).
    """
    start = _earlier(today, months_after) + timedelta(days=1)
    return _span(start, _earlier(today, months_old), "age")


def _span(start: date, end: date, precision: str) -> Period:
    return Period(f"{start.isoformat()}/{end.isoformat()}", start, end, precision)


def _earlier(day: date, months_before: int) -> date:
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months_before, _MONTHS)
    month += 1
    return date(year, month, min(day.day, days_in(year, month)))


def whole_years(start: date, today: date) -> int:
    """The age, in whole years, of somebody born on `start`."""
    before_birthday = (today.month, today.day) < (start.month, start.day)
    return today.year - start.year - before_birthday
