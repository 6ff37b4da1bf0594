"""Each question of the report: its way back and out, and its answers without any button."""

import pytest
from chat import Person
from walk import COMPLETE, MINIMUM, question, walk, walk_all

from flows import path
from flows.answers import State
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.kind import Now
from flows.kinds.subs import words_in
from flows.model import Step
from flows.report import REPORT

TYPED = {key: tuple(move.strip("[]") for move in moves) for key, (moves, _) in COMPLETE.items()}
"""The complete report with every button typed."""


def step_at(at: str) -> Step:
    return REPORT.step(question(at))


async def test_every_question_has_its_way_back_and_its_ways_around(olena, arrive):
    await arrive(olena)
    looked: list[str] = []

    async def look(at: str) -> None:
        step, shown = step_at(at), olena.shown()
        looked.append(step.key)
        assert "‹ Назад" in shown, at
        assert "Зупинитися" in shown, at
        assert ("Не знаю" in shown) == (step.unknown or step.key == "place_known"), at
        assert ("Не хочу відповідати" in shown) == step.sensitive, at
        skippable = not step.sensitive and not step.required
        assert ("Пропустити" in shown) == skippable, at

    await walk_all(olena, look=look)
    assert len(looked) == len(COMPLETE)


async def test_every_answer_of_the_report_can_be_typed(olena, arrive):
    await arrive(olena)
    taps = len(olena.toasts)
    await olena.says("Повідомити про дитину")
    typed = {**TYPED, "@cutoff": ("Так, передайте",)}
    await walk(olena, "#check", typed)
    await olena.does("Додати відомості", "1 Ви і дитина — розпочато")
    await walk(olena, "#check", typed | {
        "#done/you": ("Далі: Дитина",), "children": ("Готово",),
        "#done/child": ("Далі: Що сталося",), "#done/happened": ("Далі: Де дитина зараз",),
        "#done/now": ("Далі: Фото й документи",), "#done/papers": ("Перевірити й надіслати",),
    })  # fmt: skip
    await olena.says("надіслати прокурорам")
    await walk(olena, "@receipt", typed)
    assert "Ваш код" in olena.last
    tapped_in_walk = 2  # "Додати пункт" and "Готово" of the places on the way
    assert len(olena.toasts) == taps + tapped_in_walk


async def _pick_by_number(person: Person, at: str, step: Step) -> None:
    """The first answer by "1", then back again."""
    await person.says("1")
    draft = await person.draft()
    assert draft is not None
    first = step.kind.page({}, Now(person.door.clock().date())).options()[0].key
    assert draft.answers[at].value == first, at
    await person.says("Назад")
    assert await person.at() == at


async def _tick_by_number(person: Person, at: str, step: Step) -> None:
    """The second box ticked by "2" and the tick taken off again."""
    second = step.kind.page({}, Now(person.door.clock().date())).options()[1].key
    for ticked in (True, False):
        await person.says("2")
        draft = await person.draft()
        assert draft is not None
        assert (second in words_in(draft.sub, "picked", (second,))) is ticked, at


async def test_every_button_of_an_answer_has_a_number(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "[Зупинитися]", "[Так, передайте]", "/start")
    await olena.does("[Почати спочатку]", "[Зупинитися]", "[Так, передайте]", "/start")
    await olena.taps("Продовжити")

    async def look(at: str) -> None:
        step = step_at(at)
        if isinstance(step.kind, Choice):
            await _pick_by_number(olena, at, step)
        elif isinstance(step.kind, Many | Consent):
            await _tick_by_number(olena, at, step)

    await walk(olena, "#check", look=look)
    await olena.does("[Додати відомості]", "[1 Ви]")
    await walk(olena, "#check", look=look)
    await olena.taps("Надіслати прокурорам")
    await walk(olena, "@receipt", look=look)


@pytest.mark.parametrize("number", ["0", "9", "42", "1000000", "-1", "1.5"])
async def test_a_number_of_no_button_asks_again(olena, arrive, number):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", number)
    assert olena.last == "Оберіть кнопку під запитанням"
    assert await olena.at() == "relation"


async def test_apostrophes_and_quotes_may_be_those_of_the_keyboard(olena, arrive):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await walk(olena, "scenario")
    await olena.says('Розлучили на "фільтрації"')
    assert (await olena.draft()).answers["scenario"].value == "detained_filtration"
    await olena.does("[Додати відомості]", "[3 Що сталося]")
    await walk(olena, "last_contact")
    await olena.says("зв'язку не було")
    assert (await olena.draft()).answers["last_contact"].value == "none"


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("не знаю", State.UNKNOWN),
        ("?", State.UNKNOWN),
        ("Пропустити", State.SKIPPED),
        ("пропустити.", State.SKIPPED),
    ],
)
async def test_not_knowing_and_passing_over_can_be_typed(olena, arrive, typed, state):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Додати відомості]", "[2 Дитина]", typed)
    draft = await olena.draft()
    assert (
        next(
            answer.state for at, answer in draft.answers.items() if at.endswith("alternate_names")
        )
        is state
    )


async def test_back_undoes_each_question_to_the_first(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM)
    seen = []
    for _ in range(12):
        await olena.taps("‹ Назад")
        seen.append(question(await olena.at()))
        if seen[-1] == "#tasks":
            break
    assert seen == ["scenario", "last_place", "born", "name", "relation", "#tasks"]


async def test_back_out_of_a_picker_is_the_level_above(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:5], "[Херсонська]")
    assert "Місто, село чи селище" in olena.last
    await olena.taps("‹ Назад")
    assert "Де дитина була востаннє?" in olena.last


async def test_a_picker_is_redrawn_in_place(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:5])
    before = len(olena.messages)
    await olena.does("[Інша область]", "[‹ Назад]", "[За кордоном]")
    assert len(olena.messages) == before


async def test_a_required_question_cannot_be_passed_over_but_may_be_unknown(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4])
    assert "Пропустити" not in olena.shown()
    await olena.taps("Не знаю")
    draft = await olena.draft()
    assert not [stop for stop in path.missing(REPORT, draft) if stop.entry.key == "born"]


async def test_the_date_that_was_typed_is_shown_as_it_was_read(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:5])
    assert olena.last.startswith("Записали: <b>27 березня 2017 р.</b>")


async def test_the_phone_is_shared_by_the_phones_own_button_which_then_goes(olena, arrive):
    await arrive(olena)
    await _to_phone(olena)
    assert olena.shown()[0] == "Поділитися моїм номером"
    await olena.shares("+380671234567")
    taken_away = [p for _, p in olena.calls if p.get("reply_markup") == {"remove_keyboard": True}]
    assert len(taken_away) == 1
    assert await olena.at() == "contact_hours"


async def _to_phone(olena: Person) -> None:
    await olena.does(*MINIMUM, "[Додати відомості]", "[1 Ви]")
    await walk(olena, "reporter_phone")


@pytest.mark.parametrize(
    ("button", "at"),
    [
        ("‹ Назад", "contact_pref"),
        ("Не знаю", "contact_hours"),
        ("Не хочу відповідати", "contact_hours"),
        ("Без телефону", "contact_hours"),
        ("Зупинитися", "@cutoff"),
    ],
)
async def test_the_phones_keyboard_sends_words_which_are_its_buttons(olena, arrive, button, at):
    await arrive(olena)
    await _to_phone(olena)
    assert button in olena.shown()
    await olena.says(button)
    assert await olena.at() == at
    assert not any(p.get("reply_markup", {}).get("keyboard") for _, p in olena.calls[-2:])


async def test_a_command_takes_the_phones_keyboard_away_too(olena, arrive):
    await arrive(olena)
    await _to_phone(olena)
    await olena.says("/start")
    assert any(p.get("reply_markup") == {"remove_keyboard": True} for _, p in olena.calls)


async def test_the_card_of_somebody_else_is_asked_about(olena, arrive):
    await arrive(olena)
    await _to_phone(olena)
    await olena.shares("+380509998877", owner=99)
    assert "номер іншої людини" in olena.last
    await olena.taps("Людина, якій довіряю")
    value = (await olena.draft()).answers["reporter_phone"].value
    assert (value["whose"], value["e164"]) == ("trusted", "+380509998877")


async def test_the_wrong_card_leads_back_to_the_number(olena, arrive):
    await arrive(olena)
    await _to_phone(olena)
    await olena.shares("+380509998877", owner=99)
    await olena.taps("Не та картка, введу свій")
    assert olena.shown()[0] == "Поділитися моїм номером"


@pytest.mark.parametrize(
    ("number", "words"),
    [("+79161234567", "оператора рф"), ("+375291234567", "оператора Білорусі")],
)
@pytest.mark.parametrize(
    ("button", "call"), [("Зберегти, не дзвонити", False), ("Зберегти, дзвонити можна", True)]
)
async def test_a_number_others_may_listen_to_is_kept_as_the_person_decides(
    olena, arrive, number, words, *, button, call
):
    await arrive(olena)
    await _to_phone(olena)
    await olena.says(number)
    assert words in olena.last
    await olena.taps(button)
    assert (await olena.draft()).answers["reporter_phone"].value["call"] is call


async def test_a_shared_card_where_no_phone_is_asked_is_asked_about(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    await olena.shares("+380671234567")
    assert "Куди додати?" in olena.last
