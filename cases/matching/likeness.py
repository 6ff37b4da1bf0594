"""How alike two names are: the same, one name in two forms, nearly, or another."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeVar

from rapidfuzz.distance import OSA

from cases.matching import given as table
from cases.matching.given import Classes
from cases.matching.names import Family, Given, Names, Reading
from cases.matching.spelling import MOST_REMEMBERED, surname

Word = TypeVar("Word", Family, Given)
Likeness = tuple[str, str, str]
"""A reason code of weigh.WEIGHTS and the words that were compared."""

#: Endings by which a clerk makes a surname Russian or Ukrainian.
_ENDINGS: Final = ("ov", "in", "iv")
#: least length of the shorter surname for one and for two mistakes
_ONE, _TWO = 4, 9
_BEGINNING = 3

COMMON: Final = frozenset(
    map(
        surname,
        [
            "Мельник", "Шевченко", "Бойко", "Коваленко", "Бондаренко", "Ткаченко", "Ковальчук",
            "Кравченко", "Олійник", "Шевчук", "Коваль", "Поліщук", "Бондар", "Ткачук", "Мороз",
            "Марченко", "Лисенко", "Руденко", "Савченко", "Петренко", "Кравчук", "Клименко",
            "Савчук", "Павленко", "Романюк", "Іванов", "Петров", "Попов", "Волков", "Морозов",
            "Сидоренко",
        ],
    )
)  # fmt: skip
"""Surnames so common that two children bearing one is no great coincidence."""

_FAMILY: Final = (
    "same", "same_common", "other_name", "half", "near", "ending", "different", "blank",
)  # fmt: skip
_GIVEN: Final = (
    "same", "variant", "other_name", "short", "near", "beginning", "initial", "different", "blank",
)  # fmt: skip
_FATHER: Final = ("same", "variant", "near", "initial", "different", "blank")


def readings(one: Names, other: Names) -> Iterator[tuple[Reading, Reading]]:
    """The pairs of readings worth comparing, those as written first."""
    for left in one.readings:
        for right in other.readings:
            if not (left.swapped and right.swapped):
                yield left, right


def families(one: Iterable[Family], other: Iterable[Family]) -> Likeness:
    return _best(one, other, _family, _FAMILY)


def givens(one: Iterable[Given], other: Iterable[Given]) -> Likeness:
    return _best(one, other, _given, _GIVEN)


def fathers(one: Names, other: Names) -> Likeness:
    found = [
        (_father(left, right), text, beside)
        for text, left in one.fathers
        for beside, right in other.fathers
    ]
    if found:
        return min(found, key=lambda likeness: _FATHER.index(likeness[0]))
    return ("blank", _text(one.fathers), _text(other.fathers))


def _text(written: tuple[tuple[str, str], ...]) -> str:
    return written[0][0] if written else ""


def _best(
    one: Iterable[Word],
    other: Iterable[Word],
    rate: Callable[[Word, Word], str],
    order: tuple[str, ...],
) -> Likeness:
    """The likest of all pairs; the first when all differ, which is that of the own names."""
    lefts, rights = tuple(one), tuple(other)
    if len(lefts) == len(rights) == 1:
        return rate(lefts[0], rights[0]), lefts[0].text, rights[0].text
    found = [(rate(left, right), left.text, right.text) for left in lefts for right in rights]
    if found:
        return min(found, key=lambda likeness: order.index(likeness[0]))
    return ("blank", lefts[0].text if lefts else "", rights[0].text if rights else "")


def _family(one: Family, other: Family) -> str:
    extra = one.other or other.other
    if one.whole == other.whole:
        if extra:
            return "other_name"
        return "same_common" if one.whole in COMMON else "same"
    if extra:
        return "different"
    halves = (one.parts or {one.whole}) & (other.parts or {other.whole})
    if halves:
        return "half"
    likeness = _surnames(one.whole, other.whole)
    return _surnames(one.plain, other.plain) if likeness == "different" else likeness


@lru_cache(maxsize=2 * MOST_REMEMBERED)
def _surnames(one: str, other: str) -> str:
    """Of two keys; of two words as written, since a key may make two mistakes out of one."""
    shorter, longer = sorted((one, other), key=len)
    if longer in {shorter + ending for ending in _ENDINGS}:
        return "ending"
    return "near" if _mistyped(shorter, longer) else "different"


def _mistyped(one: str, other: str) -> bool:
    """One mistake in a name of some length, two in a long one; letters swapped are one."""
    least = min(len(one), len(other))
    allowed = 2 if least >= _TWO else 1 if least >= _ONE else 0
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _given(one: Given, other: Given) -> str:
    extra = one.other or other.other
    if one.key == other.key:
        return "other_name" if extra else "same"
    if one.classes & other.classes:
        if one.short or other.short:
            return "short"
        return "other_name" if extra else "variant"
    if extra:
        return "different"
    if one.initial or other.initial:
        return "initial" if _initials(one) & _initials(other) else "different"
    if one.classes and other.classes:
        return "different"
    return _unknown(one.key, one.classes, other.key, other.classes)


def _initials(name: Given) -> set[str]:
    return {name.key[:1], *(spelled[:1] for spelled in table.spellings(name.classes))}


@lru_cache(maxsize=2 * MOST_REMEMBERED)
def _unknown(one: str, ones: Classes, other: str, others: Classes) -> str:
    """At least one of the names is in no table: mistyped, rare, or a pet name."""
    lefts = {one, *table.spellings(ones)}
    rights = {other, *table.spellings(others)}
    pairs = [(left, right) for left in lefts for right in rights]
    if any(_mistyped(left, right) for left, right in pairs):
        return "near"
    begin = any(
        left[:_BEGINNING] == right[:_BEGINNING] and min(len(left), len(right)) >= _BEGINNING
        for left, right in pairs
    )
    return "beginning" if begin else "different"


@lru_cache(maxsize=2 * MOST_REMEMBERED)
def _father(one: str, other: str) -> str:
    if one == other:
        return "same"
    if table.of_father(one) & table.of_father(other):
        return "variant"
    if 1 in (len(one), len(other)):
        return "initial" if one[:1] == other[:1] else "different"
    return "near" if _mistyped(one, other) else "different"


def forget() -> None:
    """Empty what was remembered of names."""
    _surnames.cache_clear()
    _father.cache_clear()
    _unknown.cache_clear()
