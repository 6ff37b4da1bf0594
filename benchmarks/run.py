"""One part of a run after the other: which measurement it is, and how much of it is wanted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from benchmarks import (
    backlog,
    duplicates,
    memory,
    pages,
    recipients,
    sealing,
    speed,
    starts,
    stored,
)
from benchmarks.goals import cpu_of
from benchmarks.plan import Plan
from benchmarks.rig import Rig
from benchmarks.speed import Pace, Seen
from benchmarks.subjects import OURS, SUBJECTS, Subject

_MORE: Final = 5
"""Times as many rounds of what takes a moment as of what takes minutes."""

Say = Callable[[str], None]


async def measured(rig: Rig, part: str, plan: Plan, say: Say) -> tuple[Any, float]:
    """What this part has seen, and the seconds it took; None for what cannot be measured here."""
    began = time.monotonic()
    seen = await _PARTS[part](rig, plan, say)
    return seen, time.monotonic() - began


def _wanted(plan: Plan) -> list[Subject]:
    return [one for one in SUBJECTS if one.name in {*plan.beside, OURS}]


async def _speed(rig: Rig, plan: Plan, say: Say) -> Any:
    def tell(name: str, seen: Seen) -> None:
        if seen.left_out:
            say(f"  {seen.title}: left out because {seen.left_out}")
            return
        one = seen.rounds[-1]
        most = one.saturation["report"]
        waits = ", ".join(
            f"{wait.p50:.1f} / {wait.p99:.0f} ms at {rate}/s" if wait else f"{rate}/s not held"
            for rate, wait in one.latency.items()
        )
        cost = cpu_of({"cpu": most.cpu})
        say(f"  {name} {len(seen.rounds)}: {most.per_second:.0f}/s, {cost:.2f} ms, {waits}")

    pace = Pace(plan.seconds, plan.warm, plan.rates)
    return await speed.measure(rig, _wanted(plan), plan.rounds, pace, tell)


async def _start(rig: Rig, plan: Plan, _: Say) -> Any:
    two = [one for one in _wanted(plan) if one.name in {OURS, "echo"}]
    return await starts.measure(rig, two, plan.rounds)


async def _calls(rig: Rig, _: Plan, __: Say) -> Any:
    return await memory.calls(rig)


async def _memory(rig: Rig, plan: Plan, _: Say) -> Any:
    return await memory.measure(rig, plan.drafts)


async def _stored(rig: Rig, plan: Plan, _: Say) -> Any:
    pace = Pace(plan.seconds, plan.warm, plan.rates)
    return await stored.measure(rig, plan.stored, plan.rounds, pace)


async def _backlog(rig: Rig, plan: Plan, _: Say) -> Any:
    return await backlog.measure(rig, plan.backlog)


async def _broadcast(rig: Rig, plan: Plan, _: Say) -> Any:
    if not recipients.possible():
        return None
    return await recipients.measure(rig.folder, plan.recipients)


async def _sealing(_: Rig, plan: Plan, __: Say) -> Any:
    return await asyncio.to_thread(sealing.measure, plan.sealing, plan.rounds * _MORE)


async def _duplicates(_: Rig, plan: Plan, __: Say) -> Any:
    return await asyncio.to_thread(duplicates.measure, plan.cards)


async def _pages(rig: Rig, plan: Plan, _: Say) -> Any:
    return await pages.measure(rig, plan.cases, plan.rounds * _MORE)


_PARTS: Final[dict[str, Callable[[Rig, Plan, Say], Awaitable[Any]]]] = {
    "start": _start,
    "speed": _speed,
    "calls": _calls,
    "memory": _memory,
    "stored": _stored,
    "backlog": _backlog,
    "broadcast": _broadcast,
    "sealing": _sealing,
    "duplicates": _duplicates,
    "pages": _pages,
}
