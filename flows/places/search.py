"""Finding a settlement of Ukraine by what a person typed. In memory, read when first asked."""

import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from sys import intern
from typing import NamedTuple

from rapidfuzz import fuzz, process

from flows.places.regions import AFFECTED
from flows.places.spelling import from_latin, sounded, spelled

ALIKE = 78
"""How alike (0..100, Indel ratio of the sounds) a name has to be to be offered."""

_RANK = {category: rank for rank, category in enumerate("KMTXC")}
_PREFIX = 3  # shorter beginnings fit too many names


class Settlement(NamedTuple):
    """A row of KATOTTG. `category`: K special city, M city, T town, X settlement, C village."""

    code: str
    name: str
    category: str
    district: str
    community: str
    oblast: str  # ISO 3166-2:UA


@dataclass(frozen=True)
class Matches:
    """What was found, best first. `exact`: the very name, current or former."""

    exact: bool
    places: tuple[Settlement, ...]


@dataclass(frozen=True)
class _Index:
    places: tuple[Settlement, ...]
    by_code: dict[str, int]
    by_name: dict[str, tuple[int, ...]]
    by_other_name: dict[str, tuple[int, ...]]
    by_sound: dict[str, tuple[int, ...]]


@cache
def _index() -> _Index:
    packed = files("flows.places").joinpath("table.tsv.gz").read_bytes()
    places: list[Settlement] = []
    names: defaultdict[str, list[int]] = defaultdict(list)
    others: defaultdict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(gzip.decompress(packed).decode("utf-8").split("\n")):
        code, name, category, district, community, oblast, also = line.split("\t")
        places.append(
            Settlement(
                code, intern(name), intern(category), intern(district), intern(community),
                intern(oblast),
            )
        )  # fmt: skip
        names[name].append(at)
        for other in filter(None, also.split("|")):
            others[other].append(at)
    by_name = _merged((spelled(name), found) for name, found in names.items())
    by_other_name = _merged((spelled(name), found) for name, found in others.items())
    by_sound = _merged(
        (sounded(name), found) for name, found in (*by_name.items(), *by_other_name.items())
    )
    by_code = {place.code: at for at, place in enumerate(places)}
    return _Index(tuple(places), by_code, by_name, by_other_name, by_sound)


def _merged(pairs: Iterable[tuple[str, Iterable[int]]]) -> dict[str, tuple[int, ...]]:
    merged: dict[str, tuple[int, ...]] = {}
    for key, found in pairs:
        merged[key] = (*merged.get(key, ()), *found)
    return merged


@cache
def _sounds(oblast: str | None) -> tuple[str, ...]:
    """The sounds of all names in one oblast, or in all of Ukraine."""
    index = _index()
    if oblast is None:
        return tuple(index.by_sound)
    return tuple(
        sound
        for sound, found in index.by_sound.items()
        if any(index.places[at].oblast == oblast for at in found)
    )


def settlement(code: str) -> Settlement | None:
    """The settlement with this KATOTTG code, if it is in the table."""
    index = _index()
    at = index.by_code.get(code)
    return None if at is None else index.places[at]


def matches(text: str, oblast: str | None = None) -> Matches:
    """All settlements called `text`, or else those that sound, begin or look alike.

    `oblast` (ISO 3166-2:UA) narrows the search. What follows a comma is tried without. Names in
    Latin letters are looked up by their sound.
    """
    head = text.partition(",")[0]
    for attempt in dict.fromkeys((text, head)):
        exact = _called(spelled(attempt), oblast)
        if exact:
            return Matches(exact=True, places=exact)
    sound = sounded(from_latin(spelled(head)))
    return Matches(exact=False, places=_alike(sound, oblast) if sound else ())


def _called(spelling: str, oblast: str | None) -> tuple[Settlement, ...]:
    """Places of this very name. A former or Russian name brings along all that sound the same:
    the sources give it to one village of many ("Ивановка")."""
    index = _index()
    named = _named(index.by_name.get(spelling, ()), oblast)
    formerly = _named(index.by_other_name.get(spelling, ()), oblast)
    alike: tuple[Settlement, ...] = ()
    if formerly and not named:
        alike = _named(index.by_sound.get(sounded(spelling), ()), oblast)
    return tuple(dict.fromkeys((*named, *formerly, *alike)))


def _named(found: Iterable[int], oblast: str | None) -> tuple[Settlement, ...]:
    places = _index().places
    chosen = {places[at] for at in found if oblast in (None, places[at].oblast)}
    return tuple(sorted(chosen, key=_order))


def _order(place: Settlement) -> tuple[int, int, str, str]:
    """Towns before villages, and the regions children were taken from before others."""
    near = AFFECTED.index(place.oblast) if place.oblast in AFFECTED else len(AFFECTED)
    return _RANK[place.category], near, place.district, place.code


def _alike(sound: str, oblast: str | None) -> tuple[Settlement, ...]:
    by_sound = _index().by_sound
    same = _named(by_sound.get(sound, ()), oblast)
    if same:
        return same
    sounds = _sounds(oblast)
    near = process.extract(sound, sounds, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=12)
    likely = [name for name, _, _ in near]
    if len(sound) >= _PREFIX:
        likely += sorted((name for name in sounds if name.startswith(sound)), key=len)[:12]
    found = (place for name in likely for place in _named(by_sound[name], oblast))
    return tuple(dict.fromkeys(found))
