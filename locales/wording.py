"""say and html: the wording of a key, with its placeholders filled and its plural chosen."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from html import escape
from typing import TypeAlias

from locales.catalogs import template
from locales.resolving import DEFAULT, PREPARED, resolve

Params: TypeAlias = Mapping[str, str | int]

NUMBERS = ("n", "count", "age", "months", "days", "limit")
"""Which placeholder decides the plural: the first of these that holds a whole number."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_THOUSANDS = {"uk": "\u00a0", "ru": "\u00a0", "en": ",", "pl": "\u00a0", "de": "."}
_UNGROUPED = ("year",)
_ISOLATE, _POP = "\u2068", "\u2069"
_DIRECTIONS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))

_strictness = {"on": False}


def strict(on: bool = True) -> None:
    """Make a key or placeholder that does not exist raise KeyError, as tests want it.

    Otherwise a person reads Ukrainian, or the key itself, rather than nothing.
    """
    _strictness["on"] = on


def has(key: str) -> bool:
    """Whether the key is worded at all."""
    return template(DEFAULT, key, 1) is not None


def say(locale: str, key: str, /, **params: str | int) -> str:
    """The wording of `key` as plain text. A number's plural is chosen by the language's own rule.

    Values are put in as they are: braces in them mean nothing. Raises KeyError only when strict.
    """
    return _worded(locale, key, params, str)


def html(locale: str, key: str, /, **params: str | int) -> str:
    """The wording of `key` for parse_mode HTML: the wording may hold tags, the values may not.

    Values are escaped; a right-to-left one is isolated, so that it does not turn its neighbours.
    """
    return _worded(locale, key, params, _as_html)


def _worded(locale: str, key: str, params: Params, shown: Callable[[str], str]) -> str:
    language = resolve(locale)
    number = _deciding(params)
    prepared = template(locale, key, number) if locale in PREPARED else None
    unfilled = prepared or template(language, key, number)
    if unfilled is None:
        if _strictness["on"]:
            raise KeyError(key)
        unfilled = template(DEFAULT, key, number) or key

    def filled(found: re.Match[str]) -> str:
        value = params.get(found[1])
        if value is None and _strictness["on"]:
            raise KeyError(f"{key}: {found[0]}")
        return shown(_told(language, found[1], value))

    return _PLACEHOLDER.sub(filled, unfilled)


def _deciding(params: Params) -> int:
    for name in NUMBERS:
        value = params.get(name)
        if isinstance(value, int):
            return abs(value)
    return 1


def _told(language: str, name: str, value: str | int | None) -> str:
    if not isinstance(value, int):
        return value or ""
    return str(value) if name in _UNGROUPED else f"{value:,}".replace(",", _THOUSANDS[language])


def _as_html(value: str) -> str:
    safe = escape(value.translate(_DIRECTIONS), quote=True)
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in safe):
        return f"{_ISOLATE}{safe}{_POP}"
    return safe
