"""The staff hears of broadcasts: who is to approve one, a test in one's own chat, how it goes."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from broadcast_office import NEWS, TEXTS, Desk, family
from post_office import VAULT

from bot.clerk import Clerk, line
from bot.watchman import Channels
from cases import broadcast_deeds, broadcasts, database, links, notices, reach
from cases.broadcast_notices import Standing
from cases.outbox import row_name
from handlers.bells import Bell
from vault import chain

SIGNER = partial(chain.sign, bytes(range(32)))
NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STAFF_BOT, GROUP = 1_000_002, -1_001_000_000_001
IRYNA, SAVCHUK = 501, 502
CHANNELS = Channels(Bell(STAFF_BOT, GROUP), STAFF_BOT, True, desk="https://desk.example.org")


class Office:
    """A clerk with the bot's rights, and what it has queued."""

    def __init__(self, pool: asyncpg.Pool, own: asyncpg.Pool) -> None:
        self.pool, self.now, self.read = pool, NOON, 0
        self.clerk = Clerk(own, VAULT, SIGNER, CHANNELS, self._moment)

    async def _moment(self) -> datetime:
        return self.now

    async def says(self, later: timedelta = timedelta()) -> list[tuple[Any, str, dict[str, Any]]]:
        """Whom it writes to, how and what."""
        self.now += later
        await self.clerk.round()
        rows = await self.pool.fetch("SELECT * FROM outbox WHERE id > $1 ORDER BY id", self.read)
        self.read = max([self.read, *(row["id"] for row in rows)])
        told: list[Any] = [VAULT.open(row["sealed"], row_name(row["chat_ref"])) for row in rows]
        return [
            (one["chat_id"] or one["params"]["to"], row["method"], one["params"])
            for one, row in zip(told, rows, strict=True)
        ]


@pytest.fixture
async def desk(pool: asyncpg.Pool) -> Desk:
    made = Desk(pool, SIGNER, NOON)
    await made.hire()
    for chat in range(1, 13):
        await family(pool, SIGNER, NOON, chat)
    for who, chat in ((made.iryna, IRYNA), (made.savchuk, SAVCHUK)):
        ref = VAULT.chat_ref(STAFF_BOT, chat)
        await links.enacted(pool, VAULT, who.id, chat_ref=ref, chat_id=chat)
    return made


@pytest.fixture
async def office(pool: asyncpg.Pool, database_url: str):
    async with await database.connect(database_url, role="dodomu_bot") as own:
        yield Office(pool, own)


async def test_who_may_approve_hears_that_one_waits_and_its_author_does_not(
    office: Office, desk: Desk
) -> None:
    id_ = await desk.submitted()
    said = await office.says()
    assert [to for to, _, _ in said] == [GROUP, SAVCHUK]
    text = said[1][2]["text"]
    assert "чекає" in text
    assert f"https://desk.example.org/broadcasts/{id_}" in text
    assert await office.says() == []


async def test_whoever_is_reached_by_mail_alone_hears_by_mail(office: Office, desk: Desk) -> None:
    await office.pool.execute("DELETE FROM staff_link WHERE person_id = $1", desk.savchuk.id)
    await notices.wish(office.pool, desk.savchuk.id, mail="s@example.org", digest=False)
    await desk.submitted()
    assert [to for to, _, _ in await office.says()] == [GROUP, "s@example.org"]


async def test_one_that_halts_rings_for_its_author_too(office: Office, desk: Desk) -> None:
    id_ = await desk.submitted()
    await office.says()
    async with database.transaction(office.pool) as connection:
        await broadcasts.told(connection, id_, "halted", "failures", signer=SIGNER, now=NOON)
    said = await office.says()
    assert [to for to, _, _ in said] == [GROUP, IRYNA, SAVCHUK]


async def test_a_test_comes_marked_in_each_language_and_counts_once_it_has_arrived(
    office: Office, desk: Desk
) -> None:
    id_ = await broadcasts.create(office.pool, NEWS, **desk.by(desk.iryna))
    was = (await desk.read(id_)).digest
    await broadcast_deeds.ask_test(office.pool, id_, was=was, **desk.by(desk.iryna))
    said = await office.says()
    assert [to for to, _, _ in said] == [IRYNA] * 4
    assert "ТЕСТ" in said[0][2]["text"]
    assert said[1][2]["text"] == f"{TEXTS['uk'].html}\n\n<i>{TEXTS['uk'].why}</i>"
    assert said[1][2]["exact"], "nor plain, where Telegram cannot parse it"
    assert not (await desk.read(id_)).tested
    await office.pool.execute("UPDATE outbox SET state = 'sent'")
    await office.says()
    assert (await desk.read(id_)).tested
    last = (await broadcasts.events(office.pool, id_))[-1]
    assert (last.did, last.number) == ("tested", desk.iryna.number)


@pytest.mark.parametrize("became", ["failed", "sent"])
async def test_a_test_that_failed_or_is_no_longer_what_stands_there_counts_for_nothing(
    office: Office, desk: Desk, became: str
) -> None:
    by = desk.by(desk.iryna)
    id_ = await broadcasts.create(office.pool, NEWS, **by)
    was = (await desk.read(id_)).digest
    await broadcast_deeds.ask_test(office.pool, id_, was=was, **by)
    await office.says()
    if became == "sent":
        changed = broadcasts.Content("Інша", {"uk": TEXTS["uk"]})
        await broadcasts.edit(office.pool, id_, changed, was=was, **by)
    await office.pool.execute("UPDATE outbox SET state = $1", became)
    await office.says()
    assert not (await desk.read(id_)).tested


async def test_how_it_goes_is_one_message_in_the_group_worded_anew(
    office: Office, desk: Desk
) -> None:
    id_ = await desk.approved()
    await office.says()
    await office.pool.execute(
        "UPDATE broadcast SET state = 'running', started_at = $1, sent = 4, rate = 2", NOON
    )
    [(to, method, params)] = await office.says()
    assert (to, method) == (GROUP, "sendMessage")
    assert "4 з 12" in params["text"]
    await office.pool.execute("UPDATE broadcast SET sent = 5")
    assert await office.says(timedelta(seconds=5)) == [], "not more often than every ten seconds"
    await office.pool.execute(
        "UPDATE broadcast SET state = 'finished', sent = 11, blocked = 1, finished_at = $1", NOON
    )
    [(_, method, params)] = await office.says()
    assert (method, params["message_tag"]) == ("editMessageText", f"broadcast {id_}")
    assert params["text"].endswith("завершено · 12 з 12 · заблокували бота 1")
    assert await office.says(timedelta(minutes=1)) == []


def test_the_line_says_how_long_it_will_take() -> None:
    one = Standing(uuid4(), 12, "running", 1633, 555, 11, 1, 20.0, None)
    assert line(one).replace("\N{NO-BREAK SPACE}", " ") == (
        "Розсилка 12 · надсилається · 555 з 1 633 · заблокували бота 11 · невідомо 1 · ≈ 1 хв"
    )


async def test_families_from_before_are_filled_in_with_the_bots_rights(
    office: Office, desk: Desk
) -> None:
    last = await reach.fill(office.clerk.pool, VAULT, "family")
    assert last is not None
    assert await reach.fill(office.clerk.pool, VAULT, "family", last) is None
