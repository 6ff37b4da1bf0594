"""Duplicates: who sees which cards side by side, what a decision does, and that it is undone."""

import asyncio
import re
from uuid import UUID, uuid4

import pytest
from pyrage.x25519 import Identity
from sealed_cases import SOFIIA, SONIA, Safe

from cases import own, pairs, sessions
from cases.matching.weigh import WEIGHTS
from cases.pairs import Child, Decision, Pair
from cases.person import NotNow
from cases.retention import ERASURE_WAITS, shred
from desk.locking import lock_what_ended
from desk.pages import _ENVIRONMENT
from desk.pairs import pairs_of_case
from desk.ring import LONGEST
from desk.visitor import Visitor
from locales import say
from locales.catalogs import STAFF_LOCALES

WAITING = "Порівнюємо картки"


@pytest.fixture
def safe(desk) -> Safe:
    return Safe(desk)


async def looked(browser, path="/pairs"):
    """The page, once all is compared."""
    for _ in range(100):
        answer = await browser.get(path)
        if WAITING not in answer.text:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError("the comparing never ends")


async def decided(browser, word, leads="", one=0):
    """What the form of the first pair sends."""
    page = (await looked(browser)).text
    sides = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', page)[one] for name in ("one", "other")
    }
    fields = {**sides, "decision": word, "leads": str(leads), "to": "/pairs"}
    return await browser.post("/pairs", fields)


async def status(desk, case):
    return await desk.owner.fetchval("SELECT status FROM cases WHERE id = $1", case)


async def two(safe, **given):
    return await safe.case(SOFIIA, **given), await safe.case(SONIA, **given)


async def test_two_reports_of_one_child_stand_side_by_side_field_by_field(desk, safe):
    await two(safe)
    browser = await safe.unlocked(await desk.person("prosecutor"))
    page = (await looked(browser)).text
    for word in (
        "7K4M-0000", "7K4M-0001", "Софія", "Соня", "Канаркова", "скорочене ім’я",
        "той самий день", "збігається", "нічого не каже", "імовірно одна", "Та сама дитина",
    ):  # fmt: skip
        assert word in page, word


async def test_names_are_escaped(desk, safe):
    await safe.case({"family": "<b>Канаркова", "given": "Софія"})
    await safe.case({"family": "<b>Канаркова", "given": "Софія"})
    page = (await looked(await safe.unlocked(await desk.person("head")))).text
    assert "&lt;b&gt;" in page
    assert "<b>Канаркова" not in page


async def test_a_family_that_did_not_agree_is_never_compared(desk, safe):
    await safe.case(SOFIIA)
    silent = await safe.case(SONIA, match=False)
    page = (await looked(await safe.unlocked(await desk.person("head")))).text
    assert "Нових збігів немає" in page
    assert desk.site.deck.found(silent) == []


async def test_whoever_takes_the_agreement_back_in_a_correction_is_out_at_once(desk, safe):
    first, _ = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    assert "Соня" in (await looked(browser)).text
    await safe.corrected(first, SOFIIA, match=False)
    assert "Нових збігів немає" in (await looked(browser)).text


async def test_a_correction_is_what_is_compared(desk, safe):
    first, _ = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    await looked(browser)
    await safe.corrected(first, {"family": "Канаркова", "given": "Софійка"})
    page = (await looked(browser)).text
    assert "Софійка" in page
    assert "Софія" not in page


@pytest.mark.parametrize("column", ["withdrawn_at", "erase_asked_at", "erased_at"])
async def test_what_was_taken_back_takes_part_no_longer(desk, safe, column):
    first, _ = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    assert "Соня" in (await looked(browser)).text
    await desk.owner.execute(f"UPDATE cases SET {column} = now() WHERE id = $1", first)
    assert "Соня" not in (await looked(browser)).text


async def test_children_of_one_case_are_no_pair(desk, safe):
    await safe.case(SOFIIA, SONIA)
    assert (
        "Нових збігів немає" in (await looked(await safe.unlocked(await desk.person("head")))).text
    )


async def test_a_prosecutor_sees_pairs_within_the_own_oblasts_only(desk, safe):
    await safe.case(SOFIIA, oblast="UA-65")
    await safe.case(SONIA, oblast="UA-23")
    head = await safe.unlocked(await desk.person("head"))
    assert "Соня" in (await looked(head)).text
    one = await safe.unlocked(await desk.person("prosecutor", ("UA-65",)))
    page = (await looked(one)).text
    assert "Соня" not in page
    assert "7K4M-0000" not in page


async def test_a_pair_across_oblasts_cannot_be_decided_by_one_of_them(desk, safe):
    first = await safe.case(SOFIIA, oblast="UA-65")
    second = await safe.case(SONIA, oblast="UA-23")
    await looked(await safe.unlocked(await desk.person("head")))
    one = await safe.unlocked(await desk.person("prosecutor", ("UA-65",)))
    fields = {"one": f"{first}.k3x0", "other": f"{second}.k3x0", "decision": "same"}
    assert (await one.post("/pairs", fields)).status == 403
    assert await desk.owner.fetchval("SELECT count(*) FROM pair_decision") == 0
    assert await desk.audit("desk.denied")


@pytest.mark.parametrize("role", ["operator", "approver", "admin", "auditor"])
async def test_who_may_not_open_may_not_compare(desk, role):
    browser = await desk.at_work(role)
    assert (await browser.get("/pairs")).status == 403
    assert 'href="/pairs"' not in (await browser.get("/queue")).text


async def test_without_an_open_key_nothing_is_shown(desk, safe):
    await two(safe)
    answer = await (await desk.at_work("head")).get("/pairs")
    assert (answer.status, answer.to) == (303, "/unlock?to=%2Fpairs")


async def test_what_a_colleagues_key_opened_is_not_shown_to_whose_key_does_not(desk, safe):
    await two(safe)
    assert "Соня" in (await looked(await safe.unlocked(await desk.person("head")))).text
    other = await safe.unlocked(await desk.person("head"), Identity.generate())
    assert "Соня" not in (await looked(other)).text


async def test_what_one_key_did_not_open_is_tried_with_anothers(desk, safe):
    await two(safe)
    other = await safe.unlocked(await desk.person("head"), Identity.generate())
    assert "Соня" not in (await looked(other)).text
    assert "Соня" in (await looked(await safe.unlocked(await desk.person("head")))).text


async def test_locking_forgets_every_card(desk, safe):
    first, _ = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    await looked(browser)
    assert desk.site.deck.found(first)
    await browser.post("/lock")
    assert desk.site.deck.found() == []
    assert desk.site.deck.objects_of(first) is None


async def test_cards_stay_while_a_colleagues_key_is_open(desk, safe):
    await two(safe)
    one, other = [await safe.unlocked(await desk.person("head")) for _ in range(2)]
    await looked(one)
    await one.post("/lock")
    assert desk.site.deck.found()
    await other.post("/lock")
    assert desk.site.deck.found() == []


async def test_keys_left_open_are_locked_when_their_time_is_over(desk, safe, clock):
    await two(safe)
    await looked(await safe.unlocked(await desk.person("head")))
    desk.site.ring.expire(clock() + LONGEST)
    assert desk.site.deck.found() == []


async def test_whoever_signs_out_or_is_suspended_leaves_no_card_behind(desk, safe):
    await two(safe)
    person, other = await desk.person("head"), await desk.person("head")
    browser = await safe.unlocked(person)
    await safe.unlocked(other)
    await looked(browser)
    await browser.post("/sign-out")
    await lock_what_ended(desk.site)
    assert desk.site.deck.found()
    await desk.owner.execute("UPDATE staff SET state = 'suspended' WHERE id = $1", other.id)
    await lock_what_ended(desk.site)
    assert desk.site.deck.found() == []


async def test_what_was_shown_is_written_down_of_both_cases(desk, safe):
    first, second = await two(safe)
    person = await desk.person("head")
    await looked(await safe.unlocked(person))
    told = {(row["subject"], row["actor"]) for row in await desk.audit("pair.seen")}
    assert told == {(first, str(person.id)), (second, str(person.id))}


async def test_different_children_are_suggested_no_more_until_it_is_undone(desk, safe):
    await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    answer = await decided(browser, "different")
    page = (await browser.follow(answer)).text
    assert "різні діти" in page
    assert "Нових збігів немає" in page
    undone = re.search(r'action="(/pairs/[^/]+/undo)"', page)[1]
    assert "Соня" in (await browser.follow(await browser.post(undone, {"to": "/pairs"}))).text


async def test_whoever_does_not_know_puts_the_pair_off_and_decides_later(desk, safe):
    await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    await browser.follow(await decided(browser, "unsure"))
    assert "Соня" not in (await looked(browser)).text
    page = (await looked(browser, "/pairs?view=unsure")).text
    sides = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("one", "other")
    }
    assert (await browser.post("/pairs", {**sides, "decision": "same"})).status == 303
    assert "Відкладених збігів немає" in (await looked(browser, "/pairs?view=unsure")).text
    stands = await desk.owner.fetch("SELECT decision FROM pair_decision WHERE undone_at IS NULL")
    assert [row["decision"] for row in stands] == ["same"]


async def test_the_same_child_makes_one_case_the_duplicate_of_the_other(desk, safe):
    first, second = await two(safe, status="screening")
    person = await desk.person("prosecutor")
    browser = await safe.unlocked(person)
    assert (await decided(browser, "same", leads=first)).status == 303
    assert await status(desk, first) == "screening"
    assert await status(desk, second) == "duplicate_of"
    row = await desk.owner.fetchrow("SELECT duplicate_of, stood FROM cases WHERE id = $1", second)
    assert tuple(row) == (first, "screening")
    told = await desk.audit("pair.decided")
    assert {row["subject"] for row in told} == {first, second}
    assert {row["actor"] for row in told} == {str(person.id)}


async def test_the_family_of_the_duplicate_goes_on_seeing_the_same_word(desk, safe):
    first, second = await two(safe, status="screening", chat_ref=b"c" * 16)
    before = {one.id: one.word for one in await own.of_chat(desk.owner, b"c" * 16)}
    await decided(await safe.unlocked(await desk.person("head")), "same", leads=first)
    after = {one.id: one.word for one in await own.of_chat(desk.owner, b"c" * 16)}
    assert before == after == {first: "checking", second: "checking"}


async def test_nothing_is_said_to_either_family(desk, safe):
    first, _ = await two(safe)
    await decided(await safe.unlocked(await desk.person("head")), "same", leads=first)
    assert await desk.owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert await desk.owner.fetchval("SELECT count(*) FROM message") == 0
    assert await desk.owner.fetchval("SELECT count(*) FROM case_update") == 0


async def test_undoing_gives_the_case_its_former_status(desk, safe):
    first, second = await two(safe, status="in_work")
    browser = await safe.unlocked(await desk.person("head"))
    await decided(browser, "same", leads=second)
    assert await status(desk, first) == "duplicate_of"
    page = (await browser.get("/pairs?view=settled")).text
    assert "Ведемо справу 7K4M-0001" in page
    undone = re.search(r'action="(/pairs/[^/]+/undo)"', page)[1]
    assert (await browser.post(undone, {"to": "/pairs"})).status == 303
    row = await desk.owner.fetchrow(
        "SELECT status, duplicate_of, stood FROM cases WHERE id = $1", first
    )
    assert tuple(row) == ("in_work", None, None)
    assert {row["subject"] for row in await desk.audit("pair.undone")} == {first, second}
    assert (await browser.post(undone, {"to": "/pairs"})).status == 409


async def test_undoing_needs_a_right_to_both_cases(desk, safe):
    first = await safe.case(SOFIIA, oblast="UA-65")
    await safe.case(SONIA, oblast="UA-23")
    head = await safe.unlocked(await desk.person("head"))
    await decided(head, "same", leads=first)
    one = await safe.unlocked(await desk.person("prosecutor", ("UA-65",)))
    assert "7K4M" not in (await one.get("/pairs?view=settled")).text
    found = await desk.owner.fetchval("SELECT id FROM pair_decision")
    assert (await one.post(f"/pairs/{found}/undo")).status == 403
    assert await desk.owner.fetchval("SELECT undone_at FROM pair_decision") is None


async def test_both_cases_may_go_on(desk, safe):
    first, second = await two(safe)
    await decided(await safe.unlocked(await desk.person("head")), "same")
    assert [await status(desk, one) for one in (first, second)] == ["received", "received"]


async def test_a_case_of_several_children_is_never_the_duplicate(desk, safe):
    one, several = (
        await safe.case(SOFIIA),
        await safe.case(SONIA, {"family": "Канаркова", "given": "Іван"}),
    )
    browser = await safe.unlocked(await desk.person("head"))
    page = (await looked(browser)).text
    assert f'<option value="{several}">' in page
    assert f'<option value="{one}">' not in page
    assert (await decided(browser, "same", leads=one)).status == 409
    assert await status(desk, several) == "received"


@pytest.mark.parametrize("stands", ["needs_info", "closed"])
async def test_a_case_that_waits_for_its_family_or_is_closed_is_not_led(desk, safe, stands):
    first = await safe.case(SOFIIA)
    second = await safe.case(SONIA, status=stands)
    browser = await safe.unlocked(await desk.person("head"))
    assert (await decided(browser, "same", leads=first)).status == 409
    assert await status(desk, second) == stands


async def test_a_pair_is_decided_once_though_two_decide_at_once(desk, safe):
    first, second = await two(safe)
    person = await desk.person("head")
    pair = Pair.of(Child(first, "k3x0"), Child(second, "k3x0"))

    async def once(leads: UUID) -> None:
        async with desk.site.pool.acquire() as connection, connection.transaction():
            decision = Decision(uuid4(), pair, "same", 80, 1, leads)
            await pairs.decide(
                connection, decision, by=person, signer=desk.signer, now=desk.clock()
            )

    done = await asyncio.gather(once(first), once(second), return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [NotNow]
    led = [one for one in (first, second) if await status(desk, one) == "duplicate_of"]
    assert len(led) == 1


async def test_a_pair_that_nobody_suggested_cannot_be_decided(desk, safe):
    first = await safe.case(SOFIIA)
    second = await safe.case({"family": "Горобець", "given": "Олег"})
    browser = await safe.unlocked(await desk.person("head"))
    await looked(browser)
    fields = {"one": f"{first}.k3x0", "other": f"{second}.k3x0", "decision": "same"}
    assert (await browser.post("/pairs", fields)).status == 409


@pytest.mark.parametrize(
    "wrong", [{"decision": "merged"}, {"one": "x"}, {"leads": str(UUID(int=7))}]
)
async def test_a_form_that_makes_no_sense_decides_nothing(desk, safe, wrong):
    first, second = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    await looked(browser)
    fields = {"one": f"{first}.k3x0", "other": f"{second}.k3x0", "decision": "same", **wrong}
    assert (await browser.post("/pairs", fields)).status == 409
    assert await desk.owner.fetchval("SELECT count(*) FROM pair_decision") == 0


async def test_when_the_leading_case_is_erased_its_duplicate_is_back_in_the_queue(
    desk, safe, clock
):
    first, second = await two(safe, status="screening")
    await decided(await safe.unlocked(await desk.person("head")), "same", leads=first)
    await desk.owner.execute("UPDATE cases SET erase_asked_at = $2 WHERE id = $1", first, clock())
    later = clock() + ERASURE_WAITS * 2
    async with desk.owner.acquire() as connection:
        await connection.execute("SET ROLE dodomu_janitor")
        await shred(_Alone(connection), signer=desk.signer, now=later)
        await connection.execute("RESET ROLE")
    assert await status(desk, first) == "erased"
    assert await status(desk, second) == "screening"


class _Alone:
    """A pool of one connection."""

    def __init__(self, connection):
        self._connection = connection

    def acquire(self):
        return self

    async def __aenter__(self):
        return self._connection

    async def __aexit__(self, *_):
        return None


async def test_the_block_of_a_case_tells_codes_and_levels_but_no_names(desk, safe):
    first, second = await two(safe)
    person = await desk.person("head")
    browser = await safe.unlocked(person)
    await looked(browser, f"/pairs?case={second}")
    shown = await pairs_of_case(desk.site, await _visitor(desk, browser), first)
    template = _ENVIRONMENT.get_template("pairs_of_case.html")
    block = template.render(shown, _=lambda key, **_: key, moment=str)
    assert "7K4M-0001" in block
    assert "7K4M-0000" not in block
    assert f"/pairs?case={first}" in block
    assert "Соня" not in block


async def _visitor(desk, browser):
    signed = await sessions.current(
        desk.site.pool, browser.cookie("desk"), desk.clock(), deed=False
    )
    return Visitor("uk", "", "", False, "/", signed.person, signed.session)


async def test_a_page_of_one_case_shows_what_was_decided_too(desk, safe):
    first, _ = await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    await decided(browser, "different")
    page = (await looked(browser, f"/pairs?case={first}")).text
    assert "різні діти" in page
    assert "Скасувати" in page


async def test_a_page_that_waits_is_told_when_all_is_compared_or_locked(desk, safe):
    await two(safe)
    person = await desk.person("head")
    browser = await safe.unlocked(person)
    await looked(browser)
    assert (await browser.get("/pairs/state")).headers["HX-Redirect"] == "/pairs"
    desk.site.ring.lock(await safe.session(person))
    assert (await browser.get("/pairs/state")).headers["HX-Redirect"] == "/pairs"


async def test_what_takes_long_shows_how_far_it_is(desk, safe):
    await two(safe)
    browser = await safe.unlocked(await desk.person("head"))
    async with desk.owner.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE case_key IN ACCESS EXCLUSIVE MODE")
        page = (await browser.get("/pairs")).text
    assert "Порівняно 0 з 2" in page
    assert "Соня" not in page
    assert "Соня" in (await looked(browser)).text


@pytest.mark.parametrize("locale", STAFF_LOCALES)
def test_every_field_and_reason_has_its_words(locale):
    for key, reasons in WEIGHTS.items():
        assert say(locale, f"pairs.field.{key}")
        for reason, (verdict, _) in reasons.items():
            assert say(locale, f"pairs.reason.{reason}")
            assert say(locale, f"pairs.verdict.{verdict}")
