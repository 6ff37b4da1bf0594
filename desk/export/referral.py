"""A case narrowed to what another body is told: the parts chosen, without what stays here.

Nothing of the prosecutors' own goes along: no notes, no bases, no chain, no reasons of triage. A
return that is prepared or under way is never told, as in `desk.export.notes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cases.bodies import FILES, LATER, ORIGINALS, parts
from cases.reading import answers, picked
from desk.export.opened import Attached, Confirmed, Opened, Update
from flows.answers import Json
from flows.kinds.subs import text_in
from flows.news import SECRET

_TOLD_ON: Final = ("addition", "news", "answer")


@dataclass(frozen=True)
class Chosen:
    """`parts`: names of cases/bodies.toml. `without`: keys of questions that stay here."""

    parts: frozenset[str]
    without: frozenset[str] = frozenset()


def narrowed(opened: Opened, chosen: Chosen) -> Opened:
    """The same case with only what was chosen."""
    facts, later = opened.facts, LATER in chosen.parts
    secret = facts.claimed in SECRET
    claimed = facts.claimed if later and not secret else None
    return replace(
        opened,
        facts=replace(
            facts,
            reasons=(),
            claimed=claimed,
            claimed_at=facts.claimed_at if claimed else None,
        ),
        report=_report(opened.report, chosen),
        cards=(),
        updates=tuple(_updates(opened, chosen, secret=secret)) if later else (),
        confirmed=tuple(_confirmed(opened)) if later else (),
        files=tuple(_files(opened, chosen)),
        objects=(),
        chain=(),
        case_key=None,
    )


def there(opened: Opened) -> frozenset[str]:
    """The parts this case has anything of."""
    sections = {text_in(one, "key") for one in _records(opened.report.get("sections"))}
    found = {part for part, held in parts().items() if not sections.isdisjoint(held)}
    if opened.files:
        found |= {FILES}
        if any(one.pour is not None for one in opened.files):
            found |= {ORIGINALS}
    if opened.updates or opened.confirmed:
        found |= {LATER}
    return frozenset(found)


def questions(opened: Opened, part: str) -> tuple[tuple[str, str], ...]:
    """(key, name) of what was answered in a part, once each: what may be left out of it."""
    found: dict[str, str] = {}
    for section in _records(opened.report.get("sections")):
        if text_in(section, "key") in parts().get(part, ()):
            rows = [*_records(section.get("answers"))]
            for item in _records(section.get("items")):
                rows += _records(item.get("answers"))
            for row in rows:
                if text_in(row, "state") == "given":
                    found.setdefault(_key(row), text_in(row, "name"))
    return tuple(found.items())


def _report(report: Mapping[str, Json], chosen: Chosen) -> dict[str, Json]:
    wanted = {section for part in chosen.parts for section in parts().get(part, ())}
    if not set(SECRET).isdisjoint(picked(answers(report).get("status"))):
        wanted -= {"news"}
    kept: list[Json] = [
        _without(section, chosen.without)
        for section in _records(report.get("sections"))
        if text_in(section, "key") in wanted
    ]
    return {**{key: one for key, one in report.items() if key != "consent"}, "sections": kept}


def _without(section: Mapping[str, Json], without: frozenset[str]) -> dict[str, Json]:
    def kept(rows: Json) -> list[Json]:
        return [row for row in _records(rows) if _key(row) not in without]

    items: list[Json] = [
        {**item, "answers": kept(item.get("answers"))} for item in _records(section.get("items"))
    ]
    return {**section, "answers": kept(section.get("answers")), "items": items}


def _updates(opened: Opened, chosen: Chosen, *, secret: bool) -> list[Update]:
    found = []
    for one in opened.updates:
        status = next(iter(picked(answers(one.payload).get("status"))), "")
        if one.kind not in _TOLD_ON or status in SECRET or (secret and one.kind != "news"):
            continue
        sections: list[Json] = [
            _without(section, chosen.without) for section in _records(one.payload.get("sections"))
        ]
        payload = {**one.payload, "sections": sections} if sections else one.payload
        found.append(replace(one, payload=payload))
    return found


def _confirmed(opened: Opened) -> list[Confirmed]:
    return [replace(one, basis="") for one in opened.confirmed if one.status not in SECRET]


def _files(opened: Opened, chosen: Chosen) -> list[Attached]:
    if ORIGINALS in chosen.parts:
        return list(opened.files)
    if FILES in chosen.parts:
        return [replace(one, pour=None) for one in opened.files]
    return []


def _key(row: Mapping[str, Json]) -> str:
    return text_in(row, "address").rpartition("/")[2]


def _records(held: Json) -> list[dict[str, Json]]:
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
