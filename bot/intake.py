"""What both doors for updates share: an update is done, known already, ignored, or quarantined.

Never aiogram's own loops: they acknowledge what they have not done yet.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import asyncpg

from bot.envelope import Envelope
from cases import gate, outbox

Process: TypeAlias = Callable[[bytes], Awaitable[str]]
"""One update, as bytes: "committed", "duplicate", "ignored" or "quarantined". Raises
`cases.outbox.AWAY` when the database is away."""

Quarantine: TypeAlias = Callable[[bytes, str], Awaitable[None]]
"""Keep an update nobody could take in, sealed, with the name of the error's class."""

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

_REMEMBERED = 1000
_SOON_GONE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
    "idle_session_timeout": "90s",  # a look before each long poll, and a batch between two
}
"""A host that is cut off, or frozen, does not keep the lead: by itself TCP waits for hours."""
_log = logging.getLogger(__name__)


class Stuck(Exception):
    """An update took longer than any should. It is tried again, then quarantined."""


def is_away(error: BaseException) -> bool:
    """Whether only the database is missing, and the same update may do later.

    asyncpg's DataError is an InterfaceError too, but it is the update's fault, not the database's.
    """
    return isinstance(error, outbox.AWAY) and not isinstance(error, ValueError)


@dataclass
class Diligence:
    """Tries an update up to `1 + len(pauses)` times before it goes to quarantine.

    Attempts are counted across deliveries, for a webhook has a deadline of its own, longer than
    `patience`: seconds for one attempt. `alive` is asked whether the database answers, before an
    update is blamed for taking too long. `counts`: finished updates by kind and what `take` said;
    `failures`: attempts in vain; `last`: time.monotonic() when the last one was finished.
    """

    process: Process
    quarantine: Quarantine
    pauses: Sequence[float] = (0.5, 2.0)
    patience: float = 20.0
    alive: Callable[[], Awaitable[bool]] | None = None
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: int = 0
    last: float | None = None
    _failed: OrderedDict[int, tuple[int, str]] = field(default_factory=OrderedDict, repr=False)

    async def take(self, envelope: Envelope) -> str:
        """What `process` says. Raises only when the database is away: then it was not done."""
        while True:
            attempts, error = self._failed.get(envelope.update_id, (0, ""))
            if attempts > len(self.pauses):
                return await self._give_up(envelope, error)
            if attempts:
                await asyncio.sleep(self.pauses[attempts - 1])
            try:
                done = await self._attempt(envelope.body)
            except Exception as raised:  # an update's failure must not reach other chats' updates
                if is_away(raised):
                    raise
                self._remember(envelope.update_id, attempts + 1, type(raised).__name__)
                _log.warning(
                    "an update failed",
                    extra={"update_id": envelope.update_id, "attempts": attempts + 1},
                    exc_info=raised,
                )
            else:
                return self._finish(envelope, done)

    async def _attempt(self, body: bytes) -> str:
        limit = asyncio.timeout(self.patience)
        try:
            async with limit:
                return await self.process(body)
        except TimeoutError:
            if limit.expired() and (self.alive is None or await self.alive()):
                raise Stuck from None
            raise

    async def _give_up(self, envelope: Envelope, error: str) -> str:
        await self.quarantine(envelope.body, error)
        _log.error("an update was quarantined", extra={"update_id": envelope.update_id})
        return self._finish(envelope, "quarantined")

    def _finish(self, envelope: Envelope, done: str) -> str:
        self._failed.pop(envelope.update_id, None)
        key = (envelope.kind, done)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.last = time.monotonic()
        return done

    def _remember(self, update_id: int, attempts: int, error: str) -> None:
        self._failed[update_id] = (attempts, error)
        self.failures += 1
        while len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)


@dataclass
class Lead:
    """One poller for each token: a lock of the database that lasts as long as a session of ours.

    It spares Telegram's 409s. What it cannot spare, two pollers for a moment, the turn survives.
    """

    dsn: str = field(repr=False)
    name: str
    _session: "asyncpg.Connection | None" = field(default=None, repr=False)

    async def held(self) -> bool:
        """Whether we lead, asked of the database each time: a lost session leads no more."""
        try:
            if self._session is None:
                self._session = await asyncpg.connect(
                    self.dsn, timeout=10, server_settings=_SOON_GONE
                )
            # The lock may be taken again and again by the session that has it.
            return await gate.take_lead(self._session, f"poll {self.name}")
        except outbox.AWAY:
            await self.close()
            return False

    async def close(self) -> None:
        """Let somebody else lead."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(*outbox.AWAY):
                await session.close(timeout=2)
