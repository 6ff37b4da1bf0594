"""A broadcast by the number of its recipients: its pace, what a message costs, replies meanwhile.

The stage is that of `python -m benchmarks.broadcast`, which measures more of it: the whole of it,
kills and floods.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks.accounting import cpu_seconds
from benchmarks.speed import at

CAP: Final = 30
_LONGEST: Final = 60.0
#: of the time in which all would have heard; measuring ends before the broadcast does
_SHARE: Final = 0.7
_WARM: Final = CAP
_MODULES: Final = ("benchmarks.broadcast", "benchmarks.scene")


@dataclass(frozen=True)
class Broadcast:
    """At a `cap` of so many a second: the `most` in any, the `mean`. `cpu`: ms for one message.

    `froze`: seconds in which the audience was written down. `reply_p99`: seconds.
    """

    recipients: int
    cap: int
    most: int
    mean: float
    replies: int
    reply_p99: float
    cpu: float
    froze: float


def possible() -> bool:
    """Whether this tree has the stage."""
    return all(find_spec(name) is not None for name in _MODULES)


async def measure(folder: Path, sizes: Sequence[int]) -> list[Broadcast]:
    """One after the other, each on a database of its own."""
    stage, broadcast = import_module(_MODULES[1]), import_module(_MODULES[0])
    with _inside(folder) as own:
        async with stage.staged(own, max(sizes), 0.0) as scene:
            return [await _one(scene, broadcast, size) for size in sizes]


@contextmanager
def _inside(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        Path(name).chmod(0o711)  # as root, PostgreSQL runs as somebody else
        yield Path(name)


async def _one(scene: Any, broadcast: Any, size: int) -> Broadcast:
    village = await scene.village(size)
    _, froze = await village.approved()
    sender = scene.start(village, DODOMU_RATE=f"{CAP}", DODOMU_BROADCAST_RATE=f"{CAP}")
    await scene.begun(_WARM)
    pids = (sender.pid, _postmaster(scene.server.data))
    before, spent = (await scene.tell("count"))["calls"], sum(map(cpu_seconds, pids))
    asked = await broadcast._replies(village, min(_LONGEST, size * _SHARE / CAP))  # noqa: SLF001 - our own
    spent = sum(map(cpu_seconds, pids)) - spent
    seen = await scene.tell("look")
    await asyncio.to_thread(scene.end)
    late = sorted(seen["replies"].get(name, asked[name] + 999) - asked[name] for name in asked)
    return Broadcast(
        *(size, CAP, seen["most"], (seen["calls"] - 1) / (seen["last"] - seen["first"])),
        *(len(late), at(late, 0.99) if late else 0.0),
        *(1000 * spent / max(seen["calls"] - before, 1), froze),
    )


def _postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
