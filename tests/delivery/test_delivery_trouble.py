"""What the sender does when Telegram refuses, stumbles or says nothing."""

import pytest
from post_office import Office, eventually

from cases import gate
from delivery.sender import Sender


@pytest.mark.parametrize("kind", ["500", "502html", "reset"])
async def test_a_stumble_is_tried_again(office: Office, kind: str):
    person = await office.person()
    await office.trouble(kind, times=2)
    async with office.sender():
        first = await office.queue(person, "one")
        await office.queue(person, "two")
        await office.done()
    assert await office.texts(person) == ["one", "two"]
    stored = await office.row(first)
    assert (stored["state"], stored["attempts"]) == ("sent", 3)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
async def test_a_reply_without_an_answer_is_sent_again(office: Office, kind: str):
    person = await office.person()
    await office.trouble(kind)
    async with office.sender(read_timeout=0.5):
        await office.queue(person, "one")
        await office.queue(person, "two")
        await office.done()
    twice = ["one"] * (kind == "timeout_after")
    assert await office.texts(person) == [*twice, "one", "two"]


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "reset", "502html"])
async def test_a_broadcast_without_an_answer_is_never_sent_twice(office: Office, kind: str):
    person = await office.person()
    await office.trouble(kind)
    async with office.sender(read_timeout=0.5):
        row = await office.queue(person, "news", lane=2)
        await office.done()
    assert await office.texts(person) == ["news"] * (kind == "timeout_after")
    stored = await office.row(row)
    assert (stored["state"], stored["attempts"], stored["sealed"]) == ("unknown", 1, None)


async def test_a_flood_wait_silences_everybody_and_is_not_an_attempt(office: Office):
    people = [await office.person() for _ in range(12)]
    await office.trouble("429", retry_after=2)
    rows = [await office.queue(person) for person in people]
    async with office.sender() as sender:
        await office.done()
    calls = await office.calls()
    flood = next(call for call in calls if call["error_code"] == 429)
    during = [call for call in calls if flood["t"] + 0.2 < call["t"] < flood["t"] + 2.0]
    assert during == []
    assert sender.counters.floods == 1
    assert {(await office.row(row))["attempts"] for row in rows} == {1}


async def test_a_flood_wait_outlives_the_sender(office: Office):
    person = await office.person()
    await office.trouble("429", retry_after=3)
    row = await office.queue(person)
    async with office.sender() as sender:
        await eventually(lambda: _flooded(sender))
    async with office.sender():
        await office.done()
    first, second = await office.calls()
    assert second["t"] - first["t"] >= 3.0
    assert (await office.row(row))["attempts"] == 1


async def test_everything_for_a_person_who_blocked_the_bot_is_unreachable(office: Office):
    person, other = await office.person(), await office.person()
    await office.sim("family/block", {"user": person})
    rows = [await office.queue(person, str(number)) for number in range(3)]
    async with office.sender():
        await office.queue(other)
        await office.done()
    stored = [await office.row(row) for row in rows]
    assert {(row["state"], row["error"]) for row in stored} == {("unreachable", "blocked")}
    assert len(await office.calls()) == 2
    assert await office.texts(other) == ["hello"]


async def test_a_chat_that_does_not_exist_is_unreachable(office: Office):
    async with office.sender():
        row = await office.queue(4242)
        await office.done()
    stored = await office.row(row)
    assert (stored["state"], stored["error"]) == ("unreachable", "chat not found")


async def test_formatting_telegram_cannot_read_goes_out_as_plain_text(office: Office):
    person = await office.person()
    async with office.sender():
        row = await office.queue(person, "<b>Їхати &amp; йти</i>", parse_mode="HTML")
        await office.done()
    assert await office.texts(person) == ["Їхати & йти"]
    assert await office.state(row) == "sent"


@pytest.mark.parametrize(
    ("text", "method", "reason"),
    [
        ("x" * 4097, "sendMessage", "too long"),
        ("", "sendMessage", "empty"),
        ("hello", "launchRocket", "method"),
    ],
)
async def test_what_can_never_be_sent_fails_and_holds_nobody_up(
    office: Office, text: str, method: str, reason: str
):
    person = await office.person()
    async with office.sender():
        row = await office.queue(person, text, method=method)
        await office.queue(person, "next")
        await office.done()
    stored = await office.row(row)
    assert (stored["state"], stored["error"], stored["attempts"]) == ("failed", reason, 1)
    assert await office.texts(person) == ["next"]


async def test_a_payload_that_does_not_open_fails(office: Office):
    person = await office.person()
    async with office.sender():
        row = await office.queue(person, sealed=bytes(80))
        await office.queue(person, "next")
        await office.done()
    assert await office.state(row) == "failed"
    assert await office.texts(person) == ["next"]


@pytest.mark.parametrize(("lane", "hours"), [(0, 49), (1, 49), (2, 25)])
async def test_a_message_nobody_could_send_for_days_is_given_up(
    office: Office, lane: int, hours: int
):
    person = await office.person()
    await office.trouble("500")
    async with office.sender():
        row = await office.queue(person, lane=lane, age=hours * 3600.0)
        await office.done()
    stored = await office.row(row)
    assert (stored["state"], stored["error"]) == ("failed", "given up: HTTP 500")


async def test_a_refused_token_stops_sending_until_somebody_reopens(office: Office):
    person = await office.person()
    right, office.token = office.token, "1000001:revoked"
    row = await office.queue(person)
    async with office.sender():
        await eventually(lambda: _stopped(office))
        await eventually(lambda: _queued(office, row))
    stored = await office.row(row)
    assert (stored["state"], stored["attempts"]) == ("queued", 0)
    office.token = right
    assert await gate.reopen(office.pool, "family")
    await office.pool.execute("UPDATE outbox SET not_before = now()")
    async with office.sender():
        await office.done()
    assert await office.texts(person) == ["hello"]


async def test_a_telegram_that_is_away_is_waited_for(office: Office):
    person = await office.person()
    there, office.url = office.url, "http://127.0.0.1:1"
    row = await office.queue(person)
    async with office.sender():
        await eventually(lambda: _tried(office, row))
    office.url = there
    async with office.sender():
        await office.done()
    assert await office.texts(person) == ["hello"]


async def _flooded(sender: Sender) -> bool:
    return sender.counters.floods == 1


async def _stopped(office: Office) -> bool:
    return bool(await office.pool.fetchval("SELECT stopped FROM sender_gate"))


async def _queued(office: Office, row: int) -> bool:
    return await office.state(row) == "queued"


async def _tried(office: Office, row: int) -> bool:
    stored = await office.row(row)
    return stored["state"] == "queued" and stored["error"] == "no connection"
