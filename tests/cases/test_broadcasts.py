"""A broadcast is written, tested and approved by another, for whom it may reach and nobody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from broadcast_office import NEWS, TEXTS, URGENT, Desk, family, person, sent_case
from post_office import VAULT

from cases import audience, broadcast_counts, broadcast_deeds, broadcast_running, broadcasts, reach
from cases import database as databases
from cases.audience import Audience, Forbidden, TooFew, count
from cases.audit import Signer
from cases.broadcast_content import Button, Text, rendered
from cases.broadcast_deeds import NeedsHead, NoReason, NotLinked, NotTested, SentToday
from cases.broadcasts import Changed
from cases.person import NotNow, SameHand

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
async def desk(pool: asyncpg.Pool, signer: Signer) -> Desk:
    made = Desk(pool, signer, NOON)
    await made.hire()
    return made


@pytest.fixture
async def twelve(pool: asyncpg.Pool, signer: Signer) -> list[bytes]:
    return [await family(pool, signer, NOON, chat) for chat in range(1, 13)]


async def _excluded(pool: asyncpg.Pool, meant: Audience, grounds: str = "") -> dict[str, int]:
    """To the family, which counts told in tens would not show."""
    audience._lawful(meant, grounds)
    rows = await pool.fetch(audience._COUNTED, *audience._chosen(meant))
    found: dict[str, int] = {}
    for row in rows:
        found[row["reason"] or "reached"] = (
            found.get(row["reason"] or "reached", 0) + row["families"]
        )
    return found


async def test_whoever_wants_nothing_is_left_out_with_the_reason(
    pool: asyncpg.Pool, signer: Signer, twelve: list[bytes]
) -> None:
    await family(pool, signer, NOON, 20, silence="news")
    await family(pool, signer, NOON, 21, safe="no", quiet=True)
    await family(pool, signer, NOON, 22, area="occupied")
    blocked = await family(pool, signer, NOON, 23)
    await pool.execute("UPDATE conversation SET blocked_at = now() WHERE chat_ref = $1", blocked)
    await sent_case(pool, await family(pool, signer, NOON, 24), erase=True)
    early = await family(pool, signer, NOON, 25)
    await sent_case(pool, early)
    await pool.execute("DELETE FROM reach WHERE chat_ref = $1", early)
    assert await _excluded(pool, Audience()) == {
        "reached": 12, "silenced": 1, "quiet": 1, "occupied": 1, "blocked": 1, "erased": 1,
        "settings_unknown": 1,
    }  # fmt: skip
    told = await count(pool, Audience())
    assert (told.reached, told.per_locale, told.excluded) == (10, {"uk": 10}, dict.fromkeys(
        ("blocked", "erased", "silenced", "occupied", "quiet", "settings_unknown"), 0
    ))  # fmt: skip


async def test_a_chat_that_has_agreed_to_nothing_is_nobodys_family(
    pool: asyncpg.Pool, twelve: list[bytes]
) -> None:
    await pool.execute(
        "INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale)"
        " VALUES ('x', 'family', '', 1, 1, 'uk'), ('y', 'staff', '', 1, 1, 'uk')"
    )
    assert await _excluded(pool, Audience()) == {"reached": 12}


async def test_an_audience_is_chosen_by_language_area_oblast_and_stage(
    pool: asyncpg.Pool, signer: Signer
) -> None:
    home = await family(pool, signer, NOON, 1)
    abroad = await family(pool, signer, NOON, 2, locale="en", area="abroad")
    await sent_case(pool, home, oblast="UA-65", status="in_work")
    await sent_case(pool, abroad, oblast="UA-63", status="closed")
    await family(pool, signer, NOON, 3, area="declined")
    for meant, reached in (
        (Audience(), 3), (Audience(locales=("en",)), 1), (Audience(areas=("abroad",)), 1),
        (Audience(areas=("unknown",)), 1), (Audience(oblasts=("UA-65",)), 1),
        (Audience(oblasts=("UA-65",), stages=("closed",)), 0), (Audience(stages=("unsent",)), 1),
        (Audience(stages=("working", "closed")), 2),
    ):  # fmt: skip
        assert (await _excluded(pool, meant)).get("reached", 0) == reached, meant


async def test_the_occupied_area_hears_of_safety_only_and_only_with_grounds(
    pool: asyncpg.Pool, signer: Signer
) -> None:
    meant = Audience(areas=("occupied",), safety=True)
    for chat in range(1, 4):
        await family(pool, signer, NOON, chat, area="occupied")
    await family(pool, signer, NOON, 4, area="occupied", safe="no")
    child = await family(pool, signer, NOON, 5, area="occupied")
    await sent_case(pool, child, kind="child")
    for refused in (replace(meant, safety=False), meant):
        with pytest.raises(Forbidden):
            await count(pool, refused)
    assert await _excluded(pool, meant, "Обстріл") == {"reached": 3, "quiet": 2}


async def test_nine_families_are_too_few_and_not_counted(
    pool: asyncpg.Pool, signer: Signer, desk: Desk
) -> None:
    refs = [await family(pool, signer, NOON, chat) for chat in range(1, 11)]
    id_ = await desk.submitted()
    await pool.execute("DELETE FROM reach WHERE chat_ref = $1", refs[0])
    told = await count(pool, Audience())
    assert (told.too_small, told.reached, told.per_locale) == (True, 0, {})
    with pytest.raises(TooFew):
        await desk.submitted()
    digest = (await desk.read(id_)).digest
    with pytest.raises(TooFew):
        await broadcast_deeds.approve(pool, id_, digest, **desk.by(desk.savchuk))
    assert (await desk.read(id_)).state == "submitted"
    assert not await pool.fetchval("SELECT count(*) FROM broadcast_recipient")


async def test_four_eyes_and_the_exact_bytes(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    id_ = await desk.submitted()
    digest = (await desk.read(id_)).digest
    with pytest.raises(SameHand):
        await broadcast_deeds.approve(pool, id_, digest, **desk.by(desk.iryna))
    with pytest.raises(Changed):
        await broadcast_deeds.approve(pool, id_, b"other", **desk.by(desk.savchuk))
    total = await broadcast_deeds.approve(pool, id_, digest, **desk.by(desk.savchuk))
    done = await desk.read(id_)
    assert (total, done.total, done.state, done.starts_at) == (
        12, 12, "scheduled", NOON + timedelta(seconds=60),
    )  # fmt: skip
    told = await pool.fetchval("SELECT detail FROM audit WHERE action = 'broadcast.approved'")
    assert digest.hex() in told


async def test_whoever_edited_last_does_not_approve_either(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    by = desk.by(desk.savchuk)
    id_ = await desk.submitted()
    was = (await desk.read(id_)).digest
    fresh = await broadcasts.edit(pool, id_, replace(NEWS, name="Інша"), was=was, **by)
    assert fresh == was, "a name is for colleagues"
    await broadcast_deeds.submit(pool, id_, was=fresh, **desk.by(desk.iryna))
    with pytest.raises(SameHand):
        await broadcast_deeds.approve(pool, id_, fresh, **by)
    assert await broadcast_deeds.approve(pool, id_, fresh, training=True, **by) == 12


async def test_any_edit_drops_the_test_the_approval_and_whom_it_was_for(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    id_ = await desk.approved()
    before = await desk.read(id_)
    texts = {**TEXTS, "en": Text("Other", "Because")}
    by = desk.by(desk.iryna)
    with pytest.raises(Changed):
        await broadcasts.edit(pool, id_, replace(NEWS, texts=texts), was=b"old", **by)
    await broadcasts.edit(pool, id_, replace(NEWS, texts=texts), was=before.digest, **by)
    after = await desk.read(id_)
    assert (after.state, after.tested, after.approved_by, after.total, after.starts_at) == (
        "draft", False, None, 0, None,
    )  # fmt: skip
    assert after.digest != before.digest
    assert after.content.texts["en"].html == "Other"
    assert not await pool.fetchval("SELECT count(*) FROM broadcast_recipient")
    with pytest.raises(NotTested):
        await broadcast_deeds.submit(pool, id_, was=after.digest, **by)


async def test_another_time_is_an_edit_too_and_the_cooling_minute_can_be_cancelled(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    by, later = desk.by(desk.iryna), NOON + timedelta(hours=3)
    id_ = await desk.approved()
    await broadcast_deeds.schedule(pool, id_, later, **by)
    digest = (await desk.read(id_)).digest
    await broadcast_deeds.submit(pool, id_, was=digest, **by)
    await broadcast_deeds.approve(pool, id_, digest, **desk.by(desk.savchuk))
    [coming] = await broadcast_counts.coming(pool)
    assert (coming.id, coming.starts_at, coming.total) == (id_, later, 12)
    await broadcast_deeds.cancel(pool, id_, **by)
    assert (await desk.read(id_)).state == "draft"
    assert [one.did for one in await broadcasts.events(pool, id_)] == [
        "created", "tested", "submitted", "approved", "scheduled", "submitted", "approved",
        "cancelled",
    ]  # fmt: skip


async def test_it_is_given_back_or_refused_with_a_reason_only(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    by = desk.by(desk.savchuk)
    id_ = await desk.submitted()
    for deed in (broadcast_deeds.give_back, broadcast_deeds.refuse):
        with pytest.raises(NoReason):
            await deed(pool, id_, "  ", **by)
    await broadcast_deeds.give_back(pool, id_, "Незрозуміло", **by)
    assert (await desk.read(id_)).state == "draft"
    await broadcast_deeds.submit(
        pool, id_, was=(await desk.read(id_)).digest, **desk.by(desk.iryna)
    )
    await broadcast_deeds.refuse(pool, id_, "Не на часі", **by)
    assert (await desk.read(id_)).state == "refused"
    assert [one.reason for one in await broadcasts.events(pool, id_) if one.reason] == [
        "Незрозуміло", "Не на часі",
    ]  # fmt: skip
    told = await pool.fetch("SELECT detail FROM audit")
    assert "часі" not in str(told)
    with pytest.raises(NotNow):
        await broadcasts.edit(pool, id_, NEWS, was=(await desk.read(id_)).digest, **by)


async def test_whom_it_reaches_is_frozen_at_approval_in_a_language_it_has(
    pool: asyncpg.Pool, signer: Signer, desk: Desk, twelve: list[bytes]
) -> None:
    german = await family(pool, signer, NOON, 30, locale="de")
    english = await family(pool, signer, NOON, 31, locale="en")
    id_ = await desk.approved()
    await family(pool, signer, NOON, 32)
    rows = await pool.fetch("SELECT chat_ref, locale FROM broadcast_recipient")
    spoken = {row["chat_ref"]: row["locale"] for row in rows}
    assert spoken == {**dict.fromkeys([*twelve, german], "uk"), english: "en"}
    shown = await broadcast_counts.progress(pool, id_)
    assert shown is not None
    assert (shown.total, shown.by_state["queued"], shown.done) == (14, 14, 0)


async def test_the_same_words_today_need_a_tick_and_tomorrow_none(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    first = await desk.approved()
    id_ = await desk.submitted(replace(NEWS, name="Ще раз"))
    digest, by = (await desk.read(id_)).digest, desk.by(desk.savchuk)
    with pytest.raises(SentToday) as today:
        await broadcast_deeds.approve(pool, id_, digest, **by)
    assert today.value.number == (await desk.read(first)).number
    assert await broadcast_deeds.sent_today(pool, id_, NOON + timedelta(days=1)) is None
    assert await broadcast_deeds.approve(pool, id_, digest, again=True, **by) == 12


async def test_more_than_five_hundred_families_are_a_heads_to_approve(
    pool: asyncpg.Pool, signer: Signer, desk: Desk
) -> None:
    await pool.execute(
        "INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale)"
        " SELECT int4send(n), 'family', '', 1, 1, 'uk' FROM generate_series(1, 501) n"
    )
    await pool.execute(
        "INSERT INTO reach (chat_ref, area, hushed)"
        " SELECT int4send(n), 'abroad', false FROM generate_series(1, 501) n"
    )
    assert (await count(pool, Audience())).large
    id_ = await desk.submitted()
    digest = (await desk.read(id_)).digest
    approver = await person(pool, "approver", "Коваль")
    with pytest.raises(NeedsHead):
        await broadcast_deeds.approve(pool, id_, digest, **desk.by(approver))
    assert await broadcast_deeds.approve(pool, id_, digest, **desk.by(desk.savchuk)) == 501


async def test_a_test_goes_to_a_linked_chat_only(
    pool: asyncpg.Pool, desk: Desk, twelve: list[bytes]
) -> None:
    by = desk.by(desk.iryna)
    id_ = await broadcasts.create(pool, NEWS, **by)
    was = (await desk.read(id_)).digest
    with pytest.raises(NotLinked):
        await broadcast_deeds.ask_test(pool, id_, was=was, **by)
    await pool.execute(
        "INSERT INTO staff_link (person_id, chat_ref, sealed) VALUES ($1, 'r', '')", desk.iryna.id
    )
    await broadcast_deeds.ask_test(pool, id_, was=was, **by)
    assert not (await desk.read(id_)).tested


async def test_what_is_urgent_is_about_safety(pool: asyncpg.Pool, desk: Desk) -> None:
    with pytest.raises(Forbidden):
        await broadcasts.create(pool, replace(URGENT, audience=Audience()), **desk.by(desk.iryna))


async def test_the_message_is_the_text_its_reason_and_its_links() -> None:
    told = rendered(Text("<b>A</b>", "why & how", (Button("Go", "https://example.org/"),)))
    assert told["text"] == "<b>A</b>\n\n<i>why &amp; how</i>"
    assert told["reply_markup"] == {
        "inline_keyboard": [[{"text": "Go", "url": "https://example.org/"}]]
    }


async def test_families_from_before_are_written_down_as_their_conversations_say(
    pool: asyncpg.Pool, signer: Signer
) -> None:
    spoken = await family(pool, signer, NOON, 1, area="abroad", silence="news")
    lost = VAULT.chat_ref(1, 2)
    await pool.execute(
        "INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale)"
        " VALUES ($1, 'family', 'unreadable', 1, 1, 'uk')",
        lost,
    )
    for ref in (spoken, lost):
        await sent_case(pool, ref)
    await pool.execute("DELETE FROM reach")
    first = await reach.fill(pool, VAULT, "family", limit=1)
    assert first == min(spoken, lost)
    assert await reach.fill(pool, VAULT, "family", first, limit=1) == max(spoken, lost)
    assert await reach.fill(pool, VAULT, "family", max(spoken, lost)) is None
    rows = await pool.fetch("SELECT chat_ref, area, silence FROM reach")
    assert {tuple(row) for row in rows} == {
        (spoken, "abroad", "news"), (lost, "unknown", "everything"),
    }  # fmt: skip


async def test_templates_are_kept_and_dropped(pool: asyncpg.Pool, desk: Desk) -> None:
    id_ = await broadcast_counts.keep_template(pool, "Адреса", TEXTS, by=desk.iryna, now=NOON)
    [kept] = await broadcast_counts.templates(pool)
    assert (kept.id, kept.texts) == (id_, TEXTS)
    await broadcast_counts.drop_template(pool, id_)
    assert await broadcast_counts.templates(pool) == ()


async def test_the_desk_does_all_of_it_with_its_own_rights(
    pool: asyncpg.Pool, database_url: str, desk: Desk, twelve: list[bytes]
) -> None:
    async with await databases.connect(database_url, role="dodomu_desk") as own:
        by, head = desk.by(desk.iryna), desk.by(desk.savchuk)
        assert (await count(own, Audience())).reached == 10
        id_ = await broadcasts.create(own, NEWS, **by)
        was = await broadcasts.edit(own, id_, URGENT, was=_digest(NEWS), **by)
        await broadcast_deeds.mark_tested(own, id_, was, **by)
        await broadcast_deeds.submit(own, id_, was=was, **by)
        await broadcast_deeds.approve(own, id_, was, **head)
        await pool.execute("UPDATE broadcast SET state = 'running'")
        await broadcast_running.pause(own, id_, **by)
        await broadcast_running.resume(own, id_, **by)
        assert await broadcast_running.recall(own, id_, **by) == 0
        await broadcast_counts.progress(own, id_)
        await broadcast_counts.results(own, id_)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.execute("UPDATE broadcast_recipient SET state = 'sent'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.fetch("SELECT sealed FROM conversation")


def _digest(content) -> bytes:
    return broadcasts.digest(content)


async def test_there_is_no_broadcast_under_an_unknown_id(pool: asyncpg.Pool) -> None:
    assert await broadcasts.read(pool, uuid4()) is None
    assert await broadcast_counts.progress(pool, UUID(int=1)) is None
