"""What it costs to seal a large file as it comes, beside hashing it and age alone.

In a process of its own, or the memory of what ran before would be counted: `python -m
benchmarks.sealing` prints what it saw as JSON.
"""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import pyrage
from pyrage.x25519 import Identity

from benchmarks.rig import ROOT
from vault.stream import PIECE, seal_stream

_KIB: Final = 1024


@dataclass(frozen=True)
class Sealing:
    """Seconds of CPU of each round, by turns. `memory`: MB more at the peak of the first sealing.

    `hashing`: SHA-256 of the plaintext and of as much as age makes of it, for both are hashed;
    `age`: age alone, in pieces.
    """

    size: int
    sealing: list[float]
    hashing: list[float]
    age: list[float]
    memory: float

    @property
    def ratio(self) -> float:
        """Of each round's sealing to its hashing and age; the median of all."""
        return median(
            ours / (hashed + aged)
            for ours, hashed, aged in zip(self.sealing, self.hashing, self.age, strict=True)
        )


class _Pieces:
    """A file that is nowhere: the same piece again and again."""

    def __init__(self, size: int) -> None:
        self._left, self._piece = size, bytes(range(256)) * (PIECE // 256)

    def read(self, most: int = PIECE) -> bytes:
        piece = self._piece[: min(most, self._left, PIECE)]
        self._left -= len(piece)
        return piece


class _Nowhere:
    """Where everything may go."""

    def write(self, piece: bytes) -> int:
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""


def _took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _hash(size: int) -> None:
    """As much as goes through both ends of the sealing: the two differ by a thousandth."""
    for _ in range(2):
        digest, pieces = hashlib.sha256(), _Pieces(size)
        for piece in _all(pieces):
            digest.update(piece)


def _all(pieces: _Pieces) -> Iterator[bytes]:
    while piece := pieces.read():
        yield piece


def _seen(size: int, rounds: int) -> Sealing:
    recipient = Identity.generate().to_public()
    seal_stream(str(recipient), _Pieces(PIECE).read, _Nowhere().write)
    _begin_anew()
    before = _peak()
    seal_stream(str(recipient), _Pieces(size).read, _Nowhere().write)
    memory = (_peak() - before) / 1e6
    sealing, hashing, age = [], [], []
    for _ in range(rounds):
        sealing.append(
            _took(lambda: seal_stream(str(recipient), _Pieces(size).read, _Nowhere().write))
        )
        hashing.append(_took(lambda: _hash(size)))
        age.append(_took(lambda: pyrage.encrypt_io(_Pieces(size), _Nowhere(), [recipient])))
    return Sealing(size, sealing, hashing, age, memory)


def _peak() -> int:
    """The most bytes held at once since the count was last begun anew."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * _KIB


def _begin_anew() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure(size: int, rounds: int) -> Sealing:
    """Of `size` bytes. Blocks until it is done."""
    command = [sys.executable, "-m", "benchmarks.sealing", str(size), str(rounds)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - ours
    return Sealing(**json.loads(done.stdout))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_seen(int(sys.argv[1]), int(sys.argv[2])))))
