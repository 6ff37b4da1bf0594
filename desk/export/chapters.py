"""The parts of a dossier as blocks for its template; None for a part with nothing to tell."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias

from cases.readiness import Meter
from cases.reading import Part, Told, children, parts, spoken
from desk.export.opened import Attached, Confirmed, Opened, Update
from desk.export.printing import Printed
from desk.export.wording import returned, size, stamp, stamped, worded
from flows.kinds.subs import record_in, text_in
from flows.report import OTHERS
from locales import say

Block: TypeAlias = dict[str, Printed]

PARTIES: Final = ("prosecutor", *OTHERS, "match")
_LONG: Final = 420
"""Characters from which on an answer has the whole width of the page."""


def _chapter(
    locale: str, name: str, blocks: list[Block], *, own_page: bool = False
) -> Block | None:
    """None when there is nothing to tell."""
    if not blocks:
        return None
    return {
        "heading": say(locale, f"dossier.part.{name}.heading"),
        "intro": say(locale, f"dossier.part.{name}.intro"),
        "own_page": own_page,
        "blocks": blocks,
    }


def told(opened: Opened, locale: str) -> Block | None:
    """What the reporter said, section by section, each child and each stop of the way apart."""
    blocks: list[Block] = []
    for part in parts(opened.report):
        blocks += _section(part, locale)
    consent = record_in(opened.report, "consent")
    if text_in(consent, "text"):
        heading = say(locale, "dossier.consent", at=stamped(locale, text_in(consent, "at")))
        blocks.append({"kind": "heading", "level": 2, "text": heading})
        blocks.append({"kind": "small", "text": text_in(consent, "text")})
    return _chapter(locale, "told", blocks, own_page=True)


def _section(part: Part, locale: str) -> Iterator[Block]:
    heading = part.name or say(locale, "dossier.closing")
    yield {"kind": "heading", "level": 2, "text": heading}
    if part.answers:
        yield {"kind": "answers", "rows": [_row(told, locale) for told in part.answers]}
    for item in part.items:
        if item:
            yield {"kind": "heading", "level": 3, "text": _item(item, locale)}
            yield {"kind": "answers", "rows": [_row(told, locale) for told in item]}


def _item(item: tuple[Told, ...], locale: str) -> str:
    group, number = item[0].group, item[0].number
    named = next((spoken(told) for told in item if told.key == "name"), "")
    counted = say(locale, f"dossier.item.{group}", number=str(number))
    return f"{counted} · {named}" if named else counted


def _row(told: Told, locale: str) -> Block:
    state = None if told.given else worded(locale, "dossier.state", told.state)
    return {
        "question": told.question or told.name,
        "answer": told.answer,
        "state": state,
        "remarks": list(_remarks(told, locale)),
        "long": len(told.answer) > _LONG,
        "at": stamped(locale, told.at).replace(", ", "\n"),
    }


def _remarks(told: Told, locale: str) -> Iterator[str]:
    if told.verbatim and told.verbatim != told.answer:
        yield say(locale, "dossier.verbatim", text=told.verbatim)
    for flag in told.flags:
        yield worded(locale, "dossier.flag", flag)


def later(opened: Opened, locale: str) -> Block | None:
    """What came after sending, in the order of time; what was confirmed stands out."""
    found: list[tuple[datetime, int, Block]] = [
        *((one.at, one.sequence, _update(one, locale)) for one in opened.updates),
        *((one.at, 0, _confirmation(one, locale)) for one in opened.confirmed),
    ]
    found.sort(key=lambda one: one[:2])
    return _chapter(locale, "later", [block for _, _, block in found])


def _update(update: Update, locale: str) -> Block:
    payload = update.payload
    rows = [told for part in parts(payload) for told in _all(part)]
    status = next((told for told in rows if told.key == "status"), None)
    heading = say(locale, f"dossier.update.{update.kind}")
    if status is not None and status.given:
        heading = returned(locale, str(status.value))
    verbatim = text_in(payload, "verbatim")
    said = text_in(payload, "text")
    if verbatim and verbatim != said:
        said = f"{said}\n{say(locale, 'dossier.verbatim', text=verbatim)}"
    return {
        "kind": "event",
        "at": stamp(locale, update.at),
        "tag": say(locale, "dossier.tag.claimed"),
        "confirmed": False,
        "heading": heading,
        "text": said,
        "rows": [_row(told, locale) for told in rows],
    }


def _all(part: Part) -> Iterator[Told]:
    yield from part.answers
    for item in part.items:
        yield from item


def _confirmation(confirmed: Confirmed, locale: str) -> Block:
    by = say(locale, "dossier.confirmed_by", by=confirmed.by)
    return {
        "kind": "event",
        "at": stamp(locale, confirmed.at),
        "tag": say(locale, "dossier.tag.confirmed"),
        "confirmed": True,
        "heading": returned(locale, confirmed.status),
        "text": "\n".join(filter(None, (by, confirmed.basis))),
        "rows": [],
    }


def files(opened: Opened, locale: str) -> Block | None:
    """Each file with its name, size, hash and how it was sent; those that failed too."""
    return _chapter(locale, "files", [_file(one, locale) for one in opened.files])


def _file(attached: Attached, locale: str) -> Block:
    manifest = attached.manifest
    name = text_in(manifest, "name") or say(locale, "dossier.file.nameless")
    sent = say(
        locale,
        "dossier.file.sent",
        how=worded(locale, "dossier.sent_as", text_in(manifest, "sent_as")),
        at=stamped(locale, text_in(manifest, "sent_at")),
    )
    lines = [sent, *_kept(attached, locale)]
    if text_in(manifest, "caption"):
        lines.append(say(locale, "dossier.file.caption", text=text_in(manifest, "caption")))
    return {
        "kind": "file",
        "number": f"{attached.sequence:04d}",
        "name": name,
        "lines": lines,
        "hashed": "SHA-256",
        "hash": text_in(manifest, "sha256"),
    }


def _kept(attached: Attached, locale: str) -> Iterator[str]:
    manifest = attached.manifest
    if manifest.get("state") != "held":
        yield worded(locale, "dossier.file.reason", text_in(manifest, "reason") or "unknown")
        return
    count = manifest.get("size")
    kind = text_in(manifest, "sniffed") or text_in(manifest, "claimed")
    yield say(
        locale,
        "dossier.file.kept",
        kind=kind or say(locale, "dossier.file.kindless"),
        size=size(locale, count if isinstance(count, int) else 0),
        at=stamped(locale, text_in(manifest, "taken_at")),
    )


def meters(found: tuple[Meter, ...], opened: Opened, locale: str) -> Block | None:
    """How far the report is from each threshold, child by child."""
    blocks: list[Block] = []
    for number, own in enumerate(children(opened.report), 1):
        counted = say(locale, "dossier.item.children", number=str(number))
        named = spoken(own.get("name"))
        heading = f"{counted} · {named}" if named else counted
        blocks.append({"kind": "heading", "level": 2, "text": heading})
        blocks += [_meter(one, locale) for one in found if one.child == number]
    return _chapter(locale, "readiness", blocks)


def _meter(meter: Meter, locale: str) -> Block:
    lines = [
        say(locale, f"readiness.{what}", list=_listed(codes, locale))
        for what, codes in (("missing", meter.missing), ("better", meter.better))
        if codes
    ]
    return {
        "kind": "meter",
        "name": say(locale, f"readiness.{meter.body}.name"),
        "ready": meter.ready,
        "state": say(locale, "readiness.ready" if meter.ready else "readiness.not_yet"),
        "lines": lines,
    }


def _listed(codes: tuple[str, ...], locale: str) -> str:
    return "; ".join(say(locale, f"readiness.lack.{code}") for code in codes)


def custody(opened: Opened, locale: str) -> Block | None:
    """How it came here: received, sealed, and who has done what with it since."""
    blocks: list[Block] = [
        {
            "kind": "text",
            "text": say(
                locale,
                "dossier.custody.received",
                at=stamp(locale, opened.facts.received_at, seconds=True),
                case=str(opened.id),
            ),
        }
    ]
    if opened.objects:
        blocks.append(
            _table(
                locale,
                "objects",
                [12, 24, 0],
                [
                    [f"{one.sequence:04d}", worded(locale, "dossier.object", one.kind), one.sha256]
                    for one in sorted(opened.objects, key=lambda one: one.sequence)
                ],
                mono=2,
            )
        )
    if opened.chain:
        rows: list[Printed] = [
            [str(one.seq), stamp(locale, one.at, seconds=True), one.actor, one.action]
            for one in sorted(opened.chain, key=lambda one: one.seq)
        ]
        blocks.append(_table(locale, "chain", [16, 42, 46, 0], rows))
    return _chapter(locale, "custody", blocks)


def _table(
    locale: str, name: str, columns: list[Printed], rows: list[Printed], mono: int = -1
) -> Block:
    head = [say(locale, f"dossier.{name}.{n}") for n in range(1, len(columns) + 1)]
    return {"kind": "rows", "columns": columns, "head": head, "rows": rows, "mono": mono}
