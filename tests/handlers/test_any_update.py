"""Any update through the whole door, on a real database: done, ignored or set aside; no harm done.

What anybody sends changes nothing of somebody else's, and nothing of it is in a log.
"""

import json
import logging
import os
import re
from pathlib import Path

import pytest
from anything import BUTTONS, encoded, updates
from chat import Person, kept
from hypothesis import given
from hypothesis import strategies as st

from bot.envelope import NoUpdateId, read

ENDS = {"committed", "ignored", "quarantined", "duplicate"}
FOLDER = Path(__file__).parents[1] / "bad_inputs"
PETRO = 7_000_002
FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"


@pytest.fixture
async def asked(olena, arrive) -> Person:
    """Olena, in the middle of a report."""
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Мати]", "Ковальчук Софія Андріївна")
    return olena


@given(st.integers(0, 1 << 62), updates(PETRO))
async def test_whatever_petro_sends_olena_s_report_stays_as_it_was(asked, number, update):
    before = kept(await asked.known())
    try:
        letter = read(encoded({**update, "update_id": number}))
    except NoUpdateId:
        return
    assert await asked.door.process(letter.body) in ENDS
    if str(asked.id) not in json.dumps(update):
        assert kept(await asked.known()) == before


@given(st.text(max_size=64) | st.sampled_from(BUTTONS))
async def test_whatever_a_button_says_somebody_is_answered(asked, data):
    toasts = len(asked.toasts)
    assert await asked.presses(data) == "committed"
    assert len(asked.toasts) == toasts + 1


@given(st.text(max_size=200), st.sampled_from(["/start ", "/report ", "/", ""]))
async def test_whatever_is_typed_the_next_question_still_comes(asked, text, command):
    assert await asked.says(f"{command}{text}") in ENDS
    assert await asked.says("/start") == "committed"
    assert asked.labels(), "there is a way on"


def catalogue() -> list[str]:
    """What people typed, sent or pressed in the catalogue; one in four of it, and all in full."""
    rows = [
        json.loads(line)
        for path in sorted(FOLDER.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    texts = [_meant(row["input"]) for row in rows]
    return texts if FULL else texts[::4]


def _meant(text: str) -> str:
    """What cannot be printed stands in the catalogue by its number."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


async def test_nothing_of_the_catalogue_is_in_a_log_or_on_the_screen_of_the_host(
    asked, caplog, capfd
):
    caplog.set_level("DEBUG")
    logging.getLogger("handlers").warning("the log is listened to")
    texts = catalogue()
    for text in texts:
        assert await asked.says(text) in ENDS
        assert await asked.presses(text[:40]) in ENDS
    logged = "\n".join(
        f"{record.getMessage()} {record.exc_text} {record.__dict__}" for record in caplog.records
    )
    printed = "".join(capfd.readouterr())
    telling = [text for text in texts if len(text) > 5 and not text.isascii()]
    assert telling
    for text in telling:
        assert text not in logged
        assert text not in printed
    assert "the log is listened to" in logged
