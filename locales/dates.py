"""Dates as people say them: half-remembered ones, and the moment a term ends, in Kyiv time."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from locales.resolving import resolve

KYIV = ZoneInfo("Europe/Kyiv")

_BABEL = {
    language: Locale.parse(language if language != "en" else "en_GB")
    for language in ("uk", "ru", "en", "pl", "de")
}
_NB, _THIN = "\u00a0", "\u202f"  # Babel itself puts the thin one before "р."
_PART = re.compile(
    r"(\d{4})(?:-(0[1-9]|1[0-2]|2[1-4])(?:-(0[1-9]|[12]\d|3[01]))?)?([~?%]?)", re.ASCII
)
_SEASON = 20  # months above are seasons


@dataclass(frozen=True)
class _Around:
    """The little words of one language. The season pairs are nominative and genitive."""

    about: str
    from_: str
    to: str
    year: str
    years: str
    short: str
    seasons: tuple[tuple[str, str], ...]


_AROUND = {
    "uk": _Around(
        "близько", "від", "до", "рік", "року", f"{_THIN}р.",
        (("весна", "весни"), ("літо", "літа"), ("осінь", "осені"), ("зима", "зими")),
    ),
    "ru": _Around(
        "около", "с", "до", "год", "года", f"{_THIN}г.",
        (("весна", "весны"), ("лето", "лета"), ("осень", "осени"), ("зима", "зимы")),
    ),
    "pl": _Around(
        "około", "od", "do", "rok", "roku", "",
        (("wiosna", "wiosny"), ("lato", "lata"), ("jesień", "jesieni"), ("zima", "zimy")),
    ),
    "de": _Around(
        "etwa", "von", "bis", "", "", "",
        (
            ("Frühling", "Frühling"), ("Sommer", "Sommer"), ("Herbst", "Herbst"),
            ("Winter", "Winter"),
        ),
    ),
    "en": _Around(
        "around", "from", "to", "", "", "",
        (("spring", "spring"), ("summer", "summer"), ("autumn", "autumn"), ("winter", "winter")),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """A year, a month or season of it (0 when unknown), a day of that (0 when unknown)."""

    year: int
    month: int
    day: int
    about: bool


def edtf_words(locale: str, edtf: str) -> str:
    """«27 березня 2017 р.», «квітень 2022 р.», «близько весни 2022 р.», «від … до …».

    `edtf`: YYYY, YYYY-MM, YYYY-21 … YYYY-24, YYYY-MM-DD, each perhaps with "~", or A/B. Text
    of any other form is given back as it is. No capital letter, no full stop of its own.
    """
    language = resolve(locale)
    parts = [_read(part) for part in edtf.split("/")]
    known = [part for part in parts if part]
    if not 0 < len(known) == len(parts) <= len(("from", "to")):
        return edtf
    if len(set(known)) == 1:
        return _one(language, known[0])
    return _span(language, known[0], known[1])


def moment(locale: str, when: datetime) -> str:
    """«14:00 25 листопада» in Kyiv. `when`: aware, in any zone. Raises ValueError if naive."""
    if when.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    language = resolve(locale)
    kyiv = when.astimezone(KYIV)
    clock = format_time(kyiv, "HH:mm", tzinfo=KYIV, locale=_BABEL[language])
    on = {"en": f"{_NB}on ", "de": f"{_NB}Uhr am{_NB}"}.get(language, " ")
    return f"{clock}{on}{day(language, kyiv.date())}"


def day(locale: str, on: date) -> str:
    """«24 грудня», for days less than a year away."""
    return format_skeleton("MMMMd", on, locale=_BABEL[resolve(locale)]).replace(" ", _NB)


def _read(text: str) -> _Part | None:
    found = _PART.fullmatch(text)
    if not found:
        return None
    part = _Part(int(found[1]), int(found[2] or 0), int(found[3] or 0), bool(found[4]))
    return part if _exists(part) else None


def _exists(part: _Part) -> bool:
    if part.month > _SEASON:
        return not part.day
    try:
        date(part.year, part.month or 1, part.day or 1)
    except ValueError:
        return False
    return True


def _one(language: str, part: _Part) -> str:
    around = _AROUND[language]
    if part.about:
        return f"{around.about} {_genitive(language, part)}"
    if part.day:
        return _genitive(language, part)
    if part.month > _SEASON:
        season = around.seasons[part.month - _SEASON - 1][0]
        return f"{season} {part.year}{around.short}"
    if part.month:
        first = date(part.year, part.month, 1)
        return format_skeleton("yMMMM", first, locale=_BABEL[language])
    return f"{part.year}{_NB}{around.year}" if around.year else str(part.year)


def _span(language: str, start: _Part, end: _Part) -> str:
    """The year, and the month, are said once when both ends share them."""
    around = _AROUND[language]
    said = _genitive(language, start)
    if start.year == end.year:
        said = _without_year(language, start)
        if start.day and end.day and start.month == end.month:
            said = f"{start.day}." if language == "de" else str(start.day)
    elif not start.month and not end.month:
        said = str(start.year)
    return f"{around.from_} {said} {around.to} {_genitive(language, end)}"


def _genitive(language: str, part: _Part) -> str:
    """The case that follows «близько», «від» and «до»."""
    around = _AROUND[language]
    if part.day:
        on = date(part.year, part.month, part.day)
        return format_date(on, "long", locale=_BABEL[language]).replace(" ", _NB, 1)
    if part.month:
        return f"{_without_year(language, part)} {part.year}{around.short}"
    return f"{part.year}{_NB}{around.years}" if around.years else str(part.year)


def _without_year(language: str, part: _Part) -> str:
    if part.month > _SEASON:
        return _AROUND[language].seasons[part.month - _SEASON - 1][1]
    if part.day:
        return day(language, date(part.year, part.month, part.day))
    if part.month:
        return format_date(date(part.year, part.month, 1), "MMMM", locale=_BABEL[language])
    return str(part.year)
