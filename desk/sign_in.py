"""Signing in and out: a passkey first; else number, password and a second factor, all at once."""

import secrets
from typing import Final
from uuid import uuid4

from litestar import MediaType, Response, get, post
from litestar.exceptions import SerializationException
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_401_UNAUTHORIZED, HTTP_429_TOO_MANY_REQUESTS

from cases import entrance, sessions, tries
from cases.database import transaction
from cases.people import by_ids
from cases.person import Person, number_of
from cases.sessions import How, Opening
from desk import passkeys, second, tally
from desk import visitor as visiting
from desk.browsers import browser_of
from desk.gate import ANYBODY, WAITING, opening
from desk.pages import onward, page
from desk.passkeys import CHALLENGE, Unproven
from desk.site import Here, Site
from desk.troubles import trouble
from desk.visitor import Asked, Guest, Visitor

PURPOSE: Final = "sign-in"


@get("/sign-in", opt=opening(ANYBODY))
async def shown(site: Here, visitor: Guest) -> Response[str] | Redirect:
    if visitor.person is not None:
        return onward("/")
    return await _form(site, visitor)


@post("/sign-in", opt=opening(ANYBODY))
async def typed(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """Number, password, six digits or a recovery code. What of them is wrong is not said."""
    form = await request.form()
    handle = str(form.get("handle", ""))[:20]
    number = number_of(handle)
    subjects = (tally.of_person(site, number), tally.of_address(site, request))
    if not await tries.count(site.pool, subjects, site.now()):
        return await _form(site, visitor, HTTP_429_TOO_MANY_REQUESTS, wrong="often", handle=handle)
    found = await entrance.second_of(site.pool, number) if number is not None else None
    how = await second.proven(
        site, found, str(form.get("password", "")), str(form.get("code", ""))
    )
    if found is None or how is None:
        return await _form(site, visitor, HTTP_401_UNAUTHORIZED, wrong="wrong", handle=handle)
    await tries.forgive(site.pool, subjects)
    if found.person.state == "suspended":
        return trouble(request, "suspended", HTTP_401_UNAUTHORIZED)
    return await signed_in(site, request, found.person, how)


async def _form(
    site: Site, visitor: Visitor, status: int = HTTP_200_OK, *, wrong: str = "", handle: str = ""
) -> Response[str]:
    cast = await by_ids(site.pool, site.demo) if site.demo else ()
    return page(
        site, visitor, "sign_in.html", status=status, wrong=wrong, handle=handle, cast=cast
    )


@post("/sign-in/passkey/options", opt=opening(ANYBODY), status_code=HTTP_200_OK)
async def asked(site: Here, visitor: Guest) -> Response[str]:
    challenge = secrets.token_bytes(CHALLENGE)
    await sessions.challenge(
        site.pool, challenge, visit=visitor.visit, purpose=PURPOSE, now=site.now()
    )
    return Response(passkeys.to_sign(site, challenge), media_type=MediaType.JSON)


@post("/sign-in/passkey", opt=opening(ANYBODY), status_code=HTTP_200_OK)
async def answered(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """What the browser signed. The answer says where to go."""
    subject = tally.of_address(site, request)
    if not await tries.count(site.pool, (subject,), site.now()):
        return trouble(request, "too_often", HTTP_429_TOO_MANY_REQUESTS)
    try:
        person = await _holder(request, site, visitor)
    except Unproven:
        return trouble(request, "unproven", HTTP_401_UNAUTHORIZED)
    await tries.forgive(site.pool, (subject,))
    if person.state == "suspended":
        return trouble(request, "suspended", HTTP_401_UNAUTHORIZED)
    return await signed_in(site, request, person, "passkey", by_script=True)


async def _holder(request: Asked, site: Site, visitor: Visitor) -> Person:
    """Whose passkey signed. Raises Unproven."""
    answer = await answer_of(request)
    challenge = passkeys.challenge_in(answer)
    if not await sessions.challenged(
        site.pool, challenge, visit=visitor.visit, purpose=PURPOSE, now=site.now()
    ):
        raise Unproven
    known = await entrance.passkey(site.pool, passkeys.key_in(answer))
    if known is None:
        raise Unproven
    person, key = known
    count = passkeys.signed(site, answer, challenge, key)
    if not await entrance.passkey_used(site.pool, key.id, count, site.now()):
        raise Unproven
    return person


async def answer_of(request: Asked) -> dict[str, object]:
    """What a script sent. Raises Unproven when it is no object."""
    try:
        given = await request.json()
    except SerializationException:
        raise Unproven from None
    if not isinstance(given, dict):
        raise Unproven
    return given


@post("/sign-out", opt=opening(WAITING))
async def out(site: Here, visitor: Guest) -> Redirect:
    if visitor.person is not None and visitor.session is not None:
        site.ring.lock(visitor.session.id)
        async with transaction(site.pool) as connection:
            await sessions.end(
                connection, visitor.person, visitor.session.id, signer=site.sign, now=site.now()
            )
    answer = onward("/sign-in")
    answer.set_cookie(visiting.gone(site, visiting.SESSION))
    answer.set_cookie(visiting.gone(site, visiting.VISIT))
    return answer


async def signed_in(
    site: Site, request: Asked, person: Person, how: How, *, by_script: bool = False
) -> Response[str] | Redirect:
    """A new session with new cookies; whatever the browser held before counts no more."""
    token = secrets.token_urlsafe(32)
    fresh = Opening(uuid4(), token, how, browser_of(request.headers.get("User-Agent", "")))
    async with transaction(site.pool) as connection:
        await sessions.start(connection, person, fresh, signer=site.sign, now=site.now())
    answer: Response[str] | Redirect = onward("/")
    if by_script:
        answer = Response('{"to": "/"}', media_type=MediaType.JSON)
    answer.set_cookie(visiting.cookie(site, visiting.SESSION, token))
    answer.set_cookie(visiting.cookie(site, visiting.VISIT, secrets.token_urlsafe(32)))
    return answer


ROUTES: Final = (shown, typed, asked, answered, out)
