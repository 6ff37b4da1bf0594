"""Whatever people write can be printed, stays text, and hides nothing."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import MADE, SHORTEST, WHOLE, name, report, smallest
from pdf_text import Pdf, flat

from desk.export import printing
from desk.export.dossier import dossier
from desk.export.printing import printable

EMOJI = "👩‍👧 ❤️ 😭"
ARABIC = "اسمي أرتيم وأنا في أنابا"


def told(text: str) -> Pdf:
    """A dossier in which the reporter adds the text in the end."""
    said = report({**SHORTEST, "free_text": text})
    return Pdf(dossier(smallest(report=said), MADE, "uk", only=("told",)))


def test_every_character_that_counts_as_drawable_is_drawn_in_text_and_in_headings():
    letters = "".join(map(chr, sorted(printing._glyphs())))
    assert len(letters) > 3600
    lines = [letters[at : at + 60] for at in range(0, len(letters), 60)]
    # Between two letters, so that a mark has something to stand on.
    assert told("\n".join(f"x{line}x" for line in lines)).pages
    for at in range(0, len(lines), 20):
        text = " ".join(lines[at : at + 20])
        child = name(text, "", "", "")
        said = report({**SHORTEST, "a/name": child})
        assert Pdf(dossier(smallest(report=said), MADE, "uk", only=("told",))).pages


def test_all_that_ukrainians_write_is_drawable():
    for char in "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯыэёъ’ʼ№—«»„“":
        assert printable(char) == char


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("😭", "[U+1F62D]"),
        ("👩‍👧", "[U+1F469 U+200D U+1F467]"),
        ("а\u202eб", "а[U+202E]б"),
        ("а\u200bб", "а[U+200B]б"),
        ("а\u0007б", "а[U+0007]б"),
        ("漢字", "[U+6F22 U+5B57]"),
        ("\ue000", "[U+E000]"),
        ("❤\ufe0f", "❤"),
        ("і\r\nй", "і\nй"),
        ("й", "й"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_code(typed, shown):
    assert printable(typed) == unicodedata.normalize("NFC", shown)


def test_a_word_without_an_end_stays_on_the_page():
    word = "щ" * 300
    assert max(map(len, printable(word).split("\u200b"))) <= 8
    assert flat(printable(word)) == word
    assert told(word).holds(word)


def test_a_number_of_a_case_is_not_broken():
    number = "5f0c7a52-6f5b-4f0e-9b5e-0d2f6a1b7c11"
    assert printable(number) == number


@pytest.mark.parametrize(
    "text",
    [
        '#import "/etc/passwd"', '#eval("1+1")', "$x^2$", "*жирно* _курсив_ `код`",
        "= Заголовок", "\\ \\u{1F600}", "#{panic()}", "@label <label>", "// не коментар /* */",
        "#sys.inputs", "[content]", "https://evil.example", "~ -- --- ... 'x' \"x\"",
    ],
)  # fmt: skip
def test_what_looks_like_markup_is_printed_as_it_was_typed(text):
    assert told(text).holds(text)


def test_other_scripts_and_emoji_print():
    printed = told(f"{ARABIC}\n{EMOJI}\nקובלנקו ქართული")
    assert printed.holds("[U+1F62D]")
    assert printed.holds("ქართული")


def test_the_text_that_cannot_be_drawn_is_kept_to_the_letter_in_the_json():
    said = report({**WHOLE, "reporter_name": EMOJI})
    printed = Pdf(dossier(smallest(report=said), MADE, "uk"))
    assert EMOJI in printed.attachments[0].decode()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_can_be_printed(text):
    assert told(text or "?").pages


_LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Pd", "Zs"], max_codepoint=0x6FF)


@settings(max_examples=40, deadline=None)
@given(st.text(_LETTERS, min_size=1, max_size=60), st.text(_LETTERS, max_size=60))
def test_any_name_can_be_printed(family, given_name):
    child = name(family, given_name, "", "")
    said = report({**SHORTEST, "a/name": child})
    assert Pdf(dossier(smallest(report=said), MADE, "en")).pages
