"""The queue: what is where, who may take what, and that two never take the same."""

import asyncio
from datetime import timedelta

import pytest

from cases import taking, views
from cases.permissions import EVERYWHERE
from cases.person import NotNow
from cases.views import PAGE, VIEWS, Filter, Place


async def test_a_new_report_stands_in_the_queue_with_its_reasons_in_words(desk):
    await desk.case(level="critical", reasons=["H1.threat_to_life"])
    browser = await desk.at_work("prosecutor")
    answer = await browser.get("/queue")
    assert answer.status == 200
    for word in (
        "7K4M-0000",
        "Невідкладне",
        "загроза життю",
        "Херсонська область",
        "Не повернули з табору",
        "6–11 років",
        "до ",
    ):
        assert word in answer.text
    assert "H1." not in answer.text


async def test_the_same_in_english(desk):
    await desk.case(level="critical", reasons=["H1.threat_to_life"])
    browser = await desk.at_work("prosecutor")
    await browser.post("/language", {"locale": "en", "to": "/queue"})
    answer = await browser.get("/queue")
    for word in ("Urgent", "threat to life", "Khersonska oblast"):
        assert word in answer.text
    assert '<html lang="en">' in answer.text


async def test_a_term_that_has_passed_is_told_in_a_word(desk, clock):
    await desk.case(due_at=clock() - timedelta(minutes=1))
    browser = await desk.at_work("head")
    assert "прострочено" in (await browser.get("/queue?view=overdue")).text


@pytest.mark.parametrize("view", VIEWS)
async def test_each_tab_shows_what_it_counts(desk, clock, view):
    person = await desk.person("head")
    late = clock() - timedelta(hours=1)
    ids = {
        "new": [
            await desk.case(),
            await desk.case(level="critical"),
            await desk.case(due_at=late),
        ],
        "mine": [await desk.case(taken_by=person.id, status="screening")],
        "waiting": [await desk.case(taken_by=person.id, status="needs_info")],
        "closed": [await desk.case(status="closed"), await desk.case(status="erased")],
    }
    new, mine, waiting, closed = ids.values()
    wanted = {
        "new": new,
        "urgent": new[1:2],
        "mine": mine + waiting,
        "waiting": waiting,
        "overdue": new[2:],
        "all": new + mine + waiting + closed,
    }[view]
    found = await views.page(desk.site.pool, person, view, Filter(), after=None, now=clock())
    assert {line.id for line in found.lines} == set(wanted)
    assert (await views.counts(desk.site.pool, person, clock()))[view] == len(wanted)


async def test_a_prosecutor_sees_the_own_oblasts_and_what_was_taken(desk, clock):
    person = await desk.person(units=("UA-65",))
    own = await desk.case()
    await desk.case(oblast="UA-23")
    await desk.case(oblast=None)
    taken = await desk.case(oblast="UA-23", taken_by=person.id)
    new = await views.page(desk.site.pool, person, "new", Filter(), after=None, now=clock())
    mine = await views.page(desk.site.pool, person, "mine", Filter(), after=None, now=clock())
    assert [line.id for line in new.lines] == [own]
    assert [line.id for line in mine.lines] == [taken]
    told = await views.counts(desk.site.pool, person, clock())
    assert (told["new"], told["mine"]) == (1, 1)


async def test_a_prosecutor_without_an_oblast_sees_nothing(desk):
    await desk.case()
    browser = await desk.at_work("prosecutor", ())
    assert "7K4M" not in (await browser.get("/queue?view=all")).text


@pytest.mark.parametrize(
    ("field", "value", "other"),
    [
        ("oblast", "UA-65", "UA-23"),
        ("kind", "sighting", "report"),
        ("age", "0-5", "6-11"),
        ("status", "closed", "received"),
    ],
)
async def test_a_filter_leaves_the_rest_out(desk, field, value, other):
    column = {"age": "age_band"}.get(field, field)
    wanted = await desk.case(**{column: value})
    await desk.case(**{column: other})
    browser = await desk.at_work("head")
    text = (await browser.get(f"/queue?view=all&{field}={value}")).text
    assert f"case-{wanted}" in text
    assert text.count('id="case-') == 1


@pytest.mark.parametrize(
    "query",
    [
        "view=x",
        "oblast=%27%3B--",
        "after=1.2",
        "after=x",
        "kind=",
        "after=9e99.00000000000000000000000000000000",
        "after=99999999999999999999999.00000000000000000000000000000000",
    ],
)
async def test_what_nobody_offered_is_passed_over(desk, query):
    await desk.case()
    browser = await desk.at_work("head")
    answer = await browser.get(f"/queue?{query}")
    assert answer.status == 200
    assert "7K4M-0000" in answer.text


@pytest.mark.parametrize(
    ("units", "view"),
    [((EVERYWHERE,), "new"), (("UA-65", "UA-23"), "new"), (("UA-65", "UA-23"), "all")],
)
async def test_pages_follow_each_other_without_gap_or_repetition(desk, clock, units, view):
    person = await desk.person(units=units)
    many = 2 * PAGE + 7
    for number in range(many):
        same = clock() + timedelta(minutes=number // 10)  # several at the same moment
        await desk.case(due_at=same, received_at=same, oblast=("UA-65", "UA-23")[number % 2])
    seen, after = [], None
    for size in (PAGE, PAGE, 7):
        found = await views.page(desk.site.pool, person, view, Filter(), after=after, now=clock())
        assert len(found.lines) == size
        seen += [line.id for line in found.lines]
        after = found.after and Place.of(found.after.text())
    assert after is None
    assert len(set(seen)) == many


async def test_whoever_takes_a_case_has_it(desk):
    case = await desk.case()
    browser = await desk.at_work("prosecutor")
    await browser.get("/queue")
    answer = await browser.follow(await browser.post(f"/cases/{case}/take", {"to": "/queue"}))
    assert "7K4M-0000 тепер у Вас." in answer.text
    mine = await browser.get("/queue?view=mine")
    assert "П-01" in mine.text
    row = await desk.owner.fetchrow("SELECT status, taken_at FROM cases")
    assert (row["status"], row["taken_at"]) == ("screening", desk.clock())
    (entry,) = await desk.audit("case.taken")
    assert entry["subject"] == case


async def test_a_case_given_back_is_new_again(desk):
    case = await desk.case()
    browser = await desk.at_work("prosecutor")
    await browser.post(f"/cases/{case}/take")
    await browser.post(f"/cases/{case}/release", {"to": "/queue?view=mine"})
    row = await desk.owner.fetchrow("SELECT status, taken_by FROM cases")
    assert tuple(row) == ("received", None)
    assert len(await desk.audit("case.released")) == 1


async def test_of_twenty_hands_one_takes_the_case(desk):
    case = await desk.case()
    people = [await desk.person() for _ in range(20)]

    async def grab(person):
        async with desk.owner.acquire() as connection, connection.transaction():
            try:
                await taking.take(
                    connection, case, by=person, signer=desk.signer, now=desk.clock()
                )
            except NotNow:
                return False
            return True

    assert sum(await asyncio.gather(*map(grab, people))) == 1
    assert len(await desk.audit("case.taken")) == 1


async def test_whoever_comes_second_reads_so_in_kind_words(desk):
    case = await desk.case()
    first, second = await desk.at_work("prosecutor"), await desk.at_work("prosecutor")
    await first.post(f"/cases/{case}/take")
    answer = await second.follow(
        await second.post(f"/cases/{case}/take", {"to": "/queue?view=all"})
    )
    assert "7K4M-0000 щойно взяли інші." in answer.text


async def test_a_case_of_another_oblast_cannot_be_taken(desk):
    case = await desk.case(oblast="UA-23")
    browser = await desk.at_work("prosecutor", ("UA-65",))
    answer = await browser.post(f"/cases/{case}/take")
    assert answer.status == 403
    assert await desk.owner.fetchval("SELECT taken_by FROM cases") is None
    (entry,) = await desk.audit("desk.denied")
    assert entry["subject"] == case


@pytest.mark.parametrize("status", ["closed", "erased", "duplicate_of"])
async def test_a_closed_case_is_not_taken(desk, status):
    case = await desk.case(status=status)
    browser = await desk.at_work("head")
    await browser.post(f"/cases/{case}/take")
    assert await desk.owner.fetchval("SELECT taken_by FROM cases") is None


async def test_nobody_is_sent_out_of_the_desk(desk):
    case = await desk.case()
    browser = await desk.at_work("head")
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example", "evil"):
        answer = await browser.post(f"/cases/{case}/take", {"to": to})
        assert answer.to.startswith("/?said="), to


async def test_the_page_asks_for_its_lines_by_itself(desk):
    await desk.case()
    browser = await desk.at_work("head")
    assert 'hx-get="/queue/lines?view=new"' in (await browser.get("/queue")).text
    part = await browser.get("/queue/lines?view=new")
    assert "7K4M-0000" in part.text
    assert "<html" not in part.text


async def test_every_view_walks_along_an_index(desk, pool, clock):
    """No view sorts or reads the whole table, with oblasts or without."""
    for units in ((EVERYWHERE,), ("UA-65", "UA-23")):
        person = await desk.person(units=units)
        for view in VIEWS:
            plans = await _plans(pool, person, view, clock())
            for plan in plans:
                assert "Seq Scan on cases" not in plan, (units, view, plan)
                assert "ix_cases_" in plan, (units, view, plan)


async def _plans(pool, person, view, now):
    """What the server says it would do for a page and a count of this view."""
    asked = []

    class Ear:
        async def fetch(self, query, *values, **_):
            asked.append((query, values))
            return []

        async def fetchrow(self, query, *values, **_):
            asked.append((query, values))
            return {}

    await views.page(Ear(), person, view, Filter(), after=None, now=now)
    await views.counts(Ear(), person, now)
    async with pool.acquire() as connection:
        await connection.execute("SET enable_seqscan = off")
        try:
            return [
                "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}", *values))
                for query, values in asked
            ]
        finally:
            await connection.execute("RESET enable_seqscan")
