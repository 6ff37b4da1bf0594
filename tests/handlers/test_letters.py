"""A prosecutor asks: the push says nothing, the answer is sealed, the case goes on where it was."""

from datetime import timedelta

import pytest
from prosecuting import delivered
from stored import open_objects
from walk import MINIMUM

from cases import asking
from cases.asking import MayNotWrite
from cases.messages import Letter
from handlers.letters import token
from vault import box
from vault.box import Box, BoxRefused


@pytest.fixture
async def asked(sent, door, clock, write):
    """Olena, who has been told that there is a question."""
    sent.letter = await write()
    assert await delivered(door, clock) == 1
    await sent.look()
    return sent


async def test_the_push_says_that_there_is_a_question_and_nothing_else(asked, door, clock):
    assert asked.last == "Є запитання до Вашого звернення."
    assert asked.shown() == ["Відкрити"]
    assert await delivered(door, clock) == 0


async def test_while_a_question_waits_the_case_says_so_and_its_term_stands_still(
    asked, door, clock
):
    row = await door.database.fetchrow("SELECT status, resumes, paused_at FROM cases")
    assert (row["status"], row["resumes"]) == ("needs_info", "received")
    assert row["paused_at"] == clock["now"]
    await asked.taps("На початок") if asked.button("На початок") else None
    await asked.says("/mine")
    assert asked.shown()[0] == f"{asked.code} — є запитання"


async def test_the_questions_come_one_by_one_with_their_own_buttons(asked):
    await asked.taps("Відкрити")
    assert asked.says_somewhere("Прокурор просить уточнити: 3 запитання")
    assert asked.says_somewhere("Чи були в неї окуляри?")
    assert "Ваша відповідь" in asked.last
    await asked.says("Так, сині")
    assert "Коли народилася дитина" in asked.last
    await asked.says("27 3 2016")
    assert "прикмети" in asked.last


async def test_the_answer_is_sealed_to_the_case_with_what_was_asked(asked, door, keyset, clock):
    due = await door.database.fetchval("SELECT due_at FROM cases")
    clock["now"] += timedelta(hours=5)
    await asked.does("[Відкрити]", "Так, сині", "27 3 2016", "[Пропустити]")
    assert asked.says_somewhere(f"передано до звернення {asked.code}")
    (answer,) = await open_objects(door, keyset, "answer")
    assert answer["asked"]["text"] == "Чи були в неї окуляри?"
    assert answer["message"] == str(asked.letter)
    rows = answer["sections"][0]["answers"]
    assert [(row["address"], row["state"]) for row in rows] == [
        ("answer", "given"), ("born", "given"), ("marks", "skipped"),
    ]  # fmt: skip
    assert rows[0]["answer"] == "Так, сині"
    row = await door.database.fetchrow("SELECT status, resumes, paused_at, due_at FROM cases")
    assert (row["status"], row["resumes"], row["paused_at"]) == ("received", None, None)
    assert row["due_at"] == due + timedelta(hours=5)
    assert await door.database.fetchval("SELECT answered_at FROM message") == clock["now"]


async def test_the_message_itself_is_in_the_file_of_the_case(asked, door, keyset, prosecutor):
    (written,) = await open_objects(door, keyset, "message")
    assert written["text"] == "Чи були в неї окуляри?"
    assert written["by"] == "П-07"
    actions = await door.database.fetch("SELECT action, actor FROM audit ORDER BY seq")
    assert [tuple(row) for row in actions][1:] == [("family.told.question", prosecutor.actor)]


async def test_the_intake_stores_no_word_of_it_in_clear(asked, door):
    stored = await door.database.fetchval(
        "SELECT string_agg(t, ' ') FROM (SELECT m::text t FROM message m"
        " UNION ALL SELECT o::text FROM sealed_object o UNION ALL SELECT x::text FROM outbox x) y"
    )
    assert "окуляри".encode().hex() not in stored
    assert "окуляри" not in stored


async def test_one_who_was_in_the_middle_of_something_is_back_there_afterwards(asked):
    await asked.does(*MINIMUM[:5])
    assert await asked.at() == "last_place"
    await asked.does("[Відкрити]", "Так", "[Пропустити]", "[Пропустити]")
    assert await asked.at() == "last_place"
    assert "востаннє" in asked.last


async def test_a_question_left_half_way_goes_on_where_it_stopped(asked):
    await asked.does("[Відкрити]", "Так, сині", "[Зупинитися]")
    await asked.does("/mine", f"[{asked.code}]", "[Повідомлення прокурора]", "[Запитання,")
    assert "Коли народилася" in asked.last


async def test_the_list_of_messages_tells_kinds_and_days_only(asked, write):
    await write(Letter("Ми передали справу до НІБ."))
    await asked.does("/mine", f"[{asked.code}]", "[Повідомлення прокурора]")
    assert [one.partition(",")[0] for one in asked.shown()] == ["Лист", "Запитання", "На початок"]
    await asked.taps("Лист")
    assert asked.says_somewhere("Ми передали справу до НІБ.")


async def test_an_answered_question_is_shown_and_not_asked_again(asked):
    await asked.does("[Відкрити]", "Так", "[Пропустити]", "[Пропустити]")
    await asked.does("/mine", f"[{asked.code}]", "[Повідомлення прокурора]", "[Є відповідь")
    assert asked.says_somewhere("Прокурор запитував, Ви відповіли:")
    assert await asked.at() == "@letters"


async def test_a_link_opens_the_same_question(asked):
    await asked.says(f"/start q_{token(asked.letter)}")
    assert asked.says_somewhere("Чи були в неї окуляри?")


async def test_somebody_elses_question_is_not_even_known_to_exist(asked, petro, arrive):
    await arrive(petro)
    said = []
    for name in (token(asked.letter), "A" * 22):
        await petro.says(f"/start q_{name}")
        said.append(petro.last)
    assert said[0] == said[1]
    assert "Який код звернення?" in said[0]
    assert not petro.says_somewhere("окуляри")


async def test_who_has_code_and_pin_opens_it_from_another_account(asked, petro, arrive):
    await arrive(petro)
    await petro.does(f"/start q_{token(asked.letter)}", asked.code, asked.pin)
    assert petro.says_somewhere("Чи були в неї окуляри?")
    assert "Ваша відповідь" in petro.last


async def test_one_reminder_after_three_days_and_no_second(asked, door, clock):
    clock["now"] += timedelta(days=3, minutes=1)
    assert await delivered(door, clock) == 1
    await asked.look()
    assert "ще чекає" in asked.last
    clock["now"] += timedelta(days=30)
    assert await delivered(door, clock) == 0


async def test_no_reminder_to_who_has_looked(asked, door, clock):
    await asked.taps("Відкрити")
    clock["now"] += timedelta(days=4)
    assert await delivered(door, clock) == 0


async def test_quiet_mode_hears_nothing_and_finds_it_in_my_reports(
    olena, arrive, door, clock, write
):
    await arrive(olena, area="Окупована територія")
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    await write()
    before = len(olena.calls)
    await delivered(door, clock)
    clock["now"] += timedelta(days=4)
    await delivered(door, clock)
    await olena.look()
    assert len(olena.calls) == before
    code = await door.database.fetchval("SELECT code FROM cases")
    await olena.does("/mine", f"[{code}]", "[Повідомлення прокурора]", "[Запитання,")
    assert olena.says_somewhere("Чи були в неї окуляри?")


async def test_who_wants_questions_only_hears_of_no_letter(sent, door, clock, write):
    await sent.does("/stop", "[Усе, крім запитань]")
    before = len(sent.messages)
    await write(Letter("Справу передано."))
    await delivered(door, clock)
    await sent.look()
    assert len(sent.messages) == before


async def test_a_message_taken_back_says_that_nothing_is_to_be_answered(
    asked, door, prosecutor, clock
):
    assert await asking.take_back(
        door.database, asked.letter, by=prosecutor, signer=door.signer, now=clock["now"]
    )
    await asked.taps("Відкрити")
    assert asked.says_somewhere("Цього повідомлення вже немає")
    assert await door.database.fetchval("SELECT status FROM cases") == "received"
    assert not await asking.take_back(
        door.database, asked.letter, by=prosecutor, signer=door.signer, now=clock["now"]
    )


async def test_a_case_that_waits_for_two_answers_goes_on_after_the_second(asked, door, write):
    await write(Letter("", ("sex",)))
    await asked.does("[Відкрити]", "Так", "[Пропустити]", "[Пропустити]")
    assert await door.database.fetchval("SELECT status FROM cases") == "needs_info"
    await asked.does("/mine", f"[{asked.code}]", "[Повідомлення прокурора]", "[Запитання,")
    await asked.taps("Дівчинка")
    assert await door.database.fetchval("SELECT status FROM cases") == "received"


async def test_nobody_is_written_to_after_withdrawing(sent, door, write):
    await sent.does("/mine", f"[{sent.code}]", "[Відкликати]", "[Відкликати]")
    with pytest.raises(MayNotWrite, match="withdrawn"):
        await write()


async def test_markup_of_a_prosecutor_is_shown_as_typed(sent, door, clock, write):
    await write(Letter("<b>5 < 6</b> & {code}", own=True))
    await delivered(door, clock)
    await sent.look()
    await sent.taps("Відкрити")
    assert sent.says_somewhere("&lt;b&gt;5 &lt; 6&lt;/b&gt; &amp; {code}")


async def test_words_of_the_family_read_again_hold_the_answer(asked):
    await asked.does("[Відкрити]", "Так, сині", "[Пропустити]", "[Пропустити]")
    await asked.does("/mine", f"[{asked.code}]", "[Перечитати надіслане]", asked.pin)
    assert asked.says_somewhere("Ваша відповідь: Так, сині")


async def test_nothing_is_sealed_to_a_letter_box_that_nobody_vouches_for(
    door, letter_box, clock, keyset
):
    stranger = Box(bytes(32))
    await door.database.execute("UPDATE intake_box SET public = $1", stranger.public)
    with pytest.raises(BoxRefused):
        await asking.letter_box(door.database, door.recipients(), clock["now"])


async def test_a_letter_moved_to_another_row_does_not_open(door, letter_box):
    held = Box.of(door.vault)
    sealed = box.seal(letter_box, "message|1", {"a": 1})
    assert held.open(sealed, "message|1") == {"a": 1}
    from vault.local import NotOurs

    for row, bytes_ in (("message|2", sealed), ("message|1", sealed[:-1])):
        with pytest.raises(NotOurs):
            held.open(bytes_, row)
