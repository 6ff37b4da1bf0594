"""Whatever is typed and tapped, in any order: an outcome or a refusal, never anything else."""

import contextlib
import json
import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.answers import Area, Deeper, Edtf, Invalid, Literal, NotKnown, Page, Taken, Word
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.email import Email
from flows.kinds.files import Files
from flows.kinds.kind import Now
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.kinds.words import WORDS, WORDS_EN

KINDS = {
    "choice": Choice(*"abcdefghij", first=4),
    "many": Many(*"abcdefghij", alone=("j",)),
    "text": Text(),
    "story": Text(at_most=12_000),
    "email": Email(),
    "name": PersonName(),
    "birth": PartialDate(birth=True),
    "event": PartialDate(),
    "phone": Phone(),
    "place": Place(),
    "anywhere": Place(anywhere=True),
    "consent": Consent("a", "b", fixed=("a",)),
    "files": Files(),
}

PIECES = [
    "Іван", "Ковальчук", "Андріївна", "огли", "і", ",", "/", "-", "'", "’", "12", "2022", "0", "31",
    "32", "13", ".", " ", "квітень", "навесні", "кінець", "р.", "років", "вчора", "півтора", "+",
    "380", "8", "7", "067", "1234567", "доб.", "(", ")", "тел", "Іванівка", "Донецьк", "область",
    "рф", "Крим", "Ростов", "Польща", "м.", "село", "@", "a.ua", "не знаю", "?", "\u202e", "\0",
    "\ud83d", "\n", "\u0301", "١", "１", "²", "Ⅷ", "😀", "{0}", "%s", "<b>", "\u3164", "ß", "İ",
]  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join),
    st.text(st.characters(), max_size=30),
    st.text(string.digits + "+-./ ", max_size=20),
)
#: a text is typed, a number taps the button at that place, counted round
moves = st.lists(st.one_of(texts, st.integers(0, 60)), min_size=1, max_size=7)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def words_of(label):
    """The words a label or a question is made of, and the words inside them."""
    if isinstance(label, Word):
        yield label
        for param in label.params.values():
            yield from words_of(param)


def check_label(label, kind):
    assert isinstance(label, Word | Literal | Edtf | Area)
    for word in words_of(label):
        if not word.key.startswith("option."):
            assert set(_fields(WORDS[word.key])) == set(word.params)
            assert set(_fields(WORDS_EN[word.key])) == set(word.params)


def _fields(wording):
    return [name for _, name, _, _ in string.Formatter().parse(wording) if name]


def check_page(kind, sub, now):
    page = kind.page(sub, now)
    assert isinstance(page, Page)
    assert page == kind.page(json.loads(json.dumps(dict(sub))), now)
    keys = [option.key for option in page.options()]
    assert len(keys) == len(set(keys))
    for option in page.options():
        check_label(option.label, kind)
    if page.ask:
        check_label(page.ask, kind)
    return keys


def check_taken(kind, taken):
    stored = json.dumps(taken.value)
    assert "\\u0000" not in stored
    json.dumps(taken.value, ensure_ascii=False).encode("utf-8")
    if taken.verbatim is not None:
        assert "\0" not in taken.verbatim
        taken.verbatim.encode("utf-8")
    value = json.loads(stored)
    assert value == taken.value
    assert kind.fits(value)
    told = kind.told(value)
    assert isinstance(told, tuple)
    for label in told:
        check_label(label, kind)


def check_refusal(refusal):
    wording = WORDS[f"error.{refusal.code}"]
    assert set(_fields(wording)) == set(refusal.params)
    assert set(_fields(WORDS_EN[f"error.{refusal.code}"])) == set(refusal.params)


def walk(kind, steps, today):
    sub, tries = {}, 0
    for step in steps:
        now = Now(today, tries)
        keys = check_page(kind, sub, now)
        try:
            if isinstance(step, str):
                outcome = kind.typed(step, sub, now)
            else:
                assume(keys)
                outcome = kind.tapped(keys[step % len(keys)], sub, now)
        except Invalid as refusal:
            check_refusal(refusal)
            tries += 1
            continue
        if isinstance(outcome, Taken):
            check_taken(kind, outcome)
            return
        if isinstance(outcome, NotKnown):
            outcome.verbatim.encode("utf-8")
            return
        assert isinstance(outcome, Deeper)
        sub = json.loads(json.dumps(dict(outcome.sub)))
        json.dumps(sub, ensure_ascii=False).encode("utf-8")
        assert "\\u0000" not in json.dumps(sub)
    check_page(kind, sub, Now(today, tries))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(steps=moves, today=days)
def test_any_walk_through_a_question_ends_in_an_outcome_or_a_refusal(kind, steps, today):
    walk(kind, steps, today)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "а" * 1_000_000, "\0" * 1_000_000, "a\u0301\u0316" * 200_000, " " * 1_000_000,
     "\ud83d" * 5000, "-" * 4999, "1 " * 2400, "+" * 4000, "(" * 4000, ";" * 4999, "12." * 1600,
     "'" * 4999, "квітень " * 600, "1-" * 2400],
    ids=str.__len__,
)  # fmt: skip
@pytest.mark.timeout(5)
def test_a_huge_text_is_answered_at_once(kind, text):
    for tries in (0, 2):
        try:
            outcome = kind.typed(text, {}, Now(date(2026, 11, 24), tries))
        except Invalid as refusal:
            check_refusal(refusal)
        else:
            assert isinstance(outcome, Taken | Deeper | NotKnown)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(
    stored=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["edtf", "e164", "text", "name", "family", "country", "version",
                                 "parties", "email", "from"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=6,
    )
)  # fmt: skip
def test_a_value_of_another_form_is_judged_without_trouble(kind, stored):
    assert kind.fits(stored) in (True, False)
    assert all(isinstance(label, Word | Literal | Edtf | Area) for label in kind.told(stored))


SUBS = st.dictionaries(
    st.sampled_from(["page", "picked", "at", "year", "month", "name", "apart", "keep", "confirm",
                     "asks", "number", "typed", "oblast", "country", "region", "letter", "ask",
                     "verbatim", "flags", "why"]),
    st.one_of(
        st.integers(-3, 3000),
        st.text(max_size=5),
        st.sampled_from(["found", "spread", "region", "abroad", "country", "settlement", "age",
                         "RU", "UA-65", "confirm", "family", "patronymic", "К", "listened"]),
        st.lists(st.sampled_from(["a", "b", "j", "zz"]), max_size=3),
        st.dictionaries(st.sampled_from(["edtf", "e164", "given"]), st.text(max_size=4), max_size=2),
    ),
    max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(sub=SUBS, text=texts, tap=st.integers(0, 60))
def test_a_place_in_the_question_that_no_longer_exists_does_no_harm(kind, sub, text, tap):
    now = Now(date(2026, 11, 24))
    keys = [option.key for option in kind.page(sub, now).options()]
    with contextlib.suppress(Invalid):
        kind.typed(text, sub, now)
    if keys:
        with contextlib.suppress(Invalid):
            kind.tapped(keys[tap % len(keys)], sub, now)
