"""My reports: where each of them stands, and what can still be done with it."""

from dataclasses import dataclass
from typing import Final

from cases import own
from cases.outbox import Database
from cases.own import Copy, OwnCase
from flows.answers import Json, Word
from flows.kinds.subs import record_in, text_in
from flows.news import NEWS, opened
from flows.view import Button, View
from handlers import forms
from handlers.known import Known, choose
from handlers.talk import Said, Talk
from locales.dates import KYIV, day


@dataclass(frozen=True)
class Shelf:
    """Looks up the reporter's own cases."""

    database: Database

    async def open_mine(self, talk: Talk) -> None:
        """The list of what this chat has sent."""
        found = await own.of_chat(self.database, talk.person.chat_ref)
        if not found:
            talk.say("mine.none")
        talk.enter("mine", cases=[_stored(one, talk.locale) for one in found])

    async def open_code(self, talk: Talk, code: str, pin: str) -> Copy | None:
        """The copy of what was sent, the case being chosen; None for a wrong code or PIN."""
        found = await own.by_code(self.database, code, pin)
        if found is None:
            return None
        case, copy = found
        talk.move("case", case=_stored(case, talk.locale))
        return copy


def _stored(one: OwnCase, locale: str) -> dict[str, Json]:
    """What a screen needs of a case, kept in the conversation's sealed state."""
    return {
        **Known(one.id, one.code, one.recipient).as_json(),
        "word": one.word,
        "on": day(locale, one.received_at.astimezone(KYIV).date()),
        "withdrawn": one.withdrawn,
        "erasing": one.erase_asked,
        "erased": one.erased,
        "letters": one.letters,
    }


def _cases(talk: Talk) -> list[dict[str, Json]]:
    stored = talk.spot.get("cases")
    return [one for one in stored if isinstance(one, dict)] if isinstance(stored, list) else []


HOME: Final = Button("home", Word("nav.home"))
CODE: Final = Button("code", Word("mine.code"))


class Mine:
    """The spot of the list. In its state: "cases"."""

    def view(self, talk: Talk) -> View:
        rows = [(Button(f"case {number}", _row(one)),) for number, one in enumerate(_cases(talk))]
        return View(Word("mine.head"), (*rows, (CODE,), (HOME,)))

    async def act(self, talk: Talk, action: str) -> None:
        verb, _, number = action.partition(" ")
        if verb == "case":
            talk.enter("case", case=_cases(talk)[int(number)])
        elif verb == "code":
            talk.enter("code", then="case")
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def _row(one: dict[str, Json]) -> Word:
    word = Word(f"case.word.{text_in(one, 'word')}")
    return Word("mine.row", {"code": text_in(one, "code"), "word": word})


def tell_news(talk: Talk, known: Known | None) -> None:
    """The form for news about this case, or about one whose code nobody has."""
    choose(talk, known)
    talk.turn.drafts.pop(NEWS.name, None)
    draft = forms.begin(talk, NEWS)
    forms.keep(talk, opened(draft, talk.world, code=known is not None))
    talk.show_again()


def known_in(talk: Talk) -> Known:
    """The case the spot is about."""
    known = Known.of(record_in(talk.spot, "case"))
    assert known is not None, "the spot is entered with a case"
    return known
