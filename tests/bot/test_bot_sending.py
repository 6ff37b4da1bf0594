"""What a refused token has stopped is opened again by a person, and only once the token is good."""

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
import pytest
from test_bot_commands import folder, run  # noqa: F401 - fixtures

import sandbox
from cases import gate
from vault import keys, throwaway


@pytest.fixture
async def stopped(database_url):
    """Both bots are stopped."""
    connection = await asyncpg.connect(database_url)
    for bot in ("family", "staff"):
        await gate.stop(connection, bot, "token refused")
    yield connection
    await connection.close()


async def still_stopped(connection):
    rows = await connection.fetch("SELECT bot FROM sender_gate WHERE stopped IS NOT NULL")
    return {row["bot"] for row in rows}


@pytest.fixture
def asked(database_url, running, folder, tmp_path, run):  # noqa: F811
    made = throwaway.make_all(tmp_path / "ring", datetime.now(UTC))
    kept = {
        "DATABASE_URL": database_url,
        "DODOMU_FOLDER": str(folder),
        "DODOMU_TELEGRAM_API": running.url,
        "DODOMU_VAULT_KEY": str(made.vault),
        "DODOMU_INTAKE_SIGN_KEY": str(made.intake_sign),
        "DODOMU_RECIPIENTS": str(made.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(made.root_public),
    }

    async def ask(*words, **more):
        return await asyncio.to_thread(run, "sending", *words, **(kept | more))

    return ask


async def test_a_stop_is_told_and_ends_with_1(stopped, asked):
    done = await asked("status")
    assert done.returncode == 1
    assert "family: stopped: Telegram refused the token" in done.stdout
    told = json.loads((await asked("status", "--json")).stdout)
    assert told["staff"] == {"state": "stopped", "waiting": 0, "paused": 0}


async def test_a_token_telegram_knows_opens_its_bot_alone(stopped, asked):
    token = sandbox.TOKENS["family"]
    done = await asked("reopen", TELEGRAM_BOT_TOKEN=token)
    assert "family: sends again" in done.stdout
    assert "staff: has no token" in done.stdout
    assert done.returncode == 1
    assert await still_stopped(stopped) == {"staff"}
    done = await asked("reopen", "--bot", "family", TELEGRAM_BOT_TOKEN=token)
    assert (done.returncode, done.stdout) == (0, "family: was not stopped\n")


async def test_a_token_that_is_still_refused_opens_nothing(stopped, asked):
    done = await asked("reopen", "--bot", "family", TELEGRAM_BOT_TOKEN="1:canary")
    assert done.returncode == 1
    assert "Telegram does not know the token" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    assert await still_stopped(stopped) == {"family", "staff"}


async def test_without_telegram_nothing_is_opened(stopped, asked):
    done = await asked(
        "reopen", "--bot", "family",
        TELEGRAM_BOT_TOKEN=sandbox.TOKENS["family"], DODOMU_TELEGRAM_API="http://127.0.0.1:1",
    )  # fmt: skip
    assert done.returncode == 1
    assert "Telegram is not reached" in done.stdout
    assert "family" in await still_stopped(stopped)


async def test_a_bot_nobody_knows_is_refused(asked):
    done = await asked("reopen", "--bot", "famly")
    assert (done.returncode, done.stdout) == (1, "there is no bot famly\n")
