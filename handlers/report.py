"""A report in the chat: every button and every word of it goes through the engine."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from cases.telling import tell, tell_all
from cases.turn import DRAFT_KEPT, DRAFT_KEPT_QUIET, DraftRow
from flows import act, engine, path, view
from flows.answers import Answer, Invalid, State, Word
from flows.draft import Draft
from flows.engine import Nowhere, Turned
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.place import Place
from flows.model import Step
from flows.report import REPORT
from flows.view import View
from handlers.screen import LONGEST_ANSWER, spoken
from handlers.sending import Post
from handlers.talk import Said, Talk
from locales import html, say
from locales.dates import day

FLOW: Final = REPORT.name
_URGENT: Final = "urgent"
_CALM: Final = ("none",)


def draft_in(talk: Talk) -> Draft | None:
    """The open report, None when there is none."""
    row = talk.draft_of(FLOW)
    return Draft.from_json(row.content) if row else None


def keep(talk: Talk, draft: Draft) -> DraftRow:
    """Put the draft where the turn saves it from, a new row when there was none."""
    row = talk.draft_of(FLOW)
    if row is None:
        term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
        row = DraftRow(uuid4(), FLOW, {}, None, talk.now, talk.now + term)
        talk.turn.drafts[FLOW] = row
    row.content = draft.as_json()
    return row


def until(talk: Talk) -> str:
    """The day until which the draft waits, in words."""
    term = DRAFT_KEPT_QUIET if talk.person.quiet else DRAFT_KEPT
    return day(talk.locale, (talk.now + term).date())


def section_now(talk: Talk) -> Word:
    """The name of the section the draft is in, or that everything is told and waits."""
    draft = draft_in(talk)
    if draft is None:
        return view.section_name(REPORT, REPORT.sections[0].key)
    screen, _, inside = draft.at.partition("/")
    if screen in ("#intro", "#done", "#change"):
        return view.section_name(REPORT, inside.partition("/")[0])
    section = engine.section_of(REPORT, draft)
    if screen == engine.CHECK or section == path.CLOSING:
        return Word("section.sending")
    return view.section_name(REPORT, section)


def begin(talk: Talk) -> Draft:
    """A new report at its first question, not on screen yet."""
    draft = engine.begin(REPORT, talk.world)
    keep(talk, draft)
    talk.move("report")
    return draft


@dataclass(frozen=True)
class Report:
    """The spot of the report. `post` sends it when everything is answered."""

    post: Post

    def view(self, talk: Talk) -> View:
        draft = draft_in(talk)
        assert draft is not None, "the spot is left when the draft is"
        return view.view(REPORT, draft, talk.today)

    async def act(self, talk: Talk, action: str) -> None:
        if action == "begin":
            begin(talk)
            talk.show_again()
            return
        if action == "stop":
            stop(talk)
            return
        draft = draft_in(talk)
        assert draft is not None, "the spot is left when the draft is"
        await self._follow(talk, draft, act.act(REPORT, draft, action, talk.world))

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
        stop_here = path.stop_at(REPORT, draft, draft.at)
        if stop_here is None or not isinstance(stop_here.entry, Step):
            return False
        turned = engine.typed(REPORT, draft, said.text, talk.world)
        if turned.refused is not None and turned.refused.code == "choose" and _is_telling(said):
            return False
        remember_answer(talk, said.message_id, draft.at)
        await self._follow(talk, draft, turned)
        return True

    async def _shared(self, talk: Talk, draft: Draft, contact: tuple[str, str, bool]) -> bool:
        number, name, own = contact
        try:
            turned = engine.shared_phone(REPORT, draft, number, name, talk.world, own=own)
        except Nowhere:
            return False
        await self._follow(talk, draft, turned)
        return True

    async def _follow(self, talk: Talk, before: Draft, turned: Turned) -> None:
        """What the person sees of a move: the answer noted, then the next screen."""
        row = keep(talk, turned.draft)
        if turned.refused is not None:
            refuse(talk, turned.refused)
            return
        if turned.answered is not None and turned.draft.at != before.at:
            self._note(talk, turned)
        if turned.draft.at == engine.READY:
            if not await self.post.send(talk, turned.draft):
                # Nothing is lost: the draft waits where it was, one press before sending.
                keep(talk, before)
                talk.say("error.generic")
                talk.show_again()
            return
        if turned.draft.at.startswith("#done/") and row.pass_on is None:
            talk.interrupt("cutoff")
            talk.show_again()
            return
        shown = view.view(REPORT, turned.draft, talk.today)
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
        stop_there = path.stop_at(REPORT, turned.draft, address)
        answer = turned.draft.answers.get(address)
        if stop_there is None or answer is None or not isinstance(stop_there.entry, Step):
            return
        words = view.told(REPORT, stop_there.entry, answer)
        question = tell(talk.locale, view.question_name(REPORT, stop_there))
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
    shown = view.view(REPORT, draft, talk.today)
    button = spoken(talk.locale, shown, text)
    return button.action if button else _numbered(draft, shown, text.strip())


def _numbered(draft: Draft, shown: View, wanted: str) -> str | None:
    """A bare number picks the option at that place, where an answer is always a button."""
    stop_here = path.stop_at(REPORT, draft, draft.at)
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
    row = talk.draft_of(FLOW)
    talk.move("away")
    if row is not None and row.pass_on is None:
        talk.interrupt("cutoff")
        talk.show_again()
