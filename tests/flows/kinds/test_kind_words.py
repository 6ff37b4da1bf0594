"""The wording of the kinds: complete, alike in both languages, free of words that hurt."""

import re
import string
from pathlib import Path

import pytest

import flows.kinds
from flows.kinds.words import WORDS, WORDS_EN

SOURCES = [
    path.read_text(encoding="utf-8")
    for path in Path(flows.kinds.__file__).parent.glob("*.py")
    if not path.name.startswith("words")
]
BANNED = (
    r"помилк|неправильн|невірн|заборонен|обов[’'ʼ]язков|жертв|на жаль|\bупс|некоректн"
    r"|\berror|\binvalid|\bplease|\bsorry|\boops|\bforbidden|\bvictim|\bfailed"
)


def fields(wording):
    return sorted(name for _, name, _, _ in string.Formatter().parse(wording) if name)


def test_both_languages_word_the_same_keys():
    assert WORDS.keys() == WORDS_EN.keys()


def test_both_languages_fill_the_same_places():
    assert {key: fields(said) for key, said in WORDS.items()} == {
        key: fields(said) for key, said in WORDS_EN.items()
    }


def test_every_key_in_the_sources_is_worded():
    written = {key for text in SOURCES for key in re.findall(r'"(kind\.[a-z_.0-9]+)"', text)}
    refused = {
        f"error.{code}"
        for text in SOURCES
        for call in re.findall(r"Invalid\(([^()]*)", text)
        for code in re.findall(r'(?<!f)"([a-z_]+)"', call)
    }
    assert len(written) > 40
    assert len(refused) > 20
    assert not (written | refused) - WORDS.keys()


def test_no_wording_is_left_that_nobody_speaks():
    spoken = "\n".join(SOURCES)
    made = ("kind.month.", "kind.season.", "kind.name.", "kind.phone.", "error.date_days.")
    idle = [
        key
        for key in WORDS
        if f'"{key}"' not in spoken
        and f'"{key.removeprefix("error.")}"' not in spoken
        and not key.startswith(made)
    ]
    assert idle == []


@pytest.mark.parametrize("key", WORDS)
def test_no_wording_blames_or_begs(key):
    for said in (WORDS[key], WORDS_EN[key]):
        assert not re.search(BANNED, said, re.IGNORECASE)
        assert said.strip() == said
        assert len(said) <= 350


def test_each_month_that_is_too_short_is_named_in_the_right_case():
    assert WORDS["error.date_days.2"].format(year=2020, days=29) == (
        "У лютому 2020 року 29 днів. Напишіть іншу дату або лише місяць"
    )
