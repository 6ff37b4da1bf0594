"""What is sealed: a report in the words it was asked and answered, and each child's identity card.

Pure. A reader decades from now needs neither this program nor its catalogs: questions stand in the
person's language beside the coded values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cases.telling import tell, tell_all
from flows.answers import Json, State
from flows.draft import Draft
from flows.model import Flow
from flows.path import CLOSING, Row, review
from flows.view import question_name, section_name, told
from locales import say

SCHEMA: Final = 1
CARD_SCHEMA: Final = 1

_PLACES: Final = ("home", "last_place", "current_place")
_ALSO: Final = ("alternate_names", "sex", "id_numbers", "new_identity")


@dataclass(frozen=True)
class Consented:
    """What the person agreed to, in the words they read. `at`: ISO 8601 in UTC."""

    version: int
    at: str
    locale: str
    text: str = field(repr=False)

    def as_json(self) -> dict[str, Json]:
        return {
            "version": self.version,
            "at": self.at,
            "locale": self.locale,
            "text": self.text,
        }


def report(
    flow: Flow,
    draft: Draft,
    *,
    locale: str,
    consent: Consented,
    received_at: datetime,
    channel: str = "telegram",
    entered_by: str | None = None,
    partial: bool = False,
) -> dict[str, Json]:
    """{"schema", "flow", "version", "locale", "channel", "partial", "consent", "received_at",
    "entered_by" where somebody typed what a caller said,
    "sections": [{"key", "name", "answers", "items": [{"group", "item", "number", "answers"}]}]}

    An answer is {"address", "name", "question", "answer", "state", "value", "verbatim", "flags",
    "at"}. The questions asked just before sending are the section "closing", without a name.
    """
    rows = review(flow, draft)
    keys = [*(section.key for section in flow.sections), CLOSING]
    sections = [_section(flow, draft, locale, key, rows) for key in keys]
    return {
        "schema": SCHEMA,
        "flow": flow.name,
        "version": draft.version,
        "locale": locale,
        "channel": channel,
        "partial": partial,
        "consent": consent.as_json(),
        "received_at": received_at.astimezone(UTC).isoformat(),
        **({"entered_by": entered_by} if entered_by else {}),
        "sections": [section for section in sections if section["answers"] or section["items"]],
    }


def _section(
    flow: Flow, draft: Draft, locale: str, key: str, rows: Iterable[Row]
) -> dict[str, Json]:
    here = [row for row in rows if row.stop.section == key]
    groups = dict.fromkeys(row.stop.group.key for row in here if row.stop.group)
    items: list[Json] = [
        {
            "group": group,
            "item": item,
            "number": number,
            "answers": _answers(flow, locale, (row for row in here if row.stop.item == item)),
        }
        for group in groups
        for number, item in enumerate(draft.items.get(group, ()), 1)
    ]
    return {
        "key": key,
        "name": None if key == CLOSING else tell(locale, section_name(flow, key)),
        "answers": _answers(flow, locale, (row for row in here if row.stop.group is None)),
        "items": items,
    }


def of_item(flow: Flow, locale: str, item: str, rows: Iterable[Row]) -> dict[str, dict[str, Json]]:
    """The sections, by their keys, with what they say of this one item and nothing else, as
    `report` writes them. `rows`: what `flows.path.review` says of the draft.
    """
    own = [row for row in rows if row.stop.item == item]
    found: dict[str, dict[str, Json]] = {}
    for key in dict.fromkeys(row.stop.section for row in own):
        here = [row for row in own if row.stop.section == key]
        group = next(row.stop.group.key for row in here if row.stop.group)
        answers = _answers(flow, locale, here)
        told: list[Json] = [{"group": group, "item": item, "number": 1, "answers": answers}]
        name = tell(locale, section_name(flow, key))
        found[key] = {"key": key, "name": name, "answers": [], "items": told}
    return found


def _answers(flow: Flow, locale: str, rows: Iterable[Row]) -> list[Json]:
    return [_answer(flow, locale, row) for row in rows]


def _answer(flow: Flow, locale: str, row: Row) -> dict[str, Json]:
    return {
        "address": row.stop.address,
        "name": tell(locale, question_name(flow, row.stop)),
        "question": say(locale, f"{flow.stem(row.step)}.ask"),
        "answer": tell_all(locale, told(flow, row.step, row.answer)),
        **row.answer.as_json(),
    }


def cards(flow: Flow, draft: Draft) -> tuple[dict[str, Json], ...]:
    """One identity card for each child, to compare cases by: {"schema", "item", "name", "born",
    "places": {"home", "last_place", "current_place"}, "phones", …}. Only what was given.
    """
    given = [row for row in review(flow, draft) if row.answer.state is State.GIVEN]
    shared = {row.step.key: row.answer.value for row in given if not row.stop.item}
    found = []
    for item in draft.items.get("children", ()):
        own = {row.step.key: row.answer.value for row in given if row.stop.item == item}
        found.append(_card(item, {**shared, **own}))
    return tuple(found)


def _card(item: str, values: Mapping[str, Json]) -> dict[str, Json]:
    card: dict[str, Json] = {"schema": CARD_SCHEMA, "item": item}
    card["name"] = _without(values.get("name"), "verbatim")
    card["born"] = _without(values.get("born"))
    card["places"] = {key: _without(values[key]) for key in _PLACES if values.get(key)}
    phone = values.get("reporter_phone")
    number = phone.get("e164") or phone.get("text") if isinstance(phone, dict) else None
    card["phones"] = [each for each in (number, values.get("child_phone")) if each]
    for key in _ALSO:
        if values.get(key):
            card[key] = values[key]
    return card


def _without(value: Json, *left_out: str) -> Json:
    """Without empty parts: a card is opened twenty thousand at a time."""
    if not isinstance(value, dict):
        return value
    return {key: part for key, part in value.items() if part and key not in left_out}
