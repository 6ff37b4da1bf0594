"""How far a report is from what others ask for, and what is missing. Pure: answers in, codes out.

Three thresholds, each read as narrowly as its source: INTERPOL's Rules on the Processing of Data
art. 90 for a yellow notice; the list the National Police publishes for a statement on a missing
person; category A2.8 of the Register of Damage (forcible transfer or deportation of children).
They help a prosecutor to see what to ask for. Whether a body accepts is for that body to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cases.reading import Told, answers, children, name_parts, part_of, picked
from flows.answers import Json

INTERPOL, POLICE, DAMAGE = "interpol", "police", "damage"


@dataclass(frozen=True)
class Meter:
    """One threshold for one child. `child` counts from 1; `missing` and `better` are codes.

    `missing` keeps it from being ready; `better` would help and is not asked for. Worded as
    "readiness.<body>.name" and "readiness.lack.<code>".
    """

    body: str
    child: int
    missing: tuple[str, ...]
    better: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class _Child:
    """What stands in a report about one child and about the case, by question."""

    own: Mapping[str, Told]
    case: Mapping[str, Told]
    photographs: int

    def given(self, *keys: str) -> bool:
        """Whether any of these questions was answered."""
        asked = (self.own.get(key) or self.case.get(key) for key in keys)
        return any(told is not None and told.given for told in asked)

    def has(self, key: str, *options: str) -> bool:
        return not set(options).isdisjoint(picked(self.own.get(key) or self.case.get(key)))


_Check = Callable[[_Child], bool]


def _family_name(child: _Child) -> bool:
    return bool(name_parts(child.own.get("name"))["family"])


def _given_name(child: _Child) -> bool:
    return bool(name_parts(child.own.get("name"))["given"])


def _year(child: _Child) -> bool:
    """At least the year is certain."""
    born = child.own.get("born")
    first, last = part_of(born, "from")[:4], part_of(born, "to")[:4]
    return bool(first) and first == last


_CHECKS: Final[Mapping[str, _Check]] = {
    "recorded": lambda child: (
        child.has("police_report", "yes")
        or (child.has("reported_to", "police_102") and not child.has("police_report", "no"))
    ),
    # A notice is for those whom the police cannot find: a place that is known is told them first.
    "place_known": lambda child: not child.has("place_known", "know"),
    "family_name": _family_name,
    "given_name": _given_name,
    "name": lambda child: child.given("name"),
    "sex": lambda child: child.given("sex"),
    "year": _year,
    "born": lambda child: child.given("born"),
    "identified": lambda child: (
        child.given("appearance", "marks") or child.photographs > 0 or child.has("dna", "yes")
    ),
    "reporter": lambda child: child.given("reporter_name"),
    "contact": lambda child: child.given("reporter_phone", "reporter_email", "trusted_person"),
    "place": lambda child: child.given("last_place"),
    "day": lambda child: child.given("event_date", "last_place_on", "last_contact_on"),
    "happened": lambda child: child.given("scenario", "story"),
    "marks": lambda child: child.given("marks"),
    "photo": lambda child: child.photographs > 0,
    "numbers": lambda child: child.given("id_numbers", "child_phone"),
    "company": lambda child: child.given("who_took", "others_moved"),
    "representative": lambda child: child.has("legal_rep", "yes"),
    "birth_document": lambda child: (
        child.has("documents_held", "birth_certificate")
        or child.has("id_documents", "birth_certificate", "ua_passport", "foreign_passport")
    ),
    "whereto": lambda child: child.given("current_place", "placement", "placement_name"),
    "erdr": lambda child: child.given("erdr_number"),
}
"""Each holds where what the code names is there."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    INTERPOL: (
        "recorded", "place_known", "family_name", "given_name", "sex", "year", "identified",
    ),
    POLICE: ("reporter", "contact", "name", "born", "place", "day", "happened"),
    DAMAGE: ("representative", "name", "born", "birth_document", "place", "day", "happened"),
}  # fmt: skip
_BETTER: Final[Mapping[str, tuple[str, ...]]] = {
    INTERPOL: ("photo", "marks"),
    POLICE: ("marks", "photo", "numbers", "company"),
    DAMAGE: ("whereto", "erdr"),
}


def readiness(report: Mapping[str, Json], photographs: int) -> tuple[Meter, ...]:
    """The three thresholds for each child of a sealed report; () where no child is named.

    `photographs`: images held with the case. Whose they are is not known, so with several
    children they count for each.
    """
    case = answers(report)
    found = [_Child(own, case, photographs) for own in children(report)]
    return tuple(
        Meter(
            body,
            number,
            tuple(code for code in _NEEDED[body] if not _CHECKS[code](child)),
            tuple(code for code in _BETTER[body] if not _CHECKS[code](child)),
        )
        for number, child in enumerate(found, 1)
        for body in (INTERPOL, POLICE, DAMAGE)
    )


CODES: Final = tuple(_CHECKS)
"""Every code a Meter may name."""
