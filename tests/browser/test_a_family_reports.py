"""The whole way in a real browser: from /start to the receipt, and the bell at the other end."""

import asyncio
import re

import opened
import pytest
from phone import Phone
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_mother_reports_her_child_and_the_duty_group_hears_a_bell(rig, page, browser):
    olena = await rig.person("Олена")
    await page.goto(f"{rig.url}/#family={olena.id}")
    phone = Phone(page)
    await page.get_by_role("button", name="РОЗПОЧАТИ").click()
    await phone.reads("Якою мовою")
    await phone.taps("Українська")
    await phone.reads("Чи безпечно")
    await phone.taps("Так, безпечно")
    await phone.taps("Україна, підконтрольна")
    await phone.reads("Хто це прочитає")
    await phone.taps("Зрозуміло, погоджуюся")
    await phone.reads("Чим допомогти")
    await phone.taps("Повідомити про дитину")
    await phone.taps("Мати")
    await phone.reads("Прізвище, ім’я")
    await phone.writes("Ковальчук Софія Андріївна")
    await phone.reads("Записали так")
    await phone.taps("Так")
    await phone.reads("Коли народилася")
    await phone.writes("27 3 2017")
    await phone.reads("Де дитина була востаннє")
    await phone.taps("Херсонська")
    await phone.reads("Місто, село")
    await phone.writes("Іванівка")
    await phone.reads("Котре?")
    await page.locator("button.inline").filter(has_text="Іванівка").first.click()
    await phone.reads("Що найближче")
    await phone.taps("Не повернули з табору")
    await phone.reads("Перевірте перед надсиланням")
    await phone.taps("Надіслати прокурорам")
    await phone.reads("Кому ще можна")
    await phone.taps("Поліції")
    await expect(page.get_by_role("button", name="Поліції ✓")).to_be_visible()
    await phone.taps("Надіслати прокурорам")
    await phone.reads("Кому точно не передавати")
    await phone.taps("Пропустити")
    await phone.reads("Ваш код")
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", await page.locator(".theirs").last.inner_text())
    assert code is not None

    (bell,) = [m for m in await _staff_chat(rig) if m["from"] == "bot"]
    assert code[0] in bell["text"]
    for word in ("Софія", "Ковальчук", "Іванівка", "Олена", "2017"):
        assert word not in bell["text"]

    rig.stop()
    (case,) = await opened.cases(rig.database.url, rig.keyset)
    told = opened.said(case)
    assert case.code == code[0]
    assert told["name"] == "Ковальчук Софія Андріївна"
    assert told["born"] == "2017-03-27"
    assert told["last_place"] == "Іванівка"
    assert told["share"]["parties"] == ["prosecutor", "police"]
    questions = {key: row["question"] for key, row in case.answers().items()}
    assert questions["name"].startswith("Прізвище, ім’я та по батькові дитини.")


async def _staff_chat(rig) -> list:
    for _ in range(100):
        messages = (await rig.look(f"staff/chat/{rig.staff_chat}"))["messages"]
        if messages:
            return messages
        await asyncio.sleep(0.1)
    raise AssertionError("no bell rang")
