"""A sealed report read back: its answers by question, each child apart. Pure.

Knows only what `cases.document.report` writes, not the flow that asked: a report opens as it was
written, whatever the questions are today.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.answers import Json, State
from flows.kinds.subs import flags_in, number_in, record_in, text_in

_MOST_ITEMS: Final = 1000
CHILDREN: Final = "children"


@dataclass(frozen=True)
class Told:
    """One answer as it was sealed. `number` counts the items of a group from 1; 0 outside of one.

    `answer` is worded in the reporter's language, `value` is not; `at` is ISO 8601 in UTC.
    """

    key: str
    section: str
    group: str
    number: int
    state: str
    name: str
    question: str
    answer: str = field(repr=False)
    value: Json = field(repr=False)
    verbatim: str = field(repr=False)
    flags: tuple[str, ...]
    at: str

    @property
    def given(self) -> bool:
        return self.state == State.GIVEN


@dataclass(frozen=True)
class Part:
    """A section: its own answers, then the items of its groups, each with its answers."""

    key: str
    name: str
    answers: tuple[Told, ...]
    items: tuple[tuple[Told, ...], ...]


def parts(report: Mapping[str, Json]) -> tuple[Part, ...]:
    """The sections in the order they were asked. What is not a report has none."""
    return tuple(
        Part(
            text_in(section, "key"),
            text_in(section, "name"),
            tuple(_answers(section, text_in(section, "key"))),
            tuple(
                tuple(
                    _answers(
                        item,
                        text_in(section, "key"),
                        text_in(item, "group"),
                        number_in(item, "number", _MOST_ITEMS),
                    )
                )
                for item in _records(section, "items")
            ),
        )
        for section in _records(report, "sections")
    )


def answers(report: Mapping[str, Json]) -> dict[str, Told]:
    """Answers to questions that are asked once, by the question's key."""
    return {told.key: told for part in parts(report) for told in part.answers}


def children(report: Mapping[str, Json]) -> tuple[dict[str, Told], ...]:
    """For each child in order: what was answered about it, by the question's key."""
    return tuple(
        {told.key: told for told in item}
        for part in parts(report)
        for item in part.items
        if item and item[0].group == CHILDREN
    )


def route(report: Mapping[str, Json]) -> tuple[dict[str, Told], ...]:
    """The stops of the way the children were taken, in order."""
    return tuple(
        {told.key: told for told in item}
        for part in parts(report)
        for item in part.items
        if item and item[0].group == "route"
    )


def shared_with(report: Mapping[str, Json]) -> frozenset[str]:
    """The parties the family let the report be passed on to (flows.report), as it was sent.

    A withdrawal takes that back: see the case.
    """
    share = answers(report).get("share")
    value = share.value if share is not None and share.given else None
    given = value.get("parties") if isinstance(value, dict) else None
    return frozenset(str(one) for one in given) if isinstance(given, list) else frozenset()


def _records(holder: Mapping[str, Json], name: str) -> Iterator[dict[str, Json]]:
    stored = holder.get(name)
    yield from (
        one for one in (stored if isinstance(stored, list) else ()) if isinstance(one, dict)
    )


def _answers(
    holder: Mapping[str, Json], section: str, group: str = "", number: int = 0
) -> Iterator[Told]:
    for row in _records(holder, "answers"):
        yield Told(
            key=text_in(row, "address").rpartition("/")[2],
            section=section,
            group=group,
            number=number,
            state=text_in(row, "state"),
            name=text_in(row, "name"),
            question=text_in(row, "question"),
            answer=text_in(row, "answer"),
            value=row.get("value"),
            verbatim=text_in(row, "verbatim"),
            flags=flags_in(row),
            at=text_in(row, "at"),
        )


def part_of(told: Told | None, *names: str) -> str:
    """The first of the named texts inside a given answer's value, "" where there is none."""
    if told is None or not told.given or not isinstance(told.value, dict):
        return ""
    return next((found for name in names if (found := text_in(told.value, name))), "")


def picked(told: Told | None) -> tuple[str, ...]:
    """The options of a given answer to a Choice or Many, () for any other."""
    if told is None or not told.given:
        return ()
    if isinstance(told.value, str):
        return (told.value,)
    return tuple(str(one) for one in told.value) if isinstance(told.value, list) else ()


def spoken(told: Told | None) -> str:
    """A given answer in words, "" for one that was not given."""
    return told.answer if told is not None and told.given else ""


def name_parts(told: Told | None) -> dict[str, str]:
    """{"family", "given", "patronymic", "latin"} of a child's name, "" for what is missing."""
    value = record_in({"name": told.value}, "name") if told is not None and told.given else {}
    return {part: text_in(value, part) for part in ("family", "given", "patronymic", "latin")}
