"""Which questions apply to these answers, in order. Computed anew each time, never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flows.answers import Answer, State
from flows.draft import Draft
from flows.model import Flow, Group, Section, Step

CLOSING = "closing"
"""The section of the questions asked just before sending."""


class Stop(NamedTuple):
    """A question that applies, or the list of a group's items. `item` is "" outside groups."""

    address: str
    section: str
    entry: Step | Group
    group: Group | None = None
    item: str = ""


def path(flow: Flow, draft: Draft) -> tuple[Stop, ...]:
    """The stops of all sections in order, the closing ones last.

    A condition sees only answers that are themselves on the path. A group's questions come once
    for each item; the list of its items follows them.
    """
    held = draft.walked.get(id(flow))
    if held is None or held[0] is not flow:
        held = draft.walked[id(flow)] = (flow, tuple(_walk(flow, draft)))
    found: tuple[Stop, ...] = held[1]
    return found


def _walk(flow: Flow, draft: Draft) -> Iterator[Stop]:
    seen: dict[str, Answer] = {}
    for section in flow.sections:
        for entry in section.steps:
            if entry.when is not None and not entry.when(seen):
                continue
            if isinstance(entry, Group):
                yield from _items(section, entry, draft, seen)
            elif not entry.off_path:
                _see(seen, draft, entry.key, entry)
                yield Stop(entry.key, section.key, entry)
    for step in flow.closing:
        if step.when is None or step.when(seen):
            _see(seen, draft, step.key, step)
            yield Stop(step.key, CLOSING, step)


def _items(
    section: Section, group: Group, draft: Draft, outside: dict[str, Answer]
) -> Iterator[Stop]:
    for item in draft.items.get(group.key, ()):
        seen = dict(outside)
        for step in group.steps:
            if step.off_path or (step.when is not None and not step.when(seen)):
                continue
            address = f"{group.key}/{item}/{step.key}"
            answer = answer_at(draft, address, step)
            if answer is not None:
                seen[step.key] = answer
            yield Stop(address, section.key, step, group, item)
    yield Stop(group.key, section.key, group)


def _see(seen: dict[str, Answer], draft: Draft, address: str, step: Step) -> None:
    answer = answer_at(draft, address, step)
    if answer is not None:
        seen[step.key] = answer


def answer_at(draft: Draft, address: str, entry: Step | Group) -> Answer | None:
    """The answer, unless it no longer fits its question: then it is as if not asked."""
    answer = draft.answers.get(address)
    if answer is None or isinstance(entry, Group) or answer.state is not State.GIVEN:
        return answer
    return answer if entry.kind.fits(answer.value) else None


def answered(draft: Draft, stop: Stop) -> bool:
    return answer_at(draft, stop.address, stop.entry) is not None


def stop_at(flow: Flow, draft: Draft, address: str) -> Stop | None:
    """The stop with this address, None when it is not on the path."""
    return next((stop for stop in path(flow, draft) if stop.address == address), None)


def missing(flow: Flow, draft: Draft) -> tuple[Stop, ...]:
    """What still has to be answered before sending, essentials first. "I don't know" answers."""
    stops = [stop for stop in path(flow, draft) if stop.section != CLOSING]
    open_ones = [
        stop
        for stop in stops
        if isinstance(stop.entry, Step) and stop.entry.required and not _enough(draft, stop)
    ]
    first = [
        stop
        for address in essentials(flow, draft)
        for stop in open_ones
        if stop.address == address
    ]
    return (*first, *(stop for stop in open_ones if stop not in first))


def misfit(flow: Flow, draft: Draft) -> Stop | None:
    """The first question that was answered once, but to whose form of today the answer does not
    fit."""
    for stop in path(flow, draft):
        held = stop.section != CLOSING and stop.address in draft.answers
        if held and not answered(draft, stop):
            return stop
    return None


def _enough(draft: Draft, stop: Stop) -> bool:
    answer = answer_at(draft, stop.address, stop.entry)
    return answer is not None and answer.state is not State.SKIPPED


def essentials(flow: Flow, draft: Draft) -> tuple[str, ...]:
    """The addresses of the flow's essentials; inside a group those of its first item."""
    found = []
    for key in flow.essentials:
        group, _, inside = key.rpartition("/")
        ids = draft.items.get(group, ())
        if not group:
            found.append(key)
        elif ids:
            found.append(f"{group}/{ids[0]}/{inside}")
    return tuple(found)


def progress(flow: Flow, draft: Draft, section: str) -> str:
    """How far a section is: "done", "started" or "todo"."""
    stops = [stop for stop in path(flow, draft) if stop.section == section]
    done = [answered(draft, stop) for stop in stops]
    if all(done):
        return "done"
    return "started" if any(done) else "todo"


@dataclass(frozen=True)
class Row:
    """One answered question of the check screen and of what is sent."""

    stop: Stop
    step: Step
    answer: Answer


def review(flow: Flow, draft: Draft) -> tuple[Row, ...]:
    """Everything that was answered and is on the path: what is shown is exactly what is sent."""
    rows = []
    for stop in path(flow, draft):
        answer = answer_at(draft, stop.address, stop.entry)
        if answer is not None and isinstance(stop.entry, Step):
            rows.append(Row(stop, stop.entry, answer))
    return tuple(rows)
