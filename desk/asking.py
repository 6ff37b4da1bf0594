"""A question as a colleague reads it aloud: the flow's own view, as lines and buttons of a page.

What is said to the caller is in the caller's language, what the colleague does in their own.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from markupsafe import Markup

from cases.telling import tell, tell_all, tell_html
from flows import path, view
from flows.answers import State, Word
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.engine import CHECK, READY
from flows.kinds.choice import DONE, Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.files import Files
from flows.kinds.kind import Kind
from flows.kinds.phones import Phone
from flows.kinds.text import Text
from flows.model import Flow, Step
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING
from flows.view import Button, View
from locales import say

FLOWS: Final = {flow.name: flow for flow in (REPORT, SIGHTING, COLLECTIVE, NEWS)}
"""What a caller can tell. A child who calls is listened to, not filled in."""

TYPED: Final = "typed"
DELIVER: Final = "deliver"

_LONG: Final = 300
_PICKED: Final = (Choice, Many, Consent, Files)
_IN_A_CHAT: Final = ("contact_pref", "witness_contact")
"""Where "here" would mean a chat that a caller does not have."""


@dataclass(frozen=True)
class Press:
    """A button: what stands on it and what it does. `ticked` None: not a tick box."""

    action: str
    label: str = field(repr=False)
    ticked: bool | None = None
    main: bool = False


@dataclass(frozen=True)
class Card:
    """What stands on the page. `title`, `before`, `hints`, `options` and `review` are for the
    caller, `ways` for the colleague, in their two languages.

    `writes` is "", "line" or "lines": how an answer is typed. `aside` names a word to
    the colleague: aloud, files, phone, ready.
    """

    title: str = field(repr=False)
    before: tuple[str, ...] = field(repr=False)
    hints: tuple[str, ...] = field(repr=False)
    options: tuple[Press, ...]
    ways: tuple[Press, ...]
    writes: str = ""
    filled: str = field(default="", repr=False)
    aside: str = ""
    #: asks back about what was just typed: Enter takes its first button
    inner: bool = False
    review: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=(), repr=False)

    def offers(self, action: str) -> bool:
        """Whether this page has such a button: an older page may have had others."""
        if action == TYPED:
            return bool(self.writes)
        return any(one.action == action for one in (*self.options, *self.ways))


def card(flow: Flow, draft: Draft, today: date, caller: str, colleague: str) -> Card:
    """What is open in `draft`, worded for a `caller` and a `colleague` by their locales."""
    if draft.at == READY:
        return _ready(flow, draft, today, caller, colleague)
    shown = view.view(flow, draft, today)
    stop = path.stop_at(flow, draft, draft.at)
    step = stop.entry if stop is not None and isinstance(stop.entry, Step) else None
    title, *hints = lines(caller, shown.title)
    buttons = [one for one in shown.buttons() if step is None or not _is_left_out(step, one)]
    picks = [one for one in buttons if one.action.startswith("pick ")]
    return Card(
        title,
        tuple(line for word in shown.before for line in lines(caller, word)),
        (*hints, *(line for word in shown.after for line in lines(caller, word))),
        tuple(_press(caller, one) for one in picks),
        tuple(_way(colleague, one, step) for one in buttons if one not in picks),
        _writes(step.kind) if step else "",
        _filled(draft, step),
        _aside(step.kind) if step else "",
        bool(step and draft.sub and _writes(step.kind)),
        _review(caller, shown),
    )


def _ready(flow: Flow, draft: Draft, today: date, caller: str, colleague: str) -> Card:
    """Everything is answered: looked at once more, then sent."""
    shown = view.view(flow, replace(draft, at=CHECK), today)
    ways = (
        Press(DELIVER, say(colleague, "check.send"), main=True),
        Press("back", say(colleague, "nav.back")),
        Press("stop", say(colleague, "enter.later")),
    )
    title = say(colleague, "enter.ready")
    return Card(title, (), (), (), ways, aside="ready", review=_review(caller, shown))


def lines(locale: str, word: Word | None) -> list[str]:
    """The wording line by line, without the messenger's tags. At least one line."""
    whole = tell_html(locale, word) if word else ""
    lines = [str(Markup(line).striptags()) for line in whole.split("\n")]  # noqa: S704 - stripped
    return [line for line in lines if line] or [""]


def _is_left_out(step: Step, button: Button) -> bool:
    """Files cannot be said on the telephone; "here" is no answer where there is no chat."""
    if isinstance(step.kind, Files):
        return button.action in (f"pick {DONE.key}", "unknown")
    return step.key in _IN_A_CHAT and button.action == "pick here"


def _press(locale: str, button: Button) -> Press:
    return Press(button.action, tell(locale, button.label), button.ticked, button.main)


def _way(locale: str, button: Button, step: Step | None) -> Press:
    made = _press(locale, button)
    if button.action == "stop":
        return replace(made, label=say(locale, "enter.later"))
    if step is not None and isinstance(step.kind, Files) and button.action == "skip":
        return replace(made, label=say(locale, "enter.files.later"), main=True)
    return made


def _writes(kind: Kind) -> str:
    if isinstance(kind, _PICKED):
        return ""
    return "lines" if isinstance(kind, Text) and kind.at_most >= _LONG else "line"


def _filled(draft: Draft, step: Step | None) -> str:
    """What was written before, to be written on."""
    answer = path.answer_at(draft, draft.at, step) if step else None
    told = answer is not None and answer.state is State.GIVEN and isinstance(answer.value, str)
    return str(answer.value) if answer and step and told and isinstance(step.kind, Text) else ""


def _aside(kind: Kind) -> str:
    match kind:
        case Consent():
            return "aloud"
        case Files():
            return "files"
        case Phone():
            return "phone"
        case _:
            return ""


def _review(locale: str, shown: View) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple(
        (
            tell(locale, name),
            tuple((tell(locale, asked), tell_all(locale, said)) for asked, said in rows),
        )
        for name, rows in shown.review
    )
