"""Tiny flows, one for each thing the engine can do, and a person who goes through them."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

from flows import act, engine, view
from flows.draft import Draft
from flows.engine import World
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.names import PersonName
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.model import Flow, Given, Group, Is, Section, Step

TODAY = date(2026, 11, 24)

PETS = Flow(
    "pets",
    (
        Section(
            "you",
            (
                Step("who", Choice("kin", "other"), required=True),
                Step("which_kin", Choice("aunt", "uncle"), when=Is("who", "kin")),
                Step("of_age", Choice("yes", "no"), when=Is("which_kin", "uncle")),
                Step("how_other", Text(), when=Is("who", "other")),
                Step("name", Text(at_most=80)),
            ),
        ),
        Section(
            "pet",
            (
                Group(
                    "pets",
                    (
                        Step("kind", Choice("cat", "dog"), required=True),
                        Step("breed", Text(), when=Is("kind", "dog"), sensitive=True),
                        Step("kin_pet", Choice("yes", "no"), when=Is("who", "kin")),
                    ),
                    at_least=1,
                    at_most=3,
                ),
            ),
        ),
        Section("walk", (Step("where", Text()), Step("when", PartialDate())), announced=True),
    ),
    essentials=("who", "pets/kind"),
)
"""Conditions, a chain of them, a group that starts with one item, an announced section."""

CONTACT = Flow(
    "contact",
    (
        Section(
            "only",
            (
                Step("pref", Choice("phone", "none")),
                Step("hours", Text(), when=Is("pref", "phone")),
                Step("unsafe", Text(), when=Given("pref")),
                Step("note", Text()),
            ),
        ),
    ),
)
"""One answer opens two questions. Nothing is required."""

TYPED = Flow(
    "typed",
    (
        Section(
            "only",
            (
                Step("name", PersonName(), required=True),
                Step("born", PartialDate(birth=True)),
                Step("place", Place()),
                Step("story", Text(at_most=12_000)),
                Step("ticks", Many("a", "b", "none", alone=("none",)), unknown=False),
            ),
        ),
    ),
    essentials=("name", "born", "place", "story"),
)
"""Answers that are asked back, picked from pages, joined from pieces, ticked."""

SENT = Flow(
    "sent",
    (Section("only", (Step("name", Text(), required=True), Group("stops", (Step("stop", Text()),)))),),
    essentials=("name",),
    closing=(
        Step("share", Consent("us", "them", fixed=("us",)), required=True, unknown=False),
        Step("withhold", Text(), when=Is("share", "them")),
    ),
)  # fmt: skip
"""Questions before sending, and a group that starts empty."""


def renamed(draft):
    """The upgrade of OLD: "town" is called "place" now."""
    answers = {
        ("place" if address == "town" else address): answer
        for address, answer in draft["answers"].items()
    }
    return {**draft, "answers": answers}


OLD = Flow(
    "moved",
    (
        Section(
            "only",
            (
                Step("name", Text(at_most=80), required=True),
                Step("town", Text()),
                Step("size", Choice("small", "middle", "big"), required=True),
                Step("colour", Choice("red", "green")),
                Step("gone", Text()),
            ),
        ),
    ),
    essentials=("name", "size"),
)
NEW = Flow(
    "moved",
    (
        Section(
            "only",
            (
                Step("name", Text(at_most=80), required=True),
                Step("place", Text()),
                Step("size", Choice("small", "big"), required=True),
                Step("colour", Choice("red", "blue")),
            ),
        ),
    ),
    essentials=("name", "size"),
    upgrades=(renamed,),
)
"""What became of OLD: a question renamed, options gone, a question gone."""


@dataclass
class Person:
    """Goes through a flow by its buttons alone; whatever is not on screen fails the test."""

    flow: Flow
    draft: Draft = None
    today: date = TODAY
    ids: count = field(default_factory=lambda: count(1))
    refused: str | None = None

    def __post_init__(self):
        if self.draft is None:
            self.draft = engine.begin(self.flow, self.world)

    @property
    def world(self):
        return World(self.today, "2026-11-24T10:00:00+00:00", lambda: f"i{next(self.ids)}")

    @property
    def at(self):
        return self.draft.at

    @property
    def shown(self):
        return view.view(self.flow, self.draft, self.today)

    @property
    def offered(self):
        return [button.action for button in self.shown.buttons()]

    def taps(self, *actions):
        for action in actions:
            assert action in self.offered, f"{action} is not among {self.offered}"
            self.turn(act.act(self.flow, self.draft, action, self.world))
        return self

    def says(self, *texts):
        for text in texts:
            self.turn(engine.typed(self.flow, self.draft, text, self.world))
        return self

    def turn(self, turned):
        self.draft = Draft.from_json(json.loads(json.dumps(turned.draft.as_json())))
        assert self.draft == turned.draft
        self.refused = turned.refused.code if turned.refused else None

    def opens(self, section):
        """From the list of sections, whatever is on screen now."""
        self.draft = replace(self.draft, at=engine.TASKS, trail=(), way="section")
        return self.taps(f"open {section}")

    def value(self, address):
        answer = self.draft.answers.get(address)
        return answer and answer.value

    def state(self, address):
        answer = self.draft.answers.get(address)
        return answer and answer.state.value
