"""Finding pairs among thousands of cards: what shares a key is compared, the rest is not.

Keys are chosen so that one mistake in a name or a date still leaves another key in common. What
two cards can no longer reach by their weights is left out before it is compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from cases.matching.card import Card
from cases.matching.dates import Born
from cases.matching.names import Given
from cases.matching.places import ROLES
from cases.matching.spelling import skeleton
from cases.matching.weigh import Comparison, suggest

Key = tuple[object, ...]

_PHONE, _PAPER, _FAMILY = "phone", "paper", "family"
_BORN, _PLACE, _MISTYPED = "born", "place", "mistyped"

_OFFICE: Final = 400
"""Cards under one telephone or paper: above that it belongs to an office, and tells nothing."""
_SHORTEST: Final = 4
"""Letters of a surname's key from which one may be missing."""
_APART: Final = 2 * 366
"""Days between two birth dates that only a whole name alike, or a number, outweighs."""


@dataclass(frozen=True)
class Suggestion:
    """Two cards that may be of one child, with all that speaks for it and against it."""

    one: Card
    other: Card
    comparison: Comparison


@dataclass(frozen=True)
class _Filed:
    """A card with what tells quickly that it need not be compared.

    `givens`: classes of its given names, empty when it may be anybody's; `first`, `last`: the
    ordinals of the days it may be born on, all days there are when that is not known.
    """

    card: Card
    givens: frozenset[object] = field(repr=False)
    first: int = field(repr=False)
    last: int = field(repr=False)

    def may_be(self, other: "_Filed", kind: object) -> bool:
        """Whether comparing is worth while for two cards that share a key of this kind."""
        if kind == _PAPER:
            return True
        if self.givens and other.givens and self.givens.isdisjoint(other.givens):
            return False
        if kind in (_PLACE, _MISTYPED):
            return self.first - other.last <= _APART and other.first - self.last <= _APART
        return True


class Index:
    """Cards by what they can be found by. `find_for` looks up in it; cards may be added later."""

    def __init__(self, cards: Iterable[Card] = ()) -> None:
        self._filed: list[_Filed] = []
        self._under: dict[Key, list[int]] = {}
        for card in cards:
            self.add(card)

    def add(self, card: Card) -> None:
        number = len(self._filed)
        self._filed.append(_filed(card))
        for key in set(_keys(card)):
            self._under.setdefault(key, []).append(number)

    def beside(self, card: Card) -> list[Card]:
        """The cards worth comparing with this one, in the order they were added."""
        filed = _filed(card)
        found: set[int] = set()
        for key in set(_keys(card)):
            under = self._under.get(key, ())
            if not _of_an_office(key, under):
                found.update(n for n in under if filed.may_be(self._filed[n], key[0]))
        return [self._filed[number].card for number in sorted(found)]

    def pairs(self) -> list[tuple[Card, Card]]:
        """All pairs worth comparing, each once, in the order they were added."""
        found: set[tuple[int, int]] = set()
        filed = self._filed
        for key, under in self._under.items():
            if len(under) > 1 and not _of_an_office(key, under):
                kind = key[0]
                found.update(
                    pair
                    for pair in combinations(under, 2)
                    if filed[pair[0]].may_be(filed[pair[1]], kind)
                )
        return [(filed[left].card, filed[right].card) for left, right in sorted(found)]


def _of_an_office(key: Key, under: Sequence[int]) -> bool:
    return key[0] in (_PHONE, _PAPER) and len(under) > _OFFICE


def find(cards: Iterable[Card]) -> list[Suggestion]:
    """All likely and possible pairs, the likeliest first. Children of one case are no pair."""
    return _suggested(Index(cards).pairs())


def find_for(card: Card, index: Index) -> list[Suggestion]:
    """The same for one card, which need not be in the index; it stands on the left."""
    return _suggested((card, other) for other in index.beside(card))


def _suggested(pairs: Iterable[tuple[Card, Card]]) -> list[Suggestion]:
    found = []
    for one, other in pairs:
        comparison = suggest(one, other) if one.case != other.case else None
        if comparison is not None:
            found.append(Suggestion(one, other, comparison))
    return sorted(found, key=lambda each: -each.comparison.score)


def _filed(card: Card) -> _Filed:
    days = [day.toordinal() for born in card.born for day in (born.first, born.last)]
    first, last = (min(days), max(days)) if days else (0, _APART * _APART)
    return _Filed(card, _known_givens(card), first, last)


def _known_givens(card: Card) -> frozenset[object]:
    """The classes of all given names; empty when there is none, or one that no table knows."""
    written = [one for one in card.names.readings[0].givens if not one.other]
    if any(not one.classes for one in written):
        return frozenset()
    return frozenset[object]().union(*(one.classes or {one.key} for one in _givens(card)))


def _keys(card: Card) -> Iterator[Key]:
    yield from ((_PHONE, phone) for phone in card.phones)
    yield from ((_PAPER, paper.digits) for paper in card.papers)
    families = {
        found
        for reading in card.names.readings
        for family in reading.families
        for found in (family.whole, *family.parts)
    }
    yield from ((_FAMILY, skeleton(family)) for family in families)
    yield from ((_BORN, *day) for born in card.born for day in _days(born))
    givens = {name for one in _givens(card) for name in (one.classes or {one.key})}
    for given in givens:
        yield from ((_PLACE, given, code) for code in _codes(card))
        yield from ((_MISTYPED, given, less) for one in families for less in _less(one))


def _givens(card: Card) -> Iterator[Given]:
    for reading in card.names.readings:
        yield from reading.givens


def _days(born: Born) -> Iterator[Key]:
    """An exact day, the same for day and month in the other order."""
    if born.exact:
        day = born.first
        yield (day.year, *sorted((day.month, day.day)))


def _codes(card: Card) -> Iterator[str]:
    for role in ROLES[:2]:
        place = card.places.get(role)
        if place:
            yield from place.codes


def _less(family: str) -> Iterator[str]:
    """A surname's key, and all that one missing letter makes of it."""
    yield family
    if len(family) >= _SHORTEST:
        yield from (family[:at] + family[at + 1 :] for at in range(len(family)))
