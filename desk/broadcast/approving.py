"""The second person's word on a broadcast: these bytes, to these families; or back, or never."""

from typing import Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import broadcast_deeds, broadcast_returned
from cases.audience import Forbidden, TooFew
from cases.broadcast_deeds import NeedsHead, NoReason, SentToday
from cases.broadcasts import Broadcast, Changed
from cases.person import Person
from desk.broadcast.composing import LONGEST_REASON, Judged, rejudged
from desk.broadcast.showing import first_of, found_in, page_of
from desk.gate import opening, permitted, person_of
from desk.pages import onward
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.kinds.cleaning import clean_text

MAY: Final = "approve_broadcast"
LARGE: Final = "approve_large_broadcast"


@post("/broadcasts/{broadcast:uuid}/approve", opt=opening(MAY), status_code=HTTP_200_OK)
async def approve(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """What was on the page, and nothing else: its bytes and its time come back with the form."""
    found = await found_in(site, broadcast)
    looked = rejudged(found.content, site.now())
    about = first_of(site, person_of(visitor), found)
    person = await permitted(site, visitor, MAY, about)
    if looked.asks:
        await permitted(site, visitor, LARGE, about)
    form = await request.form()
    ticked = {name for name in ("understood", "personal", "again") if form.get(name) == "yes"}
    wrong = _wrong(found, looked, ticked, str(form.get("digest", "")), str(form.get("time", "")))
    if not wrong:
        try:
            await broadcast_deeds.approve(
                site.pool, broadcast, found.digest, by=person, signer=site.sign, now=site.now(),
                again="again" in ticked, training=bool(site.demo),
            )  # fmt: skip
        except tuple(_WHY_NOT) as error:
            wrong = _WHY_NOT[type(error)]
    if wrong:
        return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong=wrong)
    return onward(f"/broadcasts/{broadcast}", said="approved")


def _wrong(
    found: Broadcast, looked: Judged, ticked: set[str], digest: str, time: str
) -> str:  # fmt: skip
    """Of showing.WRONG, "" for nothing."""
    if digest != found.digest.hex() or time != time_of(found):
        return "changed"
    if looked.content is None:
        return "blocked"
    if looked.asks and "personal" not in ticked:
        return "personal"
    return "" if "understood" in ticked else "understood"


def time_of(found: Broadcast) -> str:
    """When it may leave at the earliest, as a form carries it."""
    at = found.content.not_before
    return at.isoformat() if at else ""


_WHY_NOT: Final[dict[type[Exception], str]] = {
    Changed: "changed",
    TooFew: "few",
    Forbidden: "forbidden",
    NeedsHead: "head",
    SentToday: "again",
}


@post("/broadcasts/{broadcast:uuid}/return", opt=opening("broadcasts"), status_code=HTTP_200_OK)
async def give_back(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """With a reason, to be changed. It harms nobody, so no proof of who it is is asked for."""
    found = await found_in(site, broadcast)
    person = await _second(site, visitor, found)
    reason = await _reason(request)
    try:
        await broadcast_deeds.give_back(
            site.pool, broadcast, reason, by=person, signer=site.sign, now=site.now()
        )
    except NoReason:
        return await _unreasoned(site, visitor, broadcast)
    await broadcast_returned.keep(site.pool, broadcast, found.content)
    return onward(f"/broadcasts/{broadcast}", said="returned")


@post("/broadcasts/{broadcast:uuid}/refuse", opt=opening("broadcasts"), status_code=HTTP_200_OK)
async def refuse(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """With a reason, for good."""
    found = await found_in(site, broadcast)
    person = await _second(site, visitor, found)
    try:
        await broadcast_deeds.refuse(
            site.pool, broadcast, await _reason(request), by=person, signer=site.sign,
            now=site.now(),
        )  # fmt: skip
    except NoReason:
        return await _unreasoned(site, visitor, broadcast)
    return onward(f"/broadcasts/{broadcast}", said="refused")


async def _second(site: Site, visitor: Visitor, found: Broadcast) -> Person:
    return await permitted(site, visitor, MAY, first_of(site, person_of(visitor), found))


async def _reason(request: Asked) -> str:
    return clean_text(str((await request.form()).get("reason", "")))[:LONGEST_REASON]


async def _unreasoned(site: Site, visitor: Visitor, broadcast: UUID) -> Response[str]:
    return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong="reason")


ROUTES: Final = (approve, give_back, refuse)
