"""The desk's queue as a prosecutor's browser asks for it: whole pages, over HTTP, signed in.

The desk runs as it does on the prosecutors' host, `dodomu run desk`; times are from a request to
the last byte of its page, and hold what loopback and this client cost.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import aiohttp
import asyncpg

from benchmarks import queue
from benchmarks.accounting import cpu_seconds
from benchmarks.rig import Rig, Unanswered, free_port, spawned
from cases import database, sessions
from cases.person import Person
from cases.sessions import Opening
from cases.views import VIEWS
from vault import chain, keys

_VIEWER: Final = Person(UUID(int=1), 1, "x", "prosecutor", ("UA",), "active")
_MORE: Final = (
    "/queue?view=all&oblast=UA-65",
    "/queue?view=new&age=6-11",
    "/queue/lines?view=new",
)
_WARM: Final = 2
_PATIENCE: Final = 60.0


@dataclass
class Pages:
    """Milliseconds of each request, by its path; `cpu`: ms of the desk's process for one."""

    rows: int
    took: dict[str, list[float]] = field(default_factory=dict)
    cpu: float = 0.0
    kib: float = 0.0


async def measure(rig: Rig, rows: int, rounds: int) -> Pages:
    """A prosecutor of the whole country looks at every view of `rows` cases, `rounds` times."""
    url = await rig.database()
    connection = await asyncpg.connect(url)
    try:
        await queue.fill(connection, rows)
    finally:
        await connection.close()
    token = await _signed_in(rig, url)
    port = free_port()
    env = {
        **rig.env,
        "DATABASE_URL": url,
        "DODOMU_DESK_KEY": str(rig.desk_key),
        "DODOMU_DESK_PORT": str(port),
    }
    for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_STAFF_BOT_TOKEN", "DODOMU_STAFF_CHAT"):
        del env[name]
    paths = (*(f"/queue?view={view}" for view in VIEWS), *_MORE)
    seen = Pages(rows, {path: [] for path in paths})
    here = f"http://localhost:{port}"
    with spawned((*rig.program, "run", "desk"), env, rig.log) as desk:
        async with aiohttp.ClientSession(cookies={"desk": token}) as client:
            await _ready(client, here, rig.log)
            await _look(client, here, seen, _WARM)
            for path in paths:
                seen.took[path].clear()
            spent = cpu_seconds(desk.pid)
            size = await _look(client, here, seen, rounds)
            pages = rounds * len(paths)
            seen.cpu = 1000 * (cpu_seconds(desk.pid) - spent) / pages
            seen.kib = size / pages / 1024
    return seen


async def _look(client: aiohttp.ClientSession, here: str, seen: Pages, rounds: int) -> int:
    """At every page, one after the other, so many times; their bytes in all."""
    size = 0
    for _ in range(rounds):
        for path, took in seen.took.items():
            milliseconds, length = await _page(client, here + path)
            took.append(milliseconds)
            size += length
    return size


async def _signed_in(rig: Rig, url: str) -> str:
    signer = partial(chain.sign, keys.load_desk(rig.desk_key)[0].seed)
    token = secrets.token_urlsafe(32)
    opening = Opening(uuid4(), token, "passkey", "")
    async with await database.connect(url) as pool, database.transaction(pool) as connection:
        await sessions.start(connection, _VIEWER, opening, signer=signer, now=datetime.now(UTC))
    return token


async def _ready(client: aiohttp.ClientSession, here: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            async with client.get(f"{here}/queue", allow_redirects=False) as answer:
                if answer.status == HTTPStatus.OK:
                    return
                raise Unanswered(f"the desk answers with {answer.status}; see {log}")
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.2)
    raise Unanswered(f"the desk did not come; see {log}")


async def _page(client: aiohttp.ClientSession, url: str) -> tuple[float, int]:
    """Milliseconds and bytes."""
    began = time.perf_counter()
    async with client.get(url, allow_redirects=False) as answer:
        body = await answer.read()
        took = 1000 * (time.perf_counter() - began)
        assert answer.status == HTTPStatus.OK, answer.status
    return took, len(body)
