"""How this process fares, asked from several sides, none of them more often than it can bear."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import asyncpg

from bot.metrics import Sample
from cases import outbox

_PATIENCE: Final = 3.0
_FRESH: Final = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What one look has found. `wrong`: codes of what keeps the process from its work."""

    samples: Sequence[Sample] = ()
    wrong: Sequence[str] = ()


Look: TypeAlias = Callable[[], Awaitable[Reading]]
"""May raise what the database raises, and OSError: then there is no reading."""


@dataclass
class _Side:
    name: str
    look: Look
    vital: bool
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    seen: Reading = Reading()
    at: float = float("-inf")


class Vitals:
    """`version`: of this program. Give it what to look at with `add`."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._sides: list[_Side] = []

    def add(self, name: str, look: Look, *, vital: bool = False) -> None:
        """`name` is a code. `vital`: without a reading the process is not ready."""
        self._sides.append(_Side(name, look, vital))

    async def wrong(self) -> tuple[str, ...]:
        """What keeps this process from its work; () where it is ready. Answers in 3 seconds."""
        found = await self._read([one for one in self._sides if one.vital])
        return tuple(sorted({code for one in found for code in one.wrong}))

    async def samples(self) -> list[Sample]:
        """All numbers there are. What cannot be read is named instead. Answers in 3 seconds."""
        found = await self._read(self._sides)
        ready = not any(one.wrong for one in found)
        told = [
            Sample("dodomu_build_info", 1, (self._version,)),
            Sample("dodomu_ready", float(ready)),
        ]
        return told + [sample for one in found for sample in one.samples]

    async def _read(self, sides: Sequence[_Side]) -> list[Reading]:
        return await asyncio.gather(*(self._side(one) for one in sides))

    async def _side(self, side: _Side) -> Reading:
        """Whoever asks while somebody looks is told the same."""
        async with side.turn:
            if time.monotonic() - side.at > _FRESH:
                side.seen = await self._look(side)
                side.at = time.monotonic()
            return side.seen

    async def _look(self, side: _Side) -> Reading:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await side.look()
        except (*outbox.AWAY, asyncpg.PostgresError) as error:  # a right that was not granted, too
            _log.warning("no reading", extra={"subject": side.name, "error": type(error)})
        failed = Sample("dodomu_reading_failed", 1, (side.name,))
        return Reading([failed], [side.name] if side.vital else [])
