"""A headless Chromium, a page in it, and a sandbox for it to look at."""

from collections.abc import AsyncIterator

import aiohttp
import chromium
import pytest
from playwright.async_api import Browser, Page, async_playwright
from sandbox_hand import Hand

import sandbox


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
