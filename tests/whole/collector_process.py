"""A collector in a process of its own, to be killed. Words: database, Bot API, store, lease."""

import asyncio
import signal
import sys
from uuid import uuid4

import filing

from bot import log
from cases import database


async def collect(url: str, api: str, where: str, lease: str) -> None:
    log.set_up("json")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await database.connect(url) as pool:
        made = filing.collector(api, pool, where, worker=uuid4().hex, lease=float(lease))
        await made.run(stop)


asyncio.run(collect(*sys.argv[1:]))
