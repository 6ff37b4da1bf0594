"""A list of children out of a CSV or an Excel file, as rows of plain text.

Runs in the child alone (desk.viewing.child). Nothing is computed: of a formula the value that was
stored with it is read. A document type, and with it every entity, is refused.
"""

import codecs
import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final
from xml.parsers import expat

MOST_ROWS: Final = 500
MOST_CELLS: Final = 12
MOST_LETTERS: Final = 120
"""Of one cell: a name and its remark."""

_UNPACKED: Final = 48 << 20
_DELIMITERS: Final = ";\t,"
_LOOKED_AT: Final = 20
_SHEETS: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
#: numbers of formats that are dates in every workbook (ECMA-376, 18.8.30)
_DATES: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NO_DATE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_LAST_DAY: Final = 2_958_465  # 31 December 9999
_EXCEL: Final = date(1899, 12, 30)
_FROM_1904: Final = 1462
_LETTERS: Final = 26

# "utf-8" and its like are looked up once; later there is no file to look them up in.
for _name in ("utf-8-sig", "utf-16", "utf-8", "cp1251", "cp437", "latin-1", "ascii"):
    codecs.lookup(_name)


def reader(kind: str) -> Callable[[bytes], bytes]:
    """What reads `csv` or `xlsx`: [[number of the row, [cell, …]], …] as JSON. Raises KeyError."""
    rows = {"csv": _of_csv, "xlsx": _of_xlsx}[kind]

    def work(original: bytes) -> bytes:
        found = []
        for number, cells in rows(original):
            kept = [" ".join(cell.split())[:MOST_LETTERS] for cell in cells[:MOST_CELLS]]
            if any(kept):
                found.append([number, kept])
            if len(found) == MOST_ROWS:
                break
        return json.dumps(found).encode()

    return work


def _of_csv(original: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(original)
    if "\0" in text:
        raise ValueError("no text")
    first = text.splitlines()[:_LOOKED_AT]
    delimiter = max(_DELIMITERS, key=lambda one: sum(line.count(one) for line in first))
    lines = io.StringIO(text, newline="")
    yield from enumerate(csv.reader(lines, delimiter=delimiter), 1)


def _decoded(original: bytes) -> str:
    """As it says it is, else as UTF-8, else as Windows in Ukraine writes."""
    if original.startswith((b"\xff\xfe", b"\xfe\xff")):
        return original.decode("utf-16")
    try:
        return original.decode("utf-8-sig")
    except UnicodeDecodeError:
        return original.decode("cp1251", errors="replace")


class _Enough(Exception):
    """As many rows as are read at all."""


def _of_xlsx(original: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        book = _Workbook(archive)
        sheet = _Sheet(book.strings(), book.date_styles(), book.from_1904)
        with contextlib.suppress(_Enough):
            _parsed(book.part(book.first_sheet()), sheet.start, sheet.end, sheet.text)
    yield from sheet.rows


def _parsed(
    xml: bytes,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object] = lambda _: None,
    text: Callable[[str], object] = lambda _: None,
) -> None:
    """Walk through `xml`, by names without their namespaces. Raises expat.ExpatError."""
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_: object) -> None:
        raise expat.ExpatError("a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(
        name.rpartition("}")[2], {key.rpartition("}")[2]: value for key, value in given.items()}
    )
    parser.EndElementHandler = lambda name: end(name.rpartition("}")[2])
    parser.CharacterDataHandler = text
    parser.Parse(xml, True)


class _Workbook:
    """The parts of a workbook, unpacked as far as is decent."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = _UNPACKED
        self._sheets: list[str] = []
        self.from_1904 = False
        _parsed(self.part("xl/workbook.xml"), self._of_book)

    def part(self, name: str) -> bytes:
        """Raises KeyError where there is none, ValueError where it is too much."""
        with self._archive.open(name) as packed:
            whole = packed.read(self._left + 1)
        self._left -= len(whole)
        if self._left < 0:
            raise ValueError("more than is decent")
        return whole

    def _of_book(self, name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            self._sheets.append(given.get("id", ""))
        elif name == "workbookPr":
            self.from_1904 = given.get("date1904") in ("1", "true")

    def first_sheet(self) -> str:
        targets: dict[str, str] = {}

        def related(name: str, given: dict[str, str]) -> None:
            if name == "Relationship":
                targets[given.get("Id", "")] = given.get("Target", "")

        _parsed(self.part("xl/_rels/workbook.xml.rels"), related)
        target = targets[self._sheets[0]].lstrip("/")
        path = target if target.startswith("xl/") else f"xl/{target}"
        if not _SHEETS.fullmatch(path):
            raise ValueError("no sheet")
        return path

    def strings(self) -> list[str]:
        """Texts that cells name by their number."""
        found: list[str] = []
        inside: list[str] = []

        def start(name: str, _: dict[str, str]) -> None:
            if name == "si":
                found.append("")
            inside.append(name)

        def text(piece: str) -> None:
            if found and inside[-1] == "t" and "rPh" not in inside:
                found[-1] += piece[: MOST_LETTERS * 2]

        if "xl/sharedStrings.xml" in self._archive.namelist():
            _parsed(self.part("xl/sharedStrings.xml"), start, lambda _: inside.pop(), text)
        return found

    def date_styles(self) -> frozenset[int]:
        """Numbers of the styles whose numbers are days."""
        dates = set(_DATES)
        styles: list[int] = []
        inside: list[str] = []

        def start(name: str, given: dict[str, str]) -> None:
            if name == "numFmt":
                code = _NO_DATE.sub("", given.get("formatCode", "")).lower()
                if any(letter in code for letter in "dy"):
                    dates.add(int(given["numFmtId"]))
            elif name == "xf" and inside[-1:] == ["cellXfs"]:
                styles.append(int(given.get("numFmtId", "0")))
            inside.append(name)

        if "xl/styles.xml" in self._archive.namelist():
            _parsed(self.part("xl/styles.xml"), start, lambda _: inside.pop())
        return frozenset(number for number, one in enumerate(styles) if one in dates)


class _Sheet:
    """Gathers the rows of a sheet while it is read."""

    def __init__(self, strings: list[str], dates: frozenset[int], from_1904: bool) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._strings, self._dates, self._from_1904 = strings, dates, from_1904
        self._number = 0
        self._cells: list[str] = []
        self._place, self._type, self._style = 0, "", -1
        self._taking = False
        self._said: list[str] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self._number = int(given.get("r", self._number + 1))
            self._cells = []
        elif name == "c":
            self._place = _place(given.get("r", ""), len(self._cells))
            self._type, self._style = given.get("t", "n"), int(given.get("s", "-1"))
            self._said = []
        self._taking = name in ("v", "t")

    def text(self, piece: str) -> None:
        if self._taking and len(self._said) < MOST_LETTERS:
            self._said.append(piece[:MOST_LETTERS])

    def end(self, name: str) -> None:
        self._taking = False
        if name == "c" and self._place < MOST_CELLS:
            self._cells += [""] * (self._place + 1 - len(self._cells))
            self._cells[self._place] = self._value("".join(self._said))
        elif name == "row":
            self.rows.append((self._number, self._cells))
            if len(self.rows) > MOST_ROWS * 4:  # empty ones among them
                raise _Enough

    def _value(self, said: str) -> str:
        if self._type == "s":
            return self._strings[int(said)] if said.isdecimal() else ""
        if self._type != "n":
            return said
        if self._style in self._dates:
            return _day(said, self._from_1904)
        return said.removesuffix(".0")


def _place(reference: str, otherwise: int) -> int:
    """The column of "B12", from 0."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return column - 1 if column else otherwise


def _day(said: str, from_1904: bool) -> str:
    try:
        days = int(float(said)) + (_FROM_1904 if from_1904 else 0)
    except (ValueError, OverflowError):
        return said
    return (_EXCEL + timedelta(days)).isoformat() if 0 < days <= _LAST_DAY else said
