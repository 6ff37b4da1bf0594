"""Working together in a real browser: cases given out, found, merged, colleagues noticed."""

import chromium
import pytest
from desk_pages import LOOKS, judged, running, seen, some_cases
from playwright.async_api import expect
from sealed_cases import SOFIIA, SONIA, Safe
from test_pairs_page import _unlocked

from cases.person import COLUMNS, person_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def demo(database_url):
    async with running(database_url, demo=True) as made:
        await some_cases(made)
        yield made


async def _entered(demo, page, button):
    await page.goto(demo.url)
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading", name="Черга", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("width", "light", "script"),
    [("wide", "light", True), ("phone", "dark", True), ("phone", "light", False)],
)
async def test_ticked_lines_are_given_to_somebody(demo, browser, light, width, script):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    name = f"assign-{width}-{light}"
    async with seen(browser, size, color_scheme=light, java_script_enabled=script) as page:
        await _entered(demo, page, "керівник (демо)")
        for number in range(2):
            await page.locator("[name=case]").nth(number).check()
        await page.get_by_label("Призначити обрані рядки").select_option(index=1)
        if script:
            await expect(page.locator("[data-picked]")).to_have_text("2")
            await judged(page, name)
        await page.get_by_role("button", name="Призначити").click()
        await expect(page.get_by_role("status")).to_contain_text("Призначено 2 справи.")
        if script:
            await judged(page, f"{name}-said")


async def test_the_queue_stands_still_while_lines_are_ticked(demo, browser):
    async with seen(browser) as page:
        await page.clock.install()
        await _entered(demo, page, "керівник (демо)")
        asked = []
        page.on(
            "request", lambda one: asked.append(one.url) if "/queue/lines" in one.url else None
        )
        await page.locator("[name=case]").first.check()
        await page.clock.run_for(65_000)
        assert asked == []
        await expect(page.locator("[name=case]").first).to_be_checked()
        await page.locator("[name=case]").first.uncheck()
        async with page.expect_request("**/queue/lines*"):
            await page.clock.run_for(31_000)


@pytest.fixture
async def safe(database_url):
    async with running(database_url, demo=True) as made:
        safe = Safe(made)
        await safe.case(SOFIIA)
        await safe.case(SONIA)
        await some_cases(made)
        yield safe


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_a_stroke_leads_to_the_search_and_a_name_to_its_cases(safe, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    async with seen(browser, size, color_scheme=light) as page:
        await _unlocked(safe, page)
        await page.reload()
        await page.keyboard.press("/")
        await expect(page.get_by_label("Знайти")).to_be_focused()
        await page.keyboard.type("kanarkova соня")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Знайдено 2 справи.")
        await judged(page, f"search-{width}-{light}")
        assert "kanar" not in page.url
        await page.get_by_role("link", name="До черги").click()
        await page.go_back()
        await expect(page.get_by_role("status")).to_contain_text("Знайдено 2 справи.")


async def test_without_a_script_the_search_is_the_same(safe, browser):
    async with seen(browser, java_script_enabled=False) as page:
        await _unlocked(safe, page)
        await page.get_by_label("Знайти").fill("канаркова")
        await page.get_by_role("button", name="Шукати").click()
        await expect(page.get_by_role("status")).to_contain_text("Знайдено 2 справи.")


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_teams_and_an_absence_on_the_page_of_people(demo, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    async with seen(browser, size, color_scheme=light) as page:
        await _entered(demo, page, "керівник (демо)")
        await page.get_by_role("link", name="Люди").click()
        await expect(page.get_by_role("row").filter(has_text="Херсонська")).to_be_visible()
        await page.get_by_label("Кого немає").select_option(index=0)
        await page.get_by_label("Перший день").fill("2020-01-01")
        await page.get_by_label("Останній день").fill("2099-01-01")
        await page.get_by_label("Хто заступає").select_option(index=1)
        await page.get_by_role("button", name="Записати", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("Відсутність записано.")
        await judged(page, f"people-{width}-{light}")


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_two_at_one_case_and_a_note_that_calls_a_colleague(safe, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    case = await safe.desk.owner.fetchval("SELECT id FROM cases WHERE objects > 0 LIMIT 1")
    head = await safe.desk.person("head", name="Ткач")
    other = await safe.unlocked(head)
    await other.get(f"/cases/{case}")
    async with seen(browser, size, color_scheme=light) as page:
        await page.clock.install()
        await page.goto(safe.desk.url)
        await page.get_by_role("button", name="прокурор (демо): Марченко").click()
        await expect(page.get_by_role("heading", name="Черга", level=1)).to_be_visible()
        await _opened(safe, "Марченко")
        await page.goto(f"{safe.desk.url}/cases/{case}")
        await expect(page.locator("#beside")).to_contain_text("теж дивиться")
        await page.get_by_label("Родина її не побачить").fill("П-02, гляньте, будь ласка")
        await page.get_by_role("button", name="Записати", exact=True).click()
        await expect(page.locator(".mention")).to_have_text("П-02")
        await judged(page, f"beside-{width}-{light}")
        await other.post("/sign-out")
        await page.clock.run_for(31_000)
        await expect(page.locator("#beside")).not_to_contain_text("теж дивиться")
    await other.client.close()


async def _opened(safe, name):
    """The key of somebody who signed in is opened behind the page's back."""
    row = await safe.desk.owner.fetchrow(f"SELECT {COLUMNS} FROM staff WHERE name = $1", name)
    person = person_of(row)
    safe.desk.site.ring.unlock(
        await safe.session(person), person, (safe.triage,), safe.desk.site.now()
    )


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_fields_are_chosen_and_stand_where_the_case_leads(safe, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    async with seen(browser, size, color_scheme=light) as page:
        await _unlocked(safe, page)
        await page.get_by_role("link", name="Збіги").click()
        await page.get_by_role("button", name="Та сама дитина").click()
        await page.get_by_role("link", name="Вирішені").click()
        await page.get_by_role("link", name="Обрати дані").click()
        await expect(page.get_by_role("heading", name="Робоча картка")).to_be_visible()
        await page.get_by_role("radio", name="Соня").check()
        await judged(page, f"merge-{width}-{light}")
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_text("Робочу картку збережено.")).to_be_visible()
        await page.reload()
        card = page.get_by_role("region", name="Робоча картка")
        await expect(card).to_contain_text("Соня")
        await judged(page, f"merged-{width}-{light}")
