"""Tables of one run's results, in Markdown that is aligned: for a terminal and for the docs."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.goals import cpu_of, lines, rounds_of, spread, waits_of
from benchmarks.results import Results

_MET = {True: "met", False: "**missed**", None: ""}


def whole(results: Results) -> str:
    """Everything there is: the machine, the goals, the bots side by side, the curves' points."""
    told = [about(results), goals(results)]
    if "speed" in results.parts:
        told += [bots(results.parts["speed"]), *left_out(results.parts["speed"])]
    told += [f"{part}: not measured, because {why}." for part, why in results.failed.items()]
    told += [points(results.parts)] if points(results.parts) else []
    return "\n\n".join(told)


def about(results: Results) -> str:
    here = results.machine
    quick = " A quick run: too short to be compared with anything." if results.quick else ""
    return (
        f"{results.when}, commit {results.commit}; {here['cpu']}, {here['cores']} cores,"
        f" {here['memory_gb']:.1f} GB, {here['system']}, Python {here['python']},"
        f" PostgreSQL {here['postgres']} with durable commits; load before measuring"
        f" {here['load']:.2f}.{quick}"
    )


def goals(results: Results) -> str:
    """Median, and from where to where over all rounds, beside each goal."""
    rows = [(one.what, one.seen, one.goal, _MET[one.met]) for one in lines(results.parts)]
    return table(("what", "seen", "goal", ""), rows)


def bots(speed: Mapping[str, Any]) -> str:
    """One row for each bot: medians of all rounds."""
    rates = _rates(speed)
    head = (
        "bot", "updates/s", "CPU, ms", "of these", "calls",
        *(f"p50 / p99 at {rate}/s, ms" for rate in rates),
        "MiB", "start, s", "survives kill -9",
    )  # fmt: skip
    rows = []
    for name, seen in speed.items():
        for script in ("unsent", "report"):
            rounds = [one for one in rounds_of(speed, name) if script in one["saturation"]]
            if rounds:
                rows.append(_row(seen, rounds, script, rates))
    return table(head, rows)


def _rates(speed: Mapping[str, Any]) -> list[str]:
    found = {rate for seen in speed.values() for one in seen["rounds"] for rate in one["latency"]}
    return sorted(found, key=float)


def _row(
    seen: Mapping[str, Any], rounds: Sequence[Any], script: str, rates: Sequence[str]
) -> tuple[str, ...]:
    most = [one["saturation"][script] for one in rounds]
    title = seen["title"] + (": questions alone" if script == "unsent" else "")
    split = " + ".join(
        f"{name} {median(one['cpu'][name] for one in most):.2f}" for name in most[0]["cpu"]
    )
    first = (
        title,
        spread([one["per_second"] for one in most], ".0f"),
        spread([cpu_of(one) for one in most], ".2f"),
        split,
        f"{median(one['calls'] for one in most):.1f}",
    )
    if script == "unsent":
        return (*first, *("" for _ in rates), "", "", "")
    waits = (_waits(rounds, rate) for rate in rates)
    return (
        *(*first, *waits, f"{median(one['pss'] for one in rounds):.0f}"),
        *(f"{median(one['start'] for one in rounds):.1f}", seen["keeps"]),
    )


def _waits(rounds: Sequence[Any], rate: str) -> str:
    kept = waits_of(rounds, rate)
    if len(kept) < len(rounds):
        return "not kept up with"
    p50, p99 = (median(one[which] for one in kept) for which in ("p50", "p99"))
    return f"{p50:.1f} / {p99:.0f}"


def left_out(speed: Mapping[str, Any]) -> list[str]:
    """A sentence for each bot of which there is nothing, or less; and what the stub cost."""
    told = [
        f"{seen['title']}: left out after {len(seen['rounds'])} rounds, because"
        f" {seen['left_out']}."
        for seen in speed.values()
        if seen["left_out"]
    ]
    every = [one["saturation"]["report"] for seen in speed.values() for one in seen["rounds"]]
    if every:
        stub = median(one["stub"] for one in every)
        others = max(one["others"] for one in every)
        told.append(
            f"The stub took {stub:.2f} ms of CPU for an update, in no sum above; other processes"
            f" kept at most {max(others, 0):.1f} cores busy."
        )
    return told


def points(parts: Mapping[str, Any]) -> str:
    """The points of the growth curves."""
    return table(("what grows", "to", "seen"), list(_points(parts)))


def _points(parts: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for drafts, mib in parts.get("memory", {"pss": {}})["pss"].items():
        yield ("open drafts", f"{int(drafts):,}", f"{mib:.0f} MiB")
    for size, rounds in parts.get("stored", {"rounds": {}})["rounds"].items():
        cost = spread([cpu_of(one) for one in rounds], ".2f")
        yield ("stored cases", f"{int(size):,}", f"{cost} ms of CPU for an update")
    for one in parts.get("broadcast", ()):
        cost = f"{one['cpu']:.2f} ms of CPU for a message, {one['froze']:.1f} s to freeze them"
        yield ("recipients", f"{one['recipients']:,}", cost)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned, so that it reads without being rendered; "" without rows."""
    if not rows:
        return ""
    wide = [max(_width(row[n]) for row in (head, *rows)) for n in range(len(head))]
    ruled = ["-" * width for width in wide]
    return "\n".join(_line(row, wide) for row in (head, ruled, *rows))


def _line(row: Sequence[str], wide: Sequence[int]) -> str:
    cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, wide, strict=True))
    return f"| {' | '.join(cells)} |"


def _width(text: str) -> int:
    return sum(not unicodedata.combining(sign) for sign in text)
