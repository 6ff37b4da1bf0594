"""How soon this bot answers after it was started, beside a bare echo, and how soon it helps."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rig import ROOT, Rig
from benchmarks.speed import first_answer
from benchmarks.subjects import Subject


@dataclass
class Start:
    """Seconds of each round: to the first answer, by bot, and of `dodomu --help`."""

    first_answer: dict[str, list[float]] = field(default_factory=dict)
    help: list[float] = field(default_factory=list)


async def measure(rig: Rig, subjects: Sequence[Subject], rounds: int) -> Start:
    """One after the other, round by round; one more round goes before, for the disk's cache."""
    seen = Start({one.name: [] for one in subjects})
    for number in range(rounds + 1):
        for subject in subjects:
            seconds = await first_answer(rig, subject)
            if number:
                seen.first_answer[subject.name].append(seconds)
        seconds = await asyncio.to_thread(_help)
        if number:
            seen.help.append(seconds)
    return seen


def _help() -> float:
    command = [str(Path(sys.executable).with_name("dodomu")), "--help"]
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    return time.monotonic() - began
