"""Whatever is asked of the sandbox is done or refused: it is never the sandbox that breaks."""

import aiohttp
import orjson
import pytest
from anything import junk
from hypothesis import given
from hypothesis import strategies as st

import sandbox

DEEDS = ("say", "tap", "contact", "location", "edit", "block", "unblock", "update", "nothing")
METHODS = ("sendMessage", "editMessageText", "deleteMessages", "answerCallbackQuery",
           "setWebhook", "getFile", "setMyCommands", "leaveChat", "noSuchMethod")  # fmt: skip
PLACES = ("users", "faults", "clock", "groups", *(f"family/{deed}" for deed in DEEDS))
fields = st.dictionaries(
    st.sampled_from(["user", "text", "message_id", "data", "label", "phone", "update", "chat_id",
                     "latitude", "first_name", "members", "kind", "method", "times", "url",
                     "advance_seconds", "reply_markup", "entities", "message_ids", "commands"]),
    junk | st.integers(1, 9),
    max_size=4,
)  # fmt: skip


async def status_of(client: aiohttp.ClientSession, url: str, body: bytes) -> int:
    headers = {"Content-Type": "application/json"}
    async with client.post(url, data=body, headers=headers) as answer:
        await answer.read()
        return answer.status


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # half a letter, or a number that JSON has no room for
        return b'{"user": "\xff"}'


@pytest.fixture
async def client(running):
    async with aiohttp.ClientSession() as made:
        yield made


@given(st.sampled_from(PLACES), fields | st.lists(fields, max_size=2) | junk)
async def test_the_driver_does_it_or_says_why_not(running, client, place, body):
    assert await status_of(client, f"{running.url}/sim/{place}", _json(body)) in (200, 400)


@given(st.sampled_from(METHODS), fields | junk)
async def test_the_bot_api_answers_in_telegram_s_way(running, client, method, body):
    url = f"{running.url}/bot{sandbox.TOKENS['family']}/{method}"
    assert await status_of(client, url, _json(body)) in (200, 400, 403, 404, 429)
