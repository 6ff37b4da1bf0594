"""Text and Email: what is cleaned away, what is kept, what is never refused."""

from datetime import date

import pytest

from flows.answers import Deeper, Invalid, NotKnown, Taken
from flows.kinds.email import Email
from flows.kinds.kind import Now
from flows.kinds.text import Text

NOW = Now(date(2026, 11, 24))
TIRED = Now(NOW.today, tries=2)


def test_a_clean_text_is_kept_as_it_is():
    assert Text().typed("Вивезли у Таганрог.\nУ липні.", {}, NOW) == Taken(
        "Вивезли у Таганрог.\nУ липні."
    )


def test_what_differs_from_the_clean_text_is_kept_beside_it():
    taken = Text().typed("  так\u202e  ", {}, NOW)
    assert taken == Taken("так", "  так\u202e  ", ("cleaned",))


def test_invisible_characters_of_a_phone_raise_no_flag():
    assert Text().typed("так\u200b", {}, NOW) == Taken("так", "так\u200b")


def test_joined_emoji_stay_whole_in_free_text():
    family = "👨\u200d👩\u200d👧 разом"
    assert Text().typed(family, {}, NOW).value == family


def test_lone_surrogates_and_nul_are_kept_as_escapes():
    taken = Text().typed("a\ud83d\0b", {}, NOW)
    assert (taken.value, taken.verbatim) == ("ab", "a\\ud83d\\x00b")


def test_a_long_text_names_its_length_and_the_limit():
    with pytest.raises(Invalid) as refused:
        Text(at_most=10).typed("а" * 11, {}, NOW)
    assert (refused.value.code, refused.value.params) == ("too_long", {"count": 11, "limit": 10})


def test_the_limit_is_counted_after_cleaning():
    assert Text(at_most=3).typed(" \u202eтак\u202c ", {}, NOW).value == "так"


@pytest.mark.parametrize("blank", ["", " \n", "\0\0", "\u200d", "\ud83d"])
def test_a_text_of_nothing_is_asked_again(blank):
    with pytest.raises(Invalid, match="empty"):
        Text().typed(blank, {}, NOW)


def test_not_knowing_answers_a_short_question_but_is_part_of_a_story():
    assert Text(at_most=300).typed("не знаю", {}, NOW) == NotKnown("не знаю")
    assert Text(at_most=12_000).typed("не знаю", {}, NOW) == Taken("не знаю")
    assert Text().typed("не знаю, мабуть Таганрог", {}, NOW).value == "не знаю, мабуть Таганрог"


def test_an_answer_of_none_is_an_answer():
    assert Text().typed("немає", {}, NOW) == Taken("немає")


@pytest.mark.parametrize(
    "typed", ["olena@example.com", " mailto:Olena@Example.com ", "<a.b@c.ua>"]
)
def test_an_address_is_found_in_what_was_typed(typed):
    taken = Email().typed(typed, {}, NOW)
    assert taken.value["email"] in typed
    assert Email().fits(taken.value)


@pytest.mark.parametrize(
    "typed", ["olena", "olena@", "@example.com", "a@b", "a@b..com", "a b@c.ua"]
)
def test_what_is_no_address_asks_again_and_may_be_kept_in_the_end(typed):
    with pytest.raises(Invalid, match="email"):
        Email().typed(typed, {}, NOW)
    offered = Email().typed(typed, {}, TIRED)
    assert isinstance(offered, Deeper)
    assert Email().tapped("#keep", offered.sub, TIRED) == Taken(
        {"text": typed}, typed, ("unparsed",)
    )
    assert Email().tapped("#again", offered.sub, TIRED) == Deeper({})
