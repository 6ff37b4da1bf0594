"""What a prosecutor wrote to a family: found, opened, answered. Neutral outside, words inside."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from html import escape
from typing import Final
from uuid import UUID

from cases import messages
from cases.messages import QUESTION, Due, Letter, Written
from cases.outbox import Database
from flows import engine
from flows.answers import Json, Word
from flows.kinds.subs import record_in, text_in
from flows.view import Button, View
from handlers import forms
from handlers.forms import ANSWER
from handlers.known import Known, own
from handlers.mine import HOME, known_in
from handlers.silence import ALL_BUT_QUESTIONS, level, may_write_first
from handlers.talk import Said, Talk
from locales import html, say
from locales.dates import KYIV, day
from vault.box import Box

BUTTON: Final = re.compile(r"d2\|([A-Za-z0-9_-]{22})", re.ASCII)
"""The button under a push: it opens one message, however old it is."""
LINK: Final = re.compile(r"q_([A-Za-z0-9_-]{22})", re.ASCII)
"""The same as a link: /start q_… ."""


def token(message: UUID) -> str:
    """How a message is named in a button or link. Whoever has it still needs to own the case."""
    return urlsafe_b64encode(message.bytes).decode().rstrip("=")


def _named(text: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))


@dataclass(frozen=True)
class Letters:
    """Looks messages up and opens them."""

    database: Database
    box: Box = field(repr=False)

    async def open(self, talk: Talk, name: str, shown: UUID | None = None) -> None:
        """The message of this token. Nothing is told of one whose case is not this person's.

        `shown`: a case whose code and PIN have just been given.
        """
        written = await messages.find(self.database, _named(name))
        mine = {one.case for one in own(talk)} | ({shown} if shown else set())
        chat = talk.person.chat_ref
        if written is None or (written.chat_ref != chat and written.case not in mine):
            talk.enter("code", then="asked", message=name)
            return
        self._show(talk, written)

    async def listed(self, talk: Talk, known: Known) -> None:
        """All that was written about this case."""
        found = await messages.of_case(self.database, known.case)
        rows: list[Json] = [_row(one, talk.locale) for one in found]
        talk.enter("letters", case=record_in(talk.spot, "case"), rows=rows)

    def _show(self, talk: Talk, written: Written) -> None:
        letter = None if written.withdrawn else written.letter(self.box)
        if talk.spot_kind in ("", "away"):
            talk.move("home")
        if letter is None:
            talk.say("letter.gone")
            talk.show_again()
            return
        messages.mark_opened(talk.turn, written.id, talk.now)
        if letter.kind == QUESTION and not written.answered:
            _ask(talk, written, letter)
            return
        key = "letter.yours" if written.answered else "letter.word"
        _tell(talk, letter, html(talk.locale, key))
        talk.show_again()


def _row(one: Written, locale: str) -> dict[str, Json]:
    kind = "answered" if one.answered else one.kind
    on = day(locale, one.at.astimezone(KYIV).date())
    return {"name": token(one.id), "kind": kind, "on": on}


def _tell(talk: Talk, letter: Letter, told: str) -> None:
    """The prosecutor's own words, below what they are."""
    if letter.child is not None:
        told = f"{told}\n{html(talk.locale, 'group.item.children', n=letter.child)}"
    if letter.text:
        told = f"{told}\n\n{escape(letter.text)}"
    talk.send(told)


def _ask(talk: Talk, written: Written, letter: Letter) -> None:
    """The questions, one at a time; what was begun goes on where it stopped."""
    known = Known(written.case, written.code, written.recipient)
    held = record_in(talk.person.state, ANSWER)
    begun = talk.draft_of(ANSWER) is not None
    if begun and text_in(held, "message") != str(written.id):
        talk.say("letter.first")
        forms.begin_afterwards(talk, ANSWER, **held)
        talk.interrupt("form")
        talk.show_again()
        return
    forms.begin_afterwards(
        talk, ANSWER, message=str(written.id), case=known.as_json(), letter=letter.as_json()
    )
    _tell(talk, letter, html(talk.locale, "letter.head", n=letter.count))
    talk.interrupt("form")
    if not begun:
        forms.keep(talk, engine.begin(forms.asked_of(letter), talk.world))
    talk.show_again()


class LetterList:
    """What was written about one case. In its state: "case", "rows"."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters

    def view(self, talk: Talk) -> View:
        rows = [(Button(f"open {text_in(one, 'name')}", _label(one)),) for one in _rows(talk)]
        return View(Word("letters.head", {"code": known_in(talk).code}), (*rows, (HOME,)))

    async def act(self, talk: Talk, action: str) -> None:
        verb, _, name = action.partition(" ")
        if verb == "open":
            await self.letters.open(talk, name, known_in(talk).case)
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def _rows(talk: Talk) -> list[dict[str, Json]]:
    stored = talk.spot.get("rows")
    return [one for one in stored if isinstance(one, dict)] if isinstance(stored, list) else []


def _label(one: dict[str, Json]) -> Word:
    return Word(f"letters.{text_in(one, 'kind')}", {"on": text_in(one, "on")})


def announce(talk: Talk, due: Due) -> None:
    """Say that there is something, without a word of what; to whoever wants to hear of it."""
    due.mark(talk.now)
    wanted = due.kind == QUESTION or level(talk) != ALL_BUT_QUESTIONS
    if not (may_write_first(talk) and wanted):
        return
    key = "letter.push" if due.kind == QUESTION else "push.neutral"
    if due.again:
        key = "letter.reminder"
    opening: Json = {"text": say(talk.locale, "letter.open"),
                     "callback_data": f"d2|{token(due.message)}"}  # fmt: skip
    talk.send(html(talk.locale, key), {"inline_keyboard": [[opening]]})
