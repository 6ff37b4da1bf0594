"""An identity card as matching needs it: read once, compared often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cases.matching import dates, names, numbers, places
from cases.matching.dates import Born
from cases.matching.names import Names
from cases.matching.numbers import Paper
from cases.matching.places import Place
from flows.answers import Json

_SEXES = ("female", "male")


@dataclass(frozen=True)
class Card:
    """One child of one report.

    `case` and `item` are what the caller knows it by; children of one case are never suggested
    for each other. Everything else is what a family told, and stays out of every log.
    """

    case: str
    item: str
    names: Names = field(repr=False)
    born: tuple[Born, ...] = field(repr=False)
    places: Mapping[str, Place] = field(repr=False)
    phones: frozenset[str] = field(repr=False)
    papers: tuple[Paper, ...] = field(repr=False)
    sex: str = field(repr=False)
    """ "female", "male" or "" """
    told: Mapping[str, str] = field(repr=False)
    """The words to show of "phones" and "papers"."""

    @cached_property
    def likely_sex(self) -> str:
        """As told, else as the names tell it."""
        return self.sex or self.names.sex


def read(case: str, content: Mapping[str, Json]) -> Card:
    """The card out of `cases.document.cards`. Never raises: what cannot be read is blank."""
    telephones = content.get("phones")
    listed = telephones if isinstance(telephones, list) else []
    ids, identity, also = (
        _text(content.get(key)) for key in ("id_numbers", "new_identity", "alternate_names")
    )
    where = content.get("places")
    found = {
        role: place
        for role in places.ROLES
        if isinstance(where, dict) and (place := places.read(where.get(role)))
    }
    sex = content.get("sex")
    return Card(
        case=case,
        item=_text(content.get("item")),
        names=names.read(content),
        born=dates.read(content.get("born"), identity, also),
        places=found,
        phones=numbers.phones(listed),
        papers=numbers.papers(ids, identity),
        sex=sex if isinstance(sex, str) and sex in _SEXES else "",
        told={"phones": ", ".join(map(str, listed)), "papers": ids},
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
