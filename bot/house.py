"""What every part of a process is given: Telegram's address, the bots, keys, the database."""

import asyncio
from dataclasses import dataclass, field

import asyncpg

from bot.demo import Demo
from bot.keyring import Keyring
from bot.nursery import Nursery
from bot.settings import Settings
from handlers.sending import Bell, Post

FAMILY, STAFF = "family", "staff"


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
class House:
    """Made once per process. `dsn` is for sessions of one's own, `pool` for everything else."""

    settings: Settings
    site: Site
    keyring: Keyring
    pool: "asyncpg.Pool"
    dsn: str = field(repr=False)
    nursery: Nursery = field(repr=False)
    stop: asyncio.Event = field(repr=False)


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
    rings, chat = house.site.line(STAFF), house.site.staff_chat
    bell = Bell(rings.bot_id, chat) if rings is not None and chat is not None else None
    return Post(house.keyring.recipients, bell)
