"""/hide: everything that may still be deleted goes, on both sides, whatever happens meanwhile."""

from dataclasses import replace

import pytest
from post_office import FAST, VAULT, Office, a_process, eventually

#: a call a second, so that there is a middle
SLOW = replace(FAST, rate=1, broadcasts=1)
_SENT = """
INSERT INTO outbox (bot, chat_ref, lane, method, state, message_id, finished_at)
VALUES ('family', $1, 0, 'sendMessage', 'sent', $2, now())
"""


async def _conversation(office: Office, length: int) -> int:
    """Somebody in whose chat stand so many messages, every other one of them the bot's."""
    person, theirs = await office.person(), []
    for number in range(length):
        if number % 2:
            message = await _bot_says(office, person)
            await office.pool.execute(_SENT, VAULT.chat_ref(1, person), message)
        else:
            said = await office.sim("family/say", {"user": person, "text": str(number)})
            theirs.append(said["message_id"])
    await office.queue(person, method="deleteMessages", message_ids=theirs, and_own=True)
    return person


async def _bot_says(office: Office, chat: int) -> int:
    url, said = f"{office.url}/bot{office.token}/sendMessage", {"chat_id": chat, "text": "?"}
    async with office.client.post(url, json=said) as answer:
        return (await answer.json())["result"]["message_id"]


async def _left(office: Office, chat: int) -> int:
    told = await office.look(f"family/chat/{chat}")
    return sum(not message["deleted"] for message in told["messages"])


async def _deletions(office: Office) -> list[dict]:
    return [call for call in await office.calls() if call["method"] == "deleteMessages"]


async def _begun(office: Office) -> bool:
    return bool(await _deletions(office))


@pytest.mark.parametrize("length", [1, 99, 100, 101, 250])
async def test_both_sides_of_a_chat_are_cleared_however_long_it_is(office: Office, length):
    person = await _conversation(office, length)
    assert await _left(office, person) == length
    async with office.sender():
        await office.done()
    assert await _left(office, person) == 0
    assert len(await _deletions(office)) == -(-length // 100)


async def test_a_silence_in_the_middle_is_kept_and_then_the_rest_goes(office: Office):
    person = await _conversation(office, 250)
    async with office.sender(SLOW):
        await eventually(lambda: _begun(office))
        await office.trouble("429", method="deleteMessages", retry_after=1)
        await office.done()
    assert await _left(office, person) == 0
    calls = await _deletions(office)
    refused = next(place for place, call in enumerate(calls) if call["error_code"] == 429)
    assert refused, "something was deleted before"
    assert calls[refused + 1]["t"] - calls[refused]["t"] >= 1.0


@pytest.mark.kill
async def test_killed_in_the_middle_the_next_process_clears_the_rest(
    office: Office, database_url: str
):
    person = await _conversation(office, 250)
    async with a_process(database_url, office.url, "1"):
        await eventually(lambda: _begun(office), seconds=60)
    assert 0 < await _left(office, person) < 250
    async with office.sender():
        await office.done()
    assert await _left(office, person) == 0
