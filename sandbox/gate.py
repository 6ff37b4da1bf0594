"""The Bot API's door: finds the bot and the method, applies faults, keeps the list of calls."""

import socket
import struct
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.files import MOST_DOWNLOAD
from sandbox.inbound import get_updates
from sandbox.methods import GET_UPDATES, NAMES, chat_of, perform
from sandbox.wire import Params, Refused, read_params, refuse, respond
from sandbox.world import Account, World

#: how long a "timeout" fault keeps its caller waiting, in seconds
HANG = 60.0
_NO_SUCH_METHOD = Refused(404, "Not Found: method not found")
_NO_SUCH_TOKEN = Refused(401, "Unauthorized: invalid token specified")
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head></html>\r\n"


@dataclass(frozen=True)
class Gate:
    """Handlers of `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    world: World

    async def call(self, request: web.Request) -> web.StreamResponse:
        account = self.world.by_token.get(request.match_info["token"])
        if account is None:
            return refuse(_NO_SUCH_TOKEN)
        asked = request.match_info["method"]
        name = NAMES.get(asked.lower(), asked)
        try:
            params = await read_params(request)
        except Refused as refused:
            return refuse(refused)
        fault = self.world.faults.take(account.name, name)
        finished = self.world.calls.note(account.name, name, chat_of(params))
        if fault is not None and fault.kind != "timeout_after":
            finished(False, _code(fault), fault.kind)
            return await self._fail(request, fault)
        try:
            result = await self._answer(account, name, params)
        except Refused as refused:
            finished(False, refused.code)
            return refuse(refused)
        finished(True, None, fault and fault.kind)
        return respond(result) if fault is None else await self._fail(request, fault)

    async def _answer(self, account: Account, name: str, params: Params) -> Any:
        if name == GET_UPDATES:
            return await get_updates(account, params)
        if name.lower() not in NAMES:
            raise _NO_SUCH_METHOD
        return perform(account, name, params)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind == "429":
            wait = fault.retry_after
            text = f"Too Many Requests: retry after {wait}"
            return refuse(Refused(429, text, {"retry_after": wait}))
        if fault.kind == "500":
            return refuse(Refused(500, "Internal Server Error"))
        if fault.kind == "502html":
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        if fault.kind == "reset":
            _reset(request)
        else:
            await self.world.errands.hang(HANG)
            if request.transport is not None:
                request.transport.close()
        return web.Response(status=500)

    async def file(self, request: web.Request) -> web.StreamResponse:
        account = self.world.by_token.get(request.match_info["token"])
        if account is None:
            return refuse(_NO_SUCH_TOKEN)
        stored = account.shelf.by_path.get(request.match_info["path"])
        if stored is None or stored.size > MOST_DOWNLOAD:
            return refuse(Refused(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _code(fault: Fault) -> int | None:
    return {"429": 429, "500": 500, "502html": 502}.get(fault.kind)


def _reset(request: web.Request) -> None:
    """Close the TCP connection so that the caller sees it reset."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
