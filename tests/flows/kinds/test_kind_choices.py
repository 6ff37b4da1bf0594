"""Choice, Many, Consent, Files: questions answered by buttons."""

from datetime import date

import pytest

from flows.answers import Deeper, Invalid, NotKnown, Option, Taken, Word
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.files import Files
from flows.kinds.kind import Now

NOW = Now(date(2026, 11, 24))
LETTERS = tuple("abcdefghijklmnopqrstuvw")


def keys(kind, sub):
    return [option.key for option in kind.page(sub, NOW).options()]


def every_page(kind):
    sub, pages = {}, []
    while True:
        shown = keys(kind, sub)
        pages.append(shown)
        if "#more" not in shown:
            return pages
        sub = kind.tapped("#more", sub, NOW).sub


def test_a_choice_is_taken_by_its_key():
    assert Choice("yes", "no").tapped("no", {}, NOW) == Taken("no")


def test_a_choice_is_worded_by_its_step():
    assert Choice("yes").page({}, NOW).options() == (Option("yes", Word("option.yes")),)
    assert Choice("yes").told("yes") == (Word("option.yes"),)


def test_a_button_that_is_not_on_the_page_is_refused():
    with pytest.raises(Invalid):
        Choice("yes", "no").tapped("perhaps", {}, NOW)
    with pytest.raises(Invalid):
        Choice(*LETTERS).tapped("w", {}, NOW)


def test_text_where_a_button_is_expected_asks_again():
    with pytest.raises(Invalid, match="choose"):
        Choice("yes").typed("мабуть", {}, NOW)


@pytest.mark.parametrize("said", ["не знаю", "Не знаю.", "?", "—", "не помню", "I don’t know"])
def test_not_knowing_can_be_typed(said):
    assert Choice("yes").typed(said, {}, NOW) == NotKnown(said)
    assert Many("yes").typed(said, {}, NOW) == NotKnown(said)


def test_eight_options_with_first_eight_stand_on_one_page():
    assert every_page(Choice(*LETTERS[:8], first=8)) == [list(LETTERS[:8])]


def test_a_lone_last_option_is_not_hidden_behind_more():
    assert every_page(Choice(*LETTERS[:7])) == [list(LETTERS[:7])]


@pytest.mark.parametrize("first", [1, 5, 6, 7, 8, 12])
@pytest.mark.parametrize("count", range(1, 24))
def test_pages_hold_each_option_once_and_at_most_eight_buttons(count, first):
    pages = every_page(Choice(*LETTERS[:count], first=first))
    assert [key for page in pages for key in page if "#" not in key] == list(LETTERS[:count])
    assert all(len(page) <= 8 for page in pages)


def test_every_page_leads_back_to_the_one_before():
    kind = Choice(*LETTERS, first=5)
    second = kind.tapped("#more", {}, NOW).sub
    assert keys(kind, kind.tapped("#fewer", second, NOW).sub) == keys(kind, {})


def test_a_choice_knows_which_stored_values_are_still_its_own():
    kind = Choice("yes", "no")
    assert kind.fits("yes")
    assert not any(kind.fits(value) for value in ("perhaps", None, 1, ["yes"], {"yes": 1}))


def test_ticks_are_toggled_and_taken_in_declared_order():
    kind = Many("police", "lawyer", "nobody", alone=("nobody",))
    sub = {}
    for key in ("lawyer", "police", "lawyer", "lawyer"):
        sub = kind.tapped(key, sub, NOW).sub
    assert kind.page(sub, NOW).ticked == ("police", "lawyer")
    assert kind.tapped("#done", sub, NOW) == Taken(["police", "lawyer"])


def test_none_of_this_excludes_the_rest_and_the_rest_excludes_it():
    kind = Many("police", "lawyer", "nobody", alone=("nobody",))
    sub = kind.tapped("nobody", kind.tapped("police", {}, NOW).sub, NOW).sub
    assert kind.page(sub, NOW).ticked == ("nobody",)
    assert kind.page(kind.tapped("lawyer", sub, NOW).sub, NOW).ticked == ("lawyer",)


def test_done_with_nothing_ticked_asks_to_pick_one():
    with pytest.raises(Invalid, match="pick_one"):
        Many("police").tapped("#done", {}, NOW)


def test_ticks_are_kept_when_pages_are_turned():
    kind = Many(*LETTERS)
    sub = kind.tapped("a", {}, NOW).sub
    sub = kind.tapped("#more", sub, NOW).sub
    sub = kind.tapped("h", sub, NOW).sub
    assert kind.tapped("#done", sub, NOW) == Taken(["a", "h"])


@pytest.mark.parametrize("count", range(1, 24))
def test_done_stands_in_the_last_row_of_every_page(count):
    pages = every_page(Many(*LETTERS[:count]))
    assert all(page[-1] == "#done" and len(page) <= 9 for page in pages)
    assert [key for page in pages for key in page if "#" not in key] == list(LETTERS[:count])


def test_consent_starts_with_nothing_but_the_fixed_party():
    kind = Consent("prosecutor", "police", fixed=("prosecutor",))
    assert kind.page({}, NOW).ticked == ("prosecutor",)
    assert kind.tapped("#done", {}, NOW) == Taken({"version": 1, "parties": ["prosecutor"]})


def test_consent_to_nobody_is_an_answer():
    assert Consent("police").tapped("#done", {}, NOW) == Taken({"version": 1, "parties": []})
    assert Consent("police").fits({"version": 1, "parties": []})


def test_a_fixed_party_cannot_be_switched_off():
    with pytest.raises(Invalid, match="consent_fixed"):
        Consent("prosecutor", fixed=("prosecutor",)).tapped("prosecutor", {}, NOW)


def test_consent_can_be_given_and_taken_back():
    kind = Consent("prosecutor", "police", "icc", fixed=("prosecutor",))
    sub = kind.tapped("icc", {}, NOW).sub
    assert kind.page(sub, NOW).ticked == ("prosecutor", "icc")
    assert kind.page(kind.tapped("icc", sub, NOW).sub, NOW).ticked == ("prosecutor",)


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 0, "parties": ["prosecutor"]},
        {"version": 1, "parties": []},
        {"version": 1, "parties": ["prosecutor", "somebody"]},
        {"version": 1, "parties": "prosecutor"},
        None,
    ],
)
def test_a_consent_to_other_words_has_to_be_given_again(stored):
    assert not Consent("prosecutor", "police", fixed=("prosecutor",)).fits(stored)


def test_files_take_no_words():
    with pytest.raises(Invalid, match="file_expected"):
        Files().typed("ось фото", {}, NOW)
    assert Files().told("sent") == (Word("kind.files.sent"),)
    assert isinstance(Many("a").tapped("a", {}, NOW), Deeper)
