"""How fast this bot and the others answer, what an answer costs, and how soon they begin.

One runs at a time: A B C … A B C …, so that a machine whose pace changes is fair to all. A round's
figures are compared with the others of the same round.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from benchmarks.accounting import busy_seconds, cpu_seconds, pss_mb
from benchmarks.peers.installed import Missing
from benchmarks.rig import Rig, Unanswered
from benchmarks.subjects import Running, Subject

IN_FLIGHT: Final = 64
#: people who have to be done before an open loop holds every step in its due share
_MIXED: Final = 40
_ENDLESS: Final = 10**9
_NAP: Final = 0.3
_NAPS: Final = 200
#: updates of a report, and how many times as long as they need it may take
_STEPS, _SLACK = 15, 4


class Unsound(Exception):
    """What was measured is not what was meant: updates were refused or went unanswered."""


@dataclass(frozen=True)
class Pace:
    """`seconds` of measuring after `warm` seconds of the same, and `rates` a second."""

    seconds: float
    warm: float
    rates: tuple[float, ...]


@dataclass(frozen=True)
class Saturation:
    """`IN_FLIGHT` people, each answering at once. `cpu`: ms per answered update, by process.

    `stub`: ms of the stub's, which is in no sum. `others`: cores busy with something else.
    """

    updates: int
    sealed: int
    per_second: float
    cpu: Mapping[str, float]
    stub: float
    others: float
    calls: float


@dataclass(frozen=True)
class Latency:
    """Milliseconds, at a fixed rate whatever the bot does.

    `sealing`: the median of those that sealed a report, `sealed` in number.
    """

    updates: int
    p50: float
    p99: float
    worst: float
    sealed: int
    sealing: float
    calls: float
    others: float


@dataclass
class Round:
    """One turn of one bot. `start`: seconds to the first answer; `pss`: MiB, of what is its own.

    `saturation` by script: "unsent", questions alone, or "report", where ours seals one in 15.
    `latency` by rate; None where the bot did not keep up with it.
    """

    start: float = 0.0
    pss: float = 0.0
    saturation: dict[str, Saturation] = field(default_factory=dict)
    latency: dict[str, Latency | None] = field(default_factory=dict)


@dataclass
class Seen:
    """All rounds of one bot; `left_out`: why it has none, or no more of them."""

    title: str
    keeps: str
    rounds: list[Round] = field(default_factory=list)
    left_out: str = ""


async def measure(
    rig: Rig,
    subjects: Sequence[Subject],
    rounds: int,
    pace: Pace,
    tell: Callable[[str, Seen], None],
) -> dict[str, Seen]:
    """By name. `tell` hears of every bot after each of its rounds."""
    seen = {one.name: Seen(one.title, one.keeps) for one in subjects}
    for _ in range(rounds):
        for subject in subjects:
            mine = seen[subject.name]
            if mine.left_out:
                continue
            try:
                mine.rounds.append(await _round(rig, subject, pace))
            except (Missing, Unsound, Unanswered) as error:
                mine.left_out = str(error) or type(error).__name__
            tell(subject.name, mine)
    return seen


async def _round(rig: Rig, subject: Subject, pace: Pace) -> Round:
    """Ours gets a new process and database for each: it is shorter-spoken while many are new."""
    made = Round()
    if subject.is_ours:
        async with subject.run(rig) as running:
            await _begun(rig, subject, running)
            made.saturation["unsent"] = await saturated(rig, subject, running, "unsent", pace)
    async with subject.run(rig) as running:
        made.start = await _begun(rig, subject, running)
        made.saturation["report"] = await saturated(rig, subject, running, "report", pace)
        made.pss = _pss(running)
        if not subject.is_ours:
            await _latencies(rig, subject, running, pace, made.latency)
    if subject.is_ours:
        async with subject.run(rig) as running:
            await _begun(rig, subject, running)
            await _latencies(rig, subject, running, pace, made.latency)
    return made


async def first_answer(rig: Rig, subject: Subject) -> float:
    """Seconds from the start of its process to its first answer."""
    async with subject.run(rig) as running:
        return await _begun(rig, subject, running)


async def _begun(rig: Rig, subject: Subject, running: Running) -> float:
    await rig.tell("mark")
    await rig.tell("walk", script="hello", in_flight=1, most=1, answer=subject.answer)
    seen = await rig.answers(1)
    return float(seen["at"] - running.started)


def _pss(running: Running) -> float:
    """Of the bot and what it alone keeps running; the database's server serves others too."""
    return sum(pss_mb(pid) for name, pid in running.pids.items() if name != "PostgreSQL")


async def saturated(
    rig: Rig, subject: Subject, running: Running, script: str, pace: Pace
) -> Saturation:
    await rig.tell(
        "walk", script=script, in_flight=IN_FLIGHT, most=_ENDLESS, answer=subject.answer
    )
    await rig.answers(1)
    await asyncio.sleep(pace.warm)
    pids = {**running.pids, "stub": rig.stub.pid}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    busy = busy_seconds()
    await rig.tell("mark")
    began = time.monotonic()
    await asyncio.sleep(pace.seconds)
    seen = await rig.tell("look")
    took = time.monotonic() - began
    used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    others = (busy_seconds() - busy - sum(used.values())) / took
    await _settled(rig)
    updates = _sound(rig, seen)
    each = {name: 1000 * spent / updates for name, spent in used.items()}
    stub = each.pop("stub")
    sealed = len(seen["last"]) if script == "report" and subject.is_ours else 0
    calls = sum(seen["calls"].values()) / updates
    return Saturation(updates, sealed, updates / took, each, stub, others, calls)


async def _latencies(
    rig: Rig, subject: Subject, running: Running, pace: Pace, found: dict[str, Latency | None]
) -> None:
    """The fastest first: everybody is in the middle of something by then."""
    mixed = False
    for rate in sorted(pace.rates, reverse=True):
        if mixed:
            await rig.tell("pace", rate=rate)
            await asyncio.sleep(_NAP)
        else:
            await rig.tell("mark")
            await rig.tell("stream", script="report", rate=rate, answer=subject.answer)
            mixed = await _mixed(rig, rate)
        found[f"{rate:g}"] = await _latency(rig, running, pace.seconds) if mixed else None
        if not mixed:
            await _settled(rig)
    await _settled(rig)


async def _mixed(rig: Rig, rate: float) -> bool:
    """Wait until all steps come in their due share. False where the bot does not keep up."""
    deadline = time.monotonic() + _MIXED * _STEPS / rate * _SLACK
    while len((await rig.tell("look"))["last"]) < _MIXED:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_NAP)
    return True


async def _latency(rig: Rig, running: Running, seconds: float) -> Latency:
    pids = (*running.pids.values(), rig.stub.pid)
    await rig.tell("mark")
    busy, ours, began = busy_seconds(), sum(map(cpu_seconds, pids)), time.monotonic()
    await asyncio.sleep(seconds)
    seen = await rig.tell("look")
    ours = sum(map(cpu_seconds, pids)) - ours
    others = (busy_seconds() - busy - ours) / (time.monotonic() - began)
    updates = _sound(rig, seen)
    each = sorted(1000 * one for one in seen["latencies"])
    sealing = [1000 * one for one in seen["last"]]
    return Latency(
        *(updates, median(each), at(each, 0.99), each[-1]),
        *(len(sealing), median(sealing) if sealing else 0.0),
        *(sum(seen["calls"].values()) / updates, others),
    )


def at(ordered: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _sound(rig: Rig, seen: Any) -> int:
    """The number of answers, when nothing was lost or refused."""
    answered: int = seen["answered"]
    if not answered or seen["lost"] or seen["refused"]:
        raise Unsound(f"{answered} answers, {seen['refused']} refused, {seen['lost']}; {rig.log}")
    return answered


async def _settled(rig: Rig) -> None:
    """The crowd stops; what is under way is answered. Raises Unsound when something is not."""
    await rig.tell("leave")
    for _ in range(_NAPS):
        if not (await rig.tell("look"))["waiting"]:
            return
        await asyncio.sleep(_NAP)
    raise Unsound(f"updates went unanswered; see {rig.log}")
