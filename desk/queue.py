"""The queue: what waits, by whom it was taken, by when it is due. Nothing a family wrote."""

import re
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import absences, errands, taking, views
from cases.database import transaction
from cases.permissions import About, may, reaches
from cases.person import NotNow
from cases.views import AGES, KINDS, MOST_COUNTED, STATUSES, VIEWS, Filter, Line, Place
from desk import assigning
from desk.gate import STAFF, opening, permitted, person_of
from desk.pages import oblasts_by_name, onward, page, part
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.places.regions import subdivisions

FIRST: Final = "new"

_CODE: Final = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}", re.ASCII)
_SAID: Final = ("taken", "late", "released", "handed", "nothing", "forgotten")
_DEALT: Final = "dealt"


@get("/", opt=opening(STAFF))
async def home(visitor: Guest) -> Redirect:
    return onward("/queue" if reaches(person_of(visitor), "queue") else "/me")


@get("/queue", opt=opening("queue"))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    told = await _shown(request, site, visitor)
    told["choices_of_people"] = await assigning.choices(site, visitor)
    told["stands_in"] = await absences.stood_in_by(site.pool, person_of(visitor).id, site.now())
    told["errands"] = await errands.of(site.pool, person_of(visitor))
    told["dealt"] = assigning.dealt_in(dict(request.query_params.items()))
    return page(site, visitor, "queue.html", room="queue", **told)


@get("/queue/lines", opt=opening("queue", deed=False))
async def refreshed(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """What changes by itself, for a page that asks every half a minute."""
    return part(site, visitor, "queue.html", "live", **await _shown(request, site, visitor))


async def _shown(request: Asked, site: Site, visitor: Visitor) -> dict[str, Any]:
    person, now = person_of(visitor), site.now()
    asked = dict(request.query_params.items())
    view = asked.get("view", FIRST)
    view = view if view in VIEWS else FIRST
    wanted = Filter(**{name: _known(name, asked.get(name, "")) for name in _CHOICES})
    after = Place.of(asked.get("after", ""))
    found = await views.page(site.pool, person, view, wanted, after=after, now=now)
    counted = await views.counts(site.pool, person, now)
    kept = {name: value for name in _CHOICES if (value := getattr(wanted, name))}
    here = {"view": view, **kept, **({"after": after.text()} if after else {})}
    return {
        "now": now,
        "view": view,
        "tabs": [(name, counted[name], f"/queue?{urlencode({'view': name, **kept})}")
                 for name in VIEWS],
        "most": MOST_COUNTED,
        "lines": found.lines,
        "actions": {line.id: action(visitor, line) for line in found.lines},
        "gives": may(person, "assign"),
        "wanted": wanted,
        "filtered": bool(kept),
        "choices": _choices(visitor),
        "first": f"/queue?{urlencode({'view': view, **kept})}" if after else "",
        "next": f"/queue?{urlencode({'view': view, **kept, 'after': found.after.text()})}"
        if found.after else "",
        "here": f"/queue?{urlencode(here)}",
        "refresh": f"/queue/lines?{urlencode(here)}",
        "said": asked.get("said", "") if asked.get("said") in (*_SAID, _DEALT) else "",
        "code": asked.get("code", "") if _CODE.fullmatch(asked.get("code", "")) else "",
    }  # fmt: skip


def action(visitor: Visitor, line: Line) -> str:
    """What the viewer may do to this line: "take", "release" or nothing."""
    person, about = person_of(visitor), About(line.oblast, owner=line.taken_by)
    if line.taken_by is None:
        return "take" if may(person, "take", about) and line.open else ""
    return "release" if line.taken_by == person.id and may(person, "release", about) else ""


_OBLASTS: Final = tuple(region.code for region in subdivisions("UA"))
_CHOICES: Final = {"oblast": _OBLASTS, "kind": KINDS, "age": AGES, "status": STATUSES}


def _known(name: str, value: str) -> str:
    return value if value in _CHOICES[name] else ""


def _choices(visitor: Visitor) -> dict[str, tuple[str, ...]]:
    """What the filters offer: of oblasts only those the viewer sees, by name."""
    seen = views.oblasts_of(person_of(visitor))
    offered = _OBLASTS if seen is None else tuple(seen)
    return {**_CHOICES, "oblast": oblasts_by_name(visitor.locale, offered)}


@post("/cases/{case:uuid}/take", opt=opening("take"))
async def take(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """Mine now; or a kind word that somebody was faster."""
    found = await taking.standing(site.pool, case)
    about = found.about if found else About()
    person = await permitted(site, visitor, "take", about, case)
    back = str((await request.form()).get("to", "/queue"))
    if found is None:
        raise NotNow
    try:
        async with transaction(site.pool) as connection:
            code = await taking.take(connection, case, by=person, signer=site.sign, now=site.now())
    except NotNow:
        return onward(back, said="late", code=found.code)
    return onward(back, said="taken", code=code)


@post("/cases/{case:uuid}/release", opt=opening("release"))
async def release(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """Back into the queue, for somebody else. Raises NotNow."""
    found = await taking.standing(site.pool, case)
    about = found.about if found else About()
    person = await permitted(site, visitor, "release", about, case)
    if found is None or found.taken_by is None:
        raise NotNow
    async with transaction(site.pool) as connection:
        code = await taking.release(
            connection, case, taker=found.taken_by, by=person, signer=site.sign, now=site.now()
        )
    back = str((await request.form()).get("to", "/queue"))
    return onward(back, said="released", code=code)


ROUTES: Final = (home, shown, refreshed, take, release)
