"""Free search: by codes and colleagues without a key, by names with one, never beyond one's own."""

import logging

import pytest
from pyrage.x25519 import Identity
from sealed_cases import SOFIIA, Safe

from cases import finding, matching
from cases.matching import Wanted
from desk.locking import lock_what_ended
from desk.searches import KEPT, MOST, Searches

NAMES = [
    "Канаркова", "канарков", "Kanarkova", "Канаркова Софія", "соня канаркова", "Sofiya",
    "КАНАР", "Софья", "Ігорівна", "Софія Игоревна",
]  # fmt: skip


@pytest.fixture
def safe(desk) -> Safe:
    return Safe(desk)


async def looked(browser, words):
    answer = await browser.post("/search", {"words": words})
    assert answer.status == 303, answer.text
    return await browser.get(answer.to)


def found(answer):
    return answer.text.count('id="case-')


@pytest.mark.parametrize(
    "typed",
    ["7K4M-29QX", "7k4m 29qx", "7к4м29qх", "ДТ-7K4M-29QX", "7K4M", "7к4", "29QX", "29q", "7K4M-29",
     " 7K4M–29QX "],
)  # fmt: skip
async def test_a_code_is_found_however_it_was_written_and_by_either_half(desk, typed):
    await desk.case(code="7K4M-29QX")
    await desk.case(code="H3CC-44RW")
    answer = await looked(await desk.at_work("operator"), typed)
    assert found(answer) == 1, typed
    assert "7K4M-29QX" in answer.text


@pytest.mark.parametrize("typed", ["7K", "K4M", "9QX", "%", "7K4M-29QXX", "нічого"])
async def test_what_is_no_beginning_of_a_code_finds_nothing(desk, typed):
    await desk.case(code="7K4M-29QX")
    answer = await looked(await desk.at_work("head"), typed)
    assert found(answer) == 0
    assert "Знайдено 0 справ." in answer.text


@pytest.mark.parametrize("typed", ["П-01", "p-1", "П 01", "1"])
async def test_a_colleague_s_number_finds_what_they_work_on(desk, typed):
    person = await desk.person()
    mine = await desk.case(taken_by=person.id, status="in_work")
    await desk.case(taken_by=person.id, status="closed")
    await desk.case()
    answer = await looked(await desk.at_work("head"), typed)
    assert found(answer) == 1
    assert f"case-{mine}" in answer.text


async def test_nothing_beyond_one_s_own_oblasts_is_found(desk, safe):
    person = await desk.person(units=("UA-65",), name="Гончар")
    far = await safe.case(SOFIIA, code="7K4M-29QX", oblast="UA-23", taken_by=None)
    browser = await safe.unlocked(person)
    for words in ("7K4M", "29QX", "Канаркова", "П-09"):
        assert found(await looked(browser, words)) == 0, words
    await desk.owner.execute("UPDATE cases SET taken_by = $1", person.id)
    assert found(await looked(browser, "7K4M")) == 1, "a case that is theirs"
    assert f"case-{far}" in (await looked(browser, "Канаркова")).text


@pytest.mark.parametrize("words", NAMES)
async def test_with_an_open_key_names_are_found_in_any_spelling(desk, safe, words):
    case = await safe.case(SOFIIA)
    await safe.case({"family": "Ткаченко", "given": "Андрій"})
    answer = await looked(await safe.unlocked(await desk.person("prosecutor")), words)
    assert found(answer) == 1, words
    assert f"case-{case}" in answer.text


async def test_every_word_must_be_on_the_card(desk, safe):
    await safe.case(SOFIIA)
    browser = await safe.unlocked(await desk.person("prosecutor"))
    assert found(await looked(browser, "Канаркова Андрій")) == 0
    assert found(await looked(browser, "Канаркова 380501234567")) == 0


async def test_without_an_open_key_no_name_is_found(desk, safe):
    await safe.case(SOFIIA)
    await looked(await safe.unlocked(await desk.person("head")), "Канаркова")
    answer = await looked(await desk.at_work("head"), "Канаркова")
    assert found(answer) == 0
    assert "З відкритим ключем" in answer.text


async def test_a_key_that_does_not_open_the_case_finds_nothing(desk, safe):
    await safe.case(SOFIIA)
    await looked(await safe.unlocked(await desk.person("head")), "Канаркова")
    other = await safe.unlocked(await desk.person("head", name="Савчук"), Identity.generate())
    assert found(await looked(other, "Канаркова")) == 0


async def test_a_family_that_did_not_agree_to_be_compared_is_not_found_by_name(desk, safe):
    case = await safe.case(SOFIIA)
    browser = await safe.unlocked(await desk.person("head"))
    assert found(await looked(browser, "Канаркова")) == 1
    await safe.corrected(case, SOFIIA, match=False)
    assert found(await looked(browser, "Канаркова")) == 0


async def test_the_words_are_in_no_address_no_log_and_no_audit(desk, safe, caplog):
    case = await safe.case(SOFIIA)
    browser = await safe.unlocked(await desk.person("head"))
    with caplog.at_level(logging.DEBUG):
        answer = await browser.post("/search", {"words": "Канаркова"})
        page = await browser.get(answer.to)
    assert "Канарк" not in answer.to
    assert "%D0" not in answer.to
    assert page.headers["Cache-Control"] == "no-store"
    # drivers and servers at DEBUG tell what they carry; ours tell nothing
    assert not [one for one in caplog.records if "Канарк" in one.getMessage()]
    (entry,) = await desk.audit("case.found")
    assert (entry["subject"], entry["detail"]) == (case, "{}")
    rows = await desk.owner.fetch("SELECT * FROM audit")
    assert "Канарк" not in str([dict(row) for row in rows])


async def test_going_back_shows_the_same_search_and_nobody_else_s(desk):
    await desk.case(code="7K4M-29QX")
    browser, other = await desk.at_work("head"), await desk.at_work("head")
    answer = await browser.post("/search", {"words": "7K4M"})
    assert found(await browser.get(answer.to)) == 1
    assert found(await browser.get(answer.to)) == 1
    assert (await other.get(answer.to)).to == "/queue?said=forgotten"


async def test_locking_the_last_key_forgets_what_was_searched(desk, safe, clock):
    await safe.case(SOFIIA)
    browser = await safe.unlocked(await desk.person("head"))
    answer = await browser.post("/search", {"words": "Канаркова"})
    assert found(await browser.get(answer.to)) == 1
    await browser.post("/lock")
    assert (await browser.follow(await browser.get(answer.to))).status == 200
    assert desk.site.searches._held == {}
    clock.passes(minutes=16)
    await lock_what_ended(desk.site)


async def test_a_search_is_kept_for_a_quarter_of_an_hour_and_twenty_of_them(clock):
    from uuid import uuid4

    session, held = uuid4(), Searches()
    names = [held.keep(session, str(number), clock()) for number in range(MOST + 3)]
    assert [held.of(name, session, clock()) for name in names[:4]] == [None, None, None, "3"]
    assert held.of(names[5], uuid4(), clock()) is None
    clock.at += KEPT
    assert held.of(names[5], session, clock()) is None
    assert "19" not in repr(held)


async def test_a_line_that_was_found_is_taken_and_leads_back(desk):
    case = await desk.case(code="7K4M-29QX")
    browser = await desk.at_work("prosecutor")
    answer = await browser.post("/search", {"words": "7K4M"})
    page = await browser.get(answer.to)
    assert f'name="to" value="{answer.to}"' in page.text
    await browser.post(f"/cases/{case}/take", {"to": answer.to})
    assert await desk.owner.fetchval("SELECT taken_by FROM cases") is not None


async def test_no_search_reads_the_whole_table(desk, pool):
    asked = []

    class Ear:
        async def fetch(self, query, *values, **_):
            asked.append((query, values))
            return []

    person = await desk.person()
    await finding.by_code(Ear(), person, "7K4")
    await finding.by_taker(Ear(), person, 7)
    await finding.by_id(Ear(), person, [])
    async with pool.acquire() as connection:
        await connection.execute("SET enable_seqscan = off")
        for query, values in asked:
            rows = await connection.fetch(f"EXPLAIN {query}", *values)
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan on cases" not in plan, plan
        await connection.execute("RESET enable_seqscan")


# What is looked for on a card


CARD = matching.spelled(
    matching.read(
        "c",
        {
            "item": "k", "name": {"family": "Коваленко-Ткач", "given": "Олександр"},
            "places": {"home": {"country": "UA", "oblast": "UA-65", "text": "нова каховка",
                                "name": "Нова Каховка"}},
            "phones": ["+380501234567", "@mama_artema"],
            "id_numbers": "паспорт ЕН 123456",
        },
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["Сашко", "Каховка", "nova kakhovka", "ткач", "050 123 45 67", "(050) 123-45-67",
     "1234567", "380501234567", "8 050 1234567", "@mama_artema", "ЕН 123456", "Саша Коваленко"],
)  # fmt: skip
def test_a_card_is_found_by(words):
    assert Wanted.of(words).finds(CARD)


@pytest.mark.parametrize("words", ["Андрій", "Херсон", "0501234568", "@mama", "Коваленко Андрій"])
def test_a_card_is_not_found_by(words):
    wanted = Wanted.of(words)
    assert wanted is None or not wanted.finds(CARD)


@pytest.mark.parametrize("words", ["", " ", "я", "12", "— !", "@"])
def test_nothing_is_looked_for(words):
    assert Wanted.of(words) is None


def test_what_is_looked_for_is_in_no_repr():
    assert "kovalenk" not in repr(Wanted.of("Коваленко"))
    assert "kovalenk" not in repr(CARD)
