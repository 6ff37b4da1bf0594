"""/stop: levels of silence, and that they are kept to."""

import pytest
from chat import Person
from walk import MINIMUM

from handlers.silence import EVERYTHING


async def test_stop_asks_what_to_switch_off_and_goes_back_to_the_question(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "/stop")
    assert "Що вимкнути?" in olena.last
    await olena.taps("Лише новини")
    assert olena.says_somewhere("Вимкнено. Звернення лишається в роботі.")
    assert "Ким Ви є дитині?" in olena.last
    assert (await olena.known()).conversation.state["silence"] == "news"


@pytest.mark.parametrize("label", ["Лише новини", "Усе, крім запитань", "Усе — я перевірятиму"])
async def test_what_is_off_is_said_and_can_be_switched_on_again(olena, arrive, label):
    await arrive(olena)
    await olena.does("/stop", f"[{label}]", "/stop")
    assert label not in olena.shown()
    assert "Зараз" in olena.last
    await olena.taps("Увімкнути все знову")
    assert "silence" not in (await olena.known()).conversation.state


async def test_drafts_can_be_deleted_here(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "/stop", "[Видалити мої чернетки]")
    assert (await olena.known()).drafts == {}
    assert "Чим допомогти?" in olena.last


async def test_do_not_write_first_is_an_answer_the_bot_keeps_to(olena: Person, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Додати відомості]", "[1 Ви]", "Олена", "[Не пишіть першими]")
    await olena.does("[Не хочу відповідати]", "[Так]", "[Ні, не передавайте]")
    await olena.does("[До переліку розділів]", "[Перевірити й надіслати]")
    await olena.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")
    assert "Першими не писатимемо" in olena.last
    assert "ми напишемо тут" not in olena.last
    assert (await olena.known()).conversation.state["silence"] == EVERYTHING


async def test_a_broadcast_learns_who_agreed_where_they_are_and_what_they_switched_off(
    olena: Person, arrive
):
    await arrive(olena)
    assert await _reach(olena) == ("abroad", None, False)
    await olena.does("/stop", "[Лише новини]")
    assert await _reach(olena) == ("abroad", "news", False)
    await olena.does("/stop", "[Увімкнути все знову]")
    assert await _reach(olena) == ("abroad", None, False)


async def test_who_has_not_agreed_or_refuses_is_nobody_to_write_to(olena: Person):
    await olena.does("/start", "[Українська]", "[Так, безпечно]")
    assert await _reach(olena) is None
    await olena.does("[Окупована територія, рф, Білорусь]", "[Зрозуміло, погоджуюся]")
    assert await _reach(olena) == ("occupied", None, False), "quiet for where they are alone"


async def _reach(person: Person) -> tuple[object, ...] | None:
    door = person.door
    row = await door.database.fetchrow(
        "SELECT area, silence, hushed FROM reach WHERE chat_ref = $1",
        door.vault.chat_ref(door.bot.id, person.id),
    )
    return tuple(row) if row else None
