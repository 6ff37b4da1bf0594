"""Send pressed: the draft becomes a sealed case, the family gets its code, the bell rings."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cases import afterwards, attachments, document, messages
from cases.afterwards import Entry
from cases.attachments import OpenedCase
from cases.correcting import correct
from cases.document import Consented
from cases.facets import GRAVE, Facets, facets
from cases.intake import Prepared, prepare
from cases.outbox import Database
from cases.points import Point, passing
from cases.triage import judge
from cases.turn import DraftRow
from flows.answers import Json
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.subs import record_in, text_in
from flows.news import SECRET
from handlers import bells, forms
from handlers.bells import Bell
from handlers.forms import flow_of, kept_as, sent_case
from handlers.known import Known, remember
from handlers.receipt import for_a_child, told_of
from handlers.silence import EVERYTHING, may_write_first
from handlers.talk import Talk
from locales import html
from vault.recipients import ListRefused, Recipients

CLAIM: Final = "status"
"""Its question for the return status the family claims."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """Everything sending needs. `recipients`: the signed list as it stands now."""

    recipients: Callable[[], Recipients]
    bell: Bell | None
    database: Database

    async def send(self, talk: Talk, draft: Draft) -> bool:
        """Make the report part of the turn. Nothing is sent unless the turn is saved.

        False when there is nobody to seal it to: the list of recipients has expired meanwhile.
        """
        try:
            recipients = self.recipients()
        except ListRefused as refused:
            _log.critical("a report cannot be sealed", extra={"reason": refused.reason})
            return False
        known = sent_case(talk)
        if known is not None:
            self._join(talk, draft, known)
            return True
        passing(Point.SEND_PRESSED)
        prepared = await prepare(
            flow_of(talk),
            draft,
            recipients,
            chat_ref=talk.person.chat_ref,
            locale=talk.locale,
            consent=consented(talk),
            now=talk.now,
            opened=await self.files_of(talk.turn.drafts[kept_as(talk)]),
        )
        if _asked_for_silence(draft):
            talk.person.state["silence"] = EVERYTHING
        self.stored(talk, prepared)
        if flow_of(talk).name == CHILD.name:
            talk.show(for_a_child())
            return True
        key = "receipt.sent" if may_write_first(talk) else "receipt.quiet"
        talk.show(told_of(talk, prepared.receipt, key))
        return True

    async def files_of(self, row: DraftRow) -> OpenedCase | None:
        """The case the draft's files belong to already, if there are any."""
        return await attachments.opened_for(self.database, row.id)

    def stored(self, talk: Talk, prepared: Prepared) -> None:
        """Make a sealed case part of the turn, and ring."""
        prepared.join(talk.turn)
        talk.person.state.pop("typed", None)
        remember(talk, prepared.case, prepared.receipt.code, prepared.key.recipient)
        talk.move("receipt", code=prepared.receipt.code)
        if self.bell is not None:
            talk.turn.outgoing.append(bells.ring(self.bell, prepared.receipt, prepared.case))

    def _join(self, talk: Talk, draft: Draft, known: Known) -> None:
        """What belongs to a case that is sent already."""
        match kept_as(talk):
            case forms.CORRECTION:
                self._correct(talk, draft, known)
            case forms.ANSWER:
                self._answer(talk, draft, known)
            case _:
                self._append(talk, draft, known)

    def _correct(self, talk: Talk, draft: Draft, known: Known) -> None:
        """The report told anew: a version more, the ones before stay."""
        corrected = correct(
            flow_of(talk),
            draft,
            case=known.case,
            recipient=known.recipient,
            locale=talk.locale,
            consent=consented(talk),
            now=talk.now,
        )
        corrected.join(talk.turn)
        urgent = corrected.verdict.level == "critical"
        self._ring(talk, known, f"{talk.world.at} correction", urgent=urgent)
        talk.person.state.pop("typed", None)
        forms.drop(talk)
        talk.say("correct.done", code=known.code)
        talk.enter("home")

    def _answer(self, talk: Talk, draft: Draft, known: Known) -> None:
        """What a prosecutor asked, answered; the person goes on where they were."""
        held = record_in(talk.person.state, forms.ANSWER)
        message = text_in(held, "message")
        told = document.report(
            flow_of(talk),
            draft,
            locale=talk.locale,
            consent=consented(talk),
            received_at=talk.now,
        )
        payload: dict[str, Json] = {
            **told, "message": message, "asked": record_in(held, "letter"),
        }  # fmt: skip
        found = facets(flow_of(talk), draft, talk.today)
        entry = Entry(
            *(known.case, known.recipient, afterwards.ANSWER, payload, talk.now),
            grave=GRAVE in found.marks,
        )
        self.add(talk, entry, known.code, urgent=_is_urgent(found, talk))
        messages.mark_answered(talk.turn, UUID(message), talk.now)
        forms.drop(talk)
        talk.say("letter.done", code=known.code)
        forms.return_to(talk)

    def _append(self, talk: Talk, draft: Draft, known: Known) -> None:
        """News of a case that exists: sealed to it, claimed and never confirmed by the family."""
        flow = flow_of(talk)
        claimed = draft.answers.get(CLAIM)
        found = facets(flow, draft, talk.today)
        told = document.report(
            flow,
            draft,
            locale=talk.locale,
            consent=consented(talk),
            received_at=talk.now,
        )
        self.add(
            talk,
            Entry(
                known.case,
                known.recipient,
                afterwards.NEWS,
                told,
                talk.now,
                str(claimed.value) if claimed is not None else None,
                GRAVE in found.marks,
            ),
            known.code,
            urgent=_is_urgent(found, talk),
        )
        forms.drop(talk)
        talk.say("news.done", code=known.code)
        if claimed is not None and claimed.value in SECRET:
            talk.say("return.secrecy")
        talk.enter("home")

    def add(self, talk: Talk, entry: Entry, code: str, *, urgent: bool = False) -> None:
        """Make an addition to a case part of the turn, and ring."""
        entry.join(talk.turn)
        known = Known(entry.case, code, entry.recipient)
        self._ring(talk, known, f"{entry.at.isoformat()} {entry.kind}", urgent=urgent)

    def _ring(self, talk: Talk, known: Known, what: str, *, urgent: bool) -> None:
        """Something new from the family of a case. Whoever rings twice for it rings once."""
        if self.bell is not None:
            key = "bell.family_urgent" if urgent else "bell.family"
            params = bells.message(html(bells.LOCALE, key, code=known.code))
            once = f"{bells.tag(known.case)} {what}"
            talk.turn.outgoing.append(bells.to_group(self.bell, params, once))


def _is_urgent(found: Facets, talk: Talk) -> bool:
    """Whether what was told afterwards cannot wait, or asks for a call first."""
    return GRAVE in found.marks or judge(found, talk.now).level == "critical"


def _asked_for_silence(draft: Draft) -> bool:
    """ "Do not write first, I will check": an answer of the report that we keep to."""
    asked = draft.answers.get("contact_pref")
    return asked is not None and asked.value == "do_not_contact"


def consented(talk: Talk) -> Consented:
    """What the person agreed to in the first minute, for the sealed report."""
    consent = talk.settled.consent
    return Consented(
        int(str(consent.get("version") or 0)),
        text_in(consent, "at"),
        text_in(consent, "locale"),
        text_in(consent, "text"),
    )
