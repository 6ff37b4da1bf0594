"""The product on several hosts, as processes of one computer: intakes, senders, a desk.

Each has a login of its own at the one PostgreSQL server, with no more rights than its work needs.
"""

import asyncio
import os
import re
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import aiohttp
import asyncpg
from balancer import Balancer
from oven import Oven
from pids import alive, gone
from rig import Rig

from cases import gate, sessions
from cases.person import COLUMNS, person_of
from cases.sessions import Opening
from vault import chain, keys

LOGINS = {
    "outside": "dodomu_bot, dodomu_sender, dodomu_janitor",
    "office": "dodomu_desk",
}
"""Logins, and the roles each was granted."""


@dataclass
class Member:
    """A process that is started again under its name whenever it has been killed."""

    name: str
    command: str
    env: dict[str, str]
    log: Path
    oven: Oven
    pid: int = 0
    _before: int = 0

    def start(self) -> None:
        self._before = self._said()
        self.pid = self.oven.start(["bot", "run", self.command], self.env, self.log).pid

    async def kill(self) -> None:
        """As the kernel does it. Whoever ended before, of itself, is a failure of the test."""
        self._lives()
        os.kill(self.pid, signal.SIGKILL)
        await gone(self.pid)

    async def ready(self) -> None:
        """Until it has said so."""
        while self._said() <= self._before:
            self._lives()
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self.pid and alive(self.pid):
            os.kill(self.pid, signal.SIGTERM)
            await gone(self.pid)

    def _lives(self) -> None:
        assert self.pid, f"{self.name} was never started"
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        assert alive(self.pid), f"{self.name} ended by itself: {last}"

    def _said(self) -> int:
        """How often it was ready; a line of its own each time."""
        told = self.log.read_text(errors="replace") if self.log.exists() else ""
        return sum(line.startswith("ready") for line in told.splitlines())


@dataclass
class Fleet:
    """Who runs. `rig` is the sandbox, the keys and the people; its own bot is not started."""

    rig: Rig
    balancer: Balancer
    intakes: list[Member]
    senders: list[Member]
    desk: Member
    owner: "asyncpg.Pool" = field(repr=False)

    def members(self) -> Iterator[Member]:
        yield from (*self.intakes, *self.senders, self.desk)

    async def start(self) -> None:
        for one in self.members():
            one.start()
        for one in self.members():
            await one.ready()

    async def leader(self, seconds: float = 60.0) -> Member:
        """The sender that has the lead of the family bot, once there is one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            name = await self.owner.fetchval(_HOLDER, gate._LEAD, crc32(b"family") >> 1)
            found = [one for one in self.senders if one.name == name]
            if found:
                return found[0]
            await asyncio.sleep(0.02)
        raise AssertionError("nobody sends")


_HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2
   AND a.datname = current_database()
"""


@asynccontextmanager
async def a_fleet(
    rig: Rig, oven: Oven, ports: Callable[[], int], intakes: int = 2, senders: int = 2
) -> AsyncIterator[Fleet]:
    """Nobody runs yet but the balancer. `ports` finds free ones."""
    url = rig.database.url
    doors = [ports() for _ in range(intakes)]
    balancer = Balancer(ports(), doors)
    hook = {"DODOMU_WEBHOOK_URL": balancer.url, "DODOMU_WEBHOOK_SECRET": secrets.token_hex(16)}

    def outside(name: str, command: str, **more: str) -> Member:
        env = rig.env | {"DATABASE_URL": _url(url, "outside", name)} | more
        return Member(name, command, env, rig.folder / f"{name}.log", oven)

    def intake(number: int) -> Member:
        port = str(doors[number])
        return outside(f"intake-{number}", "intake", **hook, DODOMU_WEBHOOK_PORT=port)

    async with (
        await asyncpg.create_pool(url, min_size=1, max_size=4) as owner,
        balancer.open(),
    ):
        for login, granted in LOGINS.items():
            await owner.execute(_LOGIN.format(login=login, granted=granted))
        fleet = Fleet(
            rig,
            balancer,
            [intake(number) for number in range(intakes)],
            [outside(f"sender-{number}", "delivery") for number in range(senders)],
            _desk(rig, _url(url, "office", "desk"), ports(), oven),
            owner,
        )
        try:
            yield fleet
        finally:
            for one in fleet.members():
                await one.stop()


# The server is shared with other tests, and so are its logins.
_LOGIN = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{login}') THEN
        CREATE ROLE {login} LOGIN;
        GRANT {granted} TO {login};
    END IF;
END $$
"""


def _url(url: str, login: str, name: str) -> str:
    """`name` is how the server knows the process."""
    return re.sub("//[^@]*@", f"//{login}@", url, count=1) + f"&application_name={name}"


def _desk(rig: Rig, url: str, port: int, oven: Oven) -> Member:
    """Neither token nor vault key: it stands on another host."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
    env = {name: os.environ[name] for name in kept if name in os.environ} | {
        "DATABASE_URL": url,
        "DODOMU_FOLDER": str(rig.folder / "office"),
        "DODOMU_DESK_KEY": str(rig.keyset.desk),
        "DODOMU_DESK_PORT": str(port),
        "DODOMU_DESK_URL": f"http://127.0.0.1:{port}",
        "DODOMU_RECIPIENTS": str(rig.keyset.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(rig.keyset.root_public),
        "DODOMU_LOG": "json",
    }
    return Member("desk", "desk", env, rig.folder / "desk.log", oven)


@dataclass
class Reader:
    """A prosecutor with a browser open; the session outlives the desk's process."""

    desk: Member
    client: aiohttp.ClientSession = field(repr=False)

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, fleet: Fleet) -> AsyncIterator["Reader"]:
        signer = partial(chain.sign, keys.load_desk(fleet.rig.keyset.desk)[0].seed)
        now, token = datetime.now(UTC), secrets.token_urlsafe(32)
        async with fleet.owner.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
                f" VALUES ($1, 'Марченко', 'prosecutor', '{{UA}}', 'active', $2, $2)"
                f" RETURNING {COLUMNS}",
                *(uuid4(), now),
            )
            opening = Opening(uuid4(), token, "passkey", "")
            await sessions.start(connection, person_of(row), opening, signer=signer, now=now)
        headers = {"User-Agent": "Firefox/140", "Cookie": f"desk={token}"}
        async with aiohttp.ClientSession(headers=headers) as client:
            yield cls(fleet.desk, client)

    async def reads(self) -> int | None:
        """How many reports the queue counts in all; None while the desk does not answer."""
        try:
            async with self.client.get(
                self.desk.env["DODOMU_DESK_URL"] + "/queue?view=all", allow_redirects=False
            ) as answer:
                page = await answer.text()
        except aiohttp.ClientError:
            return None
        assert answer.status == 200, (answer.status, page[:500])
        counts = re.findall(r'<a href="[^"]*view=all[^"]*"[^>]*>[^<]*<b>(\d+)</b>', page)
        assert len(counts) == 1, page
        return int(counts[0])
