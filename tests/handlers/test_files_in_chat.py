"""Photos and papers in the conversation: taken where they belong, counted once, refused kindly."""

import pytest
from stored import open_cases
from walk import MINIMUM

PDF = {"file_id": "f1", "file_unique_id": "u1", "file_size": 1000, "mime_type": "application/pdf", "file_name": "свідоцтво.pdf"}  # fmt: skip
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 90, "file_size": 900},
    {"file_id": "large", "file_unique_id": "l", "width": 900, "height": 900, "file_size": 9000},
]


@pytest.fixture
async def asked(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]")
    return olena


async def files(door):
    return await door.database.fetch("SELECT state, case_id FROM attachment ORDER BY sequence")


async def test_a_paper_sent_at_any_question_is_kept_and_the_question_stays(asked, door):
    await asked.update(message=asked.message(document=PDF))
    assert asked.says_somewhere("Отримано файлів: 1")
    assert [row["state"] for row in await files(door)] == ["queued"]
    await asked.does("Ковальчук Софія", "[Так]")
    assert "Коли народилася" in asked.last


async def test_one_message_counts_however_many_come(asked):
    for number in range(3):
        more = PDF | {"file_id": f"f{number}", "file_unique_id": f"u{number}"}
        await asked.update(message=asked.message(document=more))
    counted = [shown.text for shown in asked.messages.values() if "Отримано файлів" in shown.text]
    assert counted == ["Отримано файлів: 3. Їх зашифрують разом зі зверненням."]


async def test_a_photo_comes_with_advice_to_send_it_as_a_file(asked):
    await asked.update(message=asked.message(photo=PHOTO))
    assert asked.says_somewhere("надсилайте як файл")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file_size": (20 << 20) + 1}, "більший за 20 МБ"),
        ({"file_name": "дані.zip", "mime_type": "application/zip"}, "не відкриє"),
        ({"file_name": "play.exe", "mime_type": "application/x-msdownload"}, "не відкриє"),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_a_way_out(asked, door, change, said):
    await asked.update(message=asked.message(document=PDF | change))
    assert asked.says_somewhere(said)
    assert await files(door) == []


async def test_the_files_of_a_draft_belong_to_the_case_it_becomes(olena, arrive, door, keyset):
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    await olena.update(message=olena.message(document=PDF))
    await olena.does(*MINIMUM[2:], "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    assert "Ваш код" in olena.last
    case = await door.database.fetchval("SELECT id FROM cases")
    assert [row["case_id"] for row in await files(door)] == [case]
    assert len(await open_cases(door, keyset)) == 1


async def test_a_file_can_be_added_to_a_report_that_is_sent(olena, arrive, door):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]", "[На початок]")
    await olena.does("[Мої звернення]")
    await olena.does(f"[{olena.shown()[0]}]", "[Додати відомості]")
    await olena.update(
        message=olena.message(voice=PDF | {"duration": 3, "mime_type": "audio/ogg"})
    )
    assert olena.says_somewhere("Отримано файлів: 1")
    assert len(await files(door)) == 1


async def test_a_file_that_belongs_nowhere_is_not_kept_and_that_is_said(olena, arrive, door):
    await arrive(olena)
    await olena.update(message=olena.message(document=PDF))
    assert olena.says_somewhere("Цей файл ми не зберегли")
    assert await files(door) == []


async def test_nothing_is_asked_for_where_a_phone_may_be_searched(olena, arrive):
    await arrive(olena, "Окупована територія", "Ні")
    await olena.does("[Повідомити про дитину]")
    await olena.does(*MINIMUM[1:], "[Додати відомості]", "[5 Фото й документи]")
    assert "Фото дитини" not in olena.last
    assert not olena.says_somewhere("Фото дитини, якщо є")


async def test_elsewhere_photos_are_asked_for_and_can_be_passed_over(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Додати відомості]", "[5 Фото й документи]")
    assert "Фото дитини" in olena.last
    await olena.update(message=olena.message(photo=PHOTO))
    await olena.taps("Далі")
    assert "Фото дитини" not in olena.last
