"""What leaves the desk is whole, asked for twice, and in the chain before its first byte."""

import io
import json
import zipfile

import pytest
from sealed import granted, sent
from test_desk_casework import unlocked


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


@pytest.fixture
async def marchenko(desk, case):
    browser = await unlocked(desk, await desk.person("prosecutor"))
    await browser.get(f"/cases/{case}")
    return browser


async def taken(browser, case, what, **more):
    fields = {"csrf": browser.token, "what": what, "sure": "yes", **more}
    headers = {"Origin": browser.desk.url}
    url = f"{browser.desk.url}/cases/{case}/export"
    async with browser.client.post(
        url, data=fields, headers=headers, allow_redirects=False
    ) as got:
        return got.status, got.headers, await got.read()


@pytest.mark.parametrize("what", ["dossier.uk", "dossier.en", "packet"])
async def test_papers_are_pdf_with_the_code_in_their_name(desk, marchenko, case, what):
    status, headers, body = await taken(marchenko, case, what)
    assert status == 200, body[:500]
    assert body.startswith(b"%PDF-")
    code = await desk.owner.fetchval("SELECT code FROM cases")
    assert code in headers["Content-Disposition"]
    assert len(await desk.audit("case.exported")) == 1


async def test_the_package_is_a_zip_that_checks_and_holds_the_sealed_objects(marchenko, case):
    status, _, body = await taken(marchenko, case, "package")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert {"dossier.uk.pdf", "dossier.en.pdf", "case.json", "SHA256SUMS"} <= set(names)
    assert [name for name in names if name.endswith(".age")]


async def test_json_and_table_hold_what_the_family_said(marchenko, case):
    _, _, body = await taken(marchenko, case, "json")
    assert "Коваленко" in json.dumps(json.loads(body), ensure_ascii=False)
    _, _, table = await taken(marchenko, case, "answers")
    assert "Коваленко Артем Ігорович" in table.decode("utf-8-sig")


async def test_without_the_tick_nothing_leaves(desk, marchenko, case):
    status, headers, _ = await taken(marchenko, case, "json", sure="")
    assert status == 303
    assert headers["Location"].endswith("said=sure")
    assert await desk.audit("case.exported") == []


async def test_what_is_not_made_here_is_refused(marchenko, case):
    assert (await taken(marchenko, case, "everything"))[0] == 409


async def test_triage_reads_but_takes_nothing_out(desk, marchenko, case):
    other = await unlocked(desk, await desk.person("triage"))
    await other.get(f"/cases/{case}")
    assert (await taken(other, case, "json"))[0] == 403


async def test_later_words_questions_and_confirmations_are_in_the_dossier_s_json(
    desk, marchenko, case
):
    await marchenko.post(f"/cases/{case}/ask", {"text": "Де?", "wants": "answer"})
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/confirm", {"status": "located", "basis": "Фото"})
    await marchenko.get(f"/cases/{case}")
    _, _, body = await taken(marchenko, case, "json")
    assert "located" in body.decode()
