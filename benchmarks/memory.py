"""How much memory the bot keeps, by the number of open drafts it has dealt with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import drafts
from benchmarks.accounting import pss_mb
from benchmarks.rig import Rig
from benchmarks.speed import IN_FLIGHT
from benchmarks.stub import FAMILY
from cases import database
from vault import chain, keys

_MODEL, _FIRST_COPY = 2_000_000_000, 2_000_000_001
_DRAIN: Final = 0.3
_SLOWEST: Final = 20


@dataclass
class Memory:
    """`pss`: MiB of the process that takes in and sends, by open drafts it has touched.

    0 stands for one whole report sent and one begun. `calls`: what that report took of Telegram.
    """

    pss: dict[int, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)


async def measure(rig: Rig, steps: Sequence[int]) -> Memory:
    """`steps`: numbers of open drafts, growing, each touched once over polling."""
    url = await rig.database()
    seen = Memory()
    async with rig.bot(url, {}) as bot:
        seen.calls = await _a_report(rig)
        await rig.tell("mark")
        await rig.tell("walk", script="half", in_flight=1, most=1, first=_MODEL)
        await rig.answers(10)
        seen.pss[0] = pss_mb(bot.pid)
        made = 0
        for wanted in steps:
            chats = range(_FIRST_COPY + made, _FIRST_COPY + wanted)
            await _seeded(rig, url, chats)
            await rig.tell("mark")
            most = len(chats)
            await rig.tell(
                "walk", script="touch", in_flight=IN_FLIGHT, most=most, first=chats.start
            )
            await rig.answers(most, seconds=most / _SLOWEST + 60)
            await asyncio.sleep(_DRAIN)
            seen.pss[wanted], made = pss_mb(bot.pid), wanted
    return seen


async def calls(rig: Rig) -> dict[str, int]:
    """Of Telegram, by method, for the least a family has to do, in a calm minute."""
    async with rig.bot(await rig.database(), {}):
        return await _a_report(rig)


_OF_ITSELF: Final = ("getM", "setM", "deleteM", "getWebhook", "setWebhook", "deleteWebhook")
"""How the methods begin by which a bot says what it is, when it starts."""


async def _a_report(rig: Rig) -> dict[str, int]:
    await rig.tell("walk", script="hello", in_flight=1, most=1)
    await rig.answers(1)
    await asyncio.sleep(_DRAIN)
    await rig.tell("mark")
    await rig.tell("walk", script="report", in_flight=1, most=1)
    await rig.answers(15)
    await asyncio.sleep(1)  # the bell, and what is tidied up afterwards
    seen = await rig.tell("look")
    return {name: many for name, many in seen["calls"].items() if not name.startswith(_OF_ITSELF)}


async def _seeded(rig: Rig, url: str, chats: range) -> None:
    vault = keys.load_vault(Path(rig.env["DODOMU_VAULT_KEY"]))
    seed = keys.load_intake_sign(Path(rig.env["DODOMU_INTAKE_SIGN_KEY"])).seed
    bot_id = int(FAMILY.partition(":")[0])
    async with await database.connect(url) as pool:
        await drafts.copies(
            pool, vault, partial(chain.sign, seed), bot_id=bot_id, model=_MODEL, chats=chats
        )
