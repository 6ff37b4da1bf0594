"""Free words looked for among cards: names in any spelling, places, telephones, numbers of papers.

Every word must be on the card. It may be the beginning of a name, or another form of it.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from cases.matching import given as table
from cases.matching.card import Card
from cases.matching.given import NO_CLASS, Classes
from cases.matching.spelling import father, key, stem, surname, words

LONGEST: Final = 120
"""Signs of a search; what follows is not read."""

_LEAST_DIGITS, _SUBSCRIBER = 5, 9
_NUMBER = re.compile(r"(?:\b[^\W\d_]{2}[\W_]{0,3})?\+?[0-9](?:[ ().\-]{0,2}[0-9])+")
"""With the series of a paper, whose letters stand on no card as a word."""
_HANDLE = re.compile(r"@([a-z0-9_]{5,32})", re.ASCII)


@dataclass(frozen=True)
class Spelled:
    """A card as it is looked through: keys of surnames, of other names and of places, digits."""

    families: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    fathers: frozenset[str] = field(repr=False)
    classes: Classes = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)


def spelled(card: Card) -> Spelled:
    readings = card.names.readings
    families = {
        part for one in readings for each in one.families for part in (each.whole, *each.parts)
    }
    givens = [one for reading in readings for one in reading.givens]
    towns = {
        found
        for place in card.places.values()
        for found in (place.town, *map(key, words(place.text)))
    }
    return Spelled(
        tuple(filter(None, families)),
        tuple(filter(None, {*(one.key for one in givens), *towns})),
        frozenset(found for _, found in card.names.fathers),
        NO_CLASS.union(*(one.classes for one in givens)),
        (*card.phones, *(paper.digits for paper in card.papers)),
    )


@dataclass(frozen=True)
class _Word:
    key: str = field(repr=False)
    surname: str = field(repr=False)
    father: str = field(repr=False)
    classes: Classes = field(repr=False)

    def on(self, card: Spelled) -> bool:
        return (
            not self.classes.isdisjoint(card.classes)
            or any(one.startswith(self.surname) for one in card.families)
            or any(one.startswith(self.key) for one in card.others)
            or self.father in card.fathers
        )


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for."""

    _words: tuple[_Word, ...] = field(repr=False)
    _numbers: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Wanted | None":
        """None when there is nothing in it that could stand on a card."""
        plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
        numbers = ["@" + one for one in _HANDLE.findall(plain)]
        digits = ("".join(filter(str.isdigit, one)) for one in _NUMBER.findall(plain))
        numbers += [one[-_SUBSCRIBER:] for one in digits if len(one) >= _LEAST_DIGITS]
        rest = _HANDLE.sub(" ", _NUMBER.sub(" ", plain))
        found = [_word(one) for one in words(rest) if min(len(one), len(key(one))) > 1]
        return cls(tuple(found), tuple(numbers)) if found or numbers else None

    def finds(self, card: Spelled) -> bool:
        return all(any(one in number for number in card.numbers) for one in self._numbers) and all(
            word.on(card) for word in self._words
        )


def _word(word: str) -> _Word:
    spelling = key(word)
    return _Word(spelling, surname(word), father(word) or stem(spelling), table.meant(spelling))
