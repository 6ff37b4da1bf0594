"""Too many messages at once, too many reports in a day: calm, and nothing typed is lost."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from chat import kept
from floods import KEPT, NOTICE, SEND, limited, more_reports, notices, sent, tip
from situations import PHOTO, SITUATIONS, raw
from walk import MINIMUM

from cases import database
from cases.limits import MANY_NEW, RATE, REPORTS_A_DAY, URGENT_A_DAY
from flows.report import STORY

SECOND = timedelta(seconds=1)
CHILD = "Я — дитина, треба допомога"


async def calls_of(person, move):
    """What one move makes the bot send."""
    before = len(person.calls)
    await person.does(move)
    return person.calls[before:]


@pytest.fixture
async def paused(olena, arrive):
    """Olena, asked for the child's name, who has pressed too much."""
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    await tip(olena)
    return olena


@pytest.fixture
async def paused_at_home(olena, arrive):
    await arrive(olena)
    await tip(olena)
    return olena


async def test_the_one_too_many_is_told_so_once_and_then_there_is_silence(paused):
    read, before = paused.read, kept(await paused.known())
    for number in range(30):
        await paused.says(f"Слово {number}")
        await paused.says("/start")
        await paused.sends(sticker={
            "file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
            "is_animated": False, "is_video": False,
        })  # fmt: skip
    assert notices(paused) == 1
    assert paused.read == read
    assert kept(await paused.known()) == before


async def test_a_press_in_the_pause_does_nothing_and_says_why(paused):
    before = kept(await paused.known())
    await paused.taps("‹ Назад")
    assert kept(await paused.known()) == before
    assert NOTICE in paused.toasts[-1]
    assert notices(paused) == 1


async def test_the_same_button_works_after_half_a_minute(paused, clock):
    at = await paused.at()
    await paused.taps("‹ Назад")
    clock["now"] += RATE.pause
    await paused.taps("‹ Назад")
    assert await paused.at() != at
    assert notices(paused) == 1


async def test_who_goes_on_too_fast_is_told_again_after_the_pause(paused, clock):
    clock["now"] += RATE.pause
    await tip(paused)
    assert notices(paused) == 2


async def test_somebody_else_is_answered_meanwhile(paused, petro, arrive):
    await arrive(limited(petro))
    assert "Чим допомогти?" in petro.last


async def test_a_person_at_a_person_s_speed_never_meets_a_limit(olena, arrive, clock):
    limited(olena)
    await arrive(olena)
    for move in (*MINIMUM, f"[{SEND}]", f"[{SEND}]"):
        clock["now"] += SECOND
        await olena.does(move)
    assert "Ваш код" in olena.last
    assert notices(olena) == 0


# Nothing typed is lost


async def test_words_of_the_pause_are_no_answer_and_are_asked_about_afterwards(paused, clock):
    await paused.does("Ковальчук Софія", "Її повезли з класом")
    assert (await paused.draft()).answers.keys() == {"relation"}
    clock["now"] += RATE.pause
    await paused.does("Ковальчук Софія")
    assert "Куди додати?" in paused.last
    await paused.taps("До чернетки")
    draft = await paused.draft()
    assert draft.answers["free_text"].value == "Ковальчук Софія\nЇї повезли з класом"
    assert paused.says_somewhere("Записали так")


async def test_a_press_after_the_pause_does_its_work_before_the_words_are_asked_about(
    paused, clock
):
    at = await paused.at()
    await paused.does("Її повезли з класом")
    clock["now"] += RATE.pause
    await paused.taps("‹ Назад")
    assert "Куди додати?" in paused.last
    await paused.taps("Не зберігати")
    assert await paused.at() not in (at, "@stray")


async def test_the_message_that_was_too_much_is_kept_like_the_others(olena, arrive, clock):
    await arrive(limited(olena))
    for number in range(RATE.updates):
        await olena.says(f"Слово {number}")
    clock["now"] += RATE.pause
    await olena.taps("Нове звернення")
    told = (await olena.draft()).answers["free_text"].value.split()
    assert str(RATE.updates - 1) not in told
    await olena.taps("До чернетки")
    told = (await olena.draft()).answers["free_text"].value.split()
    assert {str(number) for number in range(RATE.updates)} <= set(told)


async def test_edited_words_are_kept_too(paused):
    await paused.edits(paused.last_said, "Виправлене слово")
    assert (await paused.known()).conversation.state["held"] == "Виправлене слово"


async def test_words_that_no_longer_fit_are_said_to_be_too_many(paused):
    for _ in range(STORY // 4_000):
        await paused.says("а" * 3_990)
    assert notices(paused) == 1
    before = (await paused.known()).conversation.state["held"]
    await paused.says("б" * 3_990)
    assert (await paused.known()).conversation.state["held"] == before
    assert "12 000" in paused.last.replace("\u00a0", " ") or "12000" in paused.last


async def test_nothing_is_kept_before_consent(olena):
    await olena.says("/start")
    await tip(olena)
    await olena.says("Її вивезли до табору")
    assert "вивезли" not in json.dumps(
        (await olena.known()).conversation.state, ensure_ascii=False
    )


async def test_a_pin_is_not_kept(paused_at_home, clock):
    clock["now"] += RATE.pause
    await paused_at_home.does("[Є новини про дитину]", "[Маю код]")
    assert await paused_at_home.at() == "@code"
    await tip(paused_at_home)
    await paused_at_home.says("1234-5678-9012")
    assert "held" not in (await paused_at_home.known()).conversation.state


async def test_words_are_not_asked_about_on_a_chat_that_was_just_cleared(paused, clock):
    await paused.does("Її повезли з класом")
    clock["now"] += RATE.pause
    await paused.does("/hide", "[Прибрати зараз]")
    assert paused.messages == {}
    await paused.says("/start")
    assert "Куди додати?" in paused.last


async def test_messages_of_the_pause_are_cleared_with_the_others(paused):
    await paused.says("Її повезли з класом")
    said = paused.last_said
    await paused.sends(photo=PHOTO)
    pictured = paused.last_said
    await paused.does("/hide")
    assert "Прибрати з цього чату все" in paused.last
    turn = await paused.known()
    ids = {row[0] for row in turn.conversation.state["heard"]}
    assert {said, pictured, paused.last_said} <= ids


# A person in danger


async def test_help_is_answered_in_the_pause(paused):
    await paused.says("/help")
    assert paused.says_somewhere("телефонуйте 102")


async def test_twice_in_a_second_is_answered_once(paused, clock):
    assert await calls_of(paused, "/help")
    assert not await calls_of(paused, "/help")
    clock["now"] += SECOND
    assert await calls_of(paused, "/help")


async def test_even_the_one_too_many_is_answered_when_it_asks_for_help(olena, arrive):
    await arrive(olena)
    limited(olena)
    for _ in range(RATE.updates - 6):
        await olena.presses("d1|0|0")
    while not notices(olena):
        before = len(olena.calls)
        await olena.says("/help")
    assert any("телефонуйте 102" in params.get("text", "") for _, params in olena.calls[before:])


async def test_the_phone_numbers_are_told_in_the_pause(paused_at_home):
    await paused_at_home.taps("Телефони")
    assert paused_at_home.says_somewhere("Куди можна звернутися інакше")


async def test_the_phone_numbers_are_told_to_who_types_for_them(paused_at_home):
    await paused_at_home.says("телефони")
    assert paused_at_home.says_somewhere("Куди можна звернутися інакше")


async def test_the_first_minute_goes_on_in_the_pause(olena, clock):
    await olena.says("/start")
    await tip(olena)
    for label in ("Українська", "Ні", "Телефони допомоги"):
        clock["now"] += SECOND
        await olena.taps(label)
    assert olena.says_somewhere("Куди можна звернутися інакше")


async def test_the_chat_can_be_cleared_in_the_pause(paused, clock):
    await paused.says("/hide")
    clock["now"] += SECOND
    await paused.taps("Прибрати зараз")
    assert paused.messages == {}


async def test_a_child_calls_for_help_through_the_whole_of_a_pause(paused_at_home, clock):
    child = paused_at_home
    await child.taps(CHILD)
    for _ in range(8):
        if await sent(child):
            break
        clock["now"] += SECOND
        (first, *_) = child.shown()
        await child.taps(first)
    assert await sent(child) == 1
    assert clock["now"] - await tipped_at(child) < RATE.pause


async def tipped_at(person):
    return datetime.fromtimestamp((await person.known()).conversation.pace.paused / 1000, UTC)


async def test_blocking_is_noted_in_the_pause(paused):
    await paused.raw(raw(SITUATIONS["UP-145"](paused)))
    assert (await paused.known()).conversation.blocked


# Counting


async def test_a_restart_in_the_middle_changes_nothing(paused, clock, database_url):
    async with await database.connect(database_url) as again:
        paused.door = replace(paused.door, database=again)
        assert not await calls_of(paused, "Слово")
        clock["now"] += RATE.pause - SECOND
        assert not await calls_of(paused, "Слово")
        clock["now"] += SECOND
        assert await calls_of(paused, "Слово")


async def test_a_restart_before_the_limit_forgets_no_message(olena, arrive, database_url):
    await arrive(limited(olena))
    for _ in range(RATE.updates):
        async with await database.connect(database_url) as again:
            olena.door = replace(olena.door, database=again)
            await olena.presses("d1|0|0")
    assert notices(olena) == 1


async def test_i_do_not_agree_does_not_begin_the_count_anew(olena):
    limited(olena)
    for _ in range(4):
        await olena.does("/start", "[Українська]", "[Так, безпечно]", "[За кордоном]")
        if olena.button("Не погоджуюся"):
            await olena.taps("Не погоджуюся")
    await olena.presses("d1|0|0")
    assert notices(olena) == 1


async def test_the_pictures_of_three_albums_are_no_flood(olena, arrive):
    await arrive(limited(olena))
    for number in range(30):
        await olena.sends(photo=PHOTO, media_group_id=f"album {number // 10}")
    assert notices(olena) == 0


async def test_pictures_are_taken_in_the_pause_under_one_counter(paused, door):
    for number in range(5):
        await paused.sends(photo=picture(number), caption="Софія")
    assert await door.database.fetchval("SELECT count(*) FROM attachment") == 5
    counters = [params for _, params in paused.calls if "файлів: 5" in params.get("text", "")]
    assert len(counters) == 1
    assert "held" not in (await paused.known()).conversation.state


async def test_why_a_picture_is_not_taken_is_said_once_a_second(paused_at_home, clock):
    before = len(paused_at_home.calls)
    for number in range(5):
        await paused_at_home.sends(photo=picture(number))
    assert len(paused_at_home.calls) == before + 1
    clock["now"] += SECOND
    await paused_at_home.sends(photo=PHOTO)
    assert len(paused_at_home.calls) == before + 2


def picture(number):
    return [{**PHOTO[0], "file_id": f"f{number}", "file_unique_id": f"u{number}"}]


async def test_what_cannot_be_taken_in_is_kept_each_time_and_said_until_the_limit(olena, arrive):
    await arrive(limited(olena))
    for _ in range(30):
        assert await olena.raw(raw(SITUATIONS["UP-080"](olena))) == "quarantined"
    assert await olena.door.database.fetchval("SELECT count(*) FROM quarantine") == 30
    assert notices(olena) == 1
    told = [params for _, params in olena.calls if "не вдалося прийняти" in params.get("text", "")]
    assert len(told) <= RATE.updates


# Reports a day


@pytest.fixture
async def full(olena, arrive):
    """Olena, who has sent as many reports as a day allows, at home."""
    await arrive(olena)
    await olena.does(*MINIMUM, f"[{SEND}]", f"[{SEND}]", "[На початок]")
    await more_reports(olena, REPORTS_A_DAY - 1)
    return olena


async def test_the_sixth_report_of_a_day_waits_as_a_draft_beside_the_phone_numbers(full):
    await full.does(*MINIMUM, f"[{SEND}]", f"[{SEND}]")
    assert await sent(full) == REPORTS_A_DAY
    assert full.says_somewhere(KEPT)
    assert full.says_somewhere("Куди можна звернутися інакше")
    assert "Кому ще можна" in full.last
    assert (await full.draft()).answers["scenario"].value == "camp_not_returned"


async def test_the_sixth_report_is_sent_the_next_day(full, clock):
    await full.does(*MINIMUM, f"[{SEND}]", f"[{SEND}]")
    clock["now"] += timedelta(hours=24)
    await full.taps(SEND)
    assert await sent(full) == REPORTS_A_DAY + 1
    assert "Ваш код" in full.last


async def test_somebody_else_sends_a_report_meanwhile(full, petro, arrive):
    await arrive(petro)
    await petro.does(*MINIMUM, f"[{SEND}]", f"[{SEND}]")
    assert await sent(petro) == REPORTS_A_DAY + 1


async def calls_for_help(person):
    await person.taps(CHILD)
    for _ in range(8):
        if await person.at() == "@receipt" or person.says_somewhere(KEPT):
            return
        (first, *_) = person.shown()
        await person.taps(first)


async def test_a_child_s_call_is_sent_however_many_reports_there_were(full):
    await calls_for_help(full)
    assert await full.at() == "@receipt"
    assert await sent(full) == REPORTS_A_DAY + 1


async def test_calls_for_help_without_end_are_kept_as_drafts_too(full):
    await more_reports(full, URGENT_A_DAY - REPORTS_A_DAY)
    await calls_for_help(full)
    assert full.says_somewhere(KEPT)
    assert full.says_somewhere("Куди можна звернутися інакше")
    assert await sent(full) == URGENT_A_DAY


async def test_news_of_a_case_is_no_report_and_is_always_taken(full, door):
    code = await door.database.fetchval("SELECT code FROM cases WHERE length(code) = 9")
    await full.does("[Є новини про дитину]", f"[{code}]", "[Готуємо повернення]")
    assert full.says_somewhere(f"Додано до звернення {code}")


# Very many new chats


async def test_in_a_crowd_the_conversation_goes_on_without_tidying_up(olena, arrive, door):
    await arrive(olena)
    await door.database.execute(
        "INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale)"
        " SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'family', '', 0, 1, 'uk'"
        " FROM generate_series(1, $1) n",
        MANY_NEW,
    )
    before = len(olena.calls)
    await olena.does(*MINIMUM, f"[{SEND}]", f"[{SEND}]")
    assert "Ваш код" in olena.last
    methods = [method for method, _ in olena.calls[before:]]
    assert "editMessageReplyMarkup" not in methods
    assert methods.count("editMessageText") <= 1  # a picker's next page stands where it stood
