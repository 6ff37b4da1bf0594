"""Watches over the audit chain: reads it when the desk starts, and keeps how far it was whole.

What is kept lies beside the desk's key, signed by it: a database that was cut or set back to an
older copy is noticed by the next look. So is one that lacks what an authority has stamped.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cases.audit import verify
from cases.database import Pool
from cases.outbox import AWAY
from cases.person import Person
from cases.points import Point, passing
from cases.verifying import hash_at
from vault import stamp
from vault.chain import GENESIS, Broken, Checkpoint, NotSigned, read_checkpoint, sign_checkpoint
from vault.keys import KeyFileRefused, Signer
from vault.recipients import ListRefused, Recipients
from vault.stamp import Stamped

ORIGIN: Final = "dodomu-desk"
TOLD: Final = ("head", "admin", "auditor")
"""Roles that are told on every page when the chain is broken."""

_EVERY: Final = timedelta(minutes=10)

_log = logging.getLogger(__name__)


def checkpoint_of(key: Path) -> Path:
    """Where a desk keeps how far the chain was whole. `key`: the desk's key file."""
    return key.with_suffix(".checkpoint")


def stamps_of(key: Path) -> Path:
    """The folder of timestamps beside it."""
    return key.with_suffix(".stamps")


@dataclass(frozen=True)
class Standing:
    """What is known of the chain: whole up to entry `seq`, looked at `at`.

    `broken`: the entry at which it does not hold. `obstacle`: why it could not be looked at: ""
    for nothing, "list" (no trusted list of who signs), "kept" (what was kept cannot be read),
    "away" (the database).
    """

    seq: int = 0
    at: datetime | None = None
    broken: int | None = None
    obstacle: str = ""


class Watch:
    """`listed` reads the signed list anew. `kept` is a file of this desk alone.

    `standing` is how things are, `busy` whether somebody is looking just now, `stamped` the newest
    checkpoint with a timestamp that holds.
    """

    def __init__(
        self,
        pool: Pool,
        listed: Callable[[], Recipients],
        signer: Signer,
        kept: Path,
        now: Callable[[], datetime],
    ) -> None:
        self.listed = listed
        self.standing = Standing()
        self.stamped: Stamped | None = None
        self.busy = False
        self._pool = pool
        self._signer = signer
        self._file = kept
        self._now = now
        self._last = (0, GENESIS)
        self._wanted = asyncio.Event()

    def alarm(self, person: Person | None) -> int | None:
        """The entry at which the chain is broken, for those who must be told."""
        if person is None or not person.active or person.role not in TOLD:
            return None
        return self.standing.broken

    def ask(self) -> None:
        """Have the whole chain read again, soon."""
        self.busy = True
        self._wanted.set()

    async def run(self) -> None:
        """Look at the whole chain, then every ten minutes at what is new. Until cancelled."""
        whole = True
        while True:
            await self.look(whole=whole)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), _EVERY.total_seconds())
            whole = self._wanted.is_set()
            self._wanted.clear()

    async def look(self, *, whole: bool = True) -> Standing:
        """Read the chain, or what is new in it, and say how it stands."""
        self.busy = True
        try:
            self.standing = await self._looked(whole=whole or self.standing.broken is not None)
        finally:
            self.busy = False
        return self.standing

    async def _looked(self, *, whole: bool) -> Standing:
        now = self._now()
        try:
            signers = self.listed().signers()
        except (ListRefused, KeyFileRefused, OSError):
            return replace(self.standing, obstacle="list")
        try:
            seen = self._kept()
        except NotSigned:
            _log.error("the kept checkpoint is not ours")
            return Standing(self.standing.seq, now, 0)
        except OSError:
            return replace(self.standing, obstacle="kept")
        after = (0, GENESIS) if whole else self._last
        try:
            last = await verify(self._pool, signers, after=after, seen=seen)
        except Broken as broken:
            _log.error("the audit chain is broken", extra={"row": broken.seq})
            return Standing(self.standing.seq, now, broken.seq)
        except AWAY:
            return replace(self.standing, obstacle="away")
        self._last = last
        self._keep(Checkpoint(ORIGIN, *last))
        return await self._compared(Standing(last[0], now))

    async def _compared(self, whole: Standing) -> Standing:
        """With what an authority stamped: a chain without it is another one."""
        known = [one.public for one in self.listed().intake_sign]
        folder = self._file.with_suffix(".stamps")
        self.stamped = await asyncio.to_thread(stamp.newest, folder, [*known, self._signer.public])
        if self.stamped is None:
            return whole
        held = self.stamped.checkpoint
        try:
            same = await hash_at(self._pool, held.seq) == held.hash
        except AWAY:
            return whole
        return whole if same else replace(whole, broken=held.seq)

    def _kept(self) -> Checkpoint | None:
        """How far it was whole before. Raises NotSigned when another hand wrote it."""
        try:
            note = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise NotSigned from None
        return read_checkpoint(note, [self._signer.public])

    def _keep(self, checkpoint: Checkpoint) -> None:
        """Whole or not at all: half a checkpoint would be taken for a forged one."""
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        try:
            part.write_text(sign_checkpoint(checkpoint, self._signer.seed), encoding="utf-8")
            passing(Point.CHECKPOINT_WRITTEN)
            part.replace(self._file)
        except OSError as error:
            _log.warning("the checkpoint cannot be kept", extra={"error": type(error)})
            part.unlink(missing_ok=True)
