"""Which files are taken, decided from what Telegram says and from a file's first bytes. Pure.

Taken: pictures, video, sound, PDF, Word and ODT, plain text, spreadsheets. Refused: archives,
programs, pages with scripts, and documents nobody can tell.
"""

from pathlib import PurePosixPath
from typing import Final

PEEKED: Final = 4096
"""First bytes that `sniffed` wants to see, or the whole file when it is smaller."""

REFUSED_ENDINGS: Final = (
    "7z", "ace", "apk", "app", "appimage", "bat", "bz2", "cab", "chm", "class", "cmd",
    "com", "cpl", "deb", "dll", "dmg", "docm", "dotm", "exe", "gz", "hta", "htm", "html",
    "img", "iso", "jar", "js", "jse", "lnk", "lz", "lzh", "mht", "mhtml", "msc", "msi",
    "msix", "pif", "pl", "ps1", "py", "rar", "reg", "rpm", "scr", "sh", "so", "svg",
    "swf", "sys", "tar", "tgz", "url", "vb", "vbe", "vbs", "wsf", "xhtml", "xlsm", "xltm",
    "xml", "xz", "zip", "zst",
)  # fmt: skip
REFUSED_CLAIMS: Final = (
    "application/zip", "application/x-rar", "application/vnd.rar", "application/x-7z",
    "application/gzip", "application/x-tar", "application/java-archive", "application/x-ms",
    "application/vnd.android.package", "application/x-executable", "text/html", "image/svg",
    "application/javascript", "text/javascript",
)  # fmt: skip

_OFFICE: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OLD_OFFICE: Final = {"doc": "application/msword", "xls": "application/vnd.ms-excel"}
_TEXTS: Final = {"": "text/plain", "txt": "text/plain", "csv": "text/csv", "tsv": "text/csv"}
_OFFICE_BEGINS: Final = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/")
_OPEN_DOCUMENTS: Final = (
    b"application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet",
)

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
)
#: what nobody opens by mistake: archives and programs
_NEVER: Final = (
    b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"MSCF",
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"dex\n",
    b"\0asm", b"#!/", b"<!DOCTYPE html", b"<html", b"<script", b"<svg", b"LZIP", b"!<arch>",
)  # fmt: skip
_RIFFS: Final = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_STILLS: Final = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif")


class RefusedType(Exception):
    """Files of this type are not taken. Say which are, and ask for a photo of it or a PDF."""


def ending(name: str | None) -> str:
    """What follows the last dot of a file's name, in small letters."""
    return PurePosixPath(name or "").suffix[1:].lower()


def looks_refused(name: str | None, mime: str | None) -> bool:
    """Whether the name or the claimed type alone is reason enough to refuse."""
    return ending(name) in REFUSED_ENDINGS or (mime or "").lower().startswith(REFUSED_CLAIMS)


def sniffed(head: bytes, name: str | None, *, encoded_by_telegram: bool) -> str | None:
    """The type by the first bytes; None when nobody can tell. Raises RefusedType.

    `encoded_by_telegram`: photos, video and voice. Those are taken even when nobody can tell:
    evidence is not thrown away for a codec this list does not know.
    """
    if head.lstrip()[:20].lower().startswith(tuple(one.lower() for one in _NEVER)):
        raise RefusedType
    found = _by_signature(head) or _container(head, ending(name))
    if found is None and not encoded_by_telegram:
        found = _text(head, ending(name))
        if found is None and head:
            raise RefusedType
    return found


def _by_signature(head: bytes) -> str | None:
    for beginning, mime in _BEGINNINGS:
        if head.startswith(beginning):
            return mime
    if head.startswith(b"RIFF"):
        return _RIFFS.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _STILLS:
            return "image/heic"
        return "audio/mp4" if brand.startswith(b"M4A") else "video/mp4"
    return "application/pdf" if b"%PDF-" in head[:1024] else None


def _container(head: bytes, end: str) -> str | None:
    """Office files, which are archives inside. Raises RefusedType for any other archive."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if end not in _OLD_OFFICE:
            raise RefusedType
        return _OLD_OFFICE[end]
    if not head.startswith(b"PK"):
        return None
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if first == b"mimetype":
        for kind in _OPEN_DOCUMENTS:
            if kind in head[38:120]:
                return kind.decode()
    elif end in _OFFICE and first.startswith(_OFFICE_BEGINS):
        return _OFFICE[end]
    raise RefusedType


def _text(head: bytes, end: str) -> str | None:
    """Plain text in any encoding, only under a name that says so."""
    if end not in _TEXTS or (b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    return _TEXTS[end] if head else None
