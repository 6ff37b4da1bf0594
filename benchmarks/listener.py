"""A Telegram that hears: it answers sendMessage at once and remembers when each chat was called.

`python -m benchmarks.listener MILLISECONDS` prints its address; so long each answer takes. POST
/bench/<command> steers it, with JSON.
"""

import asyncio
import sys
import time
from collections import deque
from typing import Any, Final

import orjson
import uvloop
from aiohttp import web

_JSON: Final = "application/json"
_TRUE: Final = b'{"ok":true,"result":true}'
_ON_ITS_WAY: Final = 0.1
"""Seconds within which a call may still come that was made before its 429 was read."""


class Listener:
    """Counts what arrives; times are of the monotonic clock all processes here share."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._at: list[float] = []
        self._heard: dict[int, int] = {}
        self._replies: dict[str, float] = {}
        self._flood: float | None = None
        self._silent_until = self._silent_since = 0.0
        self._broken = self._floods = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        params = orjson.loads(body) if body else {}
        _, who, name = request.path.split("/", 2)
        if who == "bench":
            told = getattr(self, f"tell_{name}")(params)
            return web.Response(body=orjson.dumps(told), content_type=_JSON)
        if name == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Dodomu"}
            return web.Response(body=orjson.dumps({"ok": True, "result": me}), content_type=_JSON)
        if name != "sendMessage":
            return web.Response(body=_TRUE, content_type=_JSON)
        answer = self._refused(time.monotonic()) or web.Response(
            body=self._note(params), content_type=_JSON
        )
        if self._latency:
            await asyncio.sleep(self._latency)
        return answer

    def _refused(self, now: float) -> web.Response | None:
        if self._silent_since + _ON_ITS_WAY < now < self._silent_until:
            self._broken += 1
        if self._flood is None and now >= self._silent_until:
            return None
        if self._flood is not None:
            seconds, self._flood = self._flood, None
            self._silent_since, self._silent_until = now, now + seconds
            self._floods += 1
        wait = max(round(self._silent_until - now), 1)
        said = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after"}
        body = orjson.dumps(said | {"parameters": {"retry_after": wait}})
        return web.Response(status=429, body=body, content_type=_JSON)

    def _note(self, params: dict[str, Any]) -> bytes:
        now, chat = time.monotonic(), int(params["chat_id"])
        self._at.append(now)
        self._heard[chat] = self._heard.get(chat, 0) + 1
        if params["text"].startswith("reply "):
            self._replies[params["text"]] = now
        message = {
            "message_id": len(self._at),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "text": params["text"],
        }
        return orjson.dumps({"ok": True, "result": message})

    def tell_reset(self, _: dict[str, Any]) -> None:
        self.__init__(self._latency)  # type: ignore[misc]

    def tell_flood(self, wanted: dict[str, Any]) -> None:
        """The next call is answered with 429 for so many `seconds`, and so are all till then."""
        self._flood = wanted["seconds"]

    def tell_count(self, _: dict[str, Any]) -> dict[str, int]:
        return {"calls": len(self._at), "floods": self._floods}

    def tell_look(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "calls": len(self._at),
            "first": self._at[0] if self._at else 0.0,
            "last": self._at[-1] if self._at else 0.0,
            "most": most(self._at),
            "twice": sum(1 for times in self._heard.values() if times > 1),
            "replies": self._replies,
            "broken": self._broken,
            "floods": self._floods,
        }

    def tell_heard(self, _: dict[str, Any]) -> list[int]:
        return list(self._heard)


def most(times: list[float]) -> int:
    """How many of these fall into any one second."""
    found, window = 0, deque[float]()
    for at in times:
        window.append(at)
        while window[0] <= at - 1.0:
            window.popleft()
        found = max(found, len(window))
    return found


async def _serve(latency: float) -> None:
    listener = Listener(latency)
    runner = web.ServerRunner(web.Server(listener.answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"listener ready http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0))
