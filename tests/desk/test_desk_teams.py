"""Teams by oblast with their loads; who is away, who stands in, and that bells know it."""

import re
from datetime import date, timedelta

import pytest

from cases import absences, notices, teams
from cases.absences import covers
from cases.teams import Load

FIRST, LAST = "2026-11-24", "2026-12-03"


async def away(browser, who, instead, first=FIRST, last=LAST):
    fields = {"who": str(who.id), "instead": str(instead.id), "first": first, "last": last}
    return await browser.post("/absence", fields)


async def known(desk, now=None):
    found = await notices.contacts(desk.owner, desk.site.vault, now or desk.clock())
    return {one.person.id: one for one in found}


async def test_each_team_is_told_with_its_people_and_its_load(desk, clock):
    one = await desk.person(units=("UA-65",), name="Гончар")
    everywhere = await desk.person("head", name="Савчук")
    late = clock() - timedelta(minutes=1)
    await desk.case()
    await desk.case(due_at=late)
    await desk.case(taken_by=one.id, status="in_work")
    await desk.case(taken_by=one.id, status="closed")
    await desk.case(oblast="UA-23")
    await desk.case(oblast=None)
    loads = await teams.loads(desk.site.pool, clock())
    assert loads.oblasts == {"UA-65": Load(2, 1, 1), "UA-23": Load(1), None: Load(1)}
    assert loads.people == {one.id: 1}
    page = (await (await desk.signed_in(everywhere)).get("/people")).text
    rows = re.findall(r'<th[^>]* scope="row">(.*?)</th>\s*<td[^>]*>(.*?)</td>', page, re.DOTALL)
    told = {name: re.findall(r"П-\d+", people) for name, people in rows}
    assert told == {
        "уся країна": ["П-02"],
        "Запорізька область": [],
        "Херсонська область": ["П-01"],
        "Область невідома": [],
    }
    assert "У роботі 1 справа." in page


async def test_loads_walk_along_indexes(desk, pool):
    async with pool.acquire() as connection:
        await connection.execute("SET enable_seqscan = off")
        for query, values in ((teams._WAITING, [desk.clock()]), (teams._WORKING, [])):
            rows = await connection.fetch(f"EXPLAIN {query}", *values)
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan on cases" not in plan, plan
        await connection.execute("RESET enable_seqscan")


async def test_an_absence_is_noted_shown_and_ended_each_with_its_entry(desk):
    head = await desk.at_work("head")
    one, other = await desk.person(name="Гончар"), await desk.person(name="Ткач")
    answer = await head.follow(await away(head, one, other))
    for said in (
        "Відсутність записано.",
        "Немає до 3\u00a0грудня 2026",
        f"Заступає {other.handle}.",
    ):
        assert said in answer.text, said
    assert (
        f"Ви заступаєте {one.handle}" in (await (await desk.signed_in(other)).get("/queue")).text
    )
    await desk.case()
    assert "Немає до" in (await head.get("/queue")).text, "whoever gives cases out sees it"
    id_ = await desk.owner.fetchval("SELECT id FROM absence")
    answer = await head.follow(await head.post(f"/absence/{id_}/end"))
    assert "Усі на місці." in answer.text
    assert (await head.post(f"/absence/{id_}/end")).status == 409
    assert len(await desk.audit("staff.away")) == len(await desk.audit("staff.back")) == 1


async def test_the_duty_and_the_escalations_go_to_the_substitute_and_back(desk, clock):
    head, chief = await desk.at_work("head"), await desk.person("head", name="Савчук")
    one, other = await desk.person(name="Гончар"), await desk.person("triage", name="Ткач")
    term = {"who": str(one.id), "from": "2026-11-24T00:00", "until": "2026-12-24T00:00"}
    await head.post("/duty", term)
    await away(head, one, other)
    await away(head, chief, other, first="2026-11-25", last="2026-11-25")
    today = await known(desk)
    assert [today[id_].on_duty for id_ in (one.id, other.id)] == [False, True]
    assert [today[id_].heads for id_ in (chief.id, other.id)] == [True, False]
    assert (today[one.id].digest, today[other.id].digest) == (False, True)
    tomorrow = await known(desk, clock() + timedelta(days=1))
    assert [tomorrow[id_].heads for id_ in (chief.id, other.id)] == [False, True]
    over = await known(desk, clock() + timedelta(days=10))
    assert [over[id_].on_duty for id_ in (one.id, other.id)] == [True, False]


async def test_a_substitute_who_no_longer_fits_leaves_the_bells_where_they_were(desk):
    head, one = await desk.at_work("head"), await desk.person("head", name="Гончар")
    other = await desk.person("triage", name="Ткач")
    await away(head, one, other)
    assert (await known(desk))[one.id].heads is False
    await desk.owner.execute("UPDATE staff SET role = 'operator' WHERE id = $1", other.id)
    assert (await known(desk))[one.id].heads is True
    await desk.owner.execute("UPDATE staff SET state = 'suspended' WHERE id = $1", other.id)
    assert (await known(desk))[one.id].heads is True


async def test_only_the_days_in_kyiv_count(desk, clock):
    head, one = await desk.at_work("head"), await desk.person("head", name="Гончар")
    other = await desk.person("triage", name="Ткач")
    await away(head, one, other, first="2026-11-25", last="2026-11-25")
    before, begins = (clock().replace(hour=hour, minute=59) for hour in (21, 22))
    assert absences.today(begins) == date(2026, 11, 25)
    assert (await known(desk, before))[one.id].heads is True
    assert (await known(desk, begins))[one.id].heads is False


@pytest.mark.parametrize(
    ("role", "units", "fits"),
    [
        ("prosecutor", ("UA-65", "UA-23"), True),
        ("prosecutor", ("UA",), True),
        ("triage", (), True),
        ("prosecutor", ("UA-65",), False),
        ("operator", ("UA",), False),
    ],
)
async def test_a_substitute_hears_of_all_that_the_absent_person_hears_of(desk, role, units, fits):
    head = await desk.at_work("head")
    one = await desk.person(units=("UA-65", "UA-23"), name="Гончар")
    other = await desk.person(role, units, name="Ткач")
    assert covers(other, one) is fits
    answer = await head.follow(await away(head, one, other))
    assert ("Ця людина заступити не може" in answer.text) is not fits


async def test_nobody_stands_in_who_is_away_and_nobody_is_away_who_stands_in(desk):
    head = await desk.at_work("head")
    one, two, three = [await desk.person(name=name) for name in ("Гончар", "Ткач", "Швець")]
    assert (await away(head, one, two)).to == "/people?said=away"
    assert (await away(head, three, one)).to == "/people?wrong=substitute"
    assert (await away(head, two, three)).to == "/people?wrong=substitute"
    assert (await away(head, one, three)).status == 409
    assert (await away(head, two, three, "2026-12-04", "2026-12-04")).to == "/people?said=away"


@pytest.mark.parametrize(
    "wrong", [{"who": "x"}, {"first": ""}, {"last": "2026-11-23"}, {"last": "завтра"}]
)
async def test_an_absence_that_makes_no_sense_is_told(desk, wrong):
    head = await desk.at_work("head")
    one, other = await desk.person(name="Гончар"), await desk.person(name="Ткач")
    fields = {"who": str(one.id), "instead": str(other.id), "first": FIRST, "last": LAST, **wrong}
    answer = await head.follow(await head.post("/absence", fields))
    assert "Потрібні дві різні людини" in answer.text
    assert await desk.owner.fetchval("SELECT count(*) FROM absence") == 0


@pytest.mark.parametrize("role", ["prosecutor", "triage", "operator", "auditor"])
async def test_others_note_no_absence(desk, role):
    browser = await desk.at_work(role)
    one, other = await desk.person(name="Гончар"), await desk.person(name="Ткач")
    assert (await away(browser, one, other)).status == 403
    assert await desk.owner.fetchval("SELECT count(*) FROM absence") == 0
