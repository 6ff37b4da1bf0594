"""Telephone numbers, messenger names and numbers of papers, out of whatever was typed."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_PHONE = re.compile(r"\+?\d[\d ().\-]{7,20}\d", re.ASCII)
_HANDLE = re.compile(r"@([a-z0-9_]{5,32})|t\.me/([a-z0-9_]{5,32})", re.ASCII)
_SUBSCRIBER: Final = 9
"""Digits that tell a subscriber: +380 and 0 before them are one, and so are +7 and 8."""

_PAPER = re.compile(
    r"((?:\b[IVXL1]{1,5}\W{0,3})?\b[A-Z\u0400-\u04ff]{2})?[\W_]{0,4}(?:N[Oo]?\W{0,3})?([0-9]{6,10})\b"
)
# The series of a foreign passport is Latin; people type Ф for the F in it.
_LOOKALIKES = str.maketrans("АВЕІКМНОРСТХУФДЛГЗ№", "ABEIKMHOPCTXYFDLGZN")
_UNIQUE: Final = 9
"""Digits of a number that needs no series: of an ID card, and ten of the tax number."""

_ORDER: Final = ("same", "number", "digits", "different", "unclear")
_NOT_SERIES: Final = frozenset({"ID", "KK", "NO"})


def phones(told: Iterable[object]) -> frozenset[str]:
    """The last nine digits of each number, and names in a messenger after "@"."""
    found: set[str] = set()
    for one in told:
        text = "".join(map(_plain, str(one)[:300].casefold()))
        found |= {"@" + (name or link) for name, link in _HANDLE.findall(text)}
        digits = ("".join(filter(str.isdigit, number)) for number in _PHONE.findall(text))
        found |= {number[-_SUBSCRIBER:] for number in digits if len(number) >= _SUBSCRIBER}
    return frozenset(found)


def _plain(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


@dataclass(frozen=True)
class Paper:
    """The number of a document. `series`: its letters, look-alikes as Latin ones, "" if none."""

    series: str = field(repr=False)
    digits: str = field(repr=False)


def papers(*texts: str) -> tuple[Paper, ...]:
    """The numbers of documents in free words: six to ten digits, perhaps with a series before."""
    found = []
    for text in texts:
        line = "".join(map(_plain, text[:600].upper())).translate(_LOOKALIKES)
        for series, digits in _PAPER.findall(line):
            letters = "".join(filter(str.isalnum, series)).replace("1", "I")
            found.append(Paper("" if letters in _NOT_SERIES else letters, digits))
    return tuple(dict.fromkeys(found))


def shared(one: Iterable[Paper], other: Iterable[Paper]) -> str:
    """A reason code of weigh.WEIGHTS: that of the two papers which are likest."""
    others = tuple(other)
    return min((_alike(left, right) for left in one for right in others), key=_ORDER.index)


def _alike(one: Paper, other: Paper) -> str:
    if one.digits != other.digits:
        return "different" if len(one.digits) == len(other.digits) else "unclear"
    if one.series and other.series:
        return "same" if one.series == other.series else "digits"
    return "same" if len(one.digits) >= _UNIQUE else "number"
