"""The dossier: a case on paper, for the file and for the court. In Ukrainian or in English.

What was claimed and what was confirmed stand apart, and so do the children. Answers stay in the
language they were given in, under the questions as they were asked.
"""

from collections.abc import Mapping
from typing import Final

from cases.readiness import readiness
from cases.reading import Told, answers, children, shared_with, spoken
from desk.export import chapters
from desk.export.document import document, photographs
from desk.export.opened import Made, Opened
from desk.export.printing import Printed, pdf
from desk.export.wording import framed, returned, stamp, worded
from flows.answers import Json
from locales import say

PARTS: Final = ("told", "later", "files", "readiness", "custody")
"""What a dossier may hold besides its first page and its notes, in this order."""


def dossier(opened: Opened, made: Made, locale: str, *, only: tuple[str, ...] = PARTS) -> bytes:
    """A PDF/A-3a, framed in `locale` ("uk", "en"), with the case as JSON attached.

    `only`: the PARTS wanted; the JSON is attached when all are. Blocks: call it in a thread.
    """
    return pdf("dossier.typ", laid_out(opened, made, locale, only=only), made.at)


def laid_out(
    opened: Opened, made: Made, locale: str, *, only: tuple[str, ...] = PARTS
) -> dict[str, Printed]:
    """What the template prints."""
    locale = framed(locale)
    code = opened.facts.code
    whole = set(PARTS) <= set(only)
    chosen = [
        part
        for name, write in _WRITTEN.items()
        if name in only and (part := write(opened, locale)) is not None
    ]
    return {
        "lang": locale,
        "title": say(locale, "dossier.title", code=code),
        "author": say(locale, "dossier.author"),
        "running": say(locale, "dossier.running", code=code),
        "page": say(locale, "dossier.page"),
        "of": say(locale, "dossier.of"),
        "foot": say(locale, "dossier.foot", at=stamp(locale, made.at), by=made.by),
        "words": {
            "asked": say(locale, "dossier.asked"),
            "answered": say(locale, "dossier.answered"),
            "when": say(locale, "dossier.when"),
        },
        "attached": document(opened, made).decode() if whole else None,
        "attached_as": say(locale, "dossier.attached_as", code=code),
        "cover": _cover(opened, made, locale),
        "parts": [*chosen, _notes(locale, whole=whole)],
    }


_WRITTEN: Final = {
    "told": chapters.told,
    "later": chapters.later,
    "files": chapters.files,
    "readiness": lambda opened, locale: chapters.meters(
        readiness(opened.report, photographs(opened.files)), opened, locale
    ),
    "custody": chapters.custody,
}
"""By the names in PARTS."""


def _cover(opened: Opened, made: Made, locale: str) -> dict[str, Printed]:
    facts = opened.facts
    rows = {
        "made_for": made.to,
        "made_by": made.by,
        "made_at": stamp(locale, made.at),
        "received": stamp(locale, facts.received_at, seconds=True),
        "channel": worded(locale, "dossier.channel", facts.channel),
        "language": worded(locale, "dossier.language", facts.locale),
        "level": worded(locale, "bell.level", facts.level),
        "reasons": "\n".join(worded(locale, "dossier.reason", one) for one in facts.reasons),
        "status": worded(locale, "dossier.status", facts.status),
        "children": "\n".join(_child(one) for one in children(opened.report)),
        "claimed": _claimed(opened, locale),
        "confirmed": _confirmed(opened, locale),
        "shared": _shared(opened.report, locale),
        "withheld": spoken(answers(opened.report).get("withhold")),
    }
    return {
        "kicker": say(locale, "dossier.kicker"),
        "code": facts.code,
        "heading": worded(locale, "dossier.kind", facts.kind),
        "notices": [
            say(locale, key)
            for key, holds in {
                "dossier.notice.lead": True,
                "dossier.notice.partial": facts.partial,
                "dossier.notice.withdrawn": facts.withdrawn_at is not None,
                "dossier.notice.erase": facts.erase_asked_at is not None,
                "dossier.notice.silence": _asked_for_silence(opened.report),
            }.items()
            if holds
        ],
        "facts": [
            {"label": say(locale, f"dossier.cover.{name}"), "text": text}
            for name, text in rows.items()
            if text
        ],
    }


def _child(asked: Mapping[str, Told]) -> str:
    return ", ".join(filter(None, (spoken(asked.get("name")), spoken(asked.get("born")))))


def _claimed(opened: Opened, locale: str) -> str:
    facts = opened.facts
    if facts.claimed is None:
        return ""
    said = returned(locale, facts.claimed)
    return f"{said}, {stamp(locale, facts.claimed_at)}" if facts.claimed_at else said


def _confirmed(opened: Opened, locale: str) -> str:
    if not opened.confirmed:
        return say(locale, "dossier.cover.nothing_confirmed") if opened.facts.claimed else ""
    last = max(opened.confirmed, key=lambda one: one.at)
    return f"{returned(locale, last.status)}, {stamp(locale, last.at)}"


def _shared(report: Mapping[str, Json], locale: str) -> str:
    parties = shared_with(report)
    ordered = [party for party in chapters.PARTIES if party in parties]
    return "\n".join(say(locale, f"report.share.option.{party}") for party in ordered)


def _asked_for_silence(report: Mapping[str, Json]) -> bool:
    """Where writing or calling may harm, whoever holds the paper must see it first."""
    asked = answers(report)
    contact = asked.get("contact_pref")
    quiet = contact is not None and contact.value == "do_not_contact"
    return quiet or bool(spoken(asked.get("contact_unsafe")))


def _notes(locale: str, *, whole: bool) -> dict[str, Printed]:
    said = ["lead", "states", "claims", "time", "signs", "files"]
    texts = [say(locale, f"dossier.notes.{one}") for one in (*said, *(["json"] if whole else []))]
    return {
        "heading": say(locale, "dossier.notes.heading"),
        "intro": "",
        "own_page": False,
        "blocks": [{"kind": "text", "text": text} for text in texts],
    }
