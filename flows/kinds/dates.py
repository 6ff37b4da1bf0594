"""PartialDate: a day, or as much of it as a person remembers. Kept as EDTF with its bounds."""

from dataclasses import dataclass
from datetime import date

from flows.answers import (
    Deeper,
    Edtf,
    Invalid,
    Json,
    Label,
    NotKnown,
    Option,
    Outcome,
    Page,
    Sub,
    Taken,
    Word,
)
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.date_pages import (
    AGE,
    FIRST_YEAR,
    FORGOT,
    WHOLE,
    ages_page,
    birth_page,
    days_page,
    months_page,
    years_page,
)
from flows.kinds.dating import Known, Reading, read_age, read_date
from flows.kinds.keeping import AGAIN, is_keeping, keep_page, keep_tapped, refused, told_kept
from flows.kinds.kind import Now
from flows.kinds.periods import (
    SEASONS,
    Period,
    a_day,
    a_month,
    a_season,
    a_year,
    born_at_age,
    whole_years,
)
from flows.kinds.subs import flags_in, number_in, record_in, text_in
from flows.kinds.unknown import is_unknown

YES = Option("yes", Word("kind.yes"))
ADULT = 18

_FIELDS = ("edtf", "from", "to", "precision")
_PAST_ANY_YEAR = 10_000


@dataclass(frozen=True)
class PartialDate:
    """Value: {"edtf", "from", "to", "precision"}; from and to are ISO 8601 days, both inside.

    `precision`: day, month, season, year or age. Forms of `edtf`: see Period. {"text": ...} with
    the flag "unparsed": kept as written. Flags: "cleaned", "adult_now".
    `birth`: typed, or told by age. Otherwise year, month and day are picked or typed.
    """

    birth: bool = False

    def page(self, sub: Sub, now: Now) -> Page:
        if is_keeping(sub):
            return keep_page(sub)
        if record_in(sub, "confirm"):
            return _confirming(sub)
        if self.birth:
            return ages_page() if text_in(sub, "ask") == AGE else birth_page()
        year, month = _picked(sub, now)
        if not year:
            return years_page(now.today)
        return days_page(year, month, now.today) if month else months_page(year, now.today)

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:
        """A date typed at any level; below a picked year or month the rest of it is enough."""
        line = clean_line(text)
        if not line:
            raise Invalid("empty")
        if is_unknown(line):
            return NotKnown(storable(text))
        flags = ("cleaned",) if line != " ".join(text.split()) else ()
        try:
            return self._judged(self._read(line, sub, now), storable(text), flags, sub, now.today)
        except Invalid as refusal:
            return refused(refusal, text, now)

    def _read(self, line: str, sub: Sub, now: Now) -> Reading:
        if not self.birth:
            year, month = _picked(sub, now)
            return read_date(line, Known(now.today, year or None, month or None))
        asked = text_in(sub, "ask") == AGE
        aged = read_age(line, now.today, bare=asked)
        return aged or read_date(line, Known(now.today, latest=False))

    def _judged(
        self, reading: Reading, verbatim: str, flags: tuple[str, ...], sub: Sub, today: date
    ) -> Outcome:
        """Taken when it is clear, else the question whether it was meant. Raises Invalid."""
        period = reading.period
        if period.start > today:
            raise Invalid("date_future")
        held: dict[str, Json] = {"verbatim": verbatim, "flags": list(flags)}
        held["confirm"] = period.as_json()
        age = whole_years(period.end, today)
        if self.birth and age >= ADULT:
            return Deeper({**held, "why": "adult", "number": age})
        if reading.months_old is not None and text_in(sub, "ask") == AGE:
            return Taken(period.as_json(), verbatim, flags)
        if reading.months_old is not None:
            in_years = reading.months_old % 12 == 0
            why = "age" if in_years else "months"
            number = reading.months_old // 12 if in_years else reading.months_old
            return Deeper({**held, "why": why, "number": number})
        before = not self.birth and period.start.year < FIRST_YEAR
        if reading.guessed or before or (self.birth and reading.worded):
            return Deeper({**held, "why": "date"})
        return Taken(period.as_json(), verbatim, flags)

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if is_keeping(sub):
            return keep_tapped(key, sub)
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        if record_in(sub, "confirm"):
            return Deeper({}) if key == AGAIN.key else _confirmed(sub)
        if key == AGE:
            return Deeper({"ask": AGE})
        if self.birth:
            years = int(key)
            return Taken(born_at_age(now.today, 12 * years, 12 * years + 12).as_json())
        return _narrowed(key, *_picked(sub, now))

    def told(self, value: Json) -> tuple[Label, ...]:
        if isinstance(value, dict) and isinstance(value.get("edtf"), str):
            return (Edtf(str(value["edtf"])),)
        return told_kept(value)

    def fits(self, value: Json) -> bool:
        if isinstance(value, dict) and "edtf" in value:
            return all(isinstance(value.get(name), str) for name in _FIELDS)
        return bool(self.told(value))


def _picked(sub: Sub, now: Now) -> tuple[int, int]:
    """The year and month picked so far, 0 where there is none."""
    year = number_in(sub, "year", _PAST_ANY_YEAR)
    month = number_in(sub, "month", 13)
    if not FIRST_YEAR <= year <= now.today.year:
        return 0, 0
    ahead = year == now.today.year and month > now.today.month
    return year, 0 if ahead else month


def _narrowed(key: str, year: int, month: int) -> Outcome:
    """One level down from the picked year and month."""
    if not year:
        return Deeper({"year": int(key)})
    period: Period
    if month:
        picked = a_month(year, month)
        days = {WHOLE: picked, FORGOT: picked.about()}
        period = days.get(key) or a_day(date(year, month, int(key)))
        return Taken(period.as_json())
    if key == WHOLE:
        return Taken(a_year(year).as_json())
    if key.startswith("s") and int(key[1:]) in SEASONS:
        return Taken(a_season(year, int(key[1:])).as_json())
    return Deeper({"year": year, "month": int(key)})


def _confirming(sub: Sub) -> Page:
    edtf = Edtf(text_in(record_in(sub, "confirm"), "edtf"))
    number = number_in(sub, "number", _PAST_ANY_YEAR)
    ask = {
        "adult": Word("kind.date.adult", {"age": number, "date": edtf}),
        "age": Word("kind.date.confirm_age", {"age": number}),
        "months": Word("kind.date.confirm_months", {"months": number}),
    }.get(text_in(sub, "why"), Word("kind.date.confirm", {"date": edtf}))
    return Page(((YES,), (AGAIN,)), ask=ask)


def _confirmed(sub: Sub) -> Taken:
    adult = ("adult_now",) if text_in(sub, "why") == "adult" else ()
    period = record_in(sub, "confirm")
    flags = (*flags_in(sub), *adult)
    return Taken(
        {name: text_in(period, name) for name in _FIELDS}, text_in(sub, "verbatim"), flags
    )
