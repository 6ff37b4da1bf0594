"""Bells by mail and webhook: under the outbox's discipline, against real servers."""

import asyncio
import hmac
import json
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hook_server import hook_server
from mail_server import mail_server
from post_office import VAULT, eventually

from cases import bells, database
from cases.bells import HOOK, MAIL, Note
from delivery.hook import Hook
from delivery.mail import Mail
from delivery.relay import Relay

SECRET = "s" * 32
TO = "duty@example.org"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
CALL = {
    "event": "unclaimed", "code": "7K4M-29QX", "level": "critical",
    "due_at": "2026-11-24T08:00:00+00:00", "url": "",
}  # fmt: skip


@pytest.fixture
async def sender(database_url):
    """Connections with the rights the sender really has."""
    async with await database.connect(database_url, role="dodomu_sender") as own:
        yield own


def mail(server: Any, **more: Any) -> Mail:
    given = {
        "host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "dodomu@example.org",
        "user": None, "password": None, **more,
    }  # fmt: skip
    return Mail(**given, now=lambda: NOW)


@asynccontextmanager
async def relay(channel: str, carrier: Any, pool: Any, worker: str = "one"):
    made = Relay(channel, carrier, pool, VAULT, worker=worker)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(made.run(stop))
        try:
            yield made
        finally:
            stop.set()


async def queue(pool: Any, channel: str, params: dict[str, Any], ref: bytes = b"a" * 16) -> None:
    async with database.transaction(pool) as connection:
        method = "mail" if channel == MAIL else "call"
        await bells.queue(connection, VAULT, [Note(channel, ref, method, params)])


async def letter(pool: Any, to: str = TO, ref: bytes = b"a" * 16) -> None:
    text = "Ніхто не взяв за 30 хв: 7K4M-29QX · Невідкладне"
    await queue(pool, MAIL, {"to": to, "subject": "Додому: 7K4M-29QX", "text": text}, ref)


def state(pool: Any, wanted: str, count: int = 1):
    async def reached() -> bool:
        found = await pool.fetchval("SELECT count(*) FROM outbox WHERE state = $1", wanted)
        return found == count

    return reached


# Mail


async def test_a_bell_arrives_as_a_mail_and_its_words_are_forgotten(pool, sender):
    async with mail_server() as server, relay(MAIL, mail(server), sender):
        await letter(pool)
        await eventually(state(pool, "sent"))
        (got,) = server.mails
        assert (got["To"], got["From"]) == (TO, "dodomu@example.org")
        assert got["Subject"] == "Додому: 7K4M-29QX"
        assert got["Auto-Submitted"] == "auto-generated"
        assert server.bodies() == ["Ніхто не взяв за 30 хв: 7K4M-29QX · Невідкладне\n"]
    assert await pool.fetchval("SELECT sealed IS NULL FROM outbox")


async def test_it_signs_in_where_the_server_wants_that(pool, sender):
    async with mail_server(accepts=("bell", "пароль")) as server:
        carrier = mail(server, user="bell", password="пароль")
        assert await carrier.trouble() is None
        assert await mail(server, user="bell", password="wrong").trouble() == "SMTP 535"
        async with relay(MAIL, carrier, sender):
            await letter(pool)
            await eventually(state(pool, "sent"))


@pytest.mark.parametrize(
    "refusal",
    [
        ("MAIL", "451 later"), ("RCPT", "450 greylisted"), ("DATA", "421 closing"),
        ("MAIL", "530 sign in first"),
    ],
)  # fmt: skip
async def test_what_is_refused_for_now_is_tried_again_as_the_same_mail(pool, sender, refusal):
    async with mail_server(refuse=[refusal]) as server, relay(MAIL, mail(server), sender):
        await letter(pool)
        await eventually(state(pool, "sent"))
        row = await pool.fetchrow("SELECT * FROM outbox")
        assert row["attempts"] == 2
        assert len(server.mails) == 1
        assert server.mails[0]["Message-ID"] == f"<bell-{row['id']}@example.org>"


@pytest.mark.parametrize("refusal", [("RCPT", "550 nobody here"), ("DATA", "554 spam")])
async def test_what_is_refused_for_good_is_recorded_and_keeps_nobody_elses_back(
    pool, sender, refusal
):
    async with mail_server(refuse=[refusal]) as server, relay(MAIL, mail(server), sender):
        await letter(pool)
        await eventually(state(pool, "failed"))
        await letter(pool, "head@example.org", b"b" * 16)
        await eventually(state(pool, "sent"))
        assert [one["To"] for one in server.mails] == ["head@example.org"]
    error = await pool.fetchval("SELECT error FROM outbox WHERE state = 'failed'")
    assert error == f"SMTP {refusal[1][:3]}"


async def test_a_server_that_is_away_is_waited_for(pool, sender):
    async with mail_server() as server:
        port = server.port
    away = type("Away", (), {"port": port})()
    async with relay(MAIL, mail(away), sender):
        await letter(pool)

        async def retried() -> bool:
            return bool(await pool.fetchval("SELECT count(*) FROM outbox WHERE error IS NOT NULL"))

        await eventually(retried)
    assert await pool.fetchval("SELECT state FROM outbox") == "queued"
    async with mail_server() as server, relay(MAIL, mail(server), sender, "two"):
        await pool.execute("UPDATE outbox SET not_before = now()")
        await eventually(state(pool, "sent"))


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_nothing_is_said_in_clear_to_a_server_without_tls(pool, sender, tls):
    async with mail_server(accepts=("bell", "secret")) as server:
        carrier = mail(server, tls=tls, user="bell", password="secret")
        assert await carrier.trouble() is not None
        async with relay(MAIL, carrier, sender):
            await letter(pool)

            async def tried() -> bool:
                return await pool.fetchval("SELECT attempts FROM outbox") > 0

            await eventually(tried)
        assert server.mails == []
        assert not any(one.startswith(("AUTH", "MAIL")) for one in server.said)


# The webhook


async def test_a_call_is_signed_and_says_a_code_a_level_a_term(pool, sender):
    async with hook_server() as server, relay(HOOK, Hook(server.url, SECRET), sender):
        await queue(pool, HOOK, CALL)
        await eventually(state(pool, "sent"))
        ((headers, body),) = server.calls
    assert json.loads(body) == CALL
    wanted = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    assert headers["X-Dodomu-Signature"] == f"sha256={wanted}"
    assert headers["Content-Type"] == "application/json"


async def test_a_call_that_fails_comes_again_under_its_number(pool, sender):
    async with (
        hook_server(answers=[500, 302, 404]) as server,
        relay(HOOK, Hook(server.url, SECRET), sender),
    ):
        await queue(pool, HOOK, CALL)
        await eventually(state(pool, "sent"))
    assert len(server.calls) == 4
    assert len({headers["X-Dodomu-Delivery"] for headers, _ in server.calls}) == 1


async def test_a_call_that_will_never_be_taken_is_recorded(pool, sender):
    async with (
        hook_server(answers=[400]) as server,
        relay(HOOK, Hook(server.url, SECRET), sender) as made,
    ):
        await queue(pool, HOOK, CALL)
        await eventually(state(pool, "failed"))
        assert made.counters.failed == 1
    assert await pool.fetchval("SELECT error FROM outbox") == "HTTP 400"


async def test_what_cannot_be_taken_for_two_days_is_given_up(pool, sender):
    async with hook_server(answers=[500] * 9) as server:
        await queue(pool, HOOK, CALL)
        await pool.execute("UPDATE outbox SET created_at = now() - interval '49 h'")
        async with relay(HOOK, Hook(server.url, SECRET), sender):
            await eventually(state(pool, "failed"))
    assert len(server.calls) == 1


async def test_a_test_call_tells_the_administrator(pool):
    async with hook_server(answers=[200, 401]) as server:
        carrier = Hook(server.url, SECRET)
        assert await carrier.trouble() is None
        assert await carrier.trouble() == "HTTP 401"
        assert json.loads(server.calls[0][1]) == {"event": "test"}
    assert await Hook("http://127.0.0.1:9", SECRET).trouble() is not None


# The discipline


async def test_two_relays_share_the_work_and_nothing_goes_twice(pool, sender):
    async with hook_server() as server:
        carrier = Hook(server.url, SECRET)
        for number in range(40):
            await queue(pool, HOOK, {**CALL, "code": str(number)}, number.to_bytes(16, "big"))
        async with relay(HOOK, carrier, sender, "one"), relay(HOOK, carrier, sender, "two"):
            await eventually(state(pool, "sent", 40))
    told = sorted(int(json.loads(body)["code"]) for _, body in server.calls)
    assert told == list(range(40))


async def test_what_a_dead_relay_left_is_carried_when_its_lease_is_over(pool, sender):
    async with hook_server() as server:
        await queue(pool, HOOK, CALL)
        await pool.execute(
            "UPDATE outbox SET state = 'sending', worker = 'dead', lease_until = now()"
        )
        async with relay(HOOK, Hook(server.url, SECRET), sender):
            await eventually(state(pool, "sent"))
    assert len(server.calls) == 1


async def test_a_row_that_does_not_open_is_given_up_and_stops_nobody(pool, sender):
    async with hook_server() as server, relay(HOOK, Hook(server.url, SECRET), sender):
        await pool.execute(
            "INSERT INTO outbox (bot, chat_ref, lane, method, sealed)"
            " VALUES ('hook', 'c', 1, 'call', 'nonsense')"
        )
        await queue(pool, HOOK, CALL)
        await eventually(state(pool, "sent"))
        await eventually(state(pool, "failed"))
    assert len(server.calls) == 1


async def test_neither_address_nor_secret_is_logged(pool, sender, caplog):
    caplog.set_level(logging.DEBUG)
    refusals = [("RCPT", f"550 <{TO}> is nobody here")]
    async with mail_server(refuse=refusals) as server, relay(MAIL, mail(server), sender):
        await letter(pool)
        await eventually(state(pool, "failed"))
    carrier = Hook("http://127.0.0.1:9/secret-path", SECRET)
    async with relay(HOOK, carrier, sender):
        await queue(pool, HOOK, CALL)

        async def retried() -> bool:
            found = "SELECT count(*) FROM outbox WHERE bot = 'hook' AND error IS NOT NULL"
            return bool(await pool.fetchval(found))

        await eventually(retried)
    ours = "\n".join(record.getMessage() for record in caplog.records)
    assert "failed" in ours
    for word in (TO, "secret-path", SECRET, "7K4M"):
        assert word not in ours
    assert SECRET not in repr(carrier)
