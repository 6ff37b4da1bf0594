"""The desk as one application, built out of its rooms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from desk import (
    assigning,
    audit,
    casework,
    demo,
    enrol,
    entering,
    files,
    greeting,
    health,
    leaving,
    listing,
    merging,
    notices,
    own,
    pairs,
    people,
    proving,
    queue,
    referring,
    searching,
    sign_in,
    statistics,
    teams,
    together,
    unlock,
    ways,
)
from desk.broadcast import approving, running, writing
from desk.broadcast import listing as broadcast_list
from desk.broadcast import showing as broadcast_showing
from desk.door import MOST_BYTES, Door
from desk.gate import NOBODY, VISITOR, gate, opening
from desk.locking import keep_locking
from desk.pages import ASSETS
from desk.site import Site
from desk.troubles import HANDLERS
from desk.visitor import Asked, Visitor

ROOMS: Final = (
    *sign_in.ROUTES,
    *enrol.ROUTES,
    *proving.ROUTES,
    *ways.ROUTES,
    *own.ROUTES,
    *notices.ROUTES,
    *queue.ROUTES,
    *assigning.ROUTES,
    *searching.ROUTES,
    *people.ROUTES,
    *teams.ROUTES,
    *unlock.ROUTES,
    *casework.ROUTES,
    *together.ROUTES,
    *leaving.ROUTES,
    *referring.ROUTES,
    *files.ROUTES,
    *listing.ROUTES,
    *pairs.ROUTES,
    *merging.ROUTES,
    *greeting.ROUTES,
    *entering.ROUTES,
    *broadcast_list.ROUTES,
    *broadcast_showing.ROUTES,
    *writing.ROUTES,
    *approving.ROUTES,
    *running.ROUTES,
    *statistics.ROUTES,
    *audit.ROUTES,
    *health.ROUTES,
)


def build(site: Site, rooms: Litestar | None = None) -> ASGIApp:
    """The desk behind its door. Whoever serves it must bind to loopback or speak TLS.

    `rooms`: from `application`, where no other site is at home in them any more.
    """
    rooms = rooms or application(demonstrates=bool(site.demo))
    rooms.state.site = site
    site.ring.emptied = partial(_forget, site)
    return Door(site, rooms)


def application(*, demonstrates: bool) -> Litestar:
    """All rooms, of no site yet. `demonstrates`: with the demo's buttons."""
    routes = [*ROOMS, *(demo.ROUTES if demonstrates else ())]
    return Litestar(
        route_handlers=[*routes, _assets()],
        dependencies={
            "site": Provide(_site, sync_to_thread=False),
            "visitor": Provide(_visitor, sync_to_thread=False),
        },
        guards=[gate],
        exception_handlers=dict(HANDLERS),
        lifespan=[_life],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MOST_BYTES,
    )


def _forget(site: Site) -> None:
    """The last key was locked: nothing that it opened, or that was looked for, stays in memory."""
    site.deck.forget()
    site.searches.forget()


@asynccontextmanager
async def _life(app: Litestar) -> AsyncIterator[None]:
    """What goes on while no page is asked for."""
    site: Site = app.state.site
    async with asyncio.TaskGroup() as group:
        going = (
            group.create_task(site.deck.work(site.pool, site.ring, site.now)),
            group.create_task(keep_locking(site)),
        )
        try:
            yield
        finally:
            for one in going:
                one.cancel()


def _assets() -> Router:
    return create_static_files_router(path="/assets", directories=[ASSETS], opt=opening(NOBODY))


def _site(state: State) -> Site:
    site = state.site
    assert isinstance(site, Site), "build has been here"
    return site


def _visitor(request: Asked) -> Visitor:
    found = request.scope["state"].get(VISITOR)
    assert isinstance(found, Visitor), "the gate has been here"
    return found
