"""Files as families send them, sealed and stored as the collector does; hostile ones among them."""

import io
import struct
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from desk_rig import Desk
from PIL import Image
from sealed import AT, PLACE, Keys

from bot.store import Store
from cases import filetypes
from cases.document import Consented
from cases.intake import prepare, store
from flows.answers import Answer, State
from flows.collective import COLLECTIVE
from flows.draft import Draft
from vault.seal import Head, seal
from vault.stream import seal_stream

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Shelf:
    """The object store of a desk, and what lies in it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.store = Store.of(str(folder))
        object.__setattr__(desk.site, "files", self.store.pieces)

    async def puts(
        self, case: UUID, content: bytes, name: str | None = None, *, sent_as: str = "document",
        caption: str = "", sniffed: str | None = None, told: bytes | None = None,
    ) -> int:  # fmt: skip
        """A file of the case; its number. `told`: the bytes whose hash the manifest names."""
        owner = self.desk.owner
        row = await owner.fetchrow(
            "UPDATE cases SET objects = objects + 1, files = files + 1 WHERE id = $1"
            " RETURNING objects, recipient",
            case,
        )
        source, out = io.BytesIO(content), list[bytes]()
        through = seal_stream(row["recipient"], lambda: source.read(65_536), out.append)
        id_, object_ = uuid4(), uuid4()

        async def pieces():
            for piece in out:
                yield piece

        await self.store.put(object_, pieces())
        kind = sniffed or filetypes.sniffed(
            content[: filetypes.PEEKED], name, encoded_by_telegram=sent_as != "document"
        )
        manifest = {
            "schema": 1, "state": "held", "reason": None, "name": name, "caption": caption,
            "claimed": None, "sent_as": sent_as, "sent_at": AT, "file_unique_id": "u",
            "announced_size": len(content), "object": str(object_),
            "sha256": sha256(told or content).hexdigest(), "size": len(content),
            "sealed_sha256": through.sealed_sha256.hex(), "salt": "00", "sniffed": kind,
            "taken_at": AT,
        }  # fmt: skip
        head = Head(case, id_, row["objects"], "manifest", 1)
        sealed = seal(row["recipient"], head, manifest)
        await owner.execute(
            "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft,"
            " state, object, size, sha256, finished_at)"
            " VALUES ($1, 'family', $2, $3, $4, $5, false, 'held', $6, $7, $8, now())",
            *(id_, b"c" * 16, case, row["objects"], row["recipient"], object_, len(content)),
            through.sealed_sha256,
        )
        await owner.execute(
            "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
            " VALUES ($1, $2, $3, 'manifest', 1, $4, $5)",
            *(id_, case, row["objects"], sealed, sha256(sealed).digest()),
        )
        return row["objects"]

    def stored(self) -> list[Path]:
        return sorted(self.folder.rglob("*.age"))


async def group(
    desk: Desk, held: Keys, *, listed: str = "", children: tuple[str, ...] = (), **more: Any
) -> UUID:
    """A group's report, by telephone; `listed`: the pasted list."""
    told: dict[str, Any] = {
        "relation": "staff", "institution": "Інтернат <b>", "last_place": PLACE,
        "count": "eleven_to_fifty", "urgent": ["threat_to_life"],
        "moved_on": {"edtf": "2022-10-21", "from": "2022-10-21", "to": "2022-10-21",
                     "precision": "day"},
        "share": {"version": 1, "parties": ["prosecutor", "match"]}, **more,
    }  # fmt: skip
    answers = {key: Answer(State.GIVEN, value, at=AT) for key, value in told.items()}
    if listed:
        answers["names_list"] = Answer(State.GIVEN, listed, listed, at=AT)
    for number, name in enumerate(children):
        family, given = name.split()
        value = {"family": family, "given": given, "patronymic": None, "verbatim": name}
        answers[f"children/k{number}/name"] = Answer(State.GIVEN, value, name, at=AT)
    ids = tuple(f"k{number}" for number in range(len(children)))
    draft = Draft("collective", COLLECTIVE.version, "#check", answers, items={"children": ids})
    now = desk.clock()
    prepared = await prepare(
        COLLECTIVE, draft, held.listed.at(now), chat_ref=None, locale="uk",
        consent=Consented(1, AT, "uk", "Згода"), now=now, channel="walk_in",
    )  # fmt: skip
    await store(desk.owner, prepared, signer=desk.signer, now=now)
    return prepared.case


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 1000), **more: Any) -> bytes:
    """Blue above, yellow below."""
    made = Image.new("RGB", size, "#0057b7")
    made.paste("#ffd700", (0, size[1] // 2, *size))
    out = io.BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def a_bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to side × side pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        framed = kind + content
        return struct.pack(">I", len(content)) + framed + struct.pack(">I", zlib.crc32(framed))

    packer = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 2)
    packed = b"".join([*(packer.compress(row) for _ in range(side)), packer.flush()])
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", packed), chunk(b"IEND", b""))
    )


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BONDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def a_workbook(sheet: str, *, strings: str = "", before: str = "", more: bytes = b"") -> bytes:
    """An Excel file with one sheet of these rows, as XML; `before`: what stands above its root."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_BONDS}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><numFmts><numFmt numFmtId="170"'
        ' formatCode="dd\\.mm\\.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{_SHEET}"><sheetData>{sheet}'
        "</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        if more:
            archive.writestr("xl/more.xml", more)
    return out.getvalue()
