"""A headless Chromium, a page in it, and a sandbox or the whole product for it to look at."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import chromium
import pytest
from playwright.async_api import Browser, Page, async_playwright
from rig import Rig, rigged
from sandbox_hand import Hand

import sandbox
from bot.postgres import embedded, migrate


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium.path(), args=chromium.FLAGS
        )
        yield running
        await running.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with chromium.opened(browser) as page:
        yield page


@pytest.fixture
async def hand() -> AsyncIterator[Hand]:
    running = await sandbox.start()
    async with aiohttp.ClientSession() as client:
        yield Hand(running.url, client)
    await running.stop()


@pytest.fixture
async def rig(tmp_path, oven) -> AsyncIterator[Rig]:
    """The product, running, with nobody in it yet."""
    with embedded(tmp_path / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(tmp_path, server, oven=oven) as made:
            made.start()
            yield made
