"""A sender in a process of its own, to be killed.

Words: database URL, address of the Bot API, and calls a second where they are to be few.
"""

import asyncio
import sys
from dataclasses import replace

import asyncpg
from post_office import FAST, VAULT

import sandbox
from delivery.sender import Sender


async def send(database_url: str, api: str, rate: str = "") -> None:
    limits = replace(FAST, rate=int(rate), broadcasts=int(rate)) if rate else FAST
    async with asyncpg.create_pool(database_url, min_size=2, max_size=10) as pool:
        sender = Sender(
            "family", sandbox.TOKENS["family"], api, pool, VAULT, limits=limits, worker="killed"
        )
        await sender.run(asyncio.Event())


asyncio.run(send(*sys.argv[1:]))
