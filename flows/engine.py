"""The engine: a draft and what the person did give the next draft. No clock, no chance, no words.

Where a person is follows from the answers: after each one the next question is found on the path
anew. Nothing that was typed is dropped: an answer that waits for a "Yes" is kept meanwhile, marked
"unconfirmed".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flows import going
from flows import path as paths
from flows.answers import Answer, Deeper, Invalid, Json, NotKnown, Outcome, State, Taken
from flows.draft import Draft
from flows.going import CHECK, LEFT, READY, TASKS, World, go, section_of, to_essential
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.kind import Now
from flows.kinds.phones import Phone
from flows.kinds.subs import text_in
from flows.model import Flow, Group, Step

__all__ = ["CHECK", "LEFT", "READY", "TASKS", "World", "go", "section_of", "to_essential"]

UNCONFIRMED: Final = "unconfirmed"
"""Flag of an answer that was typed but not yet confirmed by its "Yes"."""

_MOST_UNCONFIRMED = 1000


@dataclass(frozen=True)
class Turned:
    """What a move led to. `answered` is the address whose answer was stored by it."""

    draft: Draft
    answered: str | None = None
    #: the answer did not fit; the draft differs only in how often that happened
    refused: Invalid | None = None


class Nowhere(Exception):
    """The move does not belong to where the person is: an old button. Draw the screen again."""


def begin(flow: Flow, world: World) -> Draft:
    """A new draft at its first essential, with the items every group starts with."""
    items = {
        entry.key: tuple(world.new_id() for _ in range(entry.at_least))
        for section in flow.sections
        for entry in section.steps
        if isinstance(entry, Group)
    }
    draft = Draft(flow.name, flow.version, LEFT if flow.brief else TASKS, items=items)
    return to_essential(flow, draft, world)


def renew(flow: Flow, draft: Draft, world: World) -> tuple[Draft, bool]:
    """A stored draft as today's flow understands it, and whether its form had changed.

    Older versions go through the flow's upgrades; a place that is gone becomes the next open one.
    The open question counts as drawn anew: its buttons are those of today.
    """
    content: dict[str, Json] = draft.as_json()
    for upgrade in flow.upgrades[draft.version - 1 :]:
        content = upgrade(content)
    day = world.today.isoformat()
    renewed = replace(Draft.from_json(content), version=flow.version, day=day)
    changed = draft.version != flow.version
    lost = not renewed.at.startswith("#") and paths.stop_at(flow, renewed, renewed.at) is None
    if lost or changed:
        return to_essential(flow, replace(renewed, trail=()), world), changed
    return renewed, changed


def typed(flow: Flow, draft: Draft, text: str, world: World) -> Turned:
    """Take a typed answer to the open question. Raises Nowhere when no question is open."""
    step = _open_step(flow, draft)
    now = Now(world.today, draft.tries)
    return _taking(flow, draft, lambda: step.kind.typed(text, draft.sub, now), world, text)


def shared_phone(
    flow: Flow, draft: Draft, number: str, name: str, world: World, *, own: bool
) -> Turned:
    """Take a contact shared through the messenger. Raises Nowhere when no phone is asked for."""
    kind = _open_step(flow, draft).kind
    if not isinstance(kind, Phone):
        raise Nowhere
    return _taking(flow, draft, lambda: kind.shared(number, own, name), world, number)


def picked(flow: Flow, draft: Draft, option: str, world: World) -> Turned:
    """Take the option of the open question's page as it was drawn. Raises Nowhere."""
    step = _open_step(flow, draft)
    drawn = date.fromisoformat(draft.day) if draft.day else world.today
    now = Now(drawn, draft.tries)
    return _taking(flow, draft, lambda: step.kind.tapped(option, draft.sub, now), world, None)


def replaced(flow: Flow, draft: Draft, address: str, text: str, world: World) -> Turned:
    """Answer `address` anew with `text`, from anywhere; the person stays where they are.

    What the question would ask back is kept unconfirmed. Raises Nowhere when `address` is gone.
    """
    stop = paths.stop_at(flow, draft, address)
    if stop is None or isinstance(stop.entry, Group):
        raise Nowhere
    step = stop.entry
    there = replace(draft, at=address, sub={}, tries=0)
    turned = _taking(flow, there, lambda: step.kind.typed(text, {}, Now(world.today)), world, text)
    if turned.refused:
        return Turned(draft, refused=turned.refused)
    if draft.at == address:
        return turned
    changed = replace(draft, answers=turned.draft.answers)
    if not draft.at.startswith("#") and paths.stop_at(flow, changed, draft.at) is None:
        changed = going.back(flow, changed, world)  # the new answer took the open question away
    return Turned(changed, address)


def _open_step(flow: Flow, draft: Draft) -> Step:
    stop = paths.stop_at(flow, draft, draft.at)
    if stop is None or isinstance(stop.entry, Group):
        raise Nowhere
    return stop.entry


def _taking(
    flow: Flow, draft: Draft, take: Callable[[], Outcome], world: World, text: str | None
) -> Turned:
    try:
        outcome = take()
    except Invalid as refusal:
        return _refused(draft, refusal)
    match outcome:
        case Taken():
            return stored(flow, draft, _given(outcome, world), world)
        case NotKnown() if not _open_step(flow, draft).unknown:
            return _refused(draft, Invalid("choose"))
        case NotKnown():
            unknown = Answer(State.UNKNOWN, None, outcome.verbatim, (), world.at)
            return stored(flow, draft, unknown, world)
        case Deeper():
            return _deeper(flow, draft, outcome, world, text)


def _refused(draft: Draft, refusal: Invalid) -> Turned:
    return Turned(replace(draft, tries=draft.tries + 1), refused=refusal)


def _given(taken: Taken, world: World) -> Answer:
    return Answer(State.GIVEN, taken.value, taken.verbatim, taken.flags, world.at)


def _deeper(flow: Flow, draft: Draft, outcome: Deeper, world: World, text: str | None) -> Turned:
    """Another page. What was typed so far already counts, lest leaving now would lose it."""
    moved = replace(draft, sub=dict(outcome.sub), tries=draft.tries if not outcome.sub else 0)
    if outcome.meanwhile is not None:
        return Turned(moved.with_answer(draft.at, _given(outcome.meanwhile, world)), draft.at)
    before = draft.answers.get(draft.at)
    waits = before is not None and UNCONFIRMED in before.flags
    if text is not None:
        said = text_in(outcome.sub, "verbatim") or storable(text)
        kept: dict[str, Json] = {"text": clean_line(said[:_MOST_UNCONFIRMED])}
        if kept["text"] and _open_step(flow, draft).kind.fits(kept):
            waiting = Answer(State.GIVEN, kept, said, (UNCONFIRMED,), world.at)
            held = draft.held if waits else before
            return Turned(replace(moved.with_answer(draft.at, waiting), held=held))
    if not outcome.sub and waits:
        return Turned(_unsaid(moved))
    return Turned(moved)


def _unsaid(draft: Draft) -> Draft:
    """What was typed was not meant: the answer is again what it was before, if there was one."""
    if draft.held is None:
        return draft.without_answer(draft.at)
    return replace(draft.with_answer(draft.at, draft.held), held=None)


def stored(flow: Flow, draft: Draft, answer: Answer, world: World) -> Turned:
    """The open question (or group) answered, and the next one open."""
    kept = draft.with_answer(draft.at, answer)
    return Turned(going.onward(flow, kept, world), draft.at)


def unknown(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "I don't know". Raises Nowhere where that is no answer."""
    if not _open_step(flow, draft).unknown:
        raise Nowhere
    return stored(flow, draft, Answer(State.UNKNOWN, at=world.at), world)


def group_unknown(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "I don't know" where a group has no items."""
    stop = paths.stop_at(flow, draft, draft.at)
    if stop is None or not isinstance(stop.entry, Group):
        raise Nowhere
    return stored(flow, draft, Answer(State.UNKNOWN, at=world.at), world)


def declined(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "I'd rather not say"."""
    if not _open_step(flow, draft).sensitive:
        raise Nowhere
    return stored(flow, draft, Answer(State.DECLINED, at=world.at), world)


def skipped(flow: Flow, draft: Draft, world: World) -> Turned:
    """Pass over. What has been answered stays answered; a required question says so instead."""
    stop = paths.stop_at(flow, draft, draft.at)
    if stop is None:
        raise Nowhere
    if paths.answered(draft, stop):
        return Turned(going.onward(flow, draft, world))
    if isinstance(stop.entry, Step) and stop.entry.required:
        return Turned(draft, refused=Invalid("required"))
    return stored(flow, draft, Answer(State.SKIPPED, at=world.at), world)


def back(flow: Flow, draft: Draft, world: World) -> Turned:
    """One step back: out of an inner page, else to where the person came from."""
    return Turned(going.back(flow, draft, world))
