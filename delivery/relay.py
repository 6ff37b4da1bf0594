"""Carries what waits for a channel that is not Telegram: claims under a lease, tries, writes down.

Several may run at once. What a dead one has left is claimed anew when its lease is over, so the
same thing may arrive twice, and never not at all.
"""

import asyncio
import logging
import secrets
from contextlib import suppress
from typing import Final, Protocol

from cases import outbox
from cases.outbox import Claimed, Database, Receipt
from delivery.counters import Counters
from delivery.courier import opened
from delivery.errors import Done, Permanent, Retry, backoff, patience
from delivery.ledger import cut_is_away
from delivery.methods import Params
from vault.local import Vault

_AT_ONCE: Final = 4
_LOOK_SECONDS: Final = 2.0
_SWEEP_SECONDS: Final = 30.0

_LOG = logging.getLogger("delivery")


class Carrier(Protocol):
    """Knows one channel. Raises nothing: whatever goes wrong is a verdict, in our own words."""

    async def carry(self, row: Claimed, params: Params, /) -> Done | Retry | Permanent:
        """Well within the lease of a row (cases.outbox.LEASE_SECONDS)."""


class Relay:
    """The sender of one channel: `channel` is outbox.bot, `worker` names this process."""

    def __init__(
        self, channel: str, carrier: Carrier, pool: Database, vault: Vault, *, worker: str
    ) -> None:
        self.counters = Counters()
        self._channel = channel
        self._carrier = carrier
        self._pool = pool
        self._vault = vault
        self._process = worker
        self._worker = self._named()
        self._wake = asyncio.Event()
        self._swept = 0.0

    def _named(self) -> str:
        """After a lost answer nobody knows what we still hold: it is left to its lease."""
        return f"{self._process}.{secrets.token_hex(4)}"

    def poke(self) -> None:
        """Something has been queued in this process: look at once."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is being carried is finished. A lost database is waited for."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ring(stop))
            while not stop.is_set():
                self._wake.clear()
                if not await self._carried():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_SECONDS):
                            await self._wake.wait()

    async def _ring(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _carried(self) -> int:
        """How many rows were tried; none where the database is away."""
        try:
            with cut_is_away():
                return await self._round()
        except outbox.AWAY as loss:
            self.counters.database_losses += 1
            _LOG.warning("%s: lost the database: %s", self._channel, type(loss).__name__)
            self._worker = self._named()
            return 0

    async def _round(self) -> int:
        clock = asyncio.get_running_loop().time()
        if clock - self._swept > _SWEEP_SECONDS:
            self._swept = clock
            self.counters.recovered += await outbox.recover(
                self._pool, self._channel, self._worker
            )
        rows = await outbox.claim(self._pool, self._channel, self._worker, _AT_ONCE)
        self.counters.claimed += len(rows)
        async with asyncio.TaskGroup() as calls:
            done = [calls.create_task(self._deliver(row)) for row in rows]
        if losses := [loss for task in done if (loss := task.result()) is not None]:
            raise losses[0]
        return len(rows)

    async def _deliver(self, row: Claimed) -> Exception | None:
        """The loss of the database, if that is why nothing was written down."""
        verdict = await self._attempt(row)
        try:
            with cut_is_away():
                await self._settle(row, verdict)
        except outbox.AWAY as loss:
            _LOG.warning("row %d is left to its lease", row.id)
            return loss
        return None

    async def _attempt(self, row: Claimed) -> Done | Retry | Permanent:
        parcel = opened(self._vault, row)
        if parcel is None:
            return Permanent("payload")
        try:
            return await self._carrier.carry(row, parcel.params)
        except Exception as fault:  # noqa: BLE001 - a fault of ours must not stop the others
            return Permanent(type(fault).__name__)

    async def _settle(self, row: Claimed, verdict: Done | Retry | Permanent) -> None:
        match verdict:
            case Done(note):
                receipt = [Receipt(row.id, None, note)]
                self._own(await outbox.sent(self._pool, self._worker, receipt))
                self.counters.sent += 1
            case Retry(reason) if row.age <= patience(row.lane):
                _LOG.info("%s: row %d attempt %d: %s", row.bot, row.id, row.attempts, reason)
                seconds = backoff(row.attempts, secrets.randbelow(1000) / 1000)
                self._own(
                    await outbox.again(
                        *(self._pool, self._worker, row.id, seconds, reason), count_attempt=True
                    )
                )
                self.counters.retried += 1
            case Retry(reason) | Permanent(reason):
                _LOG.error("%s: row %d failed: %s", row.bot, row.id, reason)
                self._own(await outbox.failed(self._pool, self._worker, row.id, reason))
                self.counters.failed += 1

    def _own(self, mine: object) -> None:
        self.counters.disowned += not mine
