"""What leaves the desk: an opened case as dossier, package, tables or papers for the family.

Each leaving is in the audit chain before its first byte, with what and for whom (a code, no name).
"""

import asyncio
from functools import partial
from typing import Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from litestar.status_codes import HTTP_200_OK

from cases import confirming
from cases.audit import AuditEvent, append
from cases.confirming import Confirmation
from cases.database import transaction
from cases.person import NotNow, handle_of
from desk.export import opened as exports
from desk.export.document import document
from desk.export.dossier import dossier
from desk.export.opened import Attached, Facts, Made, Stored
from desk.export.package import package
from desk.export.packet import packet
from desk.export.tables import answers_csv
from desk.gate import opening
from desk.opening import OpenCase, open_case
from desk.pages import onward
from desk.pouring import pieces, poured
from desk.site import Here, Site
from desk.visitor import Asked, Guest

_KINDS: Final = {
    "dossier.uk": ("application/pdf", "dossier.uk.pdf"),
    "dossier.en": ("application/pdf", "dossier.en.pdf"),
    "package": ("application/zip", "package.zip"),
    "answers": ("text/csv; charset=utf-8", "answers.csv"),
    "json": ("application/json", "case.json"),
    "packet": ("application/pdf", "family.uk.pdf"),
}
WHAT: Final = tuple(_KINDS)
_LATER: Final = ("addition", "news", "answer", "withdrawal", "erasure")


def for_export(
    case: OpenCase, confirmations: tuple[Confirmation, ...], site: Site
) -> exports.Opened:
    """The opened case as exporters take it. Raises NotNow where its report does not open."""
    report = case.report
    if report is None or report.payload is None:
        raise NotNow
    names = Facts.__dataclass_fields__
    facts = {key: value for key, value in case.facts.items() if key in names}
    facts["reasons"] = tuple(facts["reasons"])
    newest = max((one.sequence for one in case.of("report")), default=0)
    files = {row.sequence: row for row in case.file.files}
    bases = {one.sequence: one.payload or {} for one in case.of(confirming.KIND)}
    return exports.Opened(
        id=case.file.id,
        facts=Facts(**facts),
        report=report.payload,
        cards=tuple(
            one.payload for one in case.of("card") if one.payload and one.sequence > newest
        ),
        updates=tuple(
            exports.Update(one.sequence, one.kind, one.row.at, one.payload)
            for one in case.of(*_LATER)
            if one.payload is not None
        ),
        confirmed=tuple(
            exports.Confirmed(
                one.status, one.at, handle_of(one.number),
                str(bases.get(one.sequence, {}).get("basis", "")),
            )
            for one in confirmations
            if one.counts
        ),
        files=tuple(
            Attached(
                one.sequence, one.payload, poured(site, case.identity, files.get(one.sequence))
            )
            for one in case.of("manifest")
            if one.payload is not None
        ),
        objects=tuple(
            Stored(one.sequence, one.kind, one.row.head.object, one.row.sha256.hex(),
                   one.row.sealed)
            for one in case.objects
        ),
        chain=tuple(
            exports.Entry(one.seq, one.at, handle_of(one.number) if one.number else one.actor,
                          one.action)
            for one in case.file.chain
        ),
        case_key=case.file.keys[0],
    )  # fmt: skip


@post("/cases/{case:uuid}/export", opt=opening("export_case"), status_code=HTTP_200_OK)
async def export(
    request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]
) -> Response[bytes] | Stream | Redirect:
    """The file asked for. Raises as `open_case`; NotNow for something that is not made here."""
    form = await request.form()
    what = str(form.get("what", ""))
    if what not in _KINDS:
        raise NotNow
    if form.get("sure") != "yes":
        return onward(f"/cases/{case}", said="sure")
    person, found = await open_case(site, visitor, case, "export_case")
    whole = for_export(found, await confirming.of_case(site.pool, case), site)
    async with transaction(site.pool) as connection:
        event = AuditEvent(person.actor, "case.exported", case, {"what": what})
        await append(connection, [event], signer=site.sign, now=site.now())
    made = Made(site.now(), person.handle)
    media, name = _KINDS[what]
    headers = {
        "content-disposition": f'attachment; filename="{found.facts["code"]}.{name}"',
    }
    if what == "package":
        return Stream(pieces(partial(package, whole, made)), media_type=media, headers=headers)
    return Response(await _made(what, whole, made), media_type=media, headers=headers)


async def _made(what: str, whole: exports.Opened, made: Made) -> bytes:
    match what:
        case "answers":
            return answers_csv(whole)
        case "json":
            return document(whole, made)
        case "packet":
            return await asyncio.to_thread(packet, whole, made)
        case _:
            return await asyncio.to_thread(dossier, whole, made, what.rpartition(".")[2])


ROUTES: Final = (export,)
