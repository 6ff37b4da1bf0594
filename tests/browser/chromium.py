"""Where the Chromium of the browser tests is, and a page that tells of its troubles."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 780}
#: --no-sandbox: Chromium refuses to run as root otherwise; the rest keeps it off the network
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoChromium(Exception):
    """No Chromium was found. Run `.ci/browser`, or name one in the variable CHROMIUM."""


def path() -> str:
    """What CHROMIUM names, else what .ci/browser unpacked, else what the PATH holds.

    Raises NoChromium: a browser test that cannot run is a failure, not something to skip.
    """
    unpacked = str(ROOT / "var/chromium/chromium")
    for candidate in (os.environ.get("CHROMIUM"), unpacked, "chromium", "chromium-browser"):
        found = candidate and shutil.which(candidate)
        if found:
            return found
    raise NoChromium(NoChromium.__doc__)


@asynccontextmanager
async def opened(browser: Browser, size: dict[str, int] | None = None) -> AsyncIterator[Page]:
    """A page the size of a phone; whatever its console called an error fails the test."""
    context = await browser.new_context(viewport=size or PHONE)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    await context.close()
    assert troubles == []
