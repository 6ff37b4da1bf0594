"""The people of the desk: inviting, suspending, and roles that one proposes and another grants."""

import secrets
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import duties, grants, people
from cases.database import transaction
from cases.people import LONGEST_NAME, Newcomer
from cases.permissions import EVERYWHERE, ROLES, About, may
from cases.person import Person
from desk import teams
from desk.gate import opening, permitted, person_of
from desk.pages import oblasts_by_name, onward, page
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.places.regions import subdivisions
from locales.dates import KYIV

_OBLASTS: Final = tuple(region.code for region in subdivisions("UA"))
_RIGHTS: Final = ("invite", "suspend", "restore", "propose_role", "plan_duty")
_SAID: Final = ("suspended", "restored", "proposed", "granted", "refused", *teams.SAID)
_WRONG: Final = ("invite", "role", "duty", *teams.WRONG)


@get("/people", opt=opening("people"))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    said, wrong = (request.query_params.get(name, "") for name in ("said", "wrong"))
    return await _page(
        site, visitor, said=said if said in _SAID else "", wrong=wrong if wrong in _WRONG else ""
    )


async def _page(
    site: Site, visitor: Visitor, status: int = HTTP_200_OK, **shown: Any
) -> Response[str]:
    me = person_of(visitor)
    listed = await people.everyone(site.pool)
    told = {
        "listed": listed,
        "me": me,
        "rights": {right for right in _RIGHTS if may(me, right)},
        "confirms": {
            one.grant for one in listed
            if one.grant and one.person.id != me.id
            and may(me, "confirm_role", About(first=one.proposed_by))
        },
        "handles": {one.person.id: one.person.handle for one in listed},
        "roles": ROLES,
        "everywhere": EVERYWHERE,
        "oblasts": oblasts_by_name(visitor.locale, _OBLASTS),
        "duties": await duties.ahead(site.pool, site.now()),
        **await teams.told(site, visitor, listed),
        "said": "",
        "wrong": "",
        **shown,
    }  # fmt: skip
    return page(site, visitor, "people.html", status=status, room="people", **told)


@post("/people/invite", opt=opening("invite"), status_code=HTTP_200_OK)
async def invite(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """The link is shown on the page that answers, and never again."""
    form = await request.form()
    newcomer = _newcomer(form)
    if newcomer is None:
        return await _page(site, visitor, HTTP_400_BAD_REQUEST, wrong="invite")
    person = await permitted(site, visitor, "invite")
    token = secrets.token_urlsafe(32)
    async with transaction(site.pool) as connection:
        made = await people.invite(
            connection, newcomer, token, person=uuid4(), grant=uuid4(), by=person,
            signer=site.sign, now=site.now(),
        )  # fmt: skip
    return _handed(site, visitor, made, token)


@post("/people/{who:uuid}/renew", opt=opening("invite"), status_code=HTTP_200_OK)
async def renew(site: Here, visitor: Guest, who: FromPath[UUID]) -> Response[str]:
    """A new link for whoever lost a key; a head confirms anew. Raises NotNow."""
    person = await permitted(site, visitor, "invite")
    token = secrets.token_urlsafe(32)
    async with transaction(site.pool) as connection:
        found = await people.renew(
            connection, who, token, grant=uuid4(), by=person, signer=site.sign, now=site.now()
        )
    return _handed(site, visitor, found, token)


def _handed(site: Site, visitor: Visitor, guest: Person, token: str) -> Response[str]:
    link = f"{site.url}/invite/{token}"
    return page(site, visitor, "invited.html", room="people", guest=guest, link=link)


def _newcomer(form: FormMultiDict) -> Newcomer | None:
    name = " ".join(str(form.get("name", "")).split())
    role, units = _given(form)
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or not role:
        return None
    return Newcomer(name, role, units)


def _given(form: FormMultiDict) -> tuple[str, tuple[str, ...]]:
    """The role and the oblasts chosen; "" for a role that does not exist."""
    role = str(form.get("role", ""))
    chosen: Sequence[Any] = form.getall("units", [])
    units = tuple(code for code in (EVERYWHERE, *_OBLASTS) if code in chosen)
    return (role if role in ROLES else ""), ((EVERYWHERE,) if EVERYWHERE in units else units)


@post("/people/{who:uuid}/suspend", opt=opening("suspend"))
async def suspend(site: Here, visitor: Guest, who: FromPath[UUID]) -> Redirect:
    """At once: whatever the person asks for next, it is signed out."""
    person = await permitted(site, visitor, "suspend")
    async with transaction(site.pool) as connection:
        await people.suspend(connection, who, by=person, signer=site.sign, now=site.now())
    return onward("/people", said="suspended")


@post("/people/{who:uuid}/restore", opt=opening("restore"))
async def restore(site: Here, visitor: Guest, who: FromPath[UUID]) -> Redirect:
    person = await permitted(site, visitor, "restore")
    async with transaction(site.pool) as connection:
        await people.restore(connection, who, by=person, signer=site.sign, now=site.now())
    return onward("/people", said="restored")


@post("/people/{who:uuid}/role", opt=opening("propose_role"))
async def propose(
    request: Asked, site: Here, visitor: Guest, who: FromPath[UUID]
) -> Response[str] | Redirect:
    """The first half; a head does the second."""
    role, units = _given(await request.form())
    person = await permitted(site, visitor, "propose_role")
    if not role:
        return await _page(site, visitor, HTTP_400_BAD_REQUEST, wrong="role")
    async with transaction(site.pool) as connection:
        await grants.propose_role(
            connection, who, role, units, grant=uuid4(), by=person, signer=site.sign,
            now=site.now(),
        )  # fmt: skip
    return onward("/people", said="proposed")


@post("/grants/{grant:uuid}/{word:str}", opt=opening("confirm_role"))
async def decide(
    site: Here, visitor: Guest, grant: FromPath[UUID], word: FromPath[str]
) -> Redirect:
    """The second half: "yes", anything else refuses. Raises NotNow, SameHand."""
    first = await grants.proposer(site.pool, grant)
    person = await permitted(site, visitor, "confirm_role", About(first=first))
    granted = word == "yes"
    async with transaction(site.pool) as connection:
        await grants.decide(
            connection, grant, granted=granted, by=person, signer=site.sign, now=site.now()
        )
    return onward("/people", said="granted" if granted else "refused")


@post("/duty", opt=opening("plan_duty"))
async def plan(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """Who is on duty, from when until when, in Kyiv time."""
    await permitted(site, visitor, "plan_duty")
    form = await request.form()
    try:
        term = duties.Term.of(
            str(form.get("who", "")), str(form.get("from", "")), str(form.get("until", "")), KYIV
        )
    except duties.NoTerm:
        return await _page(site, visitor, HTTP_400_BAD_REQUEST, wrong="duty")
    await duties.plan(site.pool, uuid4(), term)
    return onward("/people")


@post("/duty/{term:uuid}/remove", opt=opening("plan_duty"))
async def unplan(site: Here, visitor: Guest, term: FromPath[UUID]) -> Redirect:
    await permitted(site, visitor, "plan_duty")
    await duties.remove(site.pool, term)
    return onward("/people")


ROUTES: Final = (shown, invite, renew, suspend, restore, propose, decide, plan, unplan)
