"""Every hour: what is past its term goes."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import asyncpg

from bot.nursery import nap
from cases import outbox, retention
from cases.audit import Signer

_EVERY: Final = 3600.0
_SOON: Final = 60.0

_log = logging.getLogger(__name__)


async def run(
    pool: "asyncpg.Pool", signer: Signer, now: Callable[[], datetime], stop: asyncio.Event
) -> None:
    """Until `stop`. A database that is away is tried again after a minute."""
    while not stop.is_set():
        pause = _EVERY
        try:
            gone = await retention.expire(pool, signer=signer, now=now())
        except outbox.AWAY as error:
            _log.warning("the janitor could not work", extra={"error": type(error).__name__})
            pause = _SOON
        else:
            _log.info(
                "expired: %d drafts, %d updates, %d sent, %d quarantined",
                *(gone.drafts, gone.updates, gone.sent, gone.quarantined),
            )
        await nap(stop, pause)
