"""Keys whose time is over or whose session ended are forgotten, also when nobody comes back."""

import asyncio
import logging
from typing import Final

from cases import sessions
from cases.outbox import AWAY
from desk.site import Site

_EVERY: Final = 30.0  # seconds

_log = logging.getLogger(__name__)


async def lock_what_ended(site: Site) -> None:
    """Lock the keys whose time is over and those whose session ended, wherever that happened."""
    site.ring.expire(site.now())
    site.ring.keep(await sessions.living(site.pool, site.now()))


async def keep_locking(site: Site) -> None:
    """The same, again and again. A database that is away ends no session. Never ends."""
    while True:
        await asyncio.sleep(_EVERY)
        try:
            await lock_what_ended(site)
        except AWAY as error:
            _log.warning("sessions cannot be looked at", extra={"error": type(error)})
