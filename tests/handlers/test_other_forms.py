"""News of a child, a sighting, a whole group, and a child who asks for help itself."""

import re

import pytest
from chat import STAFF_BOT, STAFF_CHAT
from stored import answers_of, open_cases, open_objects
from walk import MINIMUM

from cases.outbox import row_name

CODE = re.compile(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>")
LEAVES = {"‹ Назад", "Зупинитися"}


@pytest.fixture
async def sent(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    olena.code = CODE.search(olena.last)[1]
    await olena.taps("На початок")
    return olena


async def passing(person, until, most=25):
    """Pass over whatever else is asked until the screen says `until`."""
    for _ in range(most):
        if until in person.last:
            return
        label = next(
            one
            for one in (
                "Готово",
                "Пропустити",
                "Не хочу відповідати",
                "Не знаю",
                "Досить",
                *person.shown(),
            )
            if one in person.shown() and one not in LEAVES
        )
        await person.taps(label)
    raise AssertionError(f"never {until!r}: {person.last!r}")


async def test_news_joins_the_case_claimed_and_not_confirmed(sent, door, keyset):
    await sent.does("[Є новини про дитину]", f"[{sent.code}]", "[Знайшли місце]")
    await sent.says("вчора")
    await passing(sent, "Чим допомогти")
    assert sent.says_somewhere(f"Додано до звернення {sent.code}")
    assert sent.says_somewhere("Прокурор перевірить і підтвердить")
    row = await door.database.fetchrow("SELECT claimed, status, objects FROM cases")
    assert (row["claimed"], row["status"]) == ("located", "received")
    (told,) = await open_objects(door, keyset, "news")
    assert answers_of(told)[1]["answer"] == "Знайшли місце"
    kinds = await door.database.fetch("SELECT kind, claimed FROM case_update")
    assert [tuple(one) for one in kinds] == [("news", "located")]


@pytest.mark.parametrize("label", ["Готуємо повернення", "Дитина в дорозі"])
async def test_nothing_is_asked_or_taken_while_a_return_is_prepared(sent, door, keyset, label):
    await sent.does("[Є новини про дитину]", f"[{sent.code}]", f"[{label}]")
    assert sent.says_somewhere(f"Додано до звернення {sent.code}")
    assert "Чим допомогти" in sent.last
    (told,) = await open_objects(door, keyset, "news")
    assert {row["address"] for row in answers_of(told)} == {"code", "status"}


async def test_there_is_no_button_for_a_death(sent):
    await sent.does("[Є новини про дитину]", f"[{sent.code}]")
    assert not [one for one in sent.shown() if re.search("помер|загин|смерт", one.lower())]


async def test_several_news_keep_the_whole_timeline(sent, door):
    for label in ("Готуємо повернення", "Дитина в дорозі"):
        await sent.does("[Є новини про дитину]", f"[{sent.code}]", f"[{label}]")
    rows = await door.database.fetch("SELECT claimed, sequence FROM case_update ORDER BY sequence")
    assert [row["claimed"] for row in rows] == ["return_in_preparation", "in_transit"]


async def test_news_without_a_code_goes_to_a_person_and_shows_nothing(sent, petro, arrive, door):
    await arrive(petro)
    await petro.does("[Є новини про дитину]", "[Коду немає]")
    await petro.does("Ковальчук Софія Андріївна", "[Так]")
    await passing(petro, "Що змінилося")
    await petro.taps("Дитина в дорозі")
    assert "Ваш код" in petro.last
    assert not petro.says_somewhere(sent.code)
    kinds = await door.database.fetch("SELECT kind FROM cases ORDER BY received_at, kind")
    assert sorted(row["kind"] for row in kinds) == ["news", "report"]
    assert await door.database.fetchval("SELECT count(*) FROM case_update") == 0


async def test_danger_told_as_news_rings_urgently(sent, door):
    await sent.does("[Є новини про дитину]", f"[{sent.code}]", "[Знайшли місце]")
    await sent.says("вчора")
    await passing(sent, "Як почувається дитина")
    danger = next(one for one in sent.shown() if "небезпе" in one.lower())
    await sent.taps(danger)
    await passing(sent, "Чим допомогти")
    bells = await bell_texts(door)
    assert "невідкладне" in bells[-1]


async def bell_texts(door):
    ref = door.vault.chat_ref(STAFF_BOT, STAFF_CHAT)
    rows = await door.database.fetch("SELECT sealed FROM outbox WHERE bot = 'staff' ORDER BY id")
    return [door.vault.open(row["sealed"], row_name(ref))["params"]["text"] for row in rows]


async def test_a_child_gets_help_in_five_taps_and_quietly(olena, arrive, door, keyset):
    await arrive(olena)
    before = len(olena.toasts)
    await olena.does("[Я — дитина, треба допомога]", "[Ні]", "[Ні]", "[Хочу додому]")
    await olena.does("[Тут, непомітно]", "[Ні, цього досить]")
    assert "Дорослі, які вміють допомагати" in olena.last
    assert len(olena.toasts) - before - 1 == 5
    turn = await olena.known()
    assert turn.conversation.quiet
    row = await door.database.fetchrow("SELECT kind, level FROM cases")
    assert tuple(row) == ("child", "critical")
    assert not olena.says_somewhere("PIN")
    assert olena.shown() == ["Телефони допомоги", "Прибрати цей чат"]


async def test_somebody_under_18_is_led_to_the_childs_way(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Сестра, брат, інші рідні]")
    await olena.does("Ковальчук Софія", "[Так]", "2017", "[Херсонська]", "Генічеськ")
    await olena.does("[Не повернули з табору]", "[Додати відомості]", "[1 Ви]")
    await olena.does("[Сестра або брат]", "[Ні]")
    assert "цей телефон" in olena.last


async def test_who_works_with_an_institution_may_tell_of_the_whole_group(
    olena, arrive, door, keyset
):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Працюю із закладом]")
    assert olena.shown() == ["Про одну дитину", "Про групу або весь заклад"]
    await olena.taps("Про групу")
    await passing_group(olena)
    assert "Ваш код" in olena.last
    (case,) = await open_cases(door, keyset)
    assert case["flow"] == "collective"


async def passing_group(person):
    """The shortest report about a group."""
    for _ in range(20):
        shown = person.shown()
        if "Надіслати прокурорам" in shown:
            await person.taps("Надіслати прокурорам")
        elif "Ваш код" in person.last:
            return
        elif "Не знаю" in shown:
            await person.taps("Не знаю")
        else:
            await person.taps(next(one for one in shown if one not in LEAVES))


async def test_or_of_one_child_and_nothing_is_lost(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Працюю із закладом]", "[Про одну дитину]")
    assert "Прізвище, ім’я" in olena.last
    draft = await olena.draft()
    assert draft.answers["relation"].value == "staff"


async def test_a_sighting_is_a_case_of_its_own(olena, arrive, door, keyset):
    await arrive(olena)
    await olena.taps("Бачили дитину, маю дані")
    await passing_group(olena)
    assert "Ваш код" in olena.last
    (case,) = await open_cases(door, keyset)
    assert case["flow"] == "sighting"


async def test_back_from_the_first_question_of_a_short_form_is_home(olena, arrive):
    await arrive(olena)
    await olena.does("[Я — дитина, треба допомога]", "[‹ Назад]")
    assert "Чим допомогти" in olena.last
    assert (await olena.known()).drafts == {}


async def test_a_short_form_survives_stopping(olena, arrive):
    await arrive(olena)
    await olena.does("[Я — дитина, треба допомога]", "[Ні]", "[Зупинитися]", "/start")
    await olena.taps("Продовжити")
    assert "Чи ти зараз у безпеці" in olena.last


async def test_a_child_who_stops_after_the_three_first_answers_is_heard(olena, arrive, door):
    await arrive(olena)
    await olena.does(
        "[Я — дитина, треба допомога]", "[Ні]", "[Ні]", "[Хочу додому]", "[Зупинитися]"
    )
    assert await door.database.fetchval("SELECT level FROM cases") == "critical"
    assert "Дорослі, які вміють допомагати" in olena.last


async def test_a_child_who_never_comes_back_is_heard_too(olena, arrive):
    await arrive(olena)
    await olena.does("[Я — дитина, треба допомога]", "[Ні]", "[Ні]")
    assert (await olena.known()).drafts["child"].pass_on is None
    await olena.taps("Хочу додому")
    assert (await olena.known()).drafts["child"].pass_on is True


async def test_words_of_caution_come_while_a_return_is_prepared(sent):
    await sent.does("[Є новини про дитину]", f"[{sent.code}]", "[Готуємо повернення]")
    assert sent.says_somewhere("Не пишіть маршрут")


async def test_a_witness_in_danger_is_treated_quietly(olena, arrive):
    await arrive(olena)
    await olena.does("[Бачили дитину, маю дані]")
    for _ in range(12):
        if "Перевірте перед" in olena.last:
            break
        shown = olena.shown()
        await olena.taps("Не знаю" if "Не знаю" in shown else shown[0])
    await olena.taps("Додати відомості")
    row = next(one for one in olena.shown() if one.startswith("5 "))
    await olena.taps(row)
    for _ in range(6):
        risk = next(
            (one for one in olena.shown() if "окупац" in one.lower() or "Окупован" in one), None
        )
        if risk:
            await olena.taps(risk)
            break
        await olena.taps(olena.shown()[0])
    assert (await olena.known()).conversation.quiet


async def test_stray_words_in_a_sighting_are_sealed_with_it(olena, arrive, door, keyset):
    await arrive(olena)
    await olena.taps("Бачили дитину, маю дані")
    await olena.says(
        "Я бачив її біля школи в Мелітополі, вона йшла з іншими дітьми та жінкою у формі"
    )
    assert "Не бачу, до чого це" in olena.last
    await olena.taps("До чернетки")
    await passing_group(olena)
    (case,) = await open_cases(door, keyset)
    told = {row["address"]: row["answer"] for row in answers_of(case)}
    assert "біля школи" in told["what"]
