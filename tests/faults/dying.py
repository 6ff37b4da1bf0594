"""How a bot is made to die at a moment of matrix.py, while a town goes on talking to it."""

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path

from matrix import Death
from oven import Child
from town import Town

_WAITING = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%turn_save%'
"""
_HELD_SECONDS = 2.0
"""Less than the bot's own patience with a lock (cases.database)."""


async def dies(town: Town, death: Death) -> None:
    """Start a bot, and see it die there."""
    if death.point is None:
        await _from_outside(town, death)
        return
    child = town.start(death.word())
    async with asyncio.TaskGroup() as group:
        group.create_task(_helped(town, death, child))
        await town.died(child)


async def _helped(town: Town, death: Death, child: Child) -> None:
    """What must happen so that the moment comes at all."""
    while child.poll() is None:
        if death.aside:
            await town.nonsense()
        if death.floods:
            fault = {"method": "sendMessage", "kind": "429", "retry_after": 1, "bot": "family"}
            await town.rig.sim("faults", [fault])
        # Not cancelled in the middle of a deed: what arrived would not be counted.
        await asyncio.to_thread(child.ended.wait, 1.5)


async def _from_outside(town: Town, death: Death) -> None:
    child = town.start()
    if death.fault:
        await _unanswered(town)
    elif not death.table:
        await asyncio.sleep(secrets.randbelow(2000) / 1000)
    else:
        while not await _waits_for(town, death.table, child):
            assert child.poll() is None, town.rig.log.read_text()[-2000:]
    child.kill()
    await town.died(child)


async def _unanswered(town: Town) -> None:
    """Until Telegram keeps the bot waiting, having carried out what it was asked, or not."""
    kind = secrets.choice(("timeout_before", "timeout_after"))
    since = town.running.world.calls.total
    await town.rig.sim("faults", [{"method": "sendMessage", "kind": kind, "bot": "family"}])
    async with asyncio.timeout(60):
        while not any(call["fault"] for call in town.running.world.calls.since(since)["calls"]):
            await asyncio.sleep(0.01)


async def _waits_for(town: Town, table: str, child: Child) -> bool:
    """Hold `table` until a turn waits for it in the middle of being saved; kill the bot then.

    Half the time the server is left to go on with a turn nobody waits for any more.
    """
    clock = asyncio.get_running_loop().time
    async with town.hand.transaction():
        await town.hand.execute(f"LOCK TABLE {table} IN SHARE MODE")
        until = clock() + _HELD_SECONDS
        await town.knock()  # the others may wait for a message that waits for this table
        while clock() < until:
            waiting = await town.hand.fetch(_WAITING)
            if waiting:
                child.kill()
                await asyncio.to_thread(child.wait, 30)
                if secrets.randbelow(2):
                    for row in waiting:
                        await town.hand.fetchval("SELECT pg_terminate_backend($1)", row["pid"])
                return True
            await asyncio.sleep(0.01)
    return False


def postmaster(data: Path) -> int:
    """The pid of the server whose data lie there."""
    return int((data / "postmaster.pid").read_text().partition("\n")[0])


async def eventually(true, seconds: float = 60.0) -> None:
    """Wait until it is so. `true` may be away for a while."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(OSError):
                if await true():
                    return
            await asyncio.sleep(0.05)
