"""Every row of the catalogue of bad inputs that a kind of question answers for.

OK, CLEAN and OK_FLAG are taken (a name is shown back first), CONFIRM asks "did you mean", UNKNOWN
is "I don't know", ASK asks again. A row with "differs" says where our own rule wins, and why.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from flows.answers import Deeper, Invalid, NotKnown, Outcome, Taken
from flows.kinds.dates import PartialDate
from flows.kinds.keeping import is_keeping
from flows.kinds.kind import Kind, Now
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.text import Text

ROWS = Path(__file__).parents[2] / "bad_inputs"
TODAY = Now(date(2026, 11, 24))
KINDS: dict[str, Kind] = {
    "name": PersonName(),
    "date": PartialDate(birth=True),
    "phone": Phone(),
    "text": Text(at_most=12_000),
}
#: what a row that differs from the catalogue gives instead
INSTEAD = {
    "PH-015": "CONFIRM", "PH-018": "CONFIRM", "DA-005": "OK", "TE-045": "CLEAN",
    "TE-100": "ASK", "TE-101": "ASK", "TE-102": "ASK", "TE-103": "ASK", "TE-105": "ASK",
}  # fmt: skip


def rows(kind: str) -> list[object]:
    with (ROWS / f"{kind}.jsonl").open(encoding="ascii") as stored:
        listed = [json.loads(line) for line in stored]
    return [pytest.param(kind, row, id=row["id"]) for row in listed]


def typed_text(row: dict) -> str:
    """What the person sends. The catalogue describes some texts instead of holding them."""
    text = row["input"] * row.get("times", 1)
    if row["kind"] == "text" and row["group"].startswith("length"):
        return "а" * int(text.strip("<>").split()[0])
    if row["kind"] == "text" and row["group"].startswith("surrogates"):
        return text.encode("ascii").decode("unicode_escape")
    return text


def outcome_of(kind: Kind, text: str, now: Now = TODAY) -> Outcome | Invalid:
    try:
        return kind.typed(text, {}, now)
    except Invalid as refusal:
        return refusal


def named(outcome: Outcome | Invalid) -> str:
    if isinstance(outcome, Invalid):
        return "ASK"
    if isinstance(outcome, Deeper) and outcome.meanwhile:
        outcome = outcome.meanwhile  # taken, and waiting for more of it
    if isinstance(outcome, NotKnown):
        return "UNKNOWN"
    if isinstance(outcome, Deeper):
        if is_keeping(outcome.sub):
            return "ASK"
        if "name" not in outcome.sub:
            return "CONFIRM"
        flags = set(outcome.sub["flags"])
    else:
        flags = set(outcome.flags)
    if flags - {"cleaned"}:
        return "OK_FLAG"
    return "CLEAN" if flags else "OK"


@pytest.mark.parametrize(("kind", "row"), [r for kind in KINDS for r in rows(kind)])
def test_each_input_of_the_catalogue_has_its_outcome(kind, row):
    if row["expect"] == "CMD":
        pytest.skip("a command is taken before any question sees it")
    if row["group"] in ("other content instead of text", "Telegram contact object"):
        pytest.skip("not a typed text: whoever speaks to Telegram answers; see the tests of Phone")
    got = named(outcome_of(KINDS[kind], typed_text(row)))
    wanted = row["expect"]
    if "differs" in row:
        assert got == INSTEAD.get(row["id"], "OK")
    else:
        assert got == wanted


@pytest.mark.parametrize(("kind", "row"), [r for kind in KINDS for r in rows(kind)])
def test_no_input_of_the_catalogue_is_refused_three_times(kind, row):
    """After two refusals whatever fits in a message may be kept as it was written."""
    text = typed_text(row)
    tired = Now(TODAY.today, tries=2)
    if row["group"] in ("other content instead of text", "Telegram contact object"):
        pytest.skip("not a typed text")
    outcome = outcome_of(KINDS[kind], text, tired)
    if isinstance(outcome, Invalid):
        assert outcome.code == "empty" or len(text) > 1000
        return
    if isinstance(outcome, Deeper) and is_keeping(outcome.sub):
        kept = KINDS[kind].tapped("#keep", outcome.sub, tired)
        assert isinstance(kept, Taken)
        assert "unparsed" in kept.flags
        assert KINDS[kind].fits(kept.value)


def test_rows_that_differ_say_why():
    for kind in KINDS:
        with (ROWS / f"{kind}.jsonl").open(encoding="ascii") as stored:
            for line in stored:
                row = json.loads(line)
                assert row.get("differs", "because").strip()
                assert "differs" in row or row["id"] not in INSTEAD
