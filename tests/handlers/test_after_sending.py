"""After Send: where a report stands, more words for it, reading it again, withdrawing, erasing."""

from datetime import timedelta

import pytest
from stored import open_objects


async def test_my_reports_tells_the_code_and_one_of_six_words_and_no_name(sent):
    await sent.taps("Мої звернення")
    assert sent.shown() == [f"{sent.code} — отримано", "Маю код", "На початок"]
    await sent.taps(sent.code)
    assert sent.code in sent.last
    assert "Ковальчук" not in sent.last


@pytest.mark.parametrize(
    ("status", "word"),
    [("screening", "перевіряємо"), ("needs_info", "є запитання"), ("referred", "передано"),
     ("in_work", "працюємо"), ("closed", "закрито"), ("suspected_false", "закрито")],
)  # fmt: skip
async def test_a_familys_word_never_tells_more_than_the_six(sent, door, status, word):
    await door.database.execute("UPDATE cases SET status = $1", status)
    await sent.taps("Мої звернення")
    assert sent.shown()[0] == f"{sent.code} — {word}"


async def test_somebody_who_sent_nothing_is_told_so(olena, arrive):
    await arrive(olena)
    await olena.taps("Мої звернення")
    assert olena.says_somewhere("ще нічого не надіслано")


async def test_words_added_later_are_sealed_to_the_same_case_and_ring(sent, door, keyset):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Додати відомості]")
    await sent.says("На ній була червона куртка")
    assert sent.says_somewhere(f"Додано до звернення {sent.code}")
    (added,) = await open_objects(door, keyset, "addition")
    assert added["text"] == "На ній була червона куртка"
    assert await door.database.fetchval("SELECT count(*) FROM outbox WHERE bot = 'staff'") == 2
    assert await door.database.fetchval("SELECT objects FROM cases") == 3


async def test_stray_words_can_join_a_report_that_is_sent(sent, door, keyset):
    await sent.says("Згадала: вона лівша")
    await sent.taps(f"До {sent.code}")
    (added,) = await open_objects(door, keyset, "addition")
    assert added["text"] == "Згадала: вона лівша"
    assert "Чим допомогти" in sent.last


async def test_what_was_sent_is_read_again_only_with_the_pin(sent):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Перечитати надіслане]")
    assert "PIN" in sent.last
    await sent.says(sent.pin)
    assert sent.says_somewhere("Ім’я дитини: Ковальчук Софія Андріївна")
    assert sent.shown()[0] == "Додати відомості"


async def test_another_account_reaches_a_report_by_code_and_pin(sent, petro, arrive, door, keyset):
    await arrive(petro)
    await petro.does("[Мої звернення]", "[Маю код]", sent.code.lower(), sent.pin.replace("-", " "))
    assert sent.code in petro.last
    await petro.taps("Додати відомості")
    await petro.says("Її бачили в Генічеську")
    (added,) = await open_objects(door, keyset, "addition")
    assert added["text"] == "Її бачили в Генічеську"


async def test_a_wrong_pin_and_a_code_that_does_not_exist_sound_alike(sent, petro, arrive):
    await arrive(petro)
    said = []
    for code in (sent.code, "2222-2222"):
        await petro.does("/mine", "[Маю код]", code)
        if "PIN" in petro.last:
            await petro.says("0000-0000-0000")
        said.append(
            [shown.text for shown in petro.messages.values() if "Такого коду" in shown.text]
        )
    assert said[0], "a wrong PIN is answered"
    assert set(said[0]) == set(said[1])


async def test_after_five_wrong_pins_nobody_tries_on_for_an_hour(sent, petro, arrive, clock):
    await arrive(petro)
    await petro.does("/mine", "[Маю код]")
    for number in range(5):
        await petro.does(sent.code, f"0000-0000-000{number}")
    await petro.does(sent.code, sent.pin)
    assert petro.says_somewhere("Забагато спроб")
    assert "Чим допомогти" in petro.last
    clock["now"] += timedelta(hours=1, minutes=1)
    await petro.does("/mine", "[Маю код]", sent.code, sent.pin)
    assert f"<b>{sent.code}</b>" in petro.last


async def test_withdrawing_is_asked_about_kept_and_told_to_the_staff(sent, door, keyset):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Відкликати]")
    assert "закон може вимагати" in sent.last
    await sent.taps("Ні, лишити")
    assert await door.database.fetchval("SELECT withdrawn_at FROM cases") is None
    await sent.does("[Відкликати]", "[Відкликати]")
    assert await door.database.fetchval("SELECT withdrawn_at FROM cases") is not None
    assert len(await open_objects(door, keyset, "withdrawal")) == 1
    assert "Ви відкликали" in sent.last
    assert sent.button("Відкликати") is None


async def test_asking_for_erasure_is_noted_and_honest(sent, door):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Попросити видалити]")
    assert "14 днів" in sent.last
    await sent.taps("Попросити видалити")
    assert await door.database.fetchval("SELECT erase_asked_at FROM cases") is not None
    kinds = await door.database.fetch("SELECT kind FROM case_update ORDER BY at")
    assert [row["kind"] for row in kinds] == ["erasure"]


async def test_every_step_after_sending_is_in_the_audit_chain(sent, door):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Додати відомості]", "Ще одне")
    actions = await door.database.fetch("SELECT action FROM audit ORDER BY seq")
    assert [row["action"] for row in actions] == ["report.sent", "family.addition"]


async def test_words_about_a_death_ring_for_a_call_and_are_answered_like_any_others(
    sent, door, keyset
):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Додати відомості]")
    await sent.says("Нам сказали, що вона загинула")
    assert sent.says_somewhere(f"Додано до звернення {sent.code}")
    assert "C1.call_first" in await door.database.fetchval("SELECT reasons FROM cases")
    await sent.does("[Додати відомості]", "Так, загинула у травні")
    reasons = await door.database.fetchval("SELECT reasons FROM cases")
    assert reasons.count("C1.call_first") == 1
