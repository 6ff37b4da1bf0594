"""The screens around the questions: list of sections, introductions, groups, check, change."""

from dataclasses import replace

from flows import engine, going
from flows import path as paths
from flows.answers import Answer, Invalid, State
from flows.draft import Draft
from flows.engine import CHECK, READY, TASKS, Nowhere, Turned, World
from flows.model import Flow, Group, Section
from flows.path import CLOSING


def section_of(flow: Flow, key: str) -> Section:
    """Raises Nowhere for a section this flow does not have."""
    for section in flow.sections:
        if section.key == key:
            return section
    raise Nowhere


def opened(flow: Flow, draft: Draft, key: str, world: World) -> Turned:
    """A section from the list: its introduction, its first open question, or its answers."""
    section = section_of(flow, key)
    first = _first_open(flow, draft, key)
    if first is None:
        return Turned(engine.go(flow, draft, f"#change/{key}", "section", world))
    if section.announced and paths.progress(flow, draft, key) == "todo":
        return Turned(engine.go(flow, draft, f"#intro/{key}", "section", world))
    return Turned(engine.go(flow, draft, first, "section", world))


def entered(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "Continue" on an introduction."""
    key = _of_screen(draft, "#intro/")
    first = _first_open(flow, draft, key)
    return Turned(engine.go(flow, draft, first or f"#done/{key}", "section", world))


def passed(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "Skip this section": nothing in it is answered, nor marked as skipped."""
    key = _of_screen(draft, "#intro/")
    following = after(flow, key)
    if following is None:
        return Turned(engine.go(flow, draft, TASKS, "section", world))
    return opened(flow, draft, following.key, world)


def after(flow: Flow, key: str) -> Section | None:
    """The section behind this one."""
    keys = [section.key for section in flow.sections]
    at = keys.index(key) + 1 if key in keys else len(keys)
    return flow.sections[at] if at < len(keys) else None


def _of_screen(draft: Draft, prefix: str) -> str:
    if not draft.at.startswith(prefix):
        raise Nowhere
    return draft.at.removeprefix(prefix)


def _first_open(flow: Flow, draft: Draft, key: str) -> str | None:
    stops = (stop for stop in paths.path(flow, draft) if stop.section == key)
    return next((stop.address for stop in stops if not paths.answered(draft, stop)), None)


def listed(flow: Flow, draft: Draft, world: World) -> Turned:
    """The list of sections."""
    return Turned(engine.go(flow, draft, TASKS, "section", world))


def checked(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "Check and send", or the first question that is missing for it."""
    return Turned(engine.to_essential(flow, draft, world))


def sending(flow: Flow, draft: Draft, world: World) -> Turned:
    """ "Send" on the check screen: the closing questions, or READY when there are none."""
    if draft.at != CHECK:
        raise Nowhere
    if paths.missing(flow, draft):
        return checked(flow, draft, world)
    first = next((stop for stop in paths.path(flow, draft) if stop.section == CLOSING), None)
    place = first.address if first else READY
    return Turned(engine.go(flow, draft, place, CLOSING, world))


def changing(flow: Flow, draft: Draft, key: str, world: World) -> Turned:
    """The answers of a section, each to be changed."""
    section_of(flow, key)
    return Turned(engine.go(flow, draft, f"#change/{key}", "section", world))


def change(flow: Flow, draft: Draft, address: str, world: World) -> Turned:
    """One answer anew, then back to the check screen (or to the group it was opened from)."""
    if paths.stop_at(flow, draft, address) is None:
        raise Nowhere
    _, _, inside = draft.at.removeprefix("#change/").partition("/")
    returning = inside.partition("/")[0] or CHECK
    if returning == CHECK and paths.missing(flow, draft):
        returning = TASKS
    return Turned(going.to_change(flow, draft, address, returning, world))


def _group_at(flow: Flow, draft: Draft) -> Group:
    stop = paths.stop_at(flow, draft, draft.at)
    if stop is None or not isinstance(stop.entry, Group):
        raise Nowhere
    return stop.entry


def added(flow: Flow, draft: Draft, world: World) -> Turned:
    """Another item of the group, at its first question."""
    group = _group_at(flow, draft)
    ids = draft.items.get(group.key, ())
    if len(ids) >= group.at_most:
        return Turned(draft, refused=Invalid("group_full", n=group.at_most))
    new = world.new_id()
    grown = replace(draft, items={**draft.items, group.key: (*ids, new)}).without_answer(group.key)
    first = f"{group.key}/{new}/{group.steps[0].key}"
    return Turned(engine.go(flow, grown, first, "section", world))


def dropped(flow: Flow, draft: Draft, item: str, _world: World) -> Turned:
    """The group without one item. Its answers stay in the draft, off the path: never sent."""
    group = _group_at(flow, draft)
    ids = draft.items.get(group.key, ())
    if item not in ids or len(ids) <= group.at_least:
        raise Nowhere
    left = tuple(one for one in ids if one != item)
    return Turned(replace(draft, items={**draft.items, group.key: left}))


def item_opened(flow: Flow, draft: Draft, item: str, world: World) -> Turned:
    """The answers of one item, each to be changed."""
    group = _group_at(flow, draft)
    if item not in draft.items.get(group.key, ()):
        raise Nowhere
    section = engine.section_of(flow, draft)
    place = f"#change/{section}/{group.key}/{item}"
    return Turned(engine.go(flow, draft, place, "section", world))


def group_done(flow: Flow, draft: Draft, world: World) -> Turned:
    """The list of items is complete."""
    _group_at(flow, draft)
    return engine.stored(flow, draft, Answer(State.GIVEN, "done", at=world.at), world)
