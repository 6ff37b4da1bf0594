"""The words a flow is written in: Flow, Section, Group, Step, conditions. Checked at import."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flows.answers import Answer, Json, State
from flows.kinds.kind import Kind

Seen: TypeAlias = Mapping[str, Answer]


class Misdrawn(ValueError):
    """A flow that contradicts itself. Mend the flow's definition; it never reaches a person."""


@dataclass(frozen=True)
class Is:
    """The earlier question `key` was answered with one of `values`."""

    key: str
    values: tuple[Json, ...]

    def __init__(self, key: str, *values: Json) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def __call__(self, seen: Seen) -> bool:
        answer = seen.get(self.key)
        if answer is None or answer.state is not State.GIVEN:
            return False
        given = answer.value
        if isinstance(given, dict):  # a consent names its parties
            given = given.get("parties")
        if isinstance(given, list):
            return any(value in given for value in self.values)
        return given in self.values

    def needs(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True)
class Given:
    """The earlier question `key` was answered with something: not skipped, declined, unknown."""

    key: str

    def __call__(self, seen: Seen) -> bool:
        answer = seen.get(self.key)
        return answer is not None and answer.state is State.GIVEN

    def needs(self) -> tuple[str, ...]:
        return (self.key,)


Condition: TypeAlias = Is | Given


@dataclass(frozen=True)
class Step:
    """One question. `key` is unique in its flow and names its wording in the catalogs."""

    key: str
    kind: Kind
    when: Condition | None = None
    #: without it the report cannot be sent; "I don't know" is still an answer
    required: bool = False
    #: offers "I'd rather not say" where others offer "Skip"
    sensitive: bool = False
    #: "I don't know" makes sense here
    unknown: bool = True
    #: asked only when the flow's caller turns it on (no files in occupied territory)
    off_path: bool = False
    #: the stem of its wording, when it is worded as another flow's question: "report.born"
    words: str = ""


@dataclass(frozen=True)
class Group:
    """Questions repeated for each of several items: children, places on the way."""

    key: str
    steps: tuple[Step, ...]
    at_least: int = 0
    at_most: int = 12
    when: Condition | None = None


@dataclass(frozen=True)
class Section:
    """A part of the task list. An `announced` one opens with a warning and may be skipped."""

    key: str
    steps: tuple[Step | Group, ...]
    announced: bool = False


Upgrade: TypeAlias = Callable[[dict[str, Json]], dict[str, Json]]


@dataclass(frozen=True)
class Flow:
    """A versioned conversation. `essentials` come first, in this order; with them it may be sent.

    An essential inside a group is written "children/name" and holds for the group's first item.
    `closing` is asked after "check your answers", just before sending. A `brief` flow has neither
    a list of sections nor a check: its questions follow one another, then it is sent.
    """

    name: str
    sections: tuple[Section, ...]
    essentials: tuple[str, ...] = ()
    closing: tuple[Step, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    brief: bool = False

    def __post_init__(self) -> None:
        _check(self)

    @property
    def version(self) -> int:
        return len(self.upgrades) + 1

    def steps(self) -> Iterator[tuple[Group | None, Step]]:
        """Every question in the order written, with the group it belongs to."""
        for section in self.sections:
            for entry in section.steps:
                if isinstance(entry, Group):
                    for step in entry.steps:
                        yield entry, step
                else:
                    yield None, entry
        for step in self.closing:
            yield None, step

    def stem(self, step: Step) -> str:
        """What the keys of a question's wording begin with: "report.born"."""
        return step.words or f"{self.name}.{step.key}"

    def step(self, key: str) -> Step:
        """The question called `key`. Raises KeyError."""
        for _, step in self.steps():
            if step.key == key:
                return step
        raise KeyError(key)

    def group(self, key: str) -> Group:
        """The group called `key`. Raises KeyError."""
        for section in self.sections:
            for entry in section.steps:
                if isinstance(entry, Group) and entry.key == key:
                    return entry
        raise KeyError(key)


def _check(flow: Flow) -> None:
    """Each condition looks back, never forward; each key is used once; essentials exist."""
    used: set[str] = set()
    asked: set[str] = set()
    for section in flow.sections:
        for entry in section.steps:
            _look_back(flow, entry.when, asked, entry.key)
            _once(flow, entry.key, used)
            if isinstance(entry, Group):
                inside = set(asked)  # what one item says is seen in that item only
                for step in entry.steps:
                    _look_back(flow, step.when, inside, step.key)
                    _once(flow, step.key, used)
                    inside.add(step.key)
            else:
                asked.add(entry.key)
    for step in flow.closing:
        _look_back(flow, step.when, asked, step.key)
        _once(flow, step.key, used)
        asked.add(step.key)
    for essential in flow.essentials:
        if essential.rpartition("/")[2] not in used:
            raise Misdrawn(f"{flow.name}: essential {essential} is not a question")


def _look_back(flow: Flow, when: Condition | None, asked: set[str], key: str) -> None:
    for named in when.needs() if when else ():
        if named not in asked:
            raise Misdrawn(f"{flow.name}.{key}: depends on {named}, which is not asked before it")


def _once(flow: Flow, key: str, asked: set[str]) -> None:
    if key in asked or "/" in key or "#" in key:
        raise Misdrawn(f"{flow.name}.{key}: used twice, or not a plain word")
    asked.add(key)
