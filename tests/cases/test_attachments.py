"""Files on their way: limits, the case they open, leases, and what Send and its absence do."""

import asyncio
from hashlib import sha256
from uuid import UUID

import asyncpg
import filing
import pytest
from cases_reports import AT, whole
from filing import NOW, RECIPIENTS, SIGNER, VAULT, Family, offered

from cases import attachments, collecting, database, discarding
from cases.afterwards import Erased
from cases.attachments import StoredCase, Withdrawn
from cases.collecting import Claimed
from cases.document import Consented
from cases.filetypes import RefusedType, sniffed
from cases.intake import prepare
from cases.offered import MOST_BYTES, MOST_FILES, MOST_SIZE, Taken, refusal
from cases.turn import Outgoing, Overtaken
from cases.unasked import unasked
from flows.report import REPORT
from vault.stream import Streamed


@pytest.fixture
async def pool(database_url):
    """With the rights of the bot alone."""
    async with await database.connect(database_url, role="dodomu_bot") as made:
        yield made


@pytest.fixture
async def owner(database_url):
    async with await database.connect(database_url) as made:
        yield made


@pytest.fixture
def family(pool) -> Family:
    return Family(pool)


THROUGH = Streamed(10, sha256(b"p").digest(), 230, sha256(b"s").digest())


async def claimed(pool, worker: str = "w", limit: int = 20, lease: float = 60) -> list[Claimed]:
    rows = await collecting.claim(pool, VAULT, "family", worker=worker, limit=limit, lease=lease)
    return sorted(rows, key=lambda row: row.sequence)


async def hold(pool, job: Claimed, worker: str = "w") -> bool:
    return await collecting.held(pool, worker, job, THROUGH, "image/png", signer=SIGNER, now=NOW)


async def fail(pool, job: Claimed, telling=None) -> bool:
    return await collecting.failed(
        pool, VAULT, "w", job, "gone", telling=telling, signer=SIGNER, now=NOW
    )


async def telling(pool, job: Claimed, text: str):
    """A turn that says so to the family, caused by no update."""
    turn = await unasked(pool, VAULT, bot="family", bot_id=filing.BOT_ID, chat_ref=job.chat_ref)
    turn.outgoing.append(Outgoing("sendMessage", {"text": text}))
    return turn


async def sent(family: Family, draft: UUID) -> UUID:
    """The draft is sent as a report; its case."""
    turn = await family.turn()
    opened = await attachments.opened_for(family.pool, draft)
    prepared = await prepare(
        REPORT, whole(), RECIPIENTS, chat_ref=turn.conversation.chat_ref, locale="uk",
        consent=Consented(1, AT, "uk", ""), now=NOW, opened=opened,
    )  # fmt: skip
    prepared.join(turn)
    await family.save(turn)
    return prepared.case


@pytest.mark.parametrize(
    ("told", "have", "reason"),
    [
        ({}, Taken(), None),
        ({"size": MOST_SIZE}, Taken(), None),
        ({"size": None}, Taken(), None),
        ({"size": MOST_SIZE + 1}, Taken(), "too_big"),
        ({"name": "фото.ZIP"}, Taken(), "refused_type"),
        ({"name": "passport.pdf.exe"}, Taken(), "refused_type"),
        ({"mime": "application/x-rar-compressed"}, Taken(), "refused_type"),
        ({"name": "свідоцтво.pdf"}, Taken(MOST_FILES - 1), None),
        ({}, Taken(MOST_FILES), "too_many"),
        ({"size": 2}, Taken(3, (300 << 20) - 1), "too_much"),
    ],
)
def test_what_can_be_told_from_the_message_alone_is_told_at_once(told, have, reason):
    assert refusal(offered("x", **told), have) == reason


@pytest.mark.parametrize(
    ("head", "name", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"\0\0\0\x18ftypheic", "IMG.HEIC", "image/heic"),
        (b"\n%PDF-1.4", "", "application/pdf"),
        ("Його звати Іван".encode(), "розповідь.txt", "text/plain"),
        ("ім’я;рік".encode("cp1251", "replace"), "діти.csv", "text/csv"),
        ("\ufeffтак".encode("utf-16"), "a.txt", "text/plain"),
    ],
)
def test_a_files_first_bytes_say_what_it_is(head, name, mime):
    assert sniffed(head, name, encoded_by_telegram=False) == mime


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"MZ\x90", "a.jpg"),
        (b"  <HTML>", "a.txt"),
        (b"#!/bin/sh", "a.txt"),
        (b"PK\x03\x04" + bytes(40), "a.docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "setup.msi"),
        (b"\x01\x02\x03\x04", "a.jpg"),
        (b"text\0text", "a.txt"),
    ],
)
def test_archives_programs_and_riddles_are_refused(head, name):
    with pytest.raises(RefusedType):
        sniffed(head, name, encoded_by_telegram=False)


def test_a_video_nobody_can_tell_is_taken_all_the_same():
    assert sniffed(b"\x01\x02\x03\x04", None, encoded_by_telegram=True) is None


async def test_the_first_file_opens_the_case_its_report_will_be(family, pool, owner):
    draft = await family.begin()
    assert await attachments.opened_for(pool, draft) is None
    for _ in range(3):
        await family.send(await family.home(draft), offered("f"))
    opened = await attachments.opened_for(pool, draft)
    assert opened.objects == 3
    first, second, third = await claimed(pool)
    assert {first.case, second.case, third.case} == {opened.case}
    assert first.offered.file_id == "f"
    assert await hold(pool, first)
    assert await fail(pool, second)
    case = await sent(family, draft)
    assert case == opened.case
    assert await hold(pool, third)
    told = await filing.manifests(owner, case)
    assert [one["state"] for one in told.values()] == ["held", "failed", "held"]
    assert told[1]["sha256"] == THROUGH.sha256.hex()
    row = await pool.fetchrow("SELECT files, objects FROM cases")
    assert tuple(row) == (2, 5)
    kinds = await owner.fetch("SELECT sequence, kind FROM sealed_object ORDER BY sequence")
    assert [row["kind"] for row in kinds] == ["manifest"] * 3 + ["report", "card"]
    assert await pool.fetchval("SELECT count(*) FROM opened_case") == 0
    assert await pool.fetchval("SELECT count(*) FROM attachment WHERE manifest IS NOT NULL") == 0


async def test_a_commitment_in_the_audit_proves_the_file_and_does_not_betray_it(
    family, pool, owner
):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    await hold(pool, job)
    [told] = (await filing.manifests(owner, job.case)).values()
    detail = await owner.fetchval("SELECT detail->>'commitment' FROM audit")
    salt = bytes.fromhex(told["salt"])
    assert detail == sha256(salt + THROUGH.sha256).hexdigest()
    row = await owner.fetchrow("SELECT detail::text AS said, sha256 FROM audit, attachment")
    assert THROUGH.sha256.hex() not in row["said"]
    assert row["sha256"] == THROUGH.sealed_sha256


async def test_a_file_for_a_case_that_was_sent_joins_it_at_once(family, pool, owner):
    draft = await family.begin()
    case = await sent(family, draft)
    recipient = await pool.fetchval("SELECT recipient FROM cases")
    await family.send(StoredCase(case, recipient), offered("f"))
    [job] = await claimed(pool)
    assert job.sequence == 3
    assert await hold(pool, job)
    assert set(await filing.manifests(owner, case)) == {3}
    assert await pool.fetchval("SELECT files FROM cases") == 1
    assert [one.state for one in await attachments.listing(pool, case)] == ["held"]


async def test_what_is_added_to_a_sent_report_has_room_of_its_own(family, pool, owner):
    draft = await family.begin()
    for _ in range(3):
        await family.send(await family.home(draft), offered("f", size=7))
    assert await attachments.taken(pool, await family.home(draft)) == Taken(3, 21)
    await owner.execute("UPDATE attachment SET created_at = now() - interval '2 days'")
    case = await sent(family, draft)
    await owner.execute("UPDATE cases SET received_at = now() - interval '1 day'")
    home = StoredCase(case, await pool.fetchval("SELECT recipient FROM cases"))
    assert await attachments.taken(pool, home) == Taken()
    await family.send(home, offered("f", size=7))
    assert await attachments.taken(pool, home) == Taken(1, 7)
    await owner.execute("UPDATE attachment SET created_at = created_at - interval '25 hours'")
    assert await attachments.taken(pool, home) == Taken()


@pytest.mark.parametrize("room", ["files", "bytes"])
async def test_two_chats_that_know_one_case_cannot_overfill_it_together(room, family, pool, owner):
    case = await sent(family, await family.begin())
    await owner.execute("UPDATE cases SET received_at = now() - interval '1 hour'")
    home = StoredCase(case, await pool.fetchval("SELECT recipient FROM cases"))
    each = 1 if room == "files" else MOST_BYTES // 15
    count = MOST_FILES if room == "files" else 15
    others = [Family(pool, chat) for chat in (6, 7)]
    for number in range(count - 1):
        await others[number % 2].send(home, offered("f", size=each))
    outcomes = await asyncio.gather(
        *(other.send(home, offered("f", size=each)) for other in others), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Overtaken", "UUID"]
    have = await attachments.taken(pool, home)
    assert (have.files, have.size) == (count, count * each)
    assert refusal(offered("f", size=each), have) is not None


async def test_nothing_can_be_added_to_a_case_that_was_erased(family, pool, owner):
    case = await sent(family, await family.begin())
    await owner.execute("UPDATE cases SET erased_at = now()")
    with pytest.raises(Erased):
        await family.send(StoredCase(case, str(filing.TRIAGE.to_public())), offered("f"))


async def test_files_of_an_erased_case_are_thrown_away(family, pool, owner):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    await hold(pool, job)
    await sent(family, draft)
    await owner.execute("UPDATE cases SET erased_at = now()")
    assert await discarding.abandon(pool) == 1
    assert await discarding.thrown_away(pool) == (job.object,)
    await discarding.forget(pool, [job.object])
    assert await discarding.thrown_away(pool) == ()


async def test_a_file_is_one_workers_until_its_lease_is_over(family, pool):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [first] = await claimed(pool, "one", lease=60)
    assert await claimed(pool, "two") == []
    await pool.execute("UPDATE attachment SET lease_until = now() - interval '1 s'")
    [second] = await claimed(pool, "two")
    assert second.object != first.object
    assert second.attempts == 2
    assert not await hold(pool, first, "one")
    await collecting.again(pool, "one", first, 0)
    assert await hold(pool, second, "two")
    assert not await hold(pool, second, "two")
    assert await discarding.unknown(pool, [first.object, second.object]) == {first.object}


async def test_a_worker_that_lives_keeps_what_it_has(family, pool):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool, "one")
    await pool.execute("UPDATE attachment SET lease_until = now() - interval '1 s'")
    await collecting.renew(pool, "one", 60)
    assert await claimed(pool, "two") == []
    await collecting.again(pool, "one", job, 60)
    assert await claimed(pool, "two") == []
    await pool.execute("UPDATE attachment SET not_before = now()")
    assert len(await claimed(pool, "two")) == 1


async def test_a_file_taken_back_while_it_is_fetched_is_not_kept(family, pool, owner):
    draft = await family.begin()
    ident = await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    turn = await family.turn()
    Withdrawn(ident, await family.home(draft)).join(turn)
    await family.save(turn)
    assert not await hold(pool, job)
    assert await attachments.taken(pool, await family.home(draft)) == Taken()
    case = await sent(family, draft)
    assert await filing.manifests(owner, case) == {}
    assert await pool.fetchval("SELECT locator IS NULL FROM attachment")


async def test_a_draft_with_files_cannot_be_sent_without_them(family, pool):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    turn = await family.turn()
    prepared = await prepare(
        REPORT, whole(), RECIPIENTS, chat_ref=turn.conversation.chat_ref, locale="uk",
        consent=Consented(1, AT, "uk", ""), now=NOW,
    )  # fmt: skip
    prepared.join(turn)
    with pytest.raises(attachments.FilesForgotten):
        await family.save(turn)
    assert await pool.fetchval("SELECT count(*) FROM draft") == 1
    assert await pool.fetchval("SELECT count(*) FROM cases") == 0


async def test_what_was_sent_cannot_be_taken_back(family, pool):
    draft = await family.begin()
    ident = await family.send(await family.home(draft), offered("f"))
    home = await family.home(draft)
    await sent(family, draft)
    turn = await family.turn()
    Withdrawn(ident, home).join(turn)
    await family.save(turn)
    assert await pool.fetchval("SELECT state FROM attachment") == "queued"


async def test_a_draft_that_is_deleted_takes_its_files_along(family, pool):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    turn = await family.turn()
    turn.drafts.clear()
    await family.save(turn)
    assert await discarding.abandon(pool) == 1
    assert not await hold(pool, job)
    assert await pool.fetchval("SELECT count(*) FROM opened_case") == 0
    assert await discarding.thrown_away(pool) == (job.object,)


async def test_a_family_is_told_of_a_file_that_cannot_be_had(family, pool, owner):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    assert await fail(pool, job, await telling(pool, job, "не вийшло"))
    row = await owner.fetchrow("SELECT chat_ref, method, sealed FROM outbox")
    from cases.outbox import row_name

    assert VAULT.open(row["sealed"], row_name(row["chat_ref"])) == {
        "chat_id": 5, "params": {"text": "не вийшло"},
    }  # fmt: skip
    assert not await fail(pool, job, await telling(pool, job, "не вийшло"))
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1
    assert await pool.fetchval("SELECT count(*) FROM draft") == 1


async def test_a_family_that_writes_just_then_is_told_once_all_the_same(family, pool, owner):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    [job] = await claimed(pool)
    prepared = await telling(pool, job, "не вийшло")
    await family.save(await family.turn())
    with pytest.raises(Overtaken):
        await fail(pool, job, prepared)
    assert await pool.fetchval("SELECT state FROM attachment") == "taking"
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert await fail(pool, job, await telling(pool, job, "не вийшло"))
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1


async def test_two_cases_for_one_draft_are_never_opened(family, pool):
    draft = await family.begin()
    one = attachments.open_case(draft, RECIPIENTS, NOW)
    other = attachments.open_case(draft, RECIPIENTS, NOW)
    await family.send(one, offered("f"))
    with pytest.raises(Overtaken):
        await family.send(other, offered("f"))
    assert await pool.fetchval("SELECT count(*) FROM attachment") == 1


async def test_the_readable_row_of_a_file_says_nothing_about_it(family, pool):
    draft = await family.begin()
    told = offered("SECRETFILE", name="Соломія.jpg", caption="це Соломія", unique_id="UNIQUE")
    await family.send(await family.home(draft), told)
    whole_row = str(dict(await pool.fetchrow("SELECT * FROM attachment"))).encode()
    for word in ("SECRETFILE", "Соломія", "UNIQUE"):
        assert word.encode() not in whole_row
    [job] = await claimed(pool)
    assert "SECRETFILE" not in repr(job)
    assert "Соломія" not in repr(job.offered)


async def test_the_desk_reads_of_files_only_what_it_needs(family, database_url):
    draft = await family.begin()
    await family.send(await family.home(draft), offered("f"))
    async with await database.connect(database_url, role="dodomu_desk") as desk:
        assert len(await desk.fetch("SELECT id, object, state FROM attachment")) == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.fetch("SELECT locator FROM attachment")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.fetch("SELECT * FROM opened_case")
