"""The receipt: a code and a PIN, told once, and what can be done next."""

from cases.intake import Receipt
from flows.answers import Word
from flows.help_child import CHILD
from flows.kinds.subs import text_in
from flows.report import REPORT
from flows.view import Button, View
from handlers import forms
from handlers.talk import Said, Talk
from handlers.telephones import contact_lines, tell_contacts
from locales.dates import moment


def told_of(talk: Talk, receipt: Receipt, key: str) -> View:
    """The receipt, worded by `key`. The PIN is told here once and kept nowhere."""
    due = moment(talk.locale, receipt.due_at)
    words = Word(key, {"code": receipt.code, "pin": receipt.pin, "due": due})
    return _screen(receipt.code, words)


def _screen(code: str, title: Word) -> View:
    rows = (
        (Button("copy", Word("receipt.copy"), copies=code),),
        (Button("next", Word("receipt.next")),),
        (Button("another", Word("receipt.another")),),
        (Button("hide", Word("receipt.hide")),),
        (Button("home", Word("nav.home")),),
    )
    return View(title, rows)


def for_a_child() -> View:
    """No code to keep, nothing to find on the phone: only that adults will read it."""
    rows = (
        (Button("phones", Word("safety.phones")),),
        (Button("hide", Word("receipt.hide")),),
    )
    return View(Word("receipt.child"), rows)


class ReceiptSpot:
    """After sending. In its state: the code alone; the PIN is told once and kept nowhere."""

    def view(self, talk: Talk) -> View:
        code = text_in(talk.spot, "code")
        if forms.flow_of(talk).name == CHILD.name:
            return for_a_child()
        return _screen(code, Word("receipt.again", {"code": code}))

    async def act(self, talk: Talk, action: str) -> None:
        if action == "next":
            lines = contact_lines(talk.locale, talk.settled.area)
            talk.say("next.card", contacts=lines)
            talk.enter("home")
        elif action == "another":
            forms.begin(talk, REPORT)
            talk.show_again()
        elif action == "phones":
            tell_contacts(talk)
            talk.show_again()
        elif action == "hide":
            talk.interrupt("hide")
            talk.show_again()
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False
