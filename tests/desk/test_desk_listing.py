"""A group's list that came as a file: read in the child, ticked by a person, made into cases once."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
from sealed import granted
from sealed_files import XLSX, Shelf, a_picture, a_workbook, group
from test_desk_casework import unlocked

from locales import say

CSV = (
    "Список вихованців;;\n"
    "№;ПІБ;Дата народження\n"
    "1;Коваленко Марія Іванівна;03.05.2015\n"
    "2;Шевченко Іван;2012\n"
    "3;;\n"
    "4;О’Коннор-Бойко Ян;не знаю\n"
    "5;Разом: 3;\n"
)


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await group(desk, held)


@pytest.fixture
def shelf(desk, tmp_path):
    return Shelf(desk, tmp_path / "objects")


@pytest.fixture
async def marchenko(desk, case):
    return await unlocked(desk, await desk.person("prosecutor"))


@pytest.fixture
async def listed(shelf, case):
    """The address of the list, as an Excel in Ukraine saves it."""
    number = await shelf.puts(case, CSV.encode("cp1251"), "список.csv")
    return f"/cases/{case}/files/{number}/list"


async def parts(desk, case):
    return await desk.owner.fetch("SELECT * FROM cases WHERE part_of = $1 ORDER BY code", case)


async def test_the_case_s_page_leads_to_what_the_list_names(marchenko, case, listed):
    assert f'href="{listed}"' in (await marchenko.get(f"/cases/{case}")).text
    page = await marchenko.get(listed)
    assert page.status == 200, page.text
    for told in ("Коваленко Марія Іванівна", "03.05.2015", "3\u00a0травня 2015", "Шевченко Іван"):
        assert told in page.text, told
    assert "Список вихованців" not in page.text
    assert "ПІБ" not in page.text
    assert page.text.count('name="row"') == 4


async def test_what_was_not_understood_is_shown_and_not_ticked(marchenko, listed):
    text = (await marchenko.get(listed)).text
    (line,) = [row for row in text.split("<tr>") if "О’Коннор-Бойко" in row]
    assert "не знаю" in line
    assert "checked" not in line
    assert say("uk", "list.unclear") in line
    (good,) = [row for row in text.split("<tr>") if "Шевченко" in row]
    assert "checked" in good


async def test_each_ticked_row_becomes_a_case_as_urgent_as_its_group(
    desk, clock, marchenko, case, listed
):
    clock.passes(minutes=10)
    await marchenko.get(listed)
    answer = await marchenko.post(listed, {"row": ["3", "4"]})
    assert answer.to == f"{listed}?said=made"
    whole = await desk.owner.fetchrow("SELECT * FROM cases WHERE id = $1", case)
    made = await parts(desk, case)
    assert len(made) == 2
    for one in made:
        for same in ("level", "reasons", "rules_version", "kind", "locale", "channel", "oblast"):
            assert one[same] == whole[same], same
        assert (one["status"], one["children"], one["received_at"]) == ("received", 1, clock())
        assert one["due_at"] - clock() == whole["due_at"] - whole["received_at"]
    assert {one["age_band"] for one in made} == {"6-11", "12-15"}


async def test_the_new_case_opens_and_tells_of_its_own_child_alone(desk, marchenko, case, listed):
    await marchenko.get(listed)
    await marchenko.post(listed, {"row": ["3", "4"]})
    pages = [(await marchenko.get(f"/cases/{one['id']}")).text for one in await parts(desk, case)]
    assert sorted("Коваленко Марія Іванівна" in page for page in pages) == [False, True]
    assert sorted("Шевченко Іван" in page for page in pages) == [False, True]
    code = await desk.owner.fetchval("SELECT code FROM cases WHERE id = $1", case)
    for page in pages:
        assert "Інтернат &lt;b&gt;" in page
        assert code in page
    there = (await marchenko.get(f"/cases/{case}")).text
    for one in await parts(desk, case):
        assert one["code"] in there


async def test_pressing_twice_reloading_and_two_people_at_once_make_none_twice(
    desk, marchenko, case, listed
):
    other = await unlocked(desk, await desk.person("head", name="Савчук"))
    await marchenko.get(listed)
    await other.get(listed)
    fields = {"row": ["3", "4", "6"]}
    answers = await asyncio.gather(
        *(browser.post(listed, fields) for browser in (marchenko, other, marchenko))
    )
    assert sorted(one.to.rpartition("=")[2] for one in answers) == ["made", "none", "none"]
    assert len(await parts(desk, case)) == 3
    assert len(await desk.audit("case.parted")) == 1
    assert len(await desk.audit("report.stub")) == 3
    page = (await marchenko.get(listed)).text
    for one in await parts(desk, case):
        assert one["code"] in page


async def test_more_can_be_made_later_from_the_same_list(desk, marchenko, case, listed):
    await marchenko.get(listed)
    await marchenko.post(listed, {"row": "3"})
    await marchenko.get(listed)
    await marchenko.post(listed, {"row": ["3", "4"]})
    assert len(await parts(desk, case)) == 2
    made = [entry["detail"] for entry in await desk.audit("case.parted")]
    assert ['"made":1' in one.replace(" ", "") for one in made] == [True, True]


async def test_the_chain_tells_who_made_what_of_which_file_and_no_name(
    desk, marchenko, case, listed
):
    await marchenko.get(listed)
    await marchenko.post(listed, {"row": "3"})
    (entry,) = await desk.audit("case.parted")
    (stub,) = await desk.audit("report.stub")
    (made,) = await parts(desk, case)
    assert (entry["subject"], stub["subject"]) == (case, made["id"])
    assert entry["actor"] == stub["actor"] != "bot"
    assert "Коваленко" not in entry["detail"] + stub["detail"]


async def test_nothing_ticked_makes_nothing(desk, marchenko, case, listed):
    await marchenko.get(listed)
    for row in ([], ["1", "2", "5", "999", "x", "' OR 1"]):
        assert (await marchenko.post(listed, {"row": row})).to.endswith("said=none")
        await marchenko.get(listed)
    assert await parts(desk, case) == []


async def test_whom_the_report_names_already_is_not_ticked_again(desk, held, clock, shelf):
    await granted(desk.owner, held, clock())
    case = await group(
        desk, held, listed="Шевченко Іван\n", children=("Коваленко Марія",),
    )  # fmt: skip
    number = await shelf.puts(
        case, "Марія Коваленко\nШевченко Іван\nБойко Назар\n".encode(), "a.txt"
    )
    browser = await unlocked(desk, await desk.person("prosecutor"))
    text = (await browser.get(f"/cases/{case}/files/{number}/list")).text
    assert text.count(say("uk", "list.named")) == 2
    assert text.count("checked>") == 1


async def test_a_workbook_as_programs_write_it_is_read(desk, shelf, marchenko, case):
    whole = (Path(__file__).parent / "list.xlsx").read_bytes()
    number = await shelf.puts(case, whole, "список.xlsx")
    here = f"/cases/{case}/files/{number}/list"
    text = (await marchenko.get(here)).text
    assert "Коваленко Марія Іванівна" in text
    assert "3\u00a0травня 2015" in text
    assert "Шевченко Іван" in text
    assert text.count("checked>") == 2
    await marchenko.post(here, {"row": ["2", "3"]})
    assert len(await parts(desk, case)) == 2


def _csv(*rows, delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)
    return out.getvalue().encode(encoding)


ROWS = (["Ім’я та прізвище", "Народився"], ["Коваленко Марія", "2015-05-03"])
LISTS = {
    "UTF-8 with commas": _csv(*ROWS),
    "UTF-8 with its mark and semicolons": _csv(*ROWS, delimiter=";", encoding="utf-8-sig"),
    "UTF-16 with tabs, as Excel saves Unicode": _csv(*ROWS, delimiter="\t", encoding="utf-16"),
    "everything in quotes": _csv(*ROWS, quoting=csv.QUOTE_ALL),
    "Windows": _csv(["ПІБ", "Дата народження"], ROWS[1], delimiter=";", encoding="cp1251"),
    "without a heading": _csv(ROWS[1], delimiter=";"),
    "surname apart, without a heading": _csv(["1", "Коваленко", "Марія", "03.05.2015"]),
    "lines of a text": "Коваленко Марія\tтравень 2015".encode(),
    "an age": _csv(["ПІБ", "Вік"], ["Коваленко Марія", "11"]),
    "a workbook with shared words": a_workbook(
        '<row r="7"><c r="B7" t="s"><v>0</v></c><c r="C7" s="1"><v>42127</v></c></row>',
        strings="<si><r><t>Коваленко </t></r><r><t>Марія</t></r><rPh><t>х</t></rPh></si>",
    ),
    "a workbook with a formula's last value": a_workbook(
        '<row r="1"><c r="A1" t="str"><f>HYPERLINK("http://evil.example")</f>'
        '<v>Коваленко Марія</v></c><c r="B1" s="2"><v>42127.0</v></c></row>'
    ),
    "a workbook with words in their cells": a_workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Коваленко Марія</t></is></c></row>'
    ),
}


@pytest.mark.parametrize("name", LISTS)
async def test_lists_of_many_makes_are_read(shelf, marchenko, case, name):
    kind = XLSX if LISTS[name].startswith(b"PK") else "text/csv"
    number = await shelf.puts(case, LISTS[name], "a", sniffed=kind)
    page = await marchenko.get(f"/cases/{case}/files/{number}/list")
    assert page.status == 200, page.text
    assert "Коваленко Марія</bdi>" in page.text
    assert page.text.count("checked>") == 1


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
HOSTILE = {
    "a sheet of a gigabyte": (a_workbook(" " * (60 << 20)), XLSX),
    "a billion laughs": (a_workbook(ROW.format("&j;"), before=ENTITIES), XLSX),
    "a file of the host": (
        a_workbook(
            ROW.format("&x;"), before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        ),
        XLSX,
    ),
    "a workbook cut in two": (a_workbook(ROW.format("Коваленко"))[:700], XLSX),
    "an archive that is no workbook": (b"PK\x03\x04" + b"\0" * 100, XLSX),
    "a number of no shared word": (
        a_workbook('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>'), XLSX
    ),
    "elements without an end": (a_workbook("<row>" * 200_000), XLSX),
    "a picture called a list": (a_picture(), "text/csv"),
    "noise": (bytes(range(256)) * 40, "text/csv"),
    "one endless cell": (b'"' + b"a" * 3_000_000, "text/csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_list_makes_a_kind_page_and_no_case(desk, shelf, marchenko, case, name):
    content, kind = HOSTILE[name]
    number = await shelf.puts(case, content, "a", sniffed=kind)
    here = f"/cases/{case}/files/{number}/list"
    page = await marchenko.get(here)
    assert page.status == 422
    wanted = (say("uk", "list.trouble.unviewable"), say("uk", "list.trouble.nobody"))
    assert any(one in page.text for one in wanted)
    assert "root:" not in page.text
    await marchenko.post(here, {"row": "1"})
    assert await parts(desk, case) == []


async def test_cells_are_data(shelf, marchenko, case):
    content = _csv(ROWS[0], ["<script>alert(1)</script> Марія", "=cmd|' /C calc'!A0"])
    number = await shelf.puts(case, content, "a.csv", sniffed="text/csv")
    text = (await marchenko.get(f"/cases/{case}/files/{number}/list")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Марія" in text


async def test_a_list_longer_than_is_read_says_so(desk, shelf, marchenko, case):
    content = _csv(*([f"Коваленко Марія{'а' * (n % 7)}", "2015"] for n in range(700)))
    number = await shelf.puts(case, content, "a.csv")
    here = f"/cases/{case}/files/{number}/list"
    text = (await marchenko.get(here)).text
    assert say("uk", "list.more", n=500) in text
    assert text.count('name="row"') == 500
    await marchenko.post(here, {"row": [str(n) for n in range(1, 701)]})
    assert len(await parts(desk, case)) == 500


async def test_changed_bytes_make_no_cases(desk, shelf, marchenko, case):
    number = await shelf.puts(case, CSV.encode(), "a.csv", told=b"other")
    here = f"/cases/{case}/files/{number}/list"
    assert say("uk", "list.trouble.altered") in (await marchenko.get(here)).text
    await marchenko.post(here, {"row": "3"})
    assert await parts(desk, case) == []


async def test_a_report_of_one_child_has_no_list(desk, shelf, held, clock, marchenko):
    from sealed import sent

    case = await sent(desk.owner, held, desk.signer, clock())
    number = await shelf.puts(case, CSV.encode(), "a.csv")
    here = f"/cases/{case}/files/{number}/list"
    assert f'href="{here}"' not in (await marchenko.get(f"/cases/{case}")).text
    assert (await marchenko.get(here)).status == 409


@pytest.mark.parametrize("what", ["withdrawn_at", "erase_asked_at"])
async def test_from_what_the_family_took_back_no_case_is_made(desk, marchenko, case, listed, what):
    await marchenko.get(listed)
    await desk.owner.execute(f"UPDATE cases SET {what} = $1", desk.clock())
    assert (await marchenko.post(listed, {"row": "3"})).status == 409
    assert await parts(desk, case) == []


async def test_without_a_good_list_of_recipients_nothing_is_made(desk, marchenko, case, listed):
    from vault.recipients import ListRefused

    def refuse():
        raise ListRefused("expired")

    await marchenko.get(listed)
    object.__setattr__(desk.site, "recipients", refuse)
    assert (await marchenko.post(listed, {"row": "3"})).to.endswith("said=list")
    assert await parts(desk, case) == []


@pytest.mark.parametrize("role", ["operator", "approver", "admin", "auditor"])
async def test_who_opens_nothing_reads_no_list_and_makes_no_case(desk, case, listed, role):
    browser = await desk.at_work(role)
    assert (await browser.get(listed)).status == 403
    assert (await browser.post(listed, {"row": "3"})).status == 403
    assert await parts(desk, case) == []


async def test_a_list_in_a_photo_stays_by_hand_and_the_page_says_so(shelf, marchenko, case):
    await shelf.puts(case, a_picture(), sent_as="photo")
    text = (await marchenko.get(f"/cases/{case}")).text
    assert say("uk", "files.photo_list") in text
