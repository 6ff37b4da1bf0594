"""Passwords: what is kept betrays nothing, and nobody's password never holds."""

import pytest

from vault import passwords

PASSWORD = "чотири прості випадкові слова"


def test_a_password_holds_against_what_was_kept_of_it():
    kept = passwords.kept(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert passwords.holds(kept, PASSWORD)


@pytest.mark.parametrize("other", ["", PASSWORD + " ", PASSWORD.upper(), "x" * 10_000])
def test_another_one_does_not(other):
    assert not passwords.holds(passwords.kept(PASSWORD), other)


def test_the_same_password_is_kept_differently_each_time():
    assert passwords.kept(PASSWORD) != passwords.kept(PASSWORD)


def test_where_none_is_kept_none_holds():
    assert not passwords.holds(None, "")
    assert not passwords.holds(None, PASSWORD)
