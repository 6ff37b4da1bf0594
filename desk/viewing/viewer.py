"""Has a family's file looked at by a child process, and believes nothing that child says.

Two children at most are alive at once; whoever comes then waits a while.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final

from desk.export.opened import Pour
from desk.viewing.sheet import MOST_CELLS, MOST_LETTERS
from vault.unseal import Damaged

AT_ONCE: Final = 2
SECONDS: Final = 15
"""So long a child may live, the reading of the file from its store included."""
PATIENCE: Final = 30
MOST_MADE: Final = 2 << 20

_ROOT: Final = Path(__file__).parent.parent.parent
#: isolated: nothing of the environment, no folder of the user's; then this program's own, as it is
_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop()); from desk.viewing.child import main; main()"
)
_JPEG: Final = (b"\xff\xd8\xff", b"\xff\xd9")
_CHILDREN: Final = ThreadPoolExecutor(AT_ONCE, "viewing")


class Unviewable(Exception):
    """No picture, no list, or one that costs too much: give the original out instead."""


class Altered(Exception):
    """The bytes are not those the manifest tells of. Compare with the audit chain."""


class Busy(Exception):
    """Others are being looked at. Ask again in a moment."""


async def picture(pour: Pour, digest: str) -> bytes:
    """The file as a small JPEG without anything else in it; `digest`: SHA-256 of it, in hex.

    Raises Unviewable, Altered, Busy, and what `pour` raises.
    """
    made = await _looked_at("picture", pour, digest)
    if not (made.startswith(_JPEG[0]) and made.endswith(_JPEG[1])):
        raise Unviewable
    return made


async def rows(kind: str, pour: Pour, digest: str) -> dict[int, tuple[str, ...]]:
    """The rows of a list by their numbers; `kind`: csv or xlsx. Raises as `picture`."""
    made = await _looked_at(kind, pour, digest)
    try:
        return _believed(json.loads(made))
    except (ValueError, TypeError, RecursionError):
        raise Unviewable from None


def _believed(said: object) -> dict[int, tuple[str, ...]]:
    """Raises ValueError or TypeError for what no honest child says."""
    found: dict[int, tuple[str, ...]] = {}
    if not isinstance(said, list):
        raise TypeError
    for number, cells in said:
        if type(number) is not int or not isinstance(cells, list):
            raise TypeError
        told = tuple(str(cell)[:MOST_LETTERS] for cell in cells[:MOST_CELLS])
        found.setdefault(number, told)
    return found


async def _looked_at(what: str, pour: Pour, digest: str) -> bytes:
    loop = asyncio.get_running_loop()
    waiting = loop.run_in_executor(_CHILDREN, _in_a_child, what, pour, digest)
    try:
        async with asyncio.timeout(PATIENCE):
            return await waiting
    except TimeoutError:
        raise Busy from None


def _in_a_child(what: str, pour: Pour, digest: str) -> bytes:
    """Blocks. The child sees an empty environment and two pipes, and lives SECONDS at most."""
    child = subprocess.Popen(  # noqa: S603 - this very Python, and words of our own
        [sys.executable, "-I", "-B", "-c", _BOOT, what, str(_ROOT)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={}, cwd="/", start_new_session=True,
    )  # fmt: skip
    last = threading.Timer(SECONDS, child.kill)
    last.start()
    try:
        return _asked(child, pour, digest)
    finally:
        last.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what it did not read
                    pipe.close()


def _asked(child: "subprocess.Popen[bytes]", pour: Pour, digest: str) -> bytes:
    assert child.stdin is not None, "it is a pipe"
    assert child.stdout is not None, "it is a pipe"
    found, into = sha256(), child.stdin

    def give(piece: bytes) -> None:
        found.update(piece)
        into.write(piece)

    try:
        pour(give)
        into.close()
    except BrokenPipeError:
        raise Unviewable from None
    except Damaged:
        raise Altered from None
    if found.hexdigest() != digest:
        raise Altered
    made = child.stdout.read(MOST_MADE + 1)
    if child.wait() != 0 or not 0 < len(made) <= MOST_MADE:
        raise Unviewable
    return made
