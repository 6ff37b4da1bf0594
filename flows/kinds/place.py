"""Place: a settlement of Ukraine by its code, a region abroad, or whatever part of it is known."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.answers import (
    Area,
    Deeper,
    Invalid,
    Json,
    Label,
    Literal,
    NotKnown,
    Outcome,
    Page,
    Sub,
    Word,
)
from flows.kinds import place_pages as pages
from flows.kinds import place_values as values
from flows.kinds.choice import FEWER, MORE
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.keeping import TRIES
from flows.kinds.kind import Now
from flows.kinds.subs import number_in, text_in
from flows.kinds.unknown import is_unknown
from flows.places import (
    Matches,
    countries,
    exact_region,
    find_region,
    matches,
    subdivisions,
)

AT_MOST = 300
_MANY_PAGES = 100


@dataclass(frozen=True)
class Place:
    """Value: {"country", "oblast", "region", "code", "name", "text"}, unknown parts null.

    `country`: ISO 3166-1. `oblast`: ISO 3166-2:UA; `region`: ISO 3166-2 of another country.
    `code`: KATOTTG of a settlement of Ukraine; "codes" instead when one community has several
    villages of the name. `name`: the place in Ukrainian, as shown.
    `text`: as it was typed. "occupied": true when it was named as occupied territory, which is
    always kept under Ukraine. Flag "unparsed": kept as written, no settlement was recognised.

    `anywhere` asks for the country first. sub: {"at", "oblast", "country", "region", "typed",
    "verbatim", "letter", "page", "occupied", "unsure"}.
    """

    anywhere: bool = False

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        at = text_in(sub, "at")
        drawn: dict[str, Callable[[], Page]] = {
            "ukraine": lambda: pages.oblasts_page(abroad=False, ask=Word("kind.place.oblast")),
            "others": pages.other_oblasts_page,
            "settlement": lambda: pages.settlement_page(text_in(sub, "oblast")),
            "found": lambda: _found_page(sub),
            "spread": lambda: pages.spread_page(_matches(sub).places, text_in(sub, "typed")),
            "country": lambda: _country_page(sub),
            "region": lambda: _region_page(sub),
            "abroad": lambda: pages.abroad_page(text_in(sub, "region") or text_in(sub, "country")),
        }
        if at in drawn:
            return drawn[at]()
        return pages.countries_page() if self.anywhere else pages.oblasts_page(abroad=True)

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:
        line = clean_line(text)
        if not line:
            raise Invalid("empty")
        if is_unknown(line):
            return NotKnown(storable(text))
        if len(line) > AT_MOST:
            raise Invalid("too_long", count=len(line), limit=AT_MOST)
        held: Sub = {**sub, "typed": line, "verbatim": storable(text), "page": 0}
        outcome = self._looked_up(held, now)
        if isinstance(outcome, Deeper):
            return Deeper(outcome.sub, values.meanwhile(held))
        return outcome

    def _looked_up(self, held: Sub, now: Now) -> Outcome:
        at = text_in(held, "at")
        if at == "abroad":
            return values.abroad(held)
        if at == "country":
            return _country_typed(held, now)
        if at == "region":
            return _region_typed(held)
        if at == "" and self.anywhere:
            return _anything_typed(held, now)
        return _settlement_typed(held)

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        if key in (MORE.key, FEWER.key):
            turned = number_in(sub, "page", _MANY_PAGES) + (1 if key == MORE.key else -1)
            return Deeper({**sub, "page": max(turned, 0)})
        if key == pages.KEEP.key:
            return values.unread(sub)
        at = text_in(sub, "at")
        if at in ("country", "region", "abroad"):
            return _tapped_abroad(key, sub)
        if at in ("settlement", "found"):
            return values.settled(sub) if key == pages.ONLY else values.settled(sub, key)
        if at == "spread":
            return _settlement_typed({**sub, "oblast": key, "at": "settlement"})
        return _tapped_first(key, sub)

    def told(self, value: Json) -> tuple[Label, ...]:
        """The settlement in Ukrainian, as its papers have it; the region in the reader's words."""
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(name, str) or not name:
            return ()
        areas: list[Label] = []
        for part in ("country", "region", "oblast"):
            code = value.get(part)
            named = pages.named(code) if isinstance(code, str) else ""
            if isinstance(code, str) and named and name.endswith(named):
                name = name.removesuffix(named).rstrip(", ")
                areas.insert(0, Area(code))
        return (*((Literal(name),) if name else ()), *areas)

    def fits(self, value: Json) -> bool:
        return isinstance(value, dict) and "country" in value and bool(self.told(value))


def _matches(sub: Sub) -> Matches:
    oblast = text_in(sub, "oblast") or None
    return matches(text_in(sub, "typed"), oblast)


def _found_page(sub: Sub) -> Page:
    return pages.found_page(
        _matches(sub).places,
        text_in(sub, "typed"),
        number_in(sub, "page", _MANY_PAGES),
        one_oblast=bool(text_in(sub, "oblast")),
    )


def _country_page(sub: Sub) -> Page:
    typed = text_in(sub, "typed")
    found = find_region(typed, countries()) if typed else ()
    return pages.found_countries_page(found) if found else pages.country_page()


def _region_page(sub: Sub) -> Page:
    country, typed = text_in(sub, "country"), text_in(sub, "typed")
    found = find_region(typed, subdivisions(country)) if typed else ()
    if found:
        return pages.found_regions_page(country, found)
    return pages.regions_page(country, text_in(sub, "letter"), number_in(sub, "page", _MANY_PAGES))


def _tapped_first(key: str, sub: Sub) -> Outcome:
    """A button of one of the pages before a settlement or a foreign region is asked for."""
    if key in (pages.OCCUPIED, pages.UKRAINE):
        occupied: Sub = {"occupied": True} if key == pages.OCCUPIED else {}
        return Deeper({**occupied, "at": "ukraine"})
    if key in (pages.RUSSIA, pages.BELARUS):
        return Deeper({"at": "region", "country": key})
    if key in (pages.ELSEWHERE, pages.ABROAD):
        return Deeper({"at": "country"})
    if key == pages.OTHER:
        return Deeper({**sub, "at": "others"})
    if key == "UA-30":
        return values.settled({**sub, "oblast": key})
    return Deeper({**sub, "at": "settlement", "oblast": key})


def _tapped_abroad(key: str, sub: Sub) -> Outcome:
    if key == pages.ONLY:
        return values.abroad({**sub, "typed": "", "verbatim": ""})
    if text_in(sub, "at") == "country":
        return _into_country(key)
    if key.startswith("letter "):
        return Deeper({**sub, "letter": key.removeprefix("letter "), "page": 0})
    return Deeper({"at": "abroad", "country": text_in(sub, "country"), "region": key})


def _into_country(code: str) -> Deeper:
    at = "region" if subdivisions(code) else "abroad"
    return Deeper({"at": at, "country": code})


def _settlement_typed(held: Sub) -> Outcome:
    """The settlement when only one has this name, else a choice."""
    found = _matches(held)
    oblast = text_in(held, "oblast")
    if found.exact and len(found.places) == 1:
        return values.settled(held, found.places[0].code)
    if not found.exact and not oblast:
        meant = exact_region(text_in(held, "typed"), subdivisions("UA"))
        if meant:
            occupied: Sub = {"occupied": True} if held.get("occupied") else {}
            return Deeper({**occupied, "at": "settlement", "oblast": meant.code})
    several = len({place.oblast for place in found.places}) > 1
    spread = found.exact and several and len(found.places) > pages.SHOWN
    return Deeper({**held, "at": "spread" if spread else "found"})


def _anything_typed(held: Sub, now: Now) -> Outcome:
    """A country, a region or a settlement typed where the country was asked for."""
    typed = text_in(held, "typed")
    land = exact_region(typed, countries())
    if land:
        return _into_country(land.code)
    # A name may be found in two countries: shown, never taken unasked.
    unsure: Sub = {**held, "unsure": True}
    if matches(typed).exact:
        outcome = _settlement_typed(unsure)
        return outcome if isinstance(outcome, Deeper) else Deeper({**unsure, "at": "found"})
    for country in (pages.RUSSIA, pages.BELARUS):
        within = exact_region(typed, subdivisions(country))
        if within:
            return Deeper({"at": "abroad", "country": country, "region": within.code})
    if now.tries < TRIES:
        raise Invalid("place_country")
    return Deeper({**unsure, "at": "found"})


def _country_typed(held: Sub, now: Now) -> Outcome:
    found = find_region(text_in(held, "typed"), countries())
    if len(found) == 1:
        return _into_country(found[0].code)
    if found:
        return Deeper(held)
    if now.tries < TRIES:
        raise Invalid("country")
    return values.unread({**held, "unsure": True})


def _region_typed(held: Sub) -> Outcome:
    """A region, or a town of it: what is no region is kept as the settlement."""
    country = text_in(held, "country")
    found = find_region(text_in(held, "typed"), subdivisions(country))
    if not found:
        return values.abroad(held)
    if len(found) == 1:
        return Deeper({"at": "abroad", "country": country, "region": found[0].code})
    return Deeper(held)
