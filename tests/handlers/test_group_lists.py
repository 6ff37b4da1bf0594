"""A group's report names children: each is a case to work on, and the family keeps one code."""

import pytest
from stored import answers_of, open_cases, open_objects
from test_other_forms import passing_group

LIST = "1. Коваленко Марія, \n2) Шевченко Іван Петрович\n\n- Ткачук А.\n12345\n"


@pytest.fixture
async def listing(olena, arrive):
    """Olena at the section with the list of a group's report, all else told shortly."""
    await arrive(olena)
    await olena.does("[Повідомити про дитину]", "[Працюю із закладом]", "[Про групу")
    for _ in range(20):
        if "Перевірте перед" in olena.last:
            break
        await olena.taps("Не знаю" if "Не знаю" in olena.shown() else olena.shown()[0])
    row = next(one for one in (await _tasks(olena)) if one.startswith("4 "))
    await olena.taps(row)
    return olena


async def _paste(person):
    while (await person.known()).drafts["collective"].content["at"] != "names_list":
        await person.taps("Пропустити")
    await person.says(LIST)


async def _tasks(person):
    await person.taps("Додати відомості")
    return person.shown()


async def _sent(person):
    await person.says("/start")
    if person.button("Продовжити"):
        await person.taps("Продовжити")
    for _ in range(20):
        if "Перевірте перед" in person.last:
            break
        ways = ("Так, передайте", "Перевірити й надіслати", "До переліку розділів", "Готово",
                "Пропустити", "Не знаю")  # fmt: skip
        await person.taps(next(one for one in ways if one in person.shown()))
    await passing_group(person)


async def test_each_child_of_a_pasted_list_becomes_a_case_of_its_own(listing, door, keyset):
    await _paste(listing)
    await _sent(listing)
    rows = await door.database.fetch(
        "SELECT kind, children, part_of, chat_ref FROM cases ORDER BY part_of NULLS FIRST"
    )
    assert [row["part_of"] is not None for row in rows] == [False, True, True, True]
    assert {row["kind"] for row in rows} == {"collective"}
    assert [row["children"] for row in rows[1:]] == [1, 1, 1]
    cards = await open_objects(door, keyset, "card")
    families = sorted(card["name"].get("family") or card["name"]["text"] for card in cards)
    assert families == ["Коваленко", "Ткачук", "Шевченко"]


async def test_a_stub_tells_of_its_own_child_and_of_no_other(listing, door, keyset):
    await _paste(listing)
    await _sent(listing)
    group, *stubs = sorted(await open_cases(door, keyset), key=lambda one: "part_of" in one)
    assert "Шевченко" in str(group)
    families = ("Коваленко", "Шевченко", "Ткачук")
    told = sorted([name for name in families if name in str(one)] for one in stubs)
    assert told == [["Коваленко"], ["Ткачук"], ["Шевченко"]]
    assert {one["part_of"] for one in stubs} == {str(await door.database.fetchval(
        "SELECT id FROM cases WHERE part_of IS NULL"))}  # fmt: skip
    assert {row["address"] for row in answers_of(stubs[0])} <= {
        row["address"] for row in answers_of(group)
    } | {"children/line0/name", "children/line1/name", "children/line2/name"} | {
        "children/line0/born", "children/line1/born", "children/line2/born"
    }  # fmt: skip


async def test_children_named_one_by_one_become_cases_too(listing, door, keyset):
    if listing.button("Додати"):
        await listing.taps("Додати")
    await listing.does("Бойко Назар", "[Так]", "2015")
    await _sent(listing)
    stub = next(one for one in await open_cases(door, keyset) if "part_of" in one)
    said = {row["address"].rpartition("/")[2]: row["answer"] for row in answers_of(stub)}
    assert said["name"] == "Бойко Назар"
    assert said["born"].startswith("2015")
    bands = await door.database.fetchval("SELECT age_band FROM cases WHERE part_of IS NOT NULL")
    assert bands == "6-11"


async def test_the_family_has_one_code_one_bell_and_one_report_of_the_day(listing, door):
    await _paste(listing)
    await _sent(listing)
    await listing.does("[На початок]", "/mine")
    assert len([one for one in listing.shown() if "отримано" in one]) == 1
    assert await door.database.fetchval("SELECT count(*) FROM outbox WHERE bot = 'staff'") == 1
    assert (await listing.known()).reports == 1


async def test_every_stub_is_in_the_audit_chain(listing, door):
    await _paste(listing)
    await _sent(listing)
    rows = await door.database.fetch("SELECT action FROM audit ORDER BY seq")
    assert [row["action"] for row in rows] == ["report.sent"] + ["report.stub"] * 3
