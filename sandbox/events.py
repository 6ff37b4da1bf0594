"""Live chats for the page: Server-Sent Events, the whole chat first, then each change."""

import asyncio

import orjson
from aiohttp import web

from sandbox import deeds
from sandbox.driver import Driver, bot_of
from sandbox.wire import Obj

_HEARTBEAT_SECONDS = 15.0


async def stream(driver: Driver, request: web.Request) -> web.StreamResponse:
    """`data: {"kind": ...}`: chat (all of it), message, keyboard, typing, notice, blocked, bye."""
    account = driver.account(request)
    chat = deeds.chat_of(account, request.match_info["user"])
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    queue = chat.watch()
    try:
        whole = chat.as_seen(driver.world.now()) | {"bot": bot_of(account)}
        await _write(response, {"kind": "chat", "chat": whole})
        while queue in chat.watchers and not driver.world.errands.stopping.is_set():
            await _next(response, queue)
    except ConnectionResetError:
        return response  # the page was closed
    finally:
        chat.watchers.discard(queue)
    return response


async def _next(response: web.StreamResponse, queue: asyncio.Queue[Obj]) -> None:
    try:
        event = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
    except TimeoutError:
        await response.write(b": still here\n\n")
    else:
        await _write(response, event)


async def _write(response: web.StreamResponse, event: Obj) -> None:
    await response.write(b"data: " + orjson.dumps(event) + b"\n\n")
