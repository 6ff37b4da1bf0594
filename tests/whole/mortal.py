"""Runs a module of ours that dies by SIGKILL at the n-th passage of a point.

Words: "A4:3" for the third passage of A4 (cases.points), the module, and what it is to be told.
"""

import os
import runpy
import signal
import sys

from cases import points
from cases.points import Point


def doomed(word: str) -> points.Strike:
    """Dies where the word says."""
    name, _, number = word.partition(":")
    fatal, left = Point(name), int(number)

    def strike(point: Point) -> None:
        nonlocal left
        if point is fatal:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return strike


if __name__ == "__main__":
    points.arm(doomed(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
