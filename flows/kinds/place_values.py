"""What a place is stored as: found by its code, somewhere abroad, or as it was written."""

from collections.abc import Mapping

from flows.answers import Invalid, Json, Sub, Taken
from flows.kinds import place_pages as pages
from flows.kinds.keeping import UNPARSED
from flows.kinds.subs import text_in
from flows.places import Settlement, matches, path, region, settlement

CITIES = {"UA-30": "UA80000000000093317", "UA-40": "UA85000000000065278"}
"""Cities that are regions of their own, by KATOTTG."""


def settled(sub: Sub, code: str = "") -> Taken:
    """A settlement of Ukraine, or its oblast alone."""
    oblast = text_in(sub, "oblast")
    place = settlement(code or CITIES.get(oblast, ""))
    namesakes = _namesakes(place) if place else ()
    near = [one for one in namesakes if place and one.community == place.community]
    value: dict[str, Json] = {
        "country": "UA",
        "oblast": place.oblast if place else oblast,
        "region": None,
        "code": place.code if place and len(near) == 1 else None,
        "name": path(place, community=len(namesakes) > 1) if place else pages.named(oblast),
        "text": text_in(sub, "verbatim") or None,
    }
    if len(near) > 1:
        value["codes"] = [one.code for one in near]
    return Taken(_with_occupied(value, sub), text_in(sub, "verbatim") or None)


def _namesakes(place: Settlement) -> tuple[Settlement, ...]:
    """The settlements of this name in the same district, itself among them."""
    named = matches(place.name, place.oblast).places
    return tuple(one for one in named if one.name == place.name and one.district == place.district)


def unread(sub: Sub) -> Taken:
    """The name as it was written, in the oblast that is known."""
    typed, oblast = text_in(sub, "typed"), text_in(sub, "oblast")
    if not typed:
        raise Invalid("empty")
    value: dict[str, Json] = {
        "country": None if sub.get("unsure") and not oblast else "UA",
        "oblast": oblast or None,
        "region": None,
        "code": None,
        "name": ", ".join(filter(None, (typed, pages.named(oblast)))),
        "text": text_in(sub, "verbatim"),
    }
    return Taken(_with_occupied(value, sub), text_in(sub, "verbatim"), (UNPARSED,))


def _with_occupied(value: dict[str, Json], sub: Mapping[str, Json]) -> dict[str, Json]:
    return {**value, "occupied": True} if sub.get("occupied") is True else value


def abroad(sub: Sub) -> Taken:
    country, within = text_in(sub, "country"), text_in(sub, "region")
    typed = text_in(sub, "typed")
    found = region(within)
    value: dict[str, Json] = {
        "country": country,
        "oblast": None,
        "region": found.code if found else None,
        "code": None,
        "name": ", ".join(filter(None, (typed, pages.named(within), pages.named(country)))),
        "text": text_in(sub, "verbatim") or None,
    }
    return Taken(value, text_in(sub, "verbatim") or None)


def meanwhile(sub: Sub) -> Taken:
    """What was typed, with all that is known of it, until the person picks one of what was found.

    Raises Invalid("empty") when nothing was typed.
    """
    return abroad(sub) if text_in(sub, "country") else unread({**sub, "unsure": True})
