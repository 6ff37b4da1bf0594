"""Figures, audit and health in a real browser: no word from the console, and fit for everybody."""

import asyncio
import os
import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import chromium
import pytest
from desk_rig import Clock, case

from cases import database, sessions
from cases.audit import AuditEvent, append
from cases.person import COLUMNS, person_of
from cases.sessions import Opening
from desk.app import build
from desk.serving import bound, serve
from desk.site import Site
from desk.watch import Watch
from vault import chain
from vault.chain import Checkpoint
from vault.keys import Signer
from vault.local import Vault
from vault.recipients import Recipients, SigningEntry
from vault.stamp import Stamped

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

#: where screenshots are kept to be looked at; nowhere by default
SHOTS = os.environ.get("SCREENSHOTS")
AXE = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SEED = bytes(range(32))
WIDE, NARROW = {"width": 1180, "height": 900}, chromium.PHONE
PAGES = ("statistics", "audit", "health")


@pytest.fixture
async def desk(database_url, pool, tmp_path):
    """Address, cookie of a head who is signed in, and the site; 600 reports and their audit."""
    listening = bound("127.0.0.1", 0)
    sign, clock, day = partial(chain.sign, SEED), Clock(NOW), timedelta(days=1)
    entry = SigningEntry(Signer(SEED).public, NOW - 400 * day)
    listed = Recipients(1, NOW - day, NOW + 300 * day, (), (), (entry,), NOW)
    row = await pool.fetchrow(
        "INSERT INTO staff (id, name, role, units, state) VALUES ($1, 'Савчук', 'head', '{UA}',"
        f" 'active') RETURNING {COLUMNS}",
        uuid4(),
    )
    head, token = person_of(row), secrets.token_urlsafe(32)
    await _reports(pool, sign, head)
    url = f"http://localhost:{listening.getsockname()[1]}"
    async with await database.connect(database_url, role="dodomu_desk") as own:
        watch = Watch(own, lambda: listed, Signer(SEED), tmp_path / "desk.checkpoint", clock)
        site = Site(url, own, sign, Vault(b"k" * 32, b"c" * 32), clock, watch=watch)
        async with pool.acquire() as connection, connection.transaction():
            opening = Opening(uuid4(), token, "passkey", "")
            await sessions.start(connection, head, opening, signer=sign, now=NOW)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(build(site), listening, stop, behind_proxy=False))
            yield url, token, site, pool
            stop.set()


async def _reports(pool, sign, head):
    oblasts = ("UA-65", "UA-23", "UA-14", "UA-09", "UA-63", "UA-43", "UA-40", None)
    for number in range(600):
        at = NOW - timedelta(hours=number * number % 5200)
        taken = at + timedelta(minutes=7 + 31 * number % 900) if number % 3 else None
        one = await case(
            pool, at, oblast=oblasts[number * number % 8],
            level=("critical", "high", "medium", "low", "low")[number % 5],
            kind="child" if number < 3 else ("report", "sighting")[number % 4 == 0],
            status="closed" if number % 7 == 0 else "received" if taken is None else "in_work",
            taken_by=head.id if taken else None, taken_at=taken,
            claimed=(None, None, "contact", "returned")[number % 4],
        )  # fmt: skip
        if number < 60:
            events = [AuditEvent("bot", "report.sent", one, {"level": "high", "list": 1})]
            if taken:
                events.append(AuditEvent(head.actor, "case.taken", one))
            async with pool.acquire() as connection, connection.transaction():
                await append(connection, events, signer=sign, now=at)
    await pool.execute(
        "INSERT INTO outbox (bot, chat_ref, lane, method, state) SELECT 'family', '\\x00', 0,"
        " 'sendMessage', (ARRAY['queued', 'sent', 'failed'])[1 + n % 3]"
        " FROM generate_series(1, 90) n"
    )


async def _shown(page, desk, name):
    url, token, *_ = desk
    spoken = {"desk": token, "language": "uk"}
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in spoken.items()]
    )
    answer = await page.goto(f"{url}/{name}")
    assert answer.status == 200
    await page.wait_for_load_state("networkidle")
    for summary in await page.locator("main summary").all():
        await summary.click()


async def _faults(page):
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"]
)
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_whole_in_both_themes_and_on_a_telephone(
    desk, browser, name, scheme, size
):
    watch = desk[2].watch
    standing = await watch.look()
    held = Checkpoint("dodomu-desk", standing.seq, bytes(32))
    watch.stamped = Stamped(
        held, NOW, "Кваліфікований надавач електронних довірчих послуг «Зразок»"
    )
    async with chromium.opened(browser, size) as page:  # what the console says fails the test
        await page.emulate_media(color_scheme=scheme)
        await _shown(page, desk, name)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert await _faults(page) == []
        if SHOTS:
            path = Path(SHOTS) / f"{name}-{size['width']}-{scheme}.png"
            await page.screenshot(path=str(path), full_page=True)


async def test_charts_are_drawn_though_no_style_stands_in_the_page(desk, browser):
    async with chromium.opened(browser, WIDE) as page:
        await _shown(page, desk, "statistics")
        assert await page.locator("[style], style").count() == 0
        assert await page.locator(".tile").count() == 27
        fill = await page.locator("rect.bar").first.evaluate("one => getComputedStyle(one).fill")
        assert fill == "rgb(11, 87, 164)"
        heights = await page.locator(".drawn rect.bar").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert max(heights) > 50


async def test_a_broken_chain_is_seen_and_can_be_read_by_everybody(desk, browser):
    _, _, site, pool = desk
    await pool.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 7")
    await site.watch.look()
    for scheme in ("light", "dark"):
        async with chromium.opened(browser, NARROW) as page:
            await page.emulate_media(color_scheme=scheme)
            await _shown(page, desk, "queue")
            assert "записі 7" in await page.get_by_role("alert").inner_text()
            assert await _faults(page) == []
            if SHOTS:
                await page.screenshot(path=str(Path(SHOTS) / f"broken-{scheme}.png"))
