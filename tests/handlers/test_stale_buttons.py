"""Old buttons act on nothing; and two people at one door never meet."""

import asyncio

import pytest
from chat import SAVED, STALE, Person, kept
from walk import MINIMUM, question, walk

#: places, and how one comes there from home
PLACES = {
    "home": (),
    "language": ("/language",),
    "hide": ("/hide",),
    "tasks": (*MINIMUM, "[Додати відомості]"),
    "question": MINIMUM[:1],
    "name shown back": MINIMUM[:3],
    "date to confirm": (*MINIMUM[:4], "27 3 2005"),
    "place": (*MINIMUM[:5], "[Херсонська]"),
    "check": MINIMUM,
    "change": (*MINIMUM, "[Змінити: Дитина]"),
    "consents": (*MINIMUM, "[Надіслати прокурорам]"),
    "receipt": (*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]"),
    "resume": (*MINIMUM[:2], "/start"),
    "cut off": (*MINIMUM[:2], "[Зупинитися]"),
    "stray": ("щось",),
    "forwarded": MINIMUM[:2],
    "edited": (*MINIMUM[:4], "27 3 2017"),
}


async def go(person: Person, place: str) -> None:
    await person.does(*PLACES[place])
    if place == "forwarded":
        await person.forwards("Ковальчук")
    if place == "edited":
        await person.edits(person.last_said, "28 3 2017")


@pytest.mark.parametrize("place", PLACES)
async def test_an_old_button_changes_nothing_and_shows_what_is_asked_now(olena, arrive, place):
    await arrive(olena)
    await go(olena, place)
    before = kept(await olena.known())
    revision = (await olena.known()).conversation.revision
    shown = olena.shown()
    for data in (f"d1|{revision - 3}|0", f"d1|{revision - 2}|1", f"d1|{revision + 1}|0"):
        assert await olena.presses(data) == "committed"
        assert olena.toasts[-1] == STALE
        assert kept(await olena.known()) == before
        assert olena.shown() == shown


@pytest.mark.parametrize("place", PLACES)
async def test_a_number_beyond_the_buttons_changes_nothing(olena, arrive, place):
    await arrive(olena)
    await go(olena, place)
    before = kept(await olena.known())
    revision = (await olena.known()).conversation.revision
    await olena.presses(f"d1|{revision}|99")
    assert kept(await olena.known()) == before
    assert olena.toasts[-1] == STALE


async def test_no_button_pressed_on_the_whole_way_works_again(olena, arrive):
    """Every button ever shown, pressed once the report is sent."""
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await walk(olena, "#check")
    await olena.does("[Надіслати прокурорам]", "[Надіслати прокурорам]")
    before = kept(await olena.known())
    old = {
        one["callback_data"]
        for _, params in olena.calls
        for row in (params.get("reply_markup") or {}).get("inline_keyboard", ())
        for one in row
        if "callback_data" in one
    }
    live = {
        one["callback_data"]
        for one in olena.messages[max(olena.messages)].buttons
        if "callback_data" in one
    }
    assert len(old - live) > 50
    for data in sorted(old - live):
        await olena.presses(data)
        assert olena.toasts[-1] in (STALE, SAVED)
    assert kept(await olena.known()) == before
    assert await olena.door.database.fetchval("SELECT count(*) FROM cases") == 1


@pytest.mark.parametrize("times", [2, 10])
async def test_an_impatient_finger_answers_once_and_draws_nothing_more(olena, arrive, times):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    message_id, button = olena.button("Мати")
    await olena.taps("Мати")
    before, messages = kept(await olena.known()), len(olena.messages)
    for _ in range(times - 1):
        await olena.presses(button["callback_data"], message_id)
        assert olena.toasts[-1] == SAVED
    assert kept(await olena.known()) == before
    assert len(olena.messages) == messages


async def test_another_button_of_the_screen_before_is_not_said_to_be_saved(olena, arrive):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    message_id, button = olena.button("Батько")
    await olena.taps("Мати")
    await olena.presses(button["callback_data"], message_id)
    assert olena.toasts[-1] == STALE
    assert (await olena.draft()).answers["relation"].value == "mother"


async def test_a_second_tap_on_stop_starts_nothing(olena, arrive):
    await arrive(olena)
    await olena.does(
        *MINIMUM[:2], "[Зупинитися]", "[Ні, не передавайте]", "/start", "[Продовжити]"
    )
    message_id, button = olena.button("Зупинитися")
    await olena.taps("Зупинитися")
    before = kept(await olena.known())
    await olena.presses(button["callback_data"], message_id)
    assert kept(await olena.known()) == before
    assert await olena.at() == "@away"


async def test_a_button_pressed_twice_at_the_same_moment_counts_once(olena, arrive):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    message_id, button = olena.button("Мати")
    await asyncio.gather(*(olena.presses(button["callback_data"], message_id) for _ in range(3)))
    draft = await olena.draft()
    assert list(draft.answers) == ["relation"]
    assert question(draft.at) == "name"


async def test_a_button_drawn_yesterday_means_what_it_meant_then(olena, arrive, clock):
    await arrive(olena)
    await olena.does(*MINIMUM[:4], "[Знаю лише вік]")
    clock["now"] = clock["now"].replace(hour=12)
    await olena.presses(olena.button("9")[1]["callback_data"])
    assert await olena.at() == "last_place"


async def test_two_people_at_one_door_never_see_each_other(olena, petro, arrive, door):
    """The same reports, move by move in turns; each chat holds its own words only."""
    await arrive(olena)
    await arrive(petro)
    hers = [*MINIMUM]
    his = [move.replace("Ковальчук Софія Андріївна", "Бондар Марко Ігорович")
           .replace("[Мати]", "[Батько]").replace("27 3 2017", "14 9 2012") for move in MINIMUM]  # fmt: skip
    for left, right in zip(hers, his, strict=True):
        await asyncio.gather(olena.does(left), petro.does(right))
    for mine, others, person in (("Софія", "Марко", olena), ("Марко", "Софія", petro)):
        assert mine in person.last
        assert not person.says_somewhere(others)
    first, second = await olena.draft(), await petro.draft()
    assert first.answers["relation"].value == "mother"
    assert second.answers["relation"].value == "father"


async def test_the_button_of_somebody_else_is_an_old_one(olena, petro, arrive):
    await arrive(olena)
    await olena.does(*MINIMUM)
    _, button = olena.button("Надіслати прокурорам")
    await petro.presses(button["callback_data"])
    assert await petro.at() == "@arrival"
    assert not petro.says_somewhere("Софія")
    assert await olena.at() == "#check"


async def test_what_follows_a_button_pressed_by_somebody_else_is_theirs_alone(
    olena, petro, arrive
):
    """The same data in two chats at the same revision means each chat's own screen."""
    await arrive(olena)
    await arrive(petro)
    _, button = olena.button("Повідомити про дитину")
    await petro.presses(button["callback_data"])
    assert await petro.at() == "relation"
    assert await olena.at() == "@home"
