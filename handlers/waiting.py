"""A report that waits: coming back to it, and what becomes of it if nobody does."""

from flows import engine
from flows.answers import Json, Word
from flows.draft import Draft
from flows.kinds.subs import record_in, text_in
from flows.view import Button, View
from handlers.forms import (
    IN_DRAFT,
    begin,
    come_back,
    draft_in,
    drop,
    flow_of,
    keep,
    row_in,
    section_now,
    sent_case,
    until,
)
from handlers.talk import Said, Talk


def expired(talk: Talk) -> bool:
    """Whether the draft somebody stood in is gone: they are told, and stand at home now."""
    if row_in(talk) is not None or not talk.spot:
        return False
    was = talk.spot_kind
    come_back(talk)
    talk.person.state["spot"] = _above(talk.spot)
    if was not in IN_DRAFT:
        return False
    talk.say("draft.expired")
    return True


def _above(spot: dict[str, Json]) -> dict[str, Json]:
    """The place, on home where it stood in a draft."""
    if text_in(spot, "kind") in IN_DRAFT:
        return {"kind": "home"}
    return {**spot, "under": _above(record_in(spot, "under"))} if "under" in spot else spot


class Resume:
    """After a pause: go on, start anew, or delete."""

    def view(self, talk: Talk) -> View:
        told = Word("resume.ask", {"section": section_now(talk), "date": until(talk)})
        rows = [
            (Button("continue", Word("resume.continue"), main=True),),
            (Button("restart", Word("resume.restart")),),
            (Button("delete", Word("resume.delete")),),
        ]
        if sent_case(talk) is not None:
            del rows[1]  # a correction begins with what was sent, an answer with what was asked
        return View(told, tuple(rows))

    async def act(self, talk: Talk, action: str) -> None:
        if action == "delete":
            drop(talk)
            talk.say("resume.deleted")
            talk.enter("home")
            return
        if action == "restart":
            drop(talk)
        draft = draft_in(talk)
        if draft is None:
            begin(talk, flow_of(talk))
            talk.show_again()
        else:
            carry_on(talk, draft)

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def carry_on(talk: Talk, draft: Draft) -> None:
    """The open question of a stored draft, as today's form has it."""
    renewed, changed = engine.renew(flow_of(talk), draft, talk.world)
    keep(talk, renewed)
    if changed:
        talk.say("draft.upgraded")
    talk.enter("form")


class CutOff:
    """Asked once: if we are cut off, may we pass on what you have told us?"""

    def view(self, _talk: Talk) -> View:
        rows = (
            (Button("yes", Word("cutoff.yes")),),
            (Button("no", Word("cutoff.no")),),
        )
        return View(Word("cutoff.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        row = row_in(talk)
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
