"""Tests of wording are strict: a key that does not exist is found here, not by a family."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import locales
from locales import catalogs
from locales.resolving import LOCALES, PREPARED


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    locales.strict()
    yield
    locales.strict(False)


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Iterator[Path]:
    """The catalogs in another folder, not compiled yet."""
    for locale in (*LOCALES, *PREPARED):
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        for domain in catalogs.DOMAINS:
            shutil.copy(catalogs.source(locale, domain), folder)
    monkeypatch.setattr(catalogs, "FOLDER", tmp_path)
    catalogs.words_of.cache_clear()
    yield tmp_path
    catalogs.words_of.cache_clear()
