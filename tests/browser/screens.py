"""Photographs what a family sees, for docs/screens.md. `make screens` takes all of them anew.

The product itself runs, with invented people. What differs each time (codes, PINs, times of day)
is replaced, so that a screen nobody changed gives the same file.
"""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from phone import Phone
from PIL import Image
from playwright.async_api import expect

pytestmark = pytest.mark.timeout(300)

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
COLOURS = 64
#: as docs/transcripts has them
MASKED = r"""(phone) => {
  const masks = [
    [/\b\d{4}-\d{4}-\d{4}\b/g, "0000-0000-0000"],
    [/\b[2-9A-Z]{4}-[2-9A-Z]{4}\b/g, "7K4M-29QX"],
    [/\b\d\d:\d\d\s\d+\s[а-яіїє]+/g, "14:00 25\u00a0листопада"],
    [/\b\d\d:\d\d$/g, "09:41"],
    [/чекає до\s\d+\s[а-яіїє]+/g, "чекає до 24\u00a0грудня"],
    [/Надіслано \d+\s[а-яіїє]+/g, "Надіслано 24\u00a0листопада"],
  ];
  const walker = document.createTreeWalker(phone, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const [pattern, shown] of masks) {
      walker.currentNode.data = walker.currentNode.data.replace(pattern, shown);
    }
  }
}"""


class Camera(Phone):
    """A phone whose screen is photographed; a word broken on a button is no picture to keep."""

    async def photographs(self, name: str) -> None:
        await self.page.mouse.move(0, 0)
        await self.page.evaluate("document.activeElement.blur()")
        await expect(self.page.locator(".typing")).to_be_hidden()
        await asyncio.sleep(0.3)  # the last message comes in, the last one answered is redrawn
        phone = self.page.locator(".phone")
        await phone.evaluate(MASKED)
        assert await self.broken_words() == []
        taken = Image.open(BytesIO(await phone.screenshot())).convert("RGB")
        few = taken.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{name}.png", optimize=True)


@pytest.fixture
async def olena(rig, browser):
    """Olena's phone, showing a chat in which nobody has written yet."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 930}, device_scale_factor=1.5, reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(15_000)
    person = await rig.person("Олена")
    await page.goto(f"{rig.url}/#family={person.id}")
    await page.get_by_role("button", name="РОЗПОЧАТИ").click()
    FOLDER.mkdir(exist_ok=True)
    yield Camera(page)
    await context.close()


async def test_a_report_its_receipt_and_what_comes_after(olena):
    await arrives(olena)
    await reports(olena)
    await comes_back(olena)


async def test_quiet_mode_and_clearing_the_chat(olena):
    await olena.reads("Якою мовою")
    await olena.taps("Українська")
    await olena.reads("Чи безпечно")
    await olena.taps("Ні")
    await olena.reads("Продовжити коротко")
    await olena.photographs("11-quiet")
    await olena.taps("Прибрати цей чат")
    await olena.reads("за останні 48 годин?")
    await olena.photographs("12-hide")


async def arrives(olena):
    await olena.reads("Якою мовою")
    await olena.photographs("01-language")
    await olena.taps("Українська")
    await olena.reads("Чи безпечно")
    await olena.photographs("02-safety")
    await olena.taps("Так, безпечно")
    await olena.taps("Україна, підконтрольна")
    await olena.reads("Хто це прочитає")
    await olena.photographs("03-who-reads")
    await olena.taps("Зрозуміло, погоджуюся")
    await olena.reads("Чим допомогти")
    await olena.photographs("04-home")


async def reports(olena):
    await olena.taps("Повідомити про дитину")
    await olena.taps("Мати")
    await olena.reads("Прізвище, ім’я")
    await olena.writes("Коваленко Артем")
    await olena.reads("Записали так")
    await olena.photographs("05-name")
    await olena.taps("Так")
    await olena.reads("Коли народилася")
    await olena.writes("весна 2016")
    await olena.reads("весна 2016 р. — так?")
    await olena.taps("Так")
    await olena.reads("Де дитина була востаннє")
    await olena.photographs("06-where")
    await olena.taps("Херсонська")
    await olena.reads("Місто, село")
    await olena.writes("Генічеськ")
    await olena.reads("Що найближче")
    await olena.taps("Не повернули з табору")
    await olena.reads("Перевірте перед надсиланням")
    await olena.photographs("07-check")
    await olena.taps("Надіслати прокурорам")
    await olena.reads("Кому ще можна")
    await olena.taps("Надіслати прокурорам")
    await olena.reads("Ваш код")
    await olena.photographs("08-receipt")
    await olena.taps("На початок")


async def comes_back(olena):
    await olena.reads("Чим допомогти")
    await olena.taps("Є новини про дитину")
    await olena.reads("До якого звернення")
    await olena.page.locator("button.inline").first.click()
    await olena.reads("Що змінилося")
    await olena.taps("Дитина повернулася")
    await olena.reads("Коли це сталося")
    await olena.writes("вчора")
    await olena.reads("Звідки це відомо")
    await olena.taps("Бачили самі")
    await olena.reads("Де дитина тепер")
    await olena.taps("Україна, підконтрольна")
    await olena.reads("Як почувається дитина")
    await olena.taps("Усе гаразд")
    await olena.reads("Розпитувати дитину не потрібно")
    await olena.photographs("09-news")
    await olena.taps("Зупинитися")
    await olena.reads("Збережено")
    await olena.writes("/mine")
    await olena.reads("Ваші звернення")
    await olena.page.locator("button.inline").filter(has_text="отримано").click()
    await olena.reads("отримано. Надіслано")
    await olena.photographs("10-mine")
