"""A strike for `cases.points`: this process dies by SIGKILL at the n-th passage of a point.

Words: "A4:3" for the third passage of A4, "I10:2~3" for a moment up to three milliseconds after
the second of I10. As a program: the module to run follows, with what it is to be told.
"""

import os
import runpy
import secrets
import signal
import sys
import threading

from cases import points
from cases.points import Point


def doomed(word: str) -> points.Strike:
    """Dies where the word says."""
    where, _, late = word.partition("~")
    name, _, number = where.partition(":")
    fatal, left = Point(name), int(number)
    milliseconds = float(late or 0) * secrets.randbelow(1000) / 1000

    def strike(point: Point) -> None:
        nonlocal left
        if point is fatal:
            left -= 1
            if left == 0:
                if milliseconds:
                    threading.Timer(milliseconds / 1000, _die).start()
                else:
                    _die()

    return strike


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    points.arm(doomed(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
