"""Tells families that a prosecutor has written, and the staff of what came by telephone."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from bot.house import Pools
from bot.keyring import Keyring
from bot.nursery import nap, unless
from cases import messages, outbox, ringing
from cases import turn as turns
from cases.asking import CHANNEL
from cases.messages import Due
from cases.ringing import Fresh
from cases.turn import Duplicate, Outgoing, Overtaken
from handlers.bells import Bell, ring
from handlers.letters import announce
from handlers.talk import Talk
from vault.box import Box

_EVERY: Final = 20.0
_PATIENCE: Final = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Postman:
    """Runs in the process that sends. `bots`: Telegram's id of each bot by its name.

    `dsn`: for a session of its own, in which the desk calls; while it is cut, every 20 seconds
    will do.
    """

    pools: Pools
    keyring: Keyring
    bots: dict[str, int]
    now: Callable[[], datetime] = field(repr=False)
    wake: Callable[[], None] = field(repr=False)
    bell: Bell | None = field(default=None, repr=False)
    dsn: str = field(default="", repr=False)
    _called: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A database that is away is asked again at the next round."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listening(stop))
            await self._going_round(stop)

    async def _listening(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            lost = asyncio.Event()
            with suppress(*outbox.AWAY):
                session = await asyncpg.connect(self.dsn, timeout=_PATIENCE)
                session.add_termination_listener(lambda *_, lost=lost: lost.set())
                try:
                    await session.add_listener(CHANNEL, lambda *_: self._called.set())
                    self._called.set()  # somebody may have called when nobody listened
                    await unless(lost, stop.wait())
                finally:
                    session.terminate()
            self._called.set()
            await nap(stop, _PATIENCE)
        self._called.set()  # the round need not sleep on

    async def _going_round(self, stop: asyncio.Event) -> None:
        announced = False
        while not stop.is_set():
            self._called.clear()
            try:
                if not announced:
                    box = Box.of(self.keyring.vault)
                    await messages.announce(self.pools.intake, box, self.keyring.sign)
                    announced = True
                await self.round()
                await self.rung()
            except outbox.AWAY as error:
                _log.warning("the postman could not work", extra={"error": type(error).__name__})
            await nap(self._called, _EVERY)

    async def round(self) -> int:
        """Tell everybody who has to hear; how many. Raises AWAY's errors."""
        told = 0
        while waiting := await messages.due(
            self.pools.intake, self.keyring.vault, self.bots, now=self.now()
        ):
            done = [one for one in waiting if await self._tell(one)]
            told += len(done)
            if not done:
                break  # somebody is just writing; at the next round then
        if told:
            self.wake()
        return told

    async def rung(self) -> int:
        """Ring for what was typed in on the desk; for how many. Raises AWAY's errors."""
        if self.bell is None:
            return 0
        bell = self.bell

        def worded(fresh: Fresh) -> Outgoing:
            return ring(bell, fresh, fresh.id)

        return await ringing.ring(self.pools.intake, self.keyring.vault, worded, now=self.now())

    async def _tell(self, due: Due) -> bool:
        now = self.now()
        talk = Talk(due.turn, now, {})
        announce(talk, due)
        try:
            await turns.save(
                self.pools.intake, self.keyring.vault, due.turn, signer=self.keyring.sign, now=now
            )
        except (Overtaken, Duplicate):
            return False
        return True
