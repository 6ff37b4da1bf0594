"""A sandbox, a database and senders between them, with a hand on each."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

import sandbox
from cases.outbox import CHANNEL, row_name
from delivery.pace import Limits
from delivery.sender import Sender
from vault.local import Vault

HERE = Path(__file__).parent
VAULT = Vault(bytes(range(32)), bytes(range(32, 64)))
#: no limit that a test could notice
FAST = Limits(rate=2000, broadcasts=2000, per_chat=0.0001, burst=1000, per_group=2000)
_QUEUE = """
WITH queued AS (
    INSERT INTO outbox (bot, chat_ref, lane, method, tag, sealed, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() - make_interval(secs => $7)) RETURNING id
)
SELECT id, pg_notify($8, $1) FROM queued
"""


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.02)


async def queue(
    database: Any,
    chat: int,
    text: str = "hello",
    *,
    lane: int = 0,
    method: str = "sendMessage",
    tag: str | None = None,
    bot: str = "family",
    age: float = 0.0,
    sealed: bytes | None = None,
    **params: Any,
) -> int:
    """Queue a row as `cases` does; its id."""
    chat_ref = VAULT.chat_ref(1, chat)
    said = {"text": text} if method in {"sendMessage", "editMessageText"} else {}
    payload = {"chat_id": chat, "params": {**said, **params}}
    box = VAULT.seal(payload, row_name(chat_ref)) if sealed is None else sealed
    return await database.fetchval(_QUEUE, *(bot, chat_ref, lane, method, tag, box, age, CHANNEL))


PIDS: list[int] = []


@asynccontextmanager
async def a_process(database_url: str, api: str, *more: str) -> AsyncIterator[None]:
    """A sender in a process of its own; killed at the end."""
    paths = os.pathsep.join((str(HERE.parent.parent), str(HERE)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HERE / "sender_process.py"), database_url, api, *more),
        env={**os.environ, "PYTHONPATH": paths},
    )
    PIDS.append(process.pid)
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        assert await process.wait() == -signal.SIGKILL


@dataclass
class Office:
    """`url` is the sandbox's, or that of anything that answers like the Bot API."""

    url: str
    client: aiohttp.ClientSession
    pool: "asyncpg.Pool"
    token: str = sandbox.TOKENS["family"]
    senders: list[Sender] = field(default_factory=list)

    async def sim(self, path: str, body: Any = None) -> Any:
        async with self.client.post(f"{self.url}/sim/{path}", json=body or {}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def look(self, path: str) -> Any:
        async with self.client.get(f"{self.url}/sim/{path}") as answer:
            return await answer.json()

    async def person(self) -> int:
        told = await self.sim("users", {"first_name": "Олена", "started": ["family"]})
        return told["id"]

    async def group(self) -> int:
        members = [await self.person()]
        told = await self.sim("groups", {"title": "Duty", "members": members, "bots": ["family"]})
        return told["id"]

    async def trouble(
        self, kind: str, times: int = 1, method: str = "sendMessage", **more
    ) -> None:
        await self.sim("faults", [{"method": method, "kind": kind, "times": times, **more}])

    async def queue(self, chat: int, text: str = "hello", **more: Any) -> int:
        return await queue(self.pool, chat, text, **more)

    async def messages(self, chat: int) -> list[Any]:
        told = await self.look(f"family/chat/{chat}")
        return [message for message in told["messages"] if message["from"] == "bot"]

    async def texts(self, chat: int) -> list[str]:
        return [message["text"] for message in await self.messages(chat)]

    async def calls(self) -> list[Any]:
        return (await self.look("calls?since=0"))["calls"]

    async def row(self, row: int) -> Any:
        return await self.pool.fetchrow("SELECT * FROM outbox WHERE id = $1", row)

    async def state(self, row: int) -> str:
        return (await self.row(row))["state"]

    async def finished(self) -> bool:
        open_ones = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
        return await self.pool.fetchval(open_ones) == 0

    async def done(self, seconds: float = 30.0) -> None:
        await eventually(self.finished, seconds)

    @asynccontextmanager
    async def sender(self, limits: Limits = FAST, **more: Any) -> AsyncIterator[Sender]:
        """A sender that runs inside the context and has stopped politely after it."""
        worker = f"test-{len(self.senders)}"
        made = Sender(
            "family", self.token, self.url, self.pool, VAULT, limits=limits, worker=worker, **more
        )
        self.senders.append(made)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(made.run(stop))
            try:
                yield made
            finally:
                stop.set()
