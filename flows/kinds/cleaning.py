"""Cleaning typed text once, at the door: what is removed, what is folded, what is kept as typed.

The order is fixed: NFC, then control, format, surrogate, private-use and unassigned characters go,
then spaces are folded, then the ends are trimmed. Free text keeps its lines and its joiners.
"""

import unicodedata

from flows.answers import Invalid

LONGEST_LINE = 5_000
"""Raw characters a one-line answer may have before cleaning. Normalising costs more than linear
time on hostile input, so longer texts are refused unread."""

_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
#: letters and marks by category, yet nothing is drawn for them
_BLANK = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {chr(n) for n in range(0xFE00, 0xFE10)}
#: characters that reorder what a reader sees
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEPARATORS = "\u2028\u2029"


def storable(raw: str) -> str:
    """`raw` as it was typed, in a form UTF-8 and PostgreSQL can hold.

    Lone surrogates and NUL, which neither can, are written as backslash escapes.
    """
    return raw.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def clean_line(raw: str) -> str:
    """A one-line answer, cleaned. "" when nothing is left. Raises Invalid when far too long."""
    if len(raw) > LONGEST_LINE:
        raise Invalid("too_long", count=len(raw), limit=LONGEST_LINE)
    kept = "".join(_in_a_line(char) for char in unicodedata.normalize("NFC", raw))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _in_a_line(char: str) -> str:
    if char in "\t\n\r":
        return " "
    category = unicodedata.category(char)
    if category in _SPACES:
        return " "
    return "" if category in _REMOVED or char in _BLANK else char


def clean_text(raw: str) -> str:
    """Free text, cleaned: lines, ZWJ and ZWNJ stay. Call only with a text of sane length."""
    lines = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(_in_a_text(char) for char in lines)
    return unicodedata.normalize("NFC", kept).strip(" \t\n" + _JOINERS)


def _in_a_text(char: str) -> str:
    if char in "\n\t" or char in _JOINERS:
        return char
    if char in _SEPARATORS:
        return "\n"
    category = unicodedata.category(char)
    if category in _SPACES:
        return " "
    return "" if category in _REMOVED else char


def loses_to_cleaning(raw: str) -> bool:
    """Whether cleaning takes something from `raw` that a reader might have seen or been misled by.

    Zero-width format characters that phones insert by themselves do not count.
    """
    return any(_noticed(char) for char in raw)


def _noticed(char: str) -> bool:
    if char in "\t\n\r":
        return False
    category = unicodedata.category(char)
    return char in _REORDERING or char in _SEPARATORS or category in _REMOVED - {"Cf"}
