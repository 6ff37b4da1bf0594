"""A report that is sent, opened again to be corrected: with code and PIN, like reading it."""

from typing import Any

from cases.correcting import reopened
from flows import engine
from flows.kinds.subs import record_in, text_in
from handlers.forms import CORRECTION, FORMS, begin_afterwards, keep, kept_as
from handlers.known import Known
from handlers.talk import Talk


def under_way(talk: Talk) -> Known | None:
    """The report whose correction waits to be sent, if there is one."""
    if talk.draft_of(CORRECTION) is None:
        return None
    return Known.of(record_in(record_in(talk.person.state, CORRECTION), "case"))


def go_on(talk: Talk) -> None:
    """Back to the correction that waits."""
    if kept_as(talk) != CORRECTION:
        held = record_in(talk.person.state, CORRECTION)
        begin_afterwards(talk, CORRECTION, case=held.get("case"))
    talk.enter("form")


def begin(talk: Talk, known: Known, report: Any) -> None:
    """What was sent as a draft again, at the check screen. `report`: the family's own copy.

    A form without a check screen has nothing to correct: words are added to it instead.
    """
    flow = FORMS.get(text_in(report, "flow"))
    if flow is None or flow.brief:
        talk.say("correct.add_instead")
        talk.enter("add", case=known.as_json())
        return
    begin_afterwards(talk, CORRECTION, case=known.as_json())
    draft, _ = engine.renew(flow, reopened(flow, report, talk.world), talk.world)
    keep(talk, draft)
    talk.say("correct.opened", code=known.code)
    talk.enter("form")
