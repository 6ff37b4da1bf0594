"""What the operating system says about processes and the machine."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Machine:
    """Where the figures come from. `load` is the average of the last minute, before measuring."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    postgres: str
    load: float


def machine(postgres: str) -> Machine:
    """This machine, with the version of the server that is measured."""
    return Machine(
        _cpu(),
        os.cpu_count() or 1,
        psutil.virtual_memory().total / 2**30,
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
        postgres,
        os.getloadavg()[0],
    )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def cpu_seconds(pid: int) -> float:
    """Of the process and all its children, those that have ended included."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += own.user + own.system
    return total


def busy_seconds() -> float:
    """Of all cores, by anybody, the host's other guests included."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def pss_mb(pid: int) -> float:
    """The proportional set size, in MiB: pages shared with others count in part."""
    return float(psutil.Process(pid).memory_full_info().pss) / 2**20
