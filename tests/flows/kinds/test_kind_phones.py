"""Phone: typed or shared; never rung on a russian network unless asked. The numbers are invented."""

from datetime import date

import pytest

from flows.answers import Deeper, Invalid, NotKnown, Taken, Word
from flows.kinds.kind import Now
from flows.kinds.phones import Phone

NOW = Now(date(2026, 11, 24))
TIRED = Now(NOW.today, tries=2)
KIND = Phone()


def ask(outcome):
    return KIND.page(outcome.sub, NOW).ask.key


@pytest.mark.parametrize(
    "typed", ["067 123 45 67", "0671234567", "(067) 123-45-67", "+38 (067) 123-45-67",
              "380671234567", "00380671234567", "067.123.45.67"]
)  # fmt: skip
def test_a_ukrainian_number_is_taken_in_any_spelling(typed):
    assert KIND.typed(typed, {}, NOW) == Taken(
        {"e164": "+380671234567", "region": "UA", "call": True, "whose": "own"}, typed
    )


@pytest.mark.parametrize(
    "typed", ["8 067 123 45 67", "тел. 0671234567", "0671234567 (мама)", "67 123 45 67",
              "tel:+380671234567"]
)  # fmt: skip
def test_a_number_that_took_some_reading_is_confirmed(typed):
    asked = KIND.typed(typed, {}, NOW)
    assert KIND.page(asked.sub, NOW).ask == Word("kind.phone.confirm", {"number": "+380671234567"})
    assert KIND.tapped("#yes", asked.sub, NOW).value["e164"] == "+380671234567"
    assert KIND.tapped("#other", asked.sub, NOW) == Deeper({})


def test_an_extension_is_kept_apart():
    asked = KIND.typed("+380671234567 доб. 12", {}, NOW)
    assert KIND.tapped("#yes", asked.sub, NOW).value["ext"] == "12"


@pytest.mark.parametrize("typed", ["+7 900 123 45 67", "8 900 123 45 67", "79001234567"])
def test_a_russian_number_is_not_rung_unless_asked(typed):
    asked = KIND.typed(typed, {}, NOW)
    assert ask(asked) == "kind.phone.ru"
    assert KIND.tapped("#quiet", asked.sub, NOW).value["call"] is False
    assert KIND.tapped("#call", asked.sub, NOW).value["call"] is True
    assert KIND.tapped("#other", asked.sub, NOW) == Deeper({})


def test_a_number_of_belarus_is_asked_about_as_well():
    assert ask(KIND.typed("+375 29 123 45 67", {}, NOW)) == "kind.phone.by"


@pytest.mark.parametrize("code", ["949", "959", "978", "990"])
def test_networks_of_occupied_territory_are_flagged(code):
    asked = KIND.typed(f"8 ({code}) 123 45 67", {}, NOW)
    assert KIND.tapped("#quiet", asked.sub, NOW).flags == ("occupied_operator",)


def test_other_russian_numbers_are_not_flagged_as_occupied():
    asked = KIND.typed("+7 900 123 45 67", {}, NOW)
    assert KIND.tapped("#quiet", asked.sub, NOW).flags == ()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("067123456", "phone_short"),
        ("06712345678", "phone_long"),
        ("911", "phone_short"),
        ("0800500200", "phone_service"),
        ("+1 800 FLOWERS", "phone_letters"),
        ("+380671234567 +380501234567", "phone_several"),
        ("0671234567 0501234567", "phone_several"),
        ("067 123 45 67, 050 123 45 67", "phone_several"),
        ("0671234567/0501234567", "phone_several"),
        ("067 123 45 67 або 050 123 45 67", "phone_several"),
        ("+380000000000", "phone"),
        ("мій", "phone_letters"),
        ("", "empty"),
    ],
)
def test_a_refusal_says_what_to_do(typed, code):
    with pytest.raises(Invalid) as refused:
        KIND.typed(typed, {}, NOW)
    assert refused.value.code == code


def test_the_first_page_offers_to_share_ones_number_or_to_have_none():
    page = KIND.page({}, NOW)
    assert page.shares_contact
    none = KIND.tapped("none", {}, NOW)
    assert none == Taken(None, flags=("no_phone",))
    assert KIND.fits(none.value)
    assert KIND.told(none.value) == (Word("kind.phone.told_none"),)


def test_having_no_phone_can_be_typed():
    assert KIND.typed("немає телефону", {}, NOW) == NotKnown("немає телефону")


def test_ones_own_shared_number_is_taken():
    assert KIND.shared("380671234567", own=True, name="Олена").value["whose"] == "own"


def test_a_shared_russian_number_is_asked_about():
    assert ask(KIND.shared("+79781234567", own=True, name="")) == "kind.phone.ru"


def test_the_card_of_another_person_is_never_ones_own():
    asked = KIND.shared("+380671234567", own=False, name="<b>Тітка</b> Оля")
    assert ask(asked) == "kind.phone.whose"
    taken = KIND.tapped("#trusted", asked.sub, NOW)
    assert taken.value == {
        "e164": "+380671234567",
        "region": "UA",
        "call": True,
        "whose": "trusted",
        "name": "<b>Тітка</b> Оля",
    }
    assert KIND.tapped("#mine", asked.sub, NOW) == Deeper({})


def test_a_trusted_person_with_a_russian_number_is_asked_about_too():
    asked = KIND.tapped("#trusted", KIND.shared("79001234567", own=False, name="").sub, NOW)
    assert ask(asked) == "kind.phone.ru"
    assert KIND.tapped("#quiet", asked.sub, NOW).value["whose"] == "trusted"


def test_a_shared_contact_without_a_number_asks_again():
    with pytest.raises(Invalid):
        KIND.shared("junk " * 500, own=True, name="x" * 100_000)


def test_a_quiet_number_says_so():
    asked = KIND.typed("+79001234567", {}, NOW)
    value = KIND.tapped("#quiet", asked.sub, NOW).value
    assert KIND.told(value)[1] == Word("kind.phone.told_quiet")


def test_a_number_refused_twice_may_be_kept():
    offered = KIND.typed("питайте сусідку", {}, TIRED)
    assert KIND.tapped("#keep", offered.sub, TIRED).value == {"text": "питайте сусідку"}
