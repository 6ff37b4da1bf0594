"""The working card: whose word is taken, shown where the case leads, and gone when it is undone."""

import re
from uuid import UUID

import pytest
from sealed_cases import SOFIIA, SONIA, Safe
from test_desk_pairs import decided, looked

from cases.merging import MERGED
from cases.retention import ERASURE_WAITS, shred

CARD = re.compile(r'<h2 id="merged-1">.*?</section>', re.DOTALL)


@pytest.fixture
def safe(desk) -> Safe:
    return Safe(desk)


@pytest.fixture
async def pair(desk, safe):
    """Two cases, the first of which leads; who decided it; the decision."""
    first, second = await safe.case(SOFIIA), await safe.case(SONIA)
    browser = await safe.unlocked(await desk.person("head"))
    await decided(browser, "same", leads=first)
    return browser, first, second, await desk.owner.fetchval("SELECT id FROM pair_decision")


async def chosen(browser, decision, **sides):
    await looked(browser, f"/pairs/{decision}/merge")
    fields = {f"f-{key}": str(case) for key, case in sides.items()}
    return await browser.post(f"/pairs/{decision}/merge", fields)


async def card(browser, case):
    """The working card on the page of the case, once all is compared; "" for none."""
    for _ in range(50):
        text = (await browser.get(f"/cases/{case}")).text
        if "Порівнюємо" not in text:
            break
    found = CARD.search(text)
    return found[0] if found else ""


async def test_each_field_is_chosen_and_the_card_stands_where_the_case_leads(desk, pair):
    browser, first, second, decision = pair
    page = (await looked(browser, f"/pairs/{decision}/merge")).text
    assert "Софія" in page
    assert "Соня" in page
    answer = await chosen(browser, decision, family=first, given=second, patronymic=first, born="")
    assert answer.to == f"/cases/{first}?said=merged"
    told = await card(browser, first)
    for word in ("Канаркова", "Соня", "Ігорівна", "7K4M-0000", "7K4M-0001"):
        assert word in told, word
    assert "Народ" not in told, "neither was taken"
    assert await card(browser, second) == ""


async def test_both_families_words_and_codes_stay_as_they_were(desk, pair):
    browser, first, second, decision = pair
    before = await desk.owner.fetch(
        "SELECT id, sealed FROM sealed_object WHERE kind <> $1 ORDER BY id", MERGED
    )
    await chosen(browser, decision, given=first, family=second)
    after = await desk.owner.fetch(
        "SELECT id, sealed FROM sealed_object WHERE kind <> $1 ORDER BY id", MERGED
    )
    assert before == after
    rows = await desk.owner.fetch(
        "SELECT case_id, sealed FROM sealed_object WHERE kind = $1", MERGED
    )
    assert [row["case_id"] for row in rows] == [first]
    codes = await desk.owner.fetch("SELECT code FROM cases ORDER BY code")
    assert [row["code"] for row in codes] == ["7K4M-0000", "7K4M-0001"]
    (entry,) = await desk.audit("pair.merged")
    assert (entry["subject"], "sealed" in entry["detail"]) == (first, True)
    assert "Соня" not in str([dict(one) for one in await desk.owner.fetch("SELECT * FROM audit")])


async def test_choosing_anew_takes_the_place_and_the_history_stays(desk, pair):
    browser, first, second, decision = pair
    await chosen(browser, decision, given=second)
    await chosen(browser, decision, given=first)
    told = await card(browser, first)
    assert "Софія" in told
    assert "Соня" not in told
    assert told.count("П-01 ·") == 2
    page = (await looked(browser, f"/pairs/{decision}/merge")).text
    assert re.search(rf'name="f-given" value="{first}" checked', page)


async def test_undoing_the_decision_takes_the_card_away_by_a_later_object(desk, pair):
    browser, first, _, decision = pair
    await chosen(browser, decision, given=first)
    assert await card(browser, first)
    await browser.post(f"/pairs/{decision}/undo", {"to": "/pairs"})
    assert await card(browser, first) == ""
    count = "SELECT count(*) FROM sealed_object WHERE kind = $1"
    assert await desk.owner.fetchval(count, MERGED) == 2
    assert (await browser.get(f"/pairs/{decision}/merge")).status == 409
    await decided(browser, "same", leads=first)
    assert await card(browser, first) == "", "another decision, other choices"


async def test_undoing_without_a_card_seals_nothing(desk, pair):
    browser, _, _, decision = pair
    await browser.post(f"/pairs/{decision}/undo", {"to": "/pairs"})
    count = "SELECT count(*) FROM sealed_object WHERE kind = $1"
    assert await desk.owner.fetchval(count, MERGED) == 0


@pytest.mark.parametrize("column", ["withdrawn_at", "erase_asked_at"])
async def test_what_a_family_took_back_is_no_longer_on_the_card(desk, pair, column):
    browser, first, second, decision = pair
    await chosen(browser, decision, given=first, family=second)
    await desk.owner.execute(f"UPDATE cases SET {column} = now() WHERE id = $1", second)
    assert await card(browser, first) == ""


async def test_when_the_other_case_is_erased_nothing_of_it_is_left(desk, pair, clock):
    browser, first, second, decision = pair
    await chosen(browser, decision, given=first, family=second)
    await desk.owner.execute("UPDATE cases SET erase_asked_at = $2 WHERE id = $1", second, clock())
    clock.at += ERASURE_WAITS
    clock.passes(seconds=1)
    assert await shred(desk.owner, signer=desk.signer, now=clock()) == 1
    row = await desk.owner.fetch("SELECT case_id FROM sealed_object")
    assert {one["case_id"] for one in row} == {first}


async def test_only_who_may_open_both_chooses(desk, safe):
    first = await safe.case(SOFIIA, oblast="UA-65")
    second = await safe.case(SONIA, oblast="UA-23")
    head = await safe.unlocked(await desk.person("head"))
    await decided(head, "same", leads=first)
    decision = await desk.owner.fetchval("SELECT id FROM pair_decision")
    await chosen(head, decision, given=first, family=second)
    near = await safe.unlocked(await desk.person("prosecutor", ("UA-65",)))
    assert (await near.get(f"/pairs/{decision}/merge")).status == 403
    assert (await near.post(f"/pairs/{decision}/merge", {"f-given": str(first)})).status == 403
    assert await card(near, first) == "", "words of a case they may not open"


@pytest.mark.parametrize(
    "fields", [{}, {"f-given": "x"}, {"f-given": str(UUID(int=7))}, {"f-given": ""}]
)
async def test_nothing_chosen_seals_nothing(desk, pair, fields):
    browser, _, _, decision = pair
    await looked(browser, f"/pairs/{decision}/merge")
    assert (await browser.post(f"/pairs/{decision}/merge", fields)).status == 409
    assert await desk.audit("pair.merged") == []


async def test_without_a_leading_case_or_a_decision_there_is_nothing_to_choose(desk, safe):
    await safe.case(SOFIIA)
    await safe.case(SONIA)
    browser = await safe.unlocked(await desk.person("head"))
    await decided(browser, "same")
    decision = await desk.owner.fetchval("SELECT id FROM pair_decision")
    assert (await browser.get(f"/pairs/{decision}/merge")).status == 409
    assert (await browser.get(f"/pairs/{UUID(int=7)}/merge")).status == 409


async def test_names_on_the_card_are_escaped(desk, safe):
    first = await safe.case({"family": "<b>Канаркова", "given": "Софія"})
    await safe.case({"family": "<b>Канаркова", "given": "Соня"})
    browser = await safe.unlocked(await desk.person("head"))
    await decided(browser, "same", leads=first)
    decision = await desk.owner.fetchval("SELECT id FROM pair_decision")
    await chosen(browser, decision, family=first)
    told = await card(browser, first)
    assert "&lt;b&gt;" in told
    assert "<b>Канаркова" not in told
