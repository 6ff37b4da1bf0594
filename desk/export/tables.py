"""CSV and JSON tables: a list of cases by what is readable without a key, and one case's answers.

CSV is RFC 4180 in UTF-8 with a byte order mark, so that office programs read Ukrainian, and no
cell of it is a formula (ASVS 1.2.10). JSON is the form that loses nothing.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from io import StringIO
from typing import Final, TypeAlias

import orjson

from cases.reading import Told, parts
from desk.export.opened import Facts, Opened
from flows.answers import Json
from flows.kinds.subs import text_in

Cell: TypeAlias = "str | int | bool | datetime | Sequence[str] | None"

COLUMNS: Final = tuple(field.name for field in fields(Facts))
"""Of a list of cases."""
ANSWER_COLUMNS: Final = (
    "object", "section", "group", "number", "question", "asked", "state", "answer", "verbatim",
    "value", "flags", "at",
)  # fmt: skip

_BOM: Final = "\ufeff"
_FORMULA: Final = tuple("=+-@|%")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_QUOTES: Final = "'\"`’"


def cases_csv(cases: Iterable[Facts]) -> Iterator[bytes]:
    """A header, then a line for each case, in pieces to be sent as they come."""
    yield from csv_lines(COLUMNS, ([getattr(one, name) for name in COLUMNS] for one in cases))


def cases_json(cases: Iterable[Facts]) -> Iterator[bytes]:
    """One JSON array, a case on each line, in pieces. Times are ISO 8601 in UTC."""
    before = b"[\n"
    for one in cases:
        told = {name: _plain(getattr(one, name)) for name in COLUMNS}
        yield before + orjson.dumps(told)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def answers_csv(opened: Opened) -> bytes:
    """Every answer of the case, those of later news too, and what the family added."""
    return b"".join(csv_lines(ANSWER_COLUMNS, _rows(opened)))


def _rows(opened: Opened) -> Iterator[list[Cell]]:
    yield from (_row("report", told) for told in _told(opened.report))
    for one in opened.updates:
        name = f"{one.sequence:04d}-{one.kind}"
        yield from (_row(name, told) for told in _told(one.payload))
        text, verbatim = (text_in(one.payload, key) for key in ("text", "verbatim"))
        if text:
            yield [name, "", "", "", "", "", "given", text, verbatim, "", "", one.at]


def _told(report: Mapping[str, Json]) -> Iterator[Told]:
    for part in parts(report):
        yield from part.answers
        for item in part.items:
            yield from item


def _row(name: str, told: Told) -> list[Cell]:
    value = json.dumps(told.value, ensure_ascii=False, sort_keys=True) if told.given else ""
    return [
        name, told.section, told.group, told.number or "", told.key, told.question, told.state,
        told.answer, told.verbatim, value, told.flags, told.at,
    ]  # fmt: skip


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A table as a file, in pieces to be sent as they come; no cell of it runs."""
    held = StringIO(newline="")
    held.write(_BOM)
    write = csv.writer(held, lineterminator="\r\n").writerow
    write(columns)
    for row in rows:
        write([guarded(str(_flat(cell))) for cell in row])
        yield held.getvalue().encode()
        held.seek(0)
        held.truncate()
    yield held.getvalue().encode()


def _flat(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case bool():
            return int(cell)
        case str() | int():
            return cell
        case datetime():
            return str(_plain(cell))
        case _:
            return " ".join(cell)


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def guarded(text: str) -> str:
    """A cell that no spreadsheet runs: without control characters, and with an apostrophe before
    anything that could begin a formula, full-width, quoted or after spaces as well.
    """
    shown = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{shown}" if _may_run(text, shown) else shown


def _may_run(typed: str, shown: str) -> bool:
    if {typed[:1], shown[:1]} & {"\t", "\r", "\n"}:
        return True
    begun = next((char for char in shown if not _before_a_formula(char)), "")
    return unicodedata.normalize("NFKC", begun)[:1] in _FORMULA


def _before_a_formula(char: str) -> bool:
    return char in _QUOTES or char.isspace() or unicodedata.category(char) == "Cf"
