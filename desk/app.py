"""The desk as one application, built out of its rooms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from desk import (
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
    notices,
    own,
    pairs,
    people,
    queue,
    sign_in,
    statistics,
    unlock,
)
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
    *own.ROUTES,
    *notices.ROUTES,
    *queue.ROUTES,
    *people.ROUTES,
    *unlock.ROUTES,
    *casework.ROUTES,
    *leaving.ROUTES,
    *files.ROUTES,
    *listing.ROUTES,
    *pairs.ROUTES,
    *greeting.ROUTES,
    *entering.ROUTES,
    *statistics.ROUTES,
    *audit.ROUTES,
    *health.ROUTES,
)


def build(site: Site) -> ASGIApp:
    """The application, behind its door. Whoever serves it must bind to loopback or speak TLS."""
    return Door(site, application(site))


def application(site: Site) -> Litestar:
    """Without the door: for `build`, and for tests that walk through all routes."""
    site.ring.emptied = site.deck.forget
    routes = [*ROOMS, *(demo.ROUTES if site.demo else ())]
    return Litestar(
        route_handlers=[*routes, _assets()],
        dependencies={
            "site": Provide(lambda: site, sync_to_thread=False),
            "visitor": Provide(_visitor, sync_to_thread=False),
        },
        guards=[gate],
        exception_handlers=dict(HANDLERS),
        state=State({"site": site}),
        lifespan=[_life],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MOST_BYTES,
    )


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


def _visitor(request: Asked) -> Visitor:
    found = request.scope["state"].get(VISITOR)
    assert isinstance(found, Visitor), "the gate has been here"
    return found
