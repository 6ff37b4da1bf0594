"""What time alone brings about: drafts passed on or forgotten, old rows deleted."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.house import Pools
from bot.keyring import Keyring
from bot.nursery import nap
from cases import outbox, retention
from cases import turn as turns
from cases.turn import Duplicate, Overtaken
from handlers.abandoned import pass_on
from handlers.sending import Post
from vault.recipients import ListRefused

_EVERY: Final = 3600.0
_SOON: Final = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Janitor:
    """Runs every hour in the process that sends. `bots`: Telegram's id of each bot by its name."""

    pools: Pools
    keyring: Keyring
    post: Post
    bots: dict[str, int]
    now: Callable[[], datetime]

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A database that is away is tried again after a minute."""
        while not stop.is_set():
            pause = _EVERY
            try:
                passed = await self.passed_on()
                now, sign = self.now(), self.keyring.sign
                erased = await retention.shred(self.pools.janitor, signer=sign, now=now)
                gone = await retention.expire(self.pools.janitor, signer=sign, now=now)
            except outbox.AWAY as error:
                _log.warning("the janitor could not work", extra={"error": type(error).__name__})
                pause = _SOON
            else:
                _log.info(
                    "passed on: %d; erased: %d; expired: %d drafts, %d updates, %d sent,"
                    " %d quarantined, %d letters, %d entries, %d recipients, %d passes",
                    *(passed, erased, gone.drafts, gone.updates, gone.sent, gone.quarantined),
                    *(gone.letters, gone.entries, gone.recipients, gone.passes),
                )
            await nap(stop, pause)

    async def passed_on(self) -> int:
        """Send the drafts whose families allowed it; how many. Raises AWAY's errors."""
        done = 0
        while waiting := await retention.abandoned(
            self.pools.intake, self.keyring.vault, self.bots, now=self.now()
        ):
            sent = [turn for turn in waiting if await self._pass_on(turn)]
            done += len(sent)
            if not sent:
                break  # they wait for a valid list of recipients, or somebody is just writing
        return done

    async def _pass_on(self, turn: turns.Turn) -> bool:
        now = self.now()
        try:
            await pass_on(self.post, turn, now)
            await turns.save(
                self.pools.intake, self.keyring.vault, turn, signer=self.keyring.sign, now=now
            )
        except ListRefused as refused:
            _log.critical("a draft cannot be sealed", extra={"reason": refused.reason})
            return False
        except (Overtaken, Duplicate):
            return False
        return True
