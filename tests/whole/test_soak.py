"""Thousands of updates, the bot killed again and again, poison in between: each has one effect.

By default a small run; `make soak` is the whole of it: 12,000 updates of 60 chats and 40 kills
through each door.
"""

import asyncio
import os
import secrets
import signal
import time

import asyncpg
import pytest
from pids import alive, gone
from poison import POISON, STORY
from rig import Database, Rig, rigged
from talkers import BEFORE, Talkers, word

from delivery.sender import concurrency
from vault import keys

UPDATES = int(os.environ.get("UPDATES", "750"))
CHATS = int(os.environ.get("CHATS", "60" if UPDATES > 5_000 else "50"))
KILLS = int(os.environ.get("KILLS", "3"))
RATE = 1000
FAST = {"DODOMU_RATE": f"{RATE}", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50"}

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3000)]


@pytest.fixture
def webhook(unused_tcp_port: int) -> dict[str, str]:
    return {
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{unused_tcp_port}",
        "DODOMU_WEBHOOK_PORT": str(unused_tcp_port),
        "DODOMU_WEBHOOK_SECRET": secrets.token_hex(16),
    }


@pytest.mark.parametrize("door", ["polling", "webhook"])
async def test_each_update_has_one_effect_in_its_order_whatever_is_killed(
    door, tmp_path, database_url, oven, webhook
):
    told = FAST | (webhook if door == "webhook" else {})
    async with (
        rigged(tmp_path, Database(database_url), kept=False, **told) as rig,
        await asyncpg.create_pool(database_url, min_size=1, max_size=3) as owner,
    ):
        talkers = Talkers(rig, keys.load_vault(rig.keyset.vault), -(-UPDATES // CHATS) - BEFORE)
        bot = Mortal(rig, oven)
        bot.start()
        began = time.monotonic()
        try:
            await talkers.come(CHATS)
            async with asyncio.TaskGroup() as group:
                group.create_task(talkers.talk(owner))
                group.create_task(bot.killed_now_and_then(talkers))
                group.create_task(poisoned(talkers))
            await all_is_sent(owner, talkers)
        finally:
            await bot.stop()
        extra = await everything_is_there_once(owner, talkers)
        assert extra <= concurrency(RATE) * KILLS
        assert STORY not in rig.log.read_text(encoding="utf-8")
    print(
        f"\n{door}: {talkers.updates} updates of {CHATS} chats, {talkers.poisoned} poisoned, "
        f"{KILLS} kills in {time.monotonic() - began:.0f} s: 0 lost, 0 doubled, in order;"
        f" {extra} messages shown twice"
    )


class Mortal:
    """The bot, whole, in one process."""

    def __init__(self, rig: Rig, oven) -> None:
        self.rig, self.oven, self.pid = rig, oven, 0

    def start(self) -> None:
        self.pid = self.oven.start(["bot", "run"], self.rig.env, self.rig.log).pid

    async def killed_now_and_then(self, talkers: Talkers) -> None:
        whole = len(talkers.chats) * talkers.words
        for number in range(KILLS):
            moment = whole * number // KILLS + secrets.randbelow(max(whole // KILLS // 2, 1))
            while talkers.said < moment:
                await asyncio.sleep(0.01)
            assert alive(self.pid), self.rig.log.read_text()[-2000:]
            os.kill(self.pid, signal.SIGKILL)
            await gone(self.pid)
            self.start()

    async def stop(self) -> None:
        if alive(self.pid):
            os.kill(self.pid, signal.SIGTERM)
            await gone(self.pid)


async def poisoned(talkers: Talkers) -> None:
    """Every kind once, each beside the words of another chat."""
    whole = len(talkers.chats) * talkers.words
    for number, make in enumerate(POISON.values()):
        while talkers.said < whole * number // len(POISON):
            await asyncio.sleep(0.05)
        user = talkers.chats[number % len(talkers.chats)].id
        await talkers.rig.sim("family/update", {"update": make(user)})
        talkers.poisoned += 1


async def all_is_sent(owner: "asyncpg.Pool", talkers: Talkers) -> None:
    """However long it takes, as long as it goes on."""
    waiting = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND bot = 'family'"
    least, since = 1 << 30, time.monotonic()
    while True:
        left = await owner.fetchval(waiting) + talkers.poisoned - await set_aside(owner)
        if not left:
            return
        if left < least:
            least, since = left, time.monotonic()
        assert time.monotonic() - since < 90, f"{left} wait, and nothing goes on"
        await asyncio.sleep(0.2)


async def set_aside(owner: "asyncpg.Pool") -> int:
    return await owner.fetchval("SELECT count(DISTINCT update_id) FROM quarantine")


async def everything_is_there_once(owner: "asyncpg.Pool", talkers: Talkers) -> int:
    """How many messages stand there twice; each word was answered once, in its order."""
    said = [word(number) for number in range(talkers.words)]
    extra = 0
    for one in talkers.chats:
        heard, more = await talkers.heard(one, owner)
        assert heard == said
        extra += more
    assert await set_aside(owner) == talkers.poisoned == len(POISON)
    seen = await owner.fetchval("SELECT count(*) FROM bot_update")
    assert seen == talkers.updates + talkers.poisoned
    unsent = await owner.fetchval("SELECT count(*) FROM outbox WHERE state <> 'sent'")
    assert unsent == 0
    return extra
