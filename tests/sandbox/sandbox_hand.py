"""A hand that drives a sandbox over HTTP, and patience."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

import sandbox


@dataclass
class Hand:
    """Talks to the sandbox over HTTP, as everybody does."""

    url: str
    client: aiohttp.ClientSession

    async def sim(self, path: str, body: Any = None) -> Any:
        async with self.client.post(f"{self.url}/sim/{path}", json=body or {}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def refused(self, path: str, body: Any) -> str:
        async with self.client.post(f"{self.url}/sim/{path}", json=body) as answer:
            assert answer.status == 400
            return (await answer.json())["error"]

    async def look(self, path: str) -> Any:
        async with self.client.get(f"{self.url}/sim/{path}") as answer:
            return await answer.json()

    async def raw(self, method: str, body: Any = None, bot: str = "family") -> tuple[int, bytes]:
        url = f"{self.url}/bot{sandbox.TOKENS[bot]}/{method}"
        async with self.client.post(url, json=body or {}) as answer:
            return answer.status, await answer.read()

    async def api(self, method: str, body: Any = None, bot: str = "family") -> Any:
        url = f"{self.url}/bot{sandbox.TOKENS[bot]}/{method}"
        async with self.client.post(url, json=body or {}) as answer:
            return await answer.json()

    async def person(self, **more: Any) -> int:
        return (await self.sim("users", {"first_name": "Олена", **more}))["id"]

    async def started(self, **more: Any) -> int:
        """A person who has written /start, with that update already confirmed."""
        person = await self.person(**more)
        said = await self.sim("family/say", {"user": person, "text": "/start"})
        await self.api("getUpdates", {"offset": said["update_id"] + 1, "limit": 1})
        return person

    async def updates(self, offset: int = 0, **more: Any) -> list[Any]:
        told = await self.api("getUpdates", {"offset": offset, **more})
        assert told["ok"], told
        return told["result"]


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.02)
