"""What stays readable of a report: coded marks for triage. Pure: answers in, codes out.

Only answers given by button, an age and counts become marks, and that a death was spoken of;
nothing else a person typed does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cases.grave import speaks_of_death
from flows.answers import Answer, Json, State
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.choice import Choice, Many
from flows.kinds.text import Text
from flows.model import Flow
from flows.path import Row, review
from flows.sighting import SIGHTING

BANDS: Final = ((5, "0-5"), (11, "6-11"), (15, "12-15"), (17, "16-17"))
GROWN: Final = "18+"
GRAVE: Final = "words.grave"

_OF_AGE: Final = 18
_SOON: Final = timedelta(days=183)  # half a year before a child loses a child's protection
_RECENTLY: Final = timedelta(days=30)
_MANY: Final = 3
_FRESH: Final = timedelta(days=3)


@dataclass(frozen=True)
class Facets:
    """The codes of one report. `age_band` is the youngest child's; None where nothing is known.

    `marks` are "<question>.<option>" for every choice, and "kind.child", "age.<band>",
    "age.18_soon", "children.3", "contact.recent", "sighting.fresh", "words.grave".
    """

    kind: str
    children: int
    answers: int
    age_band: str | None
    oblast: str | None
    scenario: str | None
    marks: frozenset[str]


def facets(flow: Flow, draft: Draft, today: date) -> Facets:
    """`today` is the day in Kyiv. Answers that are not on the path count for nothing."""
    given = [row for row in review(flow, draft) if row.answer.state is State.GIVEN]
    children = len(draft.items.get("children", ()))
    births = [born for row in given if row.step.key == "born" if (born := _span(row.answer))]
    band = _band(births, today)
    marks = {mark for row in given for mark in _choices(row)}
    marks |= set(_computed(given, births, children, today))
    if flow.name == CHILD.name:
        marks.add("kind.child")
    if flow.name == SIGHTING.name and _is_fresh(given, today):
        marks.add("sighting.fresh")
    if band:
        marks.add(f"age.{band}")
    if any(
        isinstance(row.step.kind, Text) and speaks_of_death(str(row.answer.value)) for row in given
    ):
        marks.add(GRAVE)
    return Facets(
        kind=flow.name,
        children=children,
        answers=len(given),
        age_band=band,
        oblast=_oblast(given),
        scenario=_chosen(given, "scenario"),
        marks=frozenset(marks),
    )


def _choices(row: Row) -> Iterator[str]:
    if not isinstance(row.step.kind, Choice | Many):
        return
    value = row.answer.value
    for option in value if isinstance(value, list) else [value]:
        yield f"{row.step.key}.{option}"


def _computed(
    given: list[Row], births: list[tuple[date, date]], children: int, today: date
) -> Iterator[str]:
    if children >= _MANY:
        yield "children.3"
    for first, last in births:
        if _birthday(last) >= today and _birthday(first) <= today + _SOON:
            yield "age.18_soon"
    for row in given:
        span = _span(row.answer) if row.step.key == "last_contact_on" else None
        if span and span[1] >= today - _RECENTLY:
            yield "contact.recent"


def _is_fresh(given: list[Row], today: date) -> bool:
    """A named child seen at a known place within three days: somebody could still go there."""
    asked = {row.step.key: row.answer for row in given}
    seen = _span(asked["observed_on"]) if "observed_on" in asked else None
    named = "name" in asked and "observed_place" in asked
    return named and seen is not None and seen[1] >= today - _FRESH


def _band(births: list[tuple[date, date]], today: date) -> str | None:
    """Of the youngest child, as young as it may be: the doubt is in its favour."""
    if not births:
        return None
    born = max(last for _, last in births)
    had = (today.month, today.day) >= (born.month, born.day)
    age = today.year - born.year - (0 if had else 1)
    return next((band for most, band in BANDS if age <= most), GROWN)


def _birthday(born: date) -> date:
    """The day of coming of age."""
    if (born.month, born.day) == (2, 29):
        return date(born.year + _OF_AGE, 3, 1)
    return born.replace(year=born.year + _OF_AGE)


def _span(answer: Answer) -> tuple[date, date] | None:
    """The first and last day that a half-remembered date may mean."""
    value = answer.value
    if not isinstance(value, Mapping) or "from" not in value:
        return None
    try:
        return date.fromisoformat(str(value["from"])), date.fromisoformat(str(value["to"]))
    except (KeyError, ValueError):
        return None


def _oblast(given: list[Row]) -> str | None:
    """Where the child was last, else where it lived."""
    for key in ("last_place", "home"):
        for row in given:
            value: Json = row.answer.value
            if row.step.key == key and isinstance(value, dict) and value.get("oblast"):
                return str(value["oblast"])
    return None


def _chosen(given: list[Row], key: str) -> str | None:
    return next((str(row.answer.value) for row in given if row.step.key == key), None)
