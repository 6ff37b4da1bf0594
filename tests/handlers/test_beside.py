"""What comes beside the questions: pictures, voices, forwarded and edited words, stories."""

import pytest
from walk import MINIMUM, walk

PHOTO = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}]}
DOCUMENT = {"document": {"file_id": "f", "file_unique_id": "u"}}
VIDEO = {"video": {"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "duration": 3}}
VOICE = {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}}
NOTE = {"video_note": {"file_id": "f", "file_unique_id": "u", "length": 9, "duration": 3}}
LOCATION = {"location": {"latitude": 46.17, "longitude": 34.81}}
STICKER = {
    "sticker": {
        "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 9, "height": 9,
        "is_animated": False, "is_video": False,
    }
}  # fmt: skip
STORY = (
    "Її повезли з класом у жовтні, обіцяли повернути за два тижні, а потім сказали, що дорогу "
    "закрито, і більше ми її не бачили."
)

EXPLAINED = [
    (PHOTO, "Отримано файлів: 1", "Щоб додати файл"),
    (DOCUMENT, "Отримано файлів: 1", "Щоб додати файл"),
    (VIDEO, "Отримано файлів: 1", "Щоб додати файл"),
    (VOICE, "Отримано файлів: 1", "Щоб додати файл"),
    (NOTE, "Отримано файлів: 1", "Щоб додати файл"),
    (LOCATION, "Позначка на мапі не потрібна", "Позначка на мапі не потрібна"),
]


def born(draft):
    """The date of birth as it is kept."""
    return next(one.value["edtf"] for at, one in draft.answers.items() if at.endswith("/born"))


@pytest.mark.parametrize(("content", "words", "_outside"), EXPLAINED)
async def test_what_is_no_words_is_kept_or_explained_at_a_question(
    olena, arrive, content, words, _outside
):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await olena.sends(**content)
    assert olena.last.startswith(words)
    await olena.taps("Мати")
    assert (await olena.at()).endswith("/name")


@pytest.mark.parametrize(("content", "_inside", "words"), EXPLAINED)
async def test_and_so_it_is_outside_any_question(olena, arrive, content, _inside, words):
    await arrive(olena)
    await olena.sends(**content)
    assert olena.last.startswith(words)


async def test_a_sticker_at_a_question_asks_for_words(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]")
    await olena.sends(**STICKER)
    assert olena.last == "Тут потрібні слова."


async def test_a_sticker_outside_a_question_gets_no_reply(olena, arrive):
    await arrive(olena)
    before = len(olena.messages)
    await olena.sends(**STICKER)
    assert len(olena.messages) == before


async def test_what_is_written_under_a_picture_is_an_answer_and_the_picture_is_kept(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]")
    await olena.sends(**PHOTO, caption="Ковальчук Софія Андріївна")
    assert olena.says_somewhere("Отримано файлів: 1")
    assert "Записали так" in olena.last


async def test_forwarded_words_are_an_answer_only_when_meant(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]")
    await olena.forwards("Ковальчук Софія Андріївна")
    assert "переслане" in olena.last
    assert not [at for at in (await olena.draft()).answers if at.endswith("/name")]
    await olena.taps("Так, записати")
    assert "Записали так" in olena.last


async def test_forwarded_words_that_are_not_meant_are_not_kept(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]")
    await olena.forwards("Ковальчук Софія Андріївна")
    await olena.taps("Ні")
    assert "Прізвище, ім’я" in olena.last
    assert "Ковальчук" not in str((await olena.known()).conversation.state)


async def test_the_caption_of_a_forwarded_picture_is_asked_about_as_well(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]")
    origin = {"type": "hidden_user", "sender_user_name": "Хтось", "date": 1_794_000_000}
    await olena.sends(**PHOTO, caption="Ковальчук Софія", forward_origin=origin)
    assert "переслане" in olena.last


async def test_forwarded_words_where_a_button_answers_are_asked_about_twice_if_need_be(
    olena, arrive
):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await olena.forwards(STORY)
    await olena.taps("Так, записати")
    assert "Куди додати?" in olena.last


async def test_an_edited_answer_is_asked_about_and_updated(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "27 3 2017")
    answer = olena.last_said
    await olena.edits(answer, "28 3 2017")
    assert "Оновити відповідь «Дата народження»?" in olena.last
    await olena.taps("Оновити")
    assert olena.says_somewhere("Відповідь оновлено.")
    draft = await olena.draft()
    assert born(draft) == "2017-03-28"
    assert draft.at == "last_place"
    assert "Де дитина була востаннє?" in olena.last


async def test_an_edited_answer_may_stay_as_it_was(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "27 3 2017")
    await olena.edits(olena.last_said, "28 3 2017")
    await olena.taps("Залишити")
    assert olena.says_somewhere("Відповідь лишилася, як була.")
    draft = await olena.draft()
    assert born(draft) == "2017-03-27"


async def test_an_edit_that_does_not_fit_says_what_would(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "27 3 2017")
    await olena.edits(olena.last_said, "31 2 2017")
    await olena.taps("Оновити")
    assert olena.says_somewhere("У лютому 2017 року 28 днів")
    draft = await olena.draft()
    assert born(draft) == "2017-03-27"


async def test_the_answer_that_did_not_fit_can_be_mended_by_editing_it(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "31 2 2017")
    await olena.edits(olena.last_said, "28 2 2017")
    await olena.taps("Оновити")
    draft = await olena.draft()
    assert born(draft) == "2017-02-28"


async def test_an_edit_of_the_open_question_leads_on_when_it_answers_it(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "31 2 2017")
    await olena.edits(olena.last_said, "28 2 2017")
    await olena.taps("Оновити")
    assert await olena.at() == "last_place"


async def test_an_edited_name_is_shown_back_in_its_parts_while_it_is_open(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "Ковальчук Софія")
    await olena.edits(olena.last_said, "Ковальчук Софія Андріївна")
    await olena.taps("Оновити")
    assert "По батькові: Андріївна" in olena.last


async def test_an_edited_message_nobody_knows_changes_nothing(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    await olena.edits(424_242, "Щось інше")
    assert olena.last == "Відповідь лишилася, як була."
    assert (await olena.at()).endswith("/name")


async def test_an_edit_after_sending_says_that_what_is_sent_stays(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "27 3 2017")
    answer = olena.last_said
    await olena.does(*MINIMUM[5:], "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    await olena.edits(answer, "28 3 2017")
    assert "надіслане не змінюється" in olena.last


async def test_words_outside_a_question_go_to_the_draft_if_asked(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, STORY)
    assert olena.shown()[-1] == "Не зберігати"
    assert olena.shown()[0].startswith("До чернетки")
    await olena.taps("До чернетки")
    assert olena.says_somewhere("Додано до чернетки.")
    assert (await olena.draft()).answers["free_text"].value == STORY
    assert "Перевірте перед надсиланням" in olena.last


async def test_more_words_before_the_answer_are_held_with_the_first(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "Перше.", "Друге.", "[До чернетки")
    assert (await olena.draft()).answers["free_text"].value == "Перше.\nДруге."


async def test_words_added_twice_are_kept_one_under_the_other(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "Перше.", "[До чернетки", "Друге.", "[До чернетки")
    assert (await olena.draft()).answers["free_text"].value == "Перше.\nДруге."


async def test_words_without_a_draft_may_begin_a_report(olena, arrive):
    await arrive(olena)
    await olena.does(STORY, "[Нове звернення]")
    assert await olena.at() == "relation"
    assert (await olena.draft()).answers["free_text"].value == STORY


async def test_words_that_are_not_wanted_are_kept_nowhere(olena, arrive, door):
    await arrive(olena)
    await olena.does(STORY, "[Не зберігати]")
    assert "повезли" not in str((await olena.known()).conversation.state)
    assert await olena.draft() is None
    assert "Чим допомогти?" in olena.last


@pytest.mark.parametrize("aside", ["/language", "/hide"])
async def test_words_are_still_asked_about_after_a_side_question(olena, arrive, aside):
    await arrive(olena)
    await olena.does(STORY, aside, "[English]" if aside == "/language" else "[Ні]")
    assert olena.shown() in (
        ["Нове звернення", "Не зберігати"],
        ["A new report", "Do not keep it"],
    )
    await olena.taps(olena.shown()[0])
    assert (await olena.draft()).answers["free_text"].value == STORY


async def test_side_questions_do_not_pile_up(olena, arrive):
    await arrive(olena)
    await olena.says(STORY)
    for _ in range(10):
        await olena.does("/language", "/hide")
    state = str((await olena.known()).conversation.state["spot"])
    assert state.count("'under'") == 3


async def test_a_long_story_where_a_button_answers_is_asked_about(olena, arrive):
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", STORY)
    assert "Куди додати?" in olena.last
    await olena.taps("До чернетки")
    assert (await olena.draft()).answers["free_text"].value == STORY
    assert "Ким Ви є дитині?" in olena.last


async def test_a_story_in_several_messages_is_one_answer(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Додати відомості]", "[3 Що сталося]")
    await walk(olena, "story")
    part = "слово " * 660
    await olena.does(part, "кінець", "[Далі]")
    told = (await olena.draft()).answers["story"].value
    assert told.endswith("кінець")
    assert len(told) > 3_900


@pytest.mark.parametrize("words", ["Залізо", STORY])
async def test_words_on_the_task_list_are_asked_about(olena, arrive, words):
    await arrive(olena)
    await olena.does(*MINIMUM, "[Додати відомості]", words)
    assert "Куди додати?" in olena.last


async def test_words_at_the_question_of_what_becomes_of_the_draft_ask_it_again(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:2], "[Зупинитися]", "щось")
    assert olena.says_somewhere("Оберіть кнопку")
    assert "Якщо зв’язок обірветься" in olena.last


async def test_more_words_than_a_report_holds_are_said_to_be_too_many(olena, arrive):
    await arrive(olena)
    for _ in range(5):
        await olena.says("слово " * 500)
    assert olena.says_somewhere("а вміщується 12")
    await olena.taps("Нове звернення")
    assert 11_000 < len((await olena.draft()).answers["free_text"].value) <= 12_000


async def test_one_message_longer_than_a_report_holds_is_refused_and_not_kept(olena, arrive):
    await arrive(olena)
    await olena.says("а" * 13_000)
    assert olena.says_somewhere("а вміщується 12")
    assert await olena.at() == "@home"
    assert "Чим допомогти?" in olena.last


async def test_forwarded_words_that_do_not_fit_are_told_so_and_the_question_stays(olena, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM[:4])
    await olena.forwards("31 2 2017")
    await olena.taps("Так, записати")
    assert olena.says_somewhere("У лютому 2017 року 28 днів")
    assert "Коли народилася дитина?" in olena.last
    assert olena.labels()


async def test_pictures_sent_together_are_explained_once(olena, arrive):
    await arrive(olena)
    before = len(olena.messages)
    for _ in range(5):
        await olena.sends(**PHOTO, media_group_id="13579")
    assert len(olena.messages) == before + 1
    await olena.sends(**PHOTO, media_group_id="24680")
    assert len(olena.messages) == before + 2
