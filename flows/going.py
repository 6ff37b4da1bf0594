"""Where a person goes: to the next question after an answer, and back again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flows import path as paths
from flows.answers import Answer, State, Sub
from flows.draft import TRAIL, Draft
from flows.kinds.choice import Many
from flows.kinds.consent import Consent
from flows.kinds.kind import Now
from flows.kinds.subs import words_in
from flows.model import Flow, Step
from flows.path import CLOSING, Stop

TASKS: Final = "#tasks"
CHECK: Final = "#check"
READY: Final = "#ready"
"""Every closing question is answered: the caller may send."""
LEFT: Final = "#left"
"""Back from the first question of a brief flow: nothing is open any more."""

_CHANGE: Final = "change:"


@dataclass(frozen=True)
class World:
    """What the engine is told of the outside: the day in Kyiv, the instant, a source of ids."""

    today: date
    #: ISO 8601 in UTC, written into answers
    at: str
    new_id: Callable[[], str]


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
    day = world.today.isoformat()
    return replace(draft, at=place, sub=sub, tries=0, day=day, held=None)


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


def back(flow: Flow, draft: Draft, world: World) -> Draft:
    """One step back: out of an inner page, else to where the person came from."""
    if _is_inner(flow, draft, world):
        return replace(draft, sub={}, tries=0)
    trail = list(draft.trail)
    while trail:
        before, _, way = trail.pop().partition(" ")
        if _is_there(flow, draft, before):
            came = replace(draft, trail=tuple(trail), way=way or draft.way)
            return _open(flow, came, before, world)
    return _open(flow, replace(draft, trail=()), LEFT if flow.brief else TASKS, world)


def _is_inner(flow: Flow, draft: Draft, world: World) -> bool:
    stop = paths.stop_at(flow, draft, draft.at) if draft.sub else None
    if stop is None or not isinstance(stop.entry, Step):
        return False
    return stop.entry.kind.page(draft.sub, Now(world.today)).ask is not None


def _is_there(flow: Flow, draft: Draft, place: str) -> bool:
    """Whether a place still exists: a question may leave the path, an item its group."""
    if not place.startswith("#"):
        return paths.stop_at(flow, draft, place) is not None
    screen, _, inside = place.partition("/")
    _, _, item = inside.partition("/")
    group, _, item_id = item.partition("/")
    return screen != "#change" or not item or item_id in draft.items.get(group, ())


def onward(flow: Flow, draft: Draft, world: World) -> Draft:
    """Where the person goes after the open question, by why it was asked."""
    if flow.brief:
        return _to_next(flow, draft, world)
    if draft.way == "essentials":
        return to_essential(flow, draft, world)
    if draft.way == CLOSING:
        return _to_closing(flow, draft, world)
    if draft.way.startswith(_CHANGE):
        return _after_change(flow, draft, world)
    section = section_of(flow, draft)
    after = _after(flow, draft, section)
    following = next((stop for stop in after if not paths.answered(draft, stop)), None)
    place = following.address if following else f"#done/{section}"
    return go(flow, draft, place, "section", world)


def _to_next(flow: Flow, draft: Draft, world: World) -> Draft:
    """In a brief flow: the next question that is open, else it is ready."""
    stops = tuple(paths.path(flow, draft))
    at = next((n for n, stop in enumerate(stops) if stop.address == draft.at), -1)
    later = (*stops[at + 1 :], *stops[: at + 1])
    following = next((stop for stop in later if not paths.answered(draft, stop)), None)
    return go(flow, draft, following.address if following else READY, "section", world)


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
    """The first question still missing for sending, then one whose answer no longer fits it, or
    the check screen."""
    if flow.brief:
        return _to_next(flow, draft, world)
    absent = paths.missing(flow, draft)
    if absent:
        return go(flow, draft, absent[0].address, "essentials", world)
    misfit = paths.misfit(flow, draft)
    if misfit is not None:
        return go(flow, draft, misfit.address, f"{_CHANGE}{CHECK}", world)
    return go(flow, draft, CHECK, "section", world)


def _to_closing(flow: Flow, draft: Draft, world: World) -> Draft:
    after = _after(flow, draft, CLOSING)
    place = after[0].address if after else READY
    return go(flow, draft, place, CLOSING, world)


def to_change(flow: Flow, draft: Draft, address: str, returning: str, world: World) -> Draft:
    """One answer anew; then the person is at `returning` again."""
    return go(flow, draft, address, f"{_CHANGE}{returning}", world)


def _after_change(flow: Flow, draft: Draft, world: World) -> Draft:
    """Back to where the change began, unless the new answer opens questions of its own."""
    returning, _, changed = draft.way.removeprefix(_CHANGE).partition(" ")
    changed = changed or draft.at
    opened = _opened_by(flow, draft, changed)
    if opened is not None:
        return go(flow, draft, opened.address, f"{_CHANGE}{returning} {changed}", world)
    if returning == CHECK and not paths.missing(flow, draft):
        return to_essential(flow, draft, world)
    return go(flow, draft, returning, "section", world)


def _opened_by(flow: Flow, draft: Draft, changed: str) -> Stop | None:
    """The first open question that is asked because of the answer at `changed`, or because of
    another one that is. Inside a group, only of the same item."""
    item, _, key = changed.rpartition("/")
    because = {key}
    for stop in paths.path(flow, draft):
        inside = stop.address.rpartition("/")[0]
        if stop.section == CLOSING or stop.entry.when is None or (item and inside != item):
            continue
        if because.intersection(stop.entry.when.needs()):
            because.add(stop.entry.key)
            if not paths.answered(draft, stop):
                return stop
    return None
