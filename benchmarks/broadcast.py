"""`python -m benchmarks.broadcast`: a message to 100,000 families, as the product sends it.

`dodomu run delivery` as processes, a PostgreSQL with durable commits, a stub of Telegram; all on
this computer. Parts: `pace` (five minutes in real time at 30 a second, replies meanwhile), `whole`
(all of it, paid, as fast as it goes), `kills` (of the sender), `floods` (429s and two senders).
"""

import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from cyclopts import App

from benchmarks.families import FIRST, Village
from benchmarks.scene import LOOK, Scene, staged

ALL: Final = ("pace", "whole", "kills", "floods")
_REPLIES: Final = 2.0


@dataclass(frozen=True)
class Plan:
    """The words of the command, see `main`."""

    parts: tuple[str, ...]
    families: int
    seconds: float
    rate: int
    kills: int
    latency: float


app = App(name="broadcast", help="Measure a broadcast.")


async def pace(scene: Scene, seconds: float) -> str:
    """At a cap of 30 for so long, somebody being answered twice a second."""
    village = await scene.village()
    _, froze = await village.approved()
    scene.start(village, DODOMU_RATE="30", DODOMU_BROADCAST_RATE="30")
    await scene.begun(30)
    asked = await _replies(village, seconds)
    seen = await scene.tell("look")
    late = sorted(seen["replies"].get(name, asked[name] + 999) - asked[name] for name in asked)
    span = seen["last"] - seen["first"]
    p99 = late[min(len(late) - 1, int(len(late) * 0.99))]
    await asyncio.to_thread(scene.end)
    return (
        f"frozen in {froze:.1f} s; {seen['calls']:,} calls in {span:.1f} s:"
        f" {(seen['calls'] - 1) / span:.2f} a second, at most {seen['most']} in any second;"
        f" {len(late)} replies: median {late[len(late) // 2] * 1000:.0f} ms,"
        f" p99 {p99 * 1000:.0f} ms, worst {late[-1] * 1000:.0f} ms; twice: {seen['twice']}"
    )


async def _replies(village: Village, seconds: float) -> dict[str, float]:
    """When each answer was queued."""
    asked: dict[str, float] = {}
    connection = await asyncpg.connect(village.url)
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        asked[f"reply {number}"] = time.monotonic()
        await village.reply(connection, number)
        number += 1
        await asyncio.sleep(secrets.randbelow(2000) / 1000 / _REPLIES)
    await connection.close()
    await asyncio.sleep(2.0)
    return asked


async def whole(scene: Scene, rate: int) -> str:
    """All of it, paid."""
    village = await scene.village()
    id_, froze = await village.approved()
    scene.start(
        village,
        DODOMU_RATE=str(rate),
        DODOMU_BROADCAST_RATE=str(rate),
        DODOMU_PAID_BROADCASTS="true",
    )
    await scene.begun()
    counts = await _finished(village, id_)
    seen = await scene.tell("look")
    await asyncio.to_thread(scene.end)
    span = seen["last"] - seen["first"]
    return (
        f"frozen in {froze:.1f} s; {seen['calls']:,} of {village.families:,} in {span:.0f} s:"
        f" {(seen['calls'] - 1) / span:.0f} a second (allowed: {rate}), at most {seen['most']}"
        f" in any second; {_said(counts)}; twice: {seen['twice']}"
    )


async def kills(scene: Scene, times: int, rate: int = 100) -> str:
    """kill -9 of the sender at random moments, again and again, until everybody has heard."""
    village = await scene.village(max(times, 1) * 250)
    id_, _ = await village.approved()
    told = {"DODOMU_RATE": str(rate), "DODOMU_BROADCAST_RATE": str(rate)}
    process = scene.start(village, **told)
    before = 0
    for _ in range(times):
        before = (await scene.tell("count"))["calls"]
        await scene.begun(before + 1 + secrets.randbelow(150))
        await asyncio.sleep(secrets.randbelow(100) / 1000)
        process.kill()
        await asyncio.to_thread(process.wait)
        process = scene.start(village, **told)
    counts = await _finished(village, id_)
    seen, heard = await scene.tell("look"), set(await scene.tell("heard"))
    await asyncio.to_thread(scene.end)
    unheard = await _never(village, id_, heard)
    return (
        f"{times} kills, {village.families:,} families: {_said(counts)};"
        f" counted as sent and not heard: {unheard['sent']};"
        f" unknown and not heard: {unheard['unknown']} of {counts['unknown']}"
        f" ({counts['unknown'] / max(times, 1):.1f} a kill); twice: {seen['twice']}"
    )


async def _never(village: Village, id_: UUID, heard: set[int]) -> dict[str, int]:
    connection = await asyncpg.connect(village.url)
    rows = await connection.fetch(
        "SELECT chat_ref, state FROM broadcast_recipient WHERE broadcast_id = $1", id_
    )
    await connection.close()
    refs = {village.vault.chat_ref(1000001, chat) for chat in heard if chat >= FIRST}
    lost = [row["state"] for row in rows if row["chat_ref"] not in refs]
    return {state: lost.count(state) for state in ("sent", "unknown")}


async def floods(scene: Scene, times: int, seconds: float = 2.0) -> str:
    """429s, with a second sender standing by; after each the one that leads is killed."""
    village = await scene.village(max(times, 1) * 400 + 500)
    id_, _ = await village.approved()
    told = {"DODOMU_RATE": "100", "DODOMU_BROADCAST_RATE": "100"}
    pair = [scene.start(village, **told)]
    await scene.begun()
    pair.append(scene.start(village, **told))
    await asyncio.sleep(8.0)
    for _ in range(times):
        done = (await scene.tell("count"))["floods"]
        await scene.tell("flood", seconds=seconds)
        while (await scene.tell("count"))["floods"] == done:  # noqa: ASYNC110 - others work
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # it is written down where the other sees it
        pair[0].kill()
        await asyncio.to_thread(pair[0].wait)
        pair = [pair[1], scene.start(village, **told)]
        await asyncio.sleep(seconds + 8.0)
    counts = await _finished(village, id_)
    seen = await scene.tell("look")
    await asyncio.to_thread(scene.end)
    return (
        f"{seen['floods']} 429s of {seconds:.0f} s, the leader killed in each: {seen['broken']}"
        f" calls during the silence; {_said(counts)}; twice: {seen['twice']}"
    )


async def _finished(village: Village, id_: UUID) -> dict[str, int]:
    connection = await asyncpg.connect(village.url)
    async with asyncio.timeout(1800):
        while True:
            row = await connection.fetchrow("SELECT * FROM broadcast WHERE id = $1", id_)
            if row["state"] not in ("scheduled", "running"):
                break
            await asyncio.sleep(LOOK)
    await connection.close()
    names = ("total", "sent", "blocked", "failed", "unknown", "skipped")
    return {name: row[name] for name in names} | {row["state"]: 1}


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items() if number)


async def _measured(plan: Plan) -> None:
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as made:
        os.chmod(made, 0o711)  # noqa: PTH101, S103 - PostgreSQL runs as another user under root
        async with staged(Path(made), plan.families, plan.latency) as scene:
            works: dict[str, Callable[[], Awaitable[str]]] = {
                "pace": lambda: pace(scene, plan.seconds),
                "whole": lambda: whole(scene, plan.rate),
                "kills": lambda: kills(scene, plan.kills),
                "floods": lambda: floods(scene, max(plan.kills // 4, 1)),
            }
            for part in plan.parts:
                sys.stdout.write(f"{part}: {await works[part]()}\n")
                sys.stdout.flush()


@app.default
def main(
    *parts: str,
    families: int = 100_000,
    seconds: float = 300.0,
    rate: int = 1000,
    kills: int = 20,
    latency: float = 0.0,
) -> None:
    """Measure and print; about fifteen minutes.

    Parameters
    ----------
    parts: of pace, whole, kills, floods; all of them by default.
    families: how many there are.
    seconds: how long `pace` measures.
    rate: most messages a second in `whole`.
    kills: how often the sender is killed; a fourth as many 429s.
    latency: milliseconds that Telegram takes for an answer.
    """
    asyncio.run(_measured(Plan(parts or ALL, families, seconds, rate, kills, latency)))


if __name__ == "__main__":
    app()
