"""Invitations, passwords with a second factor, sessions that end; all of it without a script."""

import re
import secrets
from uuid import uuid4

import pyotp
import pytest

from cases import people, tries
from cases.people import Newcomer

PASSWORD = "чотири прості випадкові слова"


async def invited(desk, role="prosecutor", by=None, units=("UA",)) -> str:
    token = secrets.token_urlsafe(32)
    async with desk.owner.acquire() as connection, connection.transaction():
        await people.invite(
            connection, Newcomer("Марченко", role, units), token, person=uuid4(), grant=uuid4(),
            by=by, signer=desk.signer, now=desk.clock(),
        )  # fmt: skip
    return token


async def enrolled(desk, **invite):
    """A browser that has just seen the ten codes; the secret of the second factor; the codes."""
    browser, token = desk.browser(), await invited(desk, **invite)
    shown = await browser.get(f"/invite/{token}/password")
    answer, secret = await _filled(desk, browser, token, shown)
    assert answer.status == 200, answer.text
    return browser, secret, re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)


async def _filled(desk, browser, token, shown, **more):
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", shown.text)[1].replace(" ", "")
    carried = re.search(r'name="secret" value="([^"]+)"', shown.text)[1]
    fields = {
        "secret": carried, "password": PASSWORD, "again": PASSWORD,
        "code": pyotp.TOTP(secret).at(desk.clock()), **more,
    }  # fmt: skip
    return await browser.post(f"/invite/{token}/password", fields), secret


async def tried(desk, browser, code, password=PASSWORD, handle="П-01"):
    await browser.get("/sign-in")
    return await browser.post("/sign-in", {"handle": handle, "password": password, "code": code})


async def test_an_invitation_a_password_and_a_second_factor_lead_to_the_queue(desk):
    browser, secret, codes = await enrolled(desk)
    assert len(set(codes)) == 10
    answer = await tried(desk, browser, pyotp.TOTP(secret).at(desk.clock()))
    queue = await browser.follow(await browser.follow(answer))
    assert queue.status == 200
    assert "Марченко" in queue.text
    (entry,) = await desk.audit("desk.signed_in")
    assert "totp" in entry["detail"]


@pytest.mark.parametrize("handle", ["П-01", "п01", "P-1", "1", " 001 "])
async def test_the_number_may_be_written_in_any_way(desk, handle):
    browser, secret, _ = await enrolled(desk)
    code = pyotp.TOTP(secret).at(desk.clock())
    assert (await tried(desk, browser, code, handle=handle)).status == 303


async def test_a_code_works_once(desk):
    browser, secret, _ = await enrolled(desk)
    code = pyotp.TOTP(secret).at(desk.clock())
    assert (await tried(desk, browser, code)).status == 303
    assert (await tried(desk, desk.browser(), code)).status == 401


async def test_a_recovery_code_stands_in_once(desk):
    browser, _, codes = await enrolled(desk)
    assert (await tried(desk, browser, codes[3].lower().replace("-", " "))).status == 303
    assert (await tried(desk, desk.browser(), codes[3])).status == 401
    assert (await tried(desk, desk.browser(), codes[4])).status == 303


@pytest.mark.parametrize("what", ["password", "code", "handle", "nothing"])
async def test_what_was_wrong_is_not_said(desk, what):
    browser, secret, _ = await enrolled(desk)
    right = {"code": pyotp.TOTP(secret).at(desk.clock()), "password": PASSWORD, "handle": "1"}
    wrong = {"code": "000000", "password": "x" * 20, "handle": "77", "nothing": ""}
    answer = await tried(desk, browser, **(right | ({what: wrong[what]} if what in right else {})))
    if what == "nothing":
        assert answer.status == 303
    else:
        assert answer.status == 401
        assert "Не підійшло. Перевірте номер, пароль і код" in answer.text


async def test_a_wrong_password_uses_no_recovery_code_up(desk):
    browser, _, codes = await enrolled(desk)
    assert (await tried(desk, browser, codes[0], password="x" * 20)).status == 401
    assert (await tried(desk, browser, codes[0])).status == 303


async def test_after_five_tries_one_waits_five_minutes(desk, clock):
    browser, secret, _ = await enrolled(desk)
    for _ in range(tries.MOST):
        assert (await tried(desk, browser, "000000")).status == 401
    answer = await tried(desk, browser, pyotp.TOTP(secret).at(clock()))
    assert answer.status == 429
    assert "за п’ять хвилин" in answer.text
    clock.passes(minutes=5)
    assert (await tried(desk, browser, pyotp.TOTP(secret).at(clock()))).status == 303


async def test_tries_of_one_address_on_many_numbers_count_together(desk):
    browser = desk.browser()
    for number in range(tries.MOST):
        assert (await tried(desk, browser, "000000", handle=str(number))).status == 401
    assert (await tried(desk, browser, "000000", handle="99")).status == 429


async def test_tries_that_succeed_do_not_count(desk, clock):
    _, secret, _ = await enrolled(desk)
    for _ in range(tries.MOST + 3):
        clock.passes(seconds=30)
        assert (await tried(desk, desk.browser(), pyotp.TOTP(secret).at(clock()))).status == 303


async def test_no_address_and_no_secret_is_kept(desk):
    browser, secret, codes = await enrolled(desk)
    await tried(desk, browser, "000000")
    kept = ""
    for table in ("staff", "totp", "recovery_code", "staff_invite", "desk_session", "sign_in_try"):
        kept += str(await desk.owner.fetch(f"SELECT * FROM {table}"))
    for word in ("127.0.0.1", secret, codes[0], PASSWORD):
        assert word not in kept


async def test_an_invitation_is_good_once(desk):
    token = await invited(desk)
    browsers = [desk.browser(), desk.browser()]
    shown = [await one.get(f"/invite/{token}/password") for one in browsers]
    first, _ = await _filled(desk, browsers[0], token, shown[0])
    second, _ = await _filled(desk, browsers[1], token, shown[1])
    assert (first.status, second.status) == (200, 404)
    assert "Запрошення вже не діє" in second.text
    assert (await browsers[1].get(f"/invite/{token}")).status == 404


async def test_an_invitation_is_good_for_a_day(desk, clock):
    token = await invited(desk)
    clock.passes(hours=23, minutes=59)
    assert (await desk.browser().get(f"/invite/{token}")).status == 200
    clock.passes(minutes=1)
    assert (await desk.browser().get(f"/invite/{token}")).status == 404


async def test_an_invitation_that_was_never_made_is_none(desk):
    assert (await desk.browser().get(f"/invite/{secrets.token_urlsafe(32)}")).status == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "коротке", "again": "коротке"}, "коротший за 12"),
        ({"password": "а" * 12, "again": "а" * 12}, "однакових знаків"),
        ({"again": "інші прості випадкові слова"}, "Паролі різні"),
        ({"code": "000000"}, "Код не підійшов"),
    ],
)
async def test_what_is_to_be_put_right_is_said_and_the_picture_stays(desk, fields, said):
    browser, token = desk.browser(), await invited(desk)
    shown = await browser.get(f"/invite/{token}/password")
    answer, secret = await _filled(desk, browser, token, shown, **fields)
    assert answer.status == 400
    assert said in answer.text
    assert " ".join(re.findall("....", secret)) in answer.text
    assert (await browser.get(f"/invite/{token}")).status == 200, "the invitation is still good"


async def test_a_secret_from_another_invitation_is_not_taken(desk):
    browser, first, second = desk.browser(), await invited(desk), await invited(desk)
    other = await browser.get(f"/invite/{first}/password")
    shown = await browser.get(f"/invite/{second}/password")
    carried = re.search(r'name="secret" value="([^"]+)"', other.text)[1]
    answer, _ = await _filled(desk, browser, second, shown, secret=carried)
    assert answer.status == 400


async def test_a_session_ends_after_fifteen_idle_minutes(desk, clock):
    browser = await desk.at_work("head")
    for _ in range(3):
        clock.passes(minutes=14)
        assert (await browser.get("/queue")).status == 200
    clock.passes(minutes=15, seconds=1)
    assert (await browser.get("/queue")).status == 303


async def test_a_page_that_refreshes_itself_keeps_no_session_alive(desk, clock):
    browser = await desk.at_work("head")
    for _ in range(14):
        clock.passes(minutes=1)
        assert (await browser.get("/queue/lines")).status == 200
    clock.passes(minutes=1, seconds=1)
    assert (await browser.get("/queue/lines")).status == 303


async def test_a_session_ends_after_ten_hours_whatever_one_does(desk, clock):
    browser = await desk.at_work("head")
    for _ in range(59):
        clock.passes(minutes=10)
        assert (await browser.get("/queue")).status == 200
    clock.passes(minutes=10)
    assert (await browser.get("/queue")).status == 303


async def test_signing_out_ends_the_session_not_only_the_cookie(desk):
    browser = await desk.at_work("head")
    held = browser.cookie("desk")
    assert (await browser.post("/sign-out")).to == "/sign-in"
    again = desk.browser()
    again.client.cookie_jar.update_cookies({"desk": held})
    assert (await again.get("/queue", Cookie=f"desk={held}")).status == 303


async def test_own_sessions_are_listed_and_can_be_ended(desk):
    person = await desk.person()
    here, there = await desk.signed_in(person), await desk.signed_in(person)
    page = await here.get("/me")
    ends = re.findall(r'action="(/me/sessions/[^"]+/end)"', page.text)
    assert len(ends) == 2
    for path in ends:
        row = await desk.owner.fetchrow("SELECT id FROM desk_session ORDER BY created_at LIMIT 1")
        if str(row["id"]) not in path:
            await here.post(path)
    assert sorted([(await here.get("/me")).status, (await there.get("/me")).status]) == [200, 303]


async def test_anothers_session_cannot_be_ended(desk):
    mine, other = await desk.at_work("head"), await desk.at_work("head")
    page = await other.get("/me")
    path = re.search(r'action="(/me/sessions/[^"]+/end)"', page.text)[1]
    assert (await mine.post(path)).status == 409
    assert (await other.get("/me")).status == 200


async def test_outside_the_sandbox_no_button_signs_anybody_in(desk):
    person = await desk.person()
    browser = desk.browser()
    page = await browser.get("/sign-in")
    assert "демо" not in page.text.lower()
    assert (await browser.post(f"/demo/{person.id}")).status == 404
    assert await desk.owner.fetchval("SELECT count(*) FROM desk_session") == 0


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", "null", '"x"', '{"rawId": 1}', "{", '{"response": {"clientDataJSON": "e30"}}'],
)
async def test_no_answer_of_a_browser_breaks_the_passkey_routes(desk, body):
    token = await invited(desk)
    for path in ("/sign-in/passkey", f"/invite/{token}/passkey"):
        browser = desk.browser()
        await browser.get("/sign-in")
        headers = {"Origin": desk.url, "X-CSRF": browser.token, "Content-Type": "application/json"}
        async with browser.client.post(desk.url + path, data=body, headers=headers) as answer:
            assert answer.status in (400, 401)
