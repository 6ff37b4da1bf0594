"""A sighting, a list of many children, news of a return: told by telephone, read by prosecutors."""

import pytest
from calling import called, given, sent
from sealed import granted

from vault import keys, unseal
from vault.contents import Head

FIRST = "Канаркова Соломія Ігорівна"
LISTED = ("Коваленко Артем", "Мельник Дарина Олегівна", "Шевчук Назар")


async def _walked(call, *deeds):
    """Each is a button, "!" before it, or an answer to type."""
    for deed in deeds:
        answer = await (call.press(deed[1:]) if deed.startswith("!") else call.type(deed))
        assert answer.status == 303, (call.asked, deed, call.actions())
    return call


async def sighting(browser, channel):
    call = await called(browser, "sighting", channel=channel)
    await _walked(
        call, "!pick institution_or_camp", "!pick sighting", "!pick saw", "12.11.2026", "!pick UA",
        "Олешки", "!pick UA65100110010019482", "!pick anonymous", "!tasks", "!open seen",
    )  # fmt: skip
    while "Що саме" not in call.asked:
        await _walked(call, "!skip" if "skip" in call.actions() else "!unknown")
    await _walked(call, "Бачила автобус біля табору", "!tasks", "!check")
    return await sent(call)


async def collective(browser, channel):
    call = await called(browser, "collective", channel=channel)
    await _walked(
        call, "!pick former_staff", "Олешківський інтернат", "Олешки",
        "!pick UA65100110010019482", "!pick eleven_to_fifty", "10.2022",
        "!tasks", "!open list", "!add", FIRST, "!pick yes", "27.03.2017", "!done",
        "\n".join(f"{number}. {name}" for number, name in enumerate(LISTED, 2)), "!tasks", "!check",
    )  # fmt: skip
    return await sent(call)


async def news(browser, channel):
    call = await called(browser, "news", channel=channel)
    await _walked(
        call, FIRST, "!pick yes", "27.03.2017", "!done", "!pick returned", "20.11.2026",
        "!pick told_by_relative", "!pick controlled",
    )  # fmt: skip
    while "deliver" not in call.actions():
        deeds = ("pick yes", "skip", "pick safe_well", "pick enough", "unknown", "decline")
        await _walked(call, "!" + next(one for one in deeds if one in call.actions()))
    await _walked(call, "!deliver")
    return call.slip()


#: the flow; how it is told; what the sealed report has of it; a word the prosecutor reads
TOLD = {
    "sighting": (sighting, {"info_kind": "sighting", "observed_on": "2026-11-12"}, "автобус"),
    "collective": (collective, {"relation": "former_staff"}, "Олешківський інтернат"),
    "news": (news, {"status": "returned", "on": "2026-11-20"}, "Канаркова"),
}


@pytest.fixture
async def office(keyed, held):
    """A desk whose people may open what is sealed."""
    await granted(keyed.owner, held, keyed.clock())
    return keyed


async def _prosecutor(desk):
    """At work, with the key of a member open."""
    browser = await desk.at_work("prosecutor")
    await browser.get("/unlock")
    object.__setattr__(desk.site, "demo", ("demo",))
    assert (await browser.post("/unlock", {"demo": "1", "to": "/queue"})).status == 303
    object.__setattr__(desk.site, "demo", ())
    return browser


async def _sealed(desk, keyset, case, kind="report"):
    """What is sealed in this case, read with the key of the group."""
    triage = keys.load_identity(keyset.triage, "triage")
    sealed = await desk.owner.fetchval("SELECT sealed FROM case_key WHERE case_id = $1", case)
    row = await desk.owner.fetchrow(
        "SELECT * FROM sealed_object WHERE case_id = $1 AND kind = $2", case, kind
    )
    head = Head(case, row["id"], row["sequence"], row["kind"], row["schema"])
    return unseal.open_object(unseal.open_case_key(triage, sealed, case), row["sealed"], head)


def _plain(value):
    return value["edtf"] if isinstance(value, dict) and "edtf" in value else value


@pytest.mark.parametrize("channel", ["operator_phone", "walk_in"])
@pytest.mark.parametrize("flow", TOLD)
async def test_whatever_a_caller_tells_reaches_the_prosecutors_as_it_was_told(
    office, keyset, flow, channel
):
    telling, answers, word = TOLD[flow]
    person = await office.person("operator")
    code, pin = await telling(await office.signed_in(person), channel)
    assert code
    assert pin
    row = await office.owner.fetchrow("SELECT * FROM cases WHERE part_of IS NULL")
    assert (row["code"], row["kind"], row["channel"], row["entered_by"], row["chat_ref"]) == (
        code, flow, channel, person.actor, None,
    )  # fmt: skip
    told = await _sealed(office, keyset, row["id"])
    assert (told["channel"], told["entered_by"]) == (channel, person.actor)
    assert {key: _plain(given(told)[key]["value"]) for key in answers} == answers
    assert await office.owner.fetchval("SELECT count(*) FROM entry_draft") == 0
    marchenko = await _prosecutor(office)
    for view in ("new", "all"):
        assert code in (await marchenko.get(f"/queue?view={view}")).text, view
    page = await marchenko.get(f"/cases/{row['id']}")
    assert page.status == 200
    assert word in page.text


async def test_each_child_of_a_list_told_by_telephone_is_a_case_of_its_own(office, keyset):
    person = await office.person("operator")
    code, _ = await collective(await office.signed_in(person), "operator_phone")
    group = await office.owner.fetchval("SELECT id FROM cases WHERE code = $1", code)
    stubs = await office.owner.fetch("SELECT * FROM cases WHERE part_of = $1", group)
    assert len(stubs) == len((FIRST, *LISTED))
    assert {(one["channel"], one["entered_by"]) for one in stubs} == {
        ("operator_phone", person.actor)
    }
    assert {one["subject"] for one in await office.audit("report.stub")} == {
        one["id"] for one in stubs
    }
    marchenko = await _prosecutor(office)
    queue = (await marchenko.get("/queue?view=all")).text
    named = set()
    for one in stubs:
        assert one["code"] in queue
        assert (await _sealed(office, keyset, one["id"]))["part_of"] == str(group)
        page = (await marchenko.get(f"/cases/{one['id']}")).text
        (name,) = (name for name in (FIRST, *LISTED) if name.split()[0] in page)
        named.add(name)
    assert named == {FIRST, *LISTED}


async def test_a_list_rings_once_and_has_one_receipt(office):
    await collective(await office.at_work("operator"), "walk_in")
    assert await office.owner.fetchval("SELECT count(*) FROM family_copy") == 1
    assert await office.owner.fetchval("SELECT count(*) FROM bell") == 1
