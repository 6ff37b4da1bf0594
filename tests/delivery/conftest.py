"""A post office on a running sandbox."""

from collections.abc import AsyncIterator

import aiohttp
import asyncpg
import pytest
from post_office import Office

import sandbox


@pytest.fixture
async def office(pool: "asyncpg.Pool") -> AsyncIterator[Office]:
    running = await sandbox.start()
    async with aiohttp.ClientSession() as client:
        yield Office(running.url, client, pool)
    await running.stop()
