"""Which words the catalogs owe the flows: one key for everything a question can say."""

from collections.abc import Iterator

from flows.arrival import ARRIVAL
from flows.asked import ASKED
from flows.collective import COLLECTIVE
from flows.help_child import CHILD
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.words import WORDS
from flows.model import Flow, Group, Section, Step
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING

FLOWS = (REPORT, ARRIVAL, NEWS, SIGHTING, COLLECTIVE, CHILD, ASKED)


def keys() -> Iterator[str]:
    """Every key of the catalog "flows", each once."""
    for flow in FLOWS:
        for section in flow.sections:
            yield from _of_section(flow, section)
        for step in flow.closing:
            yield from of_step(flow, step)
    yield from WORDS


def of_step(flow: Flow, step: Step) -> Iterator[str]:
    """`<flow>.<step>.ask`, `.name`, and `.option.<key>` for each option that is wording."""
    stem = flow.stem(step)
    yield f"{stem}.ask"
    yield f"{stem}.name"
    match step.kind:
        case Choice() | Many():
            options = step.kind.options
        case Consent():
            options = step.kind.parties
            yield f"{stem}.done"
        case _:
            options = ()
    for option in options:
        yield f"{stem}.option.{option}"


def _of_section(flow: Flow, section: Section) -> Iterator[str]:
    stem = f"{flow.name}.section.{section.key}"
    yield f"{stem}.name"
    if section.announced:
        yield f"{stem}.intro"
    for entry in section.steps:
        if isinstance(entry, Group):
            yield from _of_group(flow, entry)
        else:
            yield from of_step(flow, entry)


def _of_group(flow: Flow, group: Group) -> Iterator[str]:
    stem = f"{flow.name}.group.{group.key}"
    yield f"{stem}.ask"
    yield f"{stem}.name"
    for step in group.steps:
        yield from of_step(flow, step)
