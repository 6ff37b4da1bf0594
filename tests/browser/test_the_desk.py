"""The desk in a real browser: from an invitation to a case taken, in every light and width."""

import re

import chromium
import pyotp
import pytest
from desk_pages import LOOKS, invitation, judged, running, seen, some_cases, with_authenticator
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PASSWORD = "чотири прості випадкові слова"


@pytest.fixture
async def desk(database_url):
    async with running(database_url) as made:
        yield made


@pytest.fixture
async def demo(database_url):
    async with running(database_url, demo=True) as made:
        await some_cases(made)
        yield made


async def test_a_prosecutor_enrols_with_a_passkey_takes_a_case_and_is_shut_out(desk, browser):
    await some_cases(desk)
    async with seen(browser) as page:
        await with_authenticator(page)
        await page.goto(await invitation(desk))
        await judged(page, "invite")
        await page.get_by_role("button", name="Створити ключ доступу").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.get_by_role("button", name="Вийти").click()
        await page.get_by_role("button", name="Увійти з ключем доступу").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="загроза життю")
        await row.get_by_role("button", name="Взяти").click()
        await expect(page.get_by_role("status")).to_contain_text("7K4M-0000 тепер у Вас.")
        await page.get_by_role("link", name="Мої", exact=True).click()
        await expect(page.get_by_role("row").filter(has_text="7K4M-0000")).to_contain_text("П-01")
        await desk.owner.execute("UPDATE staff SET state = 'suspended'")
        await page.get_by_role("link", name="Черга", exact=True).click()
        await expect(page.get_by_role("heading", name="Вхід")).to_be_visible()
    assert await desk.owner.fetchval("SELECT sign_count > 0 FROM passkey")


async def test_a_suspended_person_does_not_get_in_with_the_key_either(desk, browser):
    async with seen(browser, refused=1) as page:
        await with_authenticator(page)
        await page.goto(await invitation(desk))
        await page.get_by_role("button", name="Створити ключ доступу").click()
        await page.get_by_role("button", name="Вийти").click()
        await desk.owner.execute("UPDATE staff SET state = 'suspended'")
        await page.get_by_role("button", name="Увійти з ключем доступу").click()
        await expect(page.get_by_role("alert")).to_contain_text("Зверніться до керівника")
    assert await desk.owner.fetchval("SELECT count(*) FROM desk_session") == 0


async def test_an_answer_given_twice_counts_once(desk, browser):
    """Whoever listened in and sends the same again gets nothing: challenges are used up."""
    async with seen(browser, refused=1) as page:
        await with_authenticator(page)
        await page.goto(await invitation(desk))
        await page.get_by_role("button", name="Створити ключ доступу").click()
        await page.get_by_role("button", name="Вийти").click()
        async with page.expect_request("**/sign-in/passkey") as caught:
            await page.get_by_role("button", name="Увійти з ключем доступу").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        said = (await caught.value).post_data
        await page.get_by_role("button", name="Вийти").click()
        await expect(page.get_by_role("heading", name="Вхід")).to_be_visible()
        status = await page.evaluate(
            """async (body) => (await fetch("/sign-in/passkey", {method: "POST", body, headers: {
                 "X-CSRF": document.querySelector("[name=csrf]").value}})).status""",
            said,
        )
    assert status == 401


async def test_without_a_script_a_password_and_a_code_lead_in(desk, browser):
    await some_cases(desk)
    async with seen(browser, java_script_enabled=False) as page:
        await page.goto(await invitation(desk))
        await page.get_by_role("link", name="Обрати пароль").click()
        spoken = await page.locator("code").inner_text()
        await page.get_by_label("Пароль", exact=True).fill(PASSWORD)
        await page.get_by_label("Ще раз").fill(PASSWORD)
        totp = pyotp.TOTP(spoken.replace(" ", ""))
        await page.get_by_label("Код, який він показує").fill(totp.now())
        await page.get_by_role("button", name="Готово").click()
        await expect(page.locator(".codes li")).to_have_count(10)
        code = await page.locator(".codes li").first.inner_text()
        await page.get_by_role("link", name="Записано, увійти").click()
        await page.get_by_text("Увійти з паролем і кодом").click()
        await page.get_by_label("Ваш номер").fill("П-01")
        await page.get_by_label("Пароль").fill(PASSWORD)
        await page.get_by_label("Код").fill(code)
        await page.get_by_role("button", name="Увійти", exact=True).click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.get_by_text("Фільтр").click()
        await page.get_by_label("Область").select_option("UA-23")
        await page.get_by_role("button", name="Показати").click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.get_by_role("button", name="Взяти").click()
        await expect(page.get_by_role("status")).to_contain_text("тепер у Вас")


@pytest.mark.parametrize(("width", "light"), LOOKS)
async def test_every_page_is_for_everybody_in_every_light_and_width(demo, browser, light, width):
    size = {"wide": {"width": 1180, "height": 800}, "phone": chromium.PHONE}[width]
    name = f"{width}-{light}"
    async with seen(browser, size, color_scheme=light, refused=3) as page:
        await page.goto(demo.url)
        await judged(page, f"{name}-sign-in")
        await page.get_by_text("Увійти з паролем і кодом").click()
        await page.get_by_label("Ваш номер").fill("9")
        await page.get_by_label("Пароль").fill("x")
        await page.get_by_label("Код").fill("1")
        await page.get_by_role("button", name="Увійти", exact=True).click()
        await judged(page, f"{name}-wrong")
        await page.goto(await invitation(demo))
        await page.get_by_role("link", name="Обрати пароль").click()
        await judged(page, f"{name}-password")
        await page.goto(demo.url)
        await page.get_by_role("button", name="прокурор (демо): Марченко").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.get_by_text("Фільтр").click()
        await judged(page, f"{name}-queue")
        await page.goto(f"{demo.url}/queue?view=waiting")
        await judged(page, f"{name}-empty")
        await page.goto(f"{demo.url}/me")
        await judged(page, f"{name}-me")
        await page.goto(f"{demo.url}/people")
        await judged(page, f"{name}-denied")
        await page.goto(f"{demo.url}/nowhere")
        await judged(page, f"{name}-nowhere")
        await page.get_by_role("button", name="Вийти").click()
        await page.get_by_role("button", name="адміністратор (демо)").click()
        await page.goto(f"{demo.url}/people")
        await page.get_by_text("Змінити роль").first.click()
        await judged(page, f"{name}-people")


async def test_the_queue_renews_itself_and_the_focus_stays(demo, browser):
    async with seen(browser) as page:
        await page.clock.install()
        await page.goto(demo.url)
        await page.get_by_role("button", name="прокурор (демо): Марченко").click()
        button = page.get_by_role("button", name=re.compile("Взяти 7K4M-0002"))
        await button.focus()
        await demo.case(level="critical", due_at=demo.clock(), code="NEWX-2222")
        await page.clock.run_for(31_000)
        await expect(page.get_by_text("NEWX-2222").first).to_be_visible()
        await expect(button).to_be_focused()


async def test_the_keyboard_alone_takes_a_case(demo, browser):
    async with seen(browser) as page:
        await page.goto(demo.url)
        await page.get_by_role("button", name="прокурор (демо): Марченко").press("Enter")
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("взяти звернення")
        await judged(page, "keys")
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("k")
        await page.evaluate(
            """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
                 {key: "с", code: "KeyC", bubbles: true}))"""
        )
        await expect(page.get_by_role("status")).to_contain_text("7K4M-0000 тепер у Вас.")


async def test_the_desk_speaks_english_when_asked_to(demo, browser):
    async with seen(browser) as page:
        await page.goto(demo.url)
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("button", name="Sign in as head").click()
        await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
        await judged(page, "english")


async def test_the_policy_stops_what_was_slipped_into_a_page(desk, browser):
    async with seen(browser, refused=1, expected="inline event handler") as page:
        await page.goto(f"{desk.url}/sign-in")
        ran = await page.evaluate(
            """() => new Promise((done) => {
                 document.addEventListener("securitypolicyviolation", () => done("stopped"));
                 document.body.insertAdjacentHTML("beforeend", "<b id=slipped onclick='alert(1)'>");
                 document.getElementById("slipped").click();
               })"""
        )
        assert ran == "stopped"
