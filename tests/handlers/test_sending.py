"""From the check screen to the receipt, the bell, and what comes after."""

import json
import re

import pytest
from chat import PLAIN_SPACES, STAFF_BOT, STAFF_CHAT
from stored import answers_of, open_cases
from walk import MINIMUM

from cases.outbox import row_name
from locales.dates import moment

CODE = re.compile(r"<code>([0-9A-Z-]{6,})</code>, PIN: <code>([0-9 -]{4,})</code>")


@pytest.fixture
async def consenting(olena, arrive):
    """Olena, with the shortest report, asked with whom else it may be shared."""
    await arrive(olena)
    await olena.does(*MINIMUM, "[Надіслати прокурорам]")
    assert await olena.at() == "share"
    return olena


async def test_only_prosecutors_are_ticked_at_first(consenting):
    ticked = [label for label in consenting.shown() if label.endswith("✓")]
    assert ticked == ["Прокурорам ✓"]


async def test_a_tick_is_set_and_taken_off_in_place(consenting):
    before = len(consenting.messages)
    await consenting.taps("Поліції")
    assert "Поліції ✓" in consenting.shown()
    await consenting.taps("Поліції ✓")
    assert "Поліції" in consenting.shown()
    assert len(consenting.messages) == before


async def test_a_double_tap_on_a_tick_leaves_it_set(consenting):
    message_id, button = consenting.button("Поліції")
    await consenting.presses(button["callback_data"], message_id)
    await consenting.presses(button["callback_data"], message_id)
    assert "Поліції ✓" in consenting.shown()


async def test_the_tick_of_the_prosecutors_stays_and_says_why(consenting):
    await consenting.taps("Прокурорам ✓")
    assert consenting.toasts[-1] == "Прокурори отримають звернення в будь-якому разі"
    assert "Прокурорам ✓" in consenting.shown()


async def test_sharing_with_others_asks_with_whom_not_to(consenting):
    await consenting.does("[Поліції]", "[Надіслати прокурорам]")
    assert await consenting.at() == "withhold"


async def test_back_from_the_consents_is_the_check(consenting):
    await consenting.taps("‹ Назад")
    assert await consenting.at() == "#check"


async def test_nothing_is_stored_before_the_last_press(consenting, door):
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 0


async def test_the_receipt_has_code_pin_and_the_hour_by_which_it_is_looked_at(consenting, door):
    await consenting.taps("Надіслати прокурорам")
    code, pin = CODE.search(consenting.last).groups()
    row = await door.database.fetchrow("SELECT code, due_at FROM cases")
    assert row["code"] == code
    assert pin
    assert moment("uk", row["due_at"]).translate(PLAIN_SPACES) in consenting.last
    assert consenting.shown() == [
        "Скопіювати код", "Що далі", "Ще одна дитина", "Прибрати цей чат", "На початок",
    ]  # fmt: skip


async def test_the_copy_button_holds_the_code_and_no_pin(consenting):
    await consenting.taps("Надіслати прокурорам")
    code, _ = CODE.search(consenting.last).groups()
    _, button = consenting.button("Скопіювати код")
    assert button["copy_text"] == {"text": code}


async def test_the_pin_is_told_once_and_kept_nowhere_in_the_conversation(consenting):
    await consenting.taps("Надіслати прокурорам")
    _, pin = CODE.search(consenting.last).groups()
    assert pin not in json.dumps((await consenting.known()).conversation.state)
    await consenting.presses("d1|1|0")
    assert "PIN удруге не показуємо" in consenting.last
    assert pin not in consenting.last


async def test_the_receipt_of_a_quiet_chat_says_less(olena, arrive):
    await arrive(olena, area="Окупована територія", safe="Ні")
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    assert olena.last.startswith("<b>Готово. Код:") or olena.last.startswith("Готово. Код:")
    assert "Першими не писатимемо" in olena.last
    assert "рокурор" not in olena.last


async def test_a_second_tap_on_send_sends_once(consenting, door):
    message_id, button = consenting.button("Надіслати прокурорам")
    await consenting.taps("Надіслати прокурорам")
    await consenting.presses(button["callback_data"], message_id)
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 1
    assert consenting.toasts[-1] == "Вже збережено."


async def test_the_draft_is_gone_once_it_is_a_case(consenting, door):
    await consenting.taps("Надіслати прокурорам")
    assert await door.database.fetchval("SELECT count(*) FROM draft") == 0


async def test_the_bell_rings_once_in_the_staff_chat_with_nothing_of_the_family(consenting, door):
    await consenting.taps("Надіслати прокурорам")
    rows = await door.database.fetch("SELECT * FROM outbox WHERE bot = 'staff'")
    (row,) = rows
    assert row["lane"] == 1
    assert row["chat_ref"] == door.vault.chat_ref(STAFF_BOT, STAFF_CHAT)
    payload = door.vault.open(row["sealed"], row_name(row["chat_ref"]))
    assert payload["chat_id"] == STAFF_CHAT
    told = json.dumps(payload, ensure_ascii=False)
    code = await door.database.fetchval("SELECT code FROM cases")
    assert code in told
    said = ("Ковальчук", "Софія", "2017", "Генічеськ", "Херсон", "таб", "Олена")
    for word in (*said, str(consenting.id)):
        assert word not in told


async def test_what_comes_next_names_numbers_for_the_place_and_leads_home(consenting):
    await consenting.does("[Надіслати прокурорам]", "[Що далі]")
    assert consenting.says_somewhere("Що далі варто зробити")
    assert "Чим допомогти?" in consenting.last


async def test_another_child_is_a_report_of_its_own(consenting, door, keyset):
    await consenting.does("[Надіслати прокурорам]", "[Ще одна дитина]")
    assert await consenting.at() == "relation"
    again = ("[Мати]", "Ковальчук Іван", "[Так]", "1 2 2015", *MINIMUM[5:])
    await consenting.does(*again, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    told = [{row["answer"] for row in answers_of(case)} for case in await open_cases(door, keyset)]
    assert len(told) == 2
    assert sum("Ковальчук Софія Андріївна" in answers for answers in told) == 1
    assert sum("Ковальчук Іван" in answers for answers in told) == 1


async def test_clearing_the_chat_after_sending_leaves_the_case(consenting, door):
    await consenting.does("[Надіслати прокурорам]", "[Прибрати цей чат]", "[Прибрати зараз]")
    assert consenting.messages == {}
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 1


async def test_a_message_after_sending_is_asked_about(consenting):
    await consenting.does("[Надіслати прокурорам]", "Згадала: на ній була червона куртка")
    new, sent, drop = consenting.shown()
    assert (new, drop) == ("Нове звернення", "Не зберігати")
    assert sent.startswith("До ")


async def test_the_shortest_report_takes_few_interactions_and_few_calls(olena, arrive, capsys):
    await arrive(olena)
    arrival = 5  # /start, language, safety, where, consent
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    assert "Ваш код" in olena.last
    interactions = arrival + len(MINIMUM) + 2
    taps = len(olena.toasts)
    calls = len(olena.calls) + taps
    with capsys.disabled():
        print(
            f"\nshortest report: {interactions} interactions, {calls} Bot API calls ({taps} taps)"
        )
    assert interactions <= 15
    assert calls <= 45


async def test_the_shortest_report_in_english(olena):
    olena.language = "en"
    await olena.does(
        "/start", "[English]", "[Yes, it is safe]", "[Abroad]", "[I understand and agree]"
    )
    await olena.does("[Report a child]", "[Mother]", "Kovalchuk Sofiia", "[Yes]", "27 3 2017")
    await olena.does("[Khersonska]", "Генічеськ", "[Not returned from", "[Send to prosecutors]")
    await olena.taps("Send to prosecutors")
    assert "Your code" in olena.last
