"""Keeps our own PostgreSQL alive: killed, it is started again while the bot waits for it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import asyncpg

from bot.nursery import nap
from bot.postgres_home import ServerRefused
from cases import outbox

_EVERY: Final = 5.0
_PATIENCE: Final = 3.0

_log = logging.getLogger(__name__)


async def watch(dsn: str, revive: Callable[[], None], stop: asyncio.Event) -> None:
    """Until `stop`: when the server takes no connection, `revive` it, in a thread."""
    while not stop.is_set():
        if not await answers(dsn):
            _log.warning("the embedded PostgreSQL does not answer")
            try:
                await asyncio.to_thread(revive)
            except (ServerRefused, OSError) as error:
                _log.error("it could not be started", extra={"error": type(error).__name__})
            else:
                _log.info("the embedded PostgreSQL answers again")
        await nap(stop, _EVERY)


async def answers(dsn: str) -> bool:
    """Whether the database takes a new connection now."""
    try:
        connection = await asyncpg.connect(dsn, timeout=_PATIENCE)
    except outbox.AWAY:
        return False
    with suppress(*outbox.AWAY):
        await connection.close(timeout=_PATIENCE)
    return True
