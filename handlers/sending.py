"""Send pressed: the draft becomes a sealed case, the family gets its code, the bell rings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cases.document import Consented
from cases.intake import Receipt, prepare
from cases.turn import Outgoing
from flows.answers import Json, Word
from flows.draft import Draft
from flows.kinds.subs import text_in
from flows.report import REPORT
from flows.view import Button, View
from handlers.talk import Said, Talk
from handlers.telephones import contact_lines
from locales import html, say
from locales.dates import moment
from vault.recipients import Recipients

BELL_LOCALE: Final = "uk"


@dataclass(frozen=True)
class Bell:
    """Where prosecutors hear of new reports: a bot and a group. Never a word of what was said."""

    bot_id: int
    chat: int


@dataclass(frozen=True)
class Post:
    """Everything sending needs. `recipients`: the signed list as it stands now."""

    recipients: Callable[[], Recipients]
    bell: Bell | None

    async def send(self, talk: Talk, draft: Draft) -> None:
        """Make the report part of the turn. Nothing is sent unless the turn is saved."""
        consent = talk.settled.consent
        prepared = await prepare(
            REPORT,
            draft,
            self.recipients(),
            chat_ref=talk.person.chat_ref,
            locale=talk.locale,
            consent=Consented(
                int(str(consent.get("version") or 0)),
                text_in(consent, "at"),
                text_in(consent, "locale"),
                text_in(consent, "text"),
            ),
            now=talk.now,
        )
        prepared.join(talk.turn)
        talk.person.state.pop("typed", None)
        talk.person.state["sent"] = True
        _tell(talk, prepared.receipt)
        if self.bell is not None:
            talk.turn.outgoing.append(_ring(self.bell, prepared.receipt, str(prepared.case)))


def _tell(talk: Talk, receipt: Receipt) -> None:
    key = "receipt.quiet" if talk.person.quiet else "receipt.sent"
    due = moment(talk.locale, receipt.due_at)
    talk.move("receipt", code=receipt.code)
    words = Word(key, {"code": receipt.code, "pin": receipt.pin, "due": due})
    talk.show(_screen(receipt.code, words))


def _ring(bell: Bell, receipt: Receipt, case: str) -> Outgoing:
    text = html(
        BELL_LOCALE,
        "bell.new",
        code=receipt.code,
        level=say(BELL_LOCALE, f"bell.level.{receipt.level}"),
        due=moment(BELL_LOCALE, receipt.due_at),
    )
    params: dict[str, Json] = {"text": text, "parse_mode": "HTML", "protect_content": True}
    return Outgoing(
        "sendMessage",
        params,
        lane=1,
        bot="staff",
        bot_id=bell.bot_id,
        chat=bell.chat,
        dedupe_key=f"bell {case}",
    )


def _screen(code: str, title: Word) -> View:
    rows = (
        (Button("copy", Word("receipt.copy"), copies=code),),
        (Button("next", Word("receipt.next")),),
        (Button("another", Word("receipt.another")),),
        (Button("hide", Word("receipt.hide")),),
        (Button("home", Word("nav.home")),),
    )
    return View(title, rows)


class ReceiptSpot:
    """After sending. In its state: the code alone; the PIN is told once and kept nowhere."""

    def view(self, talk: Talk) -> View:
        code = text_in(talk.spot, "code")
        return _screen(code, Word("receipt.again", {"code": code}))

    async def act(self, talk: Talk, action: str) -> None:
        if action == "next":
            lines = contact_lines(talk.locale, talk.settled.area)
            talk.say("next.card", contacts=lines)
            talk.enter("home")
        elif action == "another":
            await talk.spots["report"].act(talk, "begin")
        elif action == "hide":
            talk.interrupt("hide")
            talk.show_again()
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False
