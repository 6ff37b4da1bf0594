"""PostgreSQL dies, loses a backend, a cable or its disk's room, while a town talks to the bot.

The bot lives through all of it. By default each once or twice; `FAULTS=full` is the whole of it.
"""

import asyncio
import errno
import os
import secrets
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from dying import postmaster
from proxy import Proxy, proxied
from town import COPIES, Town, town

from bot.postgres import Embedded, embedded, migrate

FULL = os.environ.get("FAULTS") == "full"
DISK = "224m"
SPARE = 256 << 10

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]


@contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """A disk of its own at `folder`, or why there is none."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=711", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        yield done.stderr.strip()
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@dataclass
class Server:
    """The one to be troubled, on a disk that may be filled."""

    own: Embedded
    proxy: Proxy
    disk: Path
    here: Town

    async def dies(self) -> None:
        """G1: kill -9 of the postmaster; its children follow."""
        os.kill(postmaster(self.own.data), signal.SIGKILL)
        await self._back()

    async def loses_one(self) -> None:
        """G2: kill -9 of one backend at work; the server throws everybody out and recovers."""
        busy = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        pids = [row["pid"] for row in await self.here.hand.fetch(busy)]
        os.kill(secrets.choice(pids), signal.SIGKILL)
        await self._back()

    async def fills_up(self) -> None:
        """G3: no room is left for a while."""
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(SPARE))
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            (self.disk / "one more").write_bytes(bytes(SPARE))
        await asyncio.sleep(1.5)
        ballast.unlink()
        (self.disk / "one more").unlink(missing_ok=True)
        await self._back()

    async def is_cut_off(self) -> None:
        """G4: every connection of the bot is cut."""
        while not self.proxy.cut():
            await asyncio.sleep(0.05)

    async def goes_away(self) -> None:
        """P7: stopped for a while, in which people write on.

        Telegram's clock moves by less than a pressed button lives: whoever pressed one before
        a longer outage must press again, which these people do not.
        """
        os.kill(postmaster(self.own.data), signal.SIGKILL)
        family = self.here.running.world.bots["family"].inbox
        first = family.next_id
        for _ in range(10):
            await self.here.knock()
        await self.here.rig.sim("clock", {"advance_seconds": 100})
        await asyncio.sleep(2)
        waiting = [one for one in family.pending if one.update_id >= first and not one.done]
        assert len(waiting) >= 10, "nothing may be confirmed that is not stored"
        await self._back()

    async def _back(self) -> None:
        await asyncio.to_thread(self.own.revive)
        self.here.hand.terminate()
        async with asyncio.timeout(60):
            while True:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    self.here.hand = await asyncpg.connect(self.own.url)
                    return
                await asyncio.sleep(0.1)


TROUBLES: dict[str, tuple[Callable[[Server], Awaitable[None]], int]] = {
    "G1": (Server.dies, 30),
    "G2": (Server.loses_one, 30),
    "G3": (Server.fills_up, 30),
    "G4": (Server.is_cut_off, 30),
    "P7": (Server.goes_away, 10),
}
ROUNDS = [(name,) for name in TROUBLES] if FULL else [tuple(TROUBLES)]


@pytest.mark.parametrize("names", ROUNDS, ids=lambda names: names[0])
async def test_what_was_acknowledged_outlives_the_server(names, oven, tmp_path, record_property):
    kills = [name for name in names for _ in range(TROUBLES[name][1] if FULL else 1)]
    with small_disk(tmp_path / "disk") as missing:
        if missing:
            print(f"G3 is left out: {missing}")
            kills = [name for name in kills if name != "G3"]
        with embedded(tmp_path / "disk" / "postgres") as own:
            await asyncio.to_thread(migrate, own.url)
            async with (
                proxied(own.data, tmp_path / "proxy") as proxy,
                town(oven, tmp_path, own, bot_url=proxy.url) as here,
            ):
                server = Server(own, proxy, tmp_path / "disk", here)
                here.start()
                async with here.crowd(lives=True):
                    for name in kills:
                        done = here.running.world.calls.total
                        while here.running.world.calls.total < done + 12:
                            await asyncio.sleep(0.02)  # it works again, and is at work
                        await asyncio.sleep(secrets.randbelow(200) / 1000)
                        await TROUBLES[name][0](server)
                found = await here.judged()
    what = names[0] if FULL else f"{names[0]} to {names[-1]}"
    told = (len(kills), found.people, len(found.lost), len(found.doubled), found.copies)
    record_property("faults", (what, "polling", *told))
    assert (found.lost, found.doubled) == ([], [])
    assert found.copies <= COPIES * len(kills)
