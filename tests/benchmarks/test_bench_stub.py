"""The stub's own HTTP and its order: what arrives in pieces is whole, what waits comes in turn."""

import asyncio

import orjson
import pytest
from aiohttp import web

from benchmarks.crowd import Crowd
from benchmarks.doors import Door, Update
from benchmarks.script import unsent
from benchmarks.wire import Served
from bot.nursery import Nursery
from locales import say


@pytest.fixture
async def nursery():
    made = Nursery()
    yield made
    await made.close()


def update(number: int, chat: int) -> Update:
    return Update(number, chat, orjson.dumps({"update_id": number}))


async def test_a_call_that_arrives_in_pieces_is_answered_once_it_is_whole():
    heard = []

    def handle(path, body, reply):
        heard.append((path, body))
        reply(b'{"ok":true}')

    server = await asyncio.get_running_loop().create_server(lambda: Served(handle), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for piece in (b"POST /a HT", b"TP/1.1\r\nContent-Le", b"ngth: 5\r\n\r\nhe", b"llo",
                      b"POST /b HTTP/1.1\r\ncontent-length: 0\r\n\r\n"):  # fmt: skip
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        answers = await reader.readexactly(2 * len(b"HTTP/1.1 200 OK\r\n"))
        writer.close()
    assert heard == [("/a", b"hello"), ("/b", b"")]
    assert answers.startswith(b"HTTP/1.1 200 OK\r\nContent-Type")


@pytest.mark.parametrize("chunked", [False, True])
async def test_updates_of_one_chat_are_pushed_one_after_the_other(nursery, chunked):
    under_way, most, taken = 0, 0, []

    async def hook(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        taken.append((await request.json())["update_id"])
        await asyncio.sleep(0.02)
        under_way -= 1
        answer = web.StreamResponse()
        if chunked:
            answer.enable_chunked_encoding()
        else:
            answer.content_length = 0
        await answer.prepare(request)
        await answer.write_eof()
        return answer

    async with _serving(hook) as url:
        door = Door(nursery)
        for number in range(1, 6):
            door.push(update(number, chat=1))
        door.hook({"url": url, "max_connections": "4"})
        async with asyncio.timeout(5):
            while len(taken) < 5 or under_way:
                await asyncio.sleep(0.01)
        door.forget()
    assert (taken, most, door.refused) == ([1, 2, 3, 4, 5], 1, 0)


async def test_what_a_bot_refuses_comes_again(nursery):
    taken = []

    async def hook(request):
        taken.append((await request.json())["update_id"])
        return web.Response(status=503 if len(taken) == 1 else 200)

    async with _serving(hook) as url:
        door = Door(nursery)
        door.push(update(1, chat=1))
        door.push(update(2, chat=1))
        door.hook({"url": url})
        async with asyncio.timeout(5):
            while len(taken) < 3:
                await asyncio.sleep(0.01)
        refused = door.refused
        door.forget()
    assert (taken, refused) == ([1, 1, 2], 1)


async def test_a_poll_waits_for_an_update_and_confirms_what_it_has(nursery):
    door, got = Door(nursery), []
    door.poll({"offset": "0", "timeout": "5"}, got.append)
    assert got == []
    door.push(update(7, chat=1))
    door.poll({"offset": 8, "timeout": 0}, got.append)
    assert [orjson.loads(one)["result"] for one in got] == [[{"update_id": 7}], []]


def test_who_wrote_while_nothing_ran_has_arrived_at_the_last_screen_alone():
    sent: list[Update] = []
    crowd = Crowd(sent.append)
    crowd.flood("unsent", 2)
    assert len(sent) == 2 * len(unsent(0))
    first, second = {one.chat for one in sent}
    button = {"text": say("uk", "check.send"), "callback_data": "1"}
    last = {"text": f"☐ {say('uk', 'report.share.option.police')}", "callback_data": "2"}
    crowd.told(first, {"text": "?", "reply_markup": {"inline_keyboard": [[button]]}})
    assert crowd.arrived == 0
    crowd.told(second, {"text": "?", "reply_markup": {"inline_keyboard": [[button], [last]]}})
    assert crowd.arrived == 1


class _serving:  # noqa: N801 - reads as a verb
    """A webhook of its own for one handler; its address."""

    def __init__(self, hook):
        self.runner = web.ServerRunner(web.Server(hook))

    async def __aenter__(self) -> str:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def __aexit__(self, *_) -> None:
        await self.runner.cleanup()
