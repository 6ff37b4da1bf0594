"""The catalogue of bad names and texts, through every exporter: all of it stays text.

Nothing is cleaned before: as if the bot's door had let everything through.
"""

import csv
import io
import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from invented import MADE, WHOLE, attached, complete, name, report
from pdf_text import Pdf
from pfif_rules import broken, records

from desk.export.document import document
from desk.export.dossier import dossier
from desk.export.packet import packet
from desk.export.pfif import Nobody, Office, pfif
from desk.export.printing import printable
from desk.export.tables import answers_csv
from flows.answers import Answer, State
from flows.kinds.cleaning import storable

FOLDER = Path(__file__).parents[2] / "bad_inputs"
TEXTS = [
    json.loads(line)
    for kind in ("text", "name", "export")
    for line in (FOLDER / f"{kind}.jsonl").read_text("ascii").splitlines()
]
MOST = 12_000  # a longer one never gets past the question
AT_ONCE = 40


def said(row) -> str:
    return storable(row["input"] * row.get("times", 1))[:MOST]


BASE = complete()


def hostile(text: str):
    """A case in which the text stands wherever a person can write, past every question's door."""
    told = deepcopy(dict(BASE.report))
    for section in told["sections"]:
        for answer in (
            *section["answers"],
            *(section["items"] or [{"answers": ()}])[0]["answers"],
        ):
            if answer["address"] in ("story", "reporter_name", "who_took_note"):
                answer |= {"answer": text, "value": text, "verbatim": text}
            if answer["address"] == "children/a/name":
                answer |= {"answer": text, "value": name(text, text, text, text)}
    return replace(BASE, report=told, files=(attached(1, b"x", text, caption=text),))


BATCHES = [TEXTS[at : at + AT_ONCE] for at in range(0, len(TEXTS), AT_ONCE)]


@pytest.mark.parametrize("number", range(len(BATCHES)))
def test_bad_inputs_print_as_they_were_typed(number):
    """Many rows in one case: what matters is that each stands in it, letter for letter."""
    rows = {row["id"]: said(row) for row in BATCHES[number] if row.get("times", 1) == 1}
    story = "\n".join(f"{key} {text}" for key, text in rows.items())
    told = report({**WHOLE, "story": Answer(State.GIVEN, story[:MOST], None)})
    printed = Pdf(dossier(replace(BASE, report=told), MADE, "uk", only=("told",)))
    latin = {key: text for key, text in rows.items() if text.isascii() and text.strip()}
    missing = [key for key, text in latin.items() if not printed.holds(f"{key} {printable(text)}")]
    assert len(story) < MOST
    assert missing == []


@pytest.mark.parametrize("row", TEXTS, ids=[row["id"] for row in TEXTS])
def test_a_bad_input_leaves_every_table_whole(row):
    opened = hostile(said(row))
    text = answers_csv(opened).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(line) for line in lines}) == 1
    assert not any(cell.startswith(tuple("=+-@\t\r")) for line in lines for cell in line)
    told = json.loads(document(opened, MADE))
    assert told["files"][0]["manifest"]["caption"] == said(row)
    office = Office("dodomu.example", "Офіс")
    expires = MADE.at + timedelta(days=90)
    try:
        xml = pfif(opened, office, to="icrc", at=MADE.at, expires=expires)
    except Nobody:
        pytest.fail("the other child still has a name")
    assert broken(xml) == []
    assert records(xml)[-1]["family_name"] == "Коваленко"


WORST = [row for row in TEXTS if "injection" in row["group"] or "invisible" in row["group"]
         or "bidi" in row["group"] or row.get("times", 1) > 1]  # fmt: skip


@pytest.mark.parametrize("row", WORST, ids=[row["id"] for row in WORST])
def test_the_worst_of_them_make_a_dossier_and_a_packet(row):
    opened = hostile(said(row))
    assert Pdf(dossier(opened, MADE, "uk")).pages
    assert Pdf(packet(opened, MADE)).pages
