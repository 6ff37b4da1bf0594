"""A report that waits: coming back to it, and what becomes of it if nobody does."""

from flows import engine
from flows.answers import Word
from flows.draft import Draft
from flows.kinds.subs import text_in
from flows.report import REPORT
from flows.view import Button, View, section_name
from handlers.report import FLOW, draft_in, keep, until
from handlers.talk import Said, Talk


class Resume:
    """After a pause: go on, start anew, or delete."""

    def view(self, talk: Talk) -> View:
        draft = draft_in(talk)
        section = engine.section_of(REPORT, draft) if draft else REPORT.sections[0].key
        told = Word("resume.ask", {"section": section_name(REPORT, section), "date": until(talk)})
        rows = (
            (Button("continue", Word("resume.continue"), main=True),),
            (Button("restart", Word("resume.restart")),),
            (Button("delete", Word("resume.delete")),),
        )
        return View(told, rows)

    async def act(self, talk: Talk, action: str) -> None:
        if action == "delete":
            talk.turn.drafts.pop(FLOW, None)
            talk.say("resume.deleted")
            talk.enter("home")
            return
        if action == "restart":
            talk.turn.drafts.pop(FLOW, None)
        draft = draft_in(talk)
        if draft is None:
            await talk.spots["report"].act(talk, "begin")
        else:
            carry_on(talk, draft)

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def carry_on(talk: Talk, draft: Draft) -> None:
    """The open question of a stored draft, as today's form has it."""
    renewed, changed = engine.renew(REPORT, draft, talk.world)
    keep(talk, renewed)
    if changed:
        talk.say("draft.upgraded")
    talk.enter("report")


class CutOff:
    """Asked once: if we are cut off, may we pass on what you have told us?"""

    def view(self, _talk: Talk) -> View:
        rows = (
            (Button("yes", Word("cutoff.yes")),),
            (Button("no", Word("cutoff.no")),),
        )
        return View(Word("cutoff.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        row = talk.draft_of(FLOW)
        if row is not None:
            row.pass_on = action == "yes"
        talk.quieten()
        talk.resume()
        if text_in(talk.spot, "kind") == "away":
            talk.say("cutoff.noted")
        else:
            talk.show_again()

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True
