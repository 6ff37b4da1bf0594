"""The doctor's look at the database: there, new enough, with the right rights, and its clock."""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

import asyncpg

from bot.commands.finding import Finding
from bot.house import INTAKE, JANITOR, SENDER
from bot.postgres import current, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings
from cases import database as connections
from cases import measures

MOST_SKEW: Final = 5.0
"""Seconds; more than that and terms, leases and entries of the audit disagree."""

_LEAST_VERSION: Final = 15
_DESK: Final = "dodomu_desk"


def database(settings: Settings) -> Iterator[Finding]:
    """Of an embedded one: started for the look, and stopped again."""
    given = settings.database_url
    try:
        with serving(given.get_secret_value() if given else None, settings.folder) as url:
            yield from _looked(settings, url)
    except ServerRefused as refused:
        yield Finding("database", good=False, said=str(refused))
    except (OSError, asyncpg.PostgresError) as error:  # their texts may quote the address
        yield Finding("database", good=False, said=f"cannot be used: {type(error).__name__}")


def _looked(settings: Settings, url: str) -> Iterator[Finding]:
    version, schema = asyncio.run(_version(url)), current(url)
    if version < _LEAST_VERSION:
        said = f"PostgreSQL {version} is too old; {_LEAST_VERSION} is the least"
        yield Finding("database", good=False, said=said)
        return
    if schema != wanted():
        said = f"its schema is {schema or 'empty'}; run `dodomu db upgrade`"
        yield Finding("database", good=settings.database_url is None, said=said)
        return
    yield Finding("database", good=True, said=f"PostgreSQL {version}, schema {schema}")
    yield from asyncio.run(_inside(settings, url))


async def _version(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(connection.get_server_version().major)
    finally:
        await connection.close()


async def _inside(settings: Settings, url: str) -> list[Finding]:
    granted = await connections.roles(url)
    connection = await asyncpg.connect(url)
    try:
        return [
            _roles(settings, granted),
            await _clock(connection),
            await _sending(connection),
        ]
    finally:
        await connection.close()


def _roles(settings: Settings, granted: frozenset[str]) -> Finding:
    """A login with more rights than its work needs is a way in for whoever takes the host."""
    desk = settings.in_sandbox and settings.desk_key is not None
    needed = {_DESK} if desk else {INTAKE, SENDER, JANITOR}
    missing = sorted(needed - granted)
    if missing:
        said = f"this login was not granted {', '.join(missing)}; see docs/operations/deploy.md"
        return Finding("rights", good=False, said=said)
    return Finding("rights", good=True, said=f"{', '.join(sorted(needed))} are granted")


async def _clock(connection: "asyncpg.Connection") -> Finding:
    await connection.fetchval("SELECT 1")
    began, clock = time.monotonic(), time.time()
    answered = await measures.answered(connection)
    skew = clock + (time.monotonic() - began) / 2 - answered.clock
    if abs(skew) > MOST_SKEW:
        said = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the database's"
        return Finding("clock", good=False, said=f"{said}: repair NTP on whichever is wrong")
    return Finding("clock", good=True, said="agrees with the database's")


async def _sending(connection: "asyncpg.Connection") -> Finding:
    try:
        stopped = sorted(one.bot for one in await measures.gates(connection) if one.stopped)
        queues = await measures.queues(connection)
    except asyncpg.InsufficientPrivilegeError:
        return Finding("sending", good=False, said="this login may not look at the outbox")
    oldest = max((one.age for one in queues), default=0.0)
    said = f"{sum(one.waiting for one in queues)} messages wait, the oldest for {oldest:.0f} s"
    if stopped:
        said = f"{said}; Telegram refused the token of {', '.join(stopped)}"
        said += ": `dodomu sending reopen`, once the token is right"
    return Finding("sending", good=not stopped, said=said)
