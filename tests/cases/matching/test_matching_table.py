"""The table of given names is what its readers take it for."""

import csv
import re
from importlib.resources import files

from cases import matching
from cases.matching import given
from cases.matching.spelling import key
from flows.kinds.given_names import GIVEN_NAMES

TABLE = files(matching).joinpath("given.tsv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines(), delimiter="\t"))


def test_every_row_has_a_sex_and_a_name():
    assert len(ROWS) >= 60
    assert {row["sex"] for row in ROWS} == {"f", "m"}
    assert all(row["forms"] for row in ROWS)


def test_no_word_mixes_two_alphabets():
    words = [word for row in ROWS for word in f"{row['forms']} {row['short']}".split()]
    assert [
        word for word in words if re.search("[a-z]", word) and re.search("[а-яіїєґ]", word)
    ] == []


def test_no_name_is_told_twice_in_a_row():
    for row in ROWS:
        words = f"{row['forms']} {row['short']}".split()
        assert len(words) == len(set(words)), row["forms"]


def test_the_names_that_a_question_knows_are_known_here():
    """One is a Latin spelling by sound, which other alphabets do not have."""
    assert {name for name in GIVEN_NAMES if not given.meant(key(name))} <= {"ahmed"}


def test_a_name_for_both_sexes_tells_none():
    assert given.sex(given.meant(key("Саша"))) == ""
    assert given.sex(given.meant(key("Софійка"))) == "female"
