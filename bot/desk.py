"""The desk in a process: alone on the prosecutors' host, or beside everything else in the demo."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot import demo, demo_keys, guardian
from bot.health import answering, vitals_of
from bot.keyring import listed
from bot.log import watch
from bot.metrics import Sample
from bot.nursery import Nursery, unless
from bot.settings import Settings
from bot.store import Store
from bot.vitals import Look, Reading
from cases import database, people
from cases.database import Pool
from desk.app import build
from desk.serving import bound
from desk.serving import serve as serve_app
from desk.site import Site
from desk.watch import Watch, checkpoint_of
from vault import chain, keys

DESK: Final = "dodomu_desk"

_FINISH_SECONDS: Final = 10.0
_MOST: Final = 10

_log = logging.getLogger(__name__)


def listening(settings: Settings) -> socket.socket:
    """Where the desk will be served. Raises OSError when the port is taken."""
    return bound(settings.desk_host, settings.desk_port)


def link(settings: Settings, door: socket.socket) -> str:
    """The desk's address. Passkeys know no numbers, so this computer is called localhost."""
    return settings.desk_url or f"http://localhost:{door.getsockname()[1]}"


async def serve(
    settings: Settings,
    dsn: str,
    *,
    revive: Callable[[], None] | None,
    ready: Callable[[str], None],
) -> None:
    """The desk alone, until SIGTERM or SIGINT. `ready` is told the address.

    Raises vault.keys.KeyFileRefused, and OSError for a port in use.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    watch(loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    door = listening(settings)
    async with AsyncExitStack() as stack:
        nursery = await stack.enter_async_context(Nursery())
        office = await stack.enter_async_context(opened(settings, dsn, door))
        vitals = vitals_of(settings, office.pool, lambda: listed(settings, datetime.now(UTC)))
        vitals.add("audit_chain", chain_reading(office.watch))
        await stack.enter_async_context(answering(settings, vitals))
        if revive is not None:
            nursery.start("guardian", guardian.watch(dsn, revive, stop), lasting=True)
        nursery.start("desk", office.work(stop), lasting=True)
        gc.enable()
        ready(link(settings, door))
        await unless(nursery.trouble, stop.wait())
        stop.set()
        await nursery.settle(_FINISH_SECONDS)
    if nursery.failure is not None:
        raise nursery.failure


@dataclass(frozen=True)
class Office:
    """A desk that can be served: `work` does it until an event is set."""

    work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
    watch: Watch
    pool: Pool


@asynccontextmanager
async def opened(settings: Settings, dsn: str, door: socket.socket) -> AsyncIterator[Office]:
    """The desk at this door, with its connections open."""
    key = key_file(settings, datetime.now(UTC))
    at_start = listed(settings, datetime.now(UTC))
    signer, vault = keys.load_desk(key)
    async with pool(dsn) as own:
        watch = Watch(
            own,
            lambda: listed(settings, datetime.now(UTC)),
            signer,
            checkpoint_of(key),
            lambda: datetime.now(UTC),
        )
        site = Site(
            link(settings, door),
            own,
            partial(chain.sign, signer.seed),
            vault,
            lambda: datetime.now(UTC),
            await _cast(own) if settings.desk_in_sandbox else (),
            recipients=lambda: listed(settings, datetime.now(UTC)),
            files=Store.of(settings.object_store).pieces,
            demo_member=partial(demo_keys.reader, settings.folder)
            if settings.desk_in_sandbox
            else None,
            watch=watch,
        )
        if settings.desk_in_sandbox:
            now = datetime.now(UTC)
            await demo_keys.granted(own, settings.folder, at_start.at(now), now)
        app = build(site)

        async def work(stop: asyncio.Event) -> None:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(watch.run())
                await serve_app(app, door, stop, behind_proxy=site.secure)
                watching.cancel()

        yield Office(work, watch, own)


@asynccontextmanager
async def pool(dsn: str) -> AsyncIterator[Pool]:
    """Connections with the rights of the desk, where the login was granted them."""
    granted = await database.roles(dsn)
    if DESK not in granted:
        _log.warning("roles are not granted", extra={"missing": 1})
    role = DESK if DESK in granted else None
    async with await database.connect(dsn, most=_MOST, role=role) as made:
        yield made


def key_file(settings: Settings, now: datetime) -> Path:
    """The desk's key; the demo's is made at first use. Raises vault.keys.KeyFileRefused."""
    if settings.desk_key is not None:
        return settings.desk_key
    assert settings.desk_in_sandbox, "bot.commands refuses a desk without its key"
    return demo_keys.made(settings.folder, now).desk


async def _cast(own: Pool) -> tuple[str, ...]:
    async with database.transaction(own) as connection:
        made = await people.enacted(connection, demo.STAFF, datetime.now(UTC))
    if not made:
        _log.warning("real people work here: no button signs anybody in")
    return tuple(map(str, demo.STAFF)) if made else ()


def chain_reading(watch: Watch) -> Look:
    """The audit chain, as the desk's own watch has last seen it."""

    async def look() -> Reading:
        standing = watch.standing
        if standing.at is None:
            return Reading()
        age = (datetime.now(UTC) - standing.at).total_seconds()
        return Reading(
            [
                Sample("dodomu_audit_chain_whole", float(standing.broken is None)),
                Sample("dodomu_audit_chain_entry", standing.seq),
                Sample("dodomu_audit_chain_checked_age_seconds", age),
            ]
        )

    return look
