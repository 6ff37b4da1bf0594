"""A person's hands and eyes on the chat page."""

import re
from dataclasses import dataclass

from playwright.async_api import Page, expect

_BROKEN = """() => [...document.querySelectorAll(".inline, .key")].flatMap((button) => {
  const text = button.firstChild;
  return [...text.data.matchAll(/[^\\s-]+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
  }).map(([word]) => word);
})"""


PATIENCE = 60_000
"""Milliseconds; the bot may still be starting."""


@dataclass
class Phone:
    """Waits for words before acting, as people do."""

    page: Page

    async def reads(self, text: str) -> None:
        said = self.page.locator(".theirs").filter(has_text=text).last
        await expect(said).to_be_visible(timeout=PATIENCE)

    async def taps(self, label: str) -> None:
        exactly = re.compile(rf"^{re.escape(label)}$")
        await self.page.locator("button.inline").filter(has_text=exactly).last.click()

    async def writes(self, text: str) -> None:
        await self.page.locator("textarea, input[name=text]").last.fill(text)
        await self.page.keyboard.press("Enter")

    async def broken_words(self) -> list[str]:
        """Words on buttons that go on in the next line."""
        return await self.page.evaluate(_BROKEN)
