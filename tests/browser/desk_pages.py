"""A desk for browsers: with the sandbox's cast or without, its pages judged by axe."""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import sealed
from desk_rig import Clock, Desk, case
from litestar import Litestar
from playwright.async_api import Browser, Page

from bot.demo import STAFF
from cases import database, people
from cases.people import Newcomer
from desk.app import application, build
from desk.serving import bound, serve
from desk.site import Site
from vault import chain
from vault.local import Vault

AXE = Path(__file__).parent / "axe.min.js"
WIDE = {"width": 1180, "height": 800}
SEED = bytes(range(32))

#: each width once and each light once: what is wrong in one light is wrong in every width
LOOKS = [("wide", "light"), ("phone", "dark")]

#: where screenshots are kept to be looked at; nowhere by default
SHOTS = os.environ.get("SCREENSHOTS")


@cache
def _rooms(demonstrates: bool) -> Litestar:
    """Made once: it takes a third of a second, and one desk after the other moves in."""
    return application(demonstrates=demonstrates)


@asynccontextmanager
async def running(
    url: str, *, demo: bool = False, held: sealed.Keys | None = None, **more: Any
) -> AsyncIterator[Desk]:
    """A desk on a free port, by the real clock. `held`: keys that a button opens."""
    clock = Clock(datetime.now(UTC))
    listening, signer = bound("127.0.0.1", 0), partial(chain.sign, SEED)
    address = f"http://localhost:{listening.getsockname()[1]}"
    async with (
        await database.connect(url, role="dodomu_desk") as own,
        await database.connect(url) as owner,
    ):
        if demo:
            async with database.transaction(owner) as connection:
                await people.enacted(connection, STAFF, clock())
        site = Site(
            address, own, signer, Vault(b"k" * 32, b"c" * 32), lambda: datetime.now(UTC),
            tuple(map(str, STAFF)) if demo else (), **more,
        )  # fmt: skip
        if held is not None:
            site = replace(site, recipients=lambda: held.listed, demo_member=held.reader)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(
                serve(build(site, _rooms(demo)), listening, stop, behind_proxy=False)
            )
            try:
                yield Desk(address, site, owner, clock, signer)
            finally:
                stop.set()


async def some_cases(desk: Desk) -> None:
    """A queue as of a bad morning."""
    late = desk.clock() - timedelta(minutes=4)
    await case(desk.owner, desk.clock(), level="critical", due_at=late,
               reasons=["H1.threat_to_life", "R2.turns_18"])  # fmt: skip
    await case(desk.owner, desk.clock(), level="critical", reasons=["H0.child_writes"],
               kind="child", age_band=None, oblast=None, scenario=None)  # fmt: skip
    await case(desk.owner, desk.clock(), level="high", age_band="0-5", children=2,
               reasons=["R1.age_0_5", "R9.place_known", "R11.not_reported"])  # fmt: skip
    await case(desk.owner, desk.clock(), kind="sighting", partial=True, oblast="UA-23")
    for _ in range(50):
        await case(desk.owner, desk.clock(), level="low", reasons=[])


async def invitation(desk: Desk, role: str = "prosecutor") -> str:
    """The link the command line prints."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(desk.owner) as connection:
        await people.invite(
            connection, Newcomer("Марченко", role, ("UA",)), token, person=uuid4(), grant=uuid4(),
            by=None, signer=desk.signer, now=datetime.now(UTC),
        )  # fmt: skip
    return f"{desk.url}/invite/{token}"


@asynccontextmanager
async def seen(
    browser: Browser,
    size: dict[str, int] = WIDE,
    *,
    refused: int = 0,
    expected: str = r"status of 4\d\d",
    **how: str | bool,
) -> AsyncIterator[Page]:
    """A page in Ukrainian whose console stays silent, but for what is `refused` on purpose."""
    context = await browser.new_context(viewport=size, locale="uk-UA", **how)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    await context.close()
    told = [one for one in troubles if not re.search(expected, one)]
    assert not told, told
    assert len(troubles) == refused, troubles


async def judged(page: Page, name: str) -> None:
    """No violation that axe can find; everything within the width; a picture, where wanted."""
    # As the debugger evaluates: no policy is lifted, no script becomes part of the page.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run({preload: false})")
    violations = [
        (one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]
    ]
    assert not violations, f"{name}: {violations}"
    width = page.viewport_size["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
    small = await page.evaluate(_SMALL)
    assert not small, f"{name}: too small to be hit: {small}"
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"desk-{name}.png"), full_page=True)


#: what can be pressed and is lower than 44 px; a tick's own label is its target, text has its line
_SMALL = """
[...document.querySelectorAll("a, button, select, summary, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility() && !one.matches(".skip, p a:not(.button)"))
  .map((one) => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") : one)
  .filter((one) => one.getBoundingClientRect().height < 43.9)
  .map((one) => one.outerHTML.slice(0, 120))
"""


async def with_authenticator(page: Page) -> None:
    """A device that makes and uses passkeys, and knows its owner."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
