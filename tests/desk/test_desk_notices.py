"""One's own page: a code that links one's Telegram, an address for mail, the digest."""

import re
from hashlib import sha256

import asyncpg
import pytest

from cases import links, notices

CODE = re.compile(r"/link ((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})")
CHAT = 7_000_010


async def offered(desk, browser) -> str:
    answer = await browser.post("/me/link")
    assert answer.status == 200
    return CODE.search(answer.text)[1]


async def linked(desk, person) -> None:
    """As the bot does it."""
    ref = desk.site.vault.chat_ref(1, CHAT)
    await links.enacted(desk.owner, desk.site.vault, person.id, chat_ref=ref, chat_id=CHAT)


async def test_a_code_is_shown_once_and_only_its_hash_is_kept(desk):
    person = await desk.person()
    browser = await desk.signed_in(person)
    code = await offered(desk, browser)
    row = await desk.owner.fetchrow("SELECT * FROM link_code")
    assert row["person_id"] == person.id
    assert row["code_hash"] == sha256(b"link|" + code.replace("-", "").encode()).digest()
    assert code not in (await browser.get("/me")).text
    found = await links.offered(desk.owner, code, desk.clock())
    assert found is not None
    assert found.id == person.id


async def test_a_code_is_over_after_ten_minutes_and_void_after_the_next(desk, clock):
    browser = await desk.at_work("prosecutor")
    first = await offered(desk, browser)
    second = await offered(desk, browser)
    assert await links.offered(desk.owner, first, clock()) is None
    clock.passes(minutes=9, seconds=59)
    assert await links.offered(desk.owner, second, clock()) is not None
    clock.passes(seconds=1)
    assert await links.offered(desk.owner, second, clock()) is None


async def test_a_linked_chat_is_told_of_and_can_be_unlinked(desk):
    person = await desk.person()
    browser = await desk.signed_in(person)
    assert "Відв’язати" not in (await browser.get("/me")).text
    await linked(desk, person)
    page = (await browser.get("/me")).text
    assert "Telegram прив’язано" in page
    assert str(CHAT) not in page
    answer = await browser.follow(await browser.post("/me/unlink"))
    assert "Відв’язано" in answer.text
    assert await desk.owner.fetchval("SELECT count(*) FROM staff_link") == 0
    (entry,) = await desk.audit("staff.unlinked")
    assert entry["actor"] == str(person.id)


async def test_unlinking_what_is_not_linked_does_nothing(desk):
    browser = await desk.at_work("prosecutor")
    other = await desk.person()
    await linked(desk, other)
    await browser.follow(await browser.post("/me/unlink"))
    assert await desk.owner.fetchval("SELECT count(*) FROM staff_link") == 1
    assert await desk.audit("staff.unlinked") == []


async def test_suspending_takes_chat_and_code_away(desk):
    admin, person = await desk.at_work("admin"), await desk.person()
    browser = await desk.signed_in(person)
    code = await offered(desk, browser)
    await linked(desk, person)
    await admin.get("/people")
    assert (await admin.post(f"/people/{person.id}/suspend")).status == 303
    assert await links.offered(desk.owner, code, desk.clock()) is None
    assert await desk.owner.fetchval("SELECT count(*) FROM staff_link") == 0
    assert (await browser.post("/me/link")).status != 200


async def test_the_desk_need_not_know_which_chat_it_is(desk):
    await linked(desk, await desk.person())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.site.pool.fetch("SELECT sealed, chat_ref FROM staff_link")


async def test_an_address_and_the_digest_are_kept_for_oneself_alone(desk):
    person, other = await desk.person(), await desk.person()
    browser = await desk.signed_in(person)
    assert 'value="yes" checked' in (await browser.get("/me")).text
    answer = await browser.follow(
        await browser.post("/me/notices", {"mail": " marchenko@example.org "})
    )
    assert "Збережено" in answer.text
    assert 'value="marchenko@example.org"' in answer.text
    assert 'value="yes" checked' not in answer.text
    kept = await notices.wishes(desk.owner, person.id)
    assert (kept.mail, kept.digest) == ("marchenko@example.org", False)
    assert (await notices.wishes(desk.owner, other.id)).mail == ""
    assert "marchenko@" not in repr(kept)
    await browser.post("/me/notices", {"mail": "", "digest": "yes"})
    assert (await notices.wishes(desk.owner, person.id)).digest
    assert (await notices.wishes(desk.owner, person.id)).mail == ""


@pytest.mark.parametrize(
    "address",
    ["marchenko", "@example.org", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org",
     "a@example.org, b@example.org", "x" * 250 + "@example.org", "<script>@example.org"],
)  # fmt: skip
async def test_what_is_no_address_is_not_kept(desk, address):
    browser = await desk.at_work("prosecutor")
    answer = await browser.follow(await browser.post("/me/notices", {"mail": address}))
    assert "не схоже на адресу" in answer.text
    assert await desk.owner.fetchval("SELECT count(*) FROM staff_notice") == 0


async def test_whoever_waits_for_their_role_has_no_code(desk):
    browser = await desk.signed_in(await desk.person(state="pending"))
    assert (await browser.post("/me/link")).status != 200
    assert await desk.owner.fetchval("SELECT count(*) FROM link_code") == 0


async def test_the_same_in_english(desk):
    browser = await desk.at_work("prosecutor")
    assert "Link Telegram" in (await browser.get("/me", **{"Accept-Language": "en"})).text
