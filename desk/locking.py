"""Keys of sessions that have ended are forgotten, also when nobody asks for a page any more."""

import asyncio
import logging
from typing import Final

from cases import sessions
from cases.outbox import AWAY
from desk.site import Site

_EVERY: Final = 30.0

_log = logging.getLogger(__name__)


async def lock_what_ended(site: Site, stop: asyncio.Event) -> None:
    """Until `stop`. A database that is away ends no session, and locks nothing."""
    while not stop.is_set():
        try:
            site.ring.keep(await sessions.alive(site.pool, site.now()))
        except AWAY as error:
            _log.warning("sessions cannot be looked at", extra={"error": type(error).__name__})
        try:
            await asyncio.wait_for(stop.wait(), _EVERY)
        except TimeoutError:
            continue
