"""What the doctor finds: each trouble by its name, in words, with what to do; and no secrets."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from doorstep import sim

import sandbox
from bot.commands.doctor_database import database
from bot.commands.doctor_keys import keyring
from bot.commands.doctor_telegram import telegram
from bot.demo import _CAST, _GROUP, DUTY
from bot.settings import load
from cases import gate
from vault import keys, recipients, throwaway


@pytest.fixture(scope="session")
def ring(tmp_path_factory):
    return throwaway.make_all(tmp_path_factory.mktemp("ring"), datetime.now(UTC))


@pytest.fixture
def settled(monkeypatch, tmp_path, ring):
    """Settings of a host with the bot; give names and values to change, None to take away."""

    def settle(**more):
        for name in list(os.environ):
            if name.startswith(("DODOMU_", "TELEGRAM_", "DATABASE_URL")):
                monkeypatch.delenv(name)
        put = {
            "TELEGRAM_BOT_TOKEN": sandbox.TOKENS["family"],
            "TELEGRAM_STAFF_BOT_TOKEN": sandbox.TOKENS["staff"],
            "DODOMU_STAFF_CHAT": str(DUTY),
            "DODOMU_FOLDER": str(tmp_path),
            "DODOMU_VAULT_KEY": str(ring.vault),
            "DODOMU_INTAKE_SIGN_KEY": str(ring.intake_sign),
            "DODOMU_RECIPIENTS": str(ring.recipients),
            "DODOMU_ROOT_PUBLIC": keys.public_text(ring.root_public),
            **more,
        }
        for name, value in put.items():
            if value is not None:
                monkeypatch.setenv(name, str(value))
        return load()

    return settle


@pytest.fixture
async def there(running):
    """A sandbox in which the duty group and its people live."""
    await sim(running.url, "users", _CAST)
    await sim(running.url, "groups", _GROUP)
    return running


async def found(settings):
    return {one.subject: one for one in await telegram(settings)}


async def test_a_healthy_telegram_is_found_healthy(settled, there):
    told = await found(settled(DODOMU_TELEGRAM_API=there.url))
    assert {name: one.good for name, one in told.items()} == {
        "family bot": True, "clock and Telegram": True, "staff bot": True, "staff chat": True,
    }  # fmt: skip


async def test_a_token_that_is_refused_leads_to_its_runbook(settled, there):
    settings = settled(DODOMU_TELEGRAM_API=there.url, TELEGRAM_BOT_TOKEN="5:canary")
    one = (await found(settings))["family bot"]
    assert not one.good
    assert "docs/operations/token.md" in one.said
    assert "canary" not in one.said


async def test_a_webhook_nobody_here_has_set_is_found(settled, there, api):
    await api.call("setWebhook", {"url": "http://127.0.0.1:9/thief"})
    polled = (await found(settled(DODOMU_TELEGRAM_API=there.url)))["family bot"]
    assert not polled.good
    assert "a webhook is set, though we poll" in polled.said
    ours = {
        "DODOMU_WEBHOOK_URL": "https://bot.example",
        "DODOMU_WEBHOOK_SECRET": "0123456789abcdef",
    }
    pushed = (await found(settled(DODOMU_TELEGRAM_API=there.url, **ours)))["family bot"]
    assert not pushed.good
    assert "Telegram calls another address" in pushed.said
    assert "thief" not in polled.said + pushed.said


async def test_a_clock_that_is_wrong_is_found(settled, there, monkeypatch):
    settings = settled(DODOMU_TELEGRAM_API=there.url)
    slow = SimpleNamespace(time=lambda: time.time() - 400)
    monkeypatch.setattr("bot.commands.doctor_telegram.time", slow)
    one = (await found(settings))["clock and Telegram"]
    assert not one.good
    assert "behind Telegram's: repair NTP" in one.said


async def test_a_staff_chat_the_bot_cannot_see_is_found(settled, there):
    settings = settled(DODOMU_TELEGRAM_API=there.url, DODOMU_STAFF_CHAT="-100999")
    one = (await found(settings))["staff chat"]
    assert not one.good
    assert "add it to the group" in one.said


async def test_telegram_that_is_away_is_told(settled):
    one = (await found(settled(DODOMU_TELEGRAM_API="http://127.0.0.1:1")))["family bot"]
    assert not one.good
    assert one.said.startswith("Telegram is not reached")


async def examined(settings):
    """In a thread: the command runs loops of its own."""
    return {one.subject: one for one in await asyncio.to_thread(lambda: list(database(settings)))}


async def test_a_healthy_database_is_found_healthy(settled, database_url):
    told = await examined(settled(DATABASE_URL=database_url))
    assert {name: one.good for name, one in told.items()} == dict.fromkeys(
        ("database", "rights", "clock", "sending"), True
    )


async def test_sending_that_is_stopped_is_found(settled, database_url, pool):
    await gate.stop(pool, "family", "token refused")
    one = (await examined(settled(DATABASE_URL=database_url)))["sending"]
    assert not one.good
    assert "dodomu sending reopen" in one.said


async def test_a_database_clock_that_differs_is_found(settled, database_url, monkeypatch):
    settings = settled(DATABASE_URL=database_url)
    fast = SimpleNamespace(time=lambda: time.time() + 60, monotonic=time.monotonic)
    monkeypatch.setattr("bot.commands.doctor_database.time", fast)
    one = (await examined(settings))["clock"]
    assert not one.good
    assert "60 s ahead of the database's" in one.said


@pytest.fixture
async def stranger(database_url, pool):
    """The database's address for a login that was granted nothing."""
    name = f"stranger_{os.getpid()}"
    await pool.execute(f"CREATE ROLE {name} LOGIN")
    await pool.execute(f"GRANT SELECT ON alembic_version TO {name}")
    rest = database_url.partition("@")[2]
    assert rest, "the address names a user"
    yield f"postgresql://{name}@{rest}"
    await pool.execute(f"DROP OWNED BY {name}")
    await pool.execute(f"DROP ROLE {name}")


async def test_a_login_without_the_roles_is_found(settled, stranger):
    told = await examined(settled(DATABASE_URL=stranger))
    assert not told["rights"].good
    assert "was not granted dodomu_bot, dodomu_janitor, dodomu_sender" in told["rights"].said
    assert not told["sending"].good


def judged(settings):
    return {one.subject: one for one in keyring(settings)}


def test_keys_that_fit_together_are_found_healthy(settled):
    told = judged(settled())
    assert {name: one.good for name, one in told.items()} == {"keys": True, "signatures": True}


def test_a_signing_key_that_is_not_in_the_list_is_found(settled, tmp_path):
    keys.make("intake-sign", tmp_path / "other.key", datetime.now(UTC))
    one = judged(settled(DODOMU_INTAKE_SIGN_KEY=tmp_path / "other.key"))["signatures"]
    assert not one.good
    assert "is missing in the list" in one.said


def test_a_desks_host_is_judged_by_its_own_key(settled, ring):
    bare = dict.fromkeys(
        ("TELEGRAM_BOT_TOKEN", "TELEGRAM_STAFF_BOT_TOKEN", "DODOMU_STAFF_CHAT",
         "DODOMU_VAULT_KEY", "DODOMU_INTAKE_SIGN_KEY")
    )  # fmt: skip
    settings = settled(**bare, DODOMU_DESK_KEY=ring.desk)
    assert judged(settings)["signatures"].good
    (one,) = asyncio.run(telegram(settings))
    assert one.good
    assert "the desk's host needs none" in one.said


def test_a_list_that_ends_soon_is_found(settled, ring, tmp_path):
    now = datetime.now(UTC)
    full = recipients.load(ring.recipients, ring.root_public, 0, now)
    text = recipients.to_bytes(replace(full, expires_at=now + timedelta(days=30)))
    soon = tmp_path / "soon.json"
    soon.write_bytes(text)
    signature = recipients.sign(text, keys.load_root(ring.root).seed)
    recipients.signature_path(soon).write_bytes(signature)
    one = judged(settled(DODOMU_RECIPIENTS=soon))["keys"]
    assert not one.good
    assert "29 days left" in one.said
    assert "rotation.md" in one.said
