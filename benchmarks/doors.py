"""How updates leave the stub: a bot polls for them, or they are pushed to its webhook."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import orjson

from bot.nursery import Nursery

_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_AGAIN: Final = 0.5


@dataclass
class Door:
    """One bot's updates. `refused` counts pushes that were not answered with 200."""

    nursery: Nursery
    refused: int = 0
    _pending: deque[tuple[int, bytes]] = field(default_factory=deque)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _queue: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    _hook: dict[str, Any] | None = None
    _workers: list["asyncio.Task[None]"] = field(default_factory=list)

    def push(self, update: bytes) -> None:
        if self._hook is not None:
            self._queue.put_nowait(update)
            return
        self._pending.append((orjson.loads(update)["update_id"], update))
        self._came.set()

    def forget(self) -> None:
        """As before any bot came."""
        self._pending.clear()
        self._queue = asyncio.Queue()
        self._hook = None
        self.refused = 0

    async def poll(self, params: dict[str, Any]) -> bytes:
        """getUpdates: everything below the offset is confirmed and gone."""
        offset = params.get("offset", 0)
        while self._pending and self._pending[0][0] < offset:
            self._pending.popleft()
        if not self._pending and params.get("timeout"):
            self._came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(params["timeout"]):
                    await self._came.wait()
        batch = [body for _, body in list(self._pending)[: params.get("limit", 100)]]
        return b'{"ok":true,"result":[' + b",".join(batch) + b"]}"

    def hook(self, params: dict[str, Any]) -> None:
        """setWebhook: from now on updates are pushed, over as many connections as it asks for."""
        self._hook = params
        for _, update in self._pending:
            self._queue.put_nowait(update)
        self._pending.clear()
        self.nursery.start("pushing", self._pushing(params))

    async def _pushing(self, hook: dict[str, Any]) -> None:
        most = hook["max_connections"]
        connector = aiohttp.TCPConnector(limit=most)
        async with (
            aiohttp.ClientSession(connector=connector) as client,
            asyncio.TaskGroup() as all_,
        ):
            for _ in range(most):
                all_.create_task(self._pusher(client, hook))

    async def _pusher(self, client: aiohttp.ClientSession, hook: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", _SECRET_HEADER: hook["secret_token"]}
        queue = self._queue
        while self._hook is hook:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    update = await queue.get()
                await self._post(client, hook["url"], headers, update)

    async def _post(
        self, client: aiohttp.ClientSession, url: str, headers: dict[str, str], update: bytes
    ) -> None:
        while True:
            try:
                async with client.post(url, data=update, headers=headers) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                pass
            self.refused += 1
            await asyncio.sleep(_AGAIN)
