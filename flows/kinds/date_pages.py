"""The buttons of a date: years, then months and seasons, then days; and ages."""

from collections.abc import Sequence
from datetime import date

from flows.answers import Edtf, Literal, Option, Page, Word
from flows.kinds.periods import SEASONS, days_in

FIRST_YEAR = 2014
"""Children have been taken from Ukraine since then."""

WHOLE, FORGOT, AGE = "whole", "forgot", "age"
_ADULT = 18
_MONTHS = 12


def years_page(today: date) -> Page:
    """From this year back to 2014."""
    years = range(today.year, FIRST_YEAR - 1, -1)
    return Page(_in_rows([Option(str(year), Literal(str(year))) for year in years], 4))


def months_page(year: int, today: date) -> Page:
    """The months and seasons of `year` that have begun."""
    last = today.month if year == today.year else _MONTHS
    months = [Option(str(n), Word(f"kind.month.{n}")) for n in range(1, last + 1)]
    seasons = [
        Option(f"s{code}", Word(f"kind.season.{code}"))
        for code, (first, _) in SEASONS.items()
        if first <= last
    ]
    whole = (Option(WHOLE, Word("kind.date.whole_year")),)
    ask = Word("kind.date.which_month", {"year": str(year)})
    return Page((*_in_rows(months, 3), *_in_rows(seasons, 2), whole), ask=ask)


def days_page(year: int, month: int, today: date) -> Page:
    """The days of a month that are not ahead."""
    now = (year, month) == (today.year, today.month)
    last = today.day if now else days_in(year, month)
    days = [Option(str(n), Literal(str(n))) for n in range(1, last + 1)]
    forgot = (Option(FORGOT, Word("kind.date.no_day")),)
    whole = (Option(WHOLE, Word("kind.date.whole_month")),)
    ask = Word("kind.date.which_day", {"month": Edtf(f"{year}-{month:02}")})
    return Page((*_in_rows(days, 7), whole, forgot), ask=ask)


def birth_page() -> Page:
    return Page(((Option(AGE, Word("kind.date.age")),),))


def ages_page() -> Page:
    """0 (a baby) to 17; older ones are typed."""
    baby = Option("0", Word("kind.date.baby"))
    ages = [Option(str(n), Literal(str(n))) for n in range(1, _ADULT)]
    return Page(((baby,), *_in_rows(ages, 6)), ask=Word("kind.date.which_age"))


def _in_rows(options: Sequence[Option], width: int) -> tuple[tuple[Option, ...], ...]:
    return tuple(tuple(options[at : at + width]) for at in range(0, len(options), width))
