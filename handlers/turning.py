"""Answers after which another form fits better: a child reports, or many were taken."""

from flows import engine
from flows.answers import Answer, State, Word
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.engine import Turned
from flows.help_child import CHILD
from flows.kinds.files import Files
from flows.model import Flow, Step
from flows.path import missing, stop_at
from flows.report import REPORT
from flows.view import Button, View
from handlers import forms
from handlers.talk import Said, Talk


def turns_aside(talk: Talk, turned: Turned) -> bool:
    """Whether the answer just stored leads to another form, which is open then."""
    if turned.answered == "risk":
        where = turned.draft.answers["risk"].value
        talk.person.quiet = talk.person.quiet or where in ("occupied", "russia_belarus")
    if forms.flow_of(talk).name != REPORT.name or turned.answered is None:
        return False
    answer = turned.draft.answers.get(turned.answered)
    if _is(answer, turned.answered, "adult", "no"):
        talk.quieten()
        forms.begin(talk, CHILD)
        talk.show_again()
        return True
    if _is(answer, turned.answered, "relation", "staff"):
        talk.interrupt("many")
        talk.show_again()
        return True
    return False


def is_a_cry_for_help(flow: Flow, draft: Draft) -> bool:
    """A child's form with all that is needed to act: it reaches somebody whatever happens next."""
    return flow.name == CHILD.name and not missing(flow, draft)


def without_files(talk: Talk, draft: Draft) -> Draft:
    """Files are never asked for where a phone may be searched: such a question passes itself."""
    flow = forms.flow_of(talk)
    for _ in flow.sections:
        stop = stop_at(flow, draft, draft.at)
        if not talk.person.quiet or stop is None or not isinstance(stop.entry, Step):
            break
        if not isinstance(stop.entry.kind, Files):
            break
        draft = engine.skipped(flow, draft, talk.world).draft
    return draft


def _is(answer: Answer | None, address: str, question: str, option: str) -> bool:
    given = answer is not None and answer.state is State.GIVEN and answer.value == option
    return given and address == question


class Many:
    """About one child, or about a whole group? Asked of those who work with an institution."""

    def view(self, _talk: Talk) -> View:
        rows = (
            (Button("one", Word("many.one")),),
            (Button("group", Word("many.group")),),
        )
        return View(Word("many.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        talk.quieten()
        talk.resume()
        if action == "group":
            forms.drop(talk)
            forms.begin(talk, COLLECTIVE)
        talk.show_again()

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True
