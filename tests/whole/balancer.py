"""A reverse proxy before several intakes, as small as can be: it spreads, and asks the next one.

What goes wrong with everybody is a 502, after which Telegram brings the update again by itself.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import aiohttp
from aiohttp import web

_HEADERS = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


@dataclass
class Balancer:
    """`ports` are the intakes'. `answered`: how often each gave the answer that went back.

    `twice`: how often a second one was given what a first had taken and not answered.
    """

    port: int
    ports: Sequence[int]
    answered: Counter[int] = field(default_factory=Counter)
    twice: int = 0
    _turns: "count[int]" = field(default_factory=count)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Balancer"]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

            async def passed_on(request: web.BaseRequest) -> web.Response:
                return await self._passed_on(client, request)

            runner = web.ServerRunner(web.Server(passed_on), shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            yield self
            await runner.cleanup()

    async def _passed_on(
        self, client: aiohttp.ClientSession, request: web.BaseRequest
    ) -> web.Response:
        body = await request.read()
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        first = next(self._turns)
        for step in range(len(self.ports)):
            port = self.ports[(first + step) % len(self.ports)]
            url = f"http://127.0.0.1:{port}{request.raw_path}"
            try:
                async with client.request(
                    request.method, url, data=body, headers=headers
                ) as answer:
                    said = await answer.read()
            except aiohttp.ClientConnectorError:
                continue  # nobody there: nothing was taken
            except aiohttp.ClientError:
                self.twice += 1  # taken, and perhaps done: the next one must find that out
                continue
            self.answered[port] += 1
            kept = {
                name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers
            }
            return web.Response(status=answer.status, body=said, headers=kept)
        return web.Response(status=502)
