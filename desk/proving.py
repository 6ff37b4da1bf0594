"""Proving with a passkey that one is still the same person; the form that waits then goes on."""

import secrets
from typing import Final
from uuid import UUID

from litestar import MediaType, Response, post
from litestar.params import FromPath
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_401_UNAUTHORIZED,
    HTTP_429_TOO_MANY_REQUESTS,
)

from cases import entrance, proofs, sessions, tries, ways_in
from cases.person import NotNow, Person
from cases.sessions import Session
from desk import passkeys, tally
from desk.gate import STAFF, opening, person_of
from desk.passkeys import CHALLENGE, Unproven
from desk.sign_in import answer_of
from desk.site import Here, Site
from desk.troubles import trouble
from desk.visitor import Asked, Guest, Visitor


@post("/prove/{action:str}/options", opt=opening(STAFF), status_code=HTTP_200_OK)
async def asked(site: Here, visitor: Guest, action: FromPath[str]) -> Response[str]:
    """Raises NotNow for whoever has no passkey, and for what needs no proof."""
    own = tuple(one.id for one in await ways_in.passkeys(site.pool, person_of(visitor).id))
    if not own or action not in proofs.table():
        raise NotNow
    challenge = secrets.token_bytes(CHALLENGE)
    purpose = _purpose(_session(visitor).id)
    await sessions.challenge(
        site.pool, challenge, visit=visitor.visit, purpose=purpose, now=site.now()
    )
    return Response(passkeys.to_sign(site, challenge, of=own), media_type=MediaType.JSON)


@post("/prove/{action:str}", opt=opening(STAFF), status_code=HTTP_200_OK)
async def answered(
    request: Asked, site: Here, visitor: Guest, action: FromPath[str]
) -> Response[str]:
    """What the browser signed. Raises NotNow."""
    if action not in proofs.table():
        raise NotNow
    person, session = person_of(visitor), _session(visitor)
    subjects = (tally.of_person(site, person.number), tally.of_address(site, request))
    if not await tries.count(site.pool, subjects, site.now()):
        return trouble(request, "too_often", HTTP_429_TOO_MANY_REQUESTS)
    try:
        await _signed(request, site, visitor, person)
    except Unproven:
        await proofs.failed(site.pool, person, action, "passkey", signer=site.sign, now=site.now())
        return trouble(request, "unproven", HTTP_401_UNAUTHORIZED)
    await tries.forgive(site.pool, subjects)
    await proofs.proved(
        site.pool, person, session, action, "passkey", signer=site.sign, now=site.now()
    )
    return Response('{"to": "/"}', media_type=MediaType.JSON)


async def _signed(request: Asked, site: Site, visitor: Visitor, person: Person) -> None:
    """Raises Unproven unless a passkey of this very person signed, for this session."""
    answer = await answer_of(request)
    challenge = passkeys.challenge_in(answer)
    purpose = _purpose(_session(visitor).id)
    if not await sessions.challenged(
        site.pool, challenge, visit=visitor.visit, purpose=purpose, now=site.now()
    ):
        raise Unproven
    known = await entrance.passkey(site.pool, passkeys.key_in(answer))
    if known is None or known[0].id != person.id:
        raise Unproven
    count = passkeys.signed(site, answer, challenge, known[1])
    if not await entrance.passkey_used(site.pool, known[1].id, count, site.now()):
        raise Unproven


def _session(visitor: Visitor) -> Session:
    assert visitor.session is not None, "the gate lets nobody else in"
    return visitor.session


def _purpose(session: UUID) -> str:
    return f"prove|{session}"


ROUTES: Final = (asked, answered)
