"""What prosecutors read is complete in both of its languages, and says the same in both."""

import pytest
from locale_catalogs import catalog, entries

from locales.catalogs import STAFF_DOMAINS, STAFF_LOCALES

FORMS = {"uk": 3, "en": 2}
BOTH = [(locale, domain) for locale in STAFF_LOCALES for domain in STAFF_DOMAINS]


@pytest.mark.parametrize("domain", STAFF_DOMAINS)
def test_both_languages_hold_the_same_keys(domain):
    first, second = (set(entries(locale, domain)) for locale in STAFF_LOCALES)
    assert sorted(first ^ second) == []


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_nothing_is_obsolete_fuzzy_or_empty(locale, domain):
    assert list(catalog(locale, domain).obsolete) == []
    assert [
        str(one)
        for one in entries(locale, domain).values()
        if one.fuzzy or not all(form.strip() for form in one.forms)
    ] == []


@pytest.mark.parametrize(("locale", "domain"), BOTH)
def test_every_plural_has_all_its_forms(locale, domain):
    plural = [one for one in entries(locale, domain).values() if len(one.forms) > 1]
    assert [str(one) for one in plural if len(one.forms) != FORMS[locale]] == []


@pytest.mark.parametrize("domain", STAFF_DOMAINS)
def test_placeholders_are_alike(domain):
    uk, en = (entries(locale, domain) for locale in STAFF_LOCALES)
    assert [key for key in uk if uk[key].placeholders != en[key].placeholders] == []


@pytest.mark.parametrize("domain", STAFF_DOMAINS)
def test_a_key_is_in_one_catalog_only(domain):
    others = [each for each in ("flows", "bot", *STAFF_DOMAINS) if each != domain]
    here = set(entries("uk", domain))
    assert [key for other in others for key in here & set(entries("uk", other))] == []
