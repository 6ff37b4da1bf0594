"""Tables open in an office program as text, and run nothing."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import NOW, WHOLE, addition, complete, facts, news, report

from desk.export.tables import (
    ANSWER_COLUMNS,
    COLUMNS,
    answers_csv,
    cases_csv,
    cases_json,
    guarded,
)

FOLDER = Path(__file__).parents[2] / "bad_inputs"
EXPORTS = [json.loads(line) for line in (FOLDER / "export.jsonl").read_text("ascii").splitlines()]
RUNS = tuple("=+-@\t\r")


def read(raw: bytes) -> list[list[str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def typed(row) -> str:
    """What the catalogue writes as escapes."""
    text = row["input"]
    return text.encode("ascii").decode("unicode_escape") if "\\" in text else text


@pytest.mark.parametrize("row", EXPORTS, ids=[row["id"] for row in EXPORTS])
def test_a_row_of_the_catalogue_comes_out_as_it_says(row):
    cell = guarded(typed(row))
    assert cell.startswith("'") is (row["expect"] == "GUARD")


@pytest.mark.parametrize("row", EXPORTS, ids=[row["id"] for row in EXPORTS])
def test_a_row_of_the_catalogue_runs_nothing_in_the_answers_of_a_case(row):
    said = report({**WHOLE, "free_text": typed(row) or "?", "reporter_name": typed(row)[:80]})
    for line in read(answers_csv(complete(report=said))):
        assert not any(cell.startswith(RUNS) for cell in line)


@pytest.mark.parametrize(
    "text", ["Артем", "27 березня 2017", "М’ята", "2016", "(діти)", "№ 5", "", "а=б", "– так"]
)
def test_ordinary_words_stay_as_they_are(text):
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("+380501234567", "'+380501234567"),
        ("  =1", "'  =1"),
        ("«=1", "«=1"),
        ("а\0б\x1b[31m", "аб[31m"),
        ("а\r\nб", "а\nб"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
    ],
)
def test_a_cell_that_could_run_gets_an_apostrophe(text, cell):
    assert guarded(text) == cell


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_at_all_runs(text):
    cell = guarded(text)
    assert not cell.startswith(RUNS)
    assert "\0" not in cell
    assert "\r" not in cell


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_any_words_come_back_out_of_the_table(text):
    from datetime import timedelta

    opened = complete(updates=(addition(text, timedelta(1), 6),))
    last = read(answers_csv(opened))[-1]
    assert last[ANSWER_COLUMNS.index("answer")].removeprefix("'") == guarded(text).removeprefix(
        "'"
    )


def test_a_list_of_cases_has_a_line_for_each_and_its_columns():
    rows = read(
        b"".join(cases_csv([facts(), facts(code="AAAA-AAAA", partial=True, claimed="contact")]))
    )
    assert rows[0] == list(COLUMNS)
    first, second = (dict(zip(COLUMNS, row, strict=True)) for row in rows[1:])
    assert first["code"] == "TVX7-67W9"
    assert first["reasons"] == "H4.no_medicine R1.age_6_11 R8.trace_may_be_lost"
    assert first["received_at"] == NOW.isoformat()
    assert (first["partial"], second["partial"]) == ("0", "1")
    assert (first["claimed"], second["claimed"]) == ("", "contact")


def test_lines_end_as_the_standard_says():
    raw = b"".join(cases_csv([facts()]))
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") == 2


def test_a_list_of_cases_holds_nothing_a_person_said():
    raw = b"".join(cases_csv([complete().facts])) + b"".join(cases_json([complete().facts]))
    assert "Коваленко".encode() not in raw
    assert "Олешки".encode() not in raw


def test_a_list_comes_in_pieces():
    """A million cases are not made into one text first."""

    def endless():
        while True:
            yield facts()

    pieces = cases_csv(endless())
    assert next(pieces).startswith(b"\xef\xbb\xbfcode,kind")
    assert next(pieces).startswith(b"TVX7-67W9,report")


def test_the_same_list_as_json_loses_nothing():
    told = json.loads(b"".join(cases_json([facts(), facts(claimed="contact")])))
    assert [one["claimed"] for one in told] == [None, "contact"]
    assert told[0]["reasons"] == ["H4.no_medicine", "R1.age_6_11", "R8.trace_may_be_lost"]
    assert json.loads(b"".join(cases_json([]))) == []


def test_the_answers_of_a_case_are_all_there():
    rows = read(answers_csv(complete()))
    assert rows[0] == list(ANSWER_COLUMNS)
    told = [dict(zip(ANSWER_COLUMNS, row, strict=True)) for row in rows[1:]]
    names = [one["answer"] for one in told if one["question"] == "name"]
    assert names == ["Коваленко Артем Ігорович", "Коваленко Софія Ігорівна"]
    [marks] = [one for one in told if one["question"] == "marks" and one["number"] == "2"]
    assert (marks["state"], marks["value"]) == ("skipped", "")
    [camp] = [one for one in told if one["question"] == "current_place"]
    assert json.loads(camp["value"])["region"] == "RU-KDA"
    assert {one["object"] for one in told} == {"report", "0006-addition", "0007-news"}


def test_a_story_of_many_lines_is_one_cell():
    rows = read(answers_csv(complete()))
    [story] = [row for row in rows if row[ANSWER_COLUMNS.index("question")] == "story"]
    assert story[ANSWER_COLUMNS.index("answer")].count("\n") == 1
    assert news is not None
