"""Every button of every screen of a flow: its action in, the next draft out."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from flows import engine, screens
from flows.draft import Draft
from flows.engine import Nowhere, Turned, World
from flows.model import Flow

Act: TypeAlias = Callable[[Flow, Draft, World], Turned]
ActOn: TypeAlias = Callable[[Flow, Draft, str, World], Turned]

_PLAIN: Mapping[str, Act] = {
    "back": engine.back,
    "unknown": engine.unknown,
    "unknown-group": engine.group_unknown,
    "decline": engine.declined,
    "skip": engine.skipped,
    "enter": screens.entered,
    "pass": screens.passed,
    "tasks": screens.listed,
    "check": screens.checked,
    "send": screens.sending,
    "add": screens.added,
    "done": screens.group_done,
}
_ON: Mapping[str, ActOn] = {
    "pick": engine.picked,
    "open": screens.opened,
    "edit": screens.changing,
    "change": screens.change,
    "item": screens.item_opened,
    "drop": screens.dropped,
}


def act(flow: Flow, draft: Draft, action: str, world: World) -> Turned:
    """Do what the button with this action does. Raises Nowhere when it is not of this screen.

    "stop" changes nothing in the draft and is the caller's to answer.
    """
    verb, _, on = action.partition(" ")
    if on and verb in _ON:
        return _ON[verb](flow, draft, on, world)
    if not on and verb in _PLAIN:
        return _PLAIN[verb](flow, draft, world)
    raise Nowhere
