"""Every row of the catalogue of bad files: taken or refused, by the message or by the first bytes.

"OK" and "OK_FLAG" are both taken: which type a file turned out to be stands in its manifest. A row
with "ours" is decided otherwise here, and "why" says for what reason. A row with a "proof" is about
more than one file's beginning: the test it names shows it, and tests/house finds that test.
"""

import json
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.filetypes import RefusedType, sniffed
from cases.offered import MOST_SIZE, Offered, Taken, refusal

FOLDER = Path(__file__).parents[1] / "bad_inputs"
ROWS = [
    row
    for row in map(json.loads, (FOLDER / "file.jsonl").read_text("ascii").splitlines())
    if "proof" not in row
]
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(200)
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
ZIP = b"PK\x03\x04" + bytes(22) + struct.pack("<HH", 5, 0) + b"a.txt" + bytes(40)
WORD = b"PK\x03\x04" + bytes(22) + struct.pack("<HH", 19, 0) + b"[Content_Types].xml" + bytes(40)
HEIC = b"\0\0\0\x18ftypheic" + bytes(40)
WEBP = b"RIFF\x10\0\0\0WEBPVP8L" + bytes(20)
TIFF = b"II*\0" + bytes(40)
SIZES = {
    "document 20 MB": MOST_SIZE, "document 20.1 MB": 20_100_000 + MOST_SIZE - 20_000_000,
    "document 50 MB": 50 << 20, "document 2000 MB": 2000 << 20, "document 4000 MB": 4000 << 20,
    "0 bytes": 0, "file_size negative": -1, "file_size 2^63": 1 << 63,
    "file_size absent in the update": None,
}  # fmt: skip
MADE = {
    "document IMG_1.jpg with EXIF GPS 4 MB": ("IMG_1.jpg", JPEG),
    "document .heic 3 MB": ("a.heic", HEIC),
    "document .png": ("a.png", PNG_HEAD),
    "document .webp": ("a.webp", WEBP),
    "document .pdf 1 page": ("a.pdf", PDF),
    "voice .ogg 30 s": (None, b"OggS" + bytes(40)),
    "document .docx": ("a.docx", WORD),
    "JPEG magic, ext .png": ("a.png", JPEG),
    "ZIP named .jpg": ("a.jpg", ZIP),
    "GIF+JS polyglot (GIFAR)": ("a.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"),
    "PDF+ZIP polyglot": ("a.pdf", PDF + ZIP),
    "mime says image/png, bytes are PDF": ("a.png", PDF),
    "SVG with script": ("a.svg", b"<svg onload=alert(1)>"),
    "PDF with embedded file": ("a.pdf", PDF + b"/EmbeddedFile"),
    "RTF with OLE object": ("a.rtf", b"{\\rtf1{\\object\\objemb}}"),
    "XLSX with DDE": ("a.xlsx", WORD),
    "zip 42.zip (nested bomb)": ("42.zip", ZIP),
    "zip 10 MB -> 10 GB": ("a.zip", ZIP),
    "zip-slip ../x": ("a.zip", ZIP),
    "rar": ("a.rar", b"Rar!\x1a\x07\0"),
    "gzip bomb": ("a.gz", zlib.compress(b"0" * 100, wbits=31)),
    "PNG 12000x12000, 17,582 bytes": ("a.png", PNG_HEAD + struct.pack(">II", 12_000, 12_000)),
    "truncated JPEG": ("a.jpg", JPEG[:9]),
    "corrupt PNG CRC": ("a.png", PNG_HEAD + b"\0\0\0\x0dIHDR" + bytes(17)),
    "animated GIF 10,000 frames": ("a.gif", b"GIF89a" + bytes(100)),
    "TIFF with 10,000 IFDs": ("a.tiff", TIFF),
    "JPEG 65500x65500": ("a.jpg", JPEG),
    "WebP lossless bomb": ("a.webp", WEBP),
    "HEIC with 500 items": ("a.heic", HEIC),
}
#: whose name alone is no reason; under every other name lies a harmless picture
WITHIN = {
    "ipa": ZIP, "vhd": b"conectix" + bytes(100), "php": b"<?php system($_GET[0]);",
    "key": bytes(range(1, 90)), "pem": b"-----BEGIN PRIVATE KEY-----\n",
}  # fmt: skip


def file_of(row) -> tuple[str | None, bytes, int | None]:
    """Name, first bytes and claimed size of what the row tells of."""
    told = row["input"]
    if told in MADE:
        return *MADE[told], 1000
    if row["group"] == "size":
        return "a.jpg", b"" if SIZES[told] == 0 else JPEG, SIZES[told]
    if row["group"] == "risky type by extension":
        name = told.removeprefix("document ")
        return name, WITHIN.get(name.rpartition(".")[2], JPEG), 1000
    assert row["group"] == "hostile file name"
    return told, JPEG, 1000


def verdict(name: str | None, head: bytes, size: int | None) -> str:
    offered = Offered("document", "id", "unique", datetime.now(UTC), size=size, name=name)
    if refusal(offered, Taken()):
        return "REFUSE"
    try:
        sniffed(head, name, encoded_by_telegram=False)
    except RefusedType:
        return "REFUSE"
    return "OK"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_of_the_catalogue_is_decided_as_it_says(row):
    assert verdict(*file_of(row)) == row.get("ours", row["expect"]).removesuffix("_FLAG")
