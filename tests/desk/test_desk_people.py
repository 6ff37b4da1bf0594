"""Who works at the desk: one proposes, another grants, and a suspended person is out at once."""

import re
from uuid import UUID

import pytest
from test_desk_sign_in import _filled

from cases import people
from cases.people import Newcomer


async def _invite(desk, admin, role="prosecutor", units=("UA-65",)):
    """What the admin's page showed: the link."""
    answer = await admin.post(
        "/people/invite", {"name": "Петренко Оксана", "role": role, "units": list(units)}
    )
    assert answer.status == 200, answer.text
    return re.search(r'value="(http://localhost:\d+/invite/[\w-]{43})"', answer.text)[1]


async def _enrol(desk, link):
    token = link.rpartition("/")[2]
    browser = desk.browser()
    shown = await browser.get(f"/invite/{token}/password")
    answer, secret = await _filled(desk, browser, token, shown)
    assert answer.status == 200
    return answer, secret


async def _person(desk, name="Петренко Оксана"):
    return await desk.owner.fetchrow("SELECT * FROM staff WHERE name = $1", name)


async def test_an_invited_person_works_only_after_a_head_has_confirmed(desk):
    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    answer, _ = await _enrol(desk, await _invite(desk, admin))
    assert "Лишилося, щоб керівник підтвердив" in answer.text
    row = await _person(desk)
    assert row["state"] == "pending"
    page = await head.get("/people")
    grant = re.search(r"/grants/([0-9a-f-]+)/yes", page.text)[1]
    assert (await head.post(f"/grants/{grant}/yes")).to == "/people?said=granted"
    row = await _person(desk)
    assert (row["state"], row["role"], row["units"]) == ("active", "prosecutor", ["UA-65"])


async def test_a_pending_person_can_sign_in_and_do_nothing(desk):
    person = await desk.person("prosecutor", state="pending")
    browser = await desk.signed_in(person)
    for path in ("/", "/queue", "/me"):
        answer = await browser.get(path)
        assert answer.status == 403
        assert "Чекаємо на підтвердження" in answer.text
    case = await desk.case()
    assert (await browser.post(f"/cases/{case}/take")).status == 403
    assert (await browser.post("/sign-out")).status == 303


async def test_the_confirmation_may_come_before_the_enrolment(desk):
    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    link = await _invite(desk, admin)
    grant = re.search(r"/grants/([0-9a-f-]+)/yes", (await head.get("/people")).text)[1]
    await head.post(f"/grants/{grant}/yes")
    assert (await _person(desk))["state"] == "pending"
    await _enrol(desk, link)
    assert (await _person(desk))["state"] == "active"


async def test_a_refused_person_never_works(desk):
    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    link = await _invite(desk, admin)
    grant = re.search(r"/grants/([0-9a-f-]+)/no", (await head.get("/people")).text)[1]
    await head.post(f"/grants/{grant}/no")
    await _enrol(desk, link)
    assert (await _person(desk))["state"] == "pending"
    assert len(await desk.audit("staff.role_refused")) == 1


async def test_the_admin_who_proposes_does_not_confirm(desk):
    admin = await desk.at_work("admin")
    await _invite(desk, admin)
    page = await admin.get("/people")
    assert "/grants/" not in page.text
    assert "Чекає на іншу людину." in page.text
    grant = await desk.owner.fetchval("SELECT id FROM role_grant")
    assert (await admin.post(f"/grants/{grant}/yes")).status == 403


async def test_a_role_changes_when_a_second_person_agrees(desk):
    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    person = await desk.person("prosecutor", ("UA-65",), name="Гончар")
    await admin.post(f"/people/{person.id}/role", {"role": "head", "units": "UA"})
    assert (await _person(desk, "Гончар"))["role"] == "prosecutor"
    grant = await desk.owner.fetchval("SELECT id FROM role_grant")
    await head.post(f"/grants/{grant}/yes")
    row = await _person(desk, "Гончар")
    assert (row["role"], row["units"], row["state"]) == ("head", ["UA"], "active")
    assert (await head.post(f"/grants/{grant}/yes")).status == 409


async def test_nobody_confirms_a_role_of_their_own(desk):
    admin = await desk.at_work("admin")
    head = await desk.person("head", name="Гончар")
    await admin.post(f"/people/{head.id}/role", {"role": "admin", "units": "UA"})
    grant = await desk.owner.fetchval("SELECT id FROM role_grant")
    answer = await (await desk.signed_in(head)).post(f"/grants/{grant}/yes")
    assert answer.status == 403
    assert "Потрібна інша людина" in answer.text
    row = await desk.owner.fetchrow("SELECT decided_at FROM role_grant")
    assert row["decided_at"] is None


async def test_a_proposal_waits_alone(desk):
    admin = await desk.at_work("admin")
    person = await desk.person(name="Гончар")
    first = await admin.post(f"/people/{person.id}/role", {"role": "head"})
    second = await admin.post(f"/people/{person.id}/role", {"role": "triage"})
    assert (first.status, second.status) == (303, 409)


async def test_a_suspended_person_is_out_with_the_next_click(desk):
    person = await desk.person()
    browser = await desk.signed_in(person)
    assert (await browser.get("/queue")).status == 200
    head = await desk.at_work("head")
    assert (await head.post(f"/people/{person.id}/suspend")).to == "/people?said=suspended"
    answer = await browser.get("/queue")
    assert (answer.status, answer.to) == (303, "/sign-in")
    assert len(await desk.audit("staff.suspended")) == 1


async def test_a_role_is_read_anew_at_every_click(desk):
    person = await desk.person("admin")
    browser = await desk.signed_in(person)
    assert (await browser.get("/people")).status == 200
    await desk.owner.execute("UPDATE staff SET role = 'operator' WHERE id = $1", person.id)
    assert (await browser.get("/people")).status == 403


async def test_an_invitation_dies_with_the_suspension(desk):
    admin = await desk.at_work("admin")
    link = await _invite(desk, admin)
    await admin.post(f"/people/{(await _person(desk))['id']}/suspend")
    assert (await desk.browser().get(link.removeprefix(desk.url))).status == 404


async def test_an_admin_lets_a_suspended_person_in_again(desk):
    person = await desk.person()
    admin = await desk.at_work("admin")
    await admin.post(f"/people/{person.id}/suspend")
    assert (await admin.post(f"/people/{person.id}/suspend")).status == 409
    await admin.post(f"/people/{person.id}/restore")
    assert (
        await desk.owner.fetchval("SELECT state FROM staff WHERE id = $1", person.id)
    ) == "active"


async def test_whoever_lost_a_key_gets_a_new_link_and_a_head_confirms_anew(desk):
    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    first = await _invite(desk, admin)
    await _enrol(desk, first)
    grant = re.search(r"/grants/([0-9a-f-]+)/yes", (await head.get("/people")).text)[1]
    await head.post(f"/grants/{grant}/yes")
    person = people.person_of(await _person(desk))
    browser = await desk.signed_in(person)

    answer = await admin.post(f"/people/{person.id}/renew")
    link = re.search(r'value="(http://localhost:\d+/invite/[\w-]{43})"', answer.text)[1]
    assert (await browser.get("/queue")).status == 303, "old sessions are over"
    for table in ("totp", "recovery_code", "desk_session"):
        count = f"SELECT count(*) FROM {table} WHERE person_id = $1"
        assert await desk.owner.fetchval(count, person.id) == 0
    await _enrol(desk, link)
    assert (await _person(desk))["state"] == "pending"
    grant = re.search(r"/grants/([0-9a-f-]+)/yes", (await head.get("/people")).text)[1]
    await head.post(f"/grants/{grant}/yes")
    row = await _person(desk)
    assert (row["state"], row["id"], row["number"]) == ("active", person.id, person.number)


async def test_a_link_that_ran_out_is_replaced_and_dead(desk, clock):
    admin = await desk.at_work("admin")
    first = await _invite(desk, admin)
    row = await _person(desk)
    await admin.post(f"/people/{row['id']}/renew")
    assert (await desk.browser().get(first.removeprefix(desk.url))).status == 404
    assert await desk.owner.fetchval("SELECT count(*) FROM role_grant") == 1


async def test_the_suspended_get_no_new_link(desk):
    admin, person = await desk.at_work("admin"), await desk.person(state="suspended")
    assert (await admin.post(f"/people/{person.id}/renew")).status == 409


async def test_a_name_is_text_and_no_markup(desk):
    admin = await desk.at_work("admin")
    await admin.post("/people/invite", {"name": "<img src=x onerror=alert(1)>", "role": "auditor"})
    page = await admin.get("/people")
    assert "<img src=x" not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": " ", "role": "head"},
        {"name": "x", "role": "tsar"},
        {"name": "x" * 81, "role": "head"},
        {"name": "a\u202eb", "role": "head"},
    ],
)
async def test_an_invitation_needs_a_name_and_a_role(desk, fields):
    admin = await desk.at_work("admin")
    answer = await admin.post("/people/invite", fields)
    assert answer.status == 400
    assert "Потрібні ім’я" in answer.text


async def test_duty_is_planned_in_kyiv_time_and_taken_back(desk):
    head, person = await desk.at_work("head"), await desk.person(name="Гончар")
    term = {"who": str(person.id), "from": "2026-12-01T09:00", "until": "2026-12-01T18:00"}
    await head.post("/duty", term)
    page = await head.get("/people")
    assert "09:00 1\u00a0грудня" in page.text
    row = await desk.owner.fetchrow("SELECT * FROM duty")
    assert row["starts_at"].isoformat() == "2026-12-01T07:00:00+00:00"
    await head.post(f"/duty/{row['id']}/remove")
    assert await desk.owner.fetchval("SELECT count(*) FROM duty") == 0


@pytest.mark.parametrize(
    "wrong", [{"who": "x"}, {"from": ""}, {"until": "2026-12-01T08:00"}, {"until": "завтра"}]
)
async def test_duty_that_makes_no_sense_is_told(desk, wrong):
    head, person = await desk.at_work("head"), await desk.person(name="Гончар")
    term = {"who": str(person.id), "from": "2026-12-01T09:00", "until": "2026-12-01T18:00"}
    answer = await head.post("/duty", {**term, **wrong})
    assert answer.status == 400
    assert "кінець — після початку" in answer.text


CAST = {UUID(int=1): Newcomer("Марченко", "prosecutor", ("UA",))}


async def test_the_demos_people_are_made_once(desk):
    for _ in range(2):
        async with desk.owner.acquire() as connection, connection.transaction():
            assert await people.enacted(connection, CAST, desk.clock())
    assert await desk.owner.fetchval("SELECT count(*) FROM staff") == 1


async def test_where_real_people_work_no_demo_is_played(desk):
    await desk.person()
    async with desk.owner.acquire() as connection, connection.transaction():
        assert not await people.enacted(connection, CAST, desk.clock())
    assert await desk.owner.fetchval("SELECT count(*) FROM staff") == 1


async def test_the_chain_of_all_that_was_done_holds(desk, held):
    from cases.audit import verify

    admin, head = await desk.at_work("admin"), await desk.at_work("head")
    link = await _invite(desk, admin)
    grant = re.search(r"/grants/([0-9a-f-]+)/yes", (await head.get("/people")).text)[1]
    await head.post(f"/grants/{grant}/yes")
    await _enrol(desk, link)
    await head.post(f"/people/{(await _person(desk))['id']}/suspend")
    seq, _ = await verify(desk.owner, held.listed.intake_sign)
    assert seq == 6
