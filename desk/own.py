"""What is one's own: where one is signed in, which language pages speak; and what is nowhere."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from litestar import HttpMethod, Response, get, post, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from cases import notices, sessions
from cases.database import transaction
from cases.permissions import About
from cases.person import NotNow
from desk import visitor as visiting
from desk import ways
from desk.gate import ANYBODY, STAFF, opening, permitted, person_of
from desk.pages import onward, page
from desk.site import Here
from desk.visitor import Asked, Guest
from locales.catalogs import STAFF_LOCALES

_SAID: Final = ("unlinked", "no_address", "kept", *ways.SAID)


@get("/me", opt=opening(STAFF))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    me, said = person_of(visitor), request.query_params.get("said", "")
    told: dict[str, Any] = {
        "sessions": await sessions.of(site.pool, me.id, site.now()),
        "wishes": await notices.wishes(site.pool, me.id),
        **await ways.shown(site, me),
        "said": said if said in _SAID else "",
    }
    return page(site, visitor, "me.html", room="me", **told)


@post("/me/sessions/{which:uuid}/end", opt=opening("sessions"))
async def end(site: Here, visitor: Guest, which: FromPath[UUID]) -> Redirect:
    """One of one's own; another's is as if it were not there. Raises NotNow."""
    person = await permitted(site, visitor, "sessions", About(owner=person_of(visitor).id))
    async with transaction(site.pool) as connection:
        if not await sessions.end(connection, person, which, signer=site.sign, now=site.now()):
            raise NotNow
    return onward("/me")


@post("/language", opt=opening(ANYBODY))
async def language(request: Asked, site: Here) -> Redirect:
    form = await request.form()
    chosen = str(form.get("locale", ""))
    answer = onward(str(form.get("to", "/")))
    if chosen in STAFF_LOCALES:
        answer.set_cookie(visiting.cookie(site, visiting.LANGUAGE, chosen, lasting=True))
    return answer


@route("/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST], opt=opening(ANYBODY))
async def nowhere(rest: FromPath[Path]) -> None:
    """Every other address: nothing is there, but the visitor's menu is. Raises NotFound."""
    raise NotFoundException(str(rest))


ROUTES: Final = (shown, end, language, nowhere)
