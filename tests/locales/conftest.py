"""Tests of wording are strict: a key that does not exist is found here, not by a family."""

from collections.abc import Iterator

import pytest

import locales


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    locales.strict()
    yield
    locales.strict(False)
