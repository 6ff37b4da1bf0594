"""A running sandbox and a hand to drive it with."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sandbox_hand import Hand

import sandbox


@pytest.fixture
async def hand() -> AsyncIterator[Hand]:
    running = await sandbox.start()
    async with aiohttp.ClientSession() as client:
        yield Hand(running.url, client)
    await running.stop()
