"""Broadcasts by state, what leaves next, and texts to begin with."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import broadcast_counts, broadcasts
from cases.broadcasts import (
    DRAFT,
    FINISHED,
    PAUSED,
    REFUSED,
    RUNNING,
    SCHEDULED,
    STOPPED,
    SUBMITTED,
)  # fmt: skip
from cases.permissions import may
from desk.broadcast.composing import LONGEST_NAME
from desk.broadcast.showing import AFTER, found_in, in_words
from desk.gate import opening, permitted, person_of
from desk.pages import onward, page, part
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.kinds.cleaning import clean_text

VIEWS: Final = {
    "drafts": (DRAFT,),
    "waiting": (SUBMITTED,),
    "scheduled": (SCHEDULED,),
    "running": (RUNNING, PAUSED),
    "done": (FINISHED, STOPPED, REFUSED),
}
PAGE: Final = 20
SAID: Final = ("kept", "dropped")
_LONGEST_NUMBER: Final = 4


@get("/broadcasts", opt=opening("broadcasts"))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    told = await _shown(request, site, visitor)
    return page(site, visitor, "broadcasts.html", room="broadcasts", **told)


@get("/broadcasts/lines", opt=opening("broadcasts", deed=False))
async def refreshed(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """What changes by itself, for a page that asks every few seconds."""
    return part(site, visitor, "broadcasts.html", "live", **await _shown(request, site, visitor))


async def _shown(request: Asked, site: Site, visitor: Visitor) -> dict[str, Any]:
    asked = request.query_params
    view, at = asked.get("view", ""), asked.get("from", "")
    view = view if view in VIEWS else await _first(site)
    whole = at.isascii() and at.isdigit() and len(at) <= _LONGEST_NUMBER
    offset = int(at) if whole else 0
    found = await broadcasts.listed(site.pool, VIEWS[view], PAGE + 1, offset)
    lines = [
        (one, await broadcast_counts.progress(site.pool, one.id) if one.state in AFTER else None)
        for one in found[:PAGE]
    ]
    here = f"/broadcasts?view={view}"
    return {
        "view": view,
        "views": VIEWS,
        "lines": lines,
        "writes": may(person_of(visitor), "draft_broadcast"),
        "coming": await broadcast_counts.coming(site.pool) if view == "scheduled" else (),
        "refresh": f"/broadcasts/lines?view={view}&from={offset}",
        "first": here if offset else "",
        "next": f"{here}&from={offset + PAGE}" if len(found) > PAGE else "",
        "now": site.now(),
        **in_words(visitor.locale),
    }


async def _first(site: Site) -> str:
    """Where something goes on, else where somebody waits, else what is written, else what was."""
    for view in ("running", "waiting", "scheduled", "drafts", "done"):
        if await broadcasts.listed(site.pool, VIEWS[view], 1):
            return view
    return "drafts"


@get("/broadcasts/templates", opt=opening("draft_broadcast"))
async def templates(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    said = request.query_params.get("said", "")
    return page(
        site, visitor, "broadcast_templates.html", room="broadcasts",
        listed=await broadcast_counts.templates(site.pool), said=said if said in SAID else "",
        **in_words(visitor.locale),
    )  # fmt: skip


@post("/broadcasts/{broadcast:uuid}/keep", opt=opening("draft_broadcast"))
async def keep(request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Redirect:
    """Its texts as a template, under a name of their own."""
    person = await permitted(site, visitor, "draft_broadcast")
    found = await found_in(site, broadcast)
    name = clean_text(str((await request.form()).get("name", "")))[:LONGEST_NAME]
    await broadcast_counts.keep_template(
        site.pool, name or found.content.name, found.content.texts, by=person, now=site.now()
    )
    return onward("/broadcasts/templates", said="kept")


@post("/broadcasts/templates/{template:uuid}/drop", opt=opening("draft_broadcast"))
async def drop(site: Here, visitor: Guest, template: FromPath[UUID]) -> Redirect:
    await permitted(site, visitor, "draft_broadcast")
    await broadcast_counts.drop_template(site.pool, template)
    return onward("/broadcasts/templates", said="dropped")


ROUTES: Final = (shown, refreshed, templates, keep, drop)
