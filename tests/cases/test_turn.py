"""One update is saved whole and once, whatever else happens at the same time."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from cases.audit import AuditEvent, Signer
from cases.outbox import claim, row_name
from cases.turn import (
    DRAFT_KEPT,
    DRAFT_KEPT_QUIET,
    DraftRow,
    Duplicate,
    Outgoing,
    Overtaken,
    Seen,
    Turn,
    load,
    save,
    seen_only,
)
from vault.local import NotOurs, Vault

FAMILY, STAFF = 7001, 7002
OLENA = 555_000_111
NAME = "Соломія Канаркова"


class Bot:
    """Loads and saves turns of one chat, as the door does."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime) -> None:
        self.pool, self.vault, self.signer, self.now = pool, vault, signer, now

    async def see(self, update: int, chat: int = OLENA, body: bytes = b"{}") -> Turn | Seen:
        return await load(
            self.pool, self.vault, bot="family", bot_id=FAMILY, update_id=update,
            digest=self.vault.digest(body), chat_id=chat, default_locale="uk", now=self.now,
        )  # fmt: skip

    async def turn(self, update: int, chat: int = OLENA) -> Turn:
        turn = await self.see(update, chat)
        assert isinstance(turn, Turn)
        return turn

    async def keep(self, turn: Turn) -> None:
        await save(self.pool, self.vault, turn, signer=self.signer, now=self.now)

    def draft(self, **content: str) -> DraftRow:
        return DraftRow(uuid4(), "report", dict(content), None, self.now, self.now)


@pytest.fixture
def bot(pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime) -> Bot:
    return Bot(pool, vault, signer, now)


async def test_a_stranger_has_an_empty_conversation_without_a_row(bot: Bot) -> None:
    turn = await bot.turn(1)
    talk = turn.conversation
    assert (talk.version, talk.revision, talk.locale, talk.state) == (0, 0, "uk", {})
    assert turn.drafts == {}
    assert await bot.pool.fetchval("SELECT count(*) FROM conversation") == 0


async def test_what_was_saved_is_loaded_again(bot: Bot) -> None:
    turn = await bot.turn(1)
    talk = turn.conversation
    talk.locale, talk.quiet, talk.blocked, talk.revision = "en", True, True, 4
    talk.state = {"screen": "home", "words": NAME}
    turn.drafts["report"] = draft = bot.draft(name=NAME)
    draft.pass_on = True
    await bot.keep(turn)

    again = await bot.turn(2)
    assert again.conversation.version == 1
    again.conversation.version = 0
    assert again.conversation == talk
    assert again.drafts["report"].content == {"name": NAME}
    assert again.drafts["report"].pass_on is True
    assert again.drafts["report"].id == draft.id
    assert again.known == {draft.id}


async def test_a_saved_update_is_a_duplicate_and_another_text_under_its_id_is_not(
    bot: Bot,
) -> None:
    await bot.keep(await bot.turn(1))
    assert await bot.see(1) is Seen.DUPLICATE
    assert await bot.see(1, body=b"{ }") is Seen.OTHER_BODY
    await seen_only(bot.pool, FAMILY, 2, bot.vault.digest(b"{}"))
    assert await bot.see(2) is Seen.DUPLICATE


async def test_the_same_update_in_fifty_hands_has_one_effect(bot: Bot) -> None:
    turns = [await bot.turn(1) for _ in range(50)]
    for turn in turns:
        turn.outgoing.append(Outgoing("sendMessage", {"text": "one"}))
    ends = await asyncio.gather(*(bot.keep(turn) for turn in turns), return_exceptions=True)
    assert ends.count(None) == 1
    assert {type(end) for end in ends if end} <= {Duplicate, Overtaken}
    assert await bot.pool.fetchval("SELECT count(*) FROM outbox") == 1
    assert await bot.pool.fetchval("SELECT version FROM conversation") == 1


async def test_two_updates_of_one_chat_at_once_are_both_saved_when_the_second_is_done_again(
    bot: Bot,
) -> None:
    first, second = await bot.turn(1), await bot.turn(2)
    await bot.keep(first)
    with pytest.raises(Overtaken):
        await bot.keep(second)
    await bot.keep(await bot.turn(2))
    third, fourth = await bot.turn(3), await bot.turn(4)
    await bot.keep(fourth)
    with pytest.raises(Overtaken):
        await bot.keep(third)
    await bot.keep(await bot.turn(3))
    assert await bot.pool.fetchval("SELECT count(*) FROM bot_update") == 4


@pytest.mark.parametrize("with_job", [False, True])
async def test_an_overtaken_turn_leaves_nothing_behind(bot: Bot, with_job: bool) -> None:
    late = await bot.turn(1)
    await bot.keep(await bot.turn(2))
    late.drafts["report"] = bot.draft(name=NAME)
    late.outgoing.append(Outgoing("sendMessage", {"text": "late"}))
    if with_job:
        late.audit.append(AuditEvent("bot", "draft.opened"))
    with pytest.raises(Overtaken):
        await bot.keep(late)
    for table, rows in {"draft": 0, "outbox": 0, "bot_update": 1, "audit": 0}.items():
        assert await bot.pool.fetchval(f"SELECT count(*) FROM {table}") == rows
    assert isinstance(await bot.see(1), Turn)


async def test_a_failing_job_takes_everything_back(bot: Bot) -> None:
    async def fail(connection: asyncpg.Connection) -> None:
        assert await connection.fetchval("SELECT count(*) FROM conversation") == 1
        raise LookupError

    turn = await bot.turn(1)
    turn.jobs.append(fail)
    with pytest.raises(LookupError):
        await bot.keep(turn)
    assert isinstance(await bot.see(1), Turn)
    assert await bot.pool.fetchval("SELECT count(*) FROM conversation") == 0


async def test_messages_are_queued_in_order_and_open_for_their_chat_alone(bot: Bot) -> None:
    turn = await bot.turn(1)
    for number in range(20):
        turn.outgoing.append(Outgoing("sendMessage", {"text": str(number)}, tag=f"q{number}"))
    await bot.keep(turn)
    rows = await bot.pool.fetch("SELECT * FROM outbox ORDER BY id")
    assert [row["tag"] for row in rows] == [f"q{number}" for number in range(20)]
    [claimed] = await claim(bot.pool, "family", "w", 8)
    opened = bot.vault.open(claimed.sealed, row_name(claimed.chat_ref))
    assert opened == {"chat_id": OLENA, "params": {"text": "0"}}
    with pytest.raises(NotOurs):
        bot.vault.open(claimed.sealed, row_name(b"another chat"))


async def test_a_bell_goes_through_the_other_bot_and_rings_once(bot: Bot) -> None:
    for update in (1, 2):
        turn = await bot.turn(update)
        bell = Outgoing("sendMessage", {"text": "bell"}, lane=1, dedupe_key="bell-1")
        bell.bot, bell.bot_id, bell.chat = "staff", STAFF, -100
        turn.outgoing.append(bell)
        await bot.keep(turn)
    [row] = await bot.pool.fetch("SELECT * FROM outbox")
    assert (row["bot"], row["lane"]) == ("staff", 1)
    assert row["chat_ref"] == bot.vault.chat_ref(STAFF, -100)


async def test_a_message_through_another_bot_must_say_to_whom(bot: Bot) -> None:
    turn = await bot.turn(1)
    turn.outgoing.append(Outgoing("sendMessage", {}, bot="staff"))
    with pytest.raises(ValueError, match="bot_id and chat"):
        await bot.keep(turn)


async def test_each_bot_with_something_to_send_is_woken_once(bot: Bot, database_url: str) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(database_url)
    await listener.add_listener("outbox", lambda *said: heard.append(said[-1]))
    turn = await bot.turn(1)
    turn.outgoing += [Outgoing("sendMessage", {"text": "a"}) for _ in range(3)]
    turn.outgoing.append(Outgoing("sendMessage", {}, bot="staff", bot_id=STAFF, chat=-100))
    await bot.keep(turn)
    await listener.fetchval("SELECT 1")
    assert sorted(heard) == ["family", "staff"]
    await listener.close()


async def test_a_draft_taken_out_is_deleted(bot: Bot) -> None:
    turn = await bot.turn(1)
    turn.drafts["report"] = bot.draft(name=NAME)
    await bot.keep(turn)
    turn = await bot.turn(2)
    del turn.drafts["report"]
    turn.drafts["report"] = bot.draft(name="another child")
    await bot.keep(turn)
    turn = await bot.turn(3)
    assert turn.drafts["report"].content == {"name": "another child"}
    turn.drafts.clear()
    await bot.keep(turn)
    assert await bot.pool.fetchval("SELECT count(*) FROM draft") == 0


@pytest.mark.parametrize(("quiet", "kept"), [(False, DRAFT_KEPT), (True, DRAFT_KEPT_QUIET)])
async def test_every_save_moves_the_draft_s_term_on(
    bot: Bot, quiet: bool, kept: timedelta
) -> None:
    turn = await bot.turn(1)
    turn.conversation.quiet = quiet
    turn.drafts["report"] = bot.draft(name=NAME)
    await bot.keep(turn)
    bot.now += timedelta(hours=20)
    turn = await bot.turn(2)
    await bot.keep(turn)
    assert await bot.pool.fetchval("SELECT expires_at FROM draft") == bot.now + kept


@pytest.mark.parametrize(("pass_on", "there"), [(None, False), (False, False), (True, True)])
async def test_a_draft_past_its_term_is_gone_unless_it_may_be_passed_on(
    bot: Bot, pass_on: bool | None, there: bool
) -> None:
    turn = await bot.turn(1)
    turn.drafts["report"] = draft = bot.draft(name=NAME)
    draft.pass_on = pass_on
    await bot.keep(turn)
    bot.now += DRAFT_KEPT
    turn = await bot.turn(2)
    assert ("report" in turn.drafts) is there
    await bot.keep(turn)
    assert await bot.pool.fetchval("SELECT count(*) FROM draft") == there


async def test_a_row_put_in_another_s_place_does_not_open(bot: Bot) -> None:
    for update, chat in ((1, OLENA), (2, OLENA + 1)):
        turn = await bot.turn(update, chat)
        turn.drafts["report"] = bot.draft(name=NAME)
        await bot.keep(turn)
    await bot.pool.execute(
        "UPDATE conversation a SET sealed = b.sealed FROM conversation b"
        " WHERE a.chat_ref <> b.chat_ref"
    )
    with pytest.raises(NotOurs):
        await bot.turn(3)


async def test_nothing_said_is_readable_in_the_tables_or_in_a_repr(bot: Bot) -> None:
    turn = await bot.turn(1)
    turn.conversation.state = {"words": NAME}
    turn.drafts["report"] = bot.draft(name=NAME)
    turn.outgoing.append(Outgoing("sendMessage", {"text": NAME}))
    await bot.keep(turn)
    assert NAME not in repr(turn)
    assert str(OLENA) not in repr(turn)
    for table in ("conversation", "draft", "outbox"):
        stored = await bot.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert NAME not in stored
        assert NAME.encode().hex() not in stored
        assert str(OLENA) not in stored
