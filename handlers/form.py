"""A form in the chat: every button and every word of it goes through the engine."""

from dataclasses import dataclass, replace
from typing import Final

from cases.telling import tell, tell_all
from flows import act, engine, path, view
from flows.answers import Answer, Invalid, State
from flows.draft import Draft
from flows.engine import Nowhere, Turned
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.place import Place
from flows.model import Step
from flows.view import View
from handlers.forms import draft_in, drop, flow_of, keep, row_in, until
from handlers.screen import LONGEST_ANSWER, spoken
from handlers.sending import Post
from handlers.talk import Said, Talk
from handlers.turning import is_a_cry_for_help, turns_aside, without_files
from locales import html, say

_URGENT: Final = "urgent"
_CALM: Final = ("none",)


@dataclass(frozen=True)
class Form:
    """The spot of whatever form is open. `post` sends it when everything is answered."""

    post: Post

    def view(self, talk: Talk) -> View:
        draft = draft_in(talk)
        assert draft is not None, "the spot is left when the draft is"
        return view.view(flow_of(talk), draft, talk.today)

    async def act(self, talk: Talk, action: str) -> None:
        if action == "stop":
            await self._stop(talk)
            return
        draft = draft_in(talk)
        assert draft is not None, "the spot is left when the draft is"
        await self._follow(talk, draft, act.act(flow_of(talk), draft, action, talk.world))

    async def _stop(self, talk: Talk) -> None:
        """A child who has said what matters is heard, also when it stops there."""
        draft = draft_in(talk)
        if draft is not None and is_a_cry_for_help(flow_of(talk), draft):
            talk.quieten()
            await self._send(talk, draft, draft)
            return
        stop(talk)

    async def _send(self, talk: Talk, before: Draft, draft: Draft) -> None:
        if not await self.post.send(talk, draft):
            # Nothing is lost: the draft waits where it was, one press before sending.
            keep(talk, before)
            talk.say("error.generic")
            talk.show_again()

    async def hear(self, talk: Talk, said: Said) -> bool:
        draft = draft_in(talk)
        if draft is None:
            return False
        if said.contact is not None:
            return await self._shared(talk, draft, said.contact)
        action = _spoken(talk, draft, said.text)
        if action is not None:
            await self.act(talk, action)
            return True
        stop_here = path.stop_at(flow_of(talk), draft, draft.at)
        if stop_here is None or not isinstance(stop_here.entry, Step):
            return False
        turned = engine.typed(flow_of(talk), draft, said.text, talk.world)
        if turned.refused is not None and turned.refused.code == "choose" and _is_telling(said):
            return False
        remember_answer(talk, said.message_id, draft.at)
        await self._follow(talk, draft, turned)
        return True

    async def _shared(self, talk: Talk, draft: Draft, contact: tuple[str, str, bool]) -> bool:
        number, name, own = contact
        try:
            turned = engine.shared_phone(flow_of(talk), draft, number, name, talk.world, own=own)
        except Nowhere:
            return False
        await self._follow(talk, draft, turned)
        return True

    async def _follow(self, talk: Talk, before: Draft, turned: Turned) -> None:
        """What the person sees of a move: the answer noted, then the next screen."""
        turned = replace(turned, draft=without_files(talk, turned.draft))
        row = keep(talk, turned.draft)
        if is_a_cry_for_help(flow_of(talk), turned.draft):
            row.pass_on = True
        if turned.refused is not None:
            refuse(talk, turned.refused)
            return
        if turned.answered is not None and turned.draft.at != before.at:
            self._note(talk, turned)
        if turned.answered is not None and turns_aside(talk, turned):
            return
        if turned.draft.at == engine.LEFT:
            drop(talk)
            talk.enter("home")
            return
        if turned.draft.at == engine.READY:
            await self._send(talk, before, turned.draft)
            return
        if turned.draft.at.startswith("#done/") and row.pass_on is None:
            talk.interrupt("cutoff")
            talk.show_again()
            return
        shown = view.view(flow_of(talk), turned.draft, talk.today)
        if _in_place(talk, before, turned.draft):
            ticking = before.at == turned.draft.at and any(
                button.ticked is not None for button in shown.buttons()
            )
            talk.redraw(shown, same_buttons=ticking)
        else:
            talk.show(shown)

    def _note(self, talk: Talk, turned: Turned) -> None:
        """The question becomes a line of the transcript."""
        address = turned.answered or ""
        stop_there = path.stop_at(flow_of(talk), turned.draft, address)
        answer = turned.draft.answers.get(address)
        if stop_there is None or answer is None or not isinstance(stop_there.entry, Step):
            return
        words = view.told(flow_of(talk), stop_there.entry, answer)
        question = tell(talk.locale, view.question_name(flow_of(talk), stop_there))
        said = tell_all(talk.locale, words)[:LONGEST_ANSWER]
        talk.answered(question, said)
        if talk.tap is None and answer.state is State.GIVEN and _is_read(stop_there.entry):
            talk.preface = html(talk.locale, "answer.noted", answer=said)
        if stop_there.entry.key == _URGENT and _is_pressing(answer):
            talk.say("urgent.thanks")


def _is_read(step: Step) -> bool:
    """Whether what was typed was read as something: the person sees as what."""
    return isinstance(step.kind, PartialDate | Place)


def _is_pressing(answer: Answer) -> bool:
    """Something urgent was ticked, not "none of this"."""
    ticked = answer.value if answer.state is State.GIVEN else None
    return isinstance(ticked, list) and not set(map(str, ticked)) <= set(_CALM)


def _in_place(talk: Talk, before: Draft, after: Draft) -> bool:
    """Pickers, ticks and lists change where they stand; a new question is a new message."""
    if talk.tap is None:
        return False
    both_screens = before.at.startswith("#") and after.at.startswith("#")
    return before.at == after.at or both_screens


def refuse(talk: Talk, refusal: Invalid) -> None:
    """Say what would help. The question and its buttons stay as they are."""
    if talk.tap is not None:
        talk.toast = say(talk.locale, f"error.{refusal.code}", **refusal.params)
    else:
        talk.say(f"error.{refusal.code}", **refusal.params)


def _spoken(talk: Talk, draft: Draft, text: str) -> str | None:
    """The action of the button whose words, or number, were typed instead of pressed."""
    shown = view.view(flow_of(talk), draft, talk.today)
    button = spoken(talk.locale, shown, text)
    return button.action if button else _numbered(talk, draft, shown, text.strip())


def _numbered(talk: Talk, draft: Draft, shown: View, wanted: str) -> str | None:
    """A bare number picks the option at that place, where an answer is always a button."""
    stop_here = path.stop_at(flow_of(talk), draft, draft.at)
    step = stop_here.entry if stop_here else None
    if not isinstance(step, Step) or not isinstance(step.kind, Choice | Many | Consent):
        return None
    options = [button.action for button in shown.buttons() if button.action.startswith("pick ")]
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:3]) <= len(options):
        return options[int(wanted[:3]) - 1]
    return None


MOST_REMEMBERED: Final = 80
TELLING: Final = 60
"""Characters from which words at a question with buttons are a story, not a mistaken answer."""


def _is_telling(said: Said) -> bool:
    return len(said.text) >= TELLING


def remember_answer(talk: Talk, message_id: int, address: str) -> None:
    """Which message answered which question, should the person edit it later."""
    stored = talk.person.state.get("typed")
    rows = stored if isinstance(stored, list) else []
    talk.person.state["typed"] = [*rows[-MOST_REMEMBERED:], [message_id, address]]


def stop(talk: Talk) -> None:
    """ "Stop": everything is saved already; only say so. Asked once: may it be passed on?"""
    talk.quieten()
    talk.say("stop.saved", date=until(talk))
    row = row_in(talk)
    talk.move("away")
    if row is not None and row.pass_on is None and not flow_of(talk).brief:
        talk.interrupt("cutoff")
        talk.show_again()
