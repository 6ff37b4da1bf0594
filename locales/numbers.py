"""Counts and spans of time as people write them."""

from datetime import timedelta
from math import ceil

from babel import Locale
from babel.numbers import format_compact_decimal, format_decimal
from babel.units import format_unit

from locales.resolving import resolve

_HOUR, _DAY, _LONG = 60, 24 * 60, 10 * 24 * 60  # minutes


def number(locale: str, count: int) -> str:
    """«19 546», which does not break over a line."""
    return format_decimal(count, locale=Locale.parse(resolve(locale)))


def brief(locale: str, count: int) -> str:
    """«92 тис.», for places with little room."""
    language = Locale.parse(resolve(locale))
    return str(format_compact_decimal(count, locale=language)).replace(" ", "\u00a0")


def span(locale: str, lasting: timedelta) -> str:
    """«2 год 15 хв», «3 дн. 4 год», «12 дн.»: rounded up, so that it is never less."""
    minutes = max(ceil(lasting.total_seconds() / 60), 1)
    if minutes >= _LONG:
        return _said(locale, day=ceil(minutes / _DAY))
    if minutes >= _DAY:
        days, hours = divmod(ceil(minutes / _HOUR), 24)
        return _said(locale, day=days, hour=hours)
    hours, minutes = divmod(minutes, _HOUR)
    return _said(locale, hour=hours, minute=minutes)


def _said(locale: str, **parts: int) -> str:
    language = Locale.parse(resolve(locale))
    shown = (
        format_unit(count, f"duration-{unit}", "short", locale=language)
        for unit, count in parts.items()
        if count
    )
    return " ".join(part.replace(" ", "\u00a0") for part in shown)
