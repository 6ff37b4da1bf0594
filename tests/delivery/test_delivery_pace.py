"""The arithmetic of pacing, by a clock that only the test moves."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter

from delivery.pace import BROADCAST, Halted, Limits, Pace, Pacer, share


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def called(pace: Pace, chat: int | None = None, lane: int = 0) -> None:
    assert pace.wait(chat, lane) == 0
    pace.start(chat, lane)
    pace.landed()


@given(
    rate=st.integers(2, 6),
    steps=st.lists(
        st.tuples(st.floats(0.0, 0.7), st.floats(0.0, 1.5), st.floats(0.0, 1.0)), max_size=60
    ),
)
def test_no_second_holds_more_calls_than_the_rate_wherever_they_arrive(rate, steps):
    clock = Clock()
    pace = Pace(Limits(rate=rate), clock)
    flying: list[float] = []
    arrivals: list[float] = []
    for pause, flight, part in steps:
        clock.now += pause
        for lands in sorted(flying):
            if lands <= clock.now:
                flying.remove(lands)
                pace.landed()
        if pace.wait(None, 0) == 0:
            pace.start(None, 0)
            flying.append(clock.now + flight)
            arrivals.append(clock.now + part * flight)
    for start in arrivals:
        assert sum(1 for at in arrivals if start <= at < start + 1.0) <= rate


def test_a_private_chat_takes_a_burst_and_then_one_a_second():
    clock = Clock()
    pace = Pace(Limits(rate=100, burst=3, per_chat=1.0), clock)
    for _ in range(3):
        called(pace, 7)
    assert pace.chat_wait(7) == pytest.approx(1.0)
    assert pace.wait(8, 0) == 0
    clock.now += 1.0
    called(pace, 7)
    assert pace.chat_wait(7) == pytest.approx(1.0)


def test_a_group_takes_its_share_of_each_minute():
    clock = Clock()
    pace = Pace(Limits(rate=100, per_group=2), clock)
    called(pace, -7)
    clock.now += 20
    called(pace, -7)
    assert pace.chat_wait(-7) == pytest.approx(40)
    assert pace.chat_wait(-8) == 0
    clock.now += 40
    called(pace, -7)


def test_only_messages_use_up_a_persons_share_but_everything_a_groups():
    assert share("sendMessage", 7) == 7
    assert share("editMessageReplyMarkup", 7) is None
    assert share("deleteMessages", 7) is None
    assert share("editMessageText", -7) == -7


def test_broadcasts_leave_room_for_replies():
    clock = Clock()
    pace = Pace(Limits(rate=25, broadcasts=20.0), clock)
    called(pace, 1, BROADCAST)
    assert pace.wait(2, BROADCAST) == pytest.approx(0.05)
    assert pace.wait(2, 0) == 0


def test_after_a_halt_everything_runs_at_half_speed_for_a_while():
    clock = Clock()
    pace = Pace(Limits(rate=20), clock)
    pace.halt(3.0)
    assert pace.wait(1, 0) == pytest.approx(3.0)
    clock.now += 3.0
    called(pace, 1)
    assert pace.wait(2, 0) == pytest.approx(0.1)
    clock.now += 6.0
    called(pace, 2)
    assert pace.wait(3, 0) == 0


def test_a_shorter_halt_does_not_end_a_longer_one():
    clock = Clock()
    pace = Pace(Limits(), clock)
    pace.halt(10.0)
    pace.halt(1.0)
    assert pace.halted() == pytest.approx(10.0)


def test_a_successor_counts_the_last_second_as_used():
    clock = Clock()
    pace = Pace(Limits(), clock)
    pace.fill()
    assert pace.wait(1, 0) == pytest.approx(1.0)
    clock.now += 1.0
    called(pace, 1)


def test_chats_that_are_free_again_are_forgotten():
    clock = Clock()
    pace = Pace(Limits(rate=10**6), clock)
    for chat in range(1, 5000):
        called(pace, chat)
        clock.now += 0.01
    assert len(pace._free_at) < 4200


async def test_a_flood_is_written_down_before_anybody_else_may_call():
    told: list[float] = []
    pace = Pace(Limits())

    async def flooded(seconds: float) -> None:
        told.append(seconds)
        assert pace.halted() > 0

    async def refuse() -> None:
        raise RetryAfter(timedelta(seconds=2))

    pacer = Pacer(pace, flooded)
    with pytest.raises(RetryAfter):
        await pacer.process_request(refuse, (), {}, "sendMessage", {"chat_id": 1}, 0)
    assert told == [pytest.approx(2.1)]
    with pytest.raises(Halted):
        await pacer.process_request(refuse, (), {}, "sendMessage", {"chat_id": 2}, 0)


async def test_a_closed_pacer_sends_those_away_that_wait():
    pace = Pace(Limits(rate=1))
    pacer = Pacer(pace, _ignore)

    async def answer() -> str:
        return "sent"

    assert await pacer.process_request(answer, (), {}, "x", {"chat_id": 1}, 0) == "sent"
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_refused(pacer, answer))
        await asyncio.sleep(0)
        await pacer.shutdown()
    assert await waiting
    await pacer.initialize()


async def _refused(pacer: Pacer, answer) -> bool:
    with pytest.raises(Halted):
        await pacer.process_request(answer, (), {}, "x", {"chat_id": 2}, 0)
    return True


async def _ignore(seconds: float) -> None:
    pass
