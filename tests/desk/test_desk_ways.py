"""One's own ways in: passkeys named and removed, never the last; other codes; another password."""

import asyncio
import re

import pyotp
import pytest
from test_desk_sign_in import PASSWORD, enrolled, tried
from webauthn.helpers import bytes_to_base64url

from cases.person import by_number

OTHER = "зовсім інші прості слова"


async def passkey(desk, person, id_=b"key-1", label="Firefox"):
    await desk.owner.execute(
        "INSERT INTO passkey (id, person_id, public_key, sign_count, label, created_at)"
        " VALUES ($1, $2, 'p', 0, $3, $4)",
        *(id_, person.id, label, desk.clock()),
    )
    return f"/me/passkeys/{bytes_to_base64url(id_)}"


@pytest.fixture
async def marchenko(desk):
    """With two passkeys and nothing else."""
    person = await desk.person()
    desk.paths = [
        await passkey(desk, person, b"key-1"), await passkey(desk, person, b"key-2", "<b>Edge"),
    ]  # fmt: skip
    return await desk.signed_in(person)


async def _keys(desk):
    rows = await desk.owner.fetch("SELECT id, label FROM passkey ORDER BY id")
    return [(bytes(row["id"]), row["label"]) for row in rows]


async def test_passkeys_are_listed_and_named_by_their_owner(desk, marchenko):
    page = await marchenko.get("/me")
    assert "&lt;b&gt;Edge" in page.text
    assert "ще не вживали" in page.text
    answer = await marchenko.post(f"{desk.paths[0]}/name", {"label": "  робочий   ноутбук "})
    assert answer.to == "/me?said=key_named"
    assert (await _keys(desk))[0] == (b"key-1", "робочий ноутбук")
    assert len(await desk.audit("staff.passkey_named")) == 1


@pytest.mark.parametrize("label", ["", " ", "x" * 61, "a\u202eb"])
async def test_a_name_is_short_and_readable(desk, marchenko, label):
    assert (await marchenko.post(f"{desk.paths[0]}/name", {"label": label})).status == 409
    assert (await _keys(desk))[0] == (b"key-1", "Firefox")


async def test_a_passkey_is_removed_but_never_the_last_way_in(desk, marchenko):
    assert (await marchenko.post(f"{desk.paths[0]}/remove")).to == "/me?said=key_removed"
    page = await marchenko.get("/me")
    assert "/remove" not in page.text
    answer = await marchenko.post(f"{desk.paths[1]}/remove")
    assert answer.to == "/me?said=last_way"
    assert "не прибрано" in (await marchenko.follow(answer)).text
    assert [key for key, _ in await _keys(desk)] == [b"key-2"]
    assert len(await desk.audit("staff.passkey_removed")) == 1


async def test_two_browsers_that_each_remove_the_other_key_leave_one(desk, marchenko):
    answers = await asyncio.gather(*(marchenko.post(f"{path}/remove") for path in desk.paths))
    assert sorted(one.to for one in answers) == ["/me?said=key_removed", "/me?said=last_way"]
    assert len(await _keys(desk)) == 1


async def test_with_a_password_the_last_passkey_may_go(desk):
    await enrolled(desk)
    person = await by_number(desk.owner, 1)
    path = await passkey(desk, person)
    browser = await desk.signed_in(person)
    assert (await browser.post(f"{path}/remove")).to == "/me?said=key_removed"


async def test_another_s_passkey_is_as_if_it_were_not_there(desk, marchenko):
    other = await desk.at_work("head")
    for deed in ("name", "remove"):
        answer = await other.post(f"{desk.paths[0]}/{deed}", {"label": "моє"})
        assert answer.status == 409
    assert (await other.post("/me/passkeys/%%%/remove")).status == 409
    assert len(await _keys(desk)) == 2


async def test_new_codes_void_the_old_ones(desk):
    _, _, old = await enrolled(desk)
    browser = await desk.signed_in(await by_number(desk.owner, 1))
    assert "Лишилося 10" in (await browser.get("/me")).text
    shown = await browser.post("/me/codes")
    fresh = re.findall(r"<code>([A-Z2-7-]{19})</code>", shown.text)
    assert len(set(fresh)) == 10
    assert not set(fresh) & set(old)
    assert (await tried(desk, desk.browser(), old[0])).status == 401
    assert (await tried(desk, desk.browser(), fresh[0])).status == 303
    assert len(await desk.audit("staff.codes_renewed")) == 1


async def test_codes_are_for_those_who_are_asked_for_one(desk, marchenko):
    assert (await marchenko.post("/me/codes")).status == 409
    assert (
        await marchenko.post("/me/password", {"password": OTHER, "again": OTHER})
    ).status == 409
    assert await desk.owner.fetchval("SELECT count(*) FROM recovery_code") == 0


async def test_another_password_ends_every_other_session(desk, clock):
    _, secret, _ = await enrolled(desk)
    person = await by_number(desk.owner, 1)
    elsewhere, here = await desk.signed_in(person), await desk.signed_in(person)
    form = await here.post("/me/password")
    assert 'name="again"' in form.text
    answer = await here.post("/me/password", {"password": OTHER, "again": OTHER})
    assert answer.to == "/me?said=password_changed"
    assert (await here.get("/me")).status == 200
    assert (await elsewhere.get("/me")).status == 303
    code = pyotp.TOTP(secret).at(clock())
    assert (await tried(desk, desk.browser(), code, password=PASSWORD)).status == 401
    assert (await tried(desk, desk.browser(), code, password=OTHER)).status == 303
    assert len(await desk.audit("staff.password_changed")) == 1


@pytest.mark.parametrize(
    ("typed", "again", "said"),
    [("коротке", "коротке", "коротший за 12"), (OTHER, PASSWORD, "Паролі різні")],
)
async def test_a_password_that_will_not_do_is_told(desk, typed, again, said):
    await enrolled(desk)
    browser = await desk.signed_in(await by_number(desk.owner, 1))
    answer = await browser.post("/me/password", {"password": typed, "again": again})
    assert answer.status == 400
    assert said in answer.text
    assert await desk.audit("staff.password_changed") == []


async def test_a_key_made_for_signing_in_is_not_added(desk, marchenko):
    """Each challenge is for one purpose: what was asked at the door does not count here."""
    assert (await marchenko.sends("/me/passkeys", {"rawId": "x"})).status == 401
    assert len(await _keys(desk)) == 2
