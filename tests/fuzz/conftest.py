"""A running sandbox, whose driver anybody may call with anything."""

from collections.abc import AsyncIterator

import pytest

import sandbox


@pytest.fixture
async def running() -> AsyncIterator[sandbox.Running]:
    started = await sandbox.start()
    yield started
    await started.stop()
