"""Home: what the bot can do for you; language; help."""

from dataclasses import dataclass
from typing import Final

from flows.answers import Word
from flows.help_child import CHILD
from flows.kinds.subs import text_in
from flows.report import REPORT
from flows.sighting import SIGHTING
from flows.view import Button, View
from handlers import forms
from handlers.mine import Shelf
from handlers.talk import Said, Talk
from handlers.telephones import tell_contacts
from locales import LOCALES


@dataclass(frozen=True)
class Home:
    """The spot between everything. Nothing said here is an answer."""

    shelf: Shelf

    def view(self, talk: Talk) -> View:
        rows = [
            (Button("report", Word("home.report")),),
            (Button("news", Word("home.news")),),
            (Button("sighting", Word("home.sighting")),),
            (Button("mine", Word("home.mine")),),
            (Button("child", Word("home.child")),),
            (Button("contacts", Word("home.contacts")), Button("language", Word("home.language"))),
        ]
        if forms.draft_in(talk):
            rows[0] = (
                Button("report", Word("home.resume", {"section": forms.section_now(talk)})),
            )
        return View(Word("home.ask"), tuple(rows))

    async def act(self, talk: Talk, action: str) -> None:
        if action == "report":
            open_report(talk)
        elif action == "contacts":
            tell_contacts(talk)
            talk.show_again()
        elif action == "language":
            talk.interrupt("language")
            talk.show_again()
        elif action == "mine":
            await self.shelf.open_mine(talk)
        elif action == "news":
            talk.enter("news")
        elif action in _BEGUN:
            forms.begin(talk, _BEGUN[action])
            talk.show_again()

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


_BEGUN: Final = {"sighting": SIGHTING, "child": CHILD}


class Away(Home):
    """After "Stop": the same, but nothing is on screen."""


def open_report(talk: Talk) -> None:
    """The form that waits, or a new report."""
    if forms.draft_in(talk):
        talk.enter("resume")
    else:
        forms.begin(talk, REPORT)
        talk.show_again()


class Language:
    """Another language, from anywhere."""

    def view(self, _talk: Talk) -> View:
        keys = (*LOCALES, "other")
        rows = tuple((Button(f"pick {key}", Word(f"language.{key}")),) for key in keys)
        return View(Word("language.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        picked = action.removeprefix("pick ")
        if picked not in LOCALES:
            talk.say("language.other_text")
            talk.show_again()
            return
        talk.person.locale = picked
        talk.say("language.set")
        talk.resume()
        talk.show_again()

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True


class Hide:
    """Clearing this chat: what it does, what it cannot do, and then doing it."""

    def view(self, _talk: Talk) -> View:
        rows = ((Button("now", Word("hide.now")),), (Button("no", Word("hide.no")),))
        return View(Word("safety.hide_how"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        if action == "now":
            talk.sweep()
            talk.move("away", cleared=True)
            return
        talk.resume()
        if text_in(talk.spot, "kind") != "away":
            talk.show_again()

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.show_again()
        return True
