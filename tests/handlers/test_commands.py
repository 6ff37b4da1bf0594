"""Commands and deep links, from wherever a person is."""

import pytest


async def test_start_after_arriving_is_home(olena, arrive):
    await arrive(olena)
    await olena.says("/start")
    assert await olena.at() == "@home"


async def test_start_r_opens_a_report(olena, arrive):
    await arrive(olena)
    await olena.says("/start r")
    assert await olena.at() == "relation"


async def test_start_r_of_a_stranger_asks_the_first_questions(olena):
    await olena.says("/start r")
    assert await olena.at() == "@arrival"


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "A" * 64, "inv_", "q_zzz", "src_x", "' OR 1=1 --"]
)
async def test_a_deep_link_nobody_knows_is_a_plain_start(olena, arrive, payload):
    await arrive(olena)
    assert await olena.says(f"/start {payload}") == "committed"
    assert "Чим допомогти?" in olena.last
    assert not olena.says_somewhere(payload)


async def test_start_with_a_draft_offers_to_go_on(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "/start")
    assert "Ви зупинилися на розділі «Дитина»" in olena.last
    assert olena.shown() == ["Продовжити", "Почати спочатку", "Видалити чернетку"]


async def test_report_opens_a_report(olena, arrive):
    await arrive(olena)
    await olena.says("/report")
    assert await olena.at() == "relation"


async def test_report_with_a_draft_does_not_throw_it_away(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "/report", "[Продовжити]")
    assert (await olena.at()).endswith("/name")
    assert (await olena.draft()).answers["relation"].value == "mother"


@pytest.mark.parametrize(
    ("command", "screen"), [("/update", "До якого звернення"), ("/mine", "Ваші звернення")]
)
async def test_commands_lead_to_what_was_sent(olena, arrive, command, screen):
    await arrive(olena)
    await olena.says(command)
    assert screen in olena.last


@pytest.mark.parametrize(
    ("command", "words"), [("/help", "Що вміє цей бот"), ("/privacy", "Ваші права")]
)
async def test_help_and_privacy_leave_the_question_open(olena, arrive, command, words):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", command)
    assert olena.says_somewhere(words)
    assert "Ким Ви є дитині?" in olena.last
    await olena.taps("Мати")
    assert (await olena.at()).endswith("/name")


@pytest.mark.parametrize("command", ["/help", "/privacy"])
async def test_help_and_privacy_are_told_before_any_consent(olena, command):
    assert await olena.says(command) == "committed"
    assert len(olena.messages) == 1


async def test_language_in_the_middle_of_a_report_asks_the_same_in_the_new_one(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "/language", "[English]")
    assert "Who are you to the child?" in olena.last
    await olena.taps("Mother")
    assert "surname, first name" in olena.last


async def test_hide_clears_both_sides_and_leaves_nothing(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "Ковальчук Софія", "/hide")
    assert "Прибрати з цього чату все" in olena.last
    await olena.taps("Прибрати зараз")
    assert olena.messages == {}
    method, params = olena.calls[-1]
    assert method == "deleteMessages"
    assert params["and_own"] is True
    assert olena.last_said in params["message_ids"]


async def test_hide_keeps_the_answers(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "/hide", "[Прибрати зараз]", "/start")
    assert "Ви зупинилися" in olena.last
    assert (await olena.draft()).answers["relation"].value == "mother"


async def test_no_on_the_hide_screen_goes_back_to_the_question(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "/hide", "[Ні]")
    assert "Ким Ви є дитині?" in olena.last


async def test_hide_before_the_first_question_leads_to_it_and_not_past_it(olena):
    await olena.does("/hide", "[Ні]")
    assert await olena.at() == "@arrival"
    assert "Якою мовою" in olena.last


async def test_a_second_tap_on_hide_brings_nothing_back(olena, arrive):
    await arrive(olena)
    await olena.says("/hide")
    message_id, button = olena.button("Прибрати зараз")
    await olena.taps("Прибрати зараз")
    await olena.presses(button["callback_data"], message_id)
    assert olena.messages == {}
    assert await olena.at() == "@away"


@pytest.mark.parametrize("command", ["/cancel"])
async def test_stop_in_a_report_says_that_everything_is_saved(olena, arrive, command):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", command)
    assert olena.says_somewhere(f"Чернетка чекає до {olena.draft_waits_until()}")
    assert "Якщо зв’язок обірветься" in olena.last


@pytest.mark.parametrize("command", ["/cancel"])
async def test_stop_without_a_draft_is_home(olena, arrive, command):
    await arrive(olena)
    await olena.says(command)
    assert "Чим допомогти?" in olena.last


async def test_stop_at_a_side_question_stops_the_report(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "/language", "/cancel")
    assert olena.says_somewhere("Чернетка чекає")


@pytest.mark.parametrize("command", ["/admin", "/queue", "/xyz", "/start_", "/сиріт"])
async def test_a_command_nobody_knows_gets_no_reply(olena, arrive, command):
    await arrive(olena)
    before = len(olena.messages)
    if command == "/сиріт":  # no command for Telegram: words
        await olena.says(command)
        assert "Куди додати?" in olena.last
        return
    await olena.says(command)
    assert len(olena.messages) == before


async def test_a_command_may_name_the_bot(olena, arrive):
    await arrive(olena)
    await olena.says("/report@dodomu_bot")
    assert await olena.at() == "relation"
