"""PersonName: any order, shown back, corrected by one tap. The people are invented."""

from datetime import date

import pytest

from flows.answers import Deeper, Invalid, Literal, Taken, Word
from flows.kinds.kind import Now
from flows.kinds.names import PersonName

NOW = Now(date(2026, 11, 24))
TIRED = Now(NOW.today, tries=2)
KIND = PersonName()


def read(text):
    name = KIND.typed(text, {}, NOW).sub["name"]
    return name["family"], name["given"], name["patronymic"]


def taken(text):
    return KIND.tapped("yes", KIND.typed(text, {}, NOW).sub, NOW)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Ковальчук Софія Андріївна", ("Ковальчук", "Софія", "Андріївна")),
        ("Софія Андріївна Ковальчук", ("Ковальчук", "Софія", "Андріївна")),
        ("Іваненко Ілля Сергійович", ("Іваненко", "Ілля", "Сергійович")),
        ("Петров Иван Сергеевич", ("Петров", "Иван", "Сергеевич")),
        ("Мария Ивановна Петрова", ("Петрова", "Мария", "Ивановна")),
        ("Янукович Віктор Федорович", ("Янукович", "Віктор", "Федорович")),
        ("Софія Ковальчук", ("Ковальчук", "Софія", "")),
        ("Мороз Софія", ("Мороз", "Софія", "")),
        ("Софія Мороз", ("Мороз", "Софія", "")),
        ("Марко Бойко", ("Бойко", "Марко", "")),
        ("Софія Андріївна", ("", "Софія", "Андріївна")),
        ("Софія", ("", "Софія", "")),
        ("Ковальчук", ("Ковальчук", "", "")),
        ("Мамедов Алі Гасан огли", ("Мамедов", "Алі", "Гасан огли")),
        ("Ю Лі", ("Ю", "Лі", "")),
        ("Ковальчук Софія Андріївна.", ("Ковальчук", "Софія", "Андріївна")),
    ],
)
def test_the_parts_are_found_in_any_order(typed, parts):
    assert read(typed) == parts


def test_a_name_is_shown_back_before_it_is_taken():
    shown = KIND.page(KIND.typed("Ковальчук Софія", {}, NOW).sub, NOW)
    assert shown.ask == Word(
        "kind.name.echo",
        {"family": "Ковальчук", "given": "Софія", "patronymic": Word("kind.name.absent")},
    )
    assert [option.key for option in shown.options()] == ["yes", "swap", "apart"]


def test_there_is_nothing_to_swap_in_one_word():
    shown = KIND.page(KIND.typed("Софія", {}, NOW).sub, NOW)
    assert [option.key for option in shown.options()] == ["yes", "apart"]


def test_a_taken_name_carries_its_latin_spelling_and_what_was_typed():
    assert taken(" Згурський Софія Дем'янівна") == Taken(
        {
            "family": "Згурський",
            "given": "Софія",
            "patronymic": "Дем’янівна",
            "latin": "Zghurskyi Sofiia Demianivna",
            "verbatim": " Згурський Софія Дем'янівна",
        },
        " Згурський Софія Дем'янівна",
    )


def test_letters_ukrainian_has_not_are_spelled_as_in_a_russian_passport():
    assert taken("Рыбин Семён").value["latin"] == "Rybin Semen"


def test_a_name_in_latin_letters_needs_no_latin_spelling():
    assert taken("Ğafar Çelebi").value["latin"] is None


def test_no_letter_is_made_large_or_small():
    assert read("де ла круз анна")[1] != "Анна"
    assert taken("коваль анна").value["family"] == "коваль"


def test_surname_and_first_name_can_be_exchanged():
    sub = KIND.tapped("swap", KIND.typed("Ковальчук Софія Андріївна", {}, NOW).sub, NOW).sub
    assert KIND.tapped("yes", sub, NOW).value["family"] == "Софія"
    assert KIND.tapped("yes", sub, NOW).value["patronymic"] == "Андріївна"


def test_the_parts_can_be_given_one_by_one():
    sub = KIND.tapped("apart", KIND.typed("Марко Бойко", {}, NOW).sub, NOW).sub
    for said in ("Бойко Сірко", "Марко", "-"):
        sub = KIND.typed(said, sub, NOW).sub
    value = KIND.tapped("yes", sub, NOW).value
    assert (value["family"], value["given"], value["patronymic"]) == ("Бойко Сірко", "Марко", None)
    assert value["verbatim"] == "Марко Бойко\nБойко Сірко\nМарко\n-"


def test_a_part_that_does_not_exist_has_a_button():
    sub = KIND.tapped("apart", KIND.typed("Марко", {}, NOW).sub, NOW).sub
    for _ in range(2):
        sub = KIND.tapped("none", sub, NOW).sub
    with pytest.raises(Invalid, match="empty"):
        KIND.tapped("none", sub, NOW)


def test_typing_anew_replaces_the_name_shown_back():
    sub = KIND.typed("Марко Бойко", {}, NOW).sub
    assert KIND.typed("Олена Бойко", sub, NOW).sub["name"]["given"] == "Олена"


def test_digits_may_be_kept_at_once():
    offered = KIND.typed("Іван2", {}, NOW)
    assert KIND.page(offered.sub, NOW).ask == Word("kind.keep.digits", {"text": "Іван2"})
    assert KIND.tapped("#keep", offered.sub, NOW) == Taken(
        {"text": "Іван2"}, "Іван2", ("unparsed",)
    )
    assert KIND.told({"text": "Іван2"}) == (Literal("Іван2"),)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Іван, Петро, Оля", "name_several"),
        ("Іван і Петро", "name_several"),
        ("Іван/Петро", "name_several"),
        ("Іван😀", "name_letters"),
        ("а" * 81, "name_long"),
        ("''", "empty"),
    ],
)
def test_a_refusal_says_what_to_do(typed, code):
    with pytest.raises(Invalid, match=code):
        KIND.typed(typed, {}, NOW)


def test_a_name_refused_twice_may_be_kept():
    offered = KIND.typed("Іван і Петро", {}, TIRED)
    assert isinstance(offered, Deeper)
    assert KIND.tapped("#keep", offered.sub, TIRED).flags == ("unparsed",)


def test_an_apostrophe_of_any_shape_is_the_same():
    spellings = {read(f"Мар{mark}яна") for mark in "'’ʼ`´"}
    assert spellings == {("", "Мар’яна", "")}
