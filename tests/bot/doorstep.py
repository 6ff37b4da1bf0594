"""What stands behind a door in these tests: it remembers what came, and fails when told to."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from bot.intake import Diligence


@dataclass
class Doorstep:
    """`done`: bodies in the order they were committed. `trouble`: asked before each commit."""

    done: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    tried: Counter[int] = field(default_factory=Counter)
    trouble: Callable[[dict[str, Any], int], Exception | None] = lambda _update, _attempt: None
    seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0

    async def process(self, body: bytes) -> str:
        update = orjson.loads(body)
        self.tried[update["update_id"]] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            error = self.trouble(update, self.tried[update["update_id"]])
            if error is not None:
                raise error
        finally:
            self.at_once -= 1
        if any(one["update_id"] == update["update_id"] for one in self.done):
            return "duplicate"
        self.done.append(update)
        return "committed"

    async def quarantine(self, body: bytes, error: str) -> None:
        self.kept.append((orjson.loads(body), error))

    def diligence(self, **more: Any) -> Diligence:
        return Diligence(self.process, self.quarantine, pauses=(0.0, 0.0), **more)

    def texts(self, chat: int | None = None) -> list[str]:
        return [
            update["message"]["text"]
            for update in self.done
            if chat in (None, update["message"]["chat"]["id"])
        ]


async def sim(url: str, path: str, body: Any) -> Any:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/sim/{path}", json=body) as answer,
    ):
        told = await answer.json()
        assert answer.status == 200, told
        return told


async def people(url: str, count: int) -> list[int]:
    made = await sim(url, "users", [{"first_name": "Олена"} for _ in range(count)])
    return [one["id"] for one in made]


async def say(url: str, texts: list[tuple[int, str]]) -> None:
    await sim(url, "family/say", [{"user": who, "text": text} for who, text in texts])


async def eventually(true: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.02)
