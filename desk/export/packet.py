"""The family's packet: a draft statement to the police, a chronology, who was told, and numbers.

Made from what the family said, for the family to read, correct and sign. What it did not say is a
blank line. Nothing of what prosecutors found or think stands in it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from cases.reading import Told, answers, children, name_parts, part_of, picked, route, spoken
from desk.export.opened import Made, Opened
from desk.export.printing import Printed, pdf
from desk.export.wording import day_of, framed, returned, stamp
from flows.kinds.subs import text_in
from flows.news import SECRET
from locales import say
from locales.contacts import contacts, released
from locales.dates import KYIV

OF_THE_CHILD: Final = (
    "name", "latin", "alternate_names", "born", "sex", "citizenship", "home", "id_numbers",
    "appearance", "marks", "health_note", "child_phone",
)  # fmt: skip
OF_THE_EVENT: Final = (
    "scenario", "event_date", "last_place", "last_place_on", "last_contact", "last_contact_on",
    "who_took", "who_took_note", "pretext", "others_moved", "transport", "current_place",
    "placement_name", "new_identity",
)  # fmt: skip
_ALWAYS: Final = frozenset(
    {"name", "born", "sex", "home", "id_numbers", "marks", "scenario", "event_date", "last_place"}
)
"""What a police statement asks for: a blank line where it is not known. The rest is left out."""

_UNDATED: Final = "9999"


class NoStatement(ValueError):
    """Not a report about a named child: there is no statement to draft. Offer no packet."""


def packet(opened: Opened, made: Made, locale: str = "uk") -> bytes:
    """A PDF/A-3a in `locale` ("uk", "en"). Raises NoStatement. Blocks: call it in a thread."""
    return pdf("packet.typ", laid_out(opened, made, locale), made.at)


def laid_out(opened: Opened, made: Made, locale: str = "uk") -> dict[str, Printed]:
    """What the template prints. Raises NoStatement."""
    if opened.facts.kind != "report" or not children(opened.report):
        raise NoStatement
    locale = framed(locale)
    code = opened.facts.code
    return {
        "lang": locale,
        "title": say(locale, "packet.title", code=code),
        "author": say(locale, "dossier.author"),
        "running": say(locale, "packet.running", code=code),
        "page": say(locale, "dossier.page"),
        "of": say(locale, "dossier.of"),
        "foot": say(locale, "packet.foot", at=stamp(locale, made.at)),
        "heading": say(locale, "packet.heading"),
        "opening": [
            say(locale, "packet.intro"),
            say(locale, "packet.code", code=code),
        ],
        "notices": [say(locale, "packet.draft"), say(locale, "packet.safety")],
        "statement": _statement(opened, locale),
        "chronology": {
            "heading": say(locale, "packet.chronology.heading"),
            "intro": say(locale, "packet.chronology.intro"),
            "rows": [
                {"when": when or say(locale, "packet.chronology.undated"), "what": what}
                for _, when, what in sorted(_chronology(opened, locale))
            ],
        },
        "turned": _turned(opened, locale),
        "contacts": _contacts(locale),
    }


def _statement(opened: Opened, locale: str) -> dict[str, Printed]:
    asked = answers(opened.report)
    found = children(opened.report)
    wording = ("to", "title", "about", "opening", "request", "date", "signature", "heading")
    said = {name: say(locale, f"packet.statement.{name}") for name in wording}
    relation = next(
        filter(None, (spoken(asked.get(key)) for key in ("relation_kin", "relation"))), ""
    )
    sender = {
        "unit": "",
        "from": spoken(asked.get("reporter_name")),
        "relation": relation,
        "address": "",
        "phone": part_of(asked.get("reporter_phone"), "e164", "text"),
        "email": spoken(asked.get("reporter_email")),
    }
    return {
        **said,
        "sender": [
            {"label": say(locale, f"packet.statement.{name}"), "text": text}
            for name, text in sender.items()
            if text or name != "email"
        ],
        "children": [
            {
                "heading": say(locale, "packet.statement.child")
                if len(found) == 1
                else say(locale, "packet.statement.child_n", number=str(number)),
                "rows": _fields(OF_THE_CHILD, {**own, **_latin(own)}, locale),
            }
            for number, own in enumerate(found, 1)
        ],
        "happened": say(locale, "packet.statement.happened"),
        "rows": _fields(OF_THE_EVENT, asked, locale),
        "story_heading": say(locale, "packet.statement.story"),
        "story": spoken(asked.get("story")),
        "enclosed_heading": say(locale, "packet.statement.enclosed"),
        "enclosed": spoken(found[0].get("documents_held")),
    }


def _latin(own: Mapping[str, Told]) -> dict[str, str]:
    return {"latin": name_parts(own.get("name"))["latin"]}


def _fields(
    keys: tuple[str, ...], asked: Mapping[str, "Told | str"], locale: str
) -> list[Printed]:
    rows: list[Printed] = []
    for key in keys:
        told = asked.get(key)
        text = told if isinstance(told, str) else spoken(told)
        if text or key in _ALWAYS:
            rows.append({"label": say(locale, f"packet.field.{key}"), "text": text})
    return rows


def _chronology(opened: Opened, locale: str) -> Iterator[tuple[str, str, str]]:
    """(what it is sorted by, when in words, what) of everything the family dated."""
    asked = answers(opened.report)
    dated = {
        "event_date": spoken(asked.get("scenario")),
        "last_place_on": _if(locale, "last_seen", place=spoken(asked.get("last_place"))),
        "last_contact_on": _if(locale, "last_contact", how=spoken(asked.get("last_contact"))),
    }
    for key, what in dated.items():
        if what and (key == "event_date" or spoken(asked.get(key))):
            yield _on(asked.get(key), what)
    for stop in route(opened.report):
        said = (spoken(stop.get(key)) for key in ("stop_kind", "stop_place"))
        what = _if(locale, "route", what=", ".join(filter(None, said)))
        if what:
            yield _on(stop.get("stop_on"), what)
    yield _at(opened.facts.received_at, locale, say(locale, "packet.chronology.told"))
    yield from _added(opened, locale)


def _added(opened: Opened, locale: str) -> Iterator[tuple[str, str, str]]:
    """Never a return that is prepared or under way: paper may be found."""
    for update in opened.updates:
        told = answers(update.payload)
        status = next(iter(picked(told.get("status"))), "")
        if update.kind == "addition":
            words = text_in(update.payload, "text")
            added = say(locale, "packet.chronology.added")
            yield _at(update.at, locale, f"{added}: {words}")
        elif status and status not in SECRET:
            what = filter(None, (returned(locale, status), spoken(told.get("comment"))))
            yield _on(told.get("on"), ". ".join(what), fallback=update.at)


def _if(locale: str, key: str, **filled: str) -> str:
    return say(locale, f"packet.chronology.{key}", **filled) if all(filled.values()) else ""


def _on(told: Told | None, what: str, fallback: datetime | None = None) -> tuple[str, str, str]:
    first = part_of(told, "from")
    if not first and fallback is not None:
        first = fallback.astimezone(KYIV).date().isoformat()
    return first or _UNDATED, spoken(told), what


def _at(when: datetime, locale: str, what: str) -> tuple[str, str, str]:
    return when.astimezone(KYIV).isoformat(), stamp(locale, when), what


def _turned(opened: Opened, locale: str) -> dict[str, Printed]:
    asked = answers(opened.report)
    told = asked.get("reported_to")
    bodies = [one for one in picked(told) if one != "none"]
    rows = [[say(locale, f"report.reported_to.option.{one}"), "", "", ""] for one in bodies]
    number = spoken(asked.get("erdr_number"))
    if number:
        rows.append([say(locale, "packet.turned.erdr"), number, "", ""])
    return {
        "heading": say(locale, "packet.turned.heading"),
        "intro": say(locale, "packet.turned.intro" if rows else "packet.turned.nobody"),
        "head": [say(locale, f"packet.turned.{n}") for n in range(1, 5)],
        "rows": rows,
    }


def _contacts(locale: str) -> dict[str, Printed]:
    return {
        "heading": say(locale, "packet.contacts.heading"),
        "intro": say(locale, "packet.contacts.intro", day=day_of(locale, released())),
        "rows": [
            {
                "number": one.number,
                "what": say(locale, f"contacts.{one.id}.what"),
                "reach": say(locale, f"contacts.reach.{one.reach}"),
            }
            for one in contacts("declined")
        ],
    }
