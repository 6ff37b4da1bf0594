"""PDF/A-3 by Typst: a template of ours, and what people wrote as strings it never reads as markup.

Only the fonts inside Typst are used, so that the same case gives the same bytes on any machine. A
character they lack cannot stand in an archive file: it is printed as its code point, and stands as
it was typed in the JSON that is attached.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import typst

Printed: TypeAlias = "bool | int | str | Sequence[Printed] | Mapping[str, Printed] | None"
"""What a template is given."""

_ARCHIVED: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]

_HERE: Final = Path(__file__).parent
_DRAWN_FOR_NOTHING: Final = dict.fromkeys(range(0xFE00, 0xFE10))  # variation selectors
_LONG_WORD: Final = re.compile(r"[^\s\u200b]{40,}")  # 36 letters of a UUID stay whole
_PIECES: Final = re.compile(r"\S{1,8}")
_BREAK: Final = "\u200b"


@cache
def _glyphs() -> frozenset[int]:
    """Characters that the template's fonts can draw (a test prints every one of them)."""
    found: set[int] = set()
    for stretch in (_HERE / "glyphs.txt").read_text(encoding="ascii").split():
        first, _, last = stretch.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def printable(text: str) -> str:
    """`text` with every character that cannot be drawn, or that hides, as "[U+1F600]".

    Several in a row share their brackets. Words too long for a line may break anywhere.
    """
    whole = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    whole = whole.translate(_DRAWN_FOR_NOTHING)
    shown: list[str] = []
    hidden: list[str] = []
    for char in whole:
        if char in "\n\t" or ord(char) in _glyphs():
            _close(hidden, shown)
            shown.append(char)
        else:
            hidden.append(f"U+{ord(char):04X}")
    _close(hidden, shown)
    return _breakable("".join(shown))


def _close(hidden: list[str], shown: list[str]) -> None:
    if hidden:
        shown.append(f"[{' '.join(hidden)}]")
        hidden.clear()


def _breakable(text: str) -> str:
    """With places to break in words that no line could hold, as hashes are."""
    return _LONG_WORD.sub(lambda found: _BREAK.join(_PIECES.findall(found[0])), text)


def pdf(template: str, told: Mapping[str, Printed], at: datetime) -> bytes:
    """The PDF/A-3a of a template beside this module, filled with `told`. `at`: aware.

    Deterministic. Blocks for some tenths of a second: call it in a thread. Every text in `told`
    goes through `printable`, except under "attached", which is kept to the letter.
    """
    filled = {
        name: part if name == "attached" else _printable(part) for name, part in told.items()
    }
    compiler = typst.Compiler(
        _HERE / template,
        root=_HERE,
        font_paths=_fonts(),
        sys_inputs={"told": json.dumps(filled, ensure_ascii=False)},
    )
    made = compiler.compile(
        format="pdf", pdf_standards=[*_ARCHIVED], timestamp=int(at.timestamp())
    )
    assert isinstance(made, bytes), "one file, not one for each page"
    return made


def _printable(part: Printed) -> Printed:
    match part:
        case str():
            return printable(part)
        case Mapping():
            return {name: _printable(one) for name, one in part.items()}
        case Sequence():
            return [_printable(one) for one in part]
        case _:
            return part
