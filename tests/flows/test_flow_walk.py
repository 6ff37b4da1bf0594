"""A random walk over the report: never stuck, never off the path, nothing that was typed lost."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import locales
from cases.telling import tell, tell_html
from flows import act, engine, path, view
from flows.answers import State
from flows.arrival import ARRIVAL
from flows.draft import Draft
from flows.engine import CHECK, READY, TASKS, UNCONFIRMED, Nowhere, World
from flows.kinds.cleaning import clean_text, storable
from flows.kinds.dates import PartialDate
from flows.kinds.names import PersonName
from flows.kinds.text import Text
from flows.model import Group
from flows.path import CLOSING
from flows.report import REPORT

LOCALES = ("uk", "ru", "en", "pl", "de")
MOST_BUTTONS = 100  # what Telegram takes under one message
SCREENS = (TASKS, CHECK, READY)
LEADS_NOWHERE = {"stop"}
ENOUGH = 250
"""More moves than a report has questions: who is not through by then goes round in circles."""

SAID = [
    "Ковальчук Софія Андріївна", "Софія", "27 3 2017", "2017", "9 років", "31.02.2020", "вчора",
    "весна 2022", "9", "Генічеськ", "Іванівка", "Херсонська область", "Крим", "Польща", "Ростов",
    "067 123 45 67", "+7 978 123 45 67", "80671234567", "anna@example.org", "не знаю", "-", "?",
    "", " ", "🙂", "Ганна і Петро", "Ан0на", "так", "<b>", "{answer}", "%s", "\0\u202e", "а" * 4000,
    "б" * 301, "в" * 13_000, "Київ\nПоділ", "Іван", "Франція", "село", "12 років, мабуть",
]  # fmt: skip
typed = st.one_of(st.sampled_from(SAID), st.text(max_size=40))
#: a number taps the button at that place, counted round; a text is typed
moves = st.one_of(
    st.integers(0, 120),
    typed,
    st.tuples(st.just("edit"), st.integers(0, 60), typed),
    st.tuples(
        st.just("contact"), st.booleans(), st.sampled_from(["+380671234567", "79781234567"])
    ),
    st.just(("night",)),
    st.just(("pause",)),
)


class Walk:
    """A report in somebody's hands; each move is checked before and after."""

    def __init__(self, flow=REPORT, draft=None):
        self.flow = flow
        self.today = date(2026, 12, 30)
        held = [one for ids in draft.items.values() for one in ids] if draft else []
        self._ids = count(1 + max((int(one[1:]) for one in held), default=0))
        self.draft = draft or engine.begin(flow, self.world)

    @property
    def world(self):
        return World(self.today, f"{self.today}T10:00:00+00:00", lambda: f"i{next(self._ids)}")

    def view(self, draft=None):
        return view.view(self.flow, draft or self.draft, self.today)

    def act(self, draft, action):
        try:
            return act.act(self.flow, draft, action, self.world)
        except Nowhere:
            pytest.fail(f"{action} is offered at {draft.at}, but leads nowhere")

    def make(self, move):
        match move:
            case int():
                actions = [one.action for one in self.view().buttons() if one.action != "stop"]
                if actions:
                    self.tap(actions[move % len(actions)])
            case str():
                self.type(move)
            case ("edit", at, text):
                self.edit(at, text)
            case ("contact", own, number):
                self.share(number, own=own)
            case ("night",):
                before = self.actions()
                self.today += timedelta(days=1)
                assert self.actions() == before
            case ("pause",):
                self.today += timedelta(days=20)
                self.draft, changed = engine.renew(self.flow, self.draft, self.world)
                assert not changed

    def actions(self):
        return [button.action for button in self.view().buttons()]

    def tap(self, action):
        before = self.draft
        self.follow(self.act(before, action), adding=action == "add")
        passed_over = self.draft.answers.get(before.at)
        if (
            action == "skip"
            and before.at in before.answers
            and path.stop_at(self.flow, before, before.at)
        ):
            assert passed_over == before.answers[before.at]

    def type(self, text):
        before = self.draft
        try:
            turned = engine.typed(self.flow, before, text, self.world)
        except Nowhere:
            assert not self.takes_words()
            return
        self.follow(turned)
        if turned.refused is None:
            assert is_kept(text, self.draft.answers[before.at])

    def takes_words(self):
        stop = path.stop_at(self.flow, self.draft, self.draft.at)
        return stop is not None and not isinstance(stop.entry, Group)

    def share(self, number, *, own):
        before = self.draft
        try:
            turned = engine.shared_phone(self.flow, before, number, "Олена", self.world, own=own)
        except Nowhere:
            assert not self.view().shares_contact
            return
        self.follow(turned)
        assert before.at in self.draft.answers

    def edit(self, at, text):
        addresses = list(self.draft.answers) or ["relation"]
        address = addresses[at % len(addresses)]
        try:
            turned = engine.replaced(self.flow, self.draft, address, text, self.world)
        except Nowhere:
            stop = path.stop_at(self.flow, self.draft, address)
            assert stop is None or isinstance(stop.entry, Group)
            return
        self.follow(turned, touching=address)
        if turned.refused is None:
            assert is_kept(text, self.draft.answers[address])

    def follow(self, turned, *, touching=None, adding=False):
        before, after = self.draft, turned.draft
        gone = before.answers.keys() - after.answers.keys()
        for address in gone:
            mark = before.answers[address]
            assert UNCONFIRMED in mark.flags or (adding and mark.value in ("done", None))
        for address, answer in before.answers.items():
            if address not in (touching or before.at, *gone):
                assert after.answers[address] == answer
        stored = json.loads(json.dumps(after.as_json()))
        self.draft = Draft.from_json(stored)
        assert self.draft == after
        self.look()

    def look(self):
        """What holds wherever a person is."""
        draft, shown = self.draft, self.view()
        assert is_somewhere(self.flow, draft)
        actions = [button.action for button in shown.buttons()]
        assert len(actions) <= MOST_BUTTONS
        assert not [one for one, times in Counter(actions).items() if times > 1]
        assert set(actions) - LEADS_NOWHERE
        self.worded(shown)
        self.leads_on(actions)
        on_path = [stop.address for stop in path.path(self.flow, draft)]
        reviewed = [row.stop.address for row in path.review(self.flow, draft)]
        assert len(set(on_path)) == len(on_path)
        assert set(reviewed) <= set(on_path) & set(draft.answers)

    def leads_on(self, actions):
        """Every button is of use, and where it led, "Back" leads back from."""
        draft, moved = self.draft, False
        for action in actions:
            if action in LEADS_NOWHERE:
                continue
            turned = self.act(draft, action)
            after = turned.draft
            moved = moved or (after != draft and turned.refused is None)
            if after.at != draft.at and action != "back":
                back = self.act(after, "back").draft
                assert (back.at, back.way) == (draft.at, draft.way)
        assert moved

    def worded(self, shown):
        titles = [shown.title] if shown.title else []
        for locale in LOCALES:
            for word in (*shown.before, *titles, *shown.after):
                assert tell_html(locale, word).strip()
            for button in shown.buttons():
                assert tell(locale, button.label).strip()
            for name, rows in shown.review:
                assert tell(locale, name).strip()
                for question, answer in rows:
                    assert tell(locale, question).strip()
                    assert all(tell(locale, label).strip() for label in answer)

    def finish(self):
        """Buttons and a few words: READY from wherever a person is. How many moves it took."""
        for made in range(ENOUGH):
            if self.draft.at == READY:
                return made
            self.go_on()
        return pytest.fail(f"went round in circles, last at {self.draft.at}")

    def go_on(self):
        before = self.draft
        text, action = self.next_move()
        if action:
            turned = self.act(before, action)
        else:
            turned = engine.typed(self.flow, before, text, self.world)
        assert turned.refused is None, f"{action or 'words'} at {before.at}: {turned.refused}"
        self.draft = turned.draft

    def next_move(self):
        """What somebody would do who only wants to be done: (words, "") or ("", action)."""
        offered, closing = self.actions(), self.section() == CLOSING
        wanted = ("pick #done", "skip") if closing else ("skip", "decline")
        finishing = ("send", "check", "done", "pick yes", "pick #keep", "tasks", "pass")
        for action in (*wanted, *finishing):
            if action in offered:
                return "", action
        stop = path.stop_at(self.flow, self.draft, self.draft.at)
        words = self.words_for(stop.entry.kind) if stop and not self.draft.sub else ""
        if words:
            return words, ""
        picks = [action for action in offered if action.startswith("pick ")]
        only_picks = picks and stop is not None and not stop.entry.unknown
        return "", "unknown" if "unknown" in offered else picks[0] if only_picks else "back"

    @staticmethod
    def words_for(kind):
        match kind:
            case PersonName():
                return "Ковальчук Софія Андріївна"
            case PartialDate(birth=True):
                return "27 3 2017"
            case Text():
                return "коротко"
            case _:
                return ""

    def section(self):
        stop = path.stop_at(self.flow, self.draft, self.draft.at)
        return stop.section if stop else ""


def is_kept(text, answer):
    """Whether the words are in the answer: as they were typed, or cleaned where that is enough."""
    if answer.verbatim is not None and storable(text)[:900] in answer.verbatim:
        return True
    return isinstance(answer.value, str) and clean_text(text) in answer.value


def is_somewhere(flow, draft):
    if not draft.at.startswith("#"):
        return path.stop_at(flow, draft, draft.at) is not None
    sections = {section.key for section in flow.sections}
    screen, _, section = draft.at.partition("/")
    inside = section.partition("/")[2]
    if draft.at in SCREENS:
        return True
    there = not inside or inside.rpartition("/")[2] in draft.items[inside.partition("/")[0]]
    return (
        screen in ("#intro", "#done", "#change")
        and section.partition("/")[0] in sections
        and there
    )


@cache
def minimal():
    """The least that may be sent, at the check screen."""
    walk = Walk()
    while walk.draft.at != CHECK:
        walk.go_on()
    return walk.draft


@cache
def whole():
    """Every question answered by the first way there is; two children, one stop on the way."""
    walk = Walk(draft=minimal())
    for section in REPORT.sections:
        walk.draft = replace(walk.draft, at=TASKS, way="section", trail=())
        walk.tap(f"open {section.key}")
        added = False
        while not walk.draft.at.startswith(("#done", "#change")):
            offered = walk.actions()
            ticked = any(button.ticked for button in walk.view().buttons())
            picks = [one for one in offered if one.startswith("pick ")]
            if "add" in offered and not added:
                walk.tap("add")
                added = True
            elif picks:
                walk.tap("pick #done" if ticked else picks[0])
            elif "done" in offered or "enter" in offered:
                walk.tap("done" if "done" in offered else "enter")
            else:
                walk.type("Ковальчук Софія")
    return replace(walk.draft, at=TASKS, way="section", trail=())


STARTS = {"new": lambda: None, "minimal": minimal, "whole": whole}
"""Where walks begin: the first question, ready to be checked, everything answered."""


@pytest.fixture(autouse=True, scope="module")
def _strict():
    locales.strict()
    yield
    locales.strict(False)


@pytest.mark.parametrize("start", STARTS)
@given(steps=st.lists(moves, min_size=10, max_size=60))
def test_no_walk_gets_stuck_or_loses_anything_and_each_can_still_be_sent(start, steps):
    walk = Walk(draft=STARTS[start]())
    walk.look()
    for step in steps:
        if walk.draft.at != READY:
            walk.make(step)
    walk.finish()
    assert path.missing(REPORT, walk.draft) == ()
    assert walk.draft.answers["share"].state is State.GIVEN


def test_the_minimum_report_takes_few_moves():
    assert Walk().finish() <= 12


def test_a_whole_report_has_an_answer_to_every_question_on_its_path():
    draft = whole()
    stops = [one for one in path.path(REPORT, draft) if one.section != CLOSING]
    assert [one.address for one in stops if not path.answered(draft, one)] == []
    assert (len(draft.items["children"]), len(draft.items["route"])) == (2, 1)


@given(steps=st.lists(moves, min_size=1, max_size=15))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_the_first_minute_is_walked_like_any_flow(steps):
    walk = Walk(ARRIVAL)
    for step in steps:
        if walk.draft.at != READY:
            walk.make(step)
    walk.finish()
    assert path.missing(ARRIVAL, walk.draft) == ()
