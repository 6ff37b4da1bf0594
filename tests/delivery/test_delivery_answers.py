"""Every answer Telegram and what stands before it can give, and what each means for the message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import web
from post_office import Office
from telegram.error import TelegramError
from telegram.ext import ExtBot

from delivery.errors import (
    Done,
    Gone,
    NewChat,
    Permanent,
    Retry,
    TokenRefused,
    Unknown,
    Verdict,
    Wait,
    backoff,
    classify,
    patience,
)
from delivery.request import Http

TOKEN = "7:a-secret-of-forty-characters-or-so"


@asynccontextmanager
async def answering(handler) -> AsyncIterator[str]:
    """A server that gives `handler`'s answer to every call; its address."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def refusal(code: int, words: str, **parameters: int) -> web.Response:
    said = {"ok": False, "error_code": code, "description": words}
    if parameters:
        said["parameters"] = parameters
    return web.Response(status=code, body=orjson.dumps(said), content_type="application/json")


async def raised(url: str, read_timeout: float = 5.0) -> TelegramError:
    http = Http(read_timeout)
    await http.initialize()
    try:
        bot = ExtBot[None](TOKEN, base_url=f"{url}/bot", request=http, get_updates_request=http)
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(1, "Канарейка")
    finally:
        await http.shutdown()
    assert TOKEN not in repr(caught.value)
    return caught.value


ANSWERS: list[tuple[int, str, Verdict]] = [
    (403, "Forbidden: bot was blocked by the user", Gone("blocked")),
    (403, "Forbidden: user is deactivated", Gone("deactivated")),
    (403, "Forbidden: bot can't initiate conversation with a user", Gone("never started")),
    (403, "Forbidden: bot can't send messages to bots", Gone("is a bot")),
    (403, "Forbidden: bot was kicked from the supergroup chat", Gone("kicked")),
    (403, "Forbidden: bot is not a member of the supergroup chat", Gone("kicked")),
    (403, "Forbidden: the group chat was deleted", Gone("group deleted")),
    (403, "Forbidden: something new", Gone("forbidden", whole_chat=False)),
    (400, "Bad Request: chat not found", Gone("chat not found")),
    (400, "Bad Request: PEER_ID_INVALID", Gone("chat not found")),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Gone("no rights", whole_chat=False)),
    (
        400,
        "Bad Request: not enough rights to send text messages to the chat",
        Gone("no rights", whole_chat=False),
    ),
    (
        400,
        "Bad Request: message is not modified: specified new message content is the same",
        Done("not modified"),
    ),
    (400, "Bad Request: message to edit not found", Done("nothing to edit")),
    (400, "Bad Request: message can't be edited", Done("nothing to edit")),
    (400, "Bad Request: message to delete not found", Done("nothing to delete")),
    (400, "Bad Request: message can't be deleted for everyone", Done("nothing to delete")),
    (
        400,
        "Bad Request: can't parse entities: unsupported start tag",
        Permanent("formatting", as_plain_text=True),
    ),
    (400, "Bad Request: message is too long", Permanent("too long")),
    (400, "Bad Request: message text is empty", Permanent("empty")),
    (400, "Bad Request: BUTTON_DATA_INVALID", Permanent("keyboard")),
    (400, "Bad Request: something new", Permanent("refused")),
    (401, "Unauthorized", TokenRefused()),
    (404, "Not Found", TokenRefused()),
    (404, "Not Found: method not found", Permanent("method")),
    (409, "Conflict: terminated by other getUpdates request", Unknown("Conflict")),
    (413, "Request Entity Too Large", Permanent("too large")),
    (500, "Internal Server Error", Retry("HTTP 500")),
    (503, "Service Unavailable", Retry("HTTP 503")),
]


@pytest.mark.parametrize(("code", "words", "verdict"), ANSWERS, ids=lambda value: str(value)[:48])
async def test_an_answer_of_telegram_means(code: int, words: str, verdict: Verdict):
    async def handler(request: web.Request) -> web.Response:
        return refusal(code, words)

    async with answering(handler) as url:
        assert classify(await raised(url)) == verdict


PAGES: list[tuple[int, bytes, Verdict]] = [
    (401, b"<html>proxy</html>", Retry("a proxy's answer")),
    (404, b"", Retry("a proxy's answer")),
    (413, b"<html>nginx</html>", Permanent("too large")),
    (429, b"<html>slow down</html>", Wait(5.0)),
    (502, b"<html>Bad Gateway</html>", Retry("HTTP 502")),
    (504, b"", Retry("HTTP 504")),
    (200, b"<html>a captive portal</html>", Unknown("TelegramError")),
]


@pytest.mark.parametrize(("code", "page", "verdict"), PAGES)
async def test_an_answer_of_something_in_between_means(code: int, page: bytes, verdict: Verdict):
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=code, body=page, content_type="text/html")

    async with answering(handler) as url:
        assert classify(await raised(url)) == verdict


async def test_a_flood_wait_tells_its_seconds():
    async def handler(request: web.Request) -> web.Response:
        return refusal(429, "Too Many Requests: retry after 17", retry_after=17)

    async with answering(handler) as url:
        assert classify(await raised(url)) == Wait(17.0)


async def test_a_group_that_became_a_supergroup_tells_its_new_id():
    async def handler(request: web.Request) -> web.Response:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        return refusal(400, words, migrate_to_chat_id=-100777)

    async with answering(handler) as url:
        assert classify(await raised(url)) == NewChat(-100777)


async def test_silence_after_the_call_was_written_is_unknown():
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with answering(handler) as url:
        assert isinstance(classify(await raised(url)), Unknown)


async def test_a_server_that_is_not_there_has_not_seen_the_call():
    assert classify(await raised("http://127.0.0.1:1")) == Retry("no connection")


async def test_a_message_follows_a_group_to_its_new_id(office: Office):
    asked: list[int] = []

    async def handler(request: web.Request) -> web.Response:
        chat = (await request.json())["chat_id"]
        asked.append(chat)
        if chat == -5:
            return refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-100555)
        sent = {"message_id": len(asked), "date": 1, "chat": {"id": chat, "type": "supergroup"}}
        return web.json_response({"ok": True, "result": sent})

    told: list[tuple[int, int]] = []

    async def moved(old: int, new: int) -> None:
        told.append((old, new))

    async with answering(handler) as url:
        office.url = url
        async with office.sender(moved=moved):
            rows = [await office.queue(-5, "one"), await office.queue(-5, "two")]
            await office.done()
    assert asked == [-5, -100555, -100555]
    assert told == [(-5, -100555)]
    assert {await office.state(row) for row in rows} == {"sent"}


async def test_an_answer_that_makes_no_sense_is_unknown_and_holds_nobody_up(office: Office):
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"status": "fine"})

    async with answering(handler) as url:
        office.url = url
        async with office.sender():
            rows = [await office.queue(5, "one"), await office.queue(5, "two")]
            await office.done()
    assert {await office.state(row) for row in rows} == {"unknown"}


def test_patience_grows_with_each_attempt_up_to_a_minute():
    waits = [backoff(attempt, 0.0) for attempt in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff(30_000, 0.5) == pytest.approx(45)
    assert patience(0) == patience(1) == 2 * patience(2)


async def test_a_closed_backend_sends_nothing():
    http = Http()
    bot = ExtBot[None](
        TOKEN, base_url="http://127.0.0.1:1/bot", request=http, get_updates_request=http
    )
    with pytest.raises(TelegramError) as caught:
        await bot.send_message(1, "Канарейка")
    assert classify(caught.value) == Retry("no connection")
