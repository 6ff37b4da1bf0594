"""The whole process, built top to bottom: keys, database, senders, doors; and how it all ends."""

import asyncio
import gc
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from bot import guardian, traffic
from bot.collector import Collector
from bot.demo import Demo
from bot.download import Download
from bot.health import answering, vitals_of
from bot.house import FAMILY, House, Line, Pools, post_of, site_of
from bot.intake import Diligence, Lead
from bot.janitor import Janitor
from bot.keyring import Keyring
from bot.log import watch
from bot.nursery import Nursery, unless
from bot.polling import Polling
from bot.postman import Postman
from bot.profile import introduce
from bot.ringing import clerk, crier, link_cast, relays, watchman
from bot.settings import Settings
from bot.store import Store
from bot.telegram import Api
from bot.webhook import Hook, Webhook
from delivery.pace import Limits
from delivery.relay import Relay
from delivery.sender import Sender
from handlers import unfetched
from vault.recipients import ListRefused

_FINISH_SECONDS: Final = 25.0
_THRESHOLDS: Final = (5_000, 20, 50)

_log = logging.getLogger(__name__)

Wake = Callable[[], None]


@dataclass(frozen=True)
class Parts:
    """What this process does."""

    intake: bool = True
    delivery: bool = True
    #: where the demo's desk listens; a real one is a process of its own (bot.desk)
    desk: socket.socket | None = None


async def serve(
    settings: Settings,
    dsn: str,
    parts: Parts,
    *,
    demo: Demo | None,
    revive: Callable[[], None] | None,
    ready: Callable[[], None],
) -> None:
    """Run until SIGTERM or SIGINT, or until a part fails for good: then its error is raised.

    `revive` starts a database of our own again. `ready` is called once everything runs. Raises
    vault.keys.KeyFileRefused, vault.recipients.ListRefused, bot.telegram.TokenRefused,
    bot.store.StoreAway, and OSError for a port in use.
    """
    watch(asyncio.get_running_loop())
    stop = asyncio.Event()
    keyring = Keyring.of(settings, _now)
    _obey(stop, keyring)
    async with AsyncExitStack() as stack:
        pools = await stack.enter_async_context(Pools.open(dsn, settings.parallel_chats))
        nursery = await stack.enter_async_context(Nursery())
        vitals = vitals_of(settings, pools.intake, keyring.recipients)
        site = site_of(settings, demo)
        house = House(settings, site, keyring, pools, dsn, nursery, stop, vitals)
        if revive is not None:
            nursery.start("guardian", guardian.watch(dsn, revive, stop), lasting=True)
        files = _send(house) if parts.delivery else None
        if parts.intake:
            await _open_doors(house, files, stack)
        if parts.desk is not None:
            from bot.desk import chain_reading, opened  # noqa: PLC0415 - pages that only the demo serves here

            office = await stack.enter_async_context(opened(settings, dsn, parts.desk))
            nursery.start("desk", office.work(stop), lasting=True)
            vitals.add("audit_chain", chain_reading(office.watch))
            await link_cast(house)
        await stack.enter_async_context(answering(settings, vitals))
        _settle_memory()
        ready()
        await unless(nursery.trouble, stop.wait())
        stop.set()
        await nursery.settle(_FINISH_SECONDS)
    if nursery.failure is not None:
        raise nursery.failure


def _now() -> datetime:
    return datetime.now(UTC)


def _obey(stop: asyncio.Event, keyring: Keyring) -> None:
    """SIGTERM and SIGINT end the process politely; SIGHUP reads the list of recipients again."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _reload, keyring)


def _reload(keyring: Keyring) -> None:
    try:
        keyring.reload()
    except (ListRefused, OSError) as error:
        _log.error("the list of recipients is refused; the old one stays", exc_info=error)
    else:
        _log.info("the list of recipients was read again")


def _send(house: House) -> Wake | None:
    """Senders, relays, the collector of files, those who watch and tidy: all beside the doors.

    How to tell the collector that there may be work; the others hear it from the database.
    """
    settings, nursery = house.settings, house.nursery
    limits = Limits(
        rate=settings.rate,
        broadcasts=min(settings.broadcast_rate, settings.rate),
        per_chat=1 / settings.chat_rate,
        burst=settings.chat_burst,
        per_group=settings.group_rate,
    )
    worker = f"{os.getpid()}-{secrets.token_hex(2)}"
    senders = {
        line.name: Sender(
            line.name,
            line.token,
            house.site.api,
            house.pools.sender,
            house.keyring.vault,
            limits=limits,
            worker=worker,
        )
        for line in house.site.lines
    }
    channels: dict[str, Sender | Relay] = dict(senders)
    for name, sender in senders.items():
        nursery.start(f"sender {name}", sender.run(house.stop), lasting=True)
    bots = {line.name: line.bot_id for line in house.site.lines}
    janitor = Janitor(house.pools, house.keyring, post_of(house), bots, _now)
    nursery.start("janitor", janitor.run(house.stop), lasting=True)
    if FAMILY in senders:
        bell = post_of(house).bell
        postman = Postman(
            house.pools, house.keyring, bots, _now, senders[FAMILY].poke, bell, house.dsn
        )
        nursery.start("postman", postman.run(house.stop), lasting=True)
        line = house.site.line(FAMILY)
        assert line is not None, "its sender is there"
        nursery.start("crier", crier(house, line, senders[FAMILY]).run(house.stop), lasting=True)
    nursery.start("watchman", watchman(house).run(house.stop), lasting=True)
    nursery.start("clerk", clerk(house).run(house.stop), lasting=True)
    for name, relay in relays(house, worker):
        nursery.start(f"relay {name}", relay.run(house.stop), lasting=True)
        channels[name] = relay
    house.vitals.add("senders", traffic.senders(channels))
    for name, look in traffic.Waiting(house.pools, tuple(channels)).looks():
        house.vitals.add(name, look)
    if (line := house.site.line(FAMILY)) is None:
        return None
    collector = _collector(house, line, worker)
    nursery.start("collector", collector.run(house.stop), lasting=True)
    return collector.poke


def _collector(house: House, line: Line, worker: str) -> Collector:
    """Takes the files of this bot in. Raises bot.store.StoreAway."""
    keyring, store = house.keyring, Store.of(house.settings.object_store)
    return Collector(
        line.name,
        Download(Api(house.site.api, line.token, store.at_once)),
        store,
        house.pools.intake,
        keyring.vault,
        keyring.sign,
        keyring.now,
        worker,
        unfetched.tell,
    )


async def _open_doors(house: House, files: Wake | None, stack: AsyncExitStack) -> None:
    from bot.doors import build_door  # noqa: PLC0415 - with aiogram: seconds a sender need not pay

    settings, nursery = house.settings, house.nursery
    hooks: list[tuple[Hook, Api]] = []
    for line in house.site.lines:
        api = await stack.enter_async_context(Api(house.site.api, line.token))
        door = build_door(house, line, api, files)
        alive = partial(guardian.answers, house.dsn)
        diligence = Diligence(door.process, door.quarantine, alive=alive)
        polling: Polling | None = None
        if settings.webhook_url is None:
            lead = Lead(house.dsn, line.name)
            polling = Polling(api, diligence, lead, settings.parallel_chats)
            nursery.start(f"polling {line.name}", polling.run(house.stop), lasting=True)
        else:
            assert settings.webhook_secret, "bot.settings refuses a webhook without a secret"
            secret = settings.webhook_secret.get_secret_value()
            hooks.append((Hook(line.bot_id, secret, diligence, nursery=nursery), api))
        taken = traffic.updates(line.name, diligence, polling)
        house.vitals.add(f"updates_{line.name}", taken, vital=True)
        if line.name == FAMILY:
            note = settings.folder / ("sandbox/profile" if settings.in_sandbox else "profile")
            nursery.start("profile", introduce(api, note))
    if settings.webhook_url is not None:
        webhook = Webhook(
            [hook for hook, _ in hooks], settings.webhook_host, settings.webhook_port
        )
        await webhook.open()
        stack.push_async_callback(webhook.close)
        for hook, api in hooks:
            announcing = hook.announce(api, settings.webhook_url, house.stop)
            nursery.start(f"webhook {hook.bot_id}", announcing, vital=True)


def _settle_memory() -> None:
    """What was built to stay is not walked again and again: that costs half the speed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
