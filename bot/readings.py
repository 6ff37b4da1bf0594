"""The sides from which any process is looked at: database, disk, recipients."""

import asyncio
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.metrics import Sample
from bot.postgres import wanted
from bot.settings import Settings
from bot.vitals import Look, Reading
from cases import measures
from cases.outbox import Database
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused, Recipients

LEAST_RATIO: Final = 0.05
LEAST_BYTES: Final = 1 << 30
"""A disk with less than either is full: what is written next may be lost."""


def database(pool: Database) -> Look:
    """Round trip, size, schema, and how far this computer's clock is from the database's."""

    async def look() -> Reading:
        await pool.fetchval("SELECT 1")  # so that making a connection is not measured
        began, clock = time.monotonic(), time.time()
        answered = await measures.answered(pool)
        took = time.monotonic() - began
        right = answered.schema == wanted()
        return Reading(
            [
                Sample("dodomu_database_roundtrip_seconds", took),
                Sample("dodomu_database_bytes", answered.size),
                Sample("dodomu_database_schema_current", float(right)),
                Sample("dodomu_clock_skew_seconds", clock + took / 2 - answered.clock),
            ],
            [] if right else ["schema"],
        )

    return look


def disk(settings: Settings) -> Look:
    """Where this program writes, and where sealed files lie if that is a folder here."""
    places = {"folder": settings.folder}
    if "://" not in settings.object_store:
        places["objects"] = Path(settings.object_store)

    async def look() -> Reading:
        found = await asyncio.to_thread(lambda: {name: _usage(at) for name, at in places.items()})
        samples = []
        for place, (free, ratio) in found.items():
            samples += [
                Sample("dodomu_disk_free_bytes", free, (place,)),
                Sample("dodomu_disk_free_ratio", ratio, (place,)),
            ]
        full = any(full_disk(free, ratio) for free, ratio in found.values())
        return Reading(samples, ["disk"] if full else [])

    return look


def full_disk(free: float, ratio: float) -> bool:
    """Whether so many free bytes, so large a part of the whole, are too few to go on."""
    return free < LEAST_BYTES or ratio < LEAST_RATIO


def _usage(place: Path) -> tuple[float, float]:
    there = next(one for one in (place.absolute(), *place.absolute().parents) if one.exists())
    used = shutil.disk_usage(there)
    return used.free, used.free / used.total


def listed(recipients: Callable[[], Recipients]) -> Look:
    """The signed list of who may read; without a valid one no report can be sealed."""

    async def look() -> Reading:
        try:
            found = await asyncio.to_thread(recipients)
        except (ListRefused, KeyFileRefused):
            return Reading([Sample("dodomu_recipients_expire_seconds", 0)], ["recipients"])
        left = (found.expires_at - datetime.now(UTC)).total_seconds()
        return Reading([Sample("dodomu_recipients_expire_seconds", left)])

    return look
