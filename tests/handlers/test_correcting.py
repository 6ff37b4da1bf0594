"""Correcting what was sent: a version more, the old one kept, code and PIN the same."""

from datetime import timedelta

import pytest
from stored import answers_of, open_cases, open_objects
from walk import CODE, MINIMUM, PIN

from handlers.forms import CORRECTION


@pytest.fixture
async def correcting(sent):
    """Olena with her report open again."""
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Виправити]", sent.pin)
    return sent


def born(report):
    return next(one["answer"] for one in answers_of(report) if one["address"].endswith("/born"))


async def _other_birthday(person):
    await person.does("[Змінити: Дитина]", "[Дата народження]", "14 4 2016")
    await person.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")


async def test_what_was_sent_opens_at_the_check_screen_with_every_answer(correcting):
    assert correcting.says_somewhere("Ось що Ви надіслали")
    for said in ("Мати", "Ковальчук Софія Андріївна", "27 березня 2017", "Генічеськ"):
        assert said in correcting.last


async def test_without_the_pin_nothing_opens(sent):
    await sent.does("[Мої звернення]", f"[{sent.code}]", "[Виправити]", "0000-0000-0000")
    assert sent.says_somewhere("Такого коду з таким PIN немає")
    assert not sent.says_somewhere("Ось що Ви надіслали")


async def test_a_correction_is_a_new_version_and_the_old_one_stays(correcting, door, keyset):
    await _other_birthday(correcting)
    assert correcting.says_somewhere(f"Нову версію звернення {correcting.code} надіслано")
    old, new = await open_objects(door, keyset, "report")
    assert "27" in born(old)
    assert "14" in born(new)
    assert len(await open_objects(door, keyset, "card")) == 2
    kinds = await door.database.fetch("SELECT kind, sequence FROM case_update ORDER BY at")
    assert [(row["kind"], row["sequence"]) for row in kinds] == [("correction", 3)]
    assert await door.database.fetchval("SELECT objects FROM cases") == 4
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 1


async def test_the_family_then_reads_the_new_version(correcting):
    await _other_birthday(correcting)
    await correcting.does("[Мої звернення]", f"[{correcting.code}]", "[Перечитати надіслане]")
    await correcting.says(correcting.pin)
    assert correcting.says_somewhere("14 квітня 2016")
    read = [one.text for one in correcting.messages.values() if "Ім’я дитини" in one.text]
    assert "27 березня" not in read[-1]


async def test_it_can_be_corrected_again(correcting, door, keyset):
    await _other_birthday(correcting)
    await correcting.does("[Мої звернення]", f"[{correcting.code}]", "[Виправити]", correcting.pin)
    await correcting.does("[Змінити: Дитина]", "[Дата народження]", "2015")
    await correcting.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")
    assert [born(one) for one in await open_objects(door, keyset, "report")][2] == "2015\u00a0рік"


async def test_a_reason_that_is_new_raises_the_level_and_nothing_lowers_it(correcting, door):
    before = await door.database.fetchrow("SELECT level, due_at FROM cases")
    await correcting.does("[Додати відомості]", "[4 Де дитина зараз]")
    while "термінове" not in correcting.last:
        await correcting.taps("Не знаю")
    await correcting.does("[Загроза життю]", "[Далі]")
    await correcting.does("[До переліку розділів]", "[Перевірити й надіслати]")
    await correcting.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")
    after = await door.database.fetchrow("SELECT level, reasons, due_at FROM cases")
    assert after["level"] == "critical" != before["level"]
    assert "H1.threat_to_life" in after["reasons"]
    assert after["due_at"] < before["due_at"]
    await door.database.execute("UPDATE cases SET level = 'low'")
    await correcting.does("[Мої звернення]", f"[{correcting.code}]", "[Виправити]", correcting.pin)
    await _other_birthday(correcting)
    assert await door.database.fetchval("SELECT level FROM cases") == "low"


async def test_another_account_corrects_with_code_and_pin(sent, petro, arrive, door, keyset):
    await arrive(petro)
    await petro.does("[Мої звернення]", "[Маю код]", sent.code, sent.pin, "[Виправити]", sent.pin)
    await _other_birthday(petro)
    assert len(await open_objects(door, keyset, "report")) == 2


async def test_the_staff_hear_of_it_without_a_word_of_what(correcting, door):
    before = await door.database.fetchval("SELECT count(*) FROM outbox WHERE bot = 'staff'")
    await _other_birthday(correcting)
    after = await door.database.fetchval("SELECT count(*) FROM outbox WHERE bot = 'staff'")
    assert after == before + 1


async def test_a_draft_of_another_report_waits_meanwhile(sent, door):
    await sent.does(*MINIMUM[:4])
    await sent.does("/mine", f"[{sent.code}]", "[Виправити]", sent.pin)
    await _other_birthday(sent)
    assert sent.shown()[0].startswith("Продовжити")
    assert set((await sent.known()).drafts) == {"report"}
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 1


async def test_a_correction_left_half_way_waits_and_is_never_sent_by_itself(correcting):
    await correcting.does("[Змінити: Дитина]", "[Дата народження]", "14 4 2016", "[Ще не зараз]")
    row = (await correcting.known()).drafts[CORRECTION]
    assert row.pass_on is False
    await correcting.does("/mine", f"[{correcting.code}]", "[Виправити]")
    assert "14 квітня 2016" in correcting.last


async def test_a_correction_can_be_given_up(correcting, door):
    await correcting.does("/start", "[Видалити чернетку]")
    turn = await correcting.known()
    assert turn.drafts == {}
    assert CORRECTION not in turn.conversation.state
    assert await door.database.fetchval("SELECT objects FROM cases") == 2


async def test_one_correction_at_a_time(correcting, door):
    await correcting.does("[Ще не зараз]", "/report", "[Видалити чернетку]")
    await correcting.does(
        *MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]", "[На початок]"
    )
    codes = [row["code"] for row in await door.database.fetch("SELECT code FROM cases")]
    other = next(code for code in codes if code != correcting.code)
    await correcting.does("/mine", f"[{correcting.code}]", "[Виправити]", correcting.pin)
    await correcting.does("/mine", f"[{other}]", "[Виправити]")
    assert correcting.says_somewhere(f"Ви вже виправляєте звернення {correcting.code}")
    assert "27 березня 2017" in correcting.last


async def _to_the_list_of_children(person):
    while (await person.at()) != "children":
        if "Коли народилася" in person.last:
            await person.says("2014")
        else:
            await person.taps(
                "Пропустити" if person.button("Пропустити") else "Не хочу відповідати"
            )


async def test_siblings_come_back_in_their_order(sent, door, keyset, clock):
    clock["now"] += timedelta(hours=1)
    await sent.does("[Повідомити про дитину]", *MINIMUM[1:], "[Додати відомості]", "[2 Дитина]")
    await _to_the_list_of_children(sent)
    await sent.does("[Додати ще дитину]", "Ковальчук Іван", "[Так]")
    await _to_the_list_of_children(sent)
    await sent.does("[Готово]", "[Так, передайте]", "[До переліку розділів]")
    await sent.does("[Перевірити й надіслати]", "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    code, pin = CODE.search(sent.last)[1], PIN.search(sent.last)[1]
    await sent.does("[На початок]", "/mine", f"[{code}]", "[Виправити]", pin)
    await sent.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")
    versions = (await open_cases(door, keyset))[-2:]
    names = [
        [one["answer"] for one in answers_of(version) if one["address"].endswith("/name")]
        for version in versions
    ]
    assert names[0] == names[1] == ["Ковальчук Софія Андріївна", "Ковальчук Іван"]


async def test_photographs_sent_meanwhile_join_the_case_itself(correcting, door):
    await correcting.sends(photo=[{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 100}])  # fmt: skip
    case = await door.database.fetchval("SELECT id FROM cases")
    rows = await door.database.fetch("SELECT case_id, in_draft FROM attachment")
    assert [(row["case_id"], row["in_draft"]) for row in rows] == [(case, False)]


async def test_what_is_erased_takes_nothing_more_and_says_so(correcting, door):
    await door.database.execute("UPDATE cases SET erased_at = now(), status = 'erased'")
    await _other_birthday(correcting)
    assert correcting.says_somewhere("його видалено назавжди")
    assert await door.database.fetchval("SELECT objects FROM cases") == 2
    await correcting.does("/mine", f"[{correcting.code}]")
    assert correcting.shown() == ["На початок"]
