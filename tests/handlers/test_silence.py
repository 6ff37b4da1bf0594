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
