"""Cases given to colleagues: whom they may be given to, what was taken meanwhile, who hears of it."""

import re

import pytest
from sealed import granted, sent
from test_desk_casework import unlocked

from cases import errands
from locales import say


async def picked(desk, browser, cases, who, to="/queue"):
    return await browser.follow(
        await browser.post(
            "/queue/assign", {"case": [str(one) for one in cases], "who": str(who), "to": to}
        )
    )


async def takers(desk):
    rows = await desk.owner.fetch("SELECT id, taken_by FROM cases")
    return {row["id"]: row["taken_by"] for row in rows}


async def test_ticked_lines_go_to_one_person_and_each_has_its_entry(desk):
    cases = [await desk.case() for _ in range(3)]
    left = await desk.case()
    person = await desk.person(name="Гончар")
    triage = await desk.at_work("triage")
    page = await triage.get("/queue")
    assert page.text.count('name="case"') == 4
    answer = await picked(desk, triage, cases, person.id)
    assert "Призначено 3 справи." in answer.text
    assert await takers(desk) == {**dict.fromkeys(cases, person.id), left: None}
    entries = await desk.audit("case.assigned")
    assert {entry["subject"] for entry in entries} == set(cases)
    assert {row["status"] for row in await desk.owner.fetch("SELECT status FROM cases")} == {
        "received",
        "screening",
    }


async def test_what_was_taken_meanwhile_stays_and_is_said_with_its_taker(desk):
    person, faster = await desk.person(name="Гончар"), await desk.person(name="Савчук")
    cases = [await desk.case() for _ in range(6)]
    head = await desk.at_work("head")
    await (await desk.signed_in(faster)).post(f"/cases/{cases[2]}/take")
    answer = await picked(desk, head, cases, person.id)
    assert "Призначено 5 справ." in answer.text
    assert f"1 справу тим часом узяли: {faster.handle}." in answer.text
    assert (await takers(desk))[cases[2]] == faster.id


async def test_a_person_is_given_only_cases_of_their_oblasts_and_only_open_ones(desk):
    person = await desk.person(units=("UA-65",), name="Гончар")
    own, foreign = await desk.case(), await desk.case(oblast="UA-23")
    shut = await desk.case(status="closed")
    head = await desk.at_work("head")
    answer = await picked(desk, head, [own, foreign, shut], person.id)
    for said in ("Призначено 1 справу.", "1 справа не з областей", "1 справа вже не в роботі."):
        assert said in answer.text, said
    assert await takers(desk) == {own: person.id, foreign: None, shut: None}


@pytest.mark.parametrize(("role", "state"), [("operator", "active"), ("prosecutor", "suspended")])
async def test_who_takes_no_cases_is_given_none(desk, role, state):
    case, person = await desk.case(), await desk.person(role, state=state, name="Гончар")
    head = await desk.at_work("head")
    assert f'value="{person.id}"' not in (await head.get("/queue")).text
    answer = await head.post("/queue/assign", {"case": str(case), "who": str(person.id)})
    assert answer.status == 409
    assert await takers(desk) == {case: None}


@pytest.mark.parametrize("role", ["prosecutor", "operator", "auditor", "admin", "approver"])
async def test_others_see_no_ticks_and_are_denied(desk, role):
    case, person = await desk.case(), await desk.person(name="Гончар")
    browser = await desk.at_work(role)
    assert 'name="case"' not in (await browser.get("/queue")).text
    fields = {"case": str(case), "who": str(person.id)}
    assert (await browser.post("/queue/assign", fields)).status == 403
    assert (await browser.post(f"/cases/{case}/hand", fields)).status == 403
    assert await takers(desk) == {case: None}
    assert len(await desk.audit("desk.denied")) == 2


@pytest.mark.parametrize("fields", [{}, {"who": "x"}, {"case": "x"}])
async def test_nothing_ticked_or_nobody_chosen_is_told(desk, fields):
    case, person = await desk.case(), await desk.person(name="Гончар")
    head = await desk.at_work("head")
    whole = {"case": str(case), "who": str(person.id), **fields}
    if not fields:
        del whole["case"]
    answer = await head.follow(
        await head.post("/queue/assign", {**whole, "to": "/queue?view=all"})
    )
    assert "Спершу оберіть рядки й людину." in answer.text
    assert await takers(desk) == {case: None}


@pytest.mark.parametrize(
    "query", ["said=dealt", "said=dealt&n=x&late=1_2.&gone=-1", "said=dealt&late=9999999.1&n=٣"]
)
async def test_an_address_somebody_made_up_says_nothing_of_cases(desk, query):
    head = await desk.at_work("head")
    answer = await head.get(f"/queue?{query}")
    assert answer.status == 200
    assert (
        "справ" not in re.search(r'<div class="told wrong"(.*?)</div>', answer.text, re.DOTALL)[1]
    )


async def test_whoever_was_given_a_case_reads_so_and_may_give_it_back(desk):
    case, person = await desk.case(), await desk.person(name="Гончар")
    head = await desk.at_work("head")
    await picked(desk, head, [case], person.id)
    browser = await desk.signed_in(person)
    page = (await browser.get("/queue")).text
    assert "П-02 передає Вам" in page
    assert f'href="/cases/{case}"' in page
    await browser.post(f"/errands/{case}/seen")
    assert "передає Вам" not in (await browser.get("/queue")).text
    await browser.post(f"/cases/{case}/release")
    assert await takers(desk) == {case: None}
    answer = await picked(desk, head, [case], person.id)
    assert "Призначено 1 справу." in answer.text, "what was given back may be given again"


async def test_nobody_sees_or_ends_another_s_line(desk):
    case, person = await desk.case(), await desk.person(name="Гончар")
    other = await desk.at_work("prosecutor")
    await picked(desk, await desk.at_work("head"), [case], person.id)
    assert "передає Вам" not in (await other.get("/queue")).text
    await other.post(f"/errands/{case}/seen")
    assert len(await errands.of(desk.owner, person)) == 1


async def test_giving_to_oneself_calls_nobody(desk):
    case, me = await desk.case(), await desk.person("head")
    browser = await desk.signed_in(me)
    await picked(desk, browser, [case], me.id)
    assert await takers(desk) == {case: me.id}
    assert await desk.owner.fetchval("SELECT count(*) FROM errand") == 0


# From the case's own page


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


async def _hand(browser, case, who, was=""):
    return await browser.post(f"/cases/{case}/hand", {"who": str(who), "was": str(was)})


async def test_a_head_hands_a_case_over_and_both_hear_of_it(desk, case):
    head = await unlocked(desk, await desk.person("head"))
    first, second = await desk.person(name="Гончар"), await desk.person(name="Савчук")
    page = await head.get(f"/cases/{case}")
    assert "Передати справу" in page.text
    answer = await head.follow(await _hand(head, case, first.id))
    assert "передано." in answer.text
    await _hand(head, case, second.id, was=first.id)
    assert await takers(desk) == {case: second.id}
    assert [one.why for one in await errands.of(desk.owner, first)] == [errands.MOVED]
    assert [one.why for one in await errands.of(desk.owner, second)] == [errands.HANDED]
    entries = [entry["detail"] for entry in await desk.audit("case.assigned")]
    assert str(first.id) in entries[1]


async def test_opening_the_case_ends_the_line(desk, case):
    person = await desk.person(name="Гончар")
    browser = await unlocked(desk, person)
    await picked(desk, await desk.at_work("head"), [case], person.id)
    assert (await browser.get(f"/cases/{case}")).status == 200
    assert await errands.of(desk.owner, person) == ()


async def test_a_case_that_is_another_s_meanwhile_is_not_handed_over(desk, case):
    head, person = await desk.at_work("head"), await desk.person(name="Гончар")
    faster = await desk.person(name="Савчук")
    await (await desk.signed_in(faster)).post(f"/cases/{case}/take")
    assert (await _hand(head, case, person.id)).status == 409
    assert await takers(desk) == {case: faster.id}


async def test_only_a_head_gives_a_case_to_another_oblast_which_may_then_open_it(desk, case, held):
    far = await desk.person(units=("UA-63",), name="Гончар")
    reader = await unlocked(desk, far)
    assert (await reader.get(f"/cases/{case}")).status == 403
    triage, head = await desk.at_work("triage"), await desk.at_work("head")
    assert (await _hand(triage, case, far.id)).status == 409
    assert (await _hand(head, case, far.id)).status == 303
    assert "Коваленко" in (await reader.get(f"/cases/{case}")).text
    (entry,) = await desk.audit("case.assigned")
    assert '"granted": true' in entry["detail"]
    await reader.post(f"/cases/{case}/release")
    assert (await reader.get(f"/cases/{case}")).status == 403, "given back, it is theirs no more"


async def test_the_page_names_people_of_other_oblasts_apart_and_to_heads_only(desk, case):
    far = await desk.person(units=("UA-63",), name="Гончар")
    triage = await unlocked(desk, await desk.person("triage", name="Савчук"))
    head = await unlocked(desk, await desk.person("head", name="Ткач"))
    assert f'value="{far.id}"' not in (await triage.get(f"/cases/{case}")).text
    text = (await head.get(f"/cases/{case}")).text
    assert say("uk", "hand.outside") in text
    assert f'value="{far.id}"' in text


async def test_a_closed_case_is_handed_to_nobody(desk, case):
    head, person = await desk.at_work("head"), await desk.person(name="Гончар")
    await desk.owner.execute("UPDATE cases SET status = 'closed'")
    assert (await _hand(head, case, person.id)).status == 409
