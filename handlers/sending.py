"""Send pressed: the draft becomes a sealed case, the family gets its code, the bell rings."""

import logging
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
from vault.recipients import ListRefused, Recipients

BELL_LOCALE: Final = "uk"

_log = logging.getLogger(__name__)


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

    async def send(self, talk: Talk, draft: Draft) -> bool:
        """Make the report part of the turn. Nothing is sent unless the turn is saved.

        False when there is nobody to seal it to: the list of recipients has expired meanwhile.
        """
        try:
            recipients = self.recipients()
        except ListRefused as refused:
            _log.critical("a report cannot be sealed", extra={"reason": refused.reason})
            return False
        prepared = await prepare(
            REPORT,
            draft,
            recipients,
            chat_ref=talk.person.chat_ref,
            locale=talk.locale,
            consent=consented(talk),
            now=talk.now,
        )
        prepared.join(talk.turn)
        talk.person.state.pop("typed", None)
        talk.person.state["sent"] = True
        key = "receipt.quiet" if talk.person.quiet else "receipt.sent"
        talk.move("receipt", code=prepared.receipt.code)
        talk.show(told_of(talk, prepared.receipt, key))
        if self.bell is not None:
            talk.turn.outgoing.append(ring(self.bell, prepared.receipt, str(prepared.case)))
        return True


def consented(talk: Talk) -> Consented:
    """What the person agreed to in the first minute, for the sealed report."""
    consent = talk.settled.consent
    return Consented(
        int(str(consent.get("version") or 0)),
        text_in(consent, "at"),
        text_in(consent, "locale"),
        text_in(consent, "text"),
    )


def told_of(talk: Talk, receipt: Receipt, key: str) -> View:
    """The receipt, worded by `key`. The PIN is told here once and kept nowhere."""
    due = moment(talk.locale, receipt.due_at)
    words = Word(key, {"code": receipt.code, "pin": receipt.pin, "due": due})
    return _screen(receipt.code, words)


def ring(bell: Bell, receipt: Receipt, case: str) -> Outgoing:
    """The message to the staff: a code, a level, a term."""
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
