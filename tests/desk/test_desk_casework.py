"""A prosecutor's page of a case: unlocked, read, written down, decided; and refused where it must."""

import asyncio
import re

import pytest
import sealed
from sealed import draft, granted, sent

from cases import messages
from desk.locking import lock_what_ended
from locales import say
from vault.box import Box


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


@pytest.fixture
async def marchenko(desk, case):
    """The first of the office, with open keys."""
    desk.person_1 = await desk.person("prosecutor")
    return await unlocked(desk, desk.person_1)


async def unlocked(desk, person):
    browser = await desk.signed_in(person)
    await browser.get("/unlock")
    object.__setattr__(desk.site, "demo", ("demo",))
    answer = await browser.post("/unlock", {"demo": "1", "to": "/queue"})
    object.__setattr__(desk.site, "demo", ())
    assert answer.status == 303, answer.text
    return browser


async def test_without_a_key_the_way_leads_to_the_key_and_back(desk, case):
    browser = await desk.at_work("prosecutor")
    answer = await browser.get(f"/cases/{case}")
    assert answer.to == f"/unlock?to=%2Fcases%2F{case}"
    assert "Коваленко" not in answer.text


async def test_the_page_tells_what_was_asked_and_answered_and_escapes_it(marchenko, case):
    page = await marchenko.get(f"/cases/{case}")
    assert page.status == 200, page.text
    for said in ("Коваленко Артем Ігорович", "27\u00a0березня 2017", "Олешки", "Коли народилася"):
        assert said in page.text, said
    assert "&lt;b&gt;&amp;" in page.text
    assert "<b>&" not in page.text


async def test_the_page_says_whether_another_report_may_be_of_the_same_child(marchenko, case):
    for _ in range(50):
        text = (await marchenko.get(f"/cases/{case}")).text
        assert 'id="pairs-of-case"' in text
        if say("uk", "pairs.none_of_case") in text:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the comparing never came to an end")


async def test_the_chain_of_the_case_is_told_in_words(marchenko, case):
    await marchenko.get(f"/cases/{case}")
    page = await marchenko.get(f"/cases/{case}")
    assert say("uk", "audit.action.case.opened") in page.text
    assert "case.opened" not in page.text


async def test_won_t_say_is_not_shown_as_nothing(marchenko, case):
    page = await marchenko.get(f"/cases/{case}")
    assert say("uk", "dossier.state.declined") in page.text


async def test_every_opening_is_in_the_chain_before_it_is_shown(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    (entry,) = await desk.audit("case.opened")
    assert (entry["subject"], entry["actor"]) == (case, desk.person_1.actor)


async def test_a_case_of_another_unit_is_denied_and_audited(desk, marchenko, case):
    other = await unlocked(desk, await desk.person("prosecutor", ("UA-63",), "Савчук"))
    assert (await other.get(f"/cases/{case}")).status == 403
    assert len(await desk.audit("desk.denied")) == 1


@pytest.mark.parametrize("role", ["operator", "approver", "admin", "auditor"])
async def test_who_reads_nothing_gets_no_key_page_and_no_case(desk, case, role):
    browser = await desk.at_work(role)
    assert (await browser.get("/unlock")).status == 403
    assert (await browser.get(f"/cases/{case}")).status == 403


async def test_a_case_somebody_else_has_taken_is_opened_with_a_reason(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/take")
    other = await unlocked(desk, await desk.person("head", name="Савчук"))
    answer = await other.get(f"/cases/{case}")
    assert answer.to == f"/cases/{case}/why"
    await other.get(answer.to)
    assert (await other.post(f"/cases/{case}/why", {"reason": "curiosity"})).status == 409
    await other.get(answer.to)
    await other.post(f"/cases/{case}/why", {"reason": "supervision"})
    assert "Коваленко" in (await other.get(f"/cases/{case}")).text
    (entry,) = await desk.audit("case.reason")
    assert "supervision" in entry["detail"]


async def test_a_head_gives_back_what_somebody_suspended_had_taken_and_a_colleague_does_not(
    desk, marchenko, case
):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/take")
    await desk.owner.execute("UPDATE staff SET state = 'suspended'")
    button = f'action="/cases/{case}/release"'
    for role, gives in (("triage", False), ("head", True)):
        other = await unlocked(desk, await desk.person(role))
        await other.get(f"/cases/{case}/why")
        await other.post(f"/cases/{case}/why", {"reason": "substitute"})
        page = await other.get(f"/cases/{case}")
        assert (button in page.text) is gives
    await other.post(f"/cases/{case}/release")
    await other.get(f"/cases/{case}")
    assert (await other.post(f"/cases/{case}/take")).to.partition("said=")[2].startswith("taken")


async def test_locking_signing_out_and_four_hours_each_shut_the_case(desk, marchenko, case, clock):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post("/lock")
    assert (await marchenko.get(f"/cases/{case}")).to.startswith("/unlock")


async def test_a_suspended_person_s_open_key_opens_nothing(desk, marchenko, case):
    await desk.owner.execute("UPDATE staff SET state = 'suspended'")
    answer = await marchenko.get(f"/cases/{case}")
    assert answer.to == "/sign-in"


async def test_somebody_else_s_key_file_is_refused(desk, case, held):
    await desk.person("prosecutor")
    await desk.person("prosecutor")
    fourth = await desk.person("prosecutor")
    fourth = await desk.person("prosecutor") if fourth.number < 4 else fourth
    browser = await desk.signed_in(fourth)
    await browser.get("/unlock")
    object.__setattr__(desk.site, "demo", ("demo",))
    answer = await browser.post("/unlock", {"demo": "1"})
    object.__setattr__(desk.site, "demo", ())
    assert answer.status == 400


async def test_a_question_reaches_the_family_sealed_and_stops_the_clock(
    desk, marchenko, case, held
):
    await marchenko.get(f"/cases/{case}")
    answer = await marchenko.post(
        f"/cases/{case}/ask", {"text": "Чи були окуляри?", "wants": "answer", "question": ["born"]}
    )
    assert answer.to.endswith("said=asked")
    row = await desk.owner.fetchrow("SELECT * FROM message")
    letter = Box.of(held.vault).open(row["sealed"], messages.row(row["id"]))
    assert letter == {
        "text": "Чи були окуляри?",
        "questions": ["born"],
        "child": None,
        "own": True,
    }
    assert await desk.owner.fetchval("SELECT status FROM cases") == "needs_info"
    page = await marchenko.get(f"/cases/{case}")
    assert "Чи були окуляри?" in page.text
    assert "Запитання без відповіді" in page.text


async def test_a_letter_that_wants_no_answer_stops_no_clock(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/ask", {"text": "Ми працюємо.", "wants": "nothing"})
    assert await desk.owner.fetchval("SELECT kind FROM message") == "word"
    assert await desk.owner.fetchval("SELECT paused_at FROM cases") is None


async def test_nothing_is_sent_to_a_letter_box_nobody_vouches_for(desk, marchenko, case):
    await desk.owner.execute("UPDATE intake_box SET public = $1", Box(bytes(32)).public)
    await marchenko.get(f"/cases/{case}")
    answer = await marchenko.post(f"/cases/{case}/ask", {"text": "Слово", "wants": "nothing"})
    assert answer.to.endswith("said=box")
    assert await desk.owner.fetchval("SELECT count(*) FROM message") == 0


async def test_a_question_is_taken_back(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/ask", {"text": "?а", "wants": "answer"})
    message = await desk.owner.fetchval("SELECT id FROM message")
    answer = await marchenko.post(f"/cases/{case}/letters/{message}/withdraw")
    assert answer.to.endswith("said=withdrawn")
    assert await desk.owner.fetchval("SELECT status FROM cases") == "received"


async def test_a_note_is_sealed_to_the_case_and_in_nobody_s_readable_column(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/note", {"text": "Подзвонити бабусі"})
    assert "Подзвонити бабусі" in (await marchenko.get(f"/cases/{case}")).text
    stored = await desk.owner.fetchval(
        "SELECT string_agg(t, ' ') FROM (SELECT o::text t FROM sealed_object o"
        " UNION ALL SELECT a::text FROM audit a) x"
    )
    assert "Подзвонити" not in stored
    assert "Подзвонити".encode().hex() not in stored


async def test_an_empty_note_is_asked_for_again(marchenko, case):
    await marchenko.get(f"/cases/{case}")
    answer = await marchenko.post(f"/cases/{case}/note", {"text": "  \n"})
    assert answer.to.endswith("said=empty")


async def test_statuses_follow_their_order_and_two_tabs_do_not_overrule(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/status", {"was": "received", "to": "screening"})
    assert await desk.owner.fetchval("SELECT status FROM cases") == "screening"
    for was, to in (("received", "screening"), ("screening", "closed"), ("screening", "erased")):
        await marchenko.get(f"/cases/{case}")
        answer = await marchenko.post(f"/cases/{case}/status", {"was": was, "to": to})
        assert answer.status == 409, (was, to)
    assert await desk.owner.fetchval("SELECT status FROM cases") == "screening"


async def test_a_level_is_changed_with_a_reason_only(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    answer = await marchenko.post(f"/cases/{case}/level", {"level": "critical", "why": ""})
    assert answer.status == 409
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/level", {"level": "critical", "why": "acute_danger"})
    assert await desk.owner.fetchval("SELECT level FROM cases") == "critical"
    (entry,) = await desk.audit("case.level")
    assert "acute_danger" in entry["detail"]


async def test_closing_can_be_undone_within_a_day_and_reopened_later(desk, marchenko, case, clock):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/close", {"reason": "no_grounds"})
    assert await desk.owner.fetchval("SELECT status FROM cases") == "closed"
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/reopen")
    assert await desk.owner.fetchval("SELECT status FROM cases") == "received"
    await desk.owner.execute(
        "UPDATE cases SET status = 'closed', closed_at = $1, before_closing = 'in_work'",
        clock(),
    )
    clock.passes(minutes=5)
    await desk.owner.execute("UPDATE cases SET closed_at = closed_at - interval '2 days'")
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/reopen")
    assert await desk.owner.fetchval("SELECT status FROM cases") == "reopened"


async def test_a_return_is_confirmed_with_its_basis_apart_from_the_claim(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    fields = {"status": "returned_ua", "basis": "Розмова з матір’ю, довідка"}
    await marchenko.post(f"/cases/{case}/confirm", fields)
    row = await desk.owner.fetchrow("SELECT claimed, confirmed FROM cases")
    assert tuple(row) == (None, "returned_ua")
    assert "Розмова з матір’ю" in (await marchenko.get(f"/cases/{case}")).text


async def test_a_death_needs_a_second_person_who_is_another(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/confirm", {"status": "deceased", "basis": "Свідоцтво"})
    assert await desk.owner.fetchval("SELECT confirmed FROM cases") is None
    which = await desk.owner.fetchval("SELECT id FROM confirmation")
    await marchenko.get(f"/cases/{case}")
    assert (await marchenko.post(f"/cases/{case}/confirmations/{which}/second")).status == 403
    other = await unlocked(desk, await desk.person("head", name="Савчук"))
    await other.get(f"/cases/{case}")
    await other.post(f"/cases/{case}/confirmations/{which}/second")
    assert await desk.owner.fetchval("SELECT confirmed FROM cases") == "deceased"
    assert len(await desk.audit("return.seconded")) == 1


async def test_a_confirmation_is_undone_and_stays_visible(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/confirm", {"status": "located", "basis": "Фото"})
    which = await desk.owner.fetchval("SELECT id FROM confirmation")
    await marchenko.post(f"/cases/{case}/confirmations/{which}/undo")
    assert await desk.owner.fetchval("SELECT confirmed FROM cases") is None
    assert "Скасовано." in (await marchenko.get(f"/cases/{case}")).text


async def test_what_was_changed_in_the_database_is_shown_as_not_opening(desk, marchenko, case):
    await desk.owner.execute(
        "UPDATE sealed_object SET sealed = set_byte(sealed, 250, 255 - get_byte(sealed, 250))"
        " WHERE kind = 'report'"
    )
    page = await marchenko.get(f"/cases/{case}")
    assert "не відкрився" in page.text.lower() or "не відкрилися" in page.text.lower()
    assert "Коваленко" not in page.text


async def test_the_old_version_stands_beside_the_new_one(desk, marchenko, case, held, clock):
    from cases.correcting import correct
    from cases.document import Consented
    from cases.turn import load, save
    from flows.report import REPORT

    turn = await load(
        desk.owner, held.vault, bot="family", bot_id=1_000_001, update_id=99, digest=b"d",
        chat_id=7_000_001, default_locale="uk", now=clock(),
    )  # fmt: skip
    recipient = await desk.owner.fetchval("SELECT recipient FROM cases")
    correct(
        REPORT, draft(scenario="detained_filtration"), case=case, recipient=recipient,
        locale="uk", consent=Consented(1, sealed.AT, "uk", ""), now=clock(),
    ).join(turn)  # fmt: skip
    await save(desk.owner, held.vault, turn, signer=desk.signer, now=clock())
    page = await marchenko.get(f"/cases/{case}")
    assert "було: Не повернули з табору" in re.sub(r"\s+", " ", page.text)
    assert "2 версії" in page.text


async def test_what_the_law_wants_kept_is_held(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/hold")
    assert await desk.owner.fetchval("SELECT held FROM cases")
    assert len(await desk.audit("case.held")) == 1


async def test_signing_out_forgets_the_key(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    await marchenko.post("/sign-out")
    assert desk.site.ring._open == {}


async def test_the_key_of_a_session_that_ended_by_itself_is_forgotten(
    desk, marchenko, case, clock
):
    clock.passes(minutes=16)
    await lock_what_ended(desk.site)
    assert desk.site.ring._open == {}


async def test_four_hours_lock_even_who_goes_on_working(desk, marchenko, case, clock):
    for _ in range(20):
        clock.passes(minutes=13)
        last = await marchenko.get(f"/cases/{case}")
    assert last.to.startswith("/unlock")
