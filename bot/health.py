"""Whether this process lives, is ready, and how it fares: three pages for machines.

/livez asks nothing of anybody, /readyz says in codes what is in the way, /metrics is for
Prometheus. None holds a secret or a word about a person; still they are for this computer, or for
an inner network.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from aiohttp import web

from bot import readings
from bot.metrics import CONTENT_TYPE, exposition
from bot.settings import Settings
from bot.vitals import Vitals
from cases.outbox import Database
from vault.recipients import Recipients

_READY, _NOT_READY = 200, 503
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def vitals_of(settings: Settings, pool: Database, recipients: Callable[[], Recipients]) -> Vitals:
    """What every process is asked: its database, its disk, its list of recipients."""
    vitals = Vitals(version("dodomu"))
    vitals.add("database", readings.database(pool), vital=True)
    vitals.add("disk", readings.disk(settings), vital=True)
    vitals.add("recipients", readings.listed(recipients), vital=True)
    return vitals


@asynccontextmanager
async def answering(settings: Settings, vitals: Vitals) -> AsyncIterator[None]:
    """Answer on the port of the settings, if there is one. Raises OSError when it is taken."""
    if settings.health_port is None:
        yield
        return
    runner = web.AppRunner(_pages(vitals), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.health_host, settings.health_port).start()
        yield
    finally:
        await runner.cleanup()


def _pages(vitals: Vitals) -> web.Application:
    async def livez(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n", headers=_HEADERS)

    async def readyz(_request: web.Request) -> web.Response:
        wrong = await vitals.wrong()
        return web.Response(
            text=json.dumps({"ready": not wrong, "wrong": list(wrong)}) + "\n",
            status=_NOT_READY if wrong else _READY,
            content_type="application/json",
            headers=_HEADERS,
        )

    async def metrics(_request: web.Request) -> web.Response:
        told = exposition(await vitals.samples())
        return web.Response(body=told, headers={**_HEADERS, "Content-Type": CONTENT_TYPE})

    pages = web.Application(client_max_size=1024)
    pages.router.add_get("/livez", livez)
    pages.router.add_get("/readyz", readyz)
    pages.router.add_get("/metrics", metrics)
    return pages
