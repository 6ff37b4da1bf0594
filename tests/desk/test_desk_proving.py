"""Before what nobody can call back one proves anew who one is, and then goes on where one was."""

import asyncio
import io
import re
import zipfile
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import uuid4

import aiohttp
import pyotp
import pytest
from sealed import granted, sent
from test_desk_sign_in import PASSWORD, enrolled, tried

from cases import proofs, tries
from cases.permissions import ROLES, scope_of, table
from vault import member

SAFE = {"GET", "HEAD", "OPTIONS"}
FIELDS = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


async def at_the_case(desk, case, person):
    """Keys open, the case read, and nothing proved since the morning."""
    browser = await desk.signed_in(person, proven=False)
    object.__setattr__(desk.site, "demo", ("demo",))
    answer = await browser.post("/unlock", {"demo": "1", "to": "/queue"})
    object.__setattr__(desk.site, "demo", ())
    assert answer.status == 303, answer.text
    await browser.get(f"/cases/{case}")
    return browser


def again(answer):
    """The form as the page shows it again, without what every form has."""
    form = answer.text.partition('id="main"')[2].partition("</form>")[0]
    return [
        (unescape(name), unescape(value))
        for name, value in FIELDS.findall(form)
        if name not in ("csrf", "proof_back")
    ]


async def left(browser, path, fields):
    async with browser.client.post(
        browser.desk.url + path, data={"csrf": browser.token, **fields},
        headers={"Origin": browser.desk.url}, allow_redirects=False,
    ) as got:  # fmt: skip
        return got.status, await got.read()


def test_every_deed_that_wants_a_proof_is_one_of_the_table_and_says_why():
    assert set(proofs.table()) <= set(table())
    assert set(proofs.table().values()) == {"leaves", "lets_in", "destroys", "speaks", "death"}
    for action in ("export_case", "confirm_role", "ways_in", "second_death", "rotate_keys"):
        assert action in proofs.table()


def _deeds(rooms):
    """(method, path, action) of every route whose action wants a proof."""
    return [
        (method, route.path, handler.opt["for"])
        for route in rooms.routes
        for handler in route.route_handlers
        if handler.opt.get("for") in proofs.table()
        for method in handler.http_methods - SAFE
    ]


def test_of_what_wants_a_proof_only_the_form_of_a_referral_is_looked_at_without(rooms):
    """A page that gives something away must not be a GET: looking wants no proof."""
    looked_at = {
        route.path
        for route in rooms.routes
        for handler in route.route_handlers
        if handler.opt.get("for") in proofs.table() and "GET" in handler.http_methods
    }
    assert looked_at == {"/cases/{case:uuid}/refer"}


async def test_every_such_route_is_refused_without_a_proof_and_does_nothing(desk, rooms):
    deeds = _deeds(rooms)
    assert {"export_case", "confirm_role", "restore", "second_death"} <= {one[2] for one in deeds}
    by_role = {role: await desk.signed_in(await desk.person(role), proven=False) for role in ROLES}
    before = await desk.owner.fetchval("SELECT count(*) FROM audit")
    for method, path, action in deeds:
        role = next(role for role in ROLES if scope_of(role, action) is not None)
        full = re.sub(r"\{\w+:uuid\}", str(uuid4()), path)
        full = re.sub(r"\{\w+:str\}", "yes", full)
        assert method == "POST"
        answer = await by_role[role].post(full, {"anything": "x"})
        assert answer.status == 401, (path, role)
        assert "Підтвердьте, що це Ви" in answer.text, path
        by_script = await by_role[role].sends(full, {})
        assert by_script.status == 401, path
    assert await desk.owner.fetchval("SELECT count(*) FROM audit") == before


async def test_a_proof_holds_five_minutes_and_for_this_session_alone(desk, clock):
    admin, other = await desk.person("admin"), await desk.person("prosecutor", state="suspended")
    elsewhere = await desk.signed_in(admin, proven=False)
    proven = await desk.owner.fetchval("SELECT id FROM desk_session")
    browser = await desk.signed_in(admin, proven=False)
    await desk.owner.execute(
        "UPDATE desk_session SET proven_at = $1 WHERE id <> $2", clock(), proven
    )
    path = f"/people/{other.id}/restore"
    assert (await elsewhere.post(path)).status == 401
    clock.passes(minutes=4, seconds=59)
    assert (await browser.post(path)).status == 303
    await desk.owner.execute("UPDATE staff SET state = 'suspended' WHERE id = $1", other.id)
    clock.passes(seconds=1)
    assert (await browser.post(path)).status == 401


async def test_with_password_and_code_the_file_comes_at_once_and_no_form_is_lost(desk, case):
    _, secret, _ = await enrolled(desk)
    person = await _of(desk, 1)
    browser = await at_the_case(desk, case, person)
    asked = await browser.post(f"/cases/{case}/export", {"what": "answers", "sure": "yes"})
    assert asked.status == 401
    assert await desk.audit("case.exported") == []
    fields = dict(again(asked))
    assert fields == {"what": "answers", "sure": "yes"}
    code = pyotp.TOTP(secret).at(desk.clock())
    proof = {"proof_way": "code", "proof_password": PASSWORD, "proof_code": code}
    status, body = await left(browser, f"/cases/{case}/export", {**fields, **proof})
    assert status == 200
    assert "Коваленко" in body.decode("utf-8-sig")
    (entry,) = await desk.audit("desk.proved")
    assert '"export_case"' in entry["detail"]
    assert '"totp"' in entry["detail"]
    status, _ = await left(browser, f"/cases/{case}/export", fields)
    assert status == 200, "five minutes long nothing is asked again"
    assert len(await desk.audit("case.exported")) == 2


async def _of(desk, number):
    from cases.person import by_number

    return await by_number(desk.owner, number)


async def test_what_was_typed_comes_back_to_the_letter_and_as_text(desk):
    browser = await desk.signed_in(await desk.person("head"), proven=False)
    words = 'Рядок "перший"\nдругий <script>alert(1)</script> &amp;'
    answer = await browser.post(f"/grants/{uuid4()}/yes", {"words": words, "unit": ["a", "b"]})
    assert "<script>alert" not in answer.text
    assert sorted(again(answer)) == [("unit", "a"), ("unit", "b"), ("words", words)]


@pytest.mark.parametrize("wrong", ["password", "code"])
async def test_a_wrong_proof_is_told_counted_and_written_down(desk, case, wrong):
    _, secret, _ = await enrolled(desk)
    browser = await at_the_case(desk, case, await _of(desk, 1))
    right = {"proof_password": PASSWORD, "proof_code": pyotp.TOTP(secret).at(desk.clock())}
    bad = {"what": "answers", "sure": "yes", "proof_way": "code", **right,
           f"proof_{wrong}": "000000"}  # fmt: skip
    for _ in range(tries.MOST):
        answer = await browser.post(f"/cases/{case}/export", bad)
        assert answer.status == 401
        assert "Не підійшло" in answer.text
    answer = await browser.post(f"/cases/{case}/export", {**bad, **right})
    assert "за п’ять хвилин" in answer.text
    assert len(await desk.audit("desk.unproved")) == tries.MOST
    assert await desk.audit("case.exported") == []
    assert "answers" in answer.text, "the form is still there"
    assert (await tried(desk, desk.browser(), "000000")).status == 429, "signing in counts with it"


async def test_a_code_that_signed_in_proves_nothing_more(desk):
    browser, secret, _ = await enrolled(desk, role="head")
    code = pyotp.TOTP(secret).at(desk.clock())
    await tried(desk, browser, code)
    await browser.get("/queue")
    answer = await browser.post(
        f"/grants/{uuid4()}/yes",
        {"proof_way": "code", "proof_password": PASSWORD, "proof_code": code},
    )
    assert (answer.status, "Не підійшло" in answer.text) == (401, True)


async def _with_key(browser, path, raw, words, **fields):
    form = aiohttp.FormData()
    for name, value in {"csrf": browser.token, "proof_way": "key", "proof_passphrase": words,
                        **fields}.items():  # fmt: skip
        form.add_field(name, value)
    form.add_field("proof_file", io.BytesIO(raw), filename="p-01.key")
    async with browser.client.post(
        browser.desk.url + path, data=form, headers={"Origin": browser.desk.url},
        allow_redirects=False,
    ) as got:  # fmt: skip
        return got.status, await got.read()


async def test_the_key_file_and_its_passphrase_prove_it_and_a_made_up_one_does_not(
    desk, case, held
):
    browser = await at_the_case(desk, case, await desk.person("prosecutor"))
    path, fields = f"/cases/{case}/export", {"what": "package", "sure": "yes"}
    own = await asyncio.to_thread(member.lock, held.members[1], "шість слів", desk.clock())
    forged = await asyncio.to_thread(member.lock, member.fresh("p-01"), "шість слів", desk.clock())
    assert (await _with_key(browser, path, forged.encode(), "шість слів", **fields))[0] == 401
    assert (await _with_key(browser, path, own.encode(), "інші слова", **fields))[0] == 401
    assert (await _with_key(browser, path, b"", "шість слів", **fields))[0] == 401
    assert len(await desk.audit("desk.unproved")) == 3
    status, body = await _with_key(browser, path, own.encode(), "шість слів", **fields)
    assert status == 200
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    (entry,) = await desk.audit("desk.proved")
    assert '"key"' in entry["detail"]


async def test_who_left_the_list_proves_nothing_with_the_old_key(desk, held):
    from dataclasses import replace

    gone = tuple(
        replace(one, until=desk.clock() - timedelta(hours=1)) for one in held.listed.members
    )
    object.__setattr__(desk.site, "recipients", lambda: replace(held.listed, members=gone))
    browser = await desk.signed_in(await desk.person("head"), proven=False)
    answer = await browser.post(f"/grants/{uuid4()}/yes")
    assert "Файлом ключа" not in answer.text
    own = await asyncio.to_thread(member.lock, held.members[1], "шість слів", desk.clock())
    assert (await _with_key(browser, f"/grants/{uuid4()}/yes", own.encode(), "шість слів"))[
        0
    ] == 401


async def test_the_demo_s_button_is_for_the_demo_s_people_alone(desk):
    person = await desk.person("head")
    browser = await desk.signed_in(person, proven=False)
    path = f"/grants/{uuid4()}/yes"
    answer = await browser.post(path, {"proof_way": "demo"})
    assert answer.status == 401
    assert "демо" not in answer.text.lower()
    object.__setattr__(desk.site, "demo", (str(person.id),))
    answer = await browser.post(path)
    assert "Це я (демо)" in answer.text
    assert (await browser.post(path, {"proof_way": "demo"})).status == 409, "past the gate"
    (entry,) = await desk.audit("desk.proved")
    assert '"demo"' in entry["detail"]


async def test_whoever_may_not_is_denied_before_any_proof_is_asked_for(desk):
    browser = await desk.signed_in(await desk.person("operator"), proven=False)
    assert (await browser.post(f"/cases/{uuid4()}/export")).status == 403


async def test_the_way_back_leads_into_this_desk_only(desk):
    browser = await desk.signed_in(await desk.person("head"), proven=False)
    for told in ("https://evil.example/", "//evil.example", f"{desk.url}.evil.example/x"):
        answer = await browser.post(f"/grants/{uuid4()}/yes", Referer=told)
        assert "evil" not in answer.text
    answer = await browser.post(f"/grants/{uuid4()}/yes", Referer=f"{desk.url}/people")
    assert 'href="/people"' in answer.text


@pytest.mark.parametrize("body", ["[]", "{}", '{"rawId": 1}', "{"])
async def test_no_answer_of_a_browser_breaks_the_proof(desk, body):
    browser = await desk.signed_in(await desk.person("head"), proven=False)
    headers = {"Origin": desk.url, "X-CSRF": browser.token, "Content-Type": "application/json"}
    async with browser.client.post(
        f"{desk.url}/prove/confirm_role", data=body, headers=headers
    ) as answer:
        assert answer.status in (400, 401)


async def test_a_proof_of_what_needs_none_is_no_route(desk):
    browser = await desk.signed_in(await desk.person("head"), proven=False)
    for path in ("/prove/take", "/prove/take/options", "/prove/confirm_role/options"):
        assert (await browser.sends(path, {})).status == 409


def test_the_rule_stands_beside_the_permissions():
    held = Path(proofs.__file__).with_name("proofs.toml").read_text("utf-8")
    assert "nobody can call back" in held
