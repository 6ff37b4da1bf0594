"""A prosecutor's page of one case: read it, ask the family, decide. Every form leads back here."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import adding, asking, confirming, deciding, taking
from cases.asking import MayNotWrite
from cases.confirming import STATUSES
from cases.database import transaction
from cases.deciding import LEVELS, NEXT, REASONS, WHY_LEVEL
from cases.messages import Letter
from cases.permissions import About, may
from cases.person import NotNow, Person
from cases.readiness import readiness
from desk import leaving, merging, referring, telling, together
from desk.files import files_of_case
from desk.gate import opening, permitted
from desk.opening import OpenCase, open_case
from desk.pages import onward, page
from desk.pairs import pairs_of_case
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.asked import askable
from flows.kinds.cleaning import clean_text
from vault.box import BoxRefused

MOST: Final = 3_000
"""Characters of a letter or a note: a family reads it in one message."""

_SAID: Final = ("asked", "written", "noted", "unheard", "merged", "status", "level", "closed",
                "reopened", "confirmed", "seconded", "undone", "held", "withdrawn", "empty",
                "box", "family", "sure", "referred", "referral")  # fmt: skip


@get("/cases/{case:uuid}", opt=opening("open"))
async def shown(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Response[str]:
    person, opened = await open_case(site, visitor, case)
    said = request.query_params.get("said", "")
    told = await _shown(site, person, opened)
    said = said if said in _SAID else ""
    beside = await pairs_of_case(site, visitor, case)
    beside |= await together.told(site, visitor, opened)
    beside |= merging.told(opened, beside)
    told["unheard"] = together.numbers(request.query_params.get("who", ""))
    beside |= files_of_case(opened, visitor.locale)
    return page(site, visitor, "case.html", room="queue", said=said, **told, **beside)


async def _shown(site: Site, person: Person, opened: OpenCase) -> dict[str, Any]:
    facts = opened.facts
    about = About(facts["oblast"], owner=facts["taken_by"])
    files = [one.payload for one in opened.of("manifest") if one.payload is not None]
    photographs = sum(1 for one in files if str(one.get("sent_as")) == "photo")
    report = opened.report
    meters = readiness(report.payload, photographs) if report and report.payload else ()
    return {
        "case": opened.file,
        "facts": facts,
        "now": site.now(),
        "blocks": telling.report(opened),
        "versions": opened.of("report"),
        "thread": telling.thread(opened),
        "damaged": [one for one in opened.objects if one.trouble],
        "meters": meters,
        "confirmations": await confirming.of_case(site.pool, opened.file.id),
        "statuses": STATUSES,
        "next": NEXT.get(facts["status"], ()),
        "reasons": REASONS,
        "levels": [level for level in LEVELS if level != facts["level"]],
        "why_level": WHY_LEVEL,
        "askable": askable(),
        "exports": leaving.WHAT,
        "referrals": await referring.of_case(site, opened),
        "rights": {
            right
            for right in ("take", "release", "set_status", "write_to_family", "export_case",
                          "hold", "link_duplicates")
            if may(person, right, about)
        },
    }  # fmt: skip


async def _deciding(site: Site, visitor: Visitor, case: UUID, action: str) -> Person:
    """Who may decide this about the case. Raises NotNow, Denied."""
    found = await taking.standing(site.pool, case)
    if found is None:
        raise NotNow
    return await permitted(site, visitor, action, found.about, case)


def _back(case: UUID, said: str) -> Redirect:
    return onward(f"/cases/{case}", said=said)


async def _words(request: Asked, name: str = "text") -> str:
    return clean_text(str((await request.form()).get(name, "")))[:MOST]


@post("/cases/{case:uuid}/ask", opt=opening("write_to_family"))
async def ask(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """Questions of the report, words of one's own, or a message that wants no answer."""
    person = await _deciding(site, visitor, case, "write_to_family")
    form = await request.form()
    text = await _words(request)
    questions = tuple(key for key in askable() if key in form.getall("question", []))
    own = form.get("wants") == "answer" and bool(text)
    if not text and not questions:
        return _back(case, "empty")
    child = str(form.get("child", ""))
    letter = Letter(text, questions, int(child) if child in "123456789" and child else None, own)
    try:
        box = await asking.letter_box(site.pool, site.recipients(), site.now())
        await asking.write(
            site.pool, case, letter, to=box, by=person, signer=site.sign, now=site.now()
        )
    except BoxRefused:
        return _back(case, "box")
    except MayNotWrite:
        return _back(case, "family")
    return _back(case, "asked" if letter.kind == "question" else "written")


@post("/cases/{case:uuid}/letters/{message:uuid}/withdraw", opt=opening("write_to_family"))
async def withdraw(
    site: Here, visitor: Guest, case: FromPath[UUID], message: FromPath[UUID]
) -> Redirect:
    person = await _deciding(site, visitor, case, "write_to_family")
    if not await asking.take_back(site.pool, message, by=person, signer=site.sign, now=site.now()):
        raise NotNow
    return _back(case, "withdrawn")


@post("/cases/{case:uuid}/note", opt=opening("open"))
async def note(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "open")
    text = await _words(request)
    if not text:
        return _back(case, "empty")
    async with transaction(site.pool) as connection:
        named = await adding.note(
            connection, case, text, by=person, signer=site.sign, now=site.now()
        )
    if named.unheard:
        return onward(
            f"/cases/{case}", said="unheard", who="_".join(str(one) for one in named.unheard)
        )
    return _back(case, "noted")


@post("/cases/{case:uuid}/status", opt=opening("set_status"))
async def status(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "set_status")
    form = await request.form()
    async with transaction(site.pool) as connection:
        await deciding.set_status(
            connection, case, str(form.get("to", "")), was=str(form.get("was", "")),
            by=person, signer=site.sign, now=site.now(),
        )  # fmt: skip
    return _back(case, "status")


@post("/cases/{case:uuid}/level", opt=opening("set_status"))
async def level(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "set_status")
    form = await request.form()
    async with transaction(site.pool) as connection:
        await deciding.set_level(
            connection, case, str(form.get("level", "")), str(form.get("why", "")),
            by=person, signer=site.sign, now=site.now(),
        )  # fmt: skip
    return _back(case, "level")


@post("/cases/{case:uuid}/close", opt=opening("set_status"))
async def close(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "set_status")
    reason = str((await request.form()).get("reason", ""))
    async with transaction(site.pool) as connection:
        await deciding.close(connection, case, reason, by=person, signer=site.sign, now=site.now())
    return _back(case, "closed")


@post("/cases/{case:uuid}/reopen", opt=opening("set_status"))
async def reopen(site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "set_status")
    async with transaction(site.pool) as connection:
        await deciding.reopen(connection, case, by=person, signer=site.sign, now=site.now())
    return _back(case, "reopened")


@post("/cases/{case:uuid}/hold", opt=opening("hold"))
async def hold(site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    person = await _deciding(site, visitor, case, "hold")
    async with transaction(site.pool) as connection:
        await deciding.hold(connection, case, by=person, signer=site.sign, now=site.now())
    return _back(case, "held")


@post("/cases/{case:uuid}/confirm", opt=opening("set_status"))
async def confirm(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """With what it is known from; a death waits for a second person."""
    person = await _deciding(site, visitor, case, "set_status")
    basis = await _words(request, "basis")
    if not basis:
        return _back(case, "empty")
    async with transaction(site.pool) as connection:
        await confirming.confirm(
            connection, case, str((await request.form()).get("status", "")), basis,
            by=person, signer=site.sign, now=site.now(),
        )  # fmt: skip
    return _back(case, "confirmed")


@post("/cases/{case:uuid}/confirmations/{which:uuid}/second", opt=opening("second_death"))
async def second(
    site: Here, visitor: Guest, case: FromPath[UUID], which: FromPath[UUID]
) -> Redirect:
    """The second person's word."""
    person = await _deciding(site, visitor, case, "second_death")
    async with transaction(site.pool) as connection:
        await confirming.second(connection, which, by=person, signer=site.sign, now=site.now())
    return _back(case, "seconded")


@post("/cases/{case:uuid}/confirmations/{which:uuid}/undo", opt=opening("set_status"))
async def undo(
    site: Here, visitor: Guest, case: FromPath[UUID], which: FromPath[UUID]
) -> Redirect:
    """Taking a confirmation back."""
    person = await _deciding(site, visitor, case, "set_status")
    async with transaction(site.pool) as connection:
        await confirming.undo(connection, which, by=person, signer=site.sign, now=site.now())
    return _back(case, "undone")


ROUTES: Final = (
    shown, ask, withdraw, note, status, level, close, reopen, hold, confirm, second, undo,
)  # fmt: skip
