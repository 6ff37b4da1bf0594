"""Each question of each form that a caller can be asked: drawn, and answered, on the desk."""

from uuid import UUID, uuid4

import pytest
from calling import Call
from desk_rig import Browser

from cases import entry_drafts
from cases.document import Consented
from cases.entry_drafts import EntryDraft
from cases.person import Person
from desk.asking import FLOWS
from flows.answers import Answer, Json, State
from flows.draft import Draft
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import CONSENT_VERSION, Consent
from flows.kinds.dates import PartialDate
from flows.kinds.email import Email
from flows.kinds.files import Files
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.model import Flow, Given, Group, Step
from locales import say

ITEM = "k3xf"
TYPED = {
    PersonName: "Канаркова Соломія Ігорівна",
    PartialDate: "27.03.2017",
    Place: "Олешки",
    Phone: "067 123 45 67",
    Email: "olena@example.org",
    Text: "Сусідка бачила автобус",
}
PICKED = (Choice, Many, Consent, Files)


def _fitting(flow: Flow, step: Step, wanted: Json = None) -> Json:
    """A value of the question's kind that holds `wanted`, where one is asked for."""
    match step.kind:
        case Choice(options=options):
            return wanted or options[0]
        case Many(options=options):
            return [wanted or options[0]]
        case Consent(fixed=fixed):
            return {"version": CONSENT_VERSION, "parties": [*fixed, wanted]}
        case _:
            return "слово"


def _asked(flow: Flow, group: Group | None, step: Step) -> Draft:
    """A draft in which this question is open."""
    address = f"{group.key}/{ITEM}/{step.key}" if group else step.key
    answers: dict[str, Answer] = {}

    def allow(entry: Step | Group, inside: Group | None) -> None:
        if entry.when is None:
            return
        (key,) = entry.when.needs()
        before = flow.step(key)
        within = inside if inside and before in inside.steps else None
        wanted = None if isinstance(entry.when, Given) else entry.when.values[0]
        where = f"{within.key}/{ITEM}/{key}" if within else key
        answers[where] = Answer(State.GIVEN, _fitting(flow, before, wanted))
        allow(before, within)

    allow(step, group)
    if group:
        allow(group, None)
    items = {entry.key: (ITEM,) for entry, _ in flow.steps() if entry}
    return Draft(flow.name, flow.version, address, answers, items, way="section")


QUESTIONS = [
    pytest.param(flow, group, step, id=f"{flow.name}.{step.key}")
    for flow in FLOWS.values()
    for group, step in flow.steps()
    if not step.off_path
]


def test_each_kind_is_among_them():
    kinds = {type(one.values[2].kind) for one in QUESTIONS}
    assert kinds == {*TYPED, *PICKED}


async def _open(keyed, person: Person, browser: Browser, draft: Draft) -> Call:
    consent = Consented(1, "2026-11-24T07:00:00+00:00", "uk", "…")
    entry = EntryDraft(uuid4(), person.id, "operator_phone", "uk", draft, consent, keyed.clock())
    await entry_drafts.begin(keyed.owner, keyed.site.vault, entry)
    call = Call(browser, str(entry.id), await browser.get(f"/enter/{entry.id}"))
    call.person = person.id  # type: ignore[attr-defined]
    return call


@pytest.mark.parametrize("name", FLOWS)
async def test_every_question_is_drawn_and_can_be_answered(keyed, name):
    person = await keyed.person("operator")
    browser = await keyed.signed_in(person)
    for question in QUESTIONS:
        flow, _, step = question.values
        if flow.name == FLOWS[name].name:
            await _answered(keyed, await _open(keyed, person, browser, _asked(*question.values)),
                            flow, step)  # fmt: skip


async def _answered(keyed, call: Call, flow: Flow, step: Step) -> None:
    sent = await keyed.owner.fetchval("SELECT count(*) FROM cases")
    draft = await _held(keyed, call)
    assert draft is not None
    assert call.seen.status == 200, step.key
    assert call.asked == say("uk", f"{flow.stem(step)}.ask").split("\n")[0].replace(
        "<b>", ""
    ).replace("</b>", "")
    assert {"back", "stop"} <= set(call.actions()), call.asked
    unknown = step.unknown and not isinstance(step.kind, Files)
    assert ("unknown" in call.actions()) == unknown, call.asked
    if isinstance(step.kind, Files):
        assert not [one for one in call.actions() if one.startswith("pick ")]
        await call.press("skip")
    elif isinstance(step.kind, PICKED):
        await call.press(next(one for one in call.actions() if one.startswith("pick ")))
        if "pick #done" in call.actions():
            await call.press("pick #done")
    else:
        await call.type(TYPED[type(step.kind)])
    state = State.SKIPPED if isinstance(step.kind, Files) else State.GIVEN
    for _ in range(6):
        held = await _held(keyed, call)
        if held is None or held.at != draft.at:
            break
        await call.press(next(one for one in call.actions() if one.startswith("pick ")))
    if held is None:
        now = await keyed.owner.fetchval("SELECT count(*) FROM cases")
        assert now == sent + 1, "it was sent"
        return
    assert held.at != draft.at, call.asked
    answer = held.answers[draft.at]
    assert answer.state is state, call.asked
    assert state is State.SKIPPED or step.kind.fits(answer.value), call.asked


async def _held(keyed, call: Call) -> Draft | None:
    found = await entry_drafts.find(
        keyed.owner, keyed.site.vault, UUID(call.id), call.person, keyed.clock()
    )
    return found.draft if found else None


GROUPS = {
    f"{flow.name}.{entry.key}": (flow, entry)
    for flow in FLOWS.values()
    for entry, _ in flow.steps()
    if entry
}


@pytest.mark.parametrize("name", GROUPS)
async def test_a_list_of_several_is_drawn_grows_shrinks_and_ends(keyed, name):
    flow, group = GROUPS[name]
    draft = _asked(flow, group, group.steps[0])
    at = Draft(flow.name, flow.version, group.key, draft.answers, draft.items, way="section")
    person = await keyed.person("operator")
    call = await _open(keyed, person, await keyed.signed_in(person), at)
    await call.press("add")
    first = (await _held(keyed, call)).at
    assert first.startswith(f"{group.key}/")
    assert ITEM not in first
    await call.press("back")
    await call.press(f"drop {ITEM}")
    assert len((await _held(keyed, call)).items[group.key]) == 1
    await call.press("done")
    assert (await _held(keyed, call)).at != group.key
