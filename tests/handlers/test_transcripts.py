"""Whole conversations as golden files, for those who judge words and not code.

They are read in docs/transcripts/. `WRITE=1 pytest tests/handlers/test_transcripts.py` writes them
anew after a change of wording; a missing one is red.
"""

import os
from pathlib import Path

import pytest
from chat import Person
from prosecuting import delivered
from transcript import Scribe

FOLDER = Path(__file__).parents[2] / "docs" / "transcripts"

UK = {
    "title": "Найкоротше звернення, потім — додати відомості",
    "who": "Олена",
    "arrive": ("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]", "[Зрозуміло, погоджуюся]"),
    "report": (
        "[Повідомити про дитину]", "[Мати]", "Ковальчук Софія Андріївна", "[Так]", "31 2 2017", "27 3 2017",
        "[Херсонська]", "Генічеськ", "[Не повернули з табору]",
    ),
    "send": ("[Надіслати прокурорам]", "[Поліції]", "[Надіслати прокурорам]", "[Пропустити]"),
    "after": ("[Що далі]", "[Мої звернення]"),
    "stray": ("Забула сказати: на ній була червона куртка", "[Не зберігати]"),
}  # fmt: skip
EN = {
    "title": "The shortest report, then more words for it",
    "who": "Olena",
    "arrive": ("/start", "[English]", "[Yes, it is safe]", "[Abroad]", "[I understand and agree]"),
    "report": (
        "[Report a child]", "[Mother]", "Kovalchuk Sofiia Andriivna", "[Yes]", "31 2 2017", "27 3 2017",
        "[Khersonska]", "Henichesk", "[Генічеськ]", "[Not returned from a camp]",
    ),
    "send": ("[Send to prosecutors]", "[Police]", "[Send to prosecutors]", "[Skip]"),
    "after": ("[What next]", "[My reports]"),
    "stray": ("I forgot: she wore a red jacket", "[Do not keep it]"),
}  # fmt: skip
QUIET_UK = {
    "title": "Під окупацією: тихий режим",
    "who": "Олена",
    "arrive": (
        "/start", "[Українська]", "[Ні]", "[Продовжити коротко]", "[Окупована територія]", "[Зрозуміло, погоджуюся]",
    ),
    "report": UK["report"],
    "send": ("[Надіслати прокурорам]", "[Надіслати прокурорам]"),
    "after": ("[Прибрати цей чат]", "[Ні]"),
    "stray": (),
}  # fmt: skip
AFTER_UK = {
    "title": "Після надсилання: виправити, відповісти прокурору, повідомити про повернення",
    "who": "Олена",
    "arrive": UK["arrive"],
    "report": UK["report"],
    "send": ("[Надіслати прокурорам]", "[Надіслати прокурорам]", "[На початок]"),
    "after": (
        "[Мої звернення]", "[{code}]", "[Виправити]", "{pin}", "[Змінити: Дитина]", "[Дата народження]", "27 3 2016",
        "[Надіслати прокурорам]", "[Надіслати прокурорам]",
    ),
    "stray": (
        "@question", "[Відкрити]", "Так, сині", "27 3 2016", "Шрам на лівій долоні",
        "[Є новини про дитину]", "[{code}]", "[Дитина повернулася]", "24 11 2026", "[Дитина сказала]",
        "[Україна, підконтрольна]", "[Усе гаразд]", "[Так, зі мною]", "[Психолог]", "[Далі]", "[Ні, цього досить]",
        "[Пропустити]",
    ),
}  # fmt: skip
AFTER_EN = {
    "title": "After sending: correcting it, answering a prosecutor, news of a return",
    "who": "Olena",
    "arrive": EN["arrive"],
    "report": EN["report"],
    "send": ("[Send to prosecutors]", "[Send to prosecutors]", "[To the start]"),
    "after": (
        "[My reports]", "[{code}]", "[Correct it]", "{pin}", "[Change: The child]", "[Date of birth]", "27 3 2016",
        "[Send to prosecutors]", "[Send to prosecutors]",
    ),
    "stray": (
        "@question", "[Open]", "Yes, blue ones", "27 3 2016", "A scar on the left palm",
        "[News about a child]", "[{code}]", "[The child has returned]", "24 11 2026", "[The child said so]",
        "[Ukraine, under its control]", "[Safe and well]", "[Yes, with me]", "[A psychologist]", "[Next]",
        "[No, this is enough]", "[Skip]",
    ),
}  # fmt: skip
TALKS = {
    "shortest.uk": UK, "shortest.en": EN, "quiet.uk": QUIET_UK, "afterwards.uk": AFTER_UK, "afterwards.en": AFTER_EN,
}  # fmt: skip


async def written(person: Person, talk: dict, events: dict) -> str:
    scribe = Scribe(person, talk["who"], events=events)
    scribe.lines.append(f"# {talk['title']}\n")
    for part in ("arrive", "report", "send", "after", "stray"):
        await scribe.does(*talk[part])
    return scribe.text().rstrip() + "\n"


@pytest.mark.parametrize("name", TALKS)
async def test_a_conversation_reads_as_it_is_published(olena, door, clock, write, name):
    async def question():
        await write()
        await delivered(door, clock)
        await olena.look()

    told = await written(olena, TALKS[name], {"@question": question})
    path = FOLDER / f"{name}.md"
    if os.environ.get("WRITE"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert path.exists(), "write it with WRITE=1, and read it"
    assert told == path.read_text(encoding="utf-8")
