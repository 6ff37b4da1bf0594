"""A referral in a real browser: to whom, what the family said, which parts, the papers, the answer."""

from datetime import UTC, datetime
from functools import partial

import pytest
import sealed
from desk_pages import judged, running, seen
from playwright.async_api import expect

from vault import chain, keys

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AGREED = {"version": 1, "parties": ["prosecutor", "police", "icrc"]}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return sealed.made(tmp_path_factory.mktemp("ring") / "keys", datetime.now(UTC))


@pytest.fixture
async def desk(database_url, held):
    async with running(database_url, demo=True, held=held) as made:
        now = datetime.now(UTC)
        await sealed.granted(made.owner, held, now)
        signer = partial(chain.sign, keys.load_intake_sign(held.files.intake_sign).seed)
        told = sealed.draft(share=AGREED, withhold="Не давайте школі нашої адреси")
        made.case = await sealed.sent(made.owner, held, signer, now, made_of=told)
        yield made


async def _choosing(desk, page):
    await page.goto(f"{desk.url}/")
    await page.get_by_role("button", name="Марченко").click()
    await page.goto(f"{desk.url}/cases/{desk.case}")
    await page.get_by_role("button", name="Відкрити ключ (демо)").click()
    await page.get_by_role("link", name="Передати іншому органові").click()
    await expect(page.get_by_role("heading", name="Передати звернення")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_case_is_referred_the_papers_fetched_and_the_answer_noted(desk, browser, script):
    async with seen(browser, refused=2, java_script_enabled=script) as page:
        await _choosing(desk, page)
        if script:
            await judged(page, "refer-whom")
        await page.get_by_role("link", name="Обрати Національна поліція").click()
        await page.get_by_label("Про дитину").check()
        await page.get_by_role("button", name="Передати", exact=True).click()
        await page.get_by_role("button", name="Це я (демо)").click()
        await expect(page.get_by_role("alert")).to_contain_text("Прочитайте, чого родина просила")
        await expect(page.get_by_label("Про дитину")).to_be_checked()
        if script:
            await judged(page, "refer-what")
        await page.get_by_label("Прочитано").check()
        await page.get_by_label("Навіщо").fill("Розшук за заявою матері")
        await page.get_by_role("button", name="Передати", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("можна взяти пакет")
        async with page.expect_download() as caught:
            await page.get_by_role("button", name="Пакет для передання").click()
        assert (await caught.value).suggested_filename.endswith(".police.zip")
        await page.get_by_text("Що з того вийшло").click()
        await page.get_by_label("Кількома словами").fill("Лист № 7")
        await page.get_by_role("button", name="Прийняли").click()
        await expect(page.get_by_text("Лист № 7")).to_be_visible()
        if script:
            await judged(page, "referred")


@pytest.mark.parametrize("light", ["light", "dark"])
async def test_the_pages_fit_a_phone_in_every_light(desk, browser, light):
    async with seen(browser, {"width": 390, "height": 800}, color_scheme=light) as page:
        await _choosing(desk, page)
        await judged(page, f"refer-whom-phone-{light}")
        await page.get_by_role("link", name="Обрати Реєстр збитків").click()
        await judged(page, f"refer-what-phone-{light}")
