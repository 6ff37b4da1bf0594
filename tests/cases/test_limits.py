"""What one chat did last is counted with its conversation, and survives whatever it clears."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from cases.audit import Signer
from cases.limits import MANY_NEW, RATE, Pace, Standing
from cases.turn import _LOAD, Outgoing, Turn, load, save
from vault.local import Vault

OLENA = 555_000_111
SECOND = timedelta(seconds=1)


def many(pace: Pace, now: datetime, times: int, album: str = "") -> tuple[Pace, list[Standing]]:
    standings = []
    for _ in range(times):
        pace, standing = pace.counted(RATE, now, album)
        standings.append(standing)
    return pace, standings


def test_twenty_in_ten_seconds_are_heard_and_the_next_begins_a_pause(now: datetime) -> None:
    _, standings = many(Pace(), now, 23)
    free, tipped, paused = Standing.FREE, Standing.TIPPED, Standing.PAUSED
    assert standings == [free] * 20 + [tipped] + [paused] * 2


def test_nothing_said_in_the_pause_makes_it_longer(now: datetime) -> None:
    pace, _ = many(Pace(), now, 21)
    for second in range(1, 30):
        pace, standings = many(pace, now + second * SECOND, 5)
        assert set(standings) == {Standing.PAUSED}
    _, standings = many(pace, now + RATE.pause, 20)
    assert set(standings) == {Standing.FREE}


def test_two_a_second_go_on_for_ever(now: datetime) -> None:
    pace = Pace()
    for half in range(1000):
        pace, standing = pace.counted(RATE, now + half * SECOND / 2)
        assert standing is Standing.FREE


def test_the_pictures_of_one_album_count_once(now: datetime) -> None:
    pace = Pace()
    for album in "abc":
        pace, standings = many(pace, now, 10, album)
        assert set(standings) == {Standing.FREE}
    assert pace.count == 3


def test_pictures_of_ever_new_albums_count(now: datetime) -> None:
    pace = Pace()
    for album in range(20):
        pace, standing = pace.counted(RATE, now, str(album))
        assert standing is Standing.FREE
    assert pace.counted(RATE, now, "20")[1] is Standing.TIPPED


def test_a_clock_that_was_set_back_keeps_nobody_waiting(now: datetime) -> None:
    pace, _ = many(Pace(), now, 21)
    assert pace.counted(RATE, now - timedelta(hours=1))[1] is Standing.FREE


def test_in_the_pause_urgent_things_are_answered_once_a_second(now: datetime) -> None:
    pace, _ = many(Pace(), now, 21)
    pace, first = pace.pressed(RATE, now)
    pace, again = pace.pressed(RATE, now + SECOND / 2)
    _, later = pace.pressed(RATE, now + SECOND)
    assert (first, again, later) == (True, False, True)


@pytest.mark.parametrize("stored", [None, [], {}, "x", [1, 2, 3], ["1", 2, 3, 4, ""]])
def test_a_chat_of_which_nothing_is_known_did_nothing_yet(stored: object) -> None:
    assert Pace.of(stored) == Pace()  # type: ignore[arg-type]


async def loaded(database: object, vault: Vault, now: datetime, update: int = 1) -> Turn:
    turn = await load(
        database, vault, bot="family", bot_id=7, update_id=update, digest=b"d",  # type: ignore[arg-type]
        chat_id=OLENA, default_locale="uk", now=now,
    )  # fmt: skip
    assert isinstance(turn, Turn)
    return turn


async def test_the_pace_is_stored_and_outlives_a_cleared_state(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime
) -> None:
    turn = await loaded(pool, vault, now)
    assert turn.conversation.pace == Pace()
    turn.conversation.pace, _ = many(Pace(), now, 21, "album")
    turn.conversation.state.clear()
    await save(pool, vault, turn, signer=signer, now=now)
    assert (await loaded(pool, vault, now, 2)).conversation.pace == turn.conversation.pace


async def test_a_conversation_stored_before_there_were_limits_is_read(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, now: datetime
) -> None:
    await save(pool, vault, await loaded(pool, vault, now), signer=signer, now=now)
    ref = vault.chat_ref(7, OLENA)
    old = vault.seal({"chat_id": OLENA, "state": {"a": 1}}, b"conversation|" + ref)
    await pool.execute("UPDATE conversation SET sealed = $1", old)
    talk = (await loaded(pool, vault, now, 2)).conversation
    assert (talk.state, talk.pace) == ({"a": 1}, Pace())


_CASE = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, locale,
                   channel, children, answers, recipient, received_at, due_at)
SELECT gen_random_uuid(), gen_random_uuid()::text, $1, 'report', 'received', 'low', '{}', 1, 'uk',
       'telegram', 1, 1, 'age1', $2, $2
"""


async def test_only_this_chat_s_reports_of_the_last_day_are_counted(
    pool: asyncpg.Pool, vault: Vault, now: datetime
) -> None:
    mine, others = vault.chat_ref(7, OLENA), vault.chat_ref(7, OLENA + 1)
    for ref, ago in ((mine, 0), (mine, 23), (mine, 24), (mine, 30), (others, 1)):
        await pool.execute(_CASE, ref, now - timedelta(hours=ago))
    assert (await loaded(pool, vault, now)).reports == 2


_CHATS = """
INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale, created_at)
SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'family', '', 0, 1, 'uk', now() - $2::interval
  FROM generate_series(1, $1) n
"""


@pytest.mark.parametrize(
    ("chats", "ago", "crowded"),
    [(MANY_NEW, 0, False), (MANY_NEW + 1, 0, True), (MANY_NEW + 1, 60, False)],
)
async def test_it_is_crowded_when_more_than_three_hundred_chats_are_new_in_a_minute(
    pool: asyncpg.Pool, vault: Vault, *, chats: int, ago: int, crowded: bool
) -> None:
    await pool.execute(_CHATS, chats, ago * SECOND)
    assert (await loaded(pool, vault, datetime.now(UTC))).crowded is crowded


async def test_looking_for_a_crowd_reads_an_index_and_not_the_conversations(
    pool: asyncpg.Pool, vault: Vault, now: datetime
) -> None:
    await pool.execute(_CHATS, 20_000, timedelta(days=3))
    await pool.execute("ANALYZE conversation")
    rows = await pool.fetch(f"EXPLAIN {_LOAD}", 7, 1, vault.chat_ref(7, OLENA), now)
    plan = "\n".join(row[0] for row in rows)
    assert "ix_conversation_created_at" in plan
    assert "Seq Scan on conversation" not in plan


async def test_an_update_still_takes_two_statements(
    database_url: str, vault: Vault, signer: Signer, now: datetime
) -> None:
    async def one(update: int) -> None:
        turn = await loaded(connection, vault, now, update)
        turn.conversation.pace, _ = turn.conversation.pace.counted(RATE, now)
        turn.outgoing.append(Outgoing("sendMessage", {"text": "?"}))
        await save(connection, vault, turn, signer=signer, now=now)

    connection = await asyncpg.connect(database_url)
    asked: list[str] = []
    try:
        await one(1)  # the driver learns the types, once for each connection
        with connection.query_logger(lambda record: asked.append(record.query)):
            await one(2)
    finally:
        await connection.close()
    assert len(asked) == 2
