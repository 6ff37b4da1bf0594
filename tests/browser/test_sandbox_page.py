"""The chat page in a real browser: a person can talk to a bot with mouse and keyboard."""

import pytest
from playwright.async_api import expect

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


async def test_the_page_runs_no_script_but_its_own(hand):
    async with hand.client.get(hand.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in policy
