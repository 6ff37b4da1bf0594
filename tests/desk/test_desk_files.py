"""A case's files: seen as pictures made anew, taken out byte for byte, and never more than that."""

import asyncio
import io
import os
import tracemalloc
from hashlib import sha256
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from desk_rig import Browser
from PIL import Image
from sealed import granted, sent
from sealed_files import Shelf, a_bomb, a_picture
from test_desk_casework import unlocked

from desk.files import checked
from desk.viewing import viewer
from locales import say


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


@pytest.fixture
def shelf(desk, tmp_path):
    return Shelf(desk, tmp_path / "objects")


@pytest.fixture
async def marchenko(desk, case):
    return await unlocked(desk, await desk.person("prosecutor"))


async def fetched(browser: Browser, path: str):
    async with browser.client.get(browser.desk.url + path, allow_redirects=False) as got:
        return got.status, got.headers, await got.read()


async def taken(browser: Browser, case, number: int):
    fields, headers = {"csrf": browser.token}, {"Origin": browser.desk.url}
    url = f"{browser.desk.url}/cases/{case}/files/{number}"
    async with browser.client.post(
        url, data=fields, headers=headers, allow_redirects=False
    ) as got:
        return got.status, got.headers, await got.read()


async def previewed(browser: Browser, case, number: int):
    return await fetched(browser, f"/cases/{case}/files/{number}/preview")


# Taking the original


async def test_an_original_comes_byte_for_byte_and_opens_nowhere_by_itself(
    desk, shelf, marchenko, case
):
    content = os.urandom(300_000)
    number = await shelf.puts(case, content, "Фото «Артем».exe.jpg", sniffed="image/jpeg")
    await marchenko.get(f"/cases/{case}")
    status, headers, body = await taken(marchenko, case, number)
    assert (status, body) == (200, content)
    code = await desk.owner.fetchval("SELECT code FROM cases")
    named = f'attachment; filename="{code}-{number:04d}.bin"'
    assert headers["Content-Disposition"] == named
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


async def test_every_taking_is_in_the_chain_with_its_number_and_no_name(
    desk, shelf, marchenko, case
):
    number = await shelf.puts(case, b"x" * 10, "Соломія.txt", sniffed="text/plain")
    await marchenko.get(f"/cases/{case}")
    await taken(marchenko, case, number)
    (entry,) = await desk.audit("file.taken")
    assert entry["subject"] == case
    assert str(number) in entry["detail"]
    assert "Соломія" not in entry["detail"]


@pytest.mark.parametrize("size", [10, 65_536, 400_000])
async def test_bytes_that_are_not_those_that_came_never_arrive_as_a_whole(
    shelf, marchenko, case, size
):
    content = os.urandom(size)
    number = await shelf.puts(case, content, "a.txt", sniffed="text/plain", told=b"other")
    await marchenko.get(f"/cases/{case}")
    with pytest.raises(aiohttp.ClientPayloadError):
        await taken(marchenko, case, number)


async def test_a_file_cut_or_changed_in_the_store_never_arrives_as_a_whole(shelf, marchenko, case):
    number = await shelf.puts(case, os.urandom(300_000), "a.txt", sniffed="text/plain")
    (path,) = shelf.stored()
    whole = bytearray(path.read_bytes())
    whole[200_000] ^= 1
    path.write_bytes(whole)
    await marchenko.get(f"/cases/{case}")
    with pytest.raises(aiohttp.ClientPayloadError):
        await taken(marchenko, case, number)


def test_a_file_of_any_size_is_in_memory_a_piece_at_a_time():
    def peak(pieces: int) -> int:
        def pour(give):
            for _ in range(pieces):
                give(bytes(65_536))

        whole = sha256(bytes(65_536 * pieces)).hexdigest()
        tracemalloc.start()
        checked(pour, whole, lambda _piece: None)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(320) < 2 * peak(4)


async def test_a_link_takes_nothing_out(shelf, marchenko, case):
    number = await shelf.puts(case, b"unlikely words", "a.txt", sniffed="text/plain")
    status, _, body = await fetched(marchenko, f"/cases/{case}/files/{number}")
    assert status == 405
    assert b"unlikely words" not in body


@pytest.mark.parametrize("role", ["operator", "approver", "admin", "auditor"])
async def test_who_may_not_open_a_case_gets_neither_picture_nor_file(desk, shelf, case, role):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    browser = await desk.at_work(role)
    assert (await previewed(browser, case, number))[0] == 403
    assert (await taken(browser, case, number))[0] == 403


async def test_another_oblast_s_prosecutor_is_denied_and_audited(desk, shelf, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    other = await unlocked(desk, await desk.person("prosecutor", ("UA-63",), "Савчук"))
    assert (await previewed(other, case, number))[0] == 403
    assert (await taken(other, case, number))[0] == 403
    assert len(await desk.audit("desk.denied")) == 2


async def test_without_an_open_key_there_is_neither(desk, shelf, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    browser = await desk.at_work("prosecutor")
    assert (await previewed(browser, case, number))[1]["Location"].startswith("/unlock")
    assert (await taken(browser, case, number))[1]["Location"].startswith("/unlock")


async def test_a_colleague_s_files_are_had_with_a_reason(desk, shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/take")
    head = await unlocked(desk, await desk.person("head", name="Савчук"))
    why = f"/cases/{case}/why"
    assert (await previewed(head, case, number))[1]["Location"] == why
    assert (await taken(head, case, number))[1]["Location"] == why
    await head.get(why)
    await head.post(why, {"reason": "supervision"})
    assert (await previewed(head, case, number))[0] == 200
    assert (await taken(head, case, number))[0] == 200


async def test_a_number_that_is_no_file_and_a_file_of_another_case_are_not_there(
    desk, shelf, held, marchenko, case
):
    other = await sent(desk.owner, held, desk.signer, desk.clock(), chat=7_000_002)
    number = await shelf.puts(other, a_picture(), sent_as="photo")
    await marchenko.get(f"/cases/{case}")
    for wrong in (1, number + 7, -1, 10**30):
        assert (await taken(marchenko, case, wrong))[0] in (400, 404, 409)
        assert (await previewed(marchenko, case, wrong))[0] in (400, 404, 409)


async def test_a_manifest_that_tells_of_another_object_gives_nothing(desk, shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    await desk.owner.execute("UPDATE attachment SET object = gen_random_uuid()")
    await marchenko.get(f"/cases/{case}")
    assert (await taken(marchenko, case, number))[0] == 409


# Seeing


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_made_anew_and_fits_the_page(shelf, marchenko, case, kind):
    number = await shelf.puts(case, a_picture(kind, (3000, 2000)), sent_as="photo")
    status, headers, body = await previewed(marchenko, case, number)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    with Image.open(io.BytesIO(body)) as made:
        assert (made.format, made.size) == ("JPEG", (1200, 800))
        assert made.getpixel((600, 100))[2] > 150  # blue is above


@pytest.mark.parametrize(
    ("kind", "more"),
    [("JPEG", {"comment": b"Secret", "progressive": True}), ("PNG", {}), ("WEBP", {})],
)
async def test_a_preview_stands_upright_and_tells_nothing_of_where_and_when(
    shelf, marchenko, case, kind, more
):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif[0x010F] = "SecretMaker"
    exif[0x8825] = {1: "N", 2: (46.0, 38.0, 0.0)}
    content = a_picture(kind, (600, 400), exif=exif, icc_profile=b"Secret" * 40, **more)
    assert b"Secret" in content
    number = await shelf.puts(case, content, sent_as="photo")
    _, _, body = await previewed(marchenko, case, number)
    with Image.open(io.BytesIO(body)) as made:
        assert made.size == (400, 600)
        assert not made.getexif()
        assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Secret" not in body
    assert b"Exif" not in body


SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HOSTILE = {
    "a bomb of 400 million pixels": a_bomb(20_000),
    "a bomb that Pillow alone would only warn of": a_bomb(12_000),
    "a truncated JPEG": a_picture()[:4_000],
    "a JPEG's first bytes and nothing": b"\xff\xd8\xff",
    "nothing at all": b"",
    "a page named .jpg": b"<!DOCTYPE html><script>alert(1)</script>",
    "a drawing with a script": SCRIPT,
    "a GIF, which is not read here": b"GIF89a" + b"\1\0\1\0\0\0\0" + b"<script>",
    "PostScript, for which Pillow would call a program": b"%!PS-Adobe-3.0 EPSF-3.0\n" * 20,
    "a PNG with a lie about its size": a_picture("PNG")[:16] + b"\x7f" * 8 + b"\0" * 100,
    "noise after a PNG's beginning": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_gives_a_kind_line_and_the_page_stands(shelf, marchenko, case, name):
    number = await shelf.puts(case, HOSTILE[name], "a.jpg", sniffed="image/jpeg")
    status, headers, body = await previewed(marchenko, case, number)
    assert (status, headers["Content-Type"]) == (422, "image/svg+xml")
    assert b"script" not in body
    assert " ".join(_lines(body)) == say("uk", "files.trouble.unviewable")
    page = await marchenko.get(f"/cases/{case}")
    assert page.status == 200
    assert (await taken(marchenko, case, number))[2] == HOSTILE[name]


def _lines(drawn: bytes) -> list[str]:
    found = ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    return [one.text for one in found]


async def test_of_a_picture_that_is_also_a_page_only_the_picture_comes_through(
    shelf, marchenko, case
):
    polyglot = a_picture("JPEG", comment=SCRIPT) + b"<script>alert(1)</script>PK\x03\x04"
    number = await shelf.puts(case, polyglot, "a.jpg", sent_as="photo")
    status, _, body = await previewed(marchenko, case, number)
    assert status == 200
    for left in (b"script", b"PK\x03\x04", b"svg"):
        assert left not in body


async def test_a_picture_whose_bytes_were_changed_is_not_shown(shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo", told=b"other")
    status, _, body = await previewed(marchenko, case, number)
    assert status == 422
    assert " ".join(_lines(body)) == say("uk", "files.trouble.altered")


async def test_what_is_no_picture_is_never_given_to_the_child(shelf, marchenko, case):
    number = await shelf.puts(case, b"%PDF-1.7 ...", "a.pdf")
    status, _, body = await previewed(marchenko, case, number)
    assert status == 422
    assert " ".join(_lines(body)) == say("uk", "files.trouble.gone")


async def test_a_file_gone_from_the_store_is_told_kindly(shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    for path in shelf.stored():
        path.unlink()
    status, _, body = await previewed(marchenko, case, number)
    assert status == 422
    assert " ".join(_lines(body)) == say("uk", "files.trouble.gone")


async def test_pictures_of_an_opened_case_need_no_entries_of_their_own(
    desk, shelf, marchenko, case
):
    numbers = [await shelf.puts(case, a_picture(), sent_as="photo") for _ in range(3)]
    await marchenko.get(f"/cases/{case}")
    for number in numbers:
        assert (await previewed(marchenko, case, number))[0] == 200
    assert len(await desk.audit("case.opened")) == 1


async def test_a_picture_asked_for_without_the_page_is_an_opening(
    desk, shelf, clock, marchenko, case
):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    await previewed(marchenko, case, number)
    await previewed(marchenko, case, number)
    assert len(await desk.audit("case.opened")) == 1
    clock.passes(minutes=31)
    await desk.owner.execute("UPDATE desk_session SET seen_at = $1", clock())
    await previewed(marchenko, case, number)
    assert len(await desk.audit("case.opened")) == 2


async def test_twelve_asked_for_at_once_all_come(shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    came = await asyncio.gather(*(previewed(marchenko, case, number) for _ in range(12)))
    assert {status for status, _, _ in came} == {200}


async def test_who_waits_too_long_is_told_so(monkeypatch, shelf, marchenko, case):
    number = await shelf.puts(case, a_picture(), sent_as="photo")
    monkeypatch.setattr(viewer, "PATIENCE", 0)
    status, _, body = await previewed(marchenko, case, number)
    assert status == 503
    assert " ".join(_lines(body)) == say("uk", "files.trouble.busy")


# The page


async def test_the_page_lists_what_can_be_seen_and_what_can_only_be_taken(shelf, marchenko, case):
    for _ in range(2):
        await shelf.puts(case, a_picture(), sent_as="photo", caption="Це <i>Артем")
    await shelf.puts(case, b"OggS" + b"\0" * 50, sent_as="voice")
    text = (await marchenko.get(f"/cases/{case}")).text
    assert text.count('loading="lazy"') == 2
    assert "Фото 1 з 2, надіслано 24\u00a0листопада 2026" in text
    assert "Фото 2 з 2, надіслано 24\u00a0листопада 2026" in text
    assert text.count(say("uk", "files.take")) == 3
    assert say("uk", "files.unseen") in text
    assert "Це &lt;i&gt;Артем" in text
    assert say("uk", "files.photo_list") not in text


async def test_what_a_family_called_a_file_is_data(shelf, marchenko, case):
    await shelf.puts(
        case, a_picture(), '"><script>alert(1)</script>\u202egpj.exe', sniffed="image/jpeg"
    )
    text = (await marchenko.get(f"/cases/{case}")).text
    assert "<script>alert" not in text
    assert "<bdi>" in text
