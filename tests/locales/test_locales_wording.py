"""say and html: plurals, placeholders, languages, and values nobody can trust."""

import os
import re
import subprocess
import sys
import tempfile

import pytest

import locales
from locales import catalogs, has, html, resolve, say

COUNTS = (1, 2, 5, 11, 21, 22, 25, 111)


AGE, MONTHS, LENGTH = "kind.date.confirm_age", "kind.date.confirm_months", "error.too_long"
PLURALS = [
    (AGE, "uk", "рік роки років років рік роки років років"),
    (AGE, "ru", "год года лет лет год года лет лет"),
    (AGE, "en", "year years years years years years years years"),
    (AGE, "pl", "rok lata lat lat lat lata lat lat"),
    (AGE, "de", "Jahr Jahre Jahre Jahre Jahre Jahre Jahre Jahre"),
    (MONTHS, "uk", "місяць місяці місяців місяців місяць місяці місяців місяців"),
    (MONTHS, "ru", "месяц месяца месяцев месяцев месяц месяца месяцев месяцев"),
    (MONTHS, "en", "month months months months months months months months"),
    (MONTHS, "pl", "miesiąc miesiące miesięcy miesięcy miesięcy miesiące miesięcy miesięcy"),
    (MONTHS, "de", "Monat Monate Monate Monate Monate Monate Monate Monate"),
    (LENGTH, "uk", "знак знаки знаків знаків знак знаки знаків знаків"),
    (LENGTH, "ru", "знак знака знаков знаков знак знака знаков знаков"),
    (LENGTH, "en", "character" + 7 * " characters"),
    (LENGTH, "pl", "znak znaki znaków znaków znaków znaki znaków znaków"),
    (LENGTH, "de", "Zeichen" + 7 * " Zeichen"),
]


@pytest.mark.parametrize(("key", "locale", "nouns"), PLURALS)
def test_a_number_takes_the_plural_of_its_language(key, locale, nouns):
    for count, noun in zip(COUNTS, nouns.split(), strict=True):
        text = say(locale, key, age=count, months=count, count=count, limit=3500)
        assert re.search(rf"\b{count} {noun}\b", text), text


def test_the_first_number_named_decides_the_plural():
    assert "знак," in say("uk", "error.too_long", count=21, limit=12)


def test_a_large_number_does_not_break_over_the_line():
    assert "4\u00a0300 знаків" in say("uk", "error.too_long", count=4300, limit=3500)
    assert "4,300 characters" in say("en", "error.too_long", count=4300, limit=3500)


def test_a_year_is_not_a_large_number():
    assert "2020 року" in say("uk", "error.date_days.2", year=2020, days=29)


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        ("uk", "uk"), ("ru", "ru"), ("en", "en"), ("uk-raw", "uk"), ("ru-RU-ext", "ru"),
        ("en_US", "en"), ("EN", "en"), (" ru", "ru"), ("", "uk"), (None, "uk"),
        ("xx-evil; rm", "uk"), ("../../etc", "uk"), ("pl", "pl"), ("russian", "uk"),
        ("ukr", "uk"), ("eng", "en"), ("\x00", "uk"), ("ru" * 5000, "uk"), ("💔", "uk"),
        ("crh", "uk"), ("be", "uk"),
    ],
)  # fmt: skip
def test_any_language_code_finds_a_language_we_speak(code, locale):
    assert resolve(code) == locale


@pytest.mark.parametrize(
    "value", ["{answer}", "{0}", "{", "}", "{question.__class__}", "%s", "\\1"]
)
def test_braces_in_a_value_mean_nothing(value):
    told = say("uk", "question.answered", question=value, answer="Так")
    assert told == f"{value} — <b>Так</b>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ("\"'", "&quot;&#x27;"),
        ("{answer}", "{answer}"),
        ("</b><a href='tg://user?id=1'>", "&lt;/b&gt;&lt;a href=&#x27;tg://user?id=1&#x27;&gt;"),
    ],
)
def test_a_value_cannot_become_markup(value, shown):
    assert html("uk", "check.section", section=value) == f"<b>{shown}</b>"


def test_a_right_to_left_value_is_isolated():
    assert html("en", "check.section", section="שלום 1") == "<b>\u2068שלום 1\u2069</b>"
    assert html("en", "check.section", section="Софія") == "<b>Софія</b>"


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_value_cannot_turn_the_text_around_it(control):
    assert html("en", "check.section", section=f"ab{control}c") == "<b>abc</b>"
    isolated = html("en", "check.section", section=f"ש{control}")
    assert isolated == "<b>\u2068ש\u2069</b>"


@pytest.mark.parametrize("key", ["no.such.key", "", "Content-Type"])
def test_an_unknown_key_is_found_in_tests_and_survived_by_families(key):
    assert not has(key)
    with pytest.raises(KeyError):
        say("uk", key)
    locales.strict(False)
    assert say("en", key) == key


def test_a_missing_value_is_found_in_tests_and_survived_by_families():
    with pytest.raises(KeyError, match=r"check\.section"):
        say("uk", "check.section")
    locales.strict(False)
    assert html("uk", "check.section") == "<b></b>"


def test_a_key_missing_in_one_language_is_told_in_ukrainian(copied):
    for domain in catalogs.DOMAINS:
        catalogs.source("en", domain).write_bytes(b"")
    locales.strict(False)
    assert say("en", "tasks.done") == say("uk", "tasks.done") == "завершено"


def test_plural_keys_are_known_too():
    assert has("kind.date.confirm_age")
    assert has("nav.back")


def test_a_fresh_clone_compiles_its_catalogs_once(copied):
    assert say("uk", "nav.back") == "‹ Назад"
    compiled = copied / "uk" / "LC_MESSAGES" / "bot.mo"
    made = compiled.stat().st_ino
    catalogs.words_of.cache_clear()
    assert say("uk", "nav.back") == "‹ Назад"
    assert compiled.stat().st_ino == made
    assert not list(copied.rglob(".*"))


@pytest.mark.parametrize("seconds", [60, -60])
def test_an_edited_or_replaced_catalog_is_compiled_again(copied, seconds):
    say("uk", "nav.back")
    po = catalogs.source("uk", "bot")
    before = po.stat().st_mtime
    po.write_text(po.read_text(encoding="utf-8").replace("‹ Назад", "‹ Туди"), encoding="utf-8")
    os.utime(po, (before + seconds, before + seconds))
    catalogs.words_of.cache_clear()
    assert say("uk", "nav.back") == "‹ Туди"


def test_a_full_disk_does_not_silence_the_bot(copied, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "utime", refuse)
    assert say("ru", "nav.back") == "‹ Назад"
    assert [path.suffix for path in copied.rglob("*.*") if path.suffix != ".po"] == []


def test_a_read_only_installation_speaks_too(copied, monkeypatch):
    def refuse(**_):
        raise PermissionError

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert say("ru", "nav.back") == "‹ Назад"
    assert not list(copied.rglob("*.mo"))


def test_a_compiled_start_needs_no_babel():
    for locale in locales.LOCALES:
        catalogs.words_of(locale)
    asked = (
        "import sys, locales; [locales.say(one, 'nav.back') for one in locales.LOCALES];"
        "print(any(name.split('.')[0] == 'babel' for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=catalogs.FOLDER.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
