"""Telegram refuses, stumbles, hangs and resets; updates come that nobody can read; clocks jump.

People go on with their reports meanwhile. By default a few of each; `FAULTS=full` is all of it.
"""

import asyncio
import os
import secrets
from itertools import cycle, islice
from typing import Any

import pytest
from matrix import DOORS, WEBHOOK
from rig import Database
from town import Town, town

FULL = os.environ.get("FAULTS") == "full"
MIXES = 30 if FULL else 1
"""For each door."""
KINDS = ("429", "500", "502html", "timeout_before", "timeout_after", "reset")
METHODS = ("sendMessage", "sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates")
SENDING = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessages")
GRACE = 0.3
"""Seconds for calls that were on their way when Telegram asked for silence."""
JUMPS = (7200, -10_800, 360, -360, 86_400 * 2, 0)

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("door", DOORS)
async def test_every_message_goes_out_once_telegram_is_well_again(  # noqa: PLR0917
    door, oven, tmp_path, database_url, webhook_settings, record_property
):
    settings = {"SILENCE": "1", **(webhook_settings if door == WEBHOOK else {})}
    ordered = 0
    async with town(oven, tmp_path, Database(database_url), **settings) as here:
        here.words = ("hurried",)
        here.start()
        async with here.crowd(lives=True):
            for _ in range(MIXES):
                ordered += await mixed(here)
        found = await here.judged()
    pauses, calls = silent(here.running.world.calls.since(0)["calls"])
    what = f"{MIXES} mixes, {ordered} faults, {pauses} pauses kept"
    record_property(
        "troubles", f"{what}, {door}: {len(found.lost)} lost, {calls} calls in a pause"
    )
    assert (found.lost, found.doubled) == ([], [])
    assert calls == 0


async def mixed(here: Town) -> int:
    """A mix of three to eight faults; when it is used up, how many it was."""
    faults = [
        {
            "method": secrets.choice(METHODS), "kind": secrets.choice(KINDS),
            "times": 1 + secrets.randbelow(2), "retry_after": 1, "bot": "family",
        }
        for _ in range(3 + secrets.randbelow(6))
    ]  # fmt: skip
    usable = [
        one for one in faults if _is_sent(one["method"], here) and (FULL or not _is_slow(one))
    ]
    for one in filter(_is_slow, usable):
        one["times"] = 1
    await here.rig.sim("faults", usable)
    async with asyncio.timeout(900 if FULL else 120):
        while here.running.world.faults.waiting:
            await asyncio.sleep(0.05)
    return sum(int(one["times"]) for one in usable)


def _is_sent(method: Any, here: Town) -> bool:
    return method != "getUpdates" or "DODOMU_WEBHOOK_URL" not in here.rig.env


def _is_slow(fault: dict[str, Any]) -> bool:
    """The bot waits half a minute for updates, as Telegram has it: too long for a quick run."""
    return fault["kind"].startswith("timeout") and fault["method"] not in SENDING


def silent(calls: list[Any]) -> tuple[int, int]:
    """How often silence was asked for, and how many messages went out in it."""
    sends = [call for call in calls if call["bot"] == "family" and call["method"] in SENDING]
    floods = [call["t"] for call in sends if call["error_code"] == 429]
    within = [
        call for call in sends for at in floods if at + GRACE < call["t"] < at + 1.0
    ]  # fmt: skip
    return len(floods), len(within)


POISONS: tuple[dict[str, Any], ...] = tuple(
    {**wrong}
    for wrong in (
        {"from": "nobody"}, {"from": []}, {"date": "yesterday"}, {"date": None}, {"text": 7},
        {"text": ["a"]}, {"entities": "bold"}, {"entities": [{"type": "bold"}]}, {"photo": {}},
        {"photo": [{"file_id": 1}]}, {"document": "scan.pdf"}, {"location": [50, 30]},
        {"contact": 380}, {"reply_to_message": "before"}, {"message_id": "one"}, {"voice": True},
        {"video": []}, {"caption": {"text": "x"}}, {"via_bot": 1}, {"forward_origin": "somewhere"},
    )
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
async def test_an_update_nobody_can_read_holds_nobody_up(  # noqa: PLR0917
    door, oven, tmp_path, database_url, webhook_settings, record_property
):
    settings = webhook_settings if door == WEBHOOK else {}
    async with town(oven, tmp_path, Database(database_url), **settings) as here:
        here.start()
        async with here.crowd(lives=True):
            for wrong in POISONS if FULL else POISONS[::5]:
                await here.nonsense(wrong, to_somebody=True)
                # More than twenty in ten seconds, with their own, and a chat is paused.
                await asyncio.sleep(1.0)
        found = await here.judged()
    record_property("troubles", f"{here.aside} unreadable updates, {door}: {len(found.lost)} lost")
    assert (found.lost, found.doubled) == ([], [])


async def test_a_clock_that_jumps_loses_nothing(oven, tmp_path, database_url, record_property):
    clock = tmp_path / "clock"
    clock.write_text("0")
    jumps = list(islice(cycle(JUMPS), 30)) if FULL else list(JUMPS[:3])
    async with town(oven, tmp_path, Database(database_url), CLOCK=str(clock)) as here:
        here.words = ("hurried",)
        here.start()
        async with here.crowd(lives=True):
            for jump in jumps:
                before = here.running.world.calls.total
                clock.with_suffix(".new").write_text(str(jump))
                clock.with_suffix(".new").replace(clock)
                async with asyncio.timeout(90):
                    while here.running.world.calls.total < before + 20:
                        await asyncio.sleep(0.05)
        found = await here.judged()
    record_property("troubles", f"{len(jumps)} jumps of the clock: {len(found.lost)} lost")
    assert (found.lost, found.doubled) == ([], [])
