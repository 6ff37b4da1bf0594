"""Files of every kind through the whole bot: what comes out of the seal is what was sent.

By default a small run; `FILES=60` is the whole of it.
"""

import asyncio
import os
import secrets
from hashlib import sha256

import filing
import pytest
import scripts
from rig import Rig, Walker, folder, rigged

from bot.postgres import embedded, migrate
from bot.store import Store
from cases import database
from vault import keys

FILES = int(os.environ.get("FILES", "18"))
LARGEST = 20 << 20
A_PERSONS = 20

MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"
_PACKED = b"PK\x03\x04" + bytes(22)
_OPEN = b"\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument."
_OFFICE = b"\x13\0\0\0[Content_Types].xml"
FORWARDED = {"forward_from": "Сусідка"}
ALBUM = {"album": "1"}
#: how a message calls it, its name, its first bytes, what more is told of it
SORTS = (
    ("photo", "photo.jpg", b"\xff\xd8\xff\xe0", {}),
    ("photo", "photo.jpg", b"\xff\xd8\xff\xe0", {"caption": "Соня з братом"}),
    ("photo", "photo.jpg", b"\xff\xd8\xff\xe0", FORWARDED),
    ("photo", "photo.jpg", b"\xff\xd8\xff\xe0", ALBUM),
    ("photo", "photo.jpg", b"\xff\xd8\xff\xe0", ALBUM),
    ("video", "video.mp4", MP4, ALBUM),
    ("video", "video.mp4", MP4, {}),
    ("animation", "video.mp4", MP4, {}),
    ("video_note", "note.mp4", MP4, {}),
    ("voice", "voice.oga", b"OggS", {}),
    ("audio", "голос.mp3", b"ID3", {}),
    ("audio", "голос.mp3", b"ID3", FORWARDED),
    ("document", "свідоцтво.pdf", b"%PDF-1.7\n", {"caption": "свідоцтво"}),
    ("document", "заява.docx", _PACKED + _OFFICE, FORWARDED),
    ("document", "список.xlsx", _PACKED + _OFFICE, {}),
    ("document", "список.ods", _PACKED + _OPEN + b"spreadsheet", {}),
    ("document", "лист.odt", _PACKED + _OPEN + b"text", {}),
    ("document", "стара.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}),
    ("document", "IMG_0001.HEIC", b"\0\0\0\x18ftypheic", {}),
    ("document", "скан.PNG", b"\x89PNG\r\n\x1a\n", {}),
    ("document", "розповідь.txt", "Її забрали з табору.\n".encode(), {}),
)

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
async def rig(oven):
    with folder() as made_here, embedded(made_here / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(
            made_here, server, oven=oven, DODOMU_RATE="500", DODOMU_CHAT_RATE="50"
        ) as made:
            yield made


def made_up(number: int) -> bytes:
    """Every fifth is as large as can be, to the byte."""
    head = SORTS[number % len(SORTS)][2]
    small = len(head) + 1 + secrets.randbelow(1 << (4 + number % 19))
    size = LARGEST if number % 5 == 4 else small
    if SORTS[number % len(SORTS)][1].endswith(".txt"):
        return (head * (size // len(head) + 1))[:size]
    return head + os.urandom(size - len(head))


async def test_files_of_every_kind_come_out_of_the_seal_as_they_were_sent(rig):
    rig.start()
    sent: dict[int, list[tuple[int, bytes]]] = {}
    walker: Walker | None = None
    for number in range(FILES):
        if number % A_PERSONS == 0:
            walker = await at_the_check(rig, number)
            sent[walker.id] = []
        content = made_up(number)
        kind, name, _, more = SORTS[number % len(SORTS)]
        await walker.send(content, name, kind=kind, **more)
        sent[walker.id].append((number, content))
        if more.get("caption"):
            await walker.tap("Не зберігати", await walker.asked("Куди додати"))
            await walker.asked("Перевірте перед")
    assert walker is not None
    await walker.send(bytes(LARGEST + 1), "завелике.pdf", kind="document")
    await said(walker, "більший за 20 МБ")
    await walker.walk(scripts.SEND)
    async with await database.connect(rig.database.url) as pool:
        async with asyncio.timeout(300):
            while (
                await pool.fetchval("SELECT count(*) FROM attachment WHERE state = 'held'") < FILES
            ):
                await asyncio.sleep(0.2)
        rig.stop()
        assert await pool.fetchval("SELECT count(*) FROM attachment") == FILES
        assert await pool.fetchval("SELECT files FROM cases") == len(sent[walker.id])
        for person, files in sent.items():
            await they_are_the_same(rig, pool, person, files)
    print(
        f"{FILES} files, {sum(len(one) for files in sent.values() for _, one in files) >> 20} MiB"
    )


async def at_the_check(rig: Rig, number: int) -> Walker:
    """Somebody whose report is ready to be sent."""
    made = await rig.person(f"Людина {number}")
    await made.walk([*scripts.ARRIVE, *scripts.essentials(number)])
    await made.asked("Перевірте перед")
    return made


async def said(walker: Walker, text: str) -> None:
    async with asyncio.timeout(60):
        while not any(text in one["text"] for one in await walker.chat()):
            await asyncio.sleep(0.1)


async def they_are_the_same(rig: Rig, pool, person: int, files: list[tuple[int, bytes]]) -> None:
    ref = keys.load_vault(rig.keyset.vault).chat_ref(1_000_001, person)
    case = await pool.fetchval("SELECT case_id FROM attachment WHERE chat_ref = $1 LIMIT 1", ref)
    triage = keys.load_identity(rig.keyset.triage, "triage")
    store = Store.of(str(rig.folder / "var/objects"))
    found = await filing.opened(pool, store, case, triage)
    told = await filing.manifests(pool, case, triage)
    assert len(found) == len(files)
    for (number, content), sequence in zip(files, sorted(found), strict=True):
        kind, name, _, more = SORTS[number % len(SORTS)]
        assert sha256(found[sequence]).digest() == sha256(content).digest(), (kind, name)
        assert told[sequence]["sent_as"] == kind
        assert told[sequence]["caption"] == more.get("caption", "")
        assert told[sequence]["size"] == len(content)
        if kind in ("document", "audio", "animation"):
            assert told[sequence]["name"] == name
