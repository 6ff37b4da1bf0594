"""Opening one's keys for this session, and closing them again."""

import asyncio
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST
from pyrage.x25519 import Identity

from cases import tries
from cases.audit import AuditEvent, append
from cases.database import transaction
from cases.group_keys import NotGranted, group_identities
from cases.person import Person
from desk import tally
from desk.gate import STAFF, opening, person_of
from desk.opening import REASONS, give_reason
from desk.pages import inside, onward, page
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from vault import member
from vault.grant import WrapRefused
from vault.member import Member, MemberKeyRefused, WrongPassphrase
from vault.recipients import ListRefused

_MOST_PASSPHRASE: Final = 400


@get("/unlock", opt=opening("open"))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    return _page(site, visitor, inside(request.query_params.get("to", "/queue")))


def _page(site: Site, visitor: Visitor, to: str, wrong: str = "") -> Response[str]:
    status = HTTP_400_BAD_REQUEST if wrong else HTTP_200_OK
    easy = bool(site.demo) and site.demo_member is not None
    return page(site, visitor, "unlock.html", status=status, to=to, wrong=wrong, easy=easy)


@post("/unlock", opt=opening("open"), status_code=HTTP_200_OK)
async def unlock(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """With the key file and its passphrase; in the demo with a button."""
    form = await request.form()
    person, to = person_of(visitor), inside(str(form.get("to", "/queue")))
    if form.get("demo") and site.demo_member is not None:
        found = site.demo_member(person.number)
        return await _opened(site, visitor, person, found, to)
    upload, words = form.get("file"), str(form.get("passphrase", ""))[:_MOST_PASSPHRASE]
    raw = await upload.read(member.LARGEST + 1) if isinstance(upload, UploadFile) else b""
    subject = tally.of_key(site, person.id)
    if not await tries.count(site.pool, [subject], site.now()):
        return _page(site, visitor, to, "tries")
    try:
        found = await asyncio.to_thread(member.open, raw, words)
    except WrongPassphrase:
        return _page(site, visitor, to, "passphrase")
    except MemberKeyRefused:
        return _page(site, visitor, to, "file")
    await tries.forgive(site.pool, [subject])
    return await _opened(site, visitor, person, found, to)


async def _opened(
    site: Site, visitor: Visitor, person: Person, found: Member | None, to: str
) -> Response[str] | Redirect:
    if found is None or found.id != person.member:
        return _page(site, visitor, to, "another")
    try:
        held: list[Identity] = await group_identities(
            site.pool, found, site.recipients().at(site.now())
        )
    except ListRefused:
        return _page(site, visitor, to, "list")
    except NotGranted:
        return _page(site, visitor, to, "granted")
    except WrapRefused:
        return _page(site, visitor, to, "forged")
    assert visitor.session is not None, "the gate lets nobody else in"
    async with transaction(site.pool) as connection:
        event = AuditEvent(person.actor, "desk.unlocked")
        await append(connection, [event], signer=site.sign, now=site.now())
    site.ring.unlock(visitor.session.id, person, tuple(held), site.now())
    return onward(to)


@post("/lock", opt=opening(STAFF))
async def lock(site: Here, visitor: Guest) -> Redirect:
    if visitor.session is not None:
        site.ring.lock(visitor.session.id)
    return onward("/queue")


@get("/cases/{case:uuid}/why", opt=opening("open"))
async def why(site: Here, visitor: Guest, case: FromPath[UUID]) -> Response[str]:
    """Somebody else has taken this case."""
    return page(site, visitor, "why.html", case=case, reasons=REASONS)


@post("/cases/{case:uuid}/why", opt=opening("open"))
async def because(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    await give_reason(site, visitor, case, str((await request.form()).get("reason", "")))
    return onward(f"/cases/{case}")


ROUTES: Final = (shown, unlock, lock, why, because)
