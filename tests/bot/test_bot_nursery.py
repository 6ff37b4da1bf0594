"""Tasks that outlive their caller: held, watched, ended."""

import asyncio

import pytest

from bot.nursery import Nursery, nap, unless


async def test_a_lasting_task_that_fails_is_trouble_and_its_failure_is_kept():
    async def fail() -> None:
        raise KeyError

    async with Nursery() as nursery:
        nursery.start("it", fail(), lasting=True)
        await asyncio.wait_for(nursery.trouble.wait(), 5)
    assert isinstance(nursery.failure, KeyError)


async def test_a_vital_task_may_end_but_not_fail():
    async def end() -> None:
        return

    async def fail() -> None:
        raise KeyError

    async with Nursery() as nursery:
        nursery.start("it", end(), vital=True)
        await asyncio.sleep(0.01)
        assert not nursery.trouble.is_set()
        nursery.start("it", fail(), vital=True)
        await asyncio.wait_for(nursery.trouble.wait(), 5)


async def test_a_passing_task_that_fails_is_no_trouble():
    async def fail() -> None:
        raise KeyError

    async with Nursery() as nursery:
        nursery.start("it", fail())
        await asyncio.sleep(0.01)
        assert not nursery.trouble.is_set()


async def test_closing_cancels_what_runs_and_waits_for_it():
    ended: list[str] = []

    async def last() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append("it")

    async with Nursery() as nursery:
        nursery.start("it", last(), lasting=True)
        await asyncio.sleep(0)
    assert ended == ["it"]
    assert not nursery.trouble.is_set()


async def test_settling_lets_what_is_nearly_done_finish():
    ended: list[str] = []

    async def nearly() -> None:
        await asyncio.sleep(0.02)
        ended.append("it")

    async with Nursery() as nursery:
        nursery.start("it", nearly(), lasting=True)
        await nursery.settle(5)
        assert ended == ["it"]
    assert not nursery.trouble.is_set()


async def test_unless_gives_the_result_the_error_or_none_when_stopped():
    stop = asyncio.Event()

    async def seven() -> int:
        return 7

    async def fail() -> int:
        raise KeyError

    assert await unless(stop, seven()) == 7
    with pytest.raises(KeyError):
        await unless(stop, fail())
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await unless(stop, asyncio.sleep(60)) is None
    await nap(stop, 60)
