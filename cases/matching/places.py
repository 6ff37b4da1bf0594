"""Places: the same settlement, community, district or oblast, by the structure of KATOTTG."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cases.matching.spelling import key, words
from flows.answers import Json

ROLES: Final = ("home", "last_place", "current_place")

# KATOTTG: "UA", two digits of the oblast, two of the district, three of the community, three of
# the settlement, two of a city's district, five that make the code unique.
_COMMUNITY, _DISTRICT, _OBLAST = 9, 6, 4


@dataclass(frozen=True)
class Place:
    """`codes`: KATOTTG, several when it may be one of several villages. `town`: key of its name.

    `region`: ISO 3166-2 of the oblast or the region abroad; `country`: ISO 3166-1. "": unknown.
    """

    codes: tuple[str, ...] = field(repr=False)
    town: str = field(repr=False)
    region: str = field(repr=False)
    country: str = field(repr=False)
    text: str = field(repr=False)


def read(value: Json) -> Place | None:
    """The place of a card; None when it says nothing. Never raises."""
    if not isinstance(value, dict):
        return None
    text = _text(value, "name") or _text(value, "text")
    several = value.get("codes")
    codes = [_text(value, "code"), *(several if isinstance(several, list) else ())]
    region = _text(value, "oblast") or _text(value, "region")
    found = Place(
        tuple(code for code in codes if isinstance(code, str) and len(code) > _COMMUNITY),
        _town(text, value),
        region,
        _text(value, "country"),
        text,
    )
    return found if found.codes or found.town or found.region or found.country else None


def _text(value: Mapping[str, Json], part: str) -> str:
    found = value.get(part)
    return found if isinstance(found, str) else ""


def _town(text: str, value: Mapping[str, Json]) -> str:
    """Nothing for an oblast or a country alone, whose name stands where a town's would."""
    if not value.get("text") and not value.get("code") and "," not in text:
        return ""
    return "".join(map(key, words(text.partition(",")[0])))


def alike(one: Place, other: Place) -> str:
    """A reason code of weigh.WEIGHTS."""
    if one.codes and other.codes:
        return _by_code(one.codes, other.codes)
    if "" not in (one.country, other.country) and one.country != other.country:
        return "elsewhere"
    town = bool(one.town) and one.town == other.town
    if one.region and other.region:
        if one.region != other.region:
            return "elsewhere"
        return "settlement" if town else "oblast"
    if town:
        return "namesake"
    return "country" if one.country and other.country else "unclear"


def _by_code(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    if not set(one).isdisjoint(other):
        return "settlement"
    for length, name in ((_COMMUNITY, "community"), (_DISTRICT, "district"), (_OBLAST, "oblast")):
        if one[0][:length] == other[0][:length]:
            return name
    return "elsewhere"
