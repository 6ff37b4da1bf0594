"""The webhook's door over real sockets: every row of the catalogue, and what is answered when."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from doorstep import Doorstep, eventually, people, say

from bot.polling import Polling
from bot.webhook import MOST_BODY, SECRET_HEADER, Hook, Webhook

SECRET = "0123456789abcdef-_XYZ"
CATALOGUE = Path(__file__).parent.parent / "bad_inputs" / "update_door.jsonl"
ROWS = {row["id"]: row for row in map(json.loads, CATALOGUE.read_text("utf-8").splitlines())}
GOOD = json.dumps({"update_id": 5, "message": {"text": "a", "chat": {"id": 1}}}).encode()


@pytest.fixture
async def door() -> Doorstep:
    return Doorstep()


class Standing(Hook):
    """A hook and where its door is."""

    host = "127.0.0.1"
    port = 0


@asynccontextmanager
async def standing(door: Doorstep, patience: float) -> AsyncIterator[Standing]:
    made = Standing(1000001, SECRET, door.diligence(), patience)
    webhook = Webhook([made], patience=patience)
    await webhook.open()
    made.port = webhook.port
    yield made
    await webhook.close()


@pytest.fixture
async def hook(door) -> AsyncIterator[Standing]:
    async with standing(door, 1.0) as made:
        yield made


def head(
    hook: Standing, *more: str, method="POST", path: str | None = None, secret=SECRET
) -> bytes:
    lines = [f"{method} {path or hook.path} HTTP/1.1", "Host: localhost", *more]
    if secret is not None:
        lines.append(f"{SECRET_HEADER}: {secret}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def request(hook: Standing, body: bytes = GOOD, *more: str, **how) -> bytes:
    kind = how.pop("kind", "application/json")
    lines = (f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more)
    return head(hook, *lines, **how) + body


async def ask(
    hook: Standing, *parts: bytes, pause: float = 0.0
) -> tuple[int, dict[str, str], bytes]:
    """Send the parts, read one response: status, headers in small letters, body."""
    reader, writer = await asyncio.open_connection(hook.host, hook.port)

    async def send() -> None:
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            return

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(20):
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *lines = text.rstrip().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            body = await reader.readexactly(int(headers["content-length"]))
            if headers.get("connection") == "close":
                # Whoever hangs up on what is still being sent resets: the answer is whole by then.
                with suppress(ConnectionResetError):
                    body += await reader.read()
    finally:
        sending.cancel()
        writer.close()
    return int(status.split()[1]), headers, body


def slowly(hook: Standing) -> tuple[bytes, ...]:
    return tuple(bytes([byte]) for byte in request(hook))


def chunked(hook: Standing) -> bytes:
    return head(hook, "Content-Type: application/json", "Transfer-Encoding: chunked")


JSON_BODIES = {
    "UP-013": b"",
    "UP-015": b"[]",
    "UP-017": b'"x"',
    "UP-021": GOOD.decode().encode("utf-16"),
    "UP-023": GOOD.replace(b'"a"', b'"\xff\xfe"'),
    "UP-024": GOOD + b" " * (MOST_BODY + 1 - len(GOOD)),
    "UP-029": b"[" * 100_000,
    "UP-032": b'{"update_id": ' + b"1" * 5000 + b"}",
}
SENT = {
    "UP-001": lambda hook: [request(hook, secret=None)],
    "UP-004": lambda hook: [request(hook, secret="\xd1\x8f\xff" + SECRET)],
    "UP-006": lambda hook: [request(hook, secret=SECRET[:-1] + " ")],
    "UP-008": lambda hook: [head(hook, method="GET")],
    "UP-010": lambda hook: [request(hook, path="/")],
    "UP-011": lambda hook: [request(hook, kind="text/plain")],
    "UP-025": lambda hook: [
        head(hook, "Content-Type: application/json", f"Content-Length: {100 << 20}"),
        *([b" " * (1 << 20)] * 100),
    ],
    "UP-026": lambda hook: [chunked(hook), b'5\r\n{"upd\r\n'],
    "UP-034": lambda _hook: [b"GET /\r\n\r\n"],
    "UP-035": lambda hook: [
        head(
            hook,
            "Content-Type: application/json",
            "Content-Length: 4",
            "Transfer-Encoding: chunked",
        )
        + b"0\r\n\r\n"
        + request(hook)
    ],
    "UP-037": lambda hook: [request(hook, GOOD, "X-Forwarded-For: ::1", secret=None)],
    "UP-038": lambda hook: [request(hook, path=hook.path + "%00")],
    "UP-039": lambda hook: [request(hook, path=hook.path + "/../desk")],
    **{row: lambda hook, body=body: [request(hook, body)] for row, body in JSON_BODIES.items()},
}


@pytest.mark.parametrize("row", [row for row in ROWS if row != "UP-027"])
async def test_every_row_of_the_catalogue_gets_its_answer_without_a_body(row, hook, door):
    status, _, body = await ask(hook, *SENT[row](hook))
    assert (str(status), body) == (ROWS[row]["expect"], b"")
    assert door.done == []


@pytest.mark.parametrize("begun", [20, 250], ids=["head", "body"])
async def test_a_request_that_drips_is_too_late(begun, hook, door):
    assert ROWS["UP-027"]["expect"] == "408"
    sent = request(hook)
    if begun == 250:
        begun = len(sent) - len(GOOD) + 2
    status, _, body = await ask(hook, sent[:begun], *slowly(hook)[begun:], pause=0.05)
    assert (status, body) == (408, b"")
    assert door.done == []


async def test_a_secret_with_spaces_around_it_is_the_secret_as_http_has_it(hook):
    # RFC 9110, 5.5: white space around a field's value is not part of it.
    status, _, _ = await ask(hook, request(hook, secret=SECRET + " "))
    assert status == 200


async def test_a_body_of_the_greatest_length_is_taken(hook, door):
    status, _, _ = await ask(hook, request(hook, GOOD + b" " * (MOST_BODY - len(GOOD))))
    assert status == 200
    assert len(door.done) == 1


async def test_a_long_body_in_chunks_is_refused(hook):
    chunks = [b"%x\r\n" % (1 << 16) + b" " * (1 << 16) + b"\r\n"] * 17
    status, _, body = await ask(hook, chunked(hook), *chunks, b"0\r\n\r\n")
    assert (status, body) == (413, b"")


async def test_200_comes_after_the_update_is_done_not_before(hook, door):
    door.seconds = 0.3
    asking = asyncio.create_task(ask(hook, request(hook)))
    await eventually(lambda: door.at_once == 1)
    assert not asking.done()
    assert (await asking)[0] == 200
    assert len(door.done) == 1


async def test_a_repeated_update_is_answered_200(hook, door):
    for _ in range(3):
        assert (await ask(hook, request(hook)))[0] == 200
    assert len(door.done) == 1


async def test_a_database_that_is_away_is_503_and_waits_grow_to_a_minute(hook, door):
    door.trouble = lambda _update, _attempt: ConnectionError()
    moments = iter((0.0, 0.0, 5.0, 10.0, 40.0, 400.0))
    hook.clock = lambda: next(moments)
    answers = [await ask(hook, request(hook)) for _ in range(6)]
    assert {status for status, _, _ in answers} == {503}
    waits = [int(headers["retry-after"]) for _, headers, _ in answers]
    assert waits == [5, 5, 5, 10, 40, 60], "many at once are one trouble, not many"
    assert {body for _, _, body in answers} == {b""}
    door.trouble = lambda _update, _attempt: None
    assert (await ask(hook, request(hook)))[0] == 200
    assert door.kept == []


async def test_an_update_that_overruns_the_deadline_is_503_and_in_the_end_quarantined(hook, door):
    door.seconds = 60
    hook.diligence.patience = 0.6
    statuses = []
    while 200 not in statuses:
        statuses.append((await ask(hook, request(hook)))[0])
    assert statuses[0] == 503
    assert [error for _, error in door.kept] == ["Stuck"]


async def test_an_update_that_comes_again_is_answered_by_the_work_that_goes_on(hook, door):
    door.seconds = 1.6
    hook.patience = 0.5
    statuses = []
    while 200 not in statuses:
        statuses.append((await ask(hook, request(hook)))[0])
    assert statuses[0] == 503
    assert sum(door.tried.values()) == len(door.done) == 1
    assert door.most_at_once == 1, "it is never done twice at once"


async def test_an_update_that_always_fails_is_quarantined_and_answered_200(hook, door):
    door.trouble = lambda _update, _attempt: KeyError()
    assert (await ask(hook, request(hook)))[0] == 200
    assert len(door.kept) == 1


async def test_half_a_surrogate_pair_reaches_the_work_behind_the_door(hook, door):
    seen: list[bytes] = []

    async def process(body: bytes) -> str:
        seen.append(body)
        return "quarantined"

    hook.diligence.process = process
    body = rb'{"update_id": 6, "message": {"chat": {"id": 1}, "text": "\ud800"}}'
    assert (await ask(hook, request(hook, body)))[0] == 200
    assert b"\\ud800" in seen[0]


async def test_one_connection_serves_many_updates(hook, door):
    async with aiohttp.ClientSession() as client:
        for n in range(5):
            async with client.post(
                f"http://{hook.host}:{hook.port}{hook.path}",
                json={"update_id": n},
                headers={SECRET_HEADER: SECRET},
            ) as answer:
                assert answer.status == 200
        await asyncio.sleep(
            1.2
        )  # longer than the patience for a head: an idle connection may wait
        async with client.post(
            f"http://{hook.host}:{hook.port}{hook.path}",
            json={"update_id": 9},
            headers={SECRET_HEADER: SECRET},
        ) as answer:
            assert answer.status == 200
    assert len(door.done) == 6


async def test_closing_lets_a_request_in_hand_finish(door):
    async with standing(door, 2.0) as hook:
        door.seconds = 0.3
        asking = asyncio.create_task(ask(hook, request(hook)))
        await eventually(lambda: door.at_once == 1)
    assert (await asking)[0] == 200
    assert len(door.done) == 1


async def test_the_log_never_quotes_a_request(hook, caplog):
    with caplog.at_level(logging.DEBUG):
        await ask(hook, b"POST /canary-path HTTP/9 canary\r\nCanary\xff: \x00\r\n\r\n")
        await ask(hook, request(hook, GOOD.replace(b'"a"', b'"canary"')))
    assert "canary" not in caplog.text.lower()


async def test_the_path_does_not_betray_the_secret_and_differs_for_each_bot(hook):
    other = Hook(1000002, SECRET, hook.diligence)
    assert hook.path != other.path
    assert SECRET not in hook.path


async def test_the_sandbox_delivers_through_the_door_in_order(running, api, hook, door):
    olena, petro = await people(running.url, 2)
    await hook.announce(api, f"http://{hook.host}:{hook.port}", asyncio.Event())
    away = [True]
    door.trouble = lambda _update, _attempt: (
        ConnectionError() if away[0] and len(door.done) == 3 else None
    )
    hook_away = asyncio.get_running_loop().call_later(0.3, away.clear)
    await say(running.url, [(who, f"{n}") for n in range(5) for who in (olena, petro)])
    away[:] = []
    door.trouble = lambda _update, _attempt: None
    await eventually(lambda: len(door.done) == 10, 30)
    hook_away.cancel()
    assert door.texts(olena) == door.texts(petro) == [f"{n}" for n in range(5)]


async def test_from_webhook_to_polling_an_update_has_the_same_bytes(running, api, door):
    (olena,) = await people(running.url, 1)
    seen: list[bytes] = []

    async def process(body: bytes) -> str:
        seen.append(body)
        if len(seen) == 1:
            raise ConnectionError
        return "committed"

    diligence = door.diligence()
    diligence.process = process
    async with standing(door, 1.0) as hook:
        hook.diligence = diligence
        await hook.announce(api, f"http://{hook.host}:{hook.port}", asyncio.Event())
        await say(running.url, [(olena, "ї")])
        await eventually(lambda: len(seen) == 1)
    stop = asyncio.Event()
    task = asyncio.create_task(Polling(api, diligence).run(stop))
    await eventually(lambda: len(seen) == 2)
    stop.set()
    await task
    assert seen[0] == seen[1]
