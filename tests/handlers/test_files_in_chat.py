"""Photos and papers in the conversation: taken where they belong, counted once, refused kindly."""

import asyncio
from datetime import UTC, datetime

import pytest
from stored import open_cases
from walk import MINIMUM

from cases import turn as turns
from cases.offered import MOST_FILES, Offered
from cases.unasked import unasked
from handlers import unfetched

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


ANIMATION = {"animation": PDF | {"width": 9, "height": 9, "duration": 3, "mime_type": "video/mp4"}, "document": PDF}  # fmt: skip


async def test_a_video_without_sound_is_kept_as_telegram_calls_it(asked, door):
    await asked.update(message=asked.message(**ANIMATION, caption="це вона"))
    assert asked.says_somewhere("Отримано файлів: 1")
    locator = await door.database.fetchval("SELECT locator FROM attachment")
    ident = await door.database.fetchval("SELECT id FROM attachment")
    told = door.vault.open(locator, b"attachment|" + ident.bytes)["offered"]
    assert (told["kind"], told["caption"]) == ("animation", "це вона")


async def test_an_album_one_too_many_is_declined_once_and_what_fits_is_kept(asked, door):
    await asked.update(message=asked.message(document=PDF))
    await door.database.execute("UPDATE attachment SET size = $1", (300 << 20) - 2500)
    before = len(asked.messages)
    for number in range(5):
        more = PDF | {"file_id": f"f{number}", "file_unique_id": f"u{number}"}
        await asked.update(message=asked.message(document=more, media_group_id="13579"))
    assert [row["state"] for row in await files(door)] == ["queued"] * 3
    assert len(asked.messages) == before + 1
    assert "300 МБ" in asked.last


async def test_words_under_the_first_picture_of_an_album_do_not_cost_the_others(
    olena, arrive, door
):
    await arrive(olena)
    await olena.does(*MINIMUM)
    for number in range(3):
        caption = {"caption": "Це вона з братом, минулого літа."} if number == 0 else {}
        await olena.update(message=olena.message(photo=PHOTO, media_group_id="13579", **caption))
    assert olena.says_somewhere("Куди додати?")
    assert len(await files(door)) == 3


async def test_thirty_files_fit_and_the_next_is_told_that_they_do(asked, door):
    for _ in range(MOST_FILES + 2):
        await asked.update(message=asked.message(document=PDF))
    assert len(await files(door)) == MOST_FILES
    assert asked.says_somewhere("Отримано файлів: 30")
    assert "вміщується 30 файлів" in asked.last


async def test_files_that_come_all_at_once_are_no_more_than_fit(asked, door):
    await asked.update(message=asked.message(document=PDF))
    await door.database.execute(
        "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft, size)"
        " SELECT gen_random_uuid(), bot, chat_ref, case_id, n, recipient, true, 1"
        "   FROM attachment, generate_series(2, $1::int) n",
        MOST_FILES - 2,
    )
    await asyncio.gather(*(asked.update(message=asked.message(document=PDF)) for _ in range(5)))
    assert len(await files(door)) == MOST_FILES
    assert asked.says_somewhere("вміщується 30 файлів")


async def test_what_a_sent_report_has_no_room_for_today_may_come_tomorrow(
    olena, arrive, door, clock
):
    clock["now"] = datetime.now(UTC)
    await arrive(olena)
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]", "[На початок]")
    await olena.does("[Мої звернення]")
    await olena.does(f"[{olena.shown()[0]}]", "[Додати відомості]")
    for _ in range(MOST_FILES + 1):
        await olena.update(message=olena.message(document=PDF))
    assert len(await files(door)) == MOST_FILES
    assert "Решту надішліть завтра" in olena.last


async def lost(person, door, reason, message_id=None):
    """The collector gives a file of theirs up."""
    turn = await unasked(
        door.database, door.vault, bot="family", bot_id=door.bot.id,
        chat_ref=door.vault.chat_ref(door.bot.id, person.id),
    )  # fmt: skip
    offered = Offered("document", "f", "u", door.clock(), message_id=message_id)
    unfetched.tell(turn, offered, reason, door.clock())
    await turns.save(door.database, door.vault, turn, signer=door.signer, now=door.clock())
    await person.look()


async def test_a_file_that_is_lost_is_told_of_under_its_own_message(asked, door):
    await asked.update(message=asked.message(document=PDF))
    await lost(asked, door, "gone", asked.last_said)
    assert "Telegram його вже немає" in asked.last
    assert asked.calls[-1][1]["reply_parameters"] == {
        "message_id": asked.last_said, "allow_sending_without_reply": True,
    }  # fmt: skip
    await asked.does("Ковальчук Софія", "[Так]")
    assert (await asked.draft()) is not None


async def test_in_quiet_mode_a_lost_file_is_told_of_with_the_next_answer_and_once(
    olena, arrive, door
):
    await arrive(olena, "Окупована територія", "Ні")
    await olena.does("[Повідомити про дитину]")
    before = len(olena.messages)
    await lost(olena, door, "gone")
    await lost(olena, door, "too_big")
    assert len(olena.messages) == before
    await olena.taps("Мати")
    told = [one.text for one in olena.messages.values() if "Цей файл не збережено" in one.text]
    assert len(told) == 2
    await olena.does("Ковальчук Софія")
    told = [one.text for one in olena.messages.values() if "Цей файл не збережено" in one.text]
    assert len(told) == 2


async def test_a_chat_that_was_cleared_stays_silent_and_one_that_was_stopped_does_not(asked, door):
    await asked.does("/hide", "[Прибрати")
    await lost(asked, door, "gone")
    assert asked.messages == {}
    await asked.says("/start")
    assert asked.says_somewhere("Telegram його вже немає")
    await asked.does("[Продовжити]", "/cancel", "[Так, передайте]")
    await lost(asked, door, "telegram")
    assert "три дні" in asked.last
