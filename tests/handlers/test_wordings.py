"""What is said when an answer does not fit: reached through the chat, each in words of its own."""

import pytest
from walk import MINIMUM, walk

NAME, BORN, PLACE = MINIMUM[:2], MINIMUM[:4], MINIMUM[:5]


async def to(person, arrive, *moves: str, until: str = "") -> None:
    await arrive(person)
    await person.does(*moves)
    if until:
        await walk(person, until)


#: (the way there, the question, what is typed, how the reply begins)
REPLIES = {
    "choose": ((MINIMUM[0],), "", "якось так", "Оберіть кнопку"),
    "date": (BORN, "", "не скажу", "Напишіть день, місяць і рік числами"),
    "date_days": (BORN, "", "31 02 2020", "У лютому 2020 року 29 днів"),
    "date_month": (BORN, "", "2017-13-01", "Місяця 13 немає"),
    "date_future": (BORN, "", "27 3 2027", "Ця дата ще не настала"),
    "date_adult": (BORN, "", "27 3 2005", "<b>За цією датою (27 березня 2005 р.) дитині зараз 21"),
    "date_short_year": (BORN, "", "27 3 17", "27 березня 2017 р. — так?"),
    "name_digits": (NAME, "", "Ковальчук 7", "В імені є цифри"),
    "name_letters": (NAME, "", "!!!", "Напишіть ім’я літерами"),
    "name_several": (NAME, "", "Ковальчук Софія та Ковальчук Іван", "Напишіть ім’я однієї дитини"),
    "empty": (NAME, "", "\u200b", "Тут потрібне хоча б одне слово"),
    "phone_short": ((*MINIMUM, "[Додати відомості]", "[1 Ви]"), "reporter_phone", "067 123", "У номері замало цифр"),
    "phone_long": (
        (*MINIMUM, "[Додати відомості]", "[1 Ви]"), "reporter_phone", "067 123 45 67 89 01 23",
        "У номері забагато цифр",
    ),
    "phone_letters": (
        (*MINIMUM, "[Додати відомості]", "[1 Ви]"), "reporter_phone", "мій старий", "Напишіть номер цифрами",
    ),
    "phone_service": (
        (*MINIMUM, "[Додати відомості]", "[1 Ви]"), "reporter_phone", "0 800 500 202", "Це службовий номер",
    ),
    "too_long": (
        (*MINIMUM, "[Додати відомості]", "[1 Ви]"), "contact_unsafe", "а" * 400, "Це 400 знаків, а вміщується 300",
    ),
    "place_unknown": ((*PLACE, "[Херсонська]"), "", "Ввцфйбщ", "«Ввцфйбщ» немає в переліку"),
    "place_country": (
        (*MINIMUM, "[Додати відомості]", "[4 Де"), "current_place", "Ввцфйбщ", "Оберіть спершу країну",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", REPLIES)
async def test_a_reply_says_what_would_help(olena, arrive, code):
    way, until, typed, words = REPLIES[code]
    await to(olena, arrive, *way, until=until)
    await olena.says(typed)
    told = olena.last.replace("<b>", "")
    assert told.startswith(words.replace("<b>", "")), told


def test_no_two_causes_are_told_in_the_same_words():
    words = [reply for _, _, _, reply in REPLIES.values()]
    assert len(set(words)) == len(words)


async def test_the_question_keeps_its_buttons_under_a_reply(olena, arrive):
    await to(olena, arrive, MINIMUM[0])
    await olena.does("якось так", "[Мати]")
    assert (await olena.draft()).answers["relation"].value == "mother"


async def test_done_without_a_tick_says_so_over_the_button(olena, arrive):
    await to(olena, arrive, *MINIMUM, "[Додати відомості]", "[2 Дитина]", until="")
    await walk(olena, f"{(await olena.at()).rpartition('/')[0]}/languages")
    await olena.taps("Далі")
    assert olena.toasts[-1] == "Оберіть хоча б одну відповідь, потім «Далі»"


async def test_eight_places_are_the_most_of_one_way(olena, arrive):
    await to(olena, arrive, *MINIMUM, "[Додати відомості]", "[3 Що сталося]", until="route")
    stop = ("[Зупинка дорогою]", "[рф]", "[Знаю лише країну]", "[2022]", "[Знаю лише рік]")
    for _ in range(8):
        await olena.does("[Додати пункт]", *stop)
    assert "Додати пункт" not in olena.shown()


async def test_what_is_refused_twice_may_be_kept_as_it_is(olena, arrive):
    await to(olena, arrive, *BORN, "якось узимку", "десь там", "та не пам’ятаю вже")
    assert "Залишити так, як написано" in olena.last
    await olena.taps("Залишити")
    draft = await olena.draft()
    (held,) = [answer for at, answer in draft.answers.items() if at.endswith("/born")]
    assert held.value == {"text": "та не пам’ятаю вже"}
    assert held.flags == ("unparsed",)


async def test_digits_in_a_name_are_kept_if_that_is_how_it_is_written(olena, arrive):
    await to(olena, arrive, *NAME, "Ковальчук 7", "[Залишити]")
    assert (await olena.at()).endswith("/born")


async def test_a_name_the_other_way_round_is_turned(olena, arrive):
    await to(olena, arrive, *NAME, "Софія Ковальчук")
    before = olena.last
    await olena.taps("Прізвище та ім’я навпаки")
    assert olena.last != before
    assert "Записали так" in olena.last


async def test_a_name_told_in_parts(olena, arrive):
    await to(
        olena,
        arrive,
        *NAME,
        "Софія",
        "[Вказати окремо]",
        "Ковальчук",
        "Софія",
        "[Немає або не знаю]",
    )
    assert "Прізвище: Ковальчук. Ім’я: Софія. По батькові: не вказано" in olena.last


@pytest.mark.parametrize(
    ("language", "buttons", "typed", "words"),
    [
        ("en", ("[English]", "[Yes, it is safe]", "[Abroad]", "[I understand and agree]", "[Report a child]"), "somehow", "Choose a button"),
        ("ru", ("[Русский]", "[Да, безопасно]", "[За границей]", "[Понятно, соглашаюсь]"), "как-то так", "Выберите кнопку"),
    ],
)  # fmt: skip
async def test_replies_speak_the_language_of_the_chat(olena, language, buttons, typed, words):
    olena.language = language
    await olena.does("/start", *buttons)
    if language == "ru":
        await olena.does("/report")
    await olena.says(typed)
    assert olena.last.startswith(words)


async def test_something_urgent_is_thanked_for_and_marked(olena, arrive):
    await to(olena, arrive, *MINIMUM, "[Додати відомості]", "[4 Де", until="urgent")
    await olena.does("[Хочуть перевезти]", "[Далі]")
    assert olena.says_somewhere("Позначили як невідкладне")


async def test_nothing_urgent_is_not_made_urgent(olena, arrive):
    await to(olena, arrive, *MINIMUM, "[Додати відомості]", "[4 Де", until="urgent")
    await olena.does("[Нічого з цього]", "[Далі]")
    assert not olena.says_somewhere("Позначили як невідкладне")
