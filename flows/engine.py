"""The engine: a draft and what the person did give the next draft. No clock, no chance, no words.

Where a person is follows from the answers: after each one the next question is found on the path
anew. Nothing that was typed is dropped: an answer that waits for a "Yes" is kept meanwhile, marked
"unconfirmed".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flows import path as paths
from flows.answers import Answer, Deeper, Invalid, Json, NotKnown, Outcome, State, Sub, Taken
from flows.draft import TRAIL, Draft
from flows.kinds.choice import Many
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.consent import Consent
from flows.kinds.kind import Now
from flows.kinds.phones import Phone
from flows.kinds.subs import words_in
from flows.model import Flow, Group, Step
from flows.path import CLOSING, Stop

TASKS: Final = "#tasks"
CHECK: Final = "#check"
READY: Final = "#ready"
"""Every closing question is answered: the caller may send."""

UNCONFIRMED: Final = "unconfirmed"
"""Flag of an answer that was typed but not yet confirmed by its "Yes"."""

_MOST_UNCONFIRMED = 1000


@dataclass(frozen=True)
class World:
    """What the engine is told of the outside: the day in Kyiv, the instant, a source of ids."""

    today: date
    #: ISO 8601 in UTC, written into answers
    at: str
    new_id: Callable[[], str]


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
    draft = Draft(flow.name, flow.version, TASKS, items=items)
    return to_essential(flow, draft, world)


def renew(flow: Flow, draft: Draft, world: World) -> tuple[Draft, bool]:
    """A stored draft as today's flow understands it, and whether its form had changed.

    Older versions go through the flow's upgrades; a place that is gone becomes the next open one.
    """
    content: dict[str, Json] = draft.as_json()
    for upgrade in flow.upgrades[draft.version - 1 :]:
        content = upgrade(content)
    renewed = replace(Draft.from_json(content), version=flow.version)
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
    return Turned(replace(draft, answers=turned.draft.answers), address)


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
        return Turned(replace(draft, tries=draft.tries + 1), refused=refusal)
    match outcome:
        case Taken():
            return stored(flow, draft, _given(outcome, world), world)
        case NotKnown():
            unknown = Answer(State.UNKNOWN, None, outcome.verbatim, (), world.at)
            return stored(flow, draft, unknown, world)
        case Deeper():
            return _deeper(flow, draft, outcome, world, text)


def _given(taken: Taken, world: World) -> Answer:
    return Answer(State.GIVEN, taken.value, taken.verbatim, taken.flags, world.at)


def _deeper(flow: Flow, draft: Draft, outcome: Deeper, world: World, text: str | None) -> Turned:
    """Another page. What was typed so far already counts, lest leaving now would lose it."""
    moved = replace(draft, sub=dict(outcome.sub), tries=draft.tries if not outcome.sub else 0)
    if outcome.meanwhile is not None:
        return Turned(moved.with_answer(draft.at, _given(outcome.meanwhile, world)), draft.at)
    if text is not None and (line := clean_line(text)[:_MOST_UNCONFIRMED]):
        step = _open_step(flow, draft)
        kept: dict[str, Json] = {"text": line}
        if step.kind.fits(kept):
            waiting = Answer(State.GIVEN, kept, storable(text), (UNCONFIRMED,), world.at)
            return Turned(moved.with_answer(draft.at, waiting))
    held = draft.answers.get(draft.at)
    if not outcome.sub and held is not None and UNCONFIRMED in held.flags:
        return Turned(moved.without_answer(draft.at))
    return Turned(moved)


def stored(flow: Flow, draft: Draft, answer: Answer, world: World) -> Turned:
    """The open question (or group) answered, and the next one open."""
    kept = draft.with_answer(draft.at, answer)
    return Turned(_onward(flow, kept, world), draft.at)


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
        return Turned(_onward(flow, draft, world))
    if isinstance(stop.entry, Step) and stop.entry.required:
        return Turned(draft, refused=Invalid("required"))
    return stored(flow, draft, Answer(State.SKIPPED, at=world.at), world)


def back(flow: Flow, draft: Draft, world: World) -> Turned:
    """One step back: out of an inner page, else to where the person came from."""
    if draft.sub and _is_inner(flow, draft, world):
        return Turned(replace(draft, sub={}, tries=0))
    trail = list(draft.trail)
    while trail:
        before, _, way = trail.pop().partition(" ")
        if before.startswith("#") or paths.stop_at(flow, draft, before):
            came = replace(draft, trail=tuple(trail), way=way or draft.way)
            return Turned(_open(flow, came, before, world))
    return Turned(_open(flow, replace(draft, trail=()), TASKS, world))


def _is_inner(flow: Flow, draft: Draft, world: World) -> bool:
    step = _open_step(flow, draft)
    return step.kind.page(draft.sub, Now(world.today)).ask is not None


def go(flow: Flow, draft: Draft, place: str, way: str, world: World) -> Draft:
    """Open a question or screen, so that "Back" returns here."""
    trail = (*draft.trail, f"{draft.at} {draft.way}")[-TRAIL:]
    return _open(flow, replace(draft, trail=trail, way=way), place, world)


def _open(flow: Flow, draft: Draft, place: str, world: World) -> Draft:
    sub: Sub = {}
    stop = None if place.startswith("#") else paths.stop_at(flow, draft, place)
    if stop is not None and isinstance(stop.entry, Step):
        answer = paths.answer_at(draft, place, stop.entry)
        sub = _ticks(stop.entry, answer)
    return replace(draft, at=place, sub=sub, tries=0, day=world.today.isoformat())


def _ticks(step: Step, answer: Answer | None) -> Sub:
    """Ticks set before are still set when the question is opened again."""
    if answer is None or answer.state is not State.GIVEN:
        return {}
    match step.kind:
        case Many():
            return {
                "picked": list(words_in({"picked": answer.value}, "picked", step.kind.options))
            }
        case Consent() if isinstance(answer.value, dict):
            return {"picked": answer.value.get("parties")}
        case _:
            return {}


def _onward(flow: Flow, draft: Draft, world: World) -> Draft:
    """Where the person goes after the open question, by why it was asked."""
    if draft.way == "essentials":
        return to_essential(flow, draft, world)
    if draft.way == CLOSING:
        return _to_closing(flow, draft, world)
    if draft.way.startswith("change:"):
        return _after_change(flow, draft, world)
    section = section_of(flow, draft)
    after = _after(flow, draft, section)
    following = next((stop for stop in after if not paths.answered(draft, stop)), None)
    place = following.address if following else f"#done/{section}"
    return go(flow, draft, place, "section", world)


def section_of(flow: Flow, draft: Draft) -> str:
    """The section of the open question, the first one on a screen that has none."""
    stop = paths.stop_at(flow, draft, draft.at)
    return stop.section if stop else flow.sections[0].key


def _after(flow: Flow, draft: Draft, section: str) -> tuple[Stop, ...]:
    """The stops of a section behind the open one."""
    stops = tuple(stop for stop in paths.path(flow, draft) if stop.section == section)
    at = next((n for n, stop in enumerate(stops) if stop.address == draft.at), -1)
    return stops[at + 1 :]


def to_essential(flow: Flow, draft: Draft, world: World) -> Draft:
    """The first question still missing for sending, or the check screen."""
    absent = paths.missing(flow, draft)
    if absent:
        return go(flow, draft, absent[0].address, "essentials", world)
    return go(flow, draft, CHECK, "section", world)


def _to_closing(flow: Flow, draft: Draft, world: World) -> Draft:
    after = _after(flow, draft, CLOSING)
    place = after[0].address if after else READY
    return go(flow, draft, place, CLOSING, world)


def _after_change(flow: Flow, draft: Draft, world: World) -> Draft:
    """Back to where the change began, unless the new answer opens questions of its own."""
    changed = draft.at.rpartition("/")[2]
    for stop in _after(flow, draft, section_of(flow, draft)):
        when = stop.entry.when
        if when and changed in when.needs() and not paths.answered(draft, stop):
            return go(flow, draft, stop.address, draft.way, world)
    return go(flow, draft, draft.way.removeprefix("change:"), "section", world)
