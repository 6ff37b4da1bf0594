"""Which form a person is filling in, and its draft. One is open at a time; others may wait."""

from typing import Final
from uuid import uuid4

from cases.messages import Letter
from cases.turn import DRAFT_KEPT, DRAFT_KEPT_QUIET, DraftRow
from flows import engine, path, view
from flows.answers import Json, Word
from flows.asked import ASKED, asked
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.subs import record_in, text_in
from flows.model import Flow
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING
from handlers.known import Known, about
from handlers.talk import Talk
from locales.dates import KYIV, day

FORMS: Final = {flow.name: flow for flow in (REPORT, NEWS, SIGHTING, COLLECTIVE, CHILD)}
"""Every form a person can begin, by name. A draft is kept under its form's name."""

CORRECTION: Final = "correction"
"""What the draft of a report that is sent already is kept under, beside one that is not."""
ANSWER: Final = ASKED.name
"""What the draft of an answer to a prosecutor is kept under."""

_AFTERWARDS: Final = (CORRECTION, ANSWER)
IN_DRAFT: Final = frozenset({"form", "resume", "cutoff"})
"""Places that show something of the open draft, and are nothing without it."""


def kept_as(talk: Talk) -> str:
    """What the open draft is kept under; the report when none was opened yet."""
    return text_in(talk.person.state, "form") or REPORT.name


def row_in(talk: Talk) -> DraftRow | None:
    """The open draft as it is stored, None when there is none."""
    return talk.draft_of(kept_as(talk))


def flow_of(talk: Talk) -> Flow:
    """The form that is open, or was last."""
    name = kept_as(talk)
    if name == ANSWER:
        return asked_of(Letter.of(record_in(record_in(talk.person.state, ANSWER), "letter")))
    if name == CORRECTION:
        row = talk.draft_of(CORRECTION)
        name = text_in(row.content, "flow") if row else ""
    return FORMS.get(name, REPORT)


def asked_of(letter: Letter) -> Flow:
    """The form that a prosecutor's questions make. One that asks nothing known asks for words."""
    return asked(letter.questions, own=letter.own or not letter.questions)


def draft_in(talk: Talk) -> Draft | None:
    """The draft of the open form, None when there is none."""
    row = row_in(talk)
    return Draft.from_json(row.content) if row else None


def keep(talk: Talk, draft: Draft) -> DraftRow:
    """Put the draft where the turn saves it from, a new row when there was none."""
    row = row_in(talk)
    if row is None:
        term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
        content: dict[str, Json] = {}
        row = DraftRow(uuid4(), kept_as(talk), content, None, talk.now, talk.now + term)
        talk.turn.drafts[row.flow] = row
        if row.flow in _AFTERWARDS:
            row.pass_on = False  # its case is with the prosecutors already
    row.content = draft.as_json()
    return row


def begin(talk: Talk, flow: Flow) -> Draft:
    """A new draft of this form at its first question, not on screen yet."""
    talk.person.state["form"] = flow.name
    if flow.name == CHILD.name:
        talk.person.quiet = True  # a child's phone is the one most likely looked at
    draft = engine.begin(flow, talk.world)
    keep(talk, draft)
    talk.move("form")
    return draft


def begin_afterwards(talk: Talk, name: str, /, **held: Json) -> None:
    """From now on the open draft is kept as CORRECTION or ANSWER; what was open waits.

    `held`: what the form needs to know of its case. `drop` comes back to what waits.
    """
    before = kept_as(talk)
    if before == name:
        before = text_in(record_in(talk.person.state, name), "before")
    talk.person.state[name] = {**held, "before": before}
    talk.person.state["form"] = name


def drop(talk: Talk) -> None:
    """Forget the draft of the open form. After a correction or an answer, the one before it is
    open again."""
    name = kept_as(talk)
    talk.turn.drafts.pop(name, None)
    come_back(talk)


def come_back(talk: Talk) -> None:
    """A correction or an answer is over: the form that was open before it is open again."""
    name = kept_as(talk)
    if name in _AFTERWARDS:
        held = record_in(talk.person.state, name)
        talk.person.state.pop(name, None)
        before = text_in(held, "before")
        talk.person.state["form"] = before if talk.draft_of(before) else REPORT.name


def return_to(talk: Talk) -> None:
    """The screen under the form that is over, when what it shows is still there; else home."""
    talk.resume()
    if talk.spot_kind in IN_DRAFT and row_in(talk) is None:
        talk.move("home")
    if talk.spot_kind != "away":
        talk.show_again()


def sent_case(talk: Talk) -> Known | None:
    """The case the open form adds to, where it is sent already."""
    name = kept_as(talk)
    if name in _AFTERWARDS:
        return Known.of(record_in(record_in(talk.person.state, name), "case"))
    return about(talk) if name == NEWS.name else None


def until(talk: Talk) -> str:
    """The day until which the draft waits, in words."""
    term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
    return day(talk.locale, (talk.now + term).astimezone(KYIV).date())


def section_now(talk: Talk) -> Word:
    """The name of the section the draft is in, or that everything is told and waits."""
    flow, draft = flow_of(talk), draft_in(talk)
    if draft is None:
        return view.section_name(flow, flow.sections[0].key)
    screen, _, inside = draft.at.partition("/")
    if screen in ("#intro", "#done", "#change"):
        return view.section_name(flow, inside.partition("/")[0])
    section = engine.section_of(flow, draft)
    if screen == engine.CHECK or section == path.CLOSING:
        return Word("section.sending")
    return view.section_name(flow, section)
