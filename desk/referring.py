"""Referring a case: to whom, which parts, with what consent or on what ground; what came of it.

The papers are made when they are fetched, of the case as it stood when it was referred.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import confirming, referring, taking
from cases.audit import AuditEvent, append
from cases.bodies import Body, bodies, grounds
from cases.database import transaction
from cases.person import NotNow, Person, handle_of
from cases.referring import Referral
from desk.export.consent import BLOCKED, Standing, standing, withheld
from desk.export.opened import Made, Opened
from desk.export.package import parcel
from desk.export.referral import Chosen, narrowed, questions, there
from desk.gate import opening, permitted
from desk.leaving import for_export
from desk.opening import OpenCase, open_case
from desk.pages import onward, page
from desk.pouring import pieces
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.answers import Json
from flows.kinds.cleaning import clean_text
from flows.kinds.subs import text_in
from locales import say

MAY: Final = "export_case"
MOST: Final = 3_000
"""Characters of a ground, or of what came of it."""
WRONG: Final = ("parts", "read", "ground", "words")


@dataclass(frozen=True)
class Given:
    """What the form says. `wrong`: the first thing to put right, "" for nothing."""

    parts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    read: bool = False
    ground: str = ""
    words: str = field(default="", repr=False)
    wrong: str = ""


@get("/cases/{case:uuid}/refer", opt=opening(MAY))
async def shown(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Response[str]:
    """To whom; with a body chosen, what of it. Raises as `open_case`."""
    _, found, opened = await _opened(site, visitor, case)
    body = bodies().get(request.query_params.get("to", ""))
    return _page(site, visitor, found, opened, body, Given())


def _page(  # noqa: PLR0917 - all that the page shows
    site: Site,
    visitor: Visitor,
    found: OpenCase,
    opened: Opened,
    body: Body | None,
    given: Given,
) -> Response[str]:
    has = there(opened)
    stood = {one.id: standing(opened, one.consent) for one in bodies().values()}
    chosen = body if body is not None and stood[body.id] not in BLOCKED else None
    return page(
        site, visitor, "refer.html", room="queue", case=found.file, facts=found.facts,
        status=HTTP_400_BAD_REQUEST if given.wrong else HTTP_200_OK,
        bodies=[(one, stood[one.id]) for one in bodies().values()], blocked=BLOCKED,
        body=chosen, stood=stood, given=given, note=withheld(opened), grounds=grounds(),
        parts=[(part, questions(opened, part)) for part in chosen.parts if part in has]
        if chosen else [],
    )  # fmt: skip


async def _opened(site: Site, visitor: Visitor, case: UUID) -> tuple[Person, OpenCase, Opened]:
    person, found = await open_case(site, visitor, case, MAY)
    return person, found, for_export(found, await confirming.of_case(site.pool, case), site)


@post("/cases/{case:uuid}/refer", opt=opening(MAY), status_code=HTTP_200_OK)
async def refer(
    request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]
) -> Response[str] | Redirect:
    """Raises NotNow for a body that the family forbade, or that is none; as `open_case`."""
    person, found, opened = await _opened(site, visitor, case)
    form = await request.form()
    body = bodies().get(str(form.get("to", "")))
    stood = standing(opened, body.consent) if body else "refused"
    if body is None or stood in BLOCKED:
        raise NotNow
    given = _given(form, body, opened, stood)
    if given.wrong:
        return _page(site, visitor, found, opened, body, given)
    told: dict[str, Json] = {
        "consent": stood,
        "ground": given.ground,
        "words": given.words,
        "parts": list(given.parts),
        "without": list(given.without),
    }
    async with transaction(site.pool) as connection:
        await referring.refer(
            connection, case, body.id, told, by=person, signer=site.sign, now=site.now()
        )
    return onward(f"/cases/{case}?said=referred#referrals")


def _given(form: FormMultiDict, body: Body, opened: Opened, stood: Standing) -> Given:
    ticked, left = form.getall("part", []), form.getall("without", [])
    has = there(opened)
    known = {key for part in body.parts for key, _ in questions(opened, part)}
    given = Given(
        parts=tuple(part for part in body.parts if part in ticked and part in has),
        without=tuple(sorted(key for key in known if key in left)),
        read=form.get("read") == "yes",
        ground=str(form.get("ground", "")),
        words=clean_text(str(form.get("words", "")))[:MOST],
    )
    if stood == "agreed":
        given = replace(given, ground="consent")
    return replace(given, wrong=_wrong(given, stood, bool(withheld(opened))))


def _wrong(given: Given, stood: Standing, noted: bool) -> str:
    """Of WRONG, "" for nothing."""
    if not given.parts:
        return "parts"
    if noted and not given.read:
        return "read"
    if stood == "unasked" and given.ground not in grounds():
        return "ground"
    return "words" if stood == "unasked" and not given.words else ""


@post(
    "/cases/{case:uuid}/referrals/{which:uuid}/papers", opt=opening(MAY), status_code=HTTP_200_OK
)
async def papers(
    site: Here, visitor: Guest, case: FromPath[UUID], which: FromPath[UUID]
) -> Stream:
    """What is handed over, of the case as it stood then. Raises NotNow once it was taken back."""
    person, found = await open_case(site, visitor, case, MAY)
    one = next((one for one in await referring.of_case(site.pool, case) if one.id == which), None)
    told = _sealed(found, one.sequence) if one else {}
    if one is None or one.state == "withdrawn" or not told:
        raise NotNow
    confirmed = await confirming.of_case(site.pool, case)
    body = bodies()[one.body]
    if standing(for_export(found, (), site), body.consent) in BLOCKED:
        raise NotNow  # the family has taken it back since
    then = replace(found, objects=tuple(o for o in found.objects if o.sequence < one.sequence))
    before = tuple(o for o in confirmed if o.sequence < one.sequence)
    chosen = Chosen(frozenset(_texts(told, "parts")), frozenset(_texts(told, "without")))
    opened = narrowed(for_export(then, before, site), chosen)
    first = one.steps[0]
    made = Made(first.at, handle_of(first.who), say(body.language, f"body.{body.id}"))
    async with transaction(site.pool) as connection:
        event = AuditEvent(
            person.actor, "case.exported", case, {"what": "referral", "body": body.id}
        )
        await append(connection, [event], signer=site.sign, now=site.now())
    name = f"{found.facts['code']}.{body.id}.zip"
    return Stream(
        pieces(partial(parcel, opened, made, body.language)),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@post("/cases/{case:uuid}/referrals/{which:uuid}", opt=opening("set_status"))
async def move(
    request: Asked, site: Here, visitor: Guest, case: FromPath[UUID], which: FromPath[UUID]
) -> Redirect:
    """What the body answered, or that it counts no more. Raises NotNow, Denied."""
    found = await taking.standing(site.pool, case)
    if found is None:
        raise NotNow
    person = await permitted(site, visitor, "set_status", found.about, case)
    form = await request.form()
    to, words = str(form.get("to", "")), clean_text(str(form.get("words", "")))[:MOST]
    async with transaction(site.pool) as connection:
        await referring.move(
            connection, case, which, to, words, by=person, signer=site.sign, now=site.now()
        )
    return onward(f"/cases/{case}?said=referral#referrals")


async def of_case(site: Site, found: OpenCase) -> list[dict[str, Any]]:
    """For the page of a case: each referral with its steps, and the words sealed with them."""
    listed = await referring.of_case(site.pool, found.file.id)
    return [_told(one, found) for one in listed]


def _told(one: Referral, found: OpenCase) -> dict[str, Any]:
    basis = _sealed(found, one.sequence)
    return {
        "one": one,
        "ground": text_in(basis, "ground"),
        "parts": _texts(basis, "parts"),
        "steps": [(step, text_in(_sealed(found, step.sequence), "words")) for step in one.steps],
    }


def _sealed(found: OpenCase, sequence: int | None) -> dict[str, Any]:
    """What was sealed with a step; nothing where it does not open."""
    held = found.at(sequence)
    return dict(held.payload) if held and held.kind == referring.KIND and held.payload else {}


def _texts(told: dict[str, Any], name: str) -> list[str]:
    return list(_strings(told.get(name)))


def _strings(held: object) -> Iterator[str]:
    yield from (str(one) for one in held) if isinstance(held, list) else ()


ROUTES: Final = (shown, refer, papers, move)
