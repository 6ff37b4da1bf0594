"""What every part of a process is given: Telegram's address, the bots, keys, the database."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import asyncpg

from bot.demo import Demo
from bot.keyring import Keyring
from bot.nursery import Nursery
from bot.settings import Settings
from bot.vitals import Vitals
from cases import database
from handlers.bells import Bell
from handlers.sending import Post

FAMILY, STAFF = "family", "staff"
INTAKE, SENDER, JANITOR = "dodomu_bot", "dodomu_sender", "dodomu_janitor"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One bot: its name in the database, its token."""

    name: str
    token: str = field(repr=False)

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])


@dataclass(frozen=True)
class Site:
    """Telegram's address, the bots, the chat the bell rings in."""

    api: str
    lines: tuple[Line, ...]
    staff_chat: int | None = field(repr=False)

    def line(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)


@dataclass(frozen=True)
class Pools:
    """The same database, each with no more rights than its work needs (see migrations/0003)."""

    intake: "asyncpg.Pool"
    sender: "asyncpg.Pool"
    janitor: "asyncpg.Pool"

    @classmethod
    @asynccontextmanager
    async def open(cls, dsn: str, parallel: int) -> AsyncIterator[Self]:
        """Connections are made when needed. Raises cases.outbox.AWAY's errors.

        A login that was not granted the roles works with its own rights, and the log says so.
        """
        granted = await database.roles(dsn)
        missing = sorted({INTAKE, SENDER, JANITOR} - granted)
        if missing:
            _log.warning("roles are not granted", extra={"missing": len(missing)})
        async with AsyncExitStack() as stack:
            opened = [
                await stack.enter_async_context(
                    await database.connect(dsn, most=most, role=role if role in granted else None)
                )
                for role, most in ((INTAKE, parallel + 2), (SENDER, parallel + 4), (JANITOR, 2))
            ]
            yield cls(*opened)


@dataclass(frozen=True)
class House:
    """Made once per process. `dsn` is for sessions of one's own, `pools` for everything else."""

    settings: Settings
    site: Site
    keyring: Keyring
    pools: Pools
    dsn: str = field(repr=False)
    nursery: Nursery = field(repr=False)
    stop: asyncio.Event = field(repr=False)
    vitals: Vitals = field(repr=False)


def site_of(settings: Settings, demo: Demo | None) -> Site:
    """Telegram as the settings say, or the sandbox."""
    if demo is not None:
        lines = tuple(Line(name, token) for name, token in demo.tokens.items())
        return Site(demo.url, lines, demo.staff_chat)
    named = ((FAMILY, settings.telegram_bot_token), (STAFF, settings.telegram_staff_bot_token))
    lines = tuple(Line(name, token.get_secret_value()) for name, token in named if token)
    return Site(settings.telegram_api, lines, settings.staff_chat)


def post_of(house: House) -> Post:
    """How reports are sent off here: to whom they are sealed, and where it rings."""
    return Post(house.keyring.recipients, bell_of(house), house.pools.intake)


def bell_of(house: House) -> Bell | None:
    """The prosecutors' group, with the desk's address for its buttons."""
    rings, chat = house.site.line(STAFF), house.site.staff_chat
    desk = house.settings.desk_url or ""
    return Bell(rings.bot_id, chat, desk) if rings is not None and chat is not None else None
