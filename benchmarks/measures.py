"""The measurements themselves: start, memory, speed. Each on a database of its own."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks import drafts
from benchmarks.accounting import busy_seconds, cpu_seconds, pss_mb
from benchmarks.rig import ROOT, Bot, Rig
from benchmarks.stub import FAMILY
from cases import database
from vault import chain, keys

IN_FLIGHT: Final = 64
_MODEL, _FIRST_COPY = 2_000_000_000, 2_000_000_001
_DRAIN: Final = 0.3
#: people who have to be done before an open loop holds every step in its due share
_MIXED: Final = 40
_ENDLESS: Final = 10**9


@dataclass(frozen=True)
class Start:
    """Seconds of each round: process start to first answer, and `dodomu --help`."""

    first_answer: list[float]
    help: list[float]


@dataclass(frozen=True)
class Memory:
    """MiB of the bot process by open drafts it has touched: {0: after one whole report, …}."""

    pss: dict[int, float]


@dataclass(frozen=True)
class Saturation:
    """`IN_FLIGHT` people, each answering at once. CPU in ms per answered update.

    `script`: "unsent", questions alone, or "report", where one update in 15 seals a report.
    `others`: cores that were busy with something else meanwhile.
    """

    script: str
    updates: int
    sealed: int
    seconds: float
    cpu_bot: float
    cpu_postgres: float
    cpu_stub: float
    others: float
    calls: dict[str, int]

    @property
    def per_second(self) -> float:
        return self.updates / self.seconds

    @property
    def calls_per_update(self) -> float:
        return sum(self.calls.values()) / self.updates


@dataclass(frozen=True)
class Latency:
    """At `rate` updates a second, whatever the bot does. Milliseconds.

    `sealing`: the median of those of the updates that sealed a report, `sealed` in number.
    `others`: cores that were busy with something else meanwhile.
    """

    rate: float
    updates: int
    sealed: int
    sealing: float
    others: float
    calls_per_update: float
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True)
class Speed:
    """One way in: "polling" or "webhook"."""

    door: str
    saturations: list[Saturation]
    latencies: list[Latency]


async def start(rig: Rig, rounds: int) -> Start:
    """One more round goes before, to warm the disk's cache."""
    url = await rig.database()
    first, helped = [], []
    for number in range(rounds + 1):
        await rig.tell("walk", script="hello", in_flight=1, most=1)
        async with rig.bot(url, {}) as bot:
            seen = await rig.answers(1)
        seconds = seen["at"] - bot.started
        if number:
            first.append(seconds)
            helped.append(await asyncio.to_thread(_help))
    return Start(first, helped)


def _help() -> float:
    command = [str(Path(sys.executable).with_name("dodomu")), "--help"]
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    return time.monotonic() - began


async def memory(rig: Rig, steps: Sequence[int]) -> Memory:
    """`steps`: numbers of open drafts, growing, each touched once over polling."""
    url = await rig.database()
    seen: dict[int, float] = {}
    async with rig.bot(url, {}) as bot:
        await rig.tell("walk", script="report", in_flight=1, most=1)
        await rig.answers(15)
        await rig.tell("mark")
        await rig.tell("walk", script="half", in_flight=1, most=1, first=_MODEL)
        await rig.answers(10)
        seen[0] = pss_mb(bot.pid)
        made = 0
        for wanted in steps:
            chats = range(_FIRST_COPY + made, _FIRST_COPY + wanted)
            await _seeded(rig, url, chats)
            await rig.tell("mark")
            most = len(chats)
            await rig.tell(
                "walk", script="touch", in_flight=IN_FLIGHT, most=most, first=chats.start
            )
            await rig.answers(most, seconds=most / 20 + 60)
            await asyncio.sleep(_DRAIN)
            seen[wanted], made = pss_mb(bot.pid), wanted
    return Memory(seen)


async def _seeded(rig: Rig, url: str, chats: range) -> None:
    vault = keys.load_vault(Path(rig.env["DODOMU_VAULT_KEY"]))
    seed = keys.load_intake_sign(Path(rig.env["DODOMU_INTAKE_SIGN_KEY"])).seed
    bot_id = int(FAMILY.partition(":")[0])
    async with await database.connect(url) as pool:
        await drafts.copies(
            pool, vault, partial(chain.sign, seed), bot_id=bot_id, model=_MODEL, chats=chats
        )


async def speed(
    rig: Rig,
    door: str,
    settings: Mapping[str, str],
    *,
    warm: float,
    seconds: float,
    rates: Sequence[float],
) -> Speed:
    """Measures for `seconds` each; before saturations, `warm` seconds of the same go.

    Each has a bot and a database of its own: a bot is shorter-spoken while many chats are new.
    """
    saturations, latencies = [], []
    for script in ("unsent", "report"):
        async with rig.bot(await rig.database(), settings) as bot:
            saturations.append(await _saturated(rig, bot, script, warm, seconds))
    for rate in rates:
        async with rig.bot(await rig.database(), settings) as bot:
            latencies.append(await _latency(rig, bot, rate, seconds))
    return Speed(door, saturations, latencies)


async def _saturated(rig: Rig, bot: Bot, script: str, warm: float, seconds: float) -> Saturation:
    await rig.tell("walk", script=script, in_flight=IN_FLIGHT, most=_ENDLESS)
    await rig.answers(1)
    await asyncio.sleep(warm)
    pids = (bot.pid, rig.postmaster, rig.stub.pid)
    before = [cpu_seconds(pid) for pid in pids]
    busy = busy_seconds()
    await rig.tell("mark")
    began = time.monotonic()
    await asyncio.sleep(seconds)
    seen = await rig.tell("look")
    took = time.monotonic() - began
    used = [cpu_seconds(pid) - spent for pid, spent in zip(pids, before, strict=True)]
    others = (busy_seconds() - busy - sum(used)) / took
    await _settled(rig)
    updates = _sound(rig, seen)
    of_bot, of_postgres, of_stub = (1000 * spent / updates for spent in used)
    sealed = len(seen["last"]) if script == "report" else 0
    return Saturation(
        script, updates, sealed, took, of_bot, of_postgres, of_stub, others, seen["calls"]
    )


async def _latency(rig: Rig, bot: Bot, rate: float, seconds: float) -> Latency:
    pids = (bot.pid, rig.postmaster, rig.stub.pid)
    await rig.tell("mark")
    await rig.tell("stream", script="report", rate=rate)
    while len((await rig.tell("look"))["last"]) < _MIXED:  # noqa: ASYNC110 - another process
        await asyncio.sleep(_DRAIN)
    await rig.tell("mark")
    busy, ours, began = busy_seconds(), sum(map(cpu_seconds, pids)), time.monotonic()
    await asyncio.sleep(seconds)
    seen = await rig.tell("look")
    ours = sum(map(cpu_seconds, pids)) - ours
    others = (busy_seconds() - busy - ours) / (time.monotonic() - began)
    await _settled(rig)
    updates = _sound(rig, seen)
    each = sorted(1000 * one for one in seen["latencies"])
    sealing = [1000 * one for one in seen["last"]]
    p99 = each[min(int(updates * 0.99), updates - 1)]
    calls = sum(seen["calls"].values()) / updates
    return Latency(
        *(rate, updates, len(sealing), median(sealing)),
        *(others, calls, median(each), p99, each[-1]),
    )


def _sound(rig: Rig, seen: Any) -> int:
    """The number of answers, when nothing was lost or refused."""
    answered: int = seen["answered"]
    if not answered or seen["lost"] or seen["refused"]:
        raise Unsound(f"{answered} answers, {seen['refused']} refused, {seen['lost']}; {rig.log}")
    return answered


class Unsound(Exception):
    """What was measured is not what was meant: updates were refused or went unanswered."""


async def _settled(rig: Rig) -> None:
    """The crowd stops; what is under way is answered. Raises Unsound when something is not."""
    await rig.tell("leave")
    for _ in range(100):
        if not (await rig.tell("look"))["waiting"]:
            return
        await asyncio.sleep(_DRAIN)
    raise Unsound(f"updates went unanswered; see {rig.log}")
