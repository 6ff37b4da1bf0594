"""Pairs of identity cards of invented children, and who is who: what the matching is judged by.

A row of a .tsv file is a verdict, two cards and why the row is there. A card is "family/given/
patronymic ; born ; key=value …", its parts in any order: born in EDTF ("a" after an interval: told
by age), h= home, l= last seen, c= now (settlement@oblast of Ukraine, or town@region), t= a
telephone, aka= other names, new= names in russian papers, id= numbers of papers, f or m.

Every third row that was written went into held_out.tsv, before anything was measured by it, and
nothing was tuned by it. The first 290 rows are older than the matching; the last 60, harder ones,
were written when the matching had made no mistake in the rest.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import matching_cast as cast

from cases.matching import Card, read
from flows.answers import Json
from flows.kinds import place_values
from flows.kinds.naming import latin
from flows.kinds.periods import Period, a_day, a_month, a_season, a_year
from flows.places import find

HERE = Path(__file__).parent
_KEYS = {"aka": "alternate_names", "new": "new_identity", "id": "id_numbers"}
_PLACES = {"h": "home", "l": "last_place", "c": "current_place"}
_SEXES = {"f": "female", "m": "male"}
_WHOLE_DATE, _MONTH, _MONTHS = 3, 2, 12


@dataclass(frozen=True)
class Pair:
    """`same`: the two cards are of one child. `why`: what makes the pair hard, if anything."""

    same: bool
    one: str
    other: str
    why: str

    def cards(self) -> tuple[Card, Card]:
        return read("one", card(self.one)), read("other", card(self.other))


def written(name: str) -> list[Pair]:
    """The pairs of a file beside this one."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Pair(row["verdict"] == "same", row["one"], row["other"], row["why"]) for row in rows
        ]


def generated() -> list[Pair]:
    """The easy third, by rule: one child spelled two ways, or two children with nothing alike."""
    same = [
        Pair(True, one, change(one), change.__doc__ or "")
        for n, one in enumerate(cast.CHILDREN)
        for change in cast.changes(n)
    ]
    different = [
        Pair(False, one, other, "strangers")
        for apart in (5, 7, 11)
        for one, other in zip(
            cast.CHILDREN, cast.CHILDREN[apart:] + cast.CHILDREN[:apart], strict=True
        )
    ]
    return same + different


def split(pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Two thirds to tune by, and every third pair to judge by."""
    return [pair for n, pair in enumerate(pairs, 1) if n % 3], pairs[2::3]


def card(told: str) -> dict[str, Json]:
    """The card as cases.document makes it out of a report."""
    name, *rest = (part.strip() for part in told.split(" ; "))
    family, given, patronymic = [*name.split("/"), "", ""][:3]
    parts = {"family": family, "given": given, "patronymic": patronymic}
    spelled = latin(" ".join(filter(None, parts.values())))
    made: dict[str, Json] = {
        "schema": 1,
        "item": "k3xf",
        "name": {key: part for key, part in {**parts, "latin": spelled}.items() if part},
        "born": None,
    }
    places: dict[str, Json] = {}
    phones: list[Json] = []
    for part in filter(None, (one.strip(" ;") for one in rest)):
        key, sign, value = part.partition("=")
        if part in _SEXES:
            made["sex"] = _SEXES[part]
        elif not sign:
            made["born"] = dict(born(part).as_json())
        elif key == "t":
            phones.append(value)
        elif key in _PLACES:
            places[_PLACES[key]] = place(value)
        else:
            made[_KEYS[key]] = value
    return {**made, "places": places, "phones": phones}


def born(edtf: str) -> Period:
    if "/" in edtf:
        start, end = (date.fromisoformat(one) for one in edtf.rstrip("a").split("/"))
        return Period(edtf.rstrip("a"), start, end, "age" if edtf.endswith("a") else "month")
    if edtf.endswith("~"):
        return born(edtf[:-1]).about()
    numbers = [int(one) for one in edtf.split("-")]
    if len(numbers) == _WHOLE_DATE:
        return a_day(date(*numbers))
    if len(numbers) == _MONTH:
        season = numbers[1] > _MONTHS
        return a_season(*numbers) if season else a_month(*numbers)
    return a_year(numbers[0])


def place(told: str) -> Json:
    """As the question about places keeps it: settlement@23, @23 alone, or town@RU-KDA."""
    name, _, region = told.partition("@")
    if not region.isdigit():
        country = region.partition("-")[0]
        kept = place_values.abroad({"typed": name, "country": country, "region": region})
    elif not name:
        kept = place_values.settled({"oblast": f"UA-{region}"})
    else:
        found = next(one for one in find(name, f"UA-{region}", 20) if one.name == name)
        kept = place_values.settled({"oblast": found.oblast, "verbatim": name}, found.code)
    assert isinstance(kept.value, dict)
    return {key: part for key, part in kept.value.items() if part}
