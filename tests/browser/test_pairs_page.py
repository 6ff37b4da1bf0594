"""Duplicates in a real browser: compared, decided and undone, in every light and width."""

import chromium
import pytest
from desk_pages import LOOKS, judged, running, seen
from desk_rig import Clock
from playwright.async_api import expect
from sealed_cases import SOFIIA, SONIA, Safe

from cases.person import COLUMNS, person_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def safe(database_url):
    async with running(database_url, demo=True) as made:
        safe = Safe(made)
        await safe.case(SOFIIA)
        await safe.case(SONIA)
        yield safe


async def _unlocked(safe, page):
    """Signed in by a button; the key is opened behind the page's back."""
    await page.goto(safe.desk.url)
    await page.get_by_role("button", name="прокурор (демо): Марченко").click()
    await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
    row = await safe.desk.owner.fetchrow(
        f"SELECT {COLUMNS} FROM staff WHERE id = (SELECT person_id FROM desk_session)"
    )
    person, clock = person_of(row), Clock(safe.desk.site.now())
    session = await safe.session(person)
    safe.desk.site.ring.unlock(session, person, (safe.triage,), clock())


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_a_pair_is_compared_decided_and_undone(safe, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    name = f"pairs-{width}-{light}"
    async with seen(browser, size, color_scheme=light) as page:
        await _unlocked(safe, page)
        await page.get_by_role("link", name="Збіги").click()
        await expect(page.get_by_text("скорочене ім’я")).to_be_visible()
        await judged(page, name)
        await page.get_by_role("button", name="Та сама дитина").click()
        await expect(page.get_by_role("status")).to_contain_text("Обидва коди")
        await judged(page, f"{name}-said")
        await page.get_by_role("link", name="Вирішені").click()
        await expect(page.get_by_text("Ведемо справу 7K4M-0000")).to_be_visible()
        await judged(page, f"{name}-settled")
        await page.get_by_role("button", name="Скасувати").click()
        await expect(page.get_by_role("status")).to_contain_text("Рішення скасовано")
        await page.get_by_role("link", name="Нові").click()
        await expect(page.get_by_text("скорочене ім’я")).to_be_visible()


async def test_the_page_that_waits_renews_itself_when_all_is_compared(safe, browser):
    async with seen(browser) as page:
        await _unlocked(safe, page)
        async with safe.desk.owner.acquire() as connection, connection.transaction():
            await connection.execute("LOCK TABLE case_key IN ACCESS EXCLUSIVE MODE")
            await page.goto(f"{safe.desk.url}/pairs")
            await expect(page.get_by_text("Порівняно 0 з 2")).to_be_visible()
            await judged(page, "pairs-wait")
        await expect(page.get_by_text("скорочене ім’я")).to_be_visible()
