"""Photos, papers, recordings: taken where they belong, counted in one message, never opened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from aiogram.types import Message

from cases import attachments
from cases.attachments import Arrival, Home, StoredCase
from cases.offered import TOO_MANY, TOO_MUCH, Offered, refusal
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
            _decline(talk, "files.where", album)
            return
        have = await attachments.taken(self.database, home)
        refused = refusal(offered, have)
        if refused is not None:
            later = isinstance(home, StoredCase) and refused in (TOO_MANY, TOO_MUCH)
            _decline(talk, f"files.{refused}{'_today' if later else ''}", album)
            return
        Arrival(uuid4(), home, offered).join(talk.turn, self.vault)
        _count(talk, have.files + 1, offered.kind)

    async def _home(self, talk: Talk) -> Home | None:
        """The open form's case to be, or the case on screen; None: it is not clear where to.

        A side question, such as where the words under a picture belong, hides neither.
        """
        row, sent = row_in(talk), sent_case(talk)
        for spot in _layers(talk.spot):
            kind, known = text_in(spot, "kind"), Known.of(record_in(spot, "case"))
            if kind in _CASES and known is not None:
                return StoredCase(known.case, known.recipient)
            if kind in _KEPT_OPEN and row is not None and sent is not None:
                return StoredCase(sent.case, sent.recipient)
            if kind in _KEPT_OPEN and row is not None:
                opened = await attachments.opened_for(self.database, row.id)
                return opened or attachments.open_case(row.id, self.recipients(), talk.now)
        return None


def _layers(spot: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Where the person is, and what is under that."""
    while spot:
        yield spot
        spot = record_in(spot, "under")


def _decline(talk: Talk, key: str, album: str) -> None:
    """Say why not; for an album once, not once for each picture."""
    told: list[Json] = [album, key]
    if not album or talk.person.state.get("album") != told:
        talk.say(key)
    talk.person.state["album"] = told


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
    # Telegram makes an animation of every video without sound, and tells of it as of a document
    # too: whether it was meant for a smile nobody can know.
    for kind in ("animation", "document", "video", "audio", "voice", "video_note"):
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
        message.message_id,
    )
