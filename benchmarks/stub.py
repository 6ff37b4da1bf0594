"""A Telegram that does nothing but answer, in a process of its own, and the families who write.

Every method is answered at once and nothing is checked, so that the bot is what is measured.
`python -m benchmarks.stub` prints its address. POST /bench/<command> steers it, with JSON.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any, Final

import orjson
import uvloop
from aiohttp import web

from benchmarks.crowd import Crowd
from benchmarks.doors import Door
from bot.nursery import Nursery

FAMILY: Final = "1000001:family-benchmark-token"
STAFF: Final = "1000002:staff-benchmark-token"
_TRUE: Final = b'{"ok":true,"result":true}'
_NO_HOOK: Final = b'{"ok":true,"result":{"url":"","pending_update_count":0}}'
_SHOWN: Final = ("sendMessage", "editMessageText", "editMessageReplyMarkup")
_LOOK: Final = 0.05


class Stub:
    """Two bots' Telegram: the families' with a crowd, the staff's where nobody ever writes."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._doors = {FAMILY: Door(nursery), STAFF: Door(nursery)}
        self._crowd = Crowd(self._doors[FAMILY].push)
        self._streams: list[asyncio.Event] = []
        self._commands: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "reset": self._reset,
            "walk": self._walk,
            "stream": self._stream,
            "leave": self._leave,
            "mark": self._mark,
            "look": self._look,
            "wait": self._wait,
        }

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        params = orjson.loads(body) if body else {}
        _, who, name = request.path.split("/", 2)
        if who == "bench":
            told = await self._commands[name](params)
            return _json(orjson.dumps(told))
        return _json(await self._method(who.removeprefix("bot"), name, params))

    async def _method(self, token: str, name: str, params: dict[str, Any]) -> bytes:
        if name == "getUpdates":
            return await self._doors[token].poll(params)
        calls = self._crowd.calls
        calls[name] = calls.get(name, 0) + 1
        if name in _SHOWN:
            return self._shown(token, params)
        if name == "setWebhook":
            self._doors[token].hook(params)
        if name == "getWebhookInfo":
            return _NO_HOOK
        if name == "getMe":
            me = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Dodomu"}
            return orjson.dumps({"ok": True, "result": me})
        return _TRUE

    def _shown(self, token: str, params: dict[str, Any]) -> bytes:
        chat_id = int(params["chat_id"])
        message_id = params.get("message_id", 1)
        if token == FAMILY:
            message_id = self._crowd.told(chat_id, params)
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private"},
            "text": params.get("text", ""),
        }
        return orjson.dumps({"ok": True, "result": message})

    async def _reset(self, _: dict[str, Any]) -> None:
        await self._leave({})
        self._crowd.people.clear()
        self._crowd.mark()
        for door in self._doors.values():
            door.forget()

    async def _walk(self, wanted: dict[str, Any]) -> None:
        """`script`, `in_flight`, `most` people in all; `first`: the id of the first of them."""
        ids = count(wanted["first"]) if "first" in wanted else None
        entering = self._crowd.enter(wanted["script"], wanted["in_flight"], wanted["most"], ids)
        self._nursery.start("entering", entering)

    async def _stream(self, wanted: dict[str, Any]) -> None:
        """`script`, `rate` in updates a second."""
        stop = asyncio.Event()
        self._streams.append(stop)
        self._nursery.start("stream", self._streaming(wanted, stop))

    async def _streaming(self, wanted: dict[str, Any], stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as both:
            work = both.create_task(self._crowd.stream(wanted["script"], wanted["rate"]))
            await stop.wait()
            work.cancel()

    async def _leave(self, _: dict[str, Any]) -> None:
        for stop in self._streams:
            stop.set()
        self._streams.clear()
        self._crowd.leave()

    async def _mark(self, _: dict[str, Any]) -> None:
        self._crowd.mark()

    async def _look(self, _: dict[str, Any]) -> dict[str, Any]:
        crowd = self._crowd
        return {
            "answered": crowd.answered,
            "at": crowd.at,
            "latencies": crowd.latencies,
            "last": crowd.last,
            "calls": crowd.calls,
            "waiting": crowd.waiting(),
            "refused": self._doors[FAMILY].refused,
            "lost": crowd.lost,
        }

    async def _wait(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Until so many are `answered` since the mark, or `seconds` have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wanted["seconds"]):
                while self._crowd.answered < wanted["answered"]:  # noqa: ASYNC110 - it only looks
                    await asyncio.sleep(_LOOK)
        return await self._look({})


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


async def _serve() -> None:
    async with Nursery() as nursery:
        stub = Stub(nursery)
        runner = web.ServerRunner(web.Server(stub.answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sys.stdout.write(f"stub ready http://127.0.0.1:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve())
