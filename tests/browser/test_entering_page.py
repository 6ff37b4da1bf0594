"""A call written down in a real browser, in every light and width, with a keyboard alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import chromium
import pytest
from desk_pages import LOOKS, SHOTS, judged, running, seen
from playwright.async_api import expect

from vault import keys, recipients, throwaway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def demo(database_url, tmp_path):
    now = datetime.now(UTC)
    made = throwaway.make_all(tmp_path / "keys", now - timedelta(minutes=1))
    root = keys.load_root(made.root).public
    listed = recipients.load(made.recipients, root, 0, now)
    async with running(database_url, demo=True, recipients=lambda: listed) as desk:
        yield desk


async def _taken(page, demo) -> None:
    await page.goto(demo.url)
    await page.get_by_role("button", name="оператор (демо): Ірина").click()
    await page.get_by_role("link", name="Записати дзвінок").click()


async def _go(page, button) -> None:
    """To the next page: what is looked at too early is neither page."""
    async with page.expect_navigation():
        await button.click()


async def _enter(page) -> None:
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_every_page_of_a_call_is_for_everybody(demo, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    name = f"{width}-{light}-call"
    async with seen(browser, size, color_scheme=light, refused=2) as page:
        press = lambda label: _go(page, page.get_by_role("button", name=label, exact=True))  # noqa: E731
        await _taken(page, demo)
        await judged(page, f"{name}-begin")
        await press("Далі: згода")
        await page.get_by_text("Якщо питають докладніше").click()
        await judged(page, f"{name}-consent")
        await page.get_by_label("Текст прочитано вголос").check()
        await press("До запитань")
        await judged(page, f"{name}-choice")
        await _go(page, page.locator("button[value='pick mother']"))
        await page.get_by_label("Відповідь").fill("Канаркова Соломія Ігорівна")
        await judged(page, f"{name}-name")
        await _enter(page)
        await judged(page, f"{name}-asks-back")
        await _enter(page)
        await page.get_by_label("Відповідь").fill("31.02.2017")
        await _enter(page)
        await expect(page.get_by_role("alert")).to_be_visible()
        await judged(page, f"{name}-refused")
        await page.get_by_label("Відповідь").fill("27.03.2017")
        await _enter(page)
        await judged(page, f"{name}-place")
        await page.get_by_label("Відповідь").fill("Олешки")
        await _enter(page)
        await judged(page, f"{name}-which-place")
        await _enter(page)
        await _go(page, page.locator("button[value='pick camp_not_returned']"))
        await judged(page, f"{name}-check")
        await press("Додати відомості")
        await judged(page, f"{name}-sections")
        await _go(page, page.locator("button[value='open papers']"))
        await judged(page, f"{name}-files")
        await press("Надішле пізніше за кодом")
        await judged(page, f"{name}-story")
        await press("Відкласти")
        await judged(page, f"{name}-list")
        await _go(page, page.get_by_role("link", name="Продовжити"))
        stale = page.url
        other = await page.context.new_page()
        await other.goto(stale)
        await _go(other, other.get_by_role("button", name="Пропустити"))
        await other.close()
        await page.get_by_label("Відповідь").fill("Слова, яких не можна втратити")
        await press("Записати")
        await expect(page.get_by_role("alert")).to_contain_text("Слова, яких не можна втратити")
        await judged(page, f"{name}-two-tabs")


async def test_without_a_script_a_call_leads_to_its_receipt(demo, browser):
    async with seen(browser, chromium.PHONE, java_script_enabled=False) as page:
        press = lambda label: page.get_by_role("button", name=label, exact=True).click()  # noqa: E731
        await _taken(page, demo)
        await press("Далі: згода")
        await page.get_by_label("Текст прочитано вголос").check()
        await press("До запитань")
        await page.locator("button[value='pick mother']").click()
        for words, then in (
            ("Канаркова Соломія Ігорівна", True), ("27.03.2017", False), ("Олешки", True),
        ):  # fmt: skip
            await page.get_by_label("Відповідь").fill(words)
            await press("Записати")
            if then:
                await page.locator("button[value^='pick ']").first.click()
        await page.locator("button[value='pick camp_not_returned']").click()
        await press("Надіслати прокурорам")
        await press("Надіслати прокурорам")
        await expect(page.get_by_role("heading", name="Надіслано прокурорам")).to_be_visible()
        await expect(page.get_by_role("status")).to_contain_text("нехай запише")
        await expect(page.locator(".slip dd")).to_have_count(2)
        await page.reload()
        await expect(page.locator(".slip dd")).to_have_count(2)
        if SHOTS:
            await page.screenshot(path=str(Path(SHOTS) / "desk-call-receipt.png"), full_page=True)
        await press("Записано")
        await expect(page.get_by_text("Незавершених немає.")).to_be_visible()
    assert await demo.owner.fetchval("SELECT channel FROM cases") == "operator_phone"


async def test_a_list_of_children_is_typed_in_up_to_its_receipt(demo, browser):
    async with seen(browser, {"width": 1180, "height": 800}) as page:
        press = lambda label: _go(page, page.get_by_role("button", name=label, exact=True))  # noqa: E731
        act = lambda action: _go(page, page.locator(f"button[value='{action}']"))  # noqa: E731

        async def write(words):
            await page.get_by_label("Відповідь").fill(words)
            await press("Записати")

        await _taken(page, demo)
        await page.get_by_label("Вивезли групу дітей").check()
        await press("Далі: згода")
        await page.get_by_label("Текст прочитано вголос").check()
        await press("До запитань")
        await act("pick former_staff")
        await write("Олешківський інтернат")
        await write("Олешки")
        await act("pick UA65100110010019482")
        await act("pick three_to_ten")
        await write("10.2022")
        for action in ("tasks", "open list", "skip"):
            await act(action)
        await judged(page, "call-list-asked")
        await write("1. Канаркова Соломія Ігорівна\n2. Коваленко Артем\n3. Мельник Дарина")
        for action in ("tasks", "check"):
            await act(action)
        await judged(page, "call-list-check")
        for action in ("send", "pick #done"):
            await act(action)
        await expect(page.locator(".slip dd")).to_have_count(2)
        await judged(page, "call-list-receipt")
        stubs = await demo.owner.fetchval("SELECT count(*) FROM cases WHERE part_of IS NOT NULL")
        assert stubs == 3
