"""A Telegram that does nothing but answer, in a process of its own, and the families who write.

Every method is answered at once and nothing is checked, so that the bot is what is measured.
`python -m benchmarks.stub` prints its address. POST /bench/<command> steers it, with JSON.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
import uvloop

from benchmarks.crowd import Crowd
from benchmarks.doors import Door
from benchmarks.wire import Reply, Served
from bot.nursery import Nursery

FAMILY: Final = "1000001:family-benchmark-token"
STAFF: Final = "1000002:staff-benchmark-token"
_TRUE: Final = b'{"ok":true,"result":true}'
_NO_HOOK: Final = (
    b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}'
)
_SHOWN: Final = frozenset({"sendMessage", "editMessageText", "editMessageReplyMarkup"})
_SENT: Final = (
    b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"private"},'
    b'"text":"."}}'
)
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
            "pace": self._pace,
            "flood": self._flood,
            "leave": self._leave,
            "mark": self._mark,
            "look": self._look,
            "wait": self._wait,
        }

    def answer(self, path: str, body: bytes, reply: Reply) -> None:
        """A call of a bot, or a command of the bench."""
        _, who, name = path.split("/", 2)
        if who == "bench":
            self._nursery.start(name, self._commanded(name, body, reply))
            return
        token, params = who.removeprefix("bot"), _params(body)
        if name == "getUpdates":
            self._doors[token].poll(params, reply)
            return
        calls = self._crowd.calls
        calls[name] = calls.get(name, 0) + 1
        reply(self._shown(token, params) if name in _SHOWN else self._other(token, name, params))

    async def _commanded(self, name: str, body: bytes, reply: Reply) -> None:
        told = await self._commands[name](orjson.loads(body) if body else {})
        reply(orjson.dumps(told))

    def _shown(self, token: str, params: dict[str, Any]) -> bytes:
        chat_id = int(params["chat_id"])
        message_id = int(params.get("message_id", 1))
        if token == FAMILY:
            message_id = self._crowd.told(chat_id, params)
        return _SENT % (message_id, time.time(), chat_id)

    def _other(self, token: str, name: str, params: dict[str, Any]) -> bytes:
        if name == "setWebhook":
            self._doors[token].hook(params)
        if name == "getWebhookInfo":
            return _NO_HOOK
        if name == "getMe":
            me = {
                "id": int(token.partition(":")[0]),
                "is_bot": True,
                "first_name": "Dodomu",
                "username": "dodomu_bot",
            }
            return orjson.dumps({"ok": True, "result": me})
        return _TRUE

    async def _reset(self, _: dict[str, Any]) -> None:
        await self._leave({})
        self._crowd.forget()
        for door in self._doors.values():
            door.forget()

    async def _walk(self, wanted: dict[str, Any]) -> None:
        """`script`, `in_flight`, `most` people in all; `first`: the id of the first of them.

        `answer`: "screen" or "message", what counts as one (see benchmarks.crowd).
        """
        ids = count(wanted["first"]) if "first" in wanted else None
        self._crowd.counts(wanted.get("answer", "screen"))
        entering = self._crowd.enter(wanted["script"], wanted["in_flight"], wanted["most"], ids)
        self._nursery.start("entering", entering)

    async def _stream(self, wanted: dict[str, Any]) -> None:
        """`script`, `rate` in updates a second, `answer` as for `walk`."""
        stop = asyncio.Event()
        self._streams.append(stop)
        self._crowd.counts(wanted.get("answer", "screen"))
        self._nursery.start("stream", self._streaming(wanted, stop))

    async def _streaming(self, wanted: dict[str, Any], stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as both:
            work = both.create_task(self._crowd.stream(wanted["script"], wanted["rate"]))
            await stop.wait()
            work.cancel()

    async def _pace(self, wanted: dict[str, Any]) -> None:
        """From now on the stream has another `rate`."""
        self._crowd.paced(wanted["rate"])

    async def _flood(self, wanted: dict[str, Any]) -> None:
        """Everything `people` write while no bot is there to read it, all of it in words."""
        self._crowd.counts("screen")
        self._crowd.flood(wanted["script"], wanted["people"])

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
            "arrived": crowd.arrived,
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


def _params(body: bytes) -> dict[str, Any]:
    """What a bot sends: JSON, or a form whose values are all text."""
    if not body:
        return {}
    if body.startswith(b"{"):
        params: dict[str, Any] = orjson.loads(body)
        return params
    return dict(parse_qsl(body.decode("utf-8")))


async def _serve() -> None:
    async with Nursery() as nursery:
        stub = Stub(nursery)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Served(stub.answer), "127.0.0.1", 0)
        sys.stdout.write(f"stub ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        gc.collect()
        gc.freeze()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve())
