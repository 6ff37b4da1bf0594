"""The sender between a real database and the sandbox, when all goes well."""

import asyncio
import logging

import pytest
from post_office import Office, eventually

from delivery.pace import Limits


async def test_what_is_queued_arrives_once_with_one_attempt_recorded(office: Office):
    person = await office.person()
    async with office.sender() as sender:
        row = await office.queue(person, "<b>Вітаю</b>", parse_mode="HTML", tag="q1")
        await office.done()
    stored = await office.row(row)
    (message,) = await office.messages(person)
    assert message["text"] == "Вітаю"
    assert stored["state"] == "sent"
    assert stored["attempts"] == 1
    assert stored["message_id"] == message["message_id"]
    assert stored["sealed"] is None
    assert sender.counters.sent == sender.counters.claimed == 1


async def test_messages_to_one_chat_keep_their_order(office: Office):
    people = [await office.person() for _ in range(5)]
    for number in range(20):
        for person in people:
            await office.queue(person, str(number))
    async with office.sender():
        await office.done()
    for person in people:
        assert await office.texts(person) == [str(number) for number in range(20)]


async def test_replies_and_bells_go_before_broadcasts(office: Office):
    people = [await office.person() for _ in range(40)]
    for person in people:
        await office.queue(person, "news", lane=2)
    for person in people[:10]:
        await office.queue(person, "bell", lane=1)
        await office.queue(person, "reply", lane=0)
    slow = Limits(rate=40, broadcasts=10, per_chat=0.0001, burst=1000)
    async with office.sender(slow):
        await office.done()
    calls = [call["chat_id"] for call in await office.calls()]
    last_of_the_first_ten = max(
        calls.index(person, calls.index(person) + 1) for person in people[:10]
    )
    assert last_of_the_first_ten < 25, "replies and bells wait for hardly any broadcast"


async def test_a_sent_message_is_edited_and_deleted_by_its_tag(office: Office):
    person = await office.person()
    keyboard = {"inline_keyboard": [[{"text": "Так", "callback_data": "1"}]]}
    async with office.sender():
        await office.queue(person, "one", tag="q1", reply_markup=keyboard)
        await office.queue(person, "two", method="editMessageText", message_tag="q1", tag="q2")
        await office.queue(person, method="editMessageReplyMarkup", message_tag="q2")
        await office.queue(person, "gone", tag="q3")
        await office.queue(person, method="deleteMessages", message_tag="q3")
        await office.done()
    first, second = await office.messages(person)
    assert (first["text"], first["buttons"], first["edited"]) == ("two", [], True)
    assert second["deleted"]


async def test_an_edit_of_a_message_that_was_never_sent_is_done(office: Office):
    person = await office.person()
    async with office.sender():
        row = await office.queue(person, method="editMessageReplyMarkup", message_tag="q9")
        await office.done()
    stored = await office.row(row)
    assert (stored["state"], stored["error"]) == ("sent", "nothing to edit")
    assert await office.calls() == []


async def test_an_edit_that_changes_nothing_is_done(office: Office):
    person = await office.person()
    async with office.sender():
        await office.queue(person, "same", tag="q1")
        row = await office.queue(person, "same", method="editMessageText", message_tag="q1")
        await office.done()
    assert (await office.row(row))["error"] == "not modified"


async def test_the_bot_leaves_a_group(office: Office):
    group = await office.group()
    async with office.sender():
        row = await office.queue(group, method="leaveChat")
        await office.done()
    assert await office.state(row) == "sent"


async def test_never_more_calls_in_a_second_than_allowed(office: Office):
    people = [await office.person() for _ in range(60)]
    for person in people:
        await office.queue(person)
    async with office.sender(Limits(rate=20)):
        await office.done()
    at = [call["t"] for call in await office.calls()]
    assert max(sum(1 for other in at if start <= other < start + 1.0) for start in at) <= 20


async def test_one_chat_hears_one_message_a_second_after_a_burst(office: Office):
    person, other = await office.person(), await office.person()
    for number in range(5):
        await office.queue(person, str(number))
    async with office.sender(Limits()) as sender:
        await office.queue(other)
        await office.done()
    at = [call["t"] for call in await office.calls() if call["chat_id"] == person]
    assert max(sum(1 for t in at if start <= t < start + 0.9) for start in at) <= 3
    assert at[4] - at[0] >= 1.8
    assert await office.texts(person) == ["0", "1", "2", "3", "4"]
    assert sender.counters.put_back > 0, "a crowded chat holds no slot"


async def test_a_group_hears_no_more_than_its_share_in_a_minute(office: Office):
    group, person = await office.group(), await office.person()
    for number in range(6):
        await office.queue(group, str(number))
    async with office.sender(Limits(rate=100, per_group=4)):
        await eventually(lambda: _heard(office, group, 4))
        row = await office.queue(person)
        await eventually(lambda: _is(office, row, "sent"))
        await asyncio.sleep(0.3)
    assert await office.texts(group) == ["0", "1", "2", "3"]
    waiting = await office.pool.fetch(
        "SELECT state, attempts, not_before - now() AS due FROM outbox WHERE state <> 'sent' ORDER BY id"
    )
    assert [(row["state"], row["attempts"]) for row in waiting] == [("queued", 0)] * 2
    assert waiting[0]["due"].total_seconds() > 30


async def test_a_polite_stop_puts_back_what_has_not_been_called(office: Office):
    people = [await office.person() for _ in range(30)]
    for person in people:
        await office.queue(person)
    async with office.sender(Limits(rate=5)):
        await eventually(lambda: _sent_some(office))
    states = {row["state"] for row in await office.pool.fetch("SELECT state FROM outbox")}
    assert states == {"sent", "queued"}
    assert (
        await office.pool.fetchval("SELECT max(attempts) FROM outbox WHERE state = 'queued'") == 0
    )
    sent = await office.pool.fetchval("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert sent == len(await office.calls())


async def test_a_poke_is_enough(office: Office):
    person = await office.person()
    async with office.sender() as sender:
        await eventually(lambda: _leads(sender))
        await office.queue(person, bot="elsewhere")
        await office.pool.execute("UPDATE outbox SET bot = 'family'")
        sender.poke()
        await office.done()
    assert await office.texts(person) == ["hello"]


async def test_logs_hold_neither_token_nor_words(office: Office, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    person = await office.person()
    await office.trouble("500")
    await office.trouble("reset")
    await office.trouble("429", retry_after=1)
    async with office.sender():
        await office.queue(person, "Канарейка <b>", parse_mode="HTML")
        await office.queue(person, "Канарейка", method="noSuchMethod", secret="Канарейка")
        await office.done()
    assert caplog.records
    written = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "Канарейка" not in written
    assert office.token not in written
    assert str(person) not in "".join(
        r.getMessage() for r in caplog.records if r.name == "delivery"
    )


async def _heard(office: Office, chat: int, number: int) -> bool:
    return len(await office.texts(chat)) >= number


async def _is(office: Office, row: int, state: str) -> bool:
    return await office.state(row) == state


async def _sent_some(office: Office) -> bool:
    return len(await office.calls()) >= 3


async def _leads(sender) -> bool:
    return sender.leading
