"""The complete report in the other languages: every screen and reply of it exists there."""

import re
from dataclasses import dataclass

import pytest
from chat import Person
from stored import answers_of, open_cases
from walk import COMPLETE, question, walk_all

from cases.telling import tell
from flows import view
from flows.answers import Word
from flows.report import REPORT
from handlers.screen import label

ARRIVALS = {
    "en": ("[English]", "[Yes, it is safe]", "[Abroad]", "[I understand and agree]"),
    "ru": ("[Русский]", "[Да, безопасно]", "[За границей]", "[Понятно, соглашаюсь]"),
}
UNFILLED = re.compile(r"\{[a-z_]*\}|\b(report|error|kind|nav|check|tasks)\.[a-z_]+\b")


@dataclass
class Foreign(Person):
    """Somebody who presses the button that stands where the Ukrainian one would."""

    async def taps(self, name: str) -> str:
        draft = await self.draft()
        place = await self.at()
        if draft is None or place.startswith("@"):
            theirs = self.shown()
            names = {"Повідомити про дитину": theirs[0], "Так, передайте": theirs[0]}
            return await Person.taps(self, names.get(name, name))
        buttons = view.view(REPORT, draft, self.door.clock().date()).buttons()
        words = [label("uk", button) for button in buttons]
        exact = [n for n, one in enumerate(words) if one == name]
        number = (exact or [n for n, one in enumerate(words) if one.startswith(name)])[0]
        revision = (await self.known()).conversation.revision
        newest = max(self.messages)
        return await self.presses(f"d1|{revision}|{number}", newest)


@pytest.mark.parametrize("locale", ARRIVALS)
async def test_the_complete_report_is_asked_and_sealed_in_the_language(door, keyset, locale):
    person = Foreign(door, language=locale)
    await Person.says(person, "/start")
    for move in ARRIVALS[locale]:
        await Person.taps(person, move.strip("[]"))
    await walk_all(person)
    assert not [one for one in person.calls if UNFILLED.search(str(one[1].get("text", "")))]
    (case,) = await open_cases(door, keyset)
    assert case["locale"] == locale
    told = answers_of(case)
    assert len(told) == len(COMPLETE)
    for row in told:
        wording = tell(locale, Word(f"{REPORT.name}.{question(row['address'])}.ask"))
        assert row["question"] == wording
        assert row["name"] == tell(locale, Word(f"{REPORT.name}.{question(row['address'])}.name"))
