"""Accepting an invite: one link, one person, 24 hours; a passkey, or a password with a factor."""

import asyncio
import secrets
from typing import Final

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_404_NOT_FOUND,
)

from cases import entrance, sessions
from cases.database import transaction
from cases.entrance import Fallback, Passkey
from cases.people import hash_of
from cases.person import NotNow, Person
from desk import passkeys, second
from desk.browsers import browser_of
from desk.gate import ANYBODY, opening
from desk.pages import page
from desk.passkeys import CHALLENGE, Unproven
from desk.sign_in import answer_of, signed_in
from desk.site import Here, Site
from desk.troubles import trouble
from desk.visitor import Asked, Guest, Visitor
from vault import passwords


@get("/invite/{invite:str}", opt=opening(ANYBODY))
async def shown(
    request: Asked, site: Here, visitor: Guest, invite: FromPath[str]
) -> Response[str]:
    person = await entrance.invited(site.pool, invite, site.now())
    if person is None:
        return _spent(request)
    return page(site, visitor, "invite.html", invite=invite, guest=person)


@post("/invite/{invite:str}/passkey/options", opt=opening(ANYBODY), status_code=HTTP_200_OK)
async def asked(
    request: Asked, site: Here, visitor: Guest, invite: FromPath[str]
) -> Response[str]:
    person = await entrance.invited(site.pool, invite, site.now())
    if person is None:
        return _spent(request)
    challenge = secrets.token_bytes(CHALLENGE)
    await sessions.challenge(
        site.pool, challenge, visit=visitor.visit, purpose=_purpose(invite), now=site.now()
    )
    return Response(passkeys.to_make(site, person, challenge), media_type=MediaType.JSON)


@post("/invite/{invite:str}/passkey", opt=opening(ANYBODY), status_code=HTTP_200_OK)
async def answered(
    request: Asked, site: Here, visitor: Guest, invite: FromPath[str]
) -> Response[str] | Redirect:
    """The passkey the browser made: its owner is enrolled, and signed in."""
    try:
        answer = await answer_of(request)
        challenge = passkeys.challenge_in(answer)
        if not await sessions.challenged(
            site.pool, challenge, visit=visitor.visit, purpose=_purpose(invite), now=site.now()
        ):
            return trouble(request, "unproven", HTTP_401_UNAUTHORIZED)
        label = browser_of(request.headers.get("User-Agent", ""))
        key = passkeys.made(site, answer, challenge, label)
        person = await _accepted(site, invite, key)
    except Unproven:
        return trouble(request, "unproven", HTTP_401_UNAUTHORIZED)
    except NotNow:
        return _spent(request)
    return await signed_in(site, request, person, "passkey", by_script=True)


@get("/invite/{invite:str}/password", opt=opening(ANYBODY))
async def form_shown(
    request: Asked, site: Here, visitor: Guest, invite: FromPath[str]
) -> Response[str]:
    person = await entrance.invited(site.pool, invite, site.now())
    if person is None:
        return _spent(request)
    return _form(site, visitor, invite, person, secret=second.fresh_secret(), wrong="")


@post("/invite/{invite:str}/password", opt=opening(ANYBODY), status_code=HTTP_200_OK)
async def form_sent(
    request: Asked, site: Here, visitor: Guest, invite: FromPath[str]
) -> Response[str]:
    """Password, its repetition, and the first six digits; then ten codes, shown this once."""
    person = await entrance.invited(site.pool, invite, site.now())
    if person is None:
        return _spent(request)
    form = await request.form()
    secret = second.brought_back(site, str(form.get("secret", "")), _purpose(invite))
    if secret is None:
        return trouble(request, "stale", HTTP_400_BAD_REQUEST)
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    wrong = second.wrong_with(password, again)
    if not wrong and second.step_of(secret, str(form.get("code", "")), site.now()) is None:
        wrong = "code"
    if wrong:
        return _form(site, visitor, invite, person, secret=secret, wrong=wrong)
    codes = second.fresh_codes()
    way = Fallback(
        await asyncio.to_thread(passwords.kept, password),
        second.sealed(site, secret, str(person.id)),
        [second.print_of(site, person, code) for code in codes],
    )
    try:
        person = await _accepted(site, invite, way)
    except NotNow:
        return _spent(request)
    return page(site, visitor, "codes.html", codes=codes, guest=person, to="/sign-in")


def _form(
    site: Site, visitor: Visitor, invite: str, person: Person, *, secret: str, wrong: str
) -> Response[str]:
    return page(
        site,
        visitor,
        "invite_password.html",
        status=HTTP_400_BAD_REQUEST if wrong else HTTP_200_OK,
        invite=invite,
        guest=person,
        wrong=wrong,
        carried=second.carried(site, secret, _purpose(invite)),
        picture=second.picture(secret, person),
        spoken=second.spoken(secret),
        shortest=passwords.SHORTEST,
    )


async def _accepted(site: Site, invite: str, way: Passkey | Fallback) -> Person:
    async with transaction(site.pool) as connection:
        return await entrance.accept(connection, invite, way, signer=site.sign, now=site.now())


def _purpose(invite: str) -> str:
    return f"enrol|{hash_of(invite).hex()}"


def _spent(request: Asked) -> Response[str]:
    return trouble(request, "invite_spent", HTTP_404_NOT_FOUND)


ROUTES: Final = (shown, asked, answered, form_shown, form_sent)
