"""A prosecutor's day with one case, in a real browser: key, claim, read, ask, answer, decide, lock."""

from datetime import UTC, datetime

import pytest
import sealed
from desk_pages import judged, running, seen
from playwright.async_api import expect

from cases import afterwards, messages
from cases.afterwards import Entry
from cases.turn import load, save

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return sealed.made(tmp_path_factory.mktemp("ring") / "keys", datetime.now(UTC))


@pytest.fixture
async def desk(database_url, held):
    async with running(database_url, demo=True, held=held) as made:
        now = datetime.now(UTC)
        await sealed.granted(made.owner, held, now)
        from functools import partial

        from vault import chain, keys

        signer = partial(chain.sign, keys.load_intake_sign(held.files.intake_sign).seed)
        made.signer = signer
        made.case = await sealed.sent(made.owner, held, signer, now)
        yield made


async def _at_the_case(desk, page):
    await page.goto(f"{desk.url}/")
    await page.get_by_role("button", name="Марченко").click()
    await page.goto(f"{desk.url}/cases/{desk.case}")
    await expect(page.get_by_role("heading", name="Відкрити ключ")).to_be_visible()


async def _answered(desk, held):
    """The family answers, as the bot stores it."""
    now = datetime.now(UTC)
    turn = await load(
        desk.owner, held.vault, bot="family", bot_id=1_000_001, update_id=77, digest=b"d",
        chat_id=7_000_001, default_locale="uk", now=now,
    )  # fmt: skip
    row = await desk.owner.fetchrow("SELECT recipient FROM cases")
    message = await desk.owner.fetchval("SELECT id FROM message")
    told = {"sections": [], "asked": {"text": "Так, сині окуляри"}, "received_at": now.isoformat()}
    Entry(desk.case, row["recipient"], afterwards.ANSWER, told, now).join(turn)
    messages.mark_answered(turn, message, now)
    await save(desk.owner, held.vault, turn, signer=desk.signer, now=now)


async def test_a_case_from_the_key_to_the_lock(desk, held, browser):
    async with seen(browser, refused=1) as page:
        await _at_the_case(desk, page)
        await judged(page, "unlock")
        await page.get_by_role("button", name="Відкрити ключ (демо)").click()
        await expect(page.get_by_text("Коваленко Артем Ігорович").first).to_be_visible()
        await judged(page, "case")
        await page.get_by_role("button", name="Взяти").click()
        await page.goto(f"{desk.url}/cases/{desk.case}")
        await page.get_by_label("Ваші слова").fill("Чи були в нього окуляри?")
        await page.get_by_role("button", name="Надіслати родині").click()
        await expect(page.get_by_role("status")).to_contain_text("Запитання надіслано")
        await _answered(desk, held)
        await page.reload()
        await expect(page.get_by_text("Так, сині окуляри")).to_be_visible()
        await page.get_by_label("Родина її не побачить").fill("Подзвонити бабусі")
        await page.get_by_role("button", name="Записати").click()
        await page.get_by_text("Підтвердити").first.click()
        await page.get_by_label("На підставі чого").fill("Розмова з матір’ю")
        await page.get_by_role("button", name="Підтвердити", exact=True).click()
        await expect(page.get_by_text("Розмова з матір’ю")).to_be_visible()
        await page.get_by_label("Розумію").check()
        await page.get_by_role("button", name="Сформувати").click()
        await judged(page, "proof-demo")
        async with page.expect_download() as caught:
            await page.get_by_role("button", name="Це я (демо)").click()
        assert (await caught.value).suggested_filename.endswith(".dossier.uk.pdf")
        await page.get_by_role("link", name="Повернутися").click()
        await judged(page, "case-worked")
        await page.get_by_role("button", name="Закрити", exact=True).click()
        await page.goto(f"{desk.url}/cases/{desk.case}")
        await expect(page.get_by_role("heading", name="Відкрити ключ")).to_be_visible()


@pytest.mark.parametrize("light", ["light", "dark"])
async def test_the_case_fits_a_phone_in_every_light(desk, browser, light):
    async with seen(browser, {"width": 390, "height": 800}, color_scheme=light) as page:
        await _at_the_case(desk, page)
        await page.get_by_role("button", name="Відкрити ключ (демо)").click()
        await expect(page.get_by_text("Коваленко Артем Ігорович").first).to_be_visible()
        await judged(page, f"case-phone-{light}")


async def test_without_a_script_everything_but_passkeys_works(desk, browser):
    async with seen(browser, java_script_enabled=False) as page:
        await page.goto(f"{desk.url}/")
        await page.get_by_role("button", name="Марченко").click()
        await page.goto(f"{desk.url}/cases/{desk.case}")
        await page.get_by_role("button", name="Відкрити ключ (демо)").click()
        await page.get_by_label("Ваші слова").fill("Ми працюємо.")
        await page.get_by_label("Відповідати не треба").check()
        await page.get_by_role("button", name="Надіслати родині").click()
        await expect(page.get_by_role("status")).to_contain_text("Повідомлення надіслано")
