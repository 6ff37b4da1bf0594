"""The desk over HTTP, in an event loop that somebody else runs and ends."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from litestar.types import ASGIApp
from typing_extensions import override

_FINISH_SECONDS: Final = 5
_MOST_AT_ONCE: Final = 200
_HEADER_BYTES: Final = 16 * 1024


class _Server(uvicorn.Server):
    """Signals are the process's own business (bot.app)."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(host: str, port: int) -> socket.socket:
    """A socket to serve on; port 0 finds a free one. Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_MOST_AT_ONCE)  # whoever comes before the pages are ready waits
    except OSError:
        made.close()
        raise
    return made


async def serve(
    app: ASGIApp, listening: socket.socket, stop: asyncio.Event, *, behind_proxy: bool
) -> None:
    """Serve until `stop`. `behind_proxy`: one on this computer speaks TLS and names the client."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=behind_proxy,
            limit_concurrency=_MOST_AT_ONCE,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_FINISH_SECONDS,
            http="h11",
            ws="none",
            loop="none",
        )
    )

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as group:
        ending = group.create_task(end())
        await server.serve(sockets=[listening])
        ending.cancel()
