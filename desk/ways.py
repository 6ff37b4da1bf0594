"""One's own ways in, at /me: passkeys added, named and removed, other codes, another password.

Each of these deeds wants a fresh proof (cases/proofs.toml), so none asks for the old password.
"""

import asyncio
import secrets
from typing import Any, Final

from litestar import MediaType, Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_401_UNAUTHORIZED
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from cases import sessions, ways_in
from cases.database import transaction
from cases.entrance import Passkey
from cases.permissions import About
from cases.person import NotNow, Person
from cases.ways_in import LONGEST_LABEL, LastWay
from desk import passkeys, second
from desk.browsers import browser_of
from desk.gate import opening, permitted, person_of
from desk.pages import onward, page
from desk.passkeys import CHALLENGE, Unproven
from desk.sign_in import answer_of
from desk.site import Here, Site
from desk.troubles import trouble
from desk.visitor import Asked, Guest, Visitor
from vault import passwords

MAY: Final = "ways_in"
SAID: Final = ("key_added", "key_named", "key_removed", "last_way", "password_changed")


async def shown(site: Site, person: Person) -> dict[str, Any]:
    """What /me tells of one's ways in."""
    return {
        "passkeys": [
            (bytes_to_base64url(one.id), one)
            for one in await ways_in.passkeys(site.pool, person.id)
        ],
        "fallback": await ways_in.fallback(site.pool, person.id),
        "longest_label": LONGEST_LABEL,
    }


async def _owner(site: Site, visitor: Visitor) -> Person:
    return await permitted(site, visitor, MAY, About(owner=person_of(visitor).id))


@post("/me/passkeys/new", opt=opening(MAY), status_code=HTTP_200_OK)
async def begin(site: Here, visitor: Guest) -> Response[str]:
    """The page on which a browser makes the key; proven by now."""
    await _owner(site, visitor)
    return page(site, visitor, "passkey.html", room="me")


@post("/me/passkeys/options", opt=opening(MAY), status_code=HTTP_200_OK)
async def asked(site: Here, visitor: Guest) -> Response[str]:
    person, challenge = await _owner(site, visitor), secrets.token_bytes(CHALLENGE)
    known = tuple(one.id for one in await ways_in.passkeys(site.pool, person.id))
    await sessions.challenge(
        site.pool, challenge, visit=visitor.visit, purpose=_purpose(visitor), now=site.now()
    )
    made = passkeys.to_make(site, person, challenge, known=known)
    return Response(made, media_type=MediaType.JSON)


@post("/me/passkeys", opt=opening(MAY), status_code=HTTP_200_OK)
async def answered(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """The key the browser made. Raises NotNow for one that is known."""
    person = await _owner(site, visitor)
    try:
        key = await _made(request, site, visitor)
    except Unproven:
        return trouble(request, "unproven", HTTP_401_UNAUTHORIZED)
    async with transaction(site.pool) as connection:
        await ways_in.add(connection, person, key, signer=site.sign, now=site.now())
    return Response('{"to": "/me?said=key_added"}', media_type=MediaType.JSON)


async def _made(request: Asked, site: Site, visitor: Visitor) -> Passkey:
    """Raises Unproven."""
    answer = await answer_of(request)
    challenge = passkeys.challenge_in(answer)
    if not await sessions.challenged(
        site.pool, challenge, visit=visitor.visit, purpose=_purpose(visitor), now=site.now()
    ):
        raise Unproven
    label = browser_of(request.headers.get("User-Agent", ""))
    return passkeys.made(site, answer, challenge, label)


def _purpose(visitor: Visitor) -> str:
    assert visitor.session is not None, "the gate lets nobody else in"
    return f"add|{visitor.session.id}"


@post("/me/passkeys/{key:str}/name", opt=opening(MAY))
async def name(request: Asked, site: Here, visitor: Guest, key: FromPath[str]) -> Redirect:
    person = await _owner(site, visitor)
    label = " ".join(str((await request.form()).get("label", "")).split())
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise NotNow
    async with transaction(site.pool) as connection:
        await ways_in.name(connection, person, _id(key), label, signer=site.sign, now=site.now())
    return onward("/me", said="key_named")


@post("/me/passkeys/{key:str}/remove", opt=opening(MAY))
async def remove(site: Here, visitor: Guest, key: FromPath[str]) -> Redirect:
    """Never the last way in. Raises NotNow."""
    person = await _owner(site, visitor)
    try:
        async with transaction(site.pool) as connection:
            await ways_in.remove(connection, person, _id(key), signer=site.sign, now=site.now())
    except LastWay:
        return onward("/me", said="last_way")
    return onward("/me", said="key_removed")


def _id(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError:
        raise NotNow from None


@post("/me/codes", opt=opening(MAY), status_code=HTTP_200_OK)
async def codes(site: Here, visitor: Guest) -> Response[str]:
    """Ten others, shown this once. Raises NotNow."""
    person = await _owner(site, visitor)
    fresh = second.fresh_codes()
    prints = [second.print_of(site, person, code) for code in fresh]
    async with transaction(site.pool) as connection:
        await ways_in.renew_codes(connection, person, prints, signer=site.sign, now=site.now())
    return page(site, visitor, "codes.html", room="me", codes=fresh, guest=person, to="/me")


@post("/me/password", opt=opening(MAY), status_code=HTTP_200_OK)
async def password(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """A page to type it, then the deed; every other session ends. Raises NotNow."""
    person, form = await _owner(site, visitor), await request.form()
    typed, again = str(form.get("password", "")), str(form.get("again", ""))
    wrong = second.wrong_with(typed, again) if "password" in form else ""
    if wrong or "password" not in form:
        status = HTTP_400_BAD_REQUEST if wrong else HTTP_200_OK
        told = {"wrong": wrong, "shortest": passwords.SHORTEST}
        return page(site, visitor, "password.html", status=status, room="me", **told)
    assert visitor.session is not None, "the gate lets nobody else in"
    kept = await asyncio.to_thread(passwords.kept, typed)
    async with transaction(site.pool) as connection:
        await ways_in.change_password(
            connection, person, kept, visitor.session.id, signer=site.sign, now=site.now()
        )
    return onward("/me", said="password_changed")


ROUTES: Final = (begin, asked, answered, name, remove, codes, password)
