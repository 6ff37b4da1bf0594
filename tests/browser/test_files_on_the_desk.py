"""A case's files in a real browser: pictures seen, a hostile one told of, a list made into cases."""

import io
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sealed
from desk_pages import WIDE, judged, running, seen
from PIL import Image, ImageDraw
from playwright.async_api import expect
from sealed_files import Shelf, group

from vault import chain, keys

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE = {"width": 390, "height": 800}
LIST = Path(sealed.__file__).parent / "list.xlsx"


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return sealed.made(tmp_path_factory.mktemp("ring") / "keys", datetime.now(UTC))


@pytest.fixture
async def desk(database_url, held, tmp_path):
    async with running(database_url, demo=True, held=held) as made:
        await sealed.granted(made.owner, held, datetime.now(UTC))
        made.signer = partial(chain.sign, keys.load_intake_sign(held.files.intake_sign).seed)
        made.case = await group(made, held, children=("Шевченко Іван",))
        shelf = Shelf(made, tmp_path / "objects")
        await shelf.puts(made.case, _a_photo(), sent_as="photo", caption="Перед від’їздом")
        await shelf.puts(made.case, _a_photo()[:900], sent_as="photo", sniffed="image/jpeg")
        await shelf.puts(made.case, b"OggS" + os.urandom(9_000), sent_as="voice")
        made.list = await shelf.puts(made.case, LIST.read_bytes(), "список дітей.xlsx")
        yield made


def _a_photo() -> bytes:
    """A house under a sky, so that whoever looks at the screenshot sees which way is up."""
    made = Image.new("RGB", (1600, 1200), "#7db7e8")
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 850, 1600, 1200), fill="#e6c84f")
    pen.rectangle((550, 550, 1050, 950), fill="#f3efe6")
    pen.polygon(((480, 560), (800, 300), (1120, 560)), fill="#8a4b2f")
    out = io.BytesIO()
    made.save(out, "JPEG")
    return out.getvalue()


async def _unlocked(desk, page, path):
    await page.goto(f"{desk.url}/")
    await page.get_by_role("button", name="Марченко").click()
    await page.goto(f"{desk.url}{path}")
    await page.get_by_role("button", name="Відкрити ключ (демо)").click()


async def _at_the_case(desk, page):
    await _unlocked(desk, page, f"/cases/{desk.case}")
    await expect(page.get_by_role("heading", name="4 файли")).to_be_visible()


async def _pictures(page):
    """Scrolled to, as a person would, and drawn."""
    for picture in await page.get_by_role("img", name="Фото").all():
        await picture.scroll_into_view_if_needed()
        drawn = "one => one.complete && one.naturalWidth"
        await page.wait_for_function(drawn, arg=await picture.element_handle())
    return await page.eval_on_selector_all(
        ".files img", "all => all.map((one) => one.naturalWidth)"
    )


@pytest.mark.parametrize(
    ("name", "size", "light"), [("wide", WIDE, "light"), ("phone", PHONE, "dark")]
)
async def test_the_files_of_a_case_are_seen_in_every_light(desk, browser, name, size, light):
    async with seen(browser, size, refused=1, color_scheme=light) as page:
        await _at_the_case(desk, page)
        assert await _pictures(page) == [1200, 300]  # the second says why there is none
        await page.evaluate("scrollTo(0, 0)")
        await judged(page, f"files-{name}-{light}")
        async with page.expect_download() as caught:
            await page.get_by_role("button", name="Завантажити оригінал 3").click()
        assert (await caught.value).suggested_filename.endswith("-0003.bin")


@pytest.mark.parametrize(
    ("name", "size", "light"), [("wide", WIDE, "light"), ("phone", PHONE, "dark")]
)
async def test_a_list_is_looked_at_ticked_and_made_into_cases(desk, browser, name, size, light):
    async with seen(browser, size, color_scheme=light) as page:
        await _unlocked(desk, page, f"/cases/{desk.case}/files/{desk.list}/list")
        await expect(page.get_by_text("Коваленко Марія Іванівна").first).to_be_visible()
        await expect(page.get_by_role("checkbox", name="Коваленко")).to_be_checked()
        await expect(page.get_by_role("checkbox", name="Шевченко")).not_to_be_checked()
        await judged(page, f"list-{name}-{light}")
        await page.get_by_role("button", name="Створити справи").click()
        await expect(page.get_by_role("status")).to_contain_text("Справи створено")
        await judged(page, f"list-made-{name}-{light}")
        await page.get_by_role("link", name="Справа").click()
        await expect(page.get_by_text("Коваленко Марія Іванівна").first).to_be_visible()


async def test_without_a_script_pictures_lists_and_downloads_work(desk, browser):
    async with seen(browser, refused=1, java_script_enabled=False) as page:
        await _at_the_case(desk, page)
        async with page.expect_response("**/preview") as caught:
            await page.locator(".files img").first.scroll_into_view_if_needed()
        assert (await caught.value).headers["content-type"].startswith("image/")
        async with page.expect_download() as taken:
            await page.get_by_role("button", name="Завантажити оригінал").last.click()
        assert Path(await (await taken.value).path()).read_bytes() == LIST.read_bytes()
        await page.get_by_role("link", name="Справи з цього списку").click()
        await page.get_by_role("button", name="Створити справи").click()
        await expect(page.get_by_role("status")).to_contain_text("Справи створено")
