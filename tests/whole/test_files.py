"""Files of every kind and size, a collector that is killed again and again, and its memory.

By default a small run; `FILES=60 FILE_KILLS=200` is the whole of it.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import filing
import pytest
from filing import PNG, Family, opened, uploaded
from rig import environment

import sandbox
from bot.store import Store
from cases.audit import verify
from vault import keys, recipients, throwaway

FILES = int(os.environ.get("FILES", "24"))
KILLS = int(os.environ.get("FILE_KILLS", "20"))
LARGEST = 20 << 20
MOST_MEMORY = 150_000_000

ROOT = Path(__file__).parents[2]
MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"
#: how a message calls it, its name, its first bytes
SORTS = (
    ("photo", None, b"\xff\xd8\xff\xe0"),
    ("document", "свідоцтво.pdf", b"%PDF-1.7\n"),
    ("document", "заява.docx", b"PK\x03\x04" + bytes(22) + b"\x13\0\0\0[Content_Types].xml"),
    ("document", "список.ods", b"PK\x03\x04" + bytes(22) + b"\x08\0\0\0mimetype"
     b"application/vnd.oasis.opendocument.spreadsheet"),
    ("document", "стара.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("video", None, MP4),
    ("voice", None, b"OggS"),
    ("document", "IMG_0001.HEIC", b"\0\0\0\x18ftypheic"),
)  # fmt: skip

pytestmark = pytest.mark.timeout(3000)


@pytest.fixture
async def running():
    started = await sandbox.start()
    yield started
    await started.stop()


def made_up(number: int, largest: int = LARGEST) -> tuple[str, str | None, bytes]:
    """The kind, the name and the content of the n-th file; every fifth is as large as can be."""
    kind, name, head = SORTS[number % len(SORTS)]
    size = largest if number % 5 == 4 else secrets.randbelow(1 << (10 + number % 13))
    return kind, name, head + os.urandom(max(0, size - len(head)))


@contextmanager
def process(url: str, api: str, where: str, lease: float):
    """A collector that runs until this ends; the list holds the process of the moment."""

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "tests/whole/collector_process.py")]
        return subprocess.Popen(
            [*command, url, api, where, str(lease)], cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/whole'}"},
        )  # fmt: skip

    now = [start()]

    def again() -> None:
        now[0].kill()
        now[0].wait()
        now[0] = start()

    try:
        yield now, again
    finally:
        now[0].terminate()
        now[0].wait(60)


async def finished(pool) -> int:
    return await pool.fetchval("SELECT count(*) FROM attachment WHERE finished_at IS NOT NULL")


async def something_is_being_taken(pool, dead: set[str]) -> None:
    """By a living one; or there is nothing left to take."""
    async with asyncio.timeout(60):
        while True:
            rows = await pool.fetch(
                "SELECT worker FROM attachment WHERE state IN ('queued', 'taking')"
            )
            alive = {row["worker"] for row in rows} - dead - {None}
            if alive or not rows:
                dead |= alive
                return
            await asyncio.sleep(0.003)


@pytest.mark.kill
async def test_killing_the_collector_loses_no_file_and_doubles_none(
    running, pool, database_url, tmp_path
):
    where = str(tmp_path / "objects")
    families = [Family(pool, chat) for chat in range(5, 9)]
    drafts = [await family.begin() for family in families]
    sent: dict[int, dict[int, bytes]] = {family.chat: {} for family in families}
    sorts = [made_up(number) for number in range(FILES)]
    dead: set[str] = set()
    with process(database_url, running.url, where, 1.0) as (_, again):
        for number in range(max(FILES, KILLS)):
            family, draft = families[number % 4], drafts[number % 4]
            kind, name, content = sorts[number % FILES]
            told = uploaded(running, content, name or "x", kind=kind)
            await family.send(await family.home(draft), told)
            sent[family.chat][len(sent[family.chat]) + 1] = content
            if number < KILLS:
                await something_is_being_taken(pool, dead)
                await asyncio.sleep(secrets.randbelow(400) / 1000)
                await asyncio.to_thread(again)
        async with asyncio.timeout(240):
            while await finished(pool) < max(FILES, KILLS):
                await asyncio.sleep(0.1)
    store = Store.of(where)
    for family, draft in zip(families, drafts, strict=True):
        case = (await family.home(draft)).case
        assert await opened(pool, store, case) == sent[family.chat]
    tidied = filing.collector(running.url, pool, where)
    await tidied.tidy()
    left = await tidied.sweep(datetime.now(UTC) + timedelta(minutes=1))
    assert len([one for one in Path(where).rglob("*") if one.is_file()]) == max(FILES, KILLS)
    assert await pool.fetchval("SELECT count(*) FROM attachment WHERE locator IS NOT NULL") == 0
    await verify(pool, [filing.SIGNED_BY])
    most = await pool.fetchval("SELECT max(attempts) FROM attachment")
    print(f"{max(FILES, KILLS)} files, {KILLS} kills, {left} left over, {most} attempts at most")


@pytest.fixture(params=["folder", "s3"])
async def where(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield str(tmp_path / "objects")
        return
    with filing.s3_server() as s3:
        yield await filing.bucket(s3, monkeypatch)


@contextmanager
def sending(env: dict[str, str]):
    """`dodomu run delivery`, the part that fetches and seals, until this ends."""
    command = [sys.executable, "-m", "bot", "run", "delivery"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | env, stdout=subprocess.DEVNULL
    )  # fmt: skip
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


async def test_twenty_of_the_largest_at_once_fit_into_150_megabytes(
    running, pool, database_url, where, tmp_path
):
    keyset = throwaway.make_all(tmp_path / "keys", filing.NOW)
    listed = recipients.load(keyset.recipients, keyset.root_public, 0, filing.NOW)
    family = Family(pool, vault=keys.load_vault(keyset.vault), recipients=listed)
    draft = await family.begin()
    content = PNG + os.urandom(LARGEST - len(PNG))
    for _ in range(15):
        await family.send(await family.home(draft), uploaded(running, content))
    for _ in range(5):
        await family.send(
            await family.home(draft), uploaded(running, MP4 + content[: -len(MP4)], kind="video")
        )
    env = environment(running.url, database_url, tmp_path / "var", keyset)
    with sending(env | {"DODOMU_OBJECTS": where}) as sender:
        async with asyncio.timeout(240):
            while await finished(pool) < 20:
                await asyncio.sleep(0.1)
        status = Path(f"/proc/{sender.pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) << 10
    print(f"peak {peak / 1e6:.0f} MB")
    assert peak < MOST_MEMORY
    assert await pool.fetchval("SELECT count(*) FROM attachment WHERE state = 'held'") == 20


def test_who_sends_and_seals_does_not_load_what_only_others_need():
    needless = ("aiogram", "sqlalchemy", "alembic", "litestar", "jinja2")
    asked = f"import sys, bot.app; print([one for one in {needless} if one in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


async def test_what_a_file_says_lies_nowhere_in_clear(
    running, pool, database_url, postgres, tmp_path
):
    word, title = f"Канарка-{uuid4().hex}", f"Свідоцтво-{uuid4().hex}"
    where = str(tmp_path / "objects")
    began = time.time() - 2
    family = Family(pool)
    draft = await family.begin()
    content = (word + "\n").encode() * 200_000
    told = uploaded(running, content, f"{title}.txt", caption=word)
    await family.send(await family.home(draft), told)
    with process(database_url, running.url, where, 60.0):
        async with asyncio.timeout(60):
            while await finished(pool) < 1:
                await asyncio.sleep(0.1)
    case = (await family.home(draft)).case
    assert await opened(pool, Store.of(where), case) == {1: content}
    await pool.execute("CHECKPOINT")
    places = (Path(where), postgres.data, Path(tempfile.gettempdir()))
    spelt = [one.encode() for one in (word, title, told.file_id)]
    found = [
        path
        for place in places
        # os.walk passes over folders that go meanwhile: another test's database
        for at, _, names in os.walk(place)
        for path in (Path(at, name) for name in names)
        if any(one in _written(path, began) for one in spelt)
    ]
    assert found == []


def _written(path: Path, since: float) -> bytes:
    """What the file holds, if anybody wrote to it since then."""
    try:
        recent = path.is_file() and path.stat().st_mtime >= since
        return path.read_bytes() if recent else b""
    except OSError:
        return b""  # another test's, gone meanwhile
