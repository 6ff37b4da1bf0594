"""The screens around the questions: sections, groups, check, change, and coming back."""

import asyncio
from datetime import timedelta

import pytest
from walk import MINIMUM, walk


@pytest.fixture
async def checking(olena, arrive):
    """Olena, with the shortest report, at the check screen."""
    await arrive(olena)
    await olena.does(*MINIMUM)
    assert await olena.at() == "#check"
    return olena


async def test_the_check_screen_shows_each_section_with_what_was_said(checking):
    told = checking.last
    assert "Звернення ще не надіслано" in told
    assert "<b>Ви і дитина</b>\nКим Ви є дитині: Мати" in told
    assert "Ім’я дитини: Ковальчук Софія Андріївна" in told
    assert "Дата народження: 27 березня 2017 р." in told
    assert "Де востаннє: Генічеськ" in told


async def test_the_check_screen_offers_changes_of_sections_that_were_answered(checking):
    assert checking.shown() == [
        "Надіслати прокурорам", "Додати відомості", "Змінити: Ви і дитина", "Змінити: Дитина",
        "Змінити: Що сталося", "‹ Назад", "Ще не зараз",
    ]  # fmt: skip


async def test_sending_is_the_main_button(checking):
    _, button = checking.button("Надіслати прокурорам")
    assert button["style"] == "success"


async def test_not_now_keeps_everything_and_says_until_when(checking):
    await checking.taps("Ще не зараз")
    assert checking.says_somewhere(f"Чернетка чекає до {checking.draft_waits_until()}")


async def test_a_changed_answer_leads_back_to_the_check(checking):
    await checking.does("[Змінити: Ви і дитина]", "[Ким Ви є дитині]")
    assert "Зараз: Мати" in checking.last
    await checking.taps("Бабуся")
    assert await checking.at() == "#check"
    assert "Ким Ви є дитині: Бабуся" in checking.last


async def test_leaving_an_answer_as_it_is_leads_back_to_the_check(checking):
    await checking.does("[Змінити: Ви і дитина]", "[Ким Ви є дитині]", "[Лишити як є]")
    assert await checking.at() == "#check"
    assert "Ким Ви є дитині: Мати" in checking.last


async def test_a_change_asks_what_follows_from_it_first(checking):
    await checking.does("[Змінити: Ви і дитина]", "[Ким Ви є дитині]", "[Інше]")
    assert await checking.at() == "relation_other"
    await checking.taps("Свідок")
    assert await checking.at() == "#check"


async def test_a_long_check_is_cut_into_messages_telegram_takes(olena, arrive):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await walk(olena, "#check")
    await olena.does("[Додати відомості]", "[1 Ви]")
    long = "Дуже довга відповідь " * 13
    texts = ("alternate_names", "appearance", "marks", "institution_before", "id_numbers",
             "health_note", "child_phone", "who_took_note", "carers", "placement_name",
             "new_identity", "contact_unsafe", "story", "free_text", "links")  # fmt: skip
    already = len(olena.messages)
    await walk(olena, "#check", dict.fromkeys(texts, (long,)))
    assert len(olena.messages) > already
    first, second = [olena.messages[number] for number in sorted(olena.messages)][-2:]
    assert "Перевірте перед надсиланням" in first.text
    assert first.buttons == []
    assert "Перевірте перед надсиланням" not in second.text
    assert "Надіслати прокурорам" in olena.shown()


async def test_the_task_list_tells_how_far_each_section_is(checking):
    await checking.taps("Додати відомості")
    assert checking.shown() == [
        "1 Ви і дитина — розпочато", "2 Дитина — розпочато", "3 Що сталося — розпочато",
        "4 Де дитина зараз", "5 Фото й документи", "Перевірити й надіслати", "Зупинитися",
    ]  # fmt: skip


async def test_the_task_list_is_redrawn_in_place(checking):
    before = len(checking.messages)
    await checking.taps("Додати відомості")
    assert len(checking.messages) == before


async def test_the_task_list_names_what_is_missing_and_opens_it(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "[‹ Назад]", "[‹ Назад]")
    assert await olena.at() == "#tasks"
    assert "Бракує: Ім’я дитини" in olena.shown()
    await olena.taps("Бракує: Ім’я дитини")
    assert (await olena.at()).endswith("/name")


async def test_a_finished_section_says_so_and_its_answers_can_be_changed(checking):
    await checking.does("[Додати відомості]", "[1 Ви]")
    await walk(checking, "#done/you")
    assert "Розділ завершено" in checking.last
    assert checking.shown() == ["Далі: Дитина", "До переліку розділів", "‹ Назад", "Зупинитися"]
    await checking.taps("До переліку розділів")
    assert checking.shown()[0] == "1 Ви і дитина — завершено"
    await checking.taps("1 Ви і дитина")
    assert "Ваше ім’я" in checking.shown()


async def test_hard_questions_are_announced_where_they_begin(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:5])
    assert await olena.at() == "last_place"
    assert "Далі кілька запитань про те, як дитина опинилася там." in olena.last


async def test_the_section_of_hard_questions_can_be_passed_over(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[‹ Назад]")
    await olena.taps("3 Що сталося")
    assert "Їх можна пропустити всі" in olena.last
    assert olena.shown() == ["Продовжити", "Пропустити розділ", "‹ Назад", "Зупинитися"]
    await olena.taps("Пропустити розділ")
    assert await olena.at() == "place_known"
    assert "scenario" not in (await olena.draft()).answers


async def test_a_child_is_added_and_the_first_cannot_be_removed_alone(checking):
    await checking.does("[Додати відомості]", "[2 Дитина]")
    await walk(checking, "children")
    assert "Прибрати: Дитина 1" not in checking.shown()
    await checking.does("[Додати ще дитину]", "Ковальчук Іван", "[Так]", "1 2 2015")
    assert "Дитина 2" in checking.last
    await walk(checking, "children", {"sex": ("[Хлопець]",)})
    assert checking.shown()[:4] == [
        "Змінити: Дитина 1", "Прибрати: Дитина 1", "Змінити: Дитина 2", "Прибрати: Дитина 2",
    ]  # fmt: skip


async def test_a_removed_child_is_not_shown_at_the_check(checking):
    await checking.does("[Додати відомості]", "[2 Дитина]")
    await walk(checking, "children")
    await checking.does("[Додати ще дитину]", "Ковальчук Іван", "[Так]", "1 2 2015")
    await walk(checking, "children", {"sex": ("[Хлопець]",)})
    await checking.does("[Прибрати: Дитина 2]", "[Готово]")
    await walk(checking, "#check")
    assert not any(
        "Іван" in one.text for one in checking.messages.values() if "Перевірте" in one.text
    )


async def test_one_answer_of_the_second_child_is_changed_alone(checking):
    await checking.does("[Додати відомості]", "[2 Дитина]")
    await walk(checking, "children")
    await checking.does("[Додати ще дитину]", "Ковальчук Іван", "[Так]", "1 2 2015")
    await walk(checking, "children", {"sex": ("[Хлопець]",)})
    await checking.does("[Змінити: Дитина 2]", "[Дитина 2: Стать]", "[Дівчинка]")
    assert await checking.at() == "children"
    draft = await checking.draft()
    first, second = draft.items["children"]
    assert draft.answers[f"children/{second}/sex"].value == "female"
    assert draft.answers[f"children/{first}/sex"].value == "female"


async def test_places_on_the_way_are_a_list_that_may_stay_empty(checking):
    await checking.does("[Додати відомості]", "[3 Що сталося]")
    await walk(checking, "route")
    assert checking.shown() == ["Додати пункт", "‹ Назад", "Не знаю", "Пропустити", "Зупинитися"]
    await checking.taps("Не знаю")
    assert await checking.at() == "story"


async def test_places_on_the_way_are_numbered_when_there_are_two(checking):
    await checking.does("[Додати відомості]", "[3 Що сталося]")
    await walk(checking, "route")
    stop = ("[Зупинка дорогою]", "[рф]", "[Знаю лише країну]", "[2022]", "[Знаю лише рік]")
    await checking.does("[Додати пункт]", *stop, "[Додати пункт]")
    assert "Пункт 2" in checking.last
    await checking.does(*stop)
    assert "Прибрати: Пункт 1" in checking.shown()


async def test_resuming_goes_on_at_the_open_question(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "[Зупинитися]", "[Так, передайте]", "/start", "[Продовжити]")
    assert "Прізвище, ім’я та по батькові дитини" in olena.last


async def test_starting_anew_forgets_the_answers(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "/start", "[Почати спочатку]")
    assert await olena.at() == "relation"
    assert (await olena.draft()).answers == {}


async def test_a_deleted_draft_is_gone(olena, arrive, door):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "/start", "[Видалити чернетку]")
    assert olena.says_somewhere("Чернетку видалено")
    assert await door.database.fetchval("SELECT count(*) FROM draft") == 0
    assert "Повідомити про дитину" in olena.shown()


async def test_what_becomes_of_an_abandoned_draft_is_asked_once(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "[Зупинитися]", "[Ні, не передавайте]")
    assert (await olena.known()).drafts["report"].pass_on is False
    await olena.does("/start", "[Продовжити]", "[Зупинитися]")
    assert not olena.button("Ні, не передавайте")


@pytest.mark.parametrize(
    ("area", "waits"),
    [("За кордоном", timedelta(days=30)), ("Окупована територія", timedelta(hours=24))],
)
async def test_a_draft_past_its_term_is_gone_and_the_person_is_told(
    olena, arrive, clock, area, waits
):
    await arrive(olena, area=area)
    await olena.does(*MINIMUM[:2])
    clock["now"] += waits + timedelta(minutes=1)
    await olena.says("Ковальчук Софія Андріївна")
    assert olena.says_somewhere("Чернетка чекала довше")
    assert "Куди додати?" in olena.last
    await olena.taps("Не зберігати")
    assert "Повідомити про дитину" in olena.shown()


async def test_a_button_of_an_expired_draft_acts_on_nothing(olena, arrive, clock):
    await arrive(olena)
    await olena.does(*MINIMUM[:1])
    clock["now"] += timedelta(days=31)
    assert await olena.taps("Мати") == "committed"
    assert olena.says_somewhere("Чернетка чекала довше")
    assert await olena.at() == "@home"
    assert await olena.draft() is None


async def test_start_after_the_term_is_home(olena, arrive, clock):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "[Зупинитися]", "[Ні, не передавайте]")
    clock["now"] += timedelta(days=31)
    await olena.says("/start")
    assert "Чим допомогти?" in olena.last


async def test_every_answer_moves_the_term_on(olena, arrive, clock):
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    clock["now"] += timedelta(days=29)
    await olena.says("Ковальчук Софія Андріївна")
    clock["now"] += timedelta(days=29)
    await olena.taps("Так")
    assert (await olena.at()).endswith("/born")


async def test_two_answers_at_the_same_moment_are_both_taken(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    await asyncio.gather(olena.says("Ковальчук Софія Андріївна"), olena.says("Ковальчук Софія"))
    assert "Записали так" in olena.last


@pytest.mark.parametrize(
    ("way", "section"),
    [
        (MINIMUM[:2], "Дитина"),
        (MINIMUM, "Перевірка й надсилання"),
        ((*MINIMUM, "[Надіслати прокурорам]"), "Перевірка й надсилання"),
        ((*MINIMUM, "[Змінити: Що сталося]"), "Що сталося"),
    ],
)
async def test_coming_back_names_where_the_person_stopped(olena, arrive, way, section):
    await arrive(olena)
    await olena.does(*way, "/start")
    assert f"Ви зупинилися на розділі «{section}»" in olena.last
    await olena.does("[Видалити чернетку]")
