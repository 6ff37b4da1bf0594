"""Moments, sizes and codes in the words of whoever reads an export. Kyiv time, and named so."""

from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from locales import has, resolve, say
from locales.dates import KYIV

LOCALES: Final = ("uk", "en")
"""The languages an export can be framed in. What a family said stays in the family's."""

_BABEL: Final = {"uk": "uk", "en": "en_GB"}
_DAY: Final = {"uk": "dd.MM.yyyy", "en": "d MMM yyyy"}


def framed(locale: str) -> str:
    """The one of LOCALES to frame an export in; Ukrainian for any other."""
    language = resolve(locale)
    return language if language in LOCALES else LOCALES[0]


def stamp(locale: str, when: datetime, *, seconds: bool = False) -> str:
    """«24.11.2026, 13:58» in Kyiv. `when`: aware, in any zone. Raises ValueError if naive."""
    if when.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    pattern = _DAY[framed(locale)] + (", HH:mm:ss" if seconds else ", HH:mm")
    return format_datetime(
        when.astimezone(KYIV), pattern, tzinfo=KYIV, locale=_BABEL[framed(locale)]
    )


def stamped(locale: str, iso: str) -> str:
    """The same of an ISO 8601 text in UTC, as payloads hold it; anything else is given back."""
    try:
        return stamp(locale, datetime.fromisoformat(iso))
    except ValueError:
        return iso


def day_of(locale: str, on: date) -> str:
    """«24.11.2026», «24 Nov 2026»."""
    return format_date(on, _DAY[framed(locale)], locale=_BABEL[framed(locale)])


def size(locale: str, count: int) -> str:
    """«1 234 567 Б»: all bytes, because whoever compares needs all."""
    number = format_decimal(count, locale=_BABEL[framed(locale)])
    return say(locale, "dossier.bytes", number=number)


def worded(locale: str, key: str, code: str) -> str:
    """The wording of `key`.`code`; the code itself where there is none yet."""
    return say(locale, f"{key}.{code}") if has(f"{key}.{code}") else code


def returned(locale: str, status: str) -> str:
    """A return status: what a family can claim in the words it tapped, the rest in ours."""
    claimed = f"news.status.option.{status}"
    return say(locale, claimed) if has(claimed) else worded(locale, "dossier.return", status)
