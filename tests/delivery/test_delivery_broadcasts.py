"""A broadcast on its way: through a real outbox and sender to the sandbox, and back as counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from broadcast_office import NEWS, TEXTS, URGENT, Desk, family
from post_office import VAULT, Office, eventually

from cases import broadcast_counts, broadcast_running, broadcasts
from cases import database as databases
from cases.broadcast_content import Text
from cases.waves import Live
from delivery.crier import Crier, awake, trouble
from delivery.pace import Limits
from vault import chain

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SOON = timedelta(minutes=2)
SIGNER = partial(chain.sign, bytes(range(32)))
FAMILIES = 14


@pytest.fixture
async def desk(pool: asyncpg.Pool) -> Desk:
    made = Desk(pool, SIGNER, NOON)
    await made.hire()
    return made


@pytest.fixture
async def chats(office: Office) -> dict[int, bytes]:
    """Fourteen people in the sandbox and what the bot knows of them."""
    found = [await office.person() for _ in range(FAMILIES)]
    return {chat: await family(office.pool, SIGNER, NOON, chat) for chat in found}


class Clock:
    def __init__(self) -> None:
        self.now = NOON + SOON

    async def __call__(self) -> datetime:
        return self.now


def crier(pool: asyncpg.Pool, clock: Clock, rate: float = 1000.0, **more: Any) -> Crier:
    return Crier(
        pool, VAULT, "family", rate, SIGNER, clock, leads=lambda: True, wake=lambda: None, **more
    )


@asynccontextmanager
async def crying(office: Office, made: Crier, limits: Limits | None = None) -> AsyncIterator[None]:
    """The crier and a sender at work."""
    stop = asyncio.Event()
    async with office.sender(*([limits] if limits else [])) as sender, asyncio.TaskGroup() as both:
        made.wake = sender.poke
        both.create_task(made.run(stop))
        try:
            yield
        finally:
            stop.set()


async def _counted(pool: asyncpg.Pool, id_: UUID) -> dict[str, int]:
    shown = await broadcast_counts.progress(pool, id_)
    assert shown is not None
    return {state: number for state, number in shown.by_state.items() if number}


async def _is(desk: Desk, id_: UUID, state: str) -> bool:
    return (await desk.read(id_)).state == state


async def _heard(office: Office, chats: dict[int, bytes]) -> list[int]:
    """How many messages each has got."""
    return [len(await office.messages(chat)) for chat in chats]


async def _sent(pool: asyncpg.Pool, least: int) -> bool:
    said = "SELECT count(*) FROM outbox WHERE lane = 2 AND state = 'sent'"
    return await pool.fetchval(said) >= least


async def test_everybody_hears_it_once_in_their_language_and_it_is_counted(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    english, gone = list(chats)[:2]
    await family(office.pool, SIGNER, NOON, english, locale="en")
    await office.sim("family/block", {"user": gone})
    id_ = await desk.approved()
    async with crying(office, crier(office.pool, Clock())):
        await eventually(lambda: _is(desk, id_, "finished"))
    assert await _counted(office.pool, id_) == {"sent": 13, "blocked": 1}
    [message] = await office.messages(english)
    assert message["text"] == "New address\n\nBecause the address changes"
    assert await _heard(office, chats) == [1, 0, *[1] * 12]
    lines = await broadcast_counts.results(office.pool, id_)
    assert [(one.locale, one.state, one.families) for one in lines] == [
        ("en", "sent", 1), ("uk", "blocked", 1), ("uk", "sent", 12),
    ]  # fmt: skip
    did = [(one.number, one.did) for one in await broadcasts.events(office.pool, id_)]
    assert did[-2:] == [(None, "started"), (None, "finished")]
    assert await office.pool.fetchval(
        "SELECT count(*) FROM outbox WHERE sealed IS NOT NULL"
    ) == 0  # fmt: skip


async def test_nothing_leaves_in_the_cooling_minute_or_at_night(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    clock = Clock()
    made = crier(office.pool, clock)
    id_, urgent = await desk.approved(), await desk.approved(URGENT)
    clock.now = NOON + timedelta(seconds=59)
    assert not await made.round()
    clock.now = NOON + timedelta(hours=9)  # 21:00 in Kyiv
    for _ in range(3):
        assert await made.round()
    assert await _is(desk, id_, "scheduled")
    assert await _is(desk, urgent, "running")
    clock.now = NOON + timedelta(hours=20)  # 08:00
    await made.round()
    assert await _is(desk, id_, "running")


async def test_what_waits_when_the_night_begins_is_taken_back(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    clock = Clock()
    made = crier(office.pool, clock)
    id_ = await desk.approved()
    for _ in range(2):
        await made.round()
    assert (await _counted(office.pool, id_))["sending"] == 5, "the first few go ahead of the rest"
    clock.now = NOON + timedelta(hours=9)
    await made.round()
    assert await _counted(office.pool, id_) == {"queued": FAMILIES}
    assert await office.finished()


async def test_a_pause_counts_at_once_and_it_goes_on_where_it_was(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool, by = office.pool, desk.by(desk.iryna)
    id_ = await desk.approved()
    async with crying(office, crier(pool, Clock(), 8.0), Limits(rate=30, broadcasts=8.0)):
        await eventually(lambda: _sent(pool, 3))
        await broadcast_running.pause(pool, id_, **by)
        await eventually(office.finished, 3)
        await eventually(lambda: _nobody_sends(pool, id_))
        paused = await _counted(pool, id_)
        assert 0 < paused["queued"] < FAMILIES
        await broadcast_running.resume(pool, id_, **by)
        await eventually(lambda: _is(desk, id_, "finished"))
    assert await _heard(office, chats) == [1] * FAMILIES


async def _nobody_sends(pool: asyncpg.Pool, id_: UUID) -> bool:
    return "sending" not in await _counted(pool, id_)


async def test_who_was_not_written_to_before_a_stop_never_is(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool = office.pool
    id_ = await desk.approved()
    async with crying(office, crier(pool, Clock(), 8.0), Limits(rate=30, broadcasts=8.0)):
        await eventually(lambda: _sent(pool, 3))
        await broadcast_running.stop(pool, id_, **desk.by(desk.savchuk))
        await eventually(lambda: _nobody_waits(pool, id_))
    counted = await _counted(pool, id_)
    assert counted["sent"] + counted["skipped"] == FAMILIES
    assert sum(await _heard(office, chats)) == counted["sent"]


async def _nobody_waits(pool: asyncpg.Pool, id_: UUID) -> bool:
    counted = await _counted(pool, id_)
    return "sending" not in counted and "queued" not in counted


async def test_a_family_that_says_stop_meanwhile_is_skipped_wherever_it_stands(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool, made = office.pool, crier(office.pool, Clock())
    id_ = await desk.approved()
    for _ in range(2):
        await made.round()
    queued = await pool.fetchval(
        "SELECT chat_ref FROM broadcast_recipient WHERE state = 'sending'"
    )
    waiting = await pool.fetchval(
        "SELECT chat_ref FROM broadcast_recipient WHERE state = 'queued'"
    )
    deaf = {chat for chat, ref in chats.items() if ref in (queued, waiting)}
    for chat in deaf:
        await family(pool, SIGNER, NOON, chat, silence="news")
    # One whose word an older version of ours has taken, which does not write it beside the seal.
    old = next(chat for chat in chats if chat not in deaf)
    await family(pool, SIGNER, NOON, old, silence="everything")
    await pool.execute(
        "UPDATE reach SET silence = NULL WHERE chat_ref = $1 AND NOT EXISTS"
        " (SELECT FROM broadcast_recipient r WHERE r.chat_ref = $1 AND r.state = 'sending')",
        chats[old],
    )
    await made.round()
    async with crying(office, made):
        await eventually(lambda: _is(desk, id_, "finished"))
    assert await _counted(pool, id_) == {"sent": FAMILIES - 3, "skipped": 3}
    assert {c for c in chats if not await office.messages(c)} == {*deaf, old}


async def test_what_telegram_cannot_parse_stops_it_after_the_first_few(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    broken = replace(NEWS, texts={**TEXTS, "uk": Text("<b>Нова", "")})
    id_ = await desk.approved(broken)
    async with crying(office, crier(office.pool, Clock())):
        await eventually(lambda: _is(desk, id_, "stopped"))
        await eventually(lambda: _nobody_waits(office.pool, id_))
    done = await desk.read(id_)
    assert done.why == "formatting"
    assert (await _counted(office.pool, id_))["failed"] <= 5
    assert sum(await _heard(office, chats)) == 0, "nor as plain text, which nobody approved"


async def test_it_pauses_itself_when_one_in_twenty_fails_and_goes_on_when_told(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool = office.pool
    for nobody in range(900001, 900013):
        await family(pool, SIGNER, NOON, nobody)
    id_ = await desk.approved()
    async with crying(office, crier(pool, Clock(), 1.0)):
        await eventually(lambda: _is(desk, id_, "paused"))
        assert (await desk.read(id_)).why == "failures"
        await broadcast_running.resume(pool, id_, **desk.by(desk.savchuk))
        await eventually(lambda: _is(desk, id_, "finished"))
    counted = await _counted(pool, id_)
    assert counted == {"sent": FAMILIES, "failed": 12}
    assert await _heard(office, chats) == [1] * FAMILIES


async def test_a_crash_leaves_unknown_what_was_on_its_way_and_nobody_hears_twice(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool, made = office.pool, crier(office.pool, Clock())
    id_ = await desk.approved()
    for _ in range(2):
        await made.round()
    await pool.execute(
        "UPDATE outbox SET state = 'sending', worker = 'dead', lease_until = now()"
        " WHERE id = (SELECT min(id) FROM outbox)"
    )
    async with crying(office, made):
        await eventually(lambda: _is(desk, id_, "finished"))
    assert await _counted(pool, id_) == {"sent": FAMILIES - 1, "unknown": 1}
    assert sum(await _heard(office, chats)) == FAMILIES - 1
    assert not await pool.fetchval("SELECT judged_failed FROM broadcast"), "that was no failure"


async def test_a_family_whose_message_was_queued_before_is_not_queued_again(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool, made = office.pool, crier(office.pool, Clock())
    id_ = await desk.approved()
    for _ in range(2):
        await made.round()
    await pool.execute(
        "UPDATE broadcast_recipient SET state = 'queued', outbox_id = NULL WHERE state = 'sending'"
    )
    async with crying(office, made):
        await eventually(lambda: _is(desk, id_, "finished"))
    assert await _counted(pool, id_) == {"sent": FAMILIES}
    assert await _heard(office, chats) == [1] * FAMILIES


async def test_what_arrived_is_taken_back_deleted_or_else_worded_anew(
    office: Office, desk: Desk, chats: dict[int, bytes]
):
    pool, clock, old = office.pool, Clock(), next(iter(chats))
    id_ = await desk.approved()
    async with crying(office, crier(pool, clock)):
        await eventually(lambda: _is(desk, id_, "finished"))
        await pool.execute(
            "UPDATE broadcast_recipient SET done_at = $2::timestamptz - interval '3 d' WHERE chat_ref = $1",
            *(chats[old], NOON),
        )
        await pool.execute(
            "UPDATE broadcast_recipient SET done_at = $2 WHERE chat_ref <> $1", chats[old], NOON
        )
        by = desk.by(desk.savchuk)
        assert await broadcast_running.recall(pool, id_, **by) == FAMILIES
        await eventually(lambda: _recalled(pool, id_))
    [message] = await office.messages(old)
    assert message["text"] == "Ми відкликали це повідомлення. Воно вже не діє."
    assert message["buttons"] == []
    for chat in list(chats)[1:]:
        assert [one["deleted"] for one in await office.messages(chat)] == [True]


async def _recalled(pool: asyncpg.Pool, id_: UUID) -> bool:
    shown = await broadcast_counts.progress(pool, id_)
    return shown is not None and shown.recalled == {"done": FAMILIES}


async def test_whoever_feeds_and_collects_needs_no_more_than_a_senders_rights(
    office: Office, database_url: str, desk: Desk, chats: dict[int, bytes]
):
    clock = Clock()
    async with await databases.connect(database_url, role="dodomu_sender") as own:
        made = crier(own, clock)
        id_ = await desk.approved()
        for _ in range(2):
            await made.round()
        await family(office.pool, SIGNER, NOON, next(iter(chats)), silence="news")
        async with crying(office, made):
            await eventually(lambda: _is(desk, id_, "finished"))
            await broadcast_running.recall(office.pool, id_, **desk.by(desk.savchuk))
            await eventually(lambda: _gone(office.pool))
        other = await desk.approved()
        for _ in range(2):
            await made.round()
        await broadcast_running.stop(office.pool, other, **desk.by(desk.savchuk))
        await made.round()
        assert await _counted(office.pool, other) == {"skipped": FAMILIES - 1}


async def _gone(pool: asyncpg.Pool) -> bool:
    open_ones = "SELECT count(*) FROM broadcast_recipient WHERE recall IN ('queued', 'sending')"
    return await pool.fetchval(open_ones) == 0


def test_when_it_may_leave_and_when_it_is_halted():
    one = Live(
        UUID(int=1), 1, "running", NOON, night=False, occupied=False, recalled=False, done=0,
        sending=0, judged_failed=0, judged_blocked=0, judged_done=0,
    )  # fmt: skip
    hours = [awake(one, datetime(2026, 7, 1, hour, 59, tzinfo=UTC)) for hour in range(24)]
    assert [hour for hour, may in enumerate(hours) if may] == list(range(5, 18))
    assert awake(replace(one, night=True), NOON + timedelta(hours=12))
    for failed, blocked, done, why in (
        (5, 0, 19, None), (1, 0, 20, None), (2, 0, 20, "failures"), (5, 0, 100, None),
        (6, 0, 100, "failures"), (0, 50, 99, None), (0, 10, 100, None), (0, 11, 100, "blocked"),
    ):  # fmt: skip
        seen = replace(one, judged_failed=failed, judged_blocked=blocked, judged_done=done)
        assert trouble(seen) == why
