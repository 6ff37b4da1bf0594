"""Tests of exports are strict: a key that does not exist is found here, not on paper."""

from collections.abc import Iterator

import pytest

import locales


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    locales.strict()
    yield
    locales.strict(False)
