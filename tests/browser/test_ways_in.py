"""A person's own ways in, in a real browser with an authenticator: proved, added, named, removed."""

import pytest
from desk_pages import invitation, judged, running, seen, with_authenticator
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def desk(database_url):
    async with running(database_url) as made:
        yield made


async def _another_device(page):
    """The first authenticator holds a key of this person already; here is a second device."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_a_second_passkey_is_added_named_and_the_first_removed(desk, browser):
    async with seen(browser, refused=1) as page:
        await with_authenticator(page)
        await page.goto(await invitation(desk))
        await page.get_by_role("button", name="Створити ключ доступу").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.goto(f"{desk.url}/me")
        await page.get_by_role("button", name="Додати ключ доступу").click()
        await judged(page, "proof-passkey")
        await page.get_by_role("button", name="Ключем доступу").click()
        await expect(page.get_by_role("button", name="Створити ключ")).to_be_visible()
        await judged(page, "passkey-add")
        await _another_device(page)
        await page.get_by_role("button", name="Створити ключ").click()
        await expect(page.get_by_role("status")).to_contain_text("Ключ доступу додано")
        await page.get_by_text("Назвати або прибрати").nth(1).click()
        await page.get_by_label("Назва для себе").nth(1).fill("Ключ на зв’язці")
        await page.get_by_role("button", name="Назвати").click()
        await expect(page.get_by_text("Ключ на зв’язці").first).to_be_visible()
        await judged(page, "me-ways")
        await page.get_by_text("Назвати або прибрати").first.click()
        await page.get_by_role("button", name="Прибрати цей ключ").first.click()
        await expect(page.get_by_role("status")).to_contain_text("Ключ прибрано")
    assert await desk.owner.fetchval("SELECT count(*) FROM passkey") == 1
    assert len(await desk.audit("desk.proved")) == 1


@pytest.mark.parametrize("light", ["light", "dark"])
async def test_the_pages_fit_a_phone_in_every_light(desk, browser, light):
    size = {"width": 390, "height": 800}
    async with seen(browser, size, color_scheme=light, refused=1) as page:
        await with_authenticator(page)
        await page.goto(await invitation(desk))
        await page.get_by_role("button", name="Створити ключ доступу").click()
        await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
        await page.goto(f"{desk.url}/me")
        await page.get_by_text("Назвати або прибрати").click()
        await judged(page, f"me-phone-{light}")
        await page.get_by_role("button", name="Додати ключ доступу").click()
        await judged(page, f"proof-phone-{light}")
