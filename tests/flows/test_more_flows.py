"""News, sightings, groups and children who write themselves: what is asked of whom, and what not."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_walk import Walk, moves

import locales
from flows import act, engine, path, shape
from flows.answers import Answer, State
from flows.collective import COLLECTIVE, NAMED
from flows.engine import CHECK, LEFT, READY, World
from flows.help_child import CHILD
from flows.kinds.dates import PartialDate
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.messages import FLOWS, keys
from flows.news import HOME, NEWS, OPEN, SECRET, THERE, opened
from flows.path import CLOSING
from flows.report import REPORT
from flows.sighting import SIGHTING
from locales import LOCALES, say

MORE = (NEWS, SIGHTING, COLLECTIVE, CHILD)
AT = "2026-11-24T10:00:00+00:00"
FILLED_BUTTON = 32
"""What a phone of 360 points still shows of one button."""


@pytest.fixture(autouse=True, scope="module")
def _strict():
    locales.strict()
    yield
    locales.strict(False)


class Through(Walk):
    """A walk that begins anew where a person has gone back out of a flow without a list."""

    def follow(self, turned, *, touching=None, adding=False):
        if turned.draft.at == LEFT:
            self.draft = engine.begin(self.flow, self.world)
            return
        super().follow(turned, touching=touching, adding=adding)

    def typing(self, text):
        """Words at the open question, with the "Yes" they may need."""
        self.follow(engine.typed(self.flow, self.draft, text, self.world))


@cache
def status_of():
    return shape.options(NEWS.step("status").kind)


def news(status, *, code=True):
    """News as a family begins them, just after saying what has changed."""
    walk = Through(NEWS)
    walk.draft = opened(walk.draft, walk.world, code=code)
    while walk.draft.at != "status":
        walk.go_on()
    walk.tap(f"pick {status}")
    return walk


def asked(walk):
    """The questions on the path, without the code and the group of children."""
    stops = path.path(walk.flow, walk.draft)
    return [stop.entry.key for stop in stops if stop.entry.key not in ("code", "children")]


@pytest.mark.parametrize("flow", MORE, ids=lambda flow: flow.name)
def test_the_least_of_each_form_is_reached_by_what_is_offered(flow):
    walk = Through(flow)
    assert walk.finish() <= 25
    assert path.missing(flow, walk.draft) == ()


@pytest.mark.parametrize("flow", MORE, ids=lambda flow: flow.name)
@given(steps=st.lists(moves, min_size=5, max_size=40))
@settings(max_examples=30)
def test_no_walk_gets_stuck_or_loses_anything_and_each_can_still_be_sent(flow, steps):
    walk = Through(flow)
    walk.look()
    for step in steps:
        if walk.draft.at != READY:
            walk.make(step)
    walk.finish()
    assert path.missing(flow, walk.draft) == ()


@pytest.mark.parametrize("flow", [SIGHTING, COLLECTIVE], ids=lambda flow: flow.name)
def test_a_form_with_a_list_asks_its_essentials_first_and_then_may_be_sent(flow):
    walk, opened_at = Through(flow), []
    while walk.draft.at != CHECK:
        opened_at.append(walk.draft.at)
        walk.go_on()
    assert list(dict.fromkeys(opened_at)) == list(flow.essentials)


@pytest.mark.parametrize("flow", [SIGHTING, COLLECTIVE], ids=lambda flow: flow.name)
def test_consent_is_asked_as_in_a_report(flow):
    assert flow.closing == REPORT.closing
    for locale, step in product(LOCALES, flow.closing):
        for key in ("ask", *(f"option.{one}" for one in shape.options(step.kind))):
            worded = say(locale, f"{flow.name}.{step.key}.{key}")
            assert worded == say(locale, f"report.{step.key}.{key}")


# News


def test_nobody_can_press_a_death():
    said = [
        say(locale, key).lower() for key in keys() if key.startswith("news.") for locale in LOCALES
    ]
    assert [
        one for one in said if re.search(r"загин|помер|смерт|погиб|умер|died|dead|death", one)
    ] == []
    assert not {"deceased", "dead", "died", "killed"} & set(status_of())


def test_every_status_is_either_told_of_or_kept_secret():
    assert set(status_of()) == {*SECRET, *OPEN}
    assert set(OPEN) == {*THERE, *HOME}


@pytest.mark.parametrize("status", SECRET)
def test_while_a_return_is_prepared_or_under_way_nothing_else_is_asked(status):
    walk = news(status)
    assert asked(walk) == ["status"]
    assert walk.draft.at == READY


@pytest.mark.parametrize("status", SECRET)
def test_what_was_told_before_a_return_became_secret_is_not_sent(status):
    walk = news("located")
    while walk.draft.at != READY:
        walk.go_on()
    told = walk.draft.with_answer("status", Answer(State.GIVEN, status, at=AT))
    sent = [row.step.key for row in path.review(NEWS, told)]
    assert sent == ["code", "status"]


@pytest.mark.parametrize("status", SECRET)
def test_no_date_place_or_free_text_is_on_the_way_of_a_secret_status(status):
    walk = news(status, code=False)
    steps = [NEWS.step(key) for key in asked(walk) if key not in ("name", "born")]
    assert not [step.key for step in steps if isinstance(step.kind, PartialDate | Place | Text)]


BRANCHES = {
    "located": {"place_now"},
    "contact": {"place_now", "contact_channel", "contact_frequency", "contact_monitored"},
    "obstructed": {"place_now", "obstacles"},
    "removed_again": {"place_now"},
    "returned": {"returned_to", "may_contact", "needs", "details"},
    "reunited": {"returned_to", "may_contact", "needs", "details"},
}


@pytest.mark.parametrize("status", BRANCHES)
def test_each_status_opens_its_own_questions(status):
    always = {"status", "on", "how_known", "condition", "comment"}
    assert set(asked(news(status))) == always | BRANCHES[status]


@pytest.mark.parametrize("status", HOME)
def test_of_a_child_at_home_more_is_asked_only_when_the_family_wants_to_tell(status):
    walk = news(status)
    more = {"with_whom", "documents_state", "others_there", "helpers"}
    before = set(asked(walk))
    walk.draft = walk.draft.with_answer("details", Answer(State.GIVEN, "more", at=AT))
    assert set(asked(walk)) - before == more
    walk.draft = walk.draft.with_answer("others_there", Answer(State.GIVEN, "yes", at=AT))
    assert set(asked(walk)) - before == more | {"others_note"}


@pytest.mark.parametrize("status", HOME)
def test_after_a_return_it_must_be_said_whether_a_prosecutor_may_get_in_touch(status):
    walk = news(status)
    assert [stop.address for stop in path.missing(NEWS, walk.draft)] == [
        "on",
        "how_known",
        "may_contact",
    ]
    assert "skip" not in act_at(walk, "may_contact")


def act_at(walk, address):
    walk.draft = replace(walk.draft, at=address)
    return walk.actions()


def test_with_a_code_the_first_question_is_what_has_changed():
    walk = Through(NEWS)
    assert opened(walk.draft, walk.world, code=True).at == "status"


def test_out_of_the_first_question_one_goes_back_out_of_the_form():
    walk = Through(NEWS)
    draft = opened(walk.draft, walk.world, code=True)
    assert act.act(NEWS, draft, "back", walk.world).draft.at == LEFT


def test_without_a_code_the_child_is_named_first():
    walk = Through(NEWS)
    walk.draft = opened(walk.draft, walk.world, code=False)
    (item,) = walk.draft.items["children"]
    assert walk.draft.at == f"children/{item}/name"
    assert "skip" not in walk.actions()
    missing = [stop.address for stop in path.missing(NEWS, walk.draft)]
    assert missing == [f"children/{item}/name", "status"]


def test_of_no_child_its_own_account_is_asked():
    for flow, locale in product((NEWS, SIGHTING, COLLECTIVE), LOCALES):
        for _, step in flow.steps():
            words = say(locale, f"{flow.name}.{step.key}.ask").lower()
            for asking in (
                "розпитайте",
                "запитайте",
                "расспросите",
                "спросите",
                "ask the child what",
            ):
                assert asking not in words, f"{locale}: {flow.name}.{step.key}"


# Sightings and groups


@pytest.mark.parametrize("about", ["group_of_children", "institution_or_camp", "list_or_database"])
def test_several_children_are_counted_and_a_single_one_is_not(about):
    walk = Through(SIGHTING)
    walk.tap(f"pick {about}")
    assert {"count", "ages"} <= set(asked(walk))
    walk = Through(SIGHTING)
    walk.tap("pick child_by_name")
    assert not {"count", "ages", "case_code"} & set(asked(walk))


@pytest.mark.parametrize("willing", ["anonymous", "do_not_contact"])
def test_a_witness_who_stays_unnamed_is_not_asked_for_a_number(willing):
    draft = Through(SIGHTING).draft
    draft = draft.with_answer("contact_ok", Answer(State.GIVEN, willing, at=AT))
    on_path = {stop.entry.key for stop in path.path(SIGHTING, draft)}
    assert not {"witness_contact", "witness_phone", "witness_email"} & on_path


def test_a_witness_who_agrees_says_how():
    draft = Through(SIGHTING).draft
    for key, value in (("contact_ok", "yes"), ("witness_contact", "phone")):
        draft = draft.with_answer(key, Answer(State.GIVEN, value, at=AT))
    on_path = {stop.entry.key for stop in path.path(SIGHTING, draft)}
    assert {"witness_contact", "witness_phone"} <= on_path
    assert "witness_email" not in on_path


@pytest.mark.parametrize("flow", [SIGHTING, COLLECTIVE], ids=lambda flow: flow.name)
def test_the_number_of_who_tells_is_none_that_children_are_compared_by(flow):
    compared_by = {"reporter_phone", "child_phone"}
    assert not compared_by & {step.key for _, step in flow.steps()}


def test_what_is_urgent_is_named_as_in_a_report():
    known = set(shape.options(REPORT.step("urgent").kind))
    for flow in (SIGHTING, COLLECTIVE):
        assert set(shape.options(flow.step("urgent").kind)) <= known


def test_a_group_takes_many_children_and_still_fits_a_screen():
    walk = Through(COLLECTIVE)
    ids = tuple(f"i{n}" for n in range(NAMED))
    walk.draft = replace(walk.draft, items={"children": ids}, at="children")
    assert len(walk.actions()) <= 100
    assert "add" not in walk.actions()


def test_a_pasted_list_of_names_is_kept_line_by_line():
    walk = Through(COLLECTIVE)
    listed = "\n".join(f"Ковальчук Софія {n}, 2015" for n in range(60))
    walk.draft = replace(walk.draft, at="names_list", way="section")
    walk.typing(listed)
    assert walk.draft.answers["names_list"].value == listed


# A child


def all_ways(draft, world):
    """Every way through the child's form by its buttons, saying no more than it must: taps made."""
    if draft.at == READY:
        yield ()
        return
    walk = Through(CHILD, draft)
    for action in walk.actions():
        if action in ("back", "stop") or (draft.at, action) == ("more", "pick yes"):
            continue
        turned = act.act(CHILD, draft, action, world)
        assert turned.refused is None
        for rest in all_ways(turned.draft, world):
            yield (action, *rest)


def test_a_child_is_heard_after_five_taps_whatever_it_presses():
    world = World(date(2026, 11, 24), AT, lambda: "i1")
    ways = list(all_ways(engine.begin(CHILD, world), world))
    assert max(len(way) for way in ways) == 5
    assert {way[2] for way in ways} == {
        f"pick {one}" for one in shape.options(CHILD.step("wants").kind)
    }


def test_only_a_child_who_wants_to_say_more_is_asked_more():
    walk = Through(CHILD)
    for action in ("pick no", "pick no", "pick home", "pick here_quietly", "pick yes"):
        walk.tap(action)
    rest = []
    while walk.draft.at != READY:
        rest.append(walk.draft.at)
        assert {"skip", "decline"} & set(walk.actions())
        walk.go_on()
    assert rest == ["nickname", "age", "where"]


def test_a_child_is_asked_for_no_file_number_or_exact_place():
    kinds = {type(step.kind).__name__ for _, step in CHILD.steps()}
    assert kinds == {"Choice", "Text"}


INFORMAL = {
    "uk": r"\b(ти|тебе|тобі|тобою|тво\w+)\b",
    "ru": r"\b(ты|тебя|тебе|тобой|тво\w+)\b",
}
FORMAL = {"uk": r"\bВ(и|ас|ам|ами|аш\w*)\b", "ru": r"\bВ(ы|ас|ам|ами|аш\w*)\b"}
GENDERED = {
    "uk": r"\b[Тт]и (вже )?[а-яіїє’]+(в|ла|вся|лася)\b",
    "ru": r"\b[Тт]ы (уже )?[а-яё]+(л|ла|лся|лась)\b",
}


@pytest.mark.parametrize("locale", INFORMAL)
def test_only_a_child_is_addressed_as_one_addresses_a_child(locale):
    names = {flow.name for flow in FLOWS}
    for key in keys():
        name = key.partition(".")[0]
        if name == CHILD.name:
            assert not re.search(FORMAL[locale], say(locale, key)), key
        elif name in names:
            assert not re.search(INFORMAL[locale], say(locale, key), re.IGNORECASE), key


@pytest.mark.parametrize("locale", GENDERED)
def test_a_child_is_neither_he_nor_she(locale):
    told = [say(locale, key) for key in keys() if key.startswith("child.")]
    assert [one for one in told if re.search(GENDERED[locale], one)] == []


# Buttons with names in them


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("flow", [SIGHTING, COLLECTIVE], ids=lambda flow: flow.name)
def test_a_button_with_the_name_of_a_section_or_question_still_fits(flow, locale):
    sections = [say(locale, f"{flow.name}.section.{one.key}.name") for one in flow.sections]
    missing = [say(locale, f"{flow.name}.{key}.name") for key in flow.essentials]
    states = [say(locale, f"tasks.{state}") for state in ("done", "started")]
    buttons = [
        say(locale, key, section=name)
        for key in ("home.resume", "section.next", "check.change", "stray.draft")
        for name in sections
    ]
    buttons += [say(locale, "tasks.missing", what=name) for name in missing]
    buttons += [
        say(locale, "tasks.row", n=number, section=name, state=state)
        for number, name in enumerate(sections, 1)
        for state in states
    ]
    assert [button for button in buttons if len(button) > FILLED_BUTTON] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("flow", MORE, ids=lambda flow: flow.name)
def test_no_two_buttons_of_a_question_read_the_same(flow, locale):
    for _, step in flow.steps():
        labels = [
            say(locale, f"{flow.name}.{step.key}.option.{key}") for key in shape.options(step.kind)
        ]
        assert len(set(labels)) == len(labels), step.key


def test_the_closing_questions_come_last():
    for flow in (SIGHTING, COLLECTIVE):
        sections = [stop.section for stop in path.path(flow, Through(flow).draft)]
        assert sections[-1] == CLOSING
