"""What a walk through a form is made of, and which questions a form asks after which answers.

The latter is worked out here a second time, from the flow's data, so that a mistake of the engine
is not a mistake of the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ways import Move, Way

from flows.answers import State, Word
from flows.model import Condition, Flow, Given, Group, Is, Step

TROUBLE = "#trouble"
TROUBLES = ("start", "stop", "back")
"""What comes in the middle of each form: an old button and /start; stopping; going back."""
SHAPES = ("one", "several", "changed", "removed")
"""What becomes of a group's items; one that may be empty is also passed over and not known."""
#: answers after which it is asked whether one child is meant, or many
MANY = {("report", "relation", "staff")}
#: answers after which another form goes on
TURNS = {("report", "adult", "no"): "child"}
#: questions that the screen before the form has answered
ENTERED = {("news", "code")}

Mark = tuple[str, str]
"""(a question, group or section; what was done there)."""
Wrong = dict[tuple[str, str], list[tuple[Move, ...]]]
"""{(flow, question): what is tried there before it is answered}."""


@dataclass(frozen=True)
class Scene:
    """`words` on the newest screen, then `moves`. `step`: its ways around it are checked."""

    words: tuple[Word, ...]
    moves: tuple[Move, ...]
    step: Step | None = None
    #: it is answered already, and says so
    held: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass
class Walk:
    """One way through `flow`. `kept` and `items` are what must be sealed, and nothing else."""

    flow: Flow
    number: int
    quiet: bool = False
    scenes: list[Scene] = field(default_factory=list)
    kept: dict[str, Way] = field(default_factory=dict)
    #: each group's items in order
    items: dict[str, list[dict[str, Way]]] = field(default_factory=dict)
    #: news of a case whose code is known are sealed to that case
    of_a_case: bool = False
    #: the form that this one turned into, before it was sent
    turned: str = ""
    #: conditions that were met here, and that were not
    met: set[Mark] = field(default_factory=set)

    def asked(self) -> int:
        return sum(len(one.moves) for one in self.scenes)


def fulfilled(when: Condition | None, kept: dict[str, Way]) -> bool:
    """Whether a question is asked, by the answers before it."""
    match when:
        case None:
            return True
        case Is(key=key, values=values):
            way = kept.get(key)
            if way is None or way.state is not State.GIVEN:
                return False
            value = way.value["parties"] if isinstance(way.value, dict) else way.value
            return bool(set(value if isinstance(value, list) else [value]) & set(values))
        case Given(key=key):
            return key in kept and kept[key].state is State.GIVEN
        case _:
            raise AssertionError(f"tests/whole/plans.py does not know the condition {when}")


def shapes(group: Group) -> tuple[str, ...]:
    return SHAPES if group.at_least else (*SHAPES, "skip", "unknown")


def places(flow: Flow) -> Iterator[tuple[str, Step | Group]]:
    """Every question and group, with the section it is asked in."""
    for section in flow.sections:
        for entry in section.steps:
            if isinstance(entry, Group):
                yield from ((section.key, step) for step in entry.steps)
            yield section.key, entry
    for step in flow.closing:
        yield "closing", step
