"""The goals, and whether what was seen meets them: one line each, of one run's results."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, TypeAlias

from benchmarks.subjects import OURS, POLLING

Parts: TypeAlias = Mapping[str, Any]

_RATES: Final = {"echo": 1.0, "fsm-redis": 3.0, "conversation": 3.0, "grammy": 0.6}
"""How many times as many updates a second as each of them."""
_SCRIPTS: Final = {"report": "whole reports", "unsent": "questions alone"}
_CPU, _CPU_TO_ECHO = 2.5, 1.4
_P50, _P99 = 10.0, 50.0
_START, _START_TO_ECHO, _HELP = 4.0, 1.1, 0.3
_MEMORY, _MEMORY_GROWTH = 260.0, 5.0
_STORED_GROWTH = 10.0
_BACKLOG = 300.0
_SEALING, _SEALING_MEMORY = 1.3, 10.0
_MATCHING, _ONE_CARD = 5.0, 50.0
_PAGE, _PAGE_P95 = 100.0, 250.0
_CALLS = 45
_CAP, _MEAN, _REPLY = 30.0, 29.0, 1.0
_MIB = 1.048576


@dataclass(frozen=True)
class Line:
    """`met`: None where there is no goal."""

    what: str
    seen: str
    goal: str
    met: bool | None


def lines(parts: Parts) -> list[Line]:
    """Of all that was measured, in the order of the goals."""
    return [line for part, tell in _TELL.items() if part in parts for line in tell(parts[part])]


def rounds_of(speed: Mapping[str, Any], name: str) -> list[Any]:
    """The rounds of one bot; none where it was left out."""
    found: list[Any] = speed.get(name, {"rounds": []})["rounds"]
    return found


def cpu_of(saturation: Mapping[str, Any]) -> float:
    """Milliseconds of all processes for one answered update."""
    return float(sum(saturation["cpu"].values()))


def spread(values: Sequence[float], form: str) -> str:
    """The median, and from where to where."""
    if len(values) == 1:
        return format(values[0], form)
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def ratios(
    speed: Mapping[str, Any], ours: str, other: str, of: Callable[[Any], float | None]
) -> list[float]:
    """Ours to the other's, of each round in which both were measured."""
    pairs = zip(rounds_of(speed, ours), rounds_of(speed, other), strict=False)
    both = [(of(mine), of(theirs)) for mine, theirs in pairs]
    return [mine / theirs for mine, theirs in both if mine is not None and theirs]


def _speed(speed: Mapping[str, Any]) -> Iterator[Line]:
    for script, words in _SCRIPTS.items():
        for other, least in _RATES.items():
            found = ratios(speed, _door_like(other), other, _rate_of(script))
            if found:
                what = f"updates/s, {words}, to {speed[other]['title']}"
                yield Line(what, spread(found, ".2f"), f"≥ {least}", median(found) >= least)
        yield from _cost(speed, script, words)
    yield from _latency(speed)


def _door_like(other: str) -> str:
    """Ours by the same way in."""
    return POLLING if other == "conversation" else OURS


def _rate_of(script: str) -> Callable[[Any], float | None]:
    """The others have one script: the whole."""
    return lambda one: _own(one, script)["per_second"]


def _own(one: Mapping[str, Any], script: str) -> Mapping[str, Any]:
    saturation: Mapping[str, Any] = one["saturation"]
    found: Mapping[str, Any] = saturation.get(script, saturation["report"])
    return found


def _cost(speed: Mapping[str, Any], script: str, words: str) -> Iterator[Line]:
    mine = [cpu_of(one["saturation"][script]) for one in rounds_of(speed, OURS)]
    if mine:
        what = f"CPU of all processes for one update, {words}, ms"
        yield Line(what, spread(mine, ".2f"), f"≤ {_CPU}", median(mine) <= _CPU)
    found = ratios(speed, OURS, "echo", lambda one: cpu_of(_own(one, script)))
    if found:
        what = f"… to {speed['echo']['title']}"
        yield Line(what, spread(found, ".2f"), f"≤ {_CPU_TO_ECHO}", median(found) <= _CPU_TO_ECHO)


def _latency(speed: Mapping[str, Any]) -> Iterator[Line]:
    rounds = rounds_of(speed, OURS)
    for rate in sorted(rounds[0]["latency"], key=float) if rounds else ():
        waits = waits_of(rounds, rate)
        p50, p99 = [one["p50"] for one in waits], [one["p99"] for one in waits]
        held = len(waits) == len(rounds)
        yield Line(
            f"latency at {rate} updates/s, p50 / p99, ms",
            f"{spread(p50, '.1f')} / {spread(p99, '.0f')}" if held else "not kept up with",
            f"≤ {_P50:.0f} / {_P99:.0f}",
            held and median(p50) <= _P50 and median(p99) <= _P99,
        )


def waits_of(rounds: Sequence[Any], rate: str) -> list[Any]:
    """The latencies at this rate, of the rounds in which the bot kept up with it."""
    return [one["latency"][rate] for one in rounds if one["latency"].get(rate)]


def _start(seen: Mapping[str, Any]) -> Iterator[Line]:
    mine = seen["first_answer"][OURS]
    what = "process start to the first answer, s"
    yield Line(what, spread(mine, ".2f"), f"≤ {_START:.0f}", median(mine) <= _START)
    if "echo" in seen["first_answer"]:
        pairs = zip(mine, seen["first_answer"]["echo"], strict=True)
        found = [ours / theirs for ours, theirs in pairs]
        met = median(found) <= _START_TO_ECHO
        yield Line("… to aiogram, bare echo", spread(found, ".2f"), f"≤ {_START_TO_ECHO}", met)
    met = median(seen["help"]) <= _HELP
    yield Line("`dodomu --help`, s", spread(seen["help"], ".2f"), f"≤ {_HELP}", met)


def _memory(seen: Mapping[str, Any]) -> Iterator[Line]:
    pss = {int(drafts): mib * _MIB for drafts, mib in seen["pss"].items()}
    most = max(pss.values())
    what = f"memory with up to {max(pss):,} open drafts, MB"
    yield Line(what, f"{most:.0f}", f"≤ {_MEMORY:.0f}", most <= _MEMORY)
    some = sorted(drafts for drafts in pss if drafts)
    if len(some) > 1:
        growth = 100 * (pss[some[-1]] / pss[some[0]] - 1)
        what = f"… growth from {some[0]:,} to {some[-1]:,}, %"
        yield Line(what, f"{growth:.1f}", f"≤ {_MEMORY_GROWTH:.0f}", growth <= _MEMORY_GROWTH)


def _stored(seen: Mapping[str, Any]) -> Iterator[Line]:
    sizes = sorted(seen["rounds"], key=int)
    few, many = (seen["rounds"][size] for size in (sizes[0], sizes[-1]))
    growth = [100 * (cpu_of(b) / cpu_of(a) - 1) for a, b in zip(few, many, strict=True)]
    what = (
        f"cost of an update, growth from {int(sizes[0]):,} to {int(sizes[-1]):,} stored cases, %"
    )
    met = median(growth) <= _STORED_GROWTH
    yield Line(what, spread(growth, ".1f"), f"≤ {_STORED_GROWTH:.0f}", met)


def _backlog(seen: Mapping[str, Any]) -> Iterator[Line]:
    lost = seen["people"] - seen["arrived"]
    rate = seen["updates"] / seen["seconds"]
    yield Line(
        f"backlog of {seen['updates']:,} updates, families not read whole and in order",
        *(f"{lost} of {seen['people']:,}", "0", lost == 0),
    )
    yield Line("… updates/s", f"{rate:.0f}", f"≥ {_BACKLOG:.0f}", rate >= _BACKLOG)


def _sealing(seen: Mapping[str, Any]) -> Iterator[Line]:
    parts = zip(seen["sealing"], seen["hashing"], seen["age"], strict=True)
    found = [ours / (hashed + aged) for ours, hashed, aged in parts]
    what = f"sealing {seen['size'] >> 20} MiB as it comes, to hashing both ends and age alone"
    yield Line(what, spread(found, ".2f"), f"≤ {_SEALING}", median(found) <= _SEALING)
    met = seen["memory"] <= _SEALING_MEMORY
    yield Line("… more memory, MB", f"{seen['memory']:.1f}", f"≤ {_SEALING_MEMORY:.0f}", met)


def _duplicates(seen: Mapping[str, Any]) -> Iterator[Line]:
    took = seen["reading"] + seen["finding"]
    what = f"duplicates among {seen['cards']:,} cards, s (CPU {seen['cpu']:.1f})"
    yield Line(what, f"{took:.1f}", f"≤ {_MATCHING:.0f}", took <= _MATCHING)
    met = max(seen["one"]) <= _ONE_CARD
    yield Line("… one new card, slowest, ms", f"{max(seen['one']):.1f}", f"≤ {_ONE_CARD:.0f}", met)


def _pages(seen: Mapping[str, Any]) -> Iterator[Line]:
    every = sorted(one for took in seen["took"].values() for one in took)
    middle, late = median(every), every[min(int(len(every) * 0.95), len(every) - 1)]
    yield Line(
        f"page of the desk's queue, {seen['rows']:,} cases, median / p95, ms",
        *(f"{middle:.0f} / {late:.0f}", f"≤ {_PAGE:.0f} / {_PAGE_P95:.0f}"),
        middle <= _PAGE and late <= _PAGE_P95,
    )


def _calls(seen: Mapping[str, int]) -> Iterator[Line]:
    many = sum(seen.values())
    yield Line("Telegram calls for the least report", str(many), f"≤ {_CALLS}", many <= _CALLS)


def _broadcast(seen: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    for one in seen:
        to = f"broadcast to {one['recipients']:,} at {one['cap']:.0f}/s"
        met = one["most"] <= one["cap"]
        yield Line(f"{to}, most in any second", str(one["most"]), f"≤ {one['cap']:.0f}", met)
        least = one["cap"] * _MEAN / _CAP
        met = one["mean"] >= least
        yield Line("… mean of a second", f"{one['mean']:.1f}", f"≥ {least:.0f}", met)
        met = one["reply_p99"] < _REPLY
        yield Line("… replies meanwhile, p99, s", f"{one['reply_p99']:.2f}", "< 1", met)


_TELL: Final[dict[str, Callable[[Any], Iterator[Line]]]] = {
    "speed": _speed,
    "start": _start,
    "memory": _memory,
    "stored": _stored,
    "backlog": _backlog,
    "broadcast": _broadcast,
    "sealing": _sealing,
    "duplicates": _duplicates,
    "pages": _pages,
    "calls": _calls,
}
