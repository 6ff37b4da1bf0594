"""The child: shuts itself in, reads one file from its input, writes what came of it, and ends.

Whatever goes wrong ends it without a word: what a stranger's file makes a parser say is not told.
"""

import os
import sys
from collections.abc import Callable
from typing import Final

from desk.viewing.shutting import shut_in

MOST_BYTES: Final = 21 << 20
"""A family's file has 20 MiB at most."""

_IN, _OUT = 0, 1
_PIECE: Final = 1 << 16


def main() -> None:
    """`picture`, `csv` or `xlsx` as the first argument."""
    work = _work(sys.argv[1])
    shut_in()
    try:
        _give(work(_taken()))
    except BaseException:  # noqa: BLE001 - memory and recursion included
        os._exit(1)
    os._exit(0)


def _work(what: str) -> Callable[[bytes], bytes]:
    if what == "picture":
        from desk.viewing.picture import redrawn  # noqa: PLC0415 - Pillow only where it is needed

        return redrawn
    from desk.viewing.sheet import reader  # noqa: PLC0415

    return reader(what)


def _taken() -> bytes:
    whole = bytearray()
    while piece := os.read(_IN, _PIECE):
        whole += piece
        if len(whole) > MOST_BYTES:
            raise ValueError
    return bytes(whole)


def _give(made: bytes) -> None:
    view = memoryview(made)
    while view:
        view = view[os.write(_OUT, view) :]
