"""Language, safety, where you are, who reads this, home: before a word about any child."""

import pytest


async def test_the_language_of_the_phone_comes_first(olena):
    olena.language = "ru"
    await olena.says("/start")
    assert olena.labels() == [
        "Русский",
        "Українська",
        "English",
        "Polski",
        "Deutsch",
        "Інша / Other",
    ]


async def test_another_language_is_told_which_ones_there_are(olena):
    await olena.says("/start")
    await olena.taps("Інша / Other")
    assert olena.says_somewhere("п’ятьма мовами")
    assert "Українська" in olena.labels()


async def test_the_answer_by_button_stays_as_a_line_of_the_transcript(olena):
    await olena.says("/start")
    await olena.taps("Українська")
    assert olena.says_somewhere("Мова — <b>Українська</b>")


async def test_a_safe_person_is_asked_where_they_are(olena):
    await olena.does("/start", "[Українська]", "[Так, безпечно]")
    assert "Де Ви зараз?" in olena.last
    assert not (await olena.known()).conversation.quiet


@pytest.mark.parametrize("answer", ["Не знаю", "Ні"])
async def test_who_is_not_safe_sees_three_ways_and_is_never_written_to_first(olena, answer):
    await olena.does("/start", "[Українська]", f"[{answer}]")
    assert olena.shown() == ["Продовжити коротко", "Телефони допомоги", "Прибрати цей чат"]
    assert (await olena.known()).conversation.quiet


async def test_phones_on_the_unsafe_screen_leave_the_choice_open(olena):
    await olena.does("/start", "[Українська]", "[Ні]", "[Телефони допомоги]")
    assert olena.says_somewhere("116 111")
    assert "Продовжити коротко" in olena.shown()


async def test_clearing_the_chat_on_the_unsafe_screen_ends_without_a_message(olena):
    await olena.does("/start", "[Українська]", "[Ні]", "[Прибрати цей чат]", "[Прибрати зараз]")
    assert olena.messages == {}


async def test_after_clearing_before_any_consent_the_first_question_comes_again(olena):
    await olena.does("/start", "[Українська]", "[Ні]", "[Прибрати цей чат]", "[Прибрати зараз]")
    await olena.says("Повідомити про дитину")
    assert await olena.at() == "@arrival"
    assert await olena.draft() is None


@pytest.mark.parametrize("area", ["Україна, підконтрольна", "За кордоном", "Не хочу казати"])
async def test_three_places_leave_the_bot_as_it_is(olena, area):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", f"[{area}]")
    assert "Хто це прочитає" in olena.last
    assert not (await olena.known()).conversation.quiet


async def test_the_occupied_place_turns_quiet_mode_on_and_says_so(olena):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[Окупована територія]")
    assert olena.says_somewhere("тихий режим")
    assert (await olena.known()).conversation.quiet


async def test_more_about_who_reads_this_asks_again(olena):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]", "[Докладніше]")
    assert olena.says_somewhere("Ваші права")
    assert olena.shown() == ["Зрозуміло, погоджуюся", "Докладніше", "Не погоджуюся"]


async def test_who_refuses_is_told_other_ways_and_nothing_of_them_is_kept(olena, door):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]")
    await olena.taps("Не погоджуюся")
    assert olena.says_somewhere("Ми нічого не зберегли")
    assert "Куди можна звернутися інакше" in olena.last
    assert (await olena.known()).conversation.state == {}
    assert await door.database.fetchval("SELECT count(*) FROM draft") == 0
    assert olena.labels() == []


async def test_who_refused_may_begin_anew(olena, arrive):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]")
    await olena.taps("Не погоджуюся")
    await arrive(olena)
    assert await olena.at() == "@home"


async def test_an_old_button_after_a_refusal_begins_anew(olena):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]")
    await olena.taps("Не погоджуюся")
    await olena.presses("d1|1|0")
    assert await olena.at() == "@arrival"
    assert "Українська" in olena.labels()


async def test_what_was_agreed_to_is_remembered_word_for_word(olena, arrive):
    await arrive(olena)
    settled = (await olena.known()).conversation.state["settled"]
    assert settled["consent"]["version"] == 1
    assert "Хто це прочитає" in settled["consent"]["text"]


async def test_before_agreeing_words_are_no_answer_and_are_not_kept(olena):
    await olena.does("/start", "[Українська]", "Мою доньку вивезли")
    assert olena.says_somewhere("Оберіть кнопку")
    assert "Чи безпечно" in olena.last
    assert "вивезли" not in str((await olena.known()).conversation.state)


async def test_the_words_of_a_button_press_it_before_agreeing_too(olena):
    await olena.does("/start", "українська", "так, безпечно", "За кордоном")
    assert "Хто це прочитає" in olena.last


async def test_who_writes_without_start_is_asked_the_language(olena):
    await olena.says("Доброго дня")
    assert "Якою мовою" in olena.last


async def test_home_offers_seven_things(olena, arrive):
    await arrive(olena)
    assert olena.shown() == [
        "Повідомити про дитину",
        "Є новини про дитину",
        "Бачили дитину, маю дані",
        "Мої звернення",
        "Я — дитина, треба допомога",
        "Телефони",
        "Мова",
    ]


@pytest.mark.parametrize(
    ("row", "screen"),
    [
        ("Є новини про дитину", "До якого звернення"),
        ("Бачили дитину, маю дані", ""),
        ("Мої звернення", "Ваші звернення"),
        ("Я — дитина, треба допомога", ""),
    ],
)
async def test_every_row_of_home_leads_somewhere_else(olena, arrive, row, screen):
    await arrive(olena)
    await olena.taps(row)
    assert screen in olena.last
    assert "Чим допомогти" not in olena.last


async def test_the_words_of_a_row_of_home_open_it(olena, arrive):
    await arrive(olena)
    await olena.says("повідомити про дитину")
    assert await olena.at() == "relation"


async def test_phones_are_those_that_work_where_the_person_is(olena, arrive):
    await arrive(olena)
    await olena.taps("Телефони")
    assert olena.says_somewhere("екстрена допомога в країнах ЄС")
    assert await olena.at() == "@home"


async def test_a_waiting_draft_stands_first_on_home_with_its_section(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "Ковальчук Софія", "[Так]")
    await olena.does("[Зупинитися]", "[Ні, не передавайте]")
    await olena.presses("d1|1|0")
    assert olena.shown()[0] == "Продовжити: Дитина"


async def test_everything_up_to_home_is_said_in_english(olena):
    olena.language = "en"
    await olena.says("/start")
    assert olena.shown()[0] == "English"
    await olena.does("[English]")
    assert "Is it safe for you to write here now?" in olena.last
    await olena.does("[No]")
    assert olena.shown()[0] == "Continue, keep it short"
    await olena.does("[Continue, keep it short]", "[Abroad]")
    assert "Who will read this" in olena.last
    await olena.taps("I understand and agree")
    assert "How can we help?" in olena.last


async def test_a_double_tap_on_refusing_brings_nothing_new(olena):
    await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]")
    message_id, button = olena.button("Не погоджуюся")
    await olena.taps("Не погоджуюся")
    before = len(olena.messages)
    await olena.presses(button["callback_data"], message_id)
    assert len(olena.messages) == before
