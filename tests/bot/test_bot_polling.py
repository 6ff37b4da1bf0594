"""Polling against the sandbox: nothing is lost, order is kept, the offset follows what is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from doorstep import Doorstep, eventually, people, say, sim

import sandbox
from bot.intake import Lead
from bot.polling import Polling
from bot.telegram import Api, TokenRefused


@asynccontextmanager
async def polled(polling: Polling) -> AsyncIterator[None]:
    """Polling in the background, stopped politely."""
    stop = asyncio.Event()
    task = asyncio.create_task(polling.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


def pending(running: sandbox.Running) -> int:
    return len(running.world.bots["family"].inbox)


def conflicts(running: sandbox.Running) -> int:
    return sum(call["error_code"] == 409 for call in running.world.calls.since(0)["calls"])


async def test_updates_are_done_in_order_and_then_confirmed(running, api):
    olena, petro = await people(running.url, 2)
    said = [(who, f"{n}") for n in range(10) for who in (olena, petro)]
    await say(running.url, said)
    door = Doorstep()
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: len(door.done) == 20)
    assert door.texts(olena) == door.texts(petro) == [f"{n}" for n in range(10)]
    assert pending(running) == 0


async def test_nothing_is_confirmed_before_it_is_done(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a"), (olena, "b")])
    door = Doorstep(seconds=0.2)
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: door.texts() == ["a"])
        assert pending(running) == 2
        await eventually(lambda: len(door.done) == 2)
    assert pending(running) == 0


async def test_a_killed_poller_loses_nothing_and_keeps_the_order(running):
    everybody = await people(running.url, 6)
    said = [(who, f"{n}") for n in range(30) for who in everybody]
    await say(running.url, said)
    door = Doorstep(seconds=0.003)
    for round_ in range(60):
        async with Api(running.url, sandbox.TOKENS["family"]) as api:
            task = asyncio.create_task(Polling(api, door.diligence()).run(asyncio.Event()))
            await asyncio.sleep(0.02 + 0.013 * (round_ % 7))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if len(door.done) == len(said):
            break
    assert [door.texts(who) for who in everybody] == [[f"{n}" for n in range(30)]] * 6


async def test_conversations_run_side_by_side_but_not_too_many(running, api):
    everybody = await people(running.url, 12)
    await say(running.url, [(who, "a") for who in everybody])
    door = Doorstep(seconds=0.1)
    async with polled(Polling(api, door.diligence(), parallel=4)):
        await eventually(lambda: len(door.done) == 12)
    assert door.most_at_once == 4


async def test_while_the_database_is_away_nothing_is_confirmed_and_later_all_is_done(running, api):
    olena, petro = await people(running.url, 2)
    await say(running.url, [(olena, "a"), (olena, "b"), (petro, "c")])
    away = True
    door = Doorstep(trouble=lambda _update, _attempt: ConnectionError("PG") if away else None)
    async with polled(Polling(api, door.diligence(), first_pause=0.05)):
        await eventually(lambda: sum(door.tried.values()) > 5)
        assert door.done == []
        assert pending(running) == 3
        away = False
        await eventually(lambda: len(door.done) == 3)
    assert door.texts(olena) == ["a", "b"]
    assert door.kept == []
    assert pending(running) == 0


async def test_stopped_while_the_database_is_away_only_what_is_done_is_confirmed(running, api):
    olena, petro = await people(running.url, 2)
    await say(running.url, [(olena, "a"), (petro, "stays"), (olena, "b")])
    trouble = lambda update, _: OSError() if update["message"]["text"] == "stays" else None  # noqa: E731
    door = Doorstep(trouble=trouble)
    async with polled(Polling(api, door.diligence(), first_pause=0.05)):
        await eventually(lambda: len(door.done) == 2)
    assert pending(running) == 2  # the one that stays, and the one behind it
    again = Doorstep()
    async with polled(Polling(api, again.diligence())):
        await eventually(lambda: len(again.done) == 2)
    assert again.texts() == ["stays", "b"]


async def test_an_update_that_always_fails_is_quarantined_and_blocks_nobody(running, api):
    olena, petro = await people(running.url, 2)
    await say(running.url, [(olena, "poison"), (olena, "after"), (petro, "other")])
    trouble = lambda update, _: KeyError() if update["message"]["text"] == "poison" else None  # noqa: E731
    door = Doorstep(trouble=trouble)
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: len(door.done) == 2)
    assert [(update["message"]["text"], error) for update, error in door.kept] == [
        ("poison", "KeyError")
    ]
    assert sorted(door.texts()) == ["after", "other"]
    assert max(door.tried.values()) == 3
    assert pending(running) == 0


async def test_a_value_the_database_cannot_take_is_the_updates_fault(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    door = Doorstep(trouble=lambda _update, _attempt: asyncpg.DataError())
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: len(door.kept) == 1)
    assert pending(running) == 0


async def test_an_update_that_fails_twice_is_done_at_the_third_try(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    door = Doorstep(trouble=lambda _update, attempt: KeyError() if attempt < 3 else None)
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: len(door.done) == 1)
    assert door.kept == []


async def test_an_update_that_never_ends_is_quarantined(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    door = Doorstep(seconds=60)
    async with polled(Polling(api, door.diligence(patience=0.05))):
        await eventually(lambda: len(door.kept) == 1)
    assert door.kept[0][1] == "Stuck"


async def test_an_update_is_not_blamed_for_a_database_that_hangs(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    door = Doorstep(seconds=60)
    awake = asyncio.Event()

    async def alive() -> bool:
        return awake.is_set()

    diligence = door.diligence(patience=0.05, alive=alive)
    async with polled(Polling(api, diligence, first_pause=0.01)):
        await eventually(lambda: sum(door.tried.values()) > 5)
        awake.set()
        door.seconds = 0
        await eventually(lambda: len(door.done) == 1)
    assert door.kept == []


async def test_what_quarantine_refuses_is_not_confirmed(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    door = Doorstep(trouble=lambda _update, _attempt: KeyError())
    diligence = door.diligence()

    async def refuse(_body: bytes, _error: str) -> None:
        raise RuntimeError

    diligence.quarantine = refuse
    async with polled(Polling(api, diligence, first_pause=0.05)):
        await eventually(lambda: sum(door.tried.values()) >= 3)
        await asyncio.sleep(0.2)
    assert pending(running) == 1


async def test_a_poller_waits_for_a_telegram_that_is_not_there_yet(running, api):
    (olena,) = await people(running.url, 1)
    await say(running.url, [(olena, "a")])
    kinds = ("500", "502html", "reset", "429")
    await sim(running.url, "faults", [{"method": "getMe", "kind": kind} for kind in kinds])
    await sim(running.url, "faults", [{"method": "getUpdates", "kind": kind} for kind in kinds])
    door = Doorstep()
    async with polled(Polling(api, door.diligence(), first_pause=0.01)):
        await eventually(lambda: len(door.done) == 1)


async def test_two_pollers_of_one_token_without_a_database_lose_nothing(running):
    (olena,) = await people(running.url, 1)
    door = Doorstep()
    async with (
        Api(running.url, sandbox.TOKENS["family"]) as one,
        Api(running.url, sandbox.TOKENS["family"]) as other,
        polled(Polling(one, door.diligence(), first_pause=0.05)),
    ):
        await say(running.url, [(olena, "0")])
        await eventually(lambda: len(door.done) == 1)
        async with polled(Polling(other, door.diligence(), first_pause=0.05)):
            await eventually(lambda: conflicts(running) > 0)
            for n in range(1, 5):
                await say(running.url, [(olena, f"{n}")])
                await eventually(lambda n=n: len(door.done) == n + 1)
    assert door.texts() == [f"{n}" for n in range(len(door.done))]


async def test_a_webhook_that_is_set_is_removed(running, api):
    (olena,) = await people(running.url, 1)
    await api.call("setWebhook", {"url": "http://127.0.0.1:9/nobody"})
    await say(running.url, [(olena, "a")])
    door = Doorstep()
    async with polled(Polling(api, door.diligence())):
        await eventually(lambda: len(door.done) == 1)


async def test_an_unknown_token_ends_the_poller(running):
    async with Api(running.url, "99:unknown") as stranger:
        with pytest.raises(TokenRefused):
            await Polling(stranger, Doorstep().diligence()).run(asyncio.Event())


async def test_a_second_poller_stands_by_and_takes_over(running, database_url):
    (olena,) = await people(running.url, 1)
    first, second = Doorstep(), Doorstep()
    stop = asyncio.Event()
    async with (
        Api(running.url, sandbox.TOKENS["family"]) as one,
        Api(running.url, sandbox.TOKENS["family"]) as other,
    ):
        leader = Polling(one, first.diligence(), lead=Lead(database_url, "family"))
        task = asyncio.create_task(leader.run(stop))
        await say(running.url, [(olena, "a")])
        await eventually(lambda: first.texts() == ["a"])
        async with polled(Polling(other, second.diligence(), lead=Lead(database_url, "family"))):
            await say(running.url, [(olena, "b")])
            await eventually(lambda: first.texts() == ["a", "b"])
            assert second.done == []
            assert conflicts(running) == 0
            stop.set()
            await asyncio.wait_for(task, 15)
            await say(running.url, [(olena, "c")])
            await eventually(lambda: second.texts() == ["c"])


async def test_an_update_numbered_from_anywhere_is_not_missed(running, api):
    (olena,) = await people(running.url, 1)
    door = Doorstep()
    async with polled(Polling(api, door.diligence())):
        await say(running.url, [(olena, "a")])
        await eventually(lambda: len(door.done) == 1)
        message = {**door.done[0]["message"], "text": "low"}
        await sim(running.url, "family/update", {"update": {"update_id": 7, "message": message}})
        await eventually(lambda: door.texts() == ["a", "low"])
