"""The catalogue of bad inputs: each row once, and what a row names as its proof is there."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    json.loads(line)
    for file in sorted((ROOT / "tests/bad_inputs").glob("*.jsonl"))
    for line in file.read_text("ascii").splitlines()
]


def test_every_row_stands_there_once():
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 741


@pytest.mark.parametrize("row", [row for row in ROWS if "proof" in row], ids=lambda row: row["id"])
def test_the_test_that_proves_a_row_is_there(row):
    path, _, name = row["proof"].partition("::")
    told = (ROOT / path).read_text(encoding="utf-8")
    assert name, "a file proves nothing"
    assert f"def {name}(" in told


def test_what_is_decided_otherwise_has_its_reason():
    assert all(bool(row.get("why")) == ("ours" in row) for row in ROWS)
