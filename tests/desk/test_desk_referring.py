"""A case is told to another body: within the family's consent, in the parts chosen, on record."""

import io
import json
import re
import zipfile

import pyrage
import pytest
from sealed import draft, granted, sent
from test_desk_casework import unlocked

from cases import bodies
from cases.referring import NEXT, STATES
from flows.collective import COLLECTIVE
from flows.help_child import CHILD as HELP
from flows.news import NEWS
from flows.report import OTHERS, REPORT
from flows.sighting import SIGHTING
from locales import say
from vault import keys

AGREED = {"version": 1, "parties": ["prosecutor", "police", "icrc"]}
NOTE = "не давайте школі нашої адреси"


@pytest.fixture
async def office(desk, held, clock):
    await granted(desk.owner, held, clock())
    desk.marchenko = await desk.person("prosecutor")
    return desk


async def told(office, held, clock, **more):
    """A case of a family that agreed to the police and the Red Cross, and a browser at it."""
    case = await sent(
        office.owner, held, office.signer, clock(), made_of=draft(**{"share": AGREED, **more})
    )
    browser = await unlocked(office, office.marchenko)
    await browser.get(f"/cases/{case}")
    return case, browser


async def referred(browser, case, to="police", **more):
    fields = {"to": to, "part": ["child", "happened"], **more}
    return await browser.post(f"/cases/{case}/refer", fields)


async def fetched(office, browser, case, which=None):
    which = which or await office.owner.fetchval("SELECT first FROM referral ORDER BY at LIMIT 1")
    async with browser.client.post(
        f"{office.url}/cases/{case}/referrals/{which}/papers", data={"csrf": browser.token},
        headers={"Origin": office.url}, allow_redirects=False,
    ) as got:  # fmt: skip
        return got.status, got.headers, await got.read()


def test_every_section_of_what_is_sealed_is_of_one_part():
    told = [section for held in bodies.parts().values() for section in held]
    assert len(told) == len(set(told))
    asked = {
        section.key
        for flow in (REPORT, COLLECTIVE, SIGHTING, NEWS, HELP)
        for section in flow.sections
    }
    assert set(told) == asked


def test_every_body_has_a_source_parts_that_exist_and_a_party_families_know():
    for one in bodies.bodies().values():
        assert one.source
        assert one.language in ("uk", "en")
        assert set(one.parts) <= set(bodies.parts())
        assert one.consent is None or one.consent in OTHERS
    assert {one.consent for one in bodies.bodies().values()} == {None, *OTHERS}


def test_every_state_leads_somewhere_known_and_withdrawn_ends():
    assert all(set(after) <= set(STATES) for after in NEXT.values())
    assert NEXT["withdrawn"] == ()
    assert all("withdrawn" in after for state, after in NEXT.items() if state != "withdrawn")


async def test_beside_each_body_stands_what_the_family_said(office, held, clock):
    case, browser = await told(office, held, clock)
    page = (await browser.get(f"/cases/{case}/refer")).text
    assert page.count(say("uk", "agreement.agreed")) == 2
    assert page.count(say("uk", "agreement.refused")) == 6
    assert page.count(say("uk", "agreement.unasked")) == 1, "the Register of Damage"
    assert "to=police" in page
    assert "to=ombudsman" not in page


async def test_within_the_consent_it_is_referred_and_stands_on_the_case_s_page(
    office, held, clock
):
    case, browser = await told(office, held, clock)
    answer = await referred(browser, case, words="Розшук за заявою <b>")
    assert answer.to == f"/cases/{case}?said=referred#referrals"
    page = (await browser.get(f"/cases/{case}")).text
    for said in ("Національна поліція", "Родина погодилася", "Розшук за заявою &lt;b&gt;", "П-01"):
        assert said in page, said
    (entry,) = await office.audit("case.referred")
    assert json.loads(entry["detail"])["consent"] == "agreed"
    row = await office.owner.fetchrow("SELECT * FROM referral")
    assert (row["body"], row["state"], row["number"]) == ("police", "referred", 0)
    assert "Розшук" not in str(row) + entry["detail"]


@pytest.mark.parametrize("to", ["ombudsman", "icc", "interpol", "bkb", "nib", "register"])
async def test_what_the_family_forbade_is_refused_whatever_ground_is_given(
    office, held, clock, to
):
    case, browser = await told(office, held, clock)
    answer = await referred(browser, case, to, ground="law", words="стаття")
    assert answer.status == 409
    assert await office.owner.fetchval("SELECT count(*) FROM referral") == 0
    page = (await browser.get(f"/cases/{case}/refer?to={to}")).text
    assert 'name="part"' not in page


async def test_nobody_refers_what_was_withdrawn(office, held, clock):
    case, browser = await told(office, held, clock)
    await referred(browser, case)
    await office.owner.execute("UPDATE cases SET withdrawn_at = $1", clock())
    assert (await referred(browser, case)).status == 409
    assert (await fetched(office, browser, case))[0] == 409, "nor hands it over later"
    page = (await browser.get(f"/cases/{case}/refer")).text
    assert page.count(say("uk", "agreement.withdrawn")) == len(bodies.bodies())


async def test_where_the_family_was_not_asked_a_ground_in_words_is_wanted(office, held, clock):
    case, browser = await told(office, held, clock)
    for more, wrong in (
        ({}, "ground"), ({"ground": "because"}, "ground"), ({"ground": "law"}, "words"),
    ):  # fmt: skip
        answer = await referred(browser, case, "rd4u", **more)
        assert answer.status == 400
        assert say("uk", f"refer.wrong.{wrong}") in answer.text
        assert 'value="child" checked' in answer.text, "what was chosen is still chosen"
    answer = await referred(browser, case, "rd4u", ground="law", words="Закон, стаття 5")
    assert answer.status == 303
    (entry,) = await office.audit("case.referred")
    detail = json.loads(entry["detail"])
    assert (detail["consent"], detail["ground"]) == ("unasked", "law")


async def test_the_ground_is_sealed_to_the_case(office, held, clock):
    case, browser = await told(office, held, clock)
    await referred(browser, case, "rd4u", ground="law", words="Закон, стаття 5")
    row = await office.owner.fetchrow("SELECT * FROM sealed_object WHERE kind = 'referral'")
    assert "стаття".encode() not in row["sealed"]
    wrap = await office.owner.fetchval("SELECT sealed FROM case_key")
    group = keys.load_identity(held.files.triage, "triage")
    text = pyrage.decrypt(wrap, [group]).decode()
    identity = pyrage.x25519.Identity.from_str(re.search(r"AGE-SECRET-KEY-\S+", text)[0])
    payload = json.loads(pyrage.decrypt(row["sealed"], [identity]))["payload"]
    assert payload["words"] == "Закон, стаття 5"
    assert payload["parts"] == ["child", "happened"]


async def test_a_note_of_the_family_must_be_read_first(office, held, clock):
    case, browser = await told(office, held, clock, withhold=NOTE)
    assert NOTE in (await browser.get(f"/cases/{case}/refer?to=police")).text
    answer = await referred(browser, case)
    assert answer.status == 400
    assert say("uk", "refer.wrong.read").split(",")[0] in answer.text
    assert (await referred(browser, case, read="yes")).status == 303


@pytest.mark.parametrize("parts", [[], ["you"], ["papers", "everything"]])
async def test_a_body_is_told_what_it_may_be_told_at_most(office, held, clock, parts):
    case, browser = await told(
        office, held, clock, share={"version": 1, "parties": ["prosecutor", "interpol"]}
    )
    answer = await referred(browser, case, "interpol", part=parts)
    assert answer.status == 400
    assert say("uk", "refer.wrong.parts") in answer.text


def _paper(body):
    """The archive's names and the words of its dossier."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


async def test_the_papers_hold_nothing_sealed_and_no_json(office, held, clock):
    case, browser = await told(office, held, clock)
    await browser.post(f"/cases/{case}/note", {"text": "службове"})
    await browser.get(f"/cases/{case}")
    await referred(browser, case)
    await browser.get(f"/cases/{case}")
    status, headers, body = await fetched(office, browser, case)
    assert status == 200
    assert _paper(body) == {"README.txt", "dossier.pdf", "SHA256SUMS"}
    assert headers["Content-Disposition"].endswith('.police.zip"')
    (entry,) = await office.audit("case.exported")
    assert json.loads(entry["detail"]) == {"what": "referral", "body": "police"}
    assert (await fetched(office, browser, case))[2] == body, "the same bytes whenever fetched"


async def test_the_papers_want_a_fresh_proof_and_a_case_of_one_s_own(office, held, clock):
    case, browser = await told(office, held, clock)
    await referred(browser, case)
    clock.passes(minutes=6)
    await browser.get(f"/cases/{case}")
    assert (await fetched(office, browser, case))[0] == 401
    assert (await referred(browser, case)).status == 401
    other = await unlocked(office, await office.person("prosecutor", units=("UA-05",)))
    assert (await fetched(office, other, case))[0] == 403
    assert (await other.get(f"/cases/{case}/refer")).status == 403


async def test_what_came_of_it_is_a_line_of_its_own_and_can_be_taken_back(office, held, clock):
    case, browser = await told(office, held, clock)
    await referred(browser, case)
    first = await office.owner.fetchval("SELECT first FROM referral")
    path = f"/cases/{case}/referrals/{first}"
    answer = await browser.post(path, {"to": "accepted", "words": "Лист № 7"})
    assert answer.to == f"/cases/{case}?said=referral#referrals"
    assert (await browser.post(path, {"to": "accepted"})).status == 409, "only once"
    assert (await browser.post(path, {"to": "returned"})).status == 303
    page = (await browser.get(f"/cases/{case}")).text
    for said in ("Передано", "Прийняли", "Лист № 7", "Повернули"):
        assert said in page
    assert (await browser.post(path, {"to": "withdrawn"})).status == 303
    assert (await fetched(office, browser, case))[0] == 409
    rows = await office.owner.fetch("SELECT state FROM referral ORDER BY number")
    assert [row["state"] for row in rows] == ["referred", "accepted", "returned", "withdrawn"]
    assert len(await office.audit("case.referral")) == 3
    assert "Лист" not in str(await office.owner.fetch("SELECT * FROM audit"))


async def test_of_two_who_say_at_once_what_came_of_it_one_is_too_late(office, held, clock):
    import asyncio

    case, browser = await told(office, held, clock)
    await referred(browser, case)
    first = await office.owner.fetchval("SELECT first FROM referral")
    path = f"/cases/{case}/referrals/{first}"
    done = await asyncio.gather(
        browser.post(path, {"to": "accepted"}), browser.post(path, {"to": "declined"})
    )
    assert sorted(one.status for one in done) == [303, 409]


async def test_a_referral_of_another_case_is_none_of_this_one(office, held, clock):
    case, browser = await told(office, held, clock)
    await referred(browser, case)
    first = await office.owner.fetchval("SELECT first FROM referral")
    other = await sent(office.owner, held, office.signer, clock(), chat=7_000_002)
    await browser.get(f"/cases/{other}")
    assert (await fetched(office, browser, other, first))[0] == 409
    path = f"/cases/{other}/referrals/{first}"
    assert (await browser.post(path, {"to": "accepted"})).status == 409
