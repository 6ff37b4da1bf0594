"""Which form a person is filling in, and its draft. One is open at a time; others may wait."""

from typing import Final
from uuid import uuid4

from cases.turn import DRAFT_KEPT, DRAFT_KEPT_QUIET, DraftRow
from flows import engine, path, view
from flows.answers import Word
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.subs import text_in
from flows.model import Flow
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING
from handlers.talk import Talk
from locales.dates import day

FORMS: Final = {flow.name: flow for flow in (REPORT, NEWS, SIGHTING, COLLECTIVE, CHILD)}
"""Every form a person can fill in, by name."""


def flow_of(talk: Talk) -> Flow:
    """The form that is open, or was last; the report when none has been."""
    return FORMS.get(text_in(talk.person.state, "form"), REPORT)


def draft_in(talk: Talk) -> Draft | None:
    """The draft of the open form, None when there is none."""
    row = talk.draft_of(flow_of(talk).name)
    return Draft.from_json(row.content) if row else None


def keep(talk: Talk, draft: Draft) -> DraftRow:
    """Put the draft where the turn saves it from, a new row when there was none."""
    row = talk.draft_of(draft.flow)
    if row is None:
        term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
        row = DraftRow(uuid4(), draft.flow, {}, None, talk.now, talk.now + term)
        talk.turn.drafts[draft.flow] = row
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


def drop(talk: Talk) -> None:
    """Forget the draft of the open form."""
    talk.turn.drafts.pop(flow_of(talk).name, None)


def until(talk: Talk) -> str:
    """The day until which the draft waits, in words."""
    term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
    return day(talk.locale, (talk.now + term).date())


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
