"""Reading a date that was typed: in numbers, in words, half of one, or an age."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from flows.answers import Invalid
from flows.kinds import date_words as words
from flows.kinds.periods import (
    Period,
    a_day,
    a_month,
    a_season,
    a_year,
    born_at_age,
    days_in,
    months,
    part_of_month,
    part_of_year,
)

EARLIEST = 1926
"""No child reported here was born, and nothing reported happened, before this year."""
OLDEST = 60
"""Years of the highest age taken as an answer; for older people a year of birth is asked."""

_LONGEST = 60  # characters; a date in words is shorter
_MOST_WORDS = 8
_NUMERIC = re.compile(r"(\d{1,2})[ ./,-]{1,3}(\d{1,2})[ ./,-]{1,3}(\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})", re.ASCII)
_ROMAN = re.compile(r"(\d{1,2})[ ./-]{1,2}([ivx]{1,4})[ ./-]{1,2}(\d{4}|\d{2})", re.ASCII)
_CLOCK = re.compile(
    r"[t ,]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)?$", re.ASCII
)
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})", re.ASCII)
_YEAR_SUFFIX = re.compile(r"[ ,]{0,2}(?:р\.?|г\.?|року|рік|год|года|рр?\.)$")
_ORDINAL = re.compile(r"(\d{1,4})-?(?:го|й|ого|му|м|ий|ый|st|nd|rd|th)?", re.ASCII)
_WIDE = str.maketrans("．／－，　", "./-, ")


@dataclass(frozen=True)
class Reading:
    """A date understood. `worded`: not in plain numbers; `guessed`: something was filled in."""

    period: Period
    worded: bool = False
    guessed: bool = False
    #: an age in months, when an age was given instead of a date
    months_old: int | None = None


@dataclass(frozen=True)
class Known:
    """What the question knows already: today, and the year or month picked by buttons."""

    today: date
    year: int | None = None
    month: int | None = None
    #: whether "in April" may mean the latest April
    latest: bool = True


def read_date(line: str, known: Known) -> Reading:
    """The date in a cleaned line. Raises Invalid: date, date_days.<month>, date_month."""
    plain = "".join(_plain_digit(char) for char in line.translate(_WIDE).casefold())
    if len(plain) > _LONGEST:
        raise Invalid("date")
    unusual = plain != line.casefold()
    without_clock = _CLOCK.sub("", plain)
    bare = _YEAR_SUFFIX.sub("", without_clock).strip(" .,")
    reading = _numeric(bare, known) or _worded(bare, known)
    if reading is None:
        raise Invalid("date")
    worded = reading.worded or unusual or bare != plain.strip(" .,")
    return replace(reading, worded=worded)


def read_age(line: str, today: date, *, bare: bool = False) -> Reading | None:
    """An age ("9 років", "3 місяці", "півтора року"; with `bare` also "9"), or None.

    Raises Invalid("age") for an age no child has.
    """
    plain = "".join(_plain_digit(char) for char in line.casefold())
    said = plain.translate({ord(mark): None for mark in "'’ʼ."} if "1.5" not in plain else {})
    first, _, unit = said.strip().partition(" ")
    if first in words.YEAR_AND_A_HALF and (unit in words.YEARS_OLD or (bare and not unit)):
        return Reading(born_at_age(today, 15, 21), worded=True, months_old=18)
    number = words.NUMBERS.get(first)
    if number is None and first.isascii() and first.isdigit() and len(first) <= len("150"):
        number = int(first)
    if number is None:
        return None
    if unit in words.MONTHS_OLD:
        return _aged(today, number, 1, bare=bare)
    if unit in words.YEARS_OLD or (bare and not unit):
        return _aged(today, 12 * number, 12, bare=bare)
    return None


def _aged(today: date, months_old: int, step: int, *, bare: bool) -> Reading:
    """ "0" is an age only where an age was asked for: a baby."""
    if months_old > 12 * OLDEST or (not months_old and not bare):
        raise Invalid("age")
    period = born_at_age(today, months_old, months_old + step)
    return Reading(period, worded=True, months_old=months_old)


def _plain_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _numeric(bare: str, known: Known) -> Reading | None:
    if found := _NUMERIC.fullmatch(bare):
        return _full(found[1], int(found[2]), found[3], known)
    if found := _ISO.fullmatch(bare):
        if len(found[3]) < len("03") or len(found[4]) < len("03"):
            return None
        return _full(found[4], int(found[3]), found[1], known)
    roman = _ROMAN.fullmatch(bare.translate(str.maketrans("іх", "ix")))
    if roman and roman[2] in words.ROMAN:
        return replace(_full(roman[1], words.ROMAN[roman[2]], roman[3], known), worded=True)
    if found := _MONTH_YEAR.fullmatch(bare):
        return Reading(_month(_year(found[2]), int(found[1])))
    if re.fullmatch(r"\d{4}", bare, re.ASCII):
        return Reading(a_year(_year(bare)))
    return _continued(bare, known)


def _continued(bare: str, known: Known) -> Reading | None:
    """Numbers that mean something only below a picked year: "14.3", or below a month: "14"."""
    found = re.fullmatch(r"(\d{1,2})(?:[ ./-](\d{1,2}))?", bare, re.ASCII)
    if not found or known.year is None:
        return None
    month = int(found[2]) if found[2] else known.month
    if month is None:
        return None
    return Reading(_day(known.year, month, int(found[1])))


def _full(day: str, month: int, year: str, known: Known) -> Reading:
    full = _year(year) if len(year) > len("17") else _century(int(year), known.today)
    return Reading(_day(full, month, int(day)), guessed=len(year) == len("17"))


def _century(two_digits: int, today: date) -> int:
    """The latest year ending so that has begun."""
    return 2000 + two_digits if 2000 + two_digits <= today.year else 1900 + two_digits


def _year(digits: str) -> int:
    year = int(digits)
    if year < EARLIEST:
        raise Invalid("date")
    return year


def _month(year: int, month: int) -> Period:
    if not 1 <= month <= 12:  # noqa: PLR2004 -- months of a year
        raise Invalid("date_month", month=month)
    return a_month(year, month)


def _day(year: int, month: int, day: int) -> Period:
    last = days_in(year, _month(year, month).start.month)
    if day < 1:
        raise Invalid("date")
    if day > last:
        raise Invalid(f"date_days.{month}", year=year, days=last)
    return a_day(date(year, month, day))


@dataclass
class _Parts:
    """What the words of a date name, collected one by one."""

    months: list[int] = field(default_factory=list)
    day: int | None = None
    #: a short number after the month: the day if a year follows, else the year
    late: int | None = None
    year: int | None = None
    season: int | None = None
    part: int | None = None
    about: bool = False
    guessed: bool = False


def _worded(bare: str, known: Known) -> Reading | None:
    said = bare.translate({ord(mark): None for mark in "'’ʼ"})
    if said in words.DAYS_AGO:
        ago = timedelta(days=words.DAYS_AGO[said])
        return Reading(a_day(known.today - ago), worded=True)
    tokens = re.split(r"[ ,.]+|(?<=[^\W\d])[-–—](?=[^\W\d])", said)
    tokens = [token for token in tokens if token and token not in {"-", "–", "—"}]
    if len(tokens) > _MOST_WORDS:
        return None
    parts = _Parts()
    if not tokens or not all(_took(token, parts) for token in tokens):
        return None
    period = _period(parts, known)
    if period is None:
        return None
    return Reading(period.about() if parts.about else period, worded=True, guessed=parts.guessed)


def _took(token: str, parts: _Parts) -> bool:
    """Whether the word has a place in a date; puts it there."""
    if token in words.ABOUT:
        parts.about = True
    elif token in words.FILLERS:
        return True
    elif token in words.MONTHS and len(parts.months) < 2:  # noqa: PLR2004 -- from … to
        parts.months.append(words.MONTHS[token])
    elif token in words.SEASONS and parts.season is None:
        parts.season = words.SEASONS[token]
    elif token in words.PARTS and parts.part is None:
        parts.part = words.PARTS[token]
    elif number := _ORDINAL.fullmatch(token):
        return _took_number(number[1], parts)
    else:
        return False
    return True


def _took_number(digits: str, parts: _Parts) -> bool:
    if len(digits) == len("2017") and parts.year is None:
        parts.year = _year(digits)
    elif len(digits) > len("17"):
        return False
    elif not parts.months and not parts.season and parts.day is None:
        parts.day = int(digits)
    elif parts.late is None:
        parts.late = int(digits)
    else:
        return False
    return True


def _fill_year(parts: _Parts, known: Known) -> bool:
    """Gives the parts their year: said, picked before, or the latest possible. False: no year."""
    if parts.late is not None and parts.year is not None:
        if parts.day is not None:
            return False
        parts.day = parts.late
    elif parts.late is not None:
        parts.year, parts.guessed = _century(parts.late, known.today), True
    elif parts.year is None and known.year is not None:
        parts.year = known.year
    elif parts.year is None:
        parts.year, parts.guessed = _latest_year(parts, known.today), True
        return known.latest
    return True


def _period(parts: _Parts, known: Known) -> Period | None:
    """The stretch of days the collected words name, None when they name none."""
    if not _fill_year(parts, known) or parts.year is None:
        return None
    year = parts.year
    dayless = parts.day is None
    if parts.season is not None:
        alone = dayless and not parts.months and parts.part is None
        return a_season(year, parts.season) if alone else None
    if not parts.months:
        return _of_year(parts, known) if dayless else None
    first, last = parts.months[0], parts.months[-1]
    if first != last:
        return months(year, first, last) if dayless and first < last else None
    if parts.day is not None:
        return _day(year, first, parts.day) if parts.part is None else None
    return a_month(year, first) if parts.part is None else part_of_month(year, first, parts.part)


def _of_year(parts: _Parts, known: Known) -> Period | None:
    year = parts.year or known.today.year
    if parts.part is not None:
        if known.month is not None and known.year == year:
            return part_of_month(year, known.month, parts.part)
        return None if parts.guessed else part_of_year(year, parts.part)
    return None if parts.guessed else a_year(year)


def _latest_year(parts: _Parts, today: date) -> int:
    """The year of the latest such month or season that is not ahead."""
    month = parts.months[0] if parts.months else 1
    if parts.season is not None:
        month = 3 * (parts.season - 21) + 3 if parts.season != 24 else 1  # noqa: PLR2004 -- EDTF
    day = parts.day if parts.day is not None and parts.months else 1
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1
