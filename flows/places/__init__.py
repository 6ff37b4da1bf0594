"""Places: settlements of Ukraine by KATOTTG, regions and countries by ISO 3166. See README.md."""

from flows.places.regions import Region, countries, exact_region, find_region, region, subdivisions
from flows.places.search import Matches, Settlement, matches, settlement

__all__ = [
    "Matches",
    "Region",
    "Settlement",
    "countries",
    "exact_region",
    "find",
    "find_region",
    "matches",
    "path",
    "region",
    "settlement",
    "subdivisions",
]


def find(text: str, oblast: str | None = None, limit: int = 6) -> tuple[Settlement, ...]:
    """At most `limit` settlements called or nearly called `text`, best first.

    `oblast` is an ISO 3166-2:UA code ("UA-65"). Former and Russian names find the current place.
    """
    return matches(text, oblast).places[:limit]


def path(place: Settlement, *, community: bool = False) -> str:
    """The place in Ukrainian, as people say it: "Іванівка, Генічеський р-н, Херсонська область".

    `community` adds the hromada, for villages that share a name within one district.
    """
    above = region(place.oblast)
    parts = [place.name]
    if community and place.community:
        parts.append(f"{place.community} громада")
    if place.district:
        parts.append(f"{place.district} р-н")
    if above is not None and above.uk != place.name:
        parts.append(above.uk)
    return ", ".join(parts)
