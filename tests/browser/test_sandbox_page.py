"""The chat page in a real browser: a person can talk to a bot with mouse and keyboard."""

import chromium
import pytest
from phone import Phone
from playwright.async_api import expect

from locales import LOCALES, say

pytestmark = pytest.mark.browser
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Так", "callback_data": "y", "style": "success"}],
        [{"text": "Видалити", "callback_data": "n", "style": "danger"}],
    ]
}


async def test_a_person_starts_reads_taps_and_sees_the_answer(hand, page):
    user = await hand.person()
    await page.goto(f"{hand.url}/#family={user}")
    await page.get_by_role("button", name="РОЗПОЧАТИ").click()
    await expect(page.locator(".own")).to_contain_text("/start")
    (start,) = await hand.updates(timeout=5)
    hostile = "<b>Добрий день</b> &lt;img src=x onerror=alert(1)&gt;"
    sent = await hand.api(
        "sendMessage",
        {"chat_id": user, "text": hostile, "parse_mode": "HTML", "reply_markup": KEYBOARD},
    )
    await expect(page.locator(".theirs b")).to_have_text("Добрий день")
    await expect(page.locator(".theirs .text")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".theirs img").count() == 0

    await page.get_by_role("button", name="Так").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".typing")).to_be_visible()
    (tap,) = await hand.updates(start["update_id"] + 1, timeout=5)
    answer = {"callback_query_id": tap["callback_query"]["id"], "text": "Записано"}
    await hand.api("answerCallbackQuery", answer)
    await expect(page.locator(".toast")).to_have_text("Записано")
    await expect(page.locator(".typing")).to_be_hidden()

    here = {"chat_id": user, "message_id": sent["result"]["message_id"]}
    await hand.api("editMessageText", {**here, "text": "Дякуємо"})
    await expect(page.locator(".theirs .foot")).to_contain_text("змінено")
    assert await page.locator(".inline").count() == 0
    await hand.api("deleteMessage", here)
    await expect(page.locator(".theirs")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_writing_editing_and_sharing_the_phone(hand, page):
    user = await hand.started()
    keyboard = {"keyboard": [[{"text": "Мій номер", "request_contact": True}]]}
    await hand.api("sendMessage", {"chat_id": user, "text": "Номер?", "reply_markup": keyboard})
    await page.goto(f"{hand.url}/?lang=en#family={user}")
    await page.get_by_role("button", name="Мій номер").click()
    await page.locator("#phone input").fill("+380501112233")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .card")).to_contain_text("+380501112233")

    await page.get_by_label("Message", exact=True).fill("Олекс")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .text").last).to_have_text("Олекс")
    await page.locator(".own .text").last.dblclick()
    await page.get_by_label("Message", exact=True).fill("Олексій")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own").last).to_contain_text("Олексій")
    await expect(page.locator(".own .foot").last).to_contain_text("edited")
    kinds = [next(kind for kind in one if kind != "update_id") for one in await hand.updates()]
    assert kinds == ["message", "message", "edited_message"]


async def test_a_new_person_can_be_added_and_can_block_the_bot(hand, page):
    await page.goto(hand.url)
    await expect(page.locator("#nobody")).to_be_visible()
    await page.get_by_role("button", name="Додати людину").click()
    await page.locator("#person [name=first_name]").fill("Ганна")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who")).to_have_text("Ганна")
    await page.get_by_role("button", name="РОЗПОЧАТИ").click()
    await page.locator(".menu summary").click()
    await page.get_by_role("button", name="Заблокувати бота").click()
    await expect(page.get_by_role("button", name="Розблокувати бота")).to_be_visible()
    assert "my_chat_member" in (await hand.updates())[-1]


async def test_a_group_is_a_chat_of_its_own(hand, page):
    user = await hand.person(first_name="Марченко", started=["staff"])
    made = {"title": "Чергові", "members": [user], "bots": ["staff"]}
    group = (await hand.sim("groups", made))["id"]
    await hand.api("sendMessage", {"chat_id": group, "text": "Нове звернення"}, bot="staff")
    await page.goto(f"{hand.url}/#staff={group}")
    await expect(page.locator(".who")).to_have_text("Чергові")
    await expect(page.locator(".theirs .text")).to_have_text("Нове звернення")
    await page.locator("textarea").fill("/queue")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .text")).to_have_text("/queue")
    told = (await hand.api("getUpdates", bot="staff"))["result"][-1]["message"]
    assert (told["chat"]["id"], told["from"]["id"], told["text"]) == (group, user, "/queue")


async def test_a_bot_that_has_answered_is_not_shown_typing(hand, page):
    """However late the page hears that what it sent was taken."""
    user = await hand.started()

    async def answered_first(route):
        taken = await route.fetch()
        await hand.api("sendMessage", {"chat_id": user, "text": "Вже тут"})
        await expect(page.locator(".theirs")).to_contain_text("Вже тут")
        await route.fulfill(response=taken)

    await page.route("**/sim/family/say", answered_first)
    await page.goto(f"{hand.url}/#family={user}")
    await page.locator("textarea").fill("Добрий день")
    async with page.expect_response("**/sim/family/say"):
        await page.keyboard.press("Enter")
    await page.evaluate("new Promise((done) => setTimeout(done))")
    await expect(page.locator(".typing")).to_be_hidden()


@pytest.mark.parametrize("locale", LOCALES)
async def test_no_word_on_a_button_is_broken_on_a_narrow_phone(hand, browser, locale):
    """The messages are short, so their buttons have little room."""
    user = await hand.started()
    for row in (("back", "unknown"), ("back", "stop"), ("decline", "stop")):
        keys = [{"text": say(locale, f"nav.{key}"), "callback_data": key} for key in row]
        made = {"chat_id": user, "text": "?", "reply_markup": {"inline_keyboard": [keys]}}
        await hand.api("sendMessage", made)
    async with chromium.opened(browser, {"width": 360, "height": 740}) as page:
        await page.goto(f"{hand.url}/#family={user}")
        await expect(page.locator(".inline")).to_have_count(6)
        assert await Phone(page).broken_words() == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_page_runs_no_script_but_its_own(hand):
    async with hand.client.get(hand.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in policy
