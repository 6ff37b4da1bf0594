"""A group's report names its children: each gets a case of its own, to be worked on apart.

A stub holds what the report says of all of them and of this child, and no more. It has no receipt:
the family keeps the group's.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

from cases import document
from cases.facets import Facets, facets
from flows.answers import Answer, Invalid, Json, State
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.kinds.naming import latin, read_name
from flows.model import Flow
from flows.path import CLOSING, review
from vault import receipt
from vault.recipients import Recipients
from vault.seal import CaseKey, Head, new_case_key, seal

MOST: Final = 100
"""Cases one report may make. Whoever is named beyond that stands in the report of the group."""

CHILDREN: Final = "children"
"""The items of a group's report that become cases."""

_NAMES: Final = "names_list"
_LEAST_LETTERS: Final = 3


@dataclass(frozen=True)
class Sealed:
    """One object of a case, as it is stored."""

    head: Head
    sealed: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        return sha256(self.sealed).digest()


@dataclass(frozen=True)
class FreshCase:
    """A case that is sealed and not stored yet."""

    case: UUID
    code: str
    key: CaseKey
    facets: Facets
    objects: tuple[Sealed, ...]


def stubs(
    flow: Flow,
    draft: Draft,
    told: Mapping[str, Json],
    recipients: Recipients,
    *,
    group: UUID,
    today: date,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[FreshCase, ...]:
    """A case for each child that `draft` names; none unless it is a group's report.

    `told` is what `document.report` made of the draft. About half a millisecond each.
    """
    if flow.name != COLLECTIVE.name:
        return ()
    named = {item: uuid4() for item in [*draft.items.get(CHILDREN, ()), *_listed(draft)][:MOST]}
    whole = _Group(flow, _with_listed(draft), told, group)
    return tuple(_made(whole, named, recipients, today, chance))


def of_rows(
    flow: Flow,
    draft: Draft,
    told: Mapping[str, Json],
    rows: Mapping[UUID, Mapping[str, Answer]],
    recipients: Recipients,
    *,
    group: UUID,
    today: date,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[FreshCase, ...]:
    """A case for each row of a list that came as a file: its id, and the child's "name", "born".

    `draft` is the one that `told`, the group's report, was made of.
    """
    named = {f"row{number}": case for number, case in enumerate(rows)}
    answers = {
        f"{CHILDREN}/{item}/{key}": answer
        for item, case in named.items()
        for key, answer in rows[case].items()
    }
    ids = (*draft.items.get(CHILDREN, ()), *named)
    whole = replace(
        draft, answers={**draft.answers, **answers}, items={**draft.items, CHILDREN: ids}
    )
    return tuple(_made(_Group(flow, whole, told, group), named, recipients, today, chance))


@dataclass(frozen=True)
class _Group:
    """A group's report: the draft with every child among its items, and what was told."""

    flow: Flow
    draft: Draft
    told: Mapping[str, Json]
    id: UUID


def _made(
    whole: _Group,
    named: Mapping[str, UUID],
    recipients: Recipients,
    today: date,
    chance: Callable[[int], bytes],
) -> Iterator[FreshCase]:
    """`named`: the items that become cases, and the cases' ids."""
    flow, draft = whole.flow, whole.draft
    cards = {str(card["item"]): card for card in document.cards(flow, draft)}
    rows = review(flow, draft)
    for item, case in named.items():
        alone = replace(draft, items={**draft.items, CHILDREN: (item,)})
        key = new_case_key(case, recipients)
        own = document.of_item(flow, str(whole.told["locale"]), item, rows)
        parts = (("report", document.SCHEMA, _of_one(whole, own)),
                 ("card", document.CARD_SCHEMA, cards[item]))  # fmt: skip
        objects = tuple(
            Sealed(head, seal(key.recipient, head, content))
            for sequence, (kind, schema, content) in enumerate(parts, 1)
            for head in (Head(case, uuid4(), sequence, kind, schema),)
        )
        code = receipt.new_code(chance(receipt.RANDOM))
        yield FreshCase(case, code, key, facets(flow, alone, today), objects)


def _of_one(whole: _Group, own: Mapping[str, dict[str, Json]]) -> dict[str, Json]:
    """The group's report without the other children, saying what it is a part of."""
    shared = {str(section["key"]): section for section in _records(whole.told["sections"])}
    sections: list[Json] = []
    for key in (*(section.key for section in whole.flow.sections), CLOSING):
        section = shared.get(key) or own.get(key)
        if section is None:
            continue
        items = own[key]["items"] if key in own else []
        answers = [one for one in _records(section["answers"]) if one["address"] != _NAMES]
        if items or answers:
            sections.append({**section, "items": items, "answers": list(answers)})
    return {**whole.told, "sections": sections, "part_of": str(whole.id)}


def _records(value: Any) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)]


def names(draft: Draft) -> tuple[str, ...]:
    """Whom a group's report names, as it was typed: one by one, and in the pasted list."""
    one_by_one = (
        draft.answers.get(f"{CHILDREN}/{item}/name") for item in draft.items.get(CHILDREN, ())
    )
    return (*(one.verbatim for one in one_by_one if one and one.verbatim), *_lines(draft))


def _listed(draft: Draft) -> Iterator[str]:
    """Items for the children named in the pasted list, a line each: "line0", "line1"…"""
    for number, _ in enumerate(_lines(draft)):
        yield f"line{number}"


def _with_listed(draft: Draft) -> Draft:
    """The draft with the children of the pasted list among its items."""
    ids = [*draft.items.get(CHILDREN, ())]
    answers = dict(draft.answers)
    for number, line in enumerate(_lines(draft)):
        item = f"line{number}"
        ids.append(item)
        answers[f"{CHILDREN}/{item}/name"] = name_of(line, draft.answers[_NAMES].at)
    return replace(draft, answers=answers, items={**draft.items, CHILDREN: tuple(ids)})


def _lines(draft: Draft) -> list[str]:
    """Lines of the pasted list that can be a name."""
    held = draft.answers.get(_NAMES)
    text = str(held.value) if held is not None and held.state is State.GIVEN else ""
    lines = (line.strip(" \t.,;-–—•*0123456789)(") for line in text.splitlines())
    return [line for line in lines if sum(map(str.isalpha, line)) >= _LEAST_LETTERS]


def name_of(line: str, at: str) -> Answer:
    """A line of a list as a name; as it stands, flagged, where it is none."""
    try:
        name = read_name(line)
    except Invalid:
        return Answer(State.GIVEN, {"text": line[:80]}, line, ("unparsed",), at)
    parts: dict[str, Json] = {
        "family": name.family or None,
        "given": name.given or None,
        "patronymic": name.patronymic or None,
    }
    words = " ".join(str(part) for part in parts.values() if part)
    value: dict[str, Json] = {**parts, "latin": latin(words), "verbatim": line}
    return Answer(State.GIVEN, value, line, (*name.flags, "from_list"), at)
