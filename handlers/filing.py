"""Photos, papers, recordings: taken where they belong, counted in one message, never opened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from aiogram.types import Message

from cases import attachments
from cases.attachments import Arrival, Home, StoredCase
from cases.offered import Offered, refusal
from cases.outbox import Database
from cases.turn import Outgoing
from flows.answers import Json
from flows.kinds.subs import record_in, text_in
from handlers.forms import row_in, sent_case
from handlers.known import Known
from handlers.talk import Talk
from locales import html
from vault.local import Vault
from vault.recipients import Recipients

_CASES: Final = ("case", "add")
_KEPT_OPEN: Final = ("form", "cutoff", "resume")


@dataclass(frozen=True)
class Filing:
    """What is needed to take a file in: where its draft's case is, and whom it is sealed to."""

    database: Database
    vault: Vault = field(repr=False)
    recipients: Callable[[], Recipients]

    async def receive(self, talk: Talk, offered: Offered, album: str = "") -> None:
        """Queue the file for sealing, or say kindly why not and what would do instead.

        Raises vault.recipients.ListRefused.
        """
        home = await self._home(talk)
        if home is None:
            if not album or album != talk.person.state.get("album"):
                talk.say("files.where")  # once, not once for each picture
            talk.person.state["album"] = album
            return
        have = await attachments.taken(self.database, home.case)
        refused = refusal(offered, have)
        if refused is not None:
            talk.say(f"files.{refused}")
            return
        Arrival(uuid4(), home, offered).join(talk.turn, self.vault)
        _count(talk, have.files + 1, offered.kind)

    async def _home(self, talk: Talk) -> Home | None:
        """The open form's case to be, or the case on screen; None: it is not clear where to."""
        known = Known.of(record_in(talk.spot, "case"))
        if talk.spot_kind in _CASES and known is not None:
            return StoredCase(known.case, known.recipient)
        row = row_in(talk)
        if row is None or talk.spot_kind not in _KEPT_OPEN:
            return None
        sent = sent_case(talk)
        if sent is not None:
            return StoredCase(sent.case, sent.recipient)
        opened = await attachments.opened_for(self.database, row.id)
        return opened or attachments.open_case(row.id, self.recipients(), talk.now)


def _count(talk: Talk, number: int, kind: str) -> None:
    """One message says how many there are, and is edited as more come."""
    text = html(talk.locale, "files.kept", n=number)
    if kind == "photo":
        text = f"{text}\n{html(talk.locale, 'files.as_file')}"
    tag = text_in(talk.person.state, "counter")
    if tag:
        params: dict[str, Json] = {"message_tag": tag, "text": text, "parse_mode": "HTML"}
        talk.turn.outgoing.append(Outgoing("editMessageText", params))
        return
    tag = f"files{number}-{talk.person.revision}"
    talk.person.state["counter"] = tag
    talk.send(text, tag=tag)


def offered_by(message: Message) -> Offered | None:
    """The file a message carries, as Telegram tells of it; the largest size of a photo."""
    if message.animation is not None:
        return None  # a moving picture sent for a smile, as stickers are
    for kind in ("document", "video", "audio", "voice", "video_note"):
        file = getattr(message, kind)
        if file is not None:
            return _offered(message, kind, file)
    return _offered(message, "photo", message.photo[-1]) if message.photo else None


def _offered(message: Message, kind: str, file: object) -> Offered:
    return Offered(
        kind,
        getattr(file, "file_id"),  # noqa: B009 -- seven types of aiogram's share these names
        getattr(file, "file_unique_id"),  # noqa: B009 -- as above
        message.date,
        getattr(file, "file_size", None),
        getattr(file, "mime_type", None),
        getattr(file, "file_name", None),
        message.caption or "",
    )
