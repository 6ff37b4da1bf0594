"""`python -m benchmarks`: measures everything in one run and prints it; about five minutes."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, Literal

from cyclopts import App

from benchmarks import duplicates, measures
from benchmarks.accounting import Machine, machine
from benchmarks.duplicates import Found
from benchmarks.measures import Memory, Speed, Start
from benchmarks.rig import LOG, Rig, pushed, rigged

ALL: Final = ("start", "memory", "speed", "duplicates")
_BUSY: Final = 0.5

app = App(name="benchmarks", help="Measure the product as it is shipped.")


@dataclass(frozen=True)
class Plan:
    """How much of each: `seconds` of measuring after `warm` seconds of the same, `rates` a second.

    `drafts`: the numbers of open drafts after which memory is looked at. `cards`: how many are
    searched for duplicates. `log`: keep the bot's.
    """

    parts: tuple[str, ...]
    rounds: int
    drafts: tuple[int, ...]
    seconds: float
    warm: float
    rates: tuple[float, ...]
    cards: int
    log: Path | None


@app.default
def run(
    *parts: Literal["start", "memory", "speed", "duplicates"],
    rounds: int = 5,
    drafts: tuple[int, ...] = (1_000, 10_000),
    seconds: float = 12.0,
    warm: float = 6.0,
    rates: tuple[float, ...] = (30.0, 100.0),
    cards: int = 20_000,
    log: Path | None = None,
) -> None:
    """Measure these parts, or all of them, and print what was seen.

    `--seconds` of measuring come after `--warm` seconds of the same load. `--rates` are updates a
    second, `--drafts` the numbers of open drafts after which memory is looked at, `--cards` how
    many are searched for duplicates. `--log` keeps what the bot logged.
    """
    plan = Plan(parts or ALL, rounds, drafts, seconds, warm, rates, cards, log)
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else
        try:
            asyncio.run(_measured(plan, folder))
        finally:
            if log is not None:
                log.write_bytes((folder / LOG).read_bytes())


async def _measured(plan: Plan, folder: Path) -> None:
    async with rigged(folder) as rig:
        _about(machine(await rig.postgres_version()))
        if "start" in plan.parts:
            _started(await measures.start(rig, plan.rounds))
        if "memory" in plan.parts:
            _remembered(await measures.memory(rig, plan.drafts))
        if "speed" in plan.parts:
            for door, settings in (("polling", {}), ("webhook", pushed())):
                _sped(await _speed(rig, door, settings, plan))
        if "duplicates" in plan.parts:
            _matched(await asyncio.to_thread(duplicates.measure, plan.cards))


async def _speed(rig: Rig, door: str, settings: dict[str, str], plan: Plan) -> Speed:
    return await measures.speed(
        rig, door, settings, warm=plan.warm, seconds=plan.seconds, rates=plan.rates
    )


def _about(here: Machine) -> None:
    print(f"{here.cpu}, {here.cores} cores, {here.memory_gb:.1f} GB; {here.system}")
    print(f"Python {here.python}, PostgreSQL {here.postgres} with durable commits")
    busy = "" if here.load < _BUSY else ": the machine is busy, the figures are worth little"
    print(f"load before measuring {here.load:.2f}{busy}")


def _line(name: str, figures: str) -> None:
    print(f"  {name:<42}{figures}", flush=True)


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})"


def _started(seen: Start) -> None:
    print(f"\nStart, median of {len(seen.help)}; database running, disk cache warm")
    _line("dodomu run, process start to first answer", _spread(seen.first_answer))
    _line("dodomu --help", _spread(seen.help))


def _remembered(seen: Memory) -> None:
    print("\nMemory of the bot process (intake and delivery), PSS")
    for drafts, mb in seen.pss.items():
        _line(f"{drafts:,} open drafts touched", f"{mb:.0f} MiB")


def _matched(seen: Found) -> None:
    print(f"\nDuplicates among {seen.cards:,} open cards, {seen.planted} of them planted")
    _line("names, dates and places read", f"{seen.reading:.2f} s")
    _line("all pairs found and weighed", f"{seen.finding:.2f} s")
    _line("CPU of both", f"{seen.cpu:.2f} s")
    _line("planted ones found", f"{seen.met}, likely {seen.met_likely}")
    _line("suggested in all", ", ".join(f"{many} {level}" for level, many in seen.levels.items()))


_SCRIPTS: Final = {
    "unsent": "questions alone",
    "report": "whole reports, one in 15 updates seals",
}


def _sped(seen: Speed) -> None:
    print(f"\nSpeed over {seen.door}")
    for most in seen.saturations:
        print(f"  saturation, {measures.IN_FLIGHT} chats in flight, {_SCRIPTS[most.script]}")
        _line(
            "  answered updates/s",
            f"{most.per_second:.0f}  ({most.updates} in {most.seconds:.0f} s,"
            f" {most.sealed} sealed; others kept {max(most.others, 0):.1f} cores busy)",
        )
        _line(
            "  CPU per answered update",
            f"{most.cpu_bot + most.cpu_postgres:.2f} ms = bot {most.cpu_bot:.2f}"
            f" + PostgreSQL {most.cpu_postgres:.2f}  (the stub's own {most.cpu_stub:.2f} apart)",
        )
        _line("  Telegram calls per answered update", f"{most.calls_per_update:.2f}")
    for one in seen.latencies:
        _line(
            f"latency at {one.rate:.0f} updates/s",
            f"p50 {one.p50:.1f} ms, p99 {one.p99:.1f} ms, worst {one.worst:.0f} ms"
            f"  ({one.updates} updates, {one.sealed} sealed in {one.sealing:.0f} ms;"
            f" {one.calls_per_update:.2f} calls each; others kept"
            f" {max(one.others, 0):.1f} cores busy)",
        )


if __name__ == "__main__":
    app()
