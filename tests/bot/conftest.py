"""A running sandbox, and our bare client for it."""

from collections.abc import AsyncIterator

import pytest

import sandbox
from bot.telegram import Api


@pytest.fixture
async def running() -> AsyncIterator[sandbox.Running]:
    started = await sandbox.start()
    yield started
    await started.stop()


@pytest.fixture
async def api(running: sandbox.Running) -> AsyncIterator[Api]:
    async with Api(running.url, sandbox.TOKENS["family"]) as made:
        yield made
