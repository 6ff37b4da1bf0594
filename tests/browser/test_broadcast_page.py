"""A broadcast in a real browser: written, tried, approved by another, sent through the sandbox."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import chromium
import pytest
from broadcast_office import family
from desk_pages import LOOKS, judged, running, seen
from playwright.async_api import expect
from post_office import VAULT, Office

import sandbox
from delivery.crier import Crier
from delivery.pace import Limits
from desk.broadcast.markup import read, units
from locales import say

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FAMILIES = 30
SLOW = Limits(rate=4, broadcasts=3, per_chat=0.0001, burst=1000, per_group=2000)
TEXT = 'Відкрився <b>центр</b> допомоги. Запис: <a href="https://gp.gov.ua/">тут</a>.'

UNITS = read(TEXT).units + 2 + units(say("uk", "broadcast.why"))
"""As the server counts; the script on the page must say the same."""


@pytest.fixture
async def demo(database_url):
    async with running(database_url, demo=True) as made:
        yield made


@pytest.fixture
async def office(demo):
    """Thirty families in the sandbox, who agreed to be written to."""
    telegram = await sandbox.start()
    async with aiohttp.ClientSession() as client:
        office = Office(telegram.url, client, demo.owner)
        for number in range(FAMILIES):
            chat = await office.person()
            locale = "pl" if number < 12 else "uk"
            await family(demo.owner, demo.signer, demo.clock(), chat, locale=locale)
        yield office
    await telegram.stop()


@asynccontextmanager
async def sending(demo, office, limits=None):
    """The crier and the sender at work, by a clock at noon tomorrow: no minute of waiting."""

    async def moment():
        return (datetime.now(UTC) + timedelta(days=1)).replace(hour=10, minute=0)

    stop = asyncio.Event()
    made = Crier(
        demo.owner, VAULT, "family", 1000.0 if limits is None else limits.broadcasts, demo.signer,
        moment, leads=lambda: True, wake=lambda: None,
    )  # fmt: skip
    async with office.sender(*([limits] if limits else [])) as sender, asyncio.TaskGroup() as both:
        made.wake = sender.poke
        both.create_task(made.run(stop))
        try:
            yield
        finally:
            stop.set()


async def _changes_are_judged(demo, browser):
    """What axe says where scripts run, of the page that an approver without one reads."""
    async with seen(browser) as page:
        await _entered(demo, page, "керівник (демо)")
        await page.get_by_role("link", name="Без сценарію").click()
        await judged(page, "broadcast-changes")


async def _entered(demo, page, button):
    await page.goto(demo.url)
    if await page.get_by_role("button", name="Вийти").count():
        await page.get_by_role("button", name="Вийти").click()
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading", name="Черга", level=1)).to_be_visible()
    await page.get_by_role("link", name="Розсилки", exact=True).click()
    await expect(page.get_by_role("heading", name="Розсилки", level=1)).to_be_visible()


async def _written(page, name):
    await page.get_by_role("link", name="Нова розсилка").click()
    await page.get_by_label("Назва").fill(name)
    ours = page.get_by_role("group", name="українська", exact=True).first
    await ours.get_by_label("Текст").fill(TEXT)


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_a_broadcast_from_the_form_to_the_result(demo, office, browser, width, light):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    name = f"broadcast-{width}-{light}"
    async with seen(browser, size, color_scheme=light, refused=2) as page:
        await _entered(demo, page, "оператор (демо)")
        await judged(page, f"{name}-list-empty")
        await _written(page, "Центр допомоги")
        ours = page.get_by_role("group", name="українська", exact=True).first
        await expect(ours.locator("[data-counter]")).to_have_text(str(UNITS))
        await page.get_by_label("Назва").focus()
        looked = page.locator("#looked")
        await expect(looked).to_contain_text("Отримають щонайменше 30 родин.")
        await expect(looked).to_contain_text("польська: тексту немає")
        await expect(looked.locator("b").first).to_have_text("центр")
        await judged(page, f"{name}-compose")
        await ours.get_by_label("Текст").fill(f"{TEXT} Справа 7K4M-29QX, Соня Канаркова")
        await page.get_by_role("button", name="Зберегти чернетку").click()
        await expect(page.get_by_role("alert")).to_contain_text("Код звернення")
        await judged(page, f"{name}-compose-wrong")
        await ours.get_by_label("Текст").fill(TEXT)
        await page.get_by_role("button", name="Зберегти чернетку").click()
        await expect(page.get_by_role("status")).to_contain_text("Чернетку збережено.")
        await judged(page, f"{name}-draft")
        await page.get_by_role("button", name="Вважати перевіреним").click()
        await page.get_by_role("button", name="Подати на схвалення").click()
        await expect(page.get_by_role("status")).to_contain_text("Тепер вирішує інша людина.")

        await _entered(demo, page, "керівник (демо)")
        await judged(page, f"{name}-list-waiting")
        await page.get_by_role("link", name="Центр допомоги").click()
        await page.get_by_label("Розумію: повідомлення отримають щонайменше 30 родин").check()
        await judged(page, f"{name}-approve")
        await page.get_by_role("button", name="Схвалити").click()
        await expect(page.get_by_role("heading", name="Підтвердьте, що це Ви")).to_be_visible()
        await page.get_by_role("button", name="Це я (демо)").click()
        await expect(page.locator("#live")).to_contain_text("щоб передумати")
        await judged(page, f"{name}-cooling")
        async with sending(demo, office, SLOW):
            await expect(page.locator("#live")).to_contain_text(re.compile(r"\b[1-9]\d* з 30"))
            await expect(page.get_by_text("Зупинити зовсім").first).to_be_visible()
            await judged(page, f"{name}-running")
            await page.get_by_role("button", name="Призупинити").click()
            await expect(page.get_by_role("status")).to_contain_text("Призупинено.")
            await judged(page, f"{name}-paused")
            held = await demo.owner.fetchval(
                "SELECT count(*) FROM broadcast_recipient WHERE state = 'queued'"
            )
            assert held > 0, "it was paused on its way"
        await page.get_by_role("button", name="Продовжити").click()
        async with sending(demo, office):
            result = page.get_by_role("region", name="Результат")
            await expect(result).to_contain_text("надіслано", timeout=60_000)
        await expect(page.get_by_role("status")).to_have_count(0)
        await judged(page, f"{name}-result")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Зберегти таблицю").click()
        assert (await download.value).suggested_filename == "broadcast-1.csv"
        await page.get_by_role("link", name="До розсилок").click()
        await judged(page, f"{name}-list-done")
    sent = await demo.owner.fetchval(
        "SELECT count(*) FROM broadcast_recipient WHERE state = 'sent'"
    )
    assert sent == FAMILIES


async def test_without_a_script_it_is_written_looked_at_given_back_and_approved(
    demo, office, browser
):
    async with seen(browser, java_script_enabled=False, refused=2) as page:
        await _entered(demo, page, "оператор (демо)")
        await _written(page, "Без сценарію")
        await page.get_by_role("button", name="Показати, що вийде").click()
        await expect(page.locator("#looked")).to_contain_text("Отримають щонайменше 30 родин.")
        await page.get_by_role("button", name="Зберегти чернетку").click()
        await page.get_by_role("button", name="Вважати перевіреним").click()
        await page.get_by_role("button", name="Подати на схвалення").click()
        await _entered(demo, page, "керівник (демо)")
        await page.get_by_role("link", name="Без сценарію").click()
        await page.get_by_text("Повернути або відхилити").click()
        await page.get_by_label("Причина").fill("Коротше")
        await page.get_by_role("button", name="Повернути з причиною").click()
        await expect(page.get_by_role("status")).to_contain_text("Повернуто авторові.")

        await _entered(demo, page, "оператор (демо)")
        await page.goto(f"{demo.url}/broadcasts?view=drafts")
        await page.get_by_role("link", name="Без сценарію").click()
        await page.get_by_role("link", name="Змінити").click()
        ours = page.get_by_role("group", name="українська", exact=True).first
        await ours.get_by_label("Текст").fill("Відкрився <b>центр</b>.")
        await page.get_by_role("button", name="Зберегти чернетку").click()
        await page.get_by_role("button", name="Вважати перевіреним").click()
        await page.get_by_role("button", name="Подати на схвалення").click()

        await _entered(demo, page, "керівник (демо)")
        await page.get_by_role("link", name="Без сценарію").click()
        await expect(page.locator("#message")).to_be_visible()
        await expect(page.locator(".changes ins").first).to_contain_text("центр")
        await _changes_are_judged(demo, browser)
        await page.get_by_role("button", name="Схвалити").click()
        await page.get_by_role("button", name="Це я (демо)").click()
        await expect(page.get_by_role("alert")).to_contain_text("скільки родин")
        await page.get_by_label("Розумію").check()
        await page.get_by_role("button", name="Схвалити").click()
        await page.get_by_role("button", name="Скасувати").click()
        await expect(page.get_by_role("status")).to_contain_text("Ніхто нічого не отримав.")


async def test_the_buttons_of_the_form_put_tags_around_words(demo, browser):
    async with seen(browser) as page:
        await _entered(demo, page, "оператор (демо)")
        await page.get_by_role("link", name="Нова розсилка").click()
        ours = page.get_by_role("group", name="українська", exact=True).first
        text = ours.get_by_label("Текст")
        await text.fill("центр")
        await text.select_text()
        await ours.get_by_role("button", name="жирний").click()
        assert await text.input_value() == "<b>центр</b>"
