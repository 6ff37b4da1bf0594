"""Oblasts of Ukraine, subjects of russia, oblasts of Belarus, countries: codes and names."""

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from rapidfuzz import fuzz, process

from flows.places.spelling import sounded, spelled

AFFECTED = (
    "UA-14", "UA-09", "UA-23", "UA-65", "UA-63", "UA-48", "UA-59", "UA-74", "UA-32", "UA-43",
    "UA-40",
)  # fmt: skip
"""The regions children were taken from most, in the order they are offered."""

ALIKE = 75
_KIND_OF_REGION = frozenset({
    "область", "обл", "республіка", "республика", "край", "автономна", "автономний",
    "автономный", "автономная", "округ", "oblast", "kray", "respublika", "avtonomnyy", "ар",
})  # fmt: skip
#: names in use that neither ISO nor CLDR lists
_ALSO = {
    "рф": "RU", "рб": "BY",
    "сша": "US", "usa": "US", "америка": "US", "англія": "GB", "англия": "GB",
    "великобританія": "GB", "британія": "GB", "uk": "GB", "оае": "AE", "оаэ": "AE",
    "чеченя": "RU-CE", "чечня": "RU-CE", "осетія": "RU-SE", "осетия": "RU-SE",
    "пітер": "RU-SPE", "питер": "RU-SPE", "спб": "RU-SPE", "кубань": "RU-KDA",
    "югра": "RU-KHM", "хмао": "RU-KHM", "янао": "RU-YAN", "подмосковье": "RU-MOS",
    "підмосков’я": "RU-MOS", "крим": "UA-43", "крым": "UA-43",
}  # fmt: skip


class Region(NamedTuple):
    """A region or a country. `code`: ISO 3166-2 ("UA-65") or ISO 3166-1 ("PL")."""

    code: str
    uk: str
    ru: str
    en: str


@cache
def _tables() -> dict[str, tuple[Region, ...]]:
    stored = files("flows.places").joinpath("regions.json").read_text(encoding="utf-8")
    return {
        name: tuple(Region(row["code"], row["uk"], row["ru"], row["en"]) for row in rows)
        for name, rows in json.loads(stored).items()
    }


def subdivisions(country: str) -> tuple[Region, ...]:
    """The regions of "UA", "RU" or "BY"; () for other countries."""
    return _tables().get(country, ()) if country != "countries" else ()


def countries() -> tuple[Region, ...]:
    """All countries but Ukraine."""
    return _tables()["countries"]


@cache
def _by_code() -> dict[str, Region]:
    return {region.code: region for table in _tables().values() for region in table}


def region(code: str) -> Region | None:
    """The region or country with this code."""
    return _by_code().get(code)


def exact_region(text: str, among: Sequence[Region]) -> Region | None:
    """The one region that is called `text` in Ukrainian, Russian or English, or in speech."""
    also = _ALSO.get(spelled(text))
    said = _bare(text)
    found = [one for one in among if one.code == also or (said and said in map(_bare, one[1:]))]
    return found[0] if len(found) == 1 else None


def find_region(text: str, among: Sequence[Region], limit: int = 6) -> tuple[Region, ...]:
    """Regions whose Ukrainian, Russian or English name is like `text`, best first.

    An exact name gives that one region alone.
    """
    exact = exact_region(text, among)
    said = _bare(text)
    if exact or not said:
        return (exact,) if exact else ()
    names = [(_bare(name), at) for at, one in enumerate(among) for name in one[1:]]
    starting = [at for name, at in names if f" {said}" in f" {name}"]
    near = process.extract(
        said, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3 * limit
    )
    found = [*starting, *(names[place][1] for _, _, place in near)]
    return tuple(dict.fromkeys(among[at] for at in found))[:limit]


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    """The name without "область" and the like, and without the ending of its adjective."""
    words = [word for word in spelled(name).split() if word not in _KIND_OF_REGION]
    return sounded(" ".join(_stem(word) for word in words))


def _stem(word: str) -> str:
    for ending in ("ська", "ський", "ская", "ский", "зька", "зький", "цька", "цький", "цкая"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)]
    return word
