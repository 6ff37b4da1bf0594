"""The buttons of a place: oblasts, settlements found, countries, regions by their first letter."""

from collections.abc import Sequence

from flows.answers import Area, Literal, Option, Page, Word
from flows.kinds.choice import leaves, turning
from flows.places import Region, Settlement, path, region, subdivisions
from flows.places.regions import AFFECTED

KEEP = Option("#keep", Word("kind.place.keep"))
ONLY = "only"
OTHER, ABROAD = "other", "abroad"
RUSSIA, BELARUS, OCCUPIED, UKRAINE, ELSEWHERE = "RU", "BY", "occupied", "UA", "elsewhere"
SHOWN = 6
"""Settlements on one page."""

_NEARBY = ("RU", "BY", "PL", "DE", "CZ", "MD", "GE", "TR")
_LETTERS = 6
_FEW = 8
_SEVASTOPOL = "UA-40"


def named(code: str) -> str:
    """The Ukrainian name of a region or country, "" for an unknown code."""
    found = region(code)
    return found.uk if found else ""


def short(code: str) -> str:
    return named(code).removesuffix(" область")


def countries_page() -> Page:
    """Where on earth: the first page when a place may be anywhere."""
    rows = (
        (Option(RUSSIA, Word("kind.place.russia")),),
        (Option(BELARUS, Word("kind.place.belarus")),),
        (Option(OCCUPIED, Word("kind.place.occupied")),),
        (Option(UKRAINE, Word("kind.place.ukraine")),),
        (Option(ELSEWHERE, Word("kind.place.elsewhere")),),
    )
    return Page(rows)


def oblasts_page(*, abroad: bool, ask: Word | None = None) -> Page:
    """The regions most children were taken from."""
    last = ((Option(ABROAD, Word("kind.place.abroad")),),) if abroad else ()
    more = (Option(OTHER, Word("kind.place.other_oblast")),)
    return Page((*_two_columns(AFFECTED), more, *last), ask=ask)


def other_oblasts_page() -> Page:
    rest = [one.code for one in subdivisions("UA") if one.code not in AFFECTED]
    return Page(_two_columns(rest), ask=Word("kind.place.which_other_oblast"))


def settlement_page(oblast: str) -> Page:
    """Waits for the name of a settlement."""
    word = "kind.place.whole_city" if oblast == _SEVASTOPOL else "kind.place.only_oblast"
    ask = Word("kind.place.settlement", {"oblast": Area(oblast)})
    return Page(((Option(ONLY, Word(word)),),), ask=ask)


def found_page(places: Sequence[Settlement], typed: str, at: int, *, one_oblast: bool) -> Page:
    """Settlements to choose from; "not here" is always there."""
    if not places:
        ask = Word("kind.place.not_found", {"text": typed})
        return Page(((KEEP,),), ask=ask)
    # Villages of one name in one community cannot be told apart by words: one button for them.
    told_apart = {(one.name, *one[3:]): one for one in reversed(places)}
    by_code = {one.code: one for one in told_apart.values()}
    pages = leaves([place.code for place in places if place.code in by_code], SHOWN)
    at = min(at, len(pages) - 1)
    shown = [by_code[code] for code in pages[at]]
    rows = tuple(
        (Option(place.code, Literal(_label(place, places, one_oblast=one_oblast))),)
        for place in shown
    )
    ask = Word("kind.place.which", {"text": typed})
    return Page((*rows, *turning(at, len(pages)), (KEEP,)), ask=ask)


def _label(place: Settlement, among: Sequence[Settlement], *, one_oblast: bool) -> str:
    """«Іванівка — Генічеський р-н, Херсонська», with its community where that is not enough."""
    twins = [one for one in among if one[1] == place.name and one[3:6:2] == place[3:6:2]]
    above = [f"{place.community} громада"] if len(twins) > 1 and place.community else []
    if place.district:
        above.append(f"{place.district} р-н")
    if not one_oblast and named(place.oblast) != place.name:
        above.append(short(place.oblast))
    return f"{place.name} — {', '.join(above)}" if above else path(place)


def spread_page(places: Sequence[Settlement], typed: str) -> Page:
    """The oblasts that have a settlement of this name, when it is too common to list."""
    having = dict.fromkeys(place.oblast for place in places)
    order = [code for code in AFFECTED if code in having]
    order += sorted(having.keys() - set(AFFECTED))
    ask = Word("kind.place.which_oblast", {"text": typed, "count": len(places)})
    return Page((*_two_columns(order), (KEEP,)), ask=ask)


def country_page() -> Page:
    """Waits for the name of a country; the likely ones are buttons."""
    options = [Option(code, Area(code)) for code in _NEARBY]
    return Page(_pairs(options), ask=Word("kind.place.country"))


def found_countries_page(found: Sequence[Region]) -> Page:
    rows = tuple((Option(one.code, Area(one.code)),) for one in found)
    return Page(rows, ask=Word("kind.place.country"))


def regions_page(country: str, letter: str, at: int) -> Page:
    """The regions of a country: all when few, else by first letter."""
    listed = subdivisions(country)
    only = Option(ONLY, Word("kind.place.only_country"))
    ask = Word("kind.place.region", {"country": Area(country)})
    letters = sorted({_initial(one) for one in listed}, key=_ukrainian_order)
    if len(listed) > _FEW and letter not in letters:
        options = [Option(f"letter {one}", Literal(one)) for one in letters]
        rows = tuple(tuple(options[n : n + _LETTERS]) for n in range(0, len(options), _LETTERS))
        return Page((*rows, (only,)), ask=ask)
    chosen = [one for one in listed if len(listed) <= _FEW or _initial(one) == letter]
    pages = leaves([one.code for one in sorted(chosen, key=_by_name)], SHOWN)
    at = min(at, len(pages) - 1)
    rows = tuple((Option(code, Area(code)),) for code in pages[at])
    return Page((*rows, *turning(at, len(pages)), (only,)), ask=ask)


def found_regions_page(country: str, found: Sequence[Region]) -> Page:
    rows = tuple((Option(one.code, Area(one.code)),) for one in found)
    only = Option(ONLY, Word("kind.place.only_country"))
    return Page((*rows, (only,)), ask=Word("kind.place.region", {"country": Area(country)}))


def abroad_page(code: str) -> Page:
    """Waits for a settlement outside Ukraine, which may be left out."""
    only = Option(ONLY, Word("kind.place.no_settlement"))
    return Page(((only,),), ask=Word("kind.place.abroad_settlement", {"region": Area(code)}))


def _by_name(one: Region) -> list[int]:
    return [_ukrainian_order(char) for char in _bare(one)]


def _bare(one: Region) -> str:
    return one.uk.replace("Республіка ", "")


def _initial(one: Region) -> str:
    return _bare(one)[:1]


def _ukrainian_order(letter: str) -> int:
    return "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя".find(letter[:1].casefold())


def _two_columns(codes: Sequence[str]) -> tuple[tuple[Option, ...], ...]:
    return _pairs([Option(code, Area(code, short=True)) for code in codes])


def _pairs(options: Sequence[Option]) -> tuple[tuple[Option, ...], ...]:
    return tuple(tuple(options[at : at + 2]) for at in range(0, len(options), 2))
