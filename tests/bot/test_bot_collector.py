"""Files through a real Telegram API, a real PostgreSQL and a real object store, folder and S3."""

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import filing
import pytest
from filing import PNG, Family, collector, manifests, opened, uploaded

from bot.conveyor import Conveyor
from bot.store import Store
from cases.audit import verify
from locales import LOCALES, say
from vault.stream import PIECE

SIZES = (0, 9, 100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 1 << 20, (6 << 20) + 7)


@pytest.fixture(scope="module")
def s3():
    with filing.s3_server() as url:
        yield url


@pytest.fixture(params=["folder", "s3"])
async def where(request, tmp_path, monkeypatch):
    if request.param == "folder":
        return str(tmp_path / "objects")
    return await filing.bucket(request.getfixturevalue("s3"), monkeypatch)


@asynccontextmanager
async def working(made):
    """The collector, at work for as long as this lasts."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(made.run(stop))
        try:
            yield made
        finally:
            stop.set()


async def settled(pool, count):
    """Until so many files have come to an end."""
    async with asyncio.timeout(60):
        while (
            await pool.fetchval("SELECT count(*) FROM attachment WHERE finished_at IS NOT NULL")
            < count
        ):
            await asyncio.sleep(0.05)


async def test_files_of_all_sizes_come_out_of_the_seal_byte_for_byte(running, pool, where):
    family = Family(pool)
    draft = await family.begin()
    sent = [PNG[:size] + os.urandom(max(0, size - len(PNG))) for size in SIZES]
    for number, content in enumerate(sent):
        await family.send(
            await family.home(draft), uploaded(running, content, f"{number}.png", caption="Соня")
        )
    case = (await family.home(draft)).case
    async with working(collector(running.url, pool, where)):
        await settled(pool, len(sent))
    assert await opened(pool, Store.of(where), case) == dict(enumerate(sent, 1))
    told = (await manifests(pool, case))[3]
    assert (told["name"], told["caption"], told["sent_as"]) == ("2.png", "Соня", "document")
    assert (told["sniffed"], told["size"]) == ("image/png", 100)
    assert await pool.fetchval("SELECT count(*) FROM attachment WHERE locator IS NOT NULL") == 0
    assert (await verify(pool, [filing.SIGNED_BY]))[0] == len(sent)


async def test_what_is_no_picture_and_no_paper_is_refused_by_its_first_bytes(running, pool, where):
    family = Family(pool)
    draft = await family.begin()
    for content, name in (
        (b"MZ" + bytes(5000), "photo.jpg"),
        (b"PK\x03\x04" + bytes(60), "photos.docx"),
        (b"\x7fELF", "паспорт"),
        (os.urandom(9000), "scan.dat"),
    ):
        await family.send(await family.home(draft), uploaded(running, content, name))
    case = (await family.home(draft)).case
    async with working(collector(running.url, pool, where)):
        await settled(pool, 4)
    told = await manifests(pool, case)
    assert [one["reason"] for one in told.values()] == ["refused_type"] * 4
    assert told[1]["name"] == "photo.jpg"
    assert await opened(pool, Store.of(where), case) == {}


async def test_a_file_that_telegram_finds_too_big_or_has_lost_is_told_of(running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    big = uploaded(running, PNG, pretend=21 << 20)
    await family.send(await family.home(draft), big)
    lost = filing.offered("SBXlost", message_id=42)
    await family.send(await family.home(draft), lost)
    await pool.execute("UPDATE attachment SET created_at = now() - interval '2 hours'")
    made = collector(running.url, pool, str(tmp_path / "objects"))
    async with working(made):
        await settled(pool, 1)
        for _ in range(4):
            await asyncio.sleep(0.2)
            await pool.execute("UPDATE attachment SET not_before = now() WHERE state = 'queued'")
            made.poke()
        await settled(pool, 2)
    rows = await pool.fetch("SELECT reason, attempts FROM attachment ORDER BY sequence")
    assert [tuple(row) for row in rows] == [("too_big", 1), ("gone", 5)]
    big, lost = await filing.told(pool)
    assert "більший за 20 МБ" in big["text"]
    assert "Telegram його вже немає" in lost["text"]
    assert lost["reply_parameters"]["message_id"] == 42


async def test_a_file_larger_than_it_was_said_to_be_is_broken_off(running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    more = uploaded(running, PNG + bytes(21 << 20), pretend=1024)
    await family.send(await family.home(draft), more)
    made = collector(running.url, pool, str(tmp_path / "objects"))
    async with working(made):
        await settled(pool, 1)
    assert await pool.fetchval("SELECT reason FROM attachment") == "too_big"
    assert await filing.names(made.store) == set()


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_refused_file_is_told_of_in_the_familys_language(locale, running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    await family.send(await family.home(draft), uploaded(running, b"MZ", "фото.jpg"))
    turn = await family.turn()
    turn.conversation.locale = locale
    await family.save(turn)
    async with working(collector(running.url, pool, str(tmp_path / "objects"))):
        await settled(pool, 1)
    [said] = await filing.told(pool)
    assert said["text"] == say(locale, "files.lost.refused_type")


async def test_nobody_is_told_who_must_not_be_written_to_until_they_write(running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    await family.send(await family.home(draft), uploaded(running, b"MZ", "фото.jpg"))
    turn = await family.turn()
    turn.conversation.quiet = True
    await family.save(turn)
    async with working(collector(running.url, pool, str(tmp_path / "objects"))):
        await settled(pool, 1)
    assert await filing.told(pool) == []
    assert (await family.turn()).conversation.state["unfetched"] == [["refused_type", None]]


@pytest.mark.parametrize("away", ["telegram", "store"])
async def test_who_is_away_for_days_is_given_up_and_told_of(away, running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    await family.send(await family.home(draft), uploaded(running, PNG))
    where = tmp_path / "objects"
    made = collector(running.url, pool, str(where))
    if away == "store":
        where.rmdir()
        where.touch()
    else:
        made.download.api.base = "http://127.0.0.1:1"
    async with working(made):
        async with asyncio.timeout(60):
            while not await pool.fetchval("SELECT true FROM attachment WHERE attempts > 0"):
                await asyncio.sleep(0.05)
        assert await filing.told(pool) == []
        await pool.execute(
            "UPDATE attachment SET not_before = now(), created_at = now() - interval '73 hours'"
        )
        made.poke()
        await settled(pool, 1)
    [said] = await filing.told(pool)
    assert "три дні" in said["text"]
    assert await pool.fetchval("SELECT reason FROM attachment") == away


async def test_a_telegram_in_trouble_is_asked_again(running, pool, tmp_path):
    family = Family(pool)
    draft = await family.begin()
    content = PNG + os.urandom(200_000)
    await family.send(await family.home(draft), uploaded(running, content))
    for kind in ("500", "502html", "reset", "429"):
        running.world.faults.order({"method": "getFile", "kind": kind, "retry_after": 1})
    made = collector(running.url, pool, str(tmp_path / "objects"))
    async with working(made):
        async with asyncio.timeout(30):
            while not await pool.fetchval("SELECT count(*) FROM attachment WHERE state = 'held'"):
                await pool.execute(
                    "UPDATE attachment SET not_before = now() WHERE state = 'queued'"
                )
                made.poke()
                await asyncio.sleep(0.05)
    assert await pool.fetchval("SELECT attempts FROM attachment") == 5
    case = (await family.home(draft)).case
    assert await opened(pool, made.store, case) == {1: content}


async def test_a_file_taken_back_is_deleted_from_the_store(running, pool, where):
    from cases.attachments import Withdrawn

    family = Family(pool)
    draft = await family.begin()
    kept = await family.send(await family.home(draft), uploaded(running, PNG + b"kept"))
    gone = await family.send(await family.home(draft), uploaded(running, PNG + b"gone"))
    made = collector(running.url, pool, where)
    async with working(made):
        await settled(pool, 2)
    turn = await family.turn()
    Withdrawn(gone, await family.home(draft)).join(turn)
    await family.save(turn)
    assert await made.tidy() == 1
    case = (await family.home(draft)).case
    assert await opened(pool, made.store, case) == {1: PNG + b"kept"}
    assert await filing.names(made.store) == {
        await pool.fetchval("SELECT object FROM attachment WHERE id = $1", kept)
    }


async def test_files_of_a_draft_that_is_gone_are_deleted_with_it(running, pool, where):
    family = Family(pool)
    draft = await family.begin()
    await family.send(await family.home(draft), uploaded(running, PNG))
    made = collector(running.url, pool, where)
    async with working(made):
        await settled(pool, 1)
    turn = await family.turn()
    turn.drafts.clear()
    await family.save(turn)
    assert await made.tidy() == 1
    assert await filing.names(made.store) == set()
    row = await pool.fetchrow("SELECT state, locator, manifest, object FROM attachment")
    assert tuple(row) == ("removed", None, None, None)


async def test_the_sweep_finds_what_a_dead_attempt_left_and_nothing_else(running, pool, where):
    family = Family(pool)
    draft = await family.begin()
    await family.send(await family.home(draft), uploaded(running, PNG))
    made = collector(running.url, pool, where)
    async with working(made):
        await settled(pool, 1)
    orphan = uuid4()

    async def pieces():
        yield b"left over"

    await made.store.put(orphan, pieces())
    held = await pool.fetchval("SELECT object FROM attachment")
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await made.sweep(later - timedelta(days=1)) == 0
    assert await filing.names(made.store) == {orphan, held}
    assert await made.sweep(later) == 1
    assert await filing.names(made.store) == {held}


async def test_what_goes_wrong_with_the_source_leaves_no_object(where):
    class Interrupted(Exception):
        pass

    store = Store.of(where)

    async def pieces():
        for _ in range(120):
            yield bytes(PIECE)
        raise Interrupted

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as threads:
        recipient = str(filing.TRIAGE.to_public())
        with pytest.raises(Interrupted):
            async with Conveyor(threads, recipient, pieces()) as belt:
                await store.put(uuid4(), belt.pieces())
    assert await filing.names(store) == set()


async def test_a_store_is_proved_by_an_object_that_is_gone_afterwards(where):
    store = Store.of(where)
    free = await store.proved()
    assert (free is None) == where.startswith("s3://")
    assert await filing.names(store) == set()
