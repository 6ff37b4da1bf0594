"""Whatever comes in, a parser gives what it promises or refuses in its own words; none breaks.

A few examples each time; `HYPOTHESIS_PROFILE=full` tries five thousand of each.
"""

import csv
import io
import json
import zipfile
import zlib
from pathlib import Path
from unittest import mock
from xml.parsers import expat

import pytest
from aiogram import Bot
from anything import encoded, junk, updates
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.envelope import NoUpdateId, envelope, read, split
from cases.filetypes import RefusedType, sniffed
from delivery.methods import plain
from desk.viewing.sheet import MOST_CELLS, MOST_LETTERS, MOST_ROWS, reader
from handlers import parcel
from vault import receipt

BOT = Bot("1000001:family-sandbox-token")
LIST = (Path(__file__).parents[1] / "desk" / "list.xlsx").read_bytes()
PERSON = 7_000_002
SIGNS = receipt.ALPHABET + "0OQSZBGUDі АВЕКМНОРСТУХ-–'\"дтDT\u0661\u00b3"

bodies = st.one_of(
    st.binary(max_size=200),
    junk.map(encoded),
    st.builds(
        lambda number, update: encoded({"update_id": number, **update}), junk, updates(PERSON)
    ),
    st.builds(
        lambda number, update: encoded({"update_id": number, **update}),
        st.integers(-(2**63), 2**63 - 1),
        updates(PERSON),
    ),
)


@given(bodies)
def test_both_doors_see_the_same_envelope_or_none(body):
    try:
        pushed = read(body)
    except NoUpdateId:
        return
    assert -(2**63) <= pushed.update_id < 2**63
    assert read(pushed.body) == pushed, "what was kept is read as what came"
    try:
        fetched = split(b'{"ok": true, "result": [' + body + b"]}")[1]
    except NoUpdateId:  # one level deeper than anything may be
        return
    assert envelope(fetched[0]) == pushed


@given(bodies)
def test_every_envelope_is_sorted(body):
    try:
        pushed = read(body)
    except NoUpdateId:
        return
    found = parcel.sort(pushed.body, BOT, None)
    assert found.update_id == pushed.update_id
    assert (found.update is not None) == (found.sort is parcel.Sort.TAKE) or (
        found.sort is parcel.Sort.LEAVE
    )


@given(st.text(max_size=80) | st.text(SIGNS, max_size=20))
def test_a_code_and_a_pin_are_read_the_same_again_or_not_at_all(text):
    code, pin, part = receipt.read_code(text), receipt.read_pin(text), receipt.read_part(text)
    assert code is None or receipt.read_code(code) == code
    assert pin is None or receipt.read_pin(pin) == pin
    assert set(part) <= {*receipt.ALPHABET, "-"}


@given(st.binary(min_size=16, max_size=16))
def test_every_code_and_pin_that_is_made_can_be_read(random_bytes):
    code, pin = receipt.new_code(random_bytes), receipt.new_pin(random_bytes)
    assert receipt.read_code(code) == code
    assert receipt.read_pin(pin) == pin


@given(
    st.binary(max_size=300)
    | st.sampled_from([b"PK\3\4", b"%PDF-", b"RIFF", b"....ftyp", b"\xd0\xcf\x11\xe0", b"#!"]).flatmap(
        lambda begun: st.binary(max_size=120).map(lambda rest: begun + rest)
    ),
    st.none() | st.text(max_size=12) | st.sampled_from(["a.docx", "a.txt", "a.csv", "a.exe", ".", "a."]),
    st.booleans(),
)  # fmt: skip
def test_the_type_of_any_file_is_told_or_refused(head, name, encoded_by_telegram):
    try:
        kind = sniffed(head, name, encoded_by_telegram=encoded_by_telegram)
    except RefusedType:
        return
    assert kind is None or "/" in kind


def rows_of(kind: str, original: bytes) -> list:
    rows = json.loads(reader(kind)(original))
    assert len(rows) <= MOST_ROWS
    for number, cells in rows:
        assert number > 0
        assert len(cells) <= MOST_CELLS
        assert all(len(cell) <= MOST_LETTERS for cell in cells)
    return rows


@given(
    st.binary(max_size=400)
    | st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode)
    | st.text('а",;\t\r\n= \u00a0', max_size=120).map(str.encode)
)
def test_any_csv_is_rows_or_a_refusal(original):
    try:
        rows_of("csv", original)
    except (ValueError, csv.Error):
        return


def _with(content: bytes, place: int, other: bytes) -> bytes:
    at = place % max(len(content), 1)
    return content[:at] + other + content[at + len(other) :]


@given(
    st.integers(0, 1 << 20), st.binary(max_size=6), st.sampled_from(["zip", "sheet"]), st.data()
)
def test_any_workbook_is_rows_or_a_refusal(place, other, where, data):
    original = _with(LIST, place, other) if where == "zip" else _rewritten(place, other, data)
    try:
        rows_of("xlsx", original)
    # Only these: the child that reads files ends at anything, and a bug must not hide in that.
    except (ValueError, KeyError, IndexError, NotImplementedError, RuntimeError, EOFError,
            OSError, zipfile.BadZipFile, zlib.error, expat.ExpatError):  # fmt: skip
        return


def _rewritten(place: int, other: bytes, data: st.DataObject) -> bytes:
    """The same workbook, with one of its parts damaged inside."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(LIST)) as old, zipfile.ZipFile(made, "w") as new:
        chosen = data.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _with(content, place, other) if name == chosen else content)
    return made.getvalue()


@given(
    st.dictionaries(
        st.sampled_from(settings.names()) | st.just("DODOMU_NOTHING"),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
        | st.sampled_from(["1:abc", "https://a.ua", "http://127.0.0.1:1", "postgresql://a", "0", "-1",
                           "1e3", "inf", "tls", "a@b.c", "x" * 32, "s3://b/p"]),
        max_size=5,
    )
)  # fmt: skip
def test_settings_are_taken_or_refused_by_name_and_never_quoted(told):
    refusal = ""
    with mock.patch.dict("os.environ", told, clear=True):
        try:
            settings.load()
        except settings.SettingsRefused as refused:
            refusal = str(refused)
            assert refusal
    for line in refusal.splitlines():
        assert line.startswith(("DODOMU_", "TELEGRAM_", "DATABASE_URL"))
    for value in told.values():
        assert len(value) < 13 or value.isascii() or value not in refusal


@given(st.dictionaries(st.sampled_from(["text", "caption", "parse_mode", "entities"]), junk))
def test_what_is_sent_as_plain_text_has_no_markup_left(params):
    assert "parse_mode" not in plain(params)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    """Thousands of refusals are not kept."""
    caplog.set_level("CRITICAL")
