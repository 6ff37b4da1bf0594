"""Passphrases: drawn from a list that forgives, or one's own if it is long."""

import re

import pytest

from vault import passphrase
from vault.passphrase import TooWeak, drawn, own, spelt, words

FOLDED = str.maketrans({"ї": "і", "и": "і", "й": "і", "є": "е", "щ": "ш", "ь": None})


def test_the_list_is_long_enough_and_its_words_are_short_and_plain():
    assert len(words()) >= 1296
    assert len(set(words())) == len(words())
    assert [word for word in words() if not re.fullmatch(r"[абвгдеєжзиіїйклмнопрстуфхцчшщьюя]{3,8}", word)] == []  # fmt: skip
    assert passphrase.bits() > 62


def test_one_wrong_letter_never_makes_another_word():
    """Neither a letter too many, too few or another, nor two letters that sound alike."""
    folded = [word.translate(FOLDED) for word in words()]
    assert len(set(folded)) == len(folded)
    known, without = set(folded), {}
    for word in folded:
        for at in range(len(word)):
            shorter = word[:at] + word[at + 1 :]
            assert shorter not in known
            # the same rest with the gap in the same place: only one letter is another
            assert without.setdefault((shorter, at), word) == word


def test_six_words_are_drawn_from_the_chance_given():
    assert drawn(bytes(16)) == " ".join([words()[0]] * 6)
    assert len({drawn(bytes([number]) * 16) for number in range(200)}) == 200
    assert all(word in words() for word in drawn(bytes(range(16))).split(" "))
    with pytest.raises(ValueError, match="16 random bytes"):
        drawn(bytes(15))


def test_every_word_can_come_in_every_place():
    count = len(words())
    for place in (0, 5):
        for word in (0, 1, count - 1):
            number = word * count**place
            assert drawn(number.to_bytes(16, "big")).split(" ")[place] == words()[word]


@pytest.mark.parametrize("weak", ["", "коротко", "a" * 40, "абв" * 20, " " * 30 + "дев’ять сл"])
def test_a_passphrase_of_ones_own_must_be_long_and_varied(weak: str):
    with pytest.raises(TooWeak):
        own(weak)


def test_a_long_one_is_taken_as_it_is():
    assert own("У суботу дядько Петро лагодив сірий паркан") == (
        "У суботу дядько Петро лагодив сірий паркан"
    )


def test_capitals_and_spaces_do_not_matter_words_do():
    assert spelt("  Абетка\tАВТО\n білка ") == spelt("абетка авто білка")
    assert spelt("абетка авто білка") != spelt("абетка білка авто")
