"""A colleague at the telephone: pages of the form read, buttons pressed, answers typed."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from desk_rig import Answer, Browser

_BUTTON = re.compile(r'<button name="action" value="([^"]+)"[^>]*>(.*?)</button>', re.DOTALL)
_ENTRY = re.compile(r"/enter/([0-9a-f-]{36})")
_VERSION = re.compile(r'name="version" value="(\d+)"')
_SLIP = re.compile(r"<dd>([^<]+)</dd>")


@dataclass
class Call:
    """One draft as its author's browser shows it; `seen` is the page looked at last."""

    browser: Browser
    id: str
    seen: Answer = field(repr=False)

    @property
    def path(self) -> str:
        return f"/enter/{self.id}"

    @property
    def asked(self) -> str:
        found = re.search(r'<h1 id="asked">(.*?)</h1>', self.seen.text)
        return unescape(found[1]) if found else ""

    @property
    def version(self) -> str:
        found = _VERSION.search(self.seen.text)
        return found[1] if found else ""

    def actions(self) -> list[str]:
        return [unescape(value) for value, _ in _BUTTON.findall(self.seen.text)]

    async def press(self, action: str, **more: str) -> Answer:
        """The answer itself; `seen` is the page it leads to."""
        fields = {"version": self.version, "action": action, **more}
        answer = await self.browser.post(self.path, fields)
        self.seen = await self.browser.follow(answer) if answer.status == 303 else answer
        return answer

    async def type(self, text: str) -> Answer:
        return await self.press("typed", text=text)

    async def look(self) -> Answer:
        self.seen = await self.browser.get(self.path)
        return self.seen

    def slip(self) -> tuple[str, str]:
        """Code and PIN on the receipt."""
        slip = self.seen.text.partition('class="slip"')[2].partition("</dl>")[0]
        code, pin = _SLIP.findall(slip)
        return code, pin


async def called(browser: Browser, flow: str = "report", **given: str) -> Call:
    """A call taken and agreed to: at its first question."""
    fields = {
        "flow": flow, "channel": "operator_phone", "locale": "uk", "agreed": "yes", **given,
    }  # fmt: skip
    answer = await browser.post("/enter", fields)
    assert answer.status == 303, answer.text
    found = _ENTRY.search(answer.to)
    assert found is not None
    return Call(browser, found[1], await browser.follow(answer))


async def answered(call: Call) -> Call:
    """All that a report needs, up to the check screen; names and places as they were read."""
    await call.press("pick mother")
    await call.type("Канаркова Соломія Ігорівна")
    await call.press("pick yes")
    await call.type("27.03.2017")
    await call.type("Олешки")
    while any(one.startswith("pick #") for one in call.actions()):
        await call.press(next(one for one in call.actions() if one.startswith("pick ")))
    await call.press("pick camp_not_returned")
    assert "send" in call.actions(), call.asked
    return call


async def sent(call: Call) -> tuple[str, str]:
    """From the check screen to the receipt; code and PIN."""
    await call.press("send")
    await call.press("pick police")
    await call.press("pick #done")
    await call.press("skip")
    return call.slip()


def given(told: Any) -> dict[str, Any]:
    """{question: its answer as sealed}, of all sections and items."""
    found = {}
    for section in told["sections"]:
        rows = [
            *section["answers"], *(one for item in section["items"] for one in item["answers"]),
        ]  # fmt: skip
        found |= {row["address"].rpartition("/")[2]: row for row in rows}
    return found
