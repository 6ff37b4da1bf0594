"""The structure of a flow as text, one line for each question: what its drafts rely on."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final

from flows.answers import Json
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.kind import Kind
from flows.model import Condition, Flow, Group, Is, Step

_LOOKS: Final = ("first",)
"""Options of a kind that decide what it looks like, not what it takes."""


def shape(flow: Flow) -> str:
    """Everything about a flow but its wording. Drafts in flight fit exactly one shape, so a
    change of it is a new version with an upgrade."""
    return "".join(f"{line}\n" for line in _lines(flow))


def file_name(flow: Flow, version: int) -> str:
    """Where the shape of a version is kept."""
    return f"{flow.name}.v{version}.txt"


def _lines(flow: Flow) -> Iterator[str]:
    yield f"flow {flow.name} version {flow.version}"
    if flow.brief:
        yield "brief"
    yield f"essentials {' '.join(flow.essentials) or '-'}"
    for section in flow.sections:
        yield f"section {section.key}{' announced' if section.announced else ''}"
        for entry in section.steps:
            if isinstance(entry, Group):
                yield f"  group {entry.key} {entry.at_least}..{entry.at_most}{_when(entry)}"
                yield from (f"    {_step(step)}" for step in entry.steps)
            else:
                yield f"  {_step(entry)}"
    if flow.closing:
        yield "closing"
        yield from (f"  {_step(step)}" for step in flow.closing)


def _step(step: Step) -> str:
    return " ".join((step.key, kind(step.kind), *marks(step))) + _when(step)


def marks(step: Step) -> tuple[str, ...]:
    """What is said of a question besides its kind."""
    said = {
        "required": step.required,
        "sensitive": step.sensitive,
        "no-unknown": not step.unknown,
        "off-path": step.off_path,
    }
    return tuple(mark for mark, is_so in said.items() if is_so)


def kind(asked: object) -> str:
    """A kind and what it takes: "Text(at_most=300)"."""
    assert is_dataclass(asked), "a kind is a frozen value"
    names = (one.name for one in fields(asked) if one.name not in _LOOKS)
    told = (f"{name}={_told(getattr(asked, name))}" for name in names)
    return f"{type(asked).__name__}({' '.join(told)})"


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value) or "-"
    return str(value)


def _when(entry: Step | Group) -> str:
    return f" when {condition(entry.when)}" if entry.when else ""


def condition(when: Condition) -> str:
    """A condition as one would say it: "relation is other or staff"."""
    if isinstance(when, Is):
        return f"{when.key} is {' or '.join(str(value) for value in when.values)}"
    return f"{when.key} is given"


def faults(flow: Flow) -> tuple[str, ...]:
    """Conditions that no answer can meet: they name an option which their question has not."""
    return tuple(
        f"{flow.name}.{key}: depends on {when.key} being {value}, which it never is"
        for key, when in _conditions(flow)
        if isinstance(when, Is)
        for value in when.values
        if value not in options(flow.step(when.key).kind)
    )


def _conditions(flow: Flow) -> Iterator[tuple[str, Condition]]:
    for section in flow.sections:
        for entry in section.steps:
            if entry.when is not None:
                yield entry.key, entry.when
    for group, step in flow.steps():
        if step.when is not None and (group is not None or step in flow.closing):
            yield step.key, step.when


def options(asked: Kind) -> tuple[Json, ...]:
    """The keys a question offers; none where it is answered in other ways."""
    match asked:
        case Choice(options=keys) | Many(options=keys) | Consent(parties=keys):
            return keys
        case _:
            return ()
