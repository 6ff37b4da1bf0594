"""What comes beside the questions: unasked, forwarded and edited words. Always asked about."""

from dataclasses import dataclass
from typing import Final

from flows import engine, path, view
from flows.answers import Json, State, Word
from flows.engine import Nowhere
from flows.kinds.subs import text_in
from flows.report import REPORT, STORY
from flows.view import Button, View
from handlers.form import remember_answer
from handlers.forms import begin, draft_in, flow_of, keep, section_now
from handlers.known import own
from handlers.sending import Post
from handlers.talk import Said, Talk
from handlers.ways import add_words

SHOWN: Final = 3
"""The newest reports that stray words are offered to; others are under "My reports"."""
NOTES: Final = {
    "report": "free_text",
    "collective": "free_text",
    "sighting": "what",
    "news": "comment",
}
"""The question of each form that takes whatever belongs to no other."""


@dataclass(frozen=True)
class Stray:
    """Words that answer nothing: where do they belong? In its state: "text", all so far."""

    post: Post

    def view(self, talk: Talk) -> View:
        draft = draft_in(talk)
        if draft is None:
            first = Button("new", Word("stray.new"))
        else:
            first = Button("draft", Word("stray.draft", {"section": section_now(talk)}))
        sent = [
            (Button(f"case {number}", Word("stray.case", {"code": known.code})),)
            for number, known in enumerate(own(talk)[:SHOWN])
        ]
        return View(Word("stray.ask"), ((first,), *sent, (Button("drop", Word("stray.drop")),)))

    async def act(self, talk: Talk, action: str) -> None:
        text = text_in(talk.spot, "text")
        talk.quieten()
        if action == "drop":
            talk.resume()
            talk.say("stray.dropped")
            return_to(talk)
            return
        if action.startswith("case "):
            known = own(talk)[int(action.removeprefix("case "))]
            add_words(self.post, talk, known, text)
            talk.resume()
            talk.say("stray.added", code=known.code)
            return_to(talk)
            return
        note(talk, text)

    async def hear(self, talk: Talk, said: Said) -> bool:
        wander(talk, said)
        return True


def note(talk: Talk, text: str) -> None:
    """Put stray words where the open form has room for them, else into a report."""
    draft, address = draft_in(talk), NOTES.get(flow_of(talk).name, "")
    if draft is None or path.stop_at(flow_of(talk), draft, address) is None:
        talk.person.state["form"] = REPORT.name
        draft, address = draft_in(talk) or begin(talk, REPORT), NOTES[REPORT.name]
    held = draft.answers.get(address)
    before = str(held.value) if held is not None and held.state is State.GIVEN else ""
    said = f"{before}\n{text}".strip()
    turned = engine.replaced(flow_of(talk), draft, address, said, talk.world)
    if turned.refused is not None:
        talk.say(f"error.{turned.refused.code}", **turned.refused.params)
        talk.show_again()
        return
    keep(talk, turned.draft)
    talk.say("stray.kept")
    talk.move("form")
    talk.show_again()


def wander(talk: Talk, said: Said) -> None:
    """Hold the words and ask. More words before the answer are held with them."""
    held = text_in(talk.spot, "text") if talk.spot_kind == "stray" else ""
    text = f"{held}\n{said.text}".strip()
    if len(text) > STORY:
        talk.say("error.too_long", count=len(text), limit=STORY)
    elif talk.spot_kind == "stray":
        talk.person.state["spot"] = {**talk.spot, "text": text}
    else:
        talk.interrupt("stray", text=text)
    talk.show_again()


def return_to(talk: Talk) -> None:
    """The screen of where the person was, unless they had left."""
    if talk.spot_kind != "away":
        talk.show_again()


class Forwarded:
    """A forwarded message as an answer: somebody else's words are taken only when meant."""

    def view(self, _talk: Talk) -> View:
        rows = (
            (Button("yes", Word("forwarded.yes")),),
            (Button("no", Word("forwarded.no")),),
        )
        return View(Word("forwarded.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        spot = talk.spot
        talk.quieten()
        talk.resume()
        if action != "yes":
            return_to(talk)
            return
        message_id = spot.get("message_id")
        said = Said(
            message_id if isinstance(message_id, int) else 0, "text", text_in(spot, "text")
        )
        tap, talk.tap = talk.tap, None  # what follows answers words, not a button
        if not await talk.spots[talk.spot_kind].hear(talk, said):
            wander(talk, said)
        elif not talk.is_live(talk.person.revision):
            return_to(talk)
        talk.tap = tap

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True


def forwarded(talk: Talk, said: Said) -> None:
    talk.interrupt("forwarded", text=said.text, message_id=said.message_id)
    talk.show_again()


class Edited:
    """An edited message of the open draft. In its state: "address", "text", "message_id"."""

    def view(self, talk: Talk) -> View:
        draft = draft_in(talk)
        stop = path.stop_at(flow_of(talk), draft, text_in(talk.spot, "address")) if draft else None
        name = view.question_name(flow_of(talk), stop) if stop else Word("stray.new")
        rows = ((Button("update", Word("edited.update")), Button("keep", Word("edited.keep"))),)
        return View(Word("edited.ask", {"question": name}), rows)

    async def act(self, talk: Talk, action: str) -> None:
        spot = talk.spot
        talk.quieten()
        talk.resume()
        draft = draft_in(talk)
        if action != "update" or draft is None:
            talk.say("edited.kept")
            return_to(talk)
            return
        address, text = text_in(spot, "address"), text_in(spot, "text")
        try:
            turned = engine.replaced(flow_of(talk), draft, address, text, talk.world)
        except Nowhere:
            talk.say("edited.kept")
            return_to(talk)
            return
        keep(talk, turned.draft)
        if turned.refused is not None:
            talk.say(f"error.{turned.refused.code}", **turned.refused.params)
        else:
            talk.say("edited.updated")
        return_to(talk)

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True


def edited(talk: Talk, said: Said) -> None:
    """A message was edited: ask, when it answered a question that is still open to change."""
    draft = draft_in(talk)
    address = _address_of(talk, said.message_id)
    if draft is None:
        talk.say("edited.sent" if talk.person.state.get("sent") else "edited.kept")
        return
    if address is None or path.stop_at(flow_of(talk), draft, address) is None:
        talk.say("edited.kept")
        return
    remember_answer(talk, said.message_id, address)
    talk.interrupt("edited", address=address, text=said.text, message_id=said.message_id)
    talk.show_again()


def _address_of(talk: Talk, message_id: int) -> str | None:
    stored: Json = talk.person.state.get("typed")
    for row in reversed(stored if isinstance(stored, list) else []):
        if isinstance(row, list) and row[0] == message_id:
            return str(row[1])
    return None


def unreadable(talk: Talk, said: Said) -> None:
    """A place on the map, a sticker: what to do instead. A sticker outside a question: nothing."""
    if said.kind == "location":
        talk.say("error.location")
    elif talk.spot_kind == "form":
        talk.say("error.text_expected")
