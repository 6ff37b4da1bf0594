"""The files of a case: looked at as pictures made anew, or taken out as they came, byte for byte.

Whatever a family sent is a stranger's file. The original leaves as `.bin`, which nothing opens by
itself; only a child process that can do nothing else reads it here (desk.viewing).
"""

import logging
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from html import escape
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from cases.audit import AuditEvent, append
from cases.casefile import FileRow
from cases.database import transaction
from cases.person import NotNow
from desk.export.opened import Give, Pour
from desk.gate import opening
from desk.opening import OpenCase, open_file
from desk.pouring import Away, pieces, poured
from desk.site import Here
from desk.viewing import viewer
from desk.viewing.viewer import Altered, Busy, Unviewable
from desk.visitor import Guest
from flows.answers import Json
from flows.collective import COLLECTIVE
from flows.kinds.subs import text_in
from locales import say
from locales.dates import KYIV, edtf_words

PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
LISTS: Final = {
    "text/csv": "csv",
    "text/plain": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
"""By the first bytes, as the bot found them, and how the child reads them."""
TROUBLES: Final = ("unviewable", "altered", "busy", "gone")

_WIDE: Final = 34
"""Letters in a line of a picture that says why there is none."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """A file on the page of its case. `alt` only where there is a picture to see."""

    sequence: int
    told: Mapping[str, Json] = field(repr=False)
    held: bool
    alt: str = ""
    listed: bool = False

    @property
    def size(self) -> int:
        """In KiB, rounded up."""
        return -(-_size(self.told) // 1024)


def _size(told: Mapping[str, Json]) -> int:
    size = told.get("size")
    return size if isinstance(size, int) else 0


def files_of_case(case: OpenCase, locale: str) -> dict[str, Any]:
    """What the block of files is drawn with."""
    rows = {row.sequence: row for row in case.file.files}
    shown = tuple(_shown(case, rows, locale))
    return {
        "files": shown,
        "files_coming": sum(1 for row in rows.values() if row.state in ("queued", "taking")),
        "files_group": is_group(case),
        "files_pictured": any(one.alt for one in shown),
        "files_unseen": any(one.held and not one.alt for one in shown),
    }


def is_group(case: OpenCase) -> bool:
    """Whether cases can be made of its lists."""
    return case.facts["kind"] == COLLECTIVE.name and case.facts["part_of"] is None


def _shown(case: OpenCase, rows: Mapping[int, FileRow], locale: str) -> Iterator[Shown]:
    manifests = [(one.sequence, one.payload) for one in case.of("manifest") if one.payload]
    pictured = [number for number, told in manifests if told.get("sniffed") in PICTURES]
    for sequence, told in manifests:
        row = rows.get(sequence)
        held = row is not None and row.state == "held"
        alt = ""
        if held and sequence in pictured:
            sent = datetime.fromisoformat(text_in(told, "sent_at")).astimezone(KYIV)
            when = edtf_words(locale, sent.date().isoformat())
            number, of = pictured.index(sequence) + 1, len(pictured)
            alt = say(locale, "files.alt", n=number, of=of, when=when)
        listed = held and is_group(case) and told.get("sniffed") in LISTS
        yield Shown(sequence, told, held, alt, listed)


@get("/cases/{case:uuid}/files/{sequence:int}/preview", opt=opening("open", deed=False))
async def preview(
    site: Here, visitor: Guest, case: FromPath[UUID], sequence: FromPath[int]
) -> Response[bytes]:
    """The picture made anew, or one that says in words why there is none."""
    _, found = await open_file(site, visitor, case, sequence)
    pour = poured(site, found.identity, found.row)
    if pour is None or found.manifest.get("sniffed") not in PICTURES:
        return _in_words(visitor.locale, "gone")
    try:
        made = await viewer.picture(pour, text_in(found.manifest, "sha256"))
    except Unviewable:
        return _in_words(visitor.locale, "unviewable")
    except Altered:
        _log.error("a stored file is not what was stored")
        return _in_words(visitor.locale, "altered")
    except Away:
        return _in_words(visitor.locale, "gone")
    except Busy:
        return _in_words(visitor.locale, "busy", HTTP_503_SERVICE_UNAVAILABLE)
    return Response(made, media_type="image/jpeg")


def _in_words(
    locale: str, trouble: str, status: int = HTTP_422_UNPROCESSABLE_ENTITY
) -> Response[bytes]:
    """A page without scripts can show nothing but a picture in a picture's place."""
    lines = textwrap.wrap(say(locale, f"files.trouble.{trouble}"), _WIDE)
    words = "".join(
        f'<text x="16" y="{32 + 22 * number}" font-family="system-ui, sans-serif" font-size="15"'
        f' fill="#16202c">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    high = 32 + 22 * len(lines)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="{high}">'
        f'<rect width="300" height="{high}" fill="#f6f7f9"/>{words}</svg>'
    )
    return Response(drawn.encode(), media_type="image/svg+xml", status_code=status)


@post(
    "/cases/{case:uuid}/files/{sequence:int}", opt=opening("open"), status_code=HTTP_200_OK
)  # fmt: skip
async def original(
    site: Here, visitor: Guest, case: FromPath[UUID], sequence: FromPath[int]
) -> Stream:
    """The family's bytes. Raises as `open_file`; NotNow where the file cannot be had.

    Bytes that are not those of the manifest break the transfer off before its end.
    """
    person, found = await open_file(site, visitor, case, sequence)
    pour = poured(site, found.identity, found.row)
    if pour is None:
        raise NotNow
    async with transaction(site.pool) as connection:
        event = AuditEvent(person.actor, "file.taken", case, {"sequence": sequence})
        await append(connection, [event], signer=site.sign, now=site.now())
    whole = partial(checked, pour, text_in(found.manifest, "sha256"))
    headers = {
        "content-disposition": f'attachment; filename="{found.code}-{sequence:04d}.bin"',
        "content-length": str(_size(found.manifest)),
    }
    return Stream(pieces(whole), media_type="application/octet-stream", headers=headers)


def checked(pour: Pour, digest: str, give: Give) -> None:
    """All of it, the last piece only once the whole is what it was. Blocks. Raises Altered."""
    found, held = sha256(), b""

    def take(piece: bytes) -> None:
        nonlocal held
        found.update(piece)
        if held:
            give(held)
        held = bytes(piece)

    pour(take)
    if found.hexdigest() != digest:
        raise Altered
    if held:
        give(held)


ROUTES: Final = (preview, original)
