"""What nobody has done in a form yet, and which answer does most of it."""

from collections import deque
from collections.abc import Iterator
from itertools import cycle

from plans import ENTERED, TROUBLES, Wrong, fulfilled, places, shapes
from ways import Move, Told, Way, around, given

from flows.answers import State
from flows.asked import ASKED
from flows.kinds.files import Files
from flows.kinds.kind import Kind
from flows.messages import FLOWS as WORDED
from flows.model import Flow, Group, Step
from flows.shape import options

AT_ONCE = 3
"""Answers that do not fit, which one walk gives to one question before it gives one that does."""

FLOWS = tuple(flow for flow in WORDED if flow is not ASKED)
"""A prosecutor’s questions are made for the moment: test_asked.py goes through those."""


def shares() -> dict[tuple[str, str], tuple[Way, ...]]:
    """{(form, question): the ways it is answered}: all its options, or its part of the ways of
    its kind, so that each is gone somewhere."""
    asked = [(flow, step) for flow in FLOWS for _, step in flow.steps() if not step.off_path]
    askers: dict[Kind, list[tuple[str, str]]] = {}
    for flow, step in asked:
        askers.setdefault(step.kind, []).append((flow.name, step.key))
    found = {}
    for flow, step in asked:
        ways, alike = given(flow, step), askers[step.kind]
        at = alike.index((flow.name, step.key))
        part = ways[at :: len(alike)] or (ways[at % len(ways)],)
        found[flow.name, step.key] = ways if options(step.kind) else part
    return found


class Untried:
    """Shrinks with every walk that is planned."""

    def __init__(self, flow: Flow, wrong: Wrong) -> None:
        self.flow, self.wrong = flow, wrong
        self.ways = {key: ways for (name, key), ways in shares().items() if name == flow.name}
        self.left: dict[str, set[str]] = {}
        for _, entry in places(flow):
            if isinstance(entry, Group):
                self.left[entry.key] = set(shapes(entry))
            elif not entry.off_path and (flow.name, entry.key) not in ENTERED:
                ways = (*self.ways[entry.key], *around(entry))
                self.left[entry.key] = {way.name for way in ways}
        self.doors = cycle(("yes", "no"))
        self.troubles = deque(TROUBLES)

    def everything(self) -> dict[str, object]:
        ways = {key: names for key, names in self.left.items() if names}
        wrong = {key: moves for (name, key), moves in self.wrong.items() if name == self.flow.name}
        return ways | {f"{key}, wrongly": moves for key, moves in wrong.items() if moves}

    def again(self, held: dict[str, Way], but: str = "") -> None:
        """These answers are not sealed: they have to be given once more."""
        for key, way in held.items():
            if key != but and way.moves:
                self.left[key].add(way.name)

    def wrongly(self, step: Step, way: Way) -> Iterator[Move]:
        """What does not fit; but not before what is kept only after it did not fit twice."""
        if not any(isinstance(move, Told) for move in way.moves):
            wrong = self.wrong.get((self.flow.name, step.key), [])
            now, wrong[:] = wrong[:AT_ONCE], wrong[AT_ONCE:]
            for moves in now:
                yield from moves

    def need(self, entry: Step | Group) -> int:
        """How many more walks this question, or one that depends on it, has to be on."""
        if isinstance(entry, Group):
            return max(len(self.left[entry.key]), max(map(self.need, entry.steps), default=0))
        behind = (self.need(one) for one in self.after(entry))
        return len(self.left.get(entry.key, ())) + sum(behind)

    def after(self, step: Step) -> Iterator[Step]:
        """The questions asked because of an answer to `step`."""
        for _, entry in places(self.flow):
            if isinstance(entry, Step) and entry.when and entry.when.key == step.key:
                yield entry

    def best(self, step: Step, *, quiet: bool) -> Way:
        """The answer that brings most of what is left; else the quickest."""
        if quiet and isinstance(step.kind, Files):
            return Way("not asked", (), State.SKIPPED)
        ways = (*self.ways[step.key], *around(step))

        def gain(way: Way) -> tuple[int, int]:
            kept = {step.key: way}
            opened = sum(self.need(one) for one in self.after(step) if fulfilled(one.when, kept))
            return (opened + (way.name in self.left[step.key]), -len(way.moves))

        return max(ways, key=gain)
