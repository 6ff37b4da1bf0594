"""Nobody has to choose among more than eight buttons, pickers of dates and places apart."""

from dataclasses import replace
from datetime import date

import pytest

from flows import engine, view
from flows.engine import CHECK, TASKS, World
from flows.kinds.choice import BUTTONS, DONE, MORE
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.kind import Now
from flows.kinds.place import Place
from flows.messages import FLOWS
from flows.model import Group

TODAY = date(2026, 11, 24)
NOW = Now(TODAY)
MOST = 8
AROUND = {"back", "unknown", "skip", "decline", "stop"}
"""The row under every question; it is the same everywhere and needs no choosing."""


def steps(flow):
    for section in flow.sections:
        for entry in section.steps:
            yield from entry.steps if isinstance(entry, Group) else (entry,)
    yield from flow.closing


QUESTIONS = [
    pytest.param(step.kind, id=f"{flow.name}.{step.key}")
    for flow in FLOWS
    for step in steps(flow)
    if not isinstance(step.kind, PartialDate | Place)
]


def pages(kind):
    """What stands on each page of the question, "Done" and ticks that cannot be taken off apart."""
    settled = {DONE.key, *(kind.fixed if isinstance(kind, Consent) else ())}
    sub, shown = {}, []
    while True:
        keys = [option.key for option in kind.page(sub, NOW).options()]
        shown.append([key for key in keys if key not in settled])
        if MORE.key not in keys:
            return shown
        sub = kind.tapped(MORE.key, sub, NOW).sub


def test_the_limit_is_the_one_the_pages_are_cut_to():
    assert BUTTONS == MOST


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_offers_at_most_eight_answers_at_once(kind):
    assert [page for page in pages(kind) if len(page) > MOST] == []


def test_a_question_with_more_answers_has_more_pages():
    scenario = next(step.kind for flow in FLOWS for step in steps(flow) if step.key == "scenario")
    assert len(pages(scenario)) > 1
    assert sum(map(len, pages(scenario))) > MOST


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_the_screens_between_questions_offer_at_most_eight_things(flow):
    draft = engine.begin(flow, World(TODAY, f"{TODAY}T10:00:00+00:00", lambda: "i1"))
    sections = [section.key for section in flow.sections]
    screens = [TASKS, CHECK, *(f"#{name}/{key}" for name in ("intro", "done") for key in sections)]
    for at in screens:
        shown = view.view(flow, replace(draft, at=at), TODAY)
        offered = [one for one in shown.buttons() if one.action not in AROUND]
        assert len(offered) <= MOST, at
    send_and_add = 2
    assert send_and_add + len(sections) <= MOST, "the check screen offers to change each section"
