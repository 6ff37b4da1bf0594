"""A caller's answers, typed in by a colleague: the same flows, the same seal, the same receipt."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from calling import answered, called, given, sent

from cases import entry_drafts
from cases.permissions import ROLES, scope_of
from cases.turn import DRAFT_KEPT
from locales import LOCALES, say
from vault import keys, unseal
from vault.contents import Head
from vault.recipients import ListRefused


async def _opened(desk, keyset):
    """The only report there is, read with the key of the triage group."""
    (row,) = await desk.owner.fetch(
        "SELECT o.*, k.sealed AS key FROM sealed_object o JOIN case_key k USING (case_id)"
        " WHERE o.kind = 'report'"
    )
    triage = keys.load_identity(keyset.triage, "triage")
    key = unseal.open_case_key(triage, row["key"], row["case_id"])
    head = Head(row["case_id"], row["id"], row["sequence"], row["kind"], row["schema"])
    return unseal.open_object(key, row["sealed"], head)


async def _draft(desk, call):
    """The draft as it is stored, whoever may ask for it."""
    person = await desk.owner.fetchval("SELECT person_id FROM entry_draft")
    held = await entry_drafts.find(
        desk.owner, desk.site.vault, UUID(call.id), person, desk.clock()
    )
    return held.draft


async def test_a_report_told_by_telephone_reaches_the_prosecutors_as_it_was_told(keyed, keyset):
    person = await keyed.person("operator")
    call = await answered(await called(await keyed.signed_in(person)))
    code, _ = await sent(call)
    row = await keyed.owner.fetchrow("SELECT * FROM cases")
    assert (row["code"], row["channel"], row["entered_by"], row["chat_ref"]) == (
        code, "operator_phone", person.actor, None,
    )  # fmt: skip
    told = await _opened(keyed, keyset)
    assert (told["channel"], told["entered_by"], told["locale"]) == (
        "operator_phone", person.actor, "uk",
    )  # fmt: skip
    answers = given(told)
    assert answers["relation"]["value"] == "mother"
    assert answers["name"]["value"]["family"] == "Канаркова"
    assert answers["name"]["verbatim"] == "Канаркова Соломія Ігорівна"
    assert answers["born"]["value"]["edtf"] == "2017-03-27"
    assert answers["last_place"]["value"]["code"].startswith("UA65")
    assert answers["scenario"]["value"] == "camp_not_returned"
    assert answers["share"]["value"]["parties"] == ["prosecutor", "police"]
    assert answers["withhold"]["state"] == "skipped"


async def test_the_chain_names_who_entered_it(keyed):
    person = await keyed.person("operator")
    await sent(await answered(await called(await keyed.signed_in(person))))
    (entry,) = await keyed.audit("report.sent")
    assert entry["actor"] == person.actor


async def test_what_was_agreed_to_is_sealed_with_its_words_time_and_language(keyed, keyset):
    call = await called(await keyed.at_work("operator"), locale="pl", channel="walk_in")
    assert call.asked == say("pl", "report.relation.ask").split("\n")[0]
    await sent(await answered(call))
    told = await _opened(keyed, keyset)
    assert told["channel"] == "walk_in"
    assert told["consent"] == {
        "version": 1, "at": keyed.clock().isoformat(timespec="seconds"), "locale": "pl",
        "text": say("pl", "arrival.consent.ask"),
    }  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_consent_is_shown_in_the_callers_language(keyed, locale):
    browser = await keyed.at_work("operator")
    page = await browser.get(f"/enter/consent?flow=report&channel=operator_phone&locale={locale}")
    assert f'lang="{locale}"' in page.text
    assert say(locale, "arrival.consent.ask").split("\n")[0] in page.text


async def test_without_consent_nothing_is_written_down(keyed):
    browser = await keyed.at_work("operator")
    fields = {"flow": "report", "channel": "operator_phone", "locale": "uk"}
    answer = await browser.post("/enter", fields)
    assert answer.status == 400
    assert "Без неї не записуємо нічого" in answer.text
    assert await keyed.owner.fetchval("SELECT count(*) FROM entry_draft") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("flow", "child"), ("flow", "x"), ("channel", "telegram"), ("locale", "crh"), ("locale", "")],
)
async def test_what_nobody_offered_cannot_be_begun(keyed, name, value):
    browser = await keyed.at_work("operator")
    chosen = {"flow": "report", "channel": "operator_phone", "locale": "uk", "agreed": "yes"}
    answer = await browser.post("/enter", {**chosen, name: value})
    assert answer.status == 400
    assert await keyed.owner.fetchval("SELECT count(*) FROM entry_draft") == 0


async def test_the_receipt_is_read_aloud_until_it_is_written_down(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    code, pin = await sent(call)
    assert "Прочитайте вголос, нехай запише" in call.seen.text
    again = await call.browser.get(f"{call.path}/receipt")
    assert pin in again.text
    await call.browser.post(f"{call.path}/written")
    after = await call.browser.get(f"{call.path}/receipt")
    assert code in after.text
    assert pin not in after.text
    assert "PIN удруге не показуємо" in after.text


async def test_after_ten_minutes_the_pin_is_gone(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    _, pin = await sent(call)
    keyed.clock.passes(minutes=10)
    assert pin not in (await call.browser.get(f"{call.path}/receipt")).text


async def test_sent_twice_it_is_one_case_and_one_receipt(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("send")
    await call.press("pick #done")  # nobody else may have it: nothing more is asked
    slip = call.slip()
    second = await call.browser.post(call.path, {"version": call.version, "action": "pick #done"})
    assert second.to == f"{call.path}/receipt"
    call.seen = await call.browser.follow(second)
    assert call.slip() == slip
    assert await keyed.owner.fetchval("SELECT count(*) FROM cases") == 1


async def test_of_ten_presses_at_once_one_makes_a_case(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("send")
    fields = {"version": call.version, "action": "pick #done"}
    answers = await asyncio.gather(*(call.browser.post(call.path, fields) for _ in range(10)))
    assert {one.to for one in answers} == {f"{call.path}/receipt"}
    assert await keyed.owner.fetchval("SELECT count(*) FROM cases") == 1
    assert len(await keyed.audit("report.sent")) == 1


async def test_after_sending_nothing_of_it_is_shown_or_kept(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await sent(call)
    await call.browser.post(f"{call.path}/written")
    for path in ("/enter", call.path, f"{call.path}/receipt"):
        answer = await call.browser.get(path)
        if answer.status == 303:
            answer = await call.browser.follow(answer)
        assert "Канаркова" not in answer.text
    assert await keyed.owner.fetchval("SELECT count(*) FROM entry_draft") == 0


async def test_an_operator_does_not_open_what_was_sent(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await sent(call)
    assert (await call.browser.get("/unlock")).status == 403


async def test_while_nobody_can_read_it_nothing_is_lost(desk):
    def expired():
        raise ListRefused("expired")

    object.__setattr__(desk.site, "recipients", expired)
    call = await answered(await called(await desk.at_work("operator")))
    await call.press("send")
    await call.press("pick #done")
    assert "список ключів більше не чинний" in call.seen.text
    assert "Канаркова" in call.seen.text
    assert "deliver" in call.actions()
    assert await desk.owner.fetchval("SELECT count(*) FROM cases") == 0


async def test_back_leads_to_the_question_before(keyed):
    call = await called(await keyed.at_work("operator"))
    first = call.asked
    await call.press("pick mother")
    await call.press("back")
    assert call.asked == first
    assert "Зараз: " in call.seen.text


async def test_what_was_skipped_declined_or_not_known_is_kept_as_such(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("tasks")
    await call.press("open you")
    for action in ("unknown", "skip", "decline"):
        await call.press(action)
    states = {
        key: answer.state.value for key, answer in (await _draft(keyed, call)).answers.items()
    }
    assert (states["reporter_name"], states["contact_pref"], states["legal_rep"]) == (
        "unknown", "skipped", "declined",
    )  # fmt: skip


async def test_an_answer_is_changed_from_the_check_screen(keyed, keyset):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("edit happened")
    await call.press("change scenario")
    await call.press("pick institution_transferred")
    assert "send" in call.actions()
    await sent(call)
    assert given(await _opened(keyed, keyset))["scenario"]["value"] == "institution_transferred"


async def test_what_cannot_be_taken_stands_in_its_field_beside_the_flows_own_words(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("edit child")
    born = next(one for one in call.actions() if one.endswith("/born"))
    await call.press(born)
    answer = await call.type("31.02.2017")
    assert answer.status == 400
    assert 'value="31.02.2017"' in answer.text
    assert 'aria-describedby="asked error"' in answer.text
    assert 'role="alert" id="error"' in answer.text


async def test_what_is_typed_is_shown_as_text_whatever_it_is(keyed):
    call = await called(await keyed.at_work("operator"))
    await call.press("pick mother")
    await call.type('"><script>alert(1)</script>')
    await call.type("<b>Соломія</b>")
    assert "<script>alert" not in call.seen.text
    assert "<b>Соломія" not in call.seen.text


async def test_of_two_tabs_neither_overwrites_the_other(keyed):
    call = await called(await keyed.at_work("operator"))
    await call.press("pick mother")
    old = call.version
    await call.type("Канаркова Соломія Ігорівна")
    late = await call.browser.post(
        call.path, {"version": old, "action": "typed", "text": "Інше Ім’я"}
    )
    assert late.status == 409
    assert "можливо, в іншій вкладці" in late.text
    assert "Інше Ім’я" in late.text, "what was typed is not lost"
    assert "Канаркова" in late.text, "the latest is shown"


async def test_a_button_of_another_page_does_nothing(keyed):
    call = await called(await keyed.at_work("operator"))
    assert (await call.press("pick born")).status == 409
    assert (await call.press("deliver")).status == 409
    assert (await call.press("send")).status == 409
    assert (await _draft(keyed, call)).at == "relation"


async def test_a_story_is_taken_whole_with_its_lines(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await call.press("tasks")
    await call.press("open happened")
    if "enter" in call.actions():
        await call.press("enter")
    while "textarea" not in call.seen.text or "Розкажіть" not in call.asked:
        way = "decline" if "decline" in call.actions() else "skip"
        await call.press(way if way in call.actions() else "unknown")
        assert not call.asked.startswith("Розділ"), "there is a story in this section"
    story = "Перший рядок.\r\n" + "слово " * 900
    await call.type(story)
    assert (await _draft(keyed, call)).answers["story"].value == story.replace(
        "\r\n", "\n"
    ).strip()


async def test_a_draft_waits_in_its_authors_list_and_goes_on_where_it_was(keyed):
    call = await called(await keyed.at_work("operator"))
    await call.press("pick mother")
    asked = call.asked
    await call.press("stop")
    assert "Збережено. Продовжити можна звідси." in call.seen.text
    assert f"entry-{call.id}" in call.seen.text
    await call.look()
    assert call.asked == asked


async def test_a_draft_is_shown_to_nobody_else(keyed):
    call = await called(await keyed.at_work("operator"))
    other = await keyed.at_work("head")
    assert call.id not in (await other.get("/enter")).text
    for path in (call.path, f"{call.path}/receipt"):
        assert (await other.get(path)).status == 409
    assert (await other.post(call.path, {"version": "1", "action": "pick mother"})).status == 409
    await other.post(f"{call.path}/discard")
    assert (await _draft(keyed, call)).at == "relation"


async def test_a_receipt_is_shown_to_nobody_else(keyed):
    call = await answered(await called(await keyed.at_work("operator")))
    await sent(call)
    other = await keyed.at_work("operator")
    assert (await other.get(f"{call.path}/receipt")).status == 409
    await other.post(f"{call.path}/written")
    assert "PIN удруге" not in (await call.browser.get(f"{call.path}/receipt")).text


async def test_a_draft_is_sealed_where_it_lies(keyed):
    call = await called(await keyed.at_work("operator"))
    await call.press("pick mother")
    await call.type("Канаркова Соломія Ігорівна")
    sealed = await keyed.owner.fetchval("SELECT sealed FROM entry_draft")
    assert "Канаркова".encode() not in sealed


async def test_after_thirty_days_a_draft_is_not_shown_again(keyed):
    call = await called(await keyed.at_work("operator"))
    await keyed.owner.execute(
        "UPDATE entry_draft SET expires_at = $1", keyed.clock() + timedelta(seconds=1)
    )
    keyed.clock.passes(seconds=2)
    assert call.id not in (await call.browser.get("/enter")).text
    assert (await call.look()).status == 409


async def test_every_answer_moves_the_term_on(keyed):
    call = await called(await keyed.at_work("operator"))
    keyed.clock.passes(minutes=9)
    await call.press("pick mother")
    assert (
        await keyed.owner.fetchval("SELECT expires_at FROM entry_draft")
        == keyed.clock() + DRAFT_KEPT
    )


async def test_what_is_thrown_away_is_gone(keyed):
    call = await called(await keyed.at_work("operator"))
    await call.browser.follow(await call.browser.post(f"{call.path}/discard"))
    assert await keyed.owner.fetchval("SELECT count(*) FROM entry_draft") == 0


@pytest.mark.parametrize("role", ROLES)
async def test_the_room_is_open_to_whom_the_table_says(keyed, role):
    browser = await keyed.at_work(role)
    may = scope_of(role, "enter_report") is not None
    assert (await browser.get("/enter")).status == (200 if may else 403)
    fields = {"flow": "report", "channel": "operator_phone", "locale": "uk", "agreed": "yes"}
    assert (await browser.post("/enter", fields)).status == (303 if may else 403)
    assert ("Записати дзвінок" in (await browser.get("/me")).text) is may


async def test_news_without_a_code_becomes_a_case_of_its_own(keyed, keyset):
    call = await called(await keyed.at_work("operator"), "news")
    await call.type("Канаркова Соломія Ігорівна")
    await call.press("pick yes")
    while "deliver" not in call.actions():
        if "pick return_in_preparation" in call.actions():
            await call.press("pick return_in_preparation")
        else:
            await call.press(
                next(one for one in ("done", "skip", "unknown") if one in call.actions())
            )
    assert "Канаркова" in call.seen.text, "it is read back before it is sent"
    await call.press("deliver")
    assert call.slip()
    row = await keyed.owner.fetchrow("SELECT kind, channel FROM cases")
    assert tuple(row) == ("news", "operator_phone")
    assert given(await _opened(keyed, keyset))["status"]["value"] == "return_in_preparation"
