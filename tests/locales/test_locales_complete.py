"""Nothing is missing, half-translated or left over in any language."""

import ast
from pathlib import Path

import pytest
from locale_catalogs import bot_keys, catalog, entries, every_entry, wanted

from flows.messages import keys
from locales import LOCALES, has
from locales.catalogs import DOMAINS

ROOT = Path(__file__).parents[2]
FORMS = {"uk": 3, "ru": 3, "en": 2, "pl": 3, "de": 2}
BOTH = [(locale, domain) for locale in LOCALES for domain in DOMAINS]


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_a_catalog_holds_the_keys_that_are_asked_for_and_no_others(locale, domain):
    held = set(entries(locale, domain))
    assert sorted(wanted(domain) - held) == [], "missing"
    assert sorted(held - wanted(domain)) == [], "nobody asks for these"


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_a_catalog_holds_nothing_obsolete_or_fuzzy(locale, domain):
    assert list(catalog(locale, domain).obsolete) == []
    assert [str(one) for one in entries(locale, domain).values() if one.fuzzy] == []


def test_no_wording_is_empty():
    assert [str(one) for one in every_entry() if not all(form.strip() for form in one.forms)] == []


def test_no_key_is_in_two_catalogs():
    first, second = DOMAINS
    assert entries("uk", first).keys() & entries("uk", second).keys() == set()


def test_every_plural_has_all_forms_of_its_language():
    plural = [one for one in every_entry() if len(one.forms) > 1]
    assert plural
    assert [str(one) for one in plural if len(one.forms) != FORMS[one.locale]] == []


def test_plurals_are_plurals_in_every_language():
    counted = {
        locale: {one.key for one in every_entry() if one.locale == locale and len(one.forms) > 1}
        for locale in LOCALES
    }
    assert all(keys == counted["uk"] for keys in counted.values())


def test_placeholders_are_alike_in_every_language_and_form():
    for domain in DOMAINS:
        for key, said in entries("uk", domain).items():
            for locale in LOCALES:
                one = entries(locale, domain)[key]
                for form in one.forms:
                    single = type(one)(locale, domain, key, (form,), one.fuzzy, one.notes)
                    assert single.placeholders == said.placeholders, str(one)


def test_a_bot_wording_has_the_placeholders_its_caller_fills():
    said = entries("uk", "bot")
    assert {one.key: set(one.placeholders) for one in bot_keys()} == {
        one.key: said[one.key].placeholders for one in bot_keys()
    }


def test_the_flows_name_each_of_their_keys_once():
    named = list(keys())
    assert len(named) == len(set(named))
    assert {"report.name.ask", "report.share.option.police", "report.group.route.name",
            "report.section.happened.intro", "arrival.safe.option.no"} <= set(named)  # fmt: skip


def test_every_key_written_in_the_code_is_worded():
    written = []
    for folder in ("bot", "handlers", "delivery"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                key = _key_of(call)
                if key and not has(key):
                    written.append(f"{path.name}:{call.lineno} {key}")
    assert written == []


def _key_of(call):
    """The literal key of a call of say or html."""
    if not isinstance(call, ast.Call) or len(call.args) < 2:
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    key = call.args[1]
    literal = isinstance(key, ast.Constant) and isinstance(key.value, str)
    return key.value if name in ("say", "html") and literal else None
