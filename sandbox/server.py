"""The sandbox as a running server: routes, start, stop. Loopback only."""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from sandbox import events, state
from sandbox.driver import Driver, plain_errors
from sandbox.gate import Gate
from sandbox.inbound import is_loopback, redirect
from sandbox.methods import obey
from sandbox.pages import Pages
from sandbox.world import World

_MOST_BODY = 64 << 20
_STOP_SECONDS = 0.5
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")

#: fixed, public, worthless: they open nothing but a sandbox
TOKENS = {"family": "1000001:family-sandbox-token", "staff": "1000002:staff-sandbox-token"}


@dataclass(frozen=True)
class Running:
    """A started sandbox. `url` has no slash at its end."""

    url: str
    world: World
    _runner: web.AppRunner
    _saver: state.Saver | None

    async def stop(self) -> None:
        """Answer what waits, save, close. Safe to call once."""
        self.world.errands.stopping.set()
        for account in self.world.bots.values():
            account.inbox.release()
            for chat in account.chats.values():
                chat.tell({"kind": "bye"})
        await self._runner.cleanup()
        await self.world.errands.close()
        if self._saver is not None:
            self._saver.save()


def application(world: World) -> web.Application:
    gate, driver, pages = Gate(world), Driver(world), Pages(world)
    app = web.Application(client_max_size=_MOST_BODY, middlewares=[plain_errors])
    app.add_routes(
        [
            web.route("*", r"/bot{token:[^/]+}/{method:[^/]+}", gate.call),
            web.get(r"/file/bot{token:[^/]+}/{path:.+}", gate.file),
            web.get("/sim/users", driver.users),
            web.post("/sim/users", driver.add_users),
            web.get("/sim/groups", driver.groups),
            web.post("/sim/groups", driver.add_group),
            web.post("/sim/faults", driver.faults),
            web.delete("/sim/faults", driver.drop_faults),
            web.get("/sim/calls", driver.calls),
            web.post("/sim/clock", driver.clock),
            web.get("/sim/state", driver.state),
            web.get(r"/sim/{bot}/chat/{user:-?\d+}", driver.chat),
            web.get(r"/sim/{bot}/events/{user:-?\d+}", partial(events.stream, driver)),
            web.get(r"/sim/{bot}/files/{file_id}", pages.file),
            web.post("/sim/{bot}/file", driver.file),
            web.post("/sim/{bot}/{deed}", driver.deed),
            web.get("/", pages.index),
            web.get("/favicon.ico", pages.no_icon),
            web.get(r"/page/{name:[a-z_.]+}", pages.asset),
        ]
    )
    return app


async def start(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tokens: dict[str, str] | None = None,
    state_file: Path | None = None,
) -> Running:
    """Start serving; port 0 takes a free one. `tokens`: bot name to token, default `TOKENS`.

    `state_file` is loaded if it exists and kept up to date. Raises ValueError for a host that is
    not loopback or a token that is none, OSError for a port in use.
    """
    if not is_loopback(host):
        raise ValueError("the sandbox listens on loopback only")
    wanted = TOKENS if tokens is None else tokens
    if not all(_TOKEN.fullmatch(token) for token in wanted.values()):
        raise ValueError("a token is digits, a colon, and at least three more characters")
    world = World(wanted)
    world.obey = obey
    saver = None if state_file is None else state.Saver(world, state_file)
    await world.errands.open()
    if saver is not None:
        saver.load()
        saver.start()
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=_STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await world.errands.close()
        await runner.cleanup()
        raise
    for account in world.bots.values():
        redirect(account)
    taken = runner.addresses[0][1]
    shown = f"[{host}]" if ":" in host else host
    return Running(f"http://{shown}:{taken}", world, runner, saver)
