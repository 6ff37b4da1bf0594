"""A language that waits for its translator: what is translated is said, the rest in Ukrainian.

`WRITE=1 pytest tests/locales/test_locales_prepared.py` brings its catalogs to the keys of today;
no translation is lost but that of a key which is gone.
"""

import os
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from locale_catalogs import PLACEHOLDER, catalog, wanted

from locales import DEFAULT, LOCALES, catalogs, html, resolve, say
from locales.catalogs import DOMAINS, source
from locales.dates import day, edtf_words, moment
from locales.resolving import PREPARED

BOTH = [(locale, domain) for locale in PREPARED for domain in DOMAINS]
NAMED = {"bot": "language.{}", "flows": "arrival.locale.option.{}"}
"""The only words we give ourselves: the language's own name, for the button."""
HEAD = """\
# Waits for a translator; what is empty is said in Ukrainian. See CONTRIBUTING.md.
msgid ""
msgstr ""
"Project-Id-Version: dodomu\\n"
"Language: {}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def held(locale, domain):
    """{key: message} as its translator left it."""
    return {
        one.id if isinstance(one.id, str) else one.id[0]: one
        for one in catalog(locale, domain)
        if one.id
    }


def forms(message):
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def renew(locale, domain):
    """Write the catalog anew: the keys of Ukrainian, the translations it had."""
    before, made = held(locale, domain), Catalog()
    named = NAMED[domain].format(locale)
    made.add(named, before[named].string, auto_comments=before[named].auto_comments)
    for key, one in held(DEFAULT, domain).items():
        empty = "" if isinstance(one.id, str) else ("", "")
        said = before[key].string if key in before else empty
        made.add(one.id, said, auto_comments=one.auto_comments)
    out = BytesIO()
    write_po(out, made, omit_header=True, width=0)
    source(locale, domain).write_bytes(HEAD.format(locale).encode() + out.getvalue())
    catalog.cache_clear()


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_its_catalog_has_every_key_of_today_and_the_languages_own_name(locale, domain):
    if os.environ.get("WRITE"):
        renew(locale, domain)
    named = NAMED[domain].format(locale)
    assert set(held(locale, domain)) ^ wanted(domain) == {named}, "write it with WRITE=1"
    assert held(locale, domain)[named].string


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_what_is_translated_holds_the_values_that_are_filled_in(locale, domain):
    ukrainian = held(DEFAULT, domain)
    for key, one in held(locale, domain).items():
        for form in filter(None, forms(one)):
            expected = forms(ukrainian[key])[0] if key in ukrainian else ""
            assert set(PLACEHOLDER.findall(form)) == set(PLACEHOLDER.findall(expected)), key


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_a_plural_is_written_twice_alike(locale, domain):
    """Babel drops the plural rule of a language it does not know, and gettext takes the English
    one, which looks for a second form. Crimean Tatar has one, so both are the same."""
    counted = [one for one in held(locale, domain).values() if not isinstance(one.id, str)]
    assert counted or domain == "bot"
    assert [one.id[0] for one in counted if len(set(forms(one))) != 1] == []
    assert {len(forms(one)) for one in counted} <= {2}


def translate(domain, key, said):
    """Put a translation into the copied catalog, as a tool made with Babel would."""
    path = catalogs.source("crh", domain)
    with path.open("rb") as text:
        edited = read_po(text, locale="crh")
    edited[key].string = said
    with path.open("wb") as text:
        write_po(text, edited)
    assert b"Plural-Forms" not in path.read_bytes()


def test_a_translation_is_used_for_every_number(copied):
    translate("flows", "kind.date.confirm_age", ("Т{age}", "Т{age}"))
    told = [say("crh", "kind.date.confirm_age", age=count) for count in (1, 2, 5, 21, 111)]
    assert told == ["Т1", "Т2", "Т5", "Т21", "Т111"]


def test_a_plural_translated_once_is_said_for_every_number_too(copied):
    """An editor that believes in one form writes one; no number may fall into another language."""
    translate("flows", "kind.date.confirm_age", ("Т{age}", ""))
    told = [say("crh", "kind.date.confirm_age", age=count) for count in (1, 2, 5, 21, 111)]
    assert told == ["Т1", "Т2", "Т5", "Т21", "Т111"]


def test_a_translation_without_a_number_is_used(copied):
    translate("bot", "nav.stop", "Т")
    assert html("crh", "nav.stop") == "Т"


def test_what_is_not_translated_is_ukrainian():
    assert say("crh", "nav.stop") == "Зупинитися"
    for count in (1, 2, 5, 21):
        ukrainian = say("uk", "kind.date.confirm_age", age=count)
        assert say("crh", "kind.date.confirm_age", age=count) == ukrainian


def test_a_key_nobody_knows_is_found_here_too():
    with pytest.raises(KeyError):
        say("crh", "no.such.key")


def test_its_numbers_are_written_as_in_ukrainian(copied):
    translate("flows", "error.too_long", ("{count}/{limit}", "{count}/{limit}"))
    assert say("crh", "error.too_long", count=4300, limit=3500) == "4\u00a0300/3\u00a0500"


def test_its_dates_are_ukrainian():
    for edtf in ("2017-03-27", "2022-04", "2022-21", "2022~", "2022-03/2022-04"):
        assert edtf_words("crh", edtf) == edtf_words("uk", edtf)
    on = date(2026, 12, 24)
    assert day("crh", on) == day("uk", on)
    when = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert moment("crh", when) == moment("uk", when)


def test_nobody_is_offered_it():
    assert set(PREPARED) & set(LOCALES) == set()
    assert {resolve(code) for code in (*PREPARED, "crh-UA", "crh_Cyrl")} == {DEFAULT}


def test_it_is_called_by_its_own_name():
    assert say("crh", "language.crh") == say("crh", "arrival.locale.option.crh") == "Qırımtatarca"
