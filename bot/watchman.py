"""Rings again for what nobody has taken, keeps the messages of bells true, counts each morning."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final
from uuid import UUID

import asyncpg

from bot.nursery import nap
from cases import bells, digest, errands, notices, outbox
from cases.bells import DUE, HALF, HOOK, MAIL, NEW, STAFF, Deed, Note, Watched
from cases.errands import Errand
from cases.notices import Contact
from cases.permissions import reaches
from cases.person import handle_of
from cases.views import oblasts_of
from flows.answers import Json
from handlers import bells as words
from handlers.bells import Bell
from locales import say
from locales.dates import KYIV
from vault.local import Vault

_EVERY: Final = 5.0
_MORNING, _NOON = time(9), time(12)
"""When the digest is sent, in Kyiv; whoever was down all morning does not send it at night."""
_EVENTS: Final = {NEW: "new", HALF: "unclaimed", DUE: "overdue"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Channels:
    """Through what it can ring. `bell`: the group; `staff_bot`: Telegram's id of the bot.

    `mailbox`: the duty room's addresses. `desk`: the desk's address, "" where there is none.
    """

    bell: Bell | None = None
    staff_bot: int | None = None
    mail: bool = False
    mailbox: tuple[str, ...] = field(default=(), repr=False)
    hook: bool = False
    desk: str = ""


@dataclass(frozen=True)
class Watchman:
    """Runs in the process that sends; several may. `pool` has the bot's rights.

    `moment`: the clock everybody goes by, the database's (cases.bells.moment).
    """

    pool: "asyncpg.Pool"
    vault: Vault = field(repr=False)
    channels: Channels
    moment: Callable[[], Awaitable[datetime]]

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A database that is away is asked again at the next round."""
        while not stop.is_set():
            try:
                await self.round()
            except outbox.AWAY as error:
                _log.warning("the watchman could not look", extra={"error": type(error).__name__})
            await nap(stop, _EVERY)

    async def round(self) -> int:
        """Look at every report whose moment has come; how many. Raises AWAY's errors."""
        now = await self.moment()
        looked = 0
        while waiting := await bells.waiting(self.pool, now):
            done = sum([await self._look(case, now) for case in waiting])
            looked += done
            if not done:
                break  # another process is at them
        await self._pass_on(now)
        await self._count(now)
        return looked

    async def _look(self, case: UUID, now: datetime) -> bool:
        """Ring and write it down in one transaction; False when somebody else looks at it."""
        async with self.pool.acquire() as connection, connection.transaction():
            seen = await bells.seize(connection, case, now)
            if seen is None:
                return False
            deed = bells.judge(seen, now)
            known: tuple[Contact, ...] = ()
            if deed.ring in (HALF, DUE) or (deed.redraw and seen.people):
                known = await notices.contacts(connection, self.vault, now)
            told = self._told(seen, deed, known)
            notes = [*self._redrawn(seen, deed, known), *self._rung(seen, deed, told, now)]
            await bells.queue(connection, self.vault, notes)
            people = {*seen.people, *(one.person.id for one in told if one.chat_id is not None)}
            await bells.settle(connection, seen, deed, sorted(people))
        return True

    def _told(self, seen: Watched, deed: Deed, known: Sequence[Contact]) -> list[Contact]:
        """Who hears of it in person: half of the term the duty, all of it the heads."""
        near = [one for one in known if one.hears_of(seen.oblast)]
        match deed.ring:
            case "half":
                return [one for one in near if one.on_duty]
            case "due":
                return [one for one in near if one.heads]
            case _:
                return []

    # What the messages say that are there already

    def _redrawn(self, seen: Watched, deed: Deed, known: Sequence[Contact]) -> Iterator[Note]:
        if not deed.redraw:
            return
        edit = words.message(*self._saying(seen)) | {"message_tag": words.tag(seen.case)}
        del edit["protect_content"]  # Telegram keeps what the message was sent with
        yield from self._to_group("editMessageText", edit)
        for one in known:
            if one.person.id in seen.people:
                yield from self._in_private(one, "editMessageText", edit)

    def _saying(self, seen: Watched) -> tuple[str, Json]:
        """Text and buttons."""
        if seen.taken_at is not None and seen.taker is not None:
            who = handle_of(seen.taker)
            return words.claimed(seen.code, who, seen.taken_at, seen.received_at), None
        if not seen.waits:
            return words.over(seen.code), None
        text = words.told(seen.code, seen.level, seen.due_at)
        return text, words.keyboard(seen.case, self.channels.desk)

    # Ringing

    def _rung(
        self, seen: Watched, deed: Deed, told: Sequence[Contact], now: datetime
    ) -> Iterator[Note]:
        if deed.ring is None:
            return
        if deed.ring == NEW:
            text = words.told(seen.code, seen.level, seen.due_at)
        else:
            text = words.unclaimed(seen.code, seen.level, now - seen.received_at)
            yield from self._again(seen, told, text)
        subject = say(
            words.LOCALE, "mail.subject", code=seen.code, level=words.level_word(seen.level)
        )
        if deed.ring == DUE or self.channels.bell is None:
            yield from self._mailed(self.channels.mailbox, subject, text, seen.case)
        yield from self._mailed([one.mail for one in told if one.mail], subject, text, seen.case)
        if self.channels.hook:
            yield self._called(seen, deed.ring)

    def _again(self, seen: Watched, told: Sequence[Contact], text: str) -> Iterator[Note]:
        """In Telegram: one message with buttons in each chat, the newest."""
        tag = words.tag(seen.case)
        params = words.message(text, words.keyboard(seen.case, self.channels.desk))
        duty = ", ".join(one.person.handle for one in told)
        named = f"{text}\n{words.called(duty)}" if duty else text
        yield from self._to_group("editMessageReplyMarkup", {"message_tag": tag})
        yield from self._to_group("sendMessage", params | {"text": named}, tag)
        for one in told:
            if one.person.id in seen.people:
                yield from self._in_private(one, "editMessageReplyMarkup", {"message_tag": tag})
            yield from self._in_private(one, "sendMessage", params, tag)

    def _to_group(
        self, method: str, params: dict[str, Json], tag: str | None = None
    ) -> Iterator[Note]:
        bell = self.channels.bell
        if bell is not None:
            ref = self.vault.chat_ref(bell.bot_id, bell.chat)
            yield Note(STAFF, ref, method, params, bell.chat, tag)

    def _in_private(
        self, one: Contact, method: str, params: dict[str, Json], tag: str | None = None
    ) -> Iterator[Note]:
        bell = self.channels.bell
        if one.chat_id is None or self.channels.staff_bot is None:
            return
        if bell is None or bell.chat != one.chat_id:  # a "group" of one has heard it already
            yield Note(STAFF, one.chat_ref, method, params, one.chat_id, tag)

    def _mailed(
        self, addresses: Sequence[str], subject: str, text: str, case: UUID | None = None
    ) -> Iterator[Note]:
        if not self.channels.mail:
            return
        place = words.page(case, self.channels.desk) if case else self.channels.desk
        line = f"\n\n{say(words.LOCALE, 'mail.desk', url=place)}" if place else ""
        for address in addresses:
            params: dict[str, Json] = {"to": address, "subject": subject, "text": text + line}
            # A queue for each address: one that is refused keeps nobody else's mail back.
            yield Note(MAIL, self._ref(f"mail|{address}".encode()), "mail", params)

    def _called(self, seen: Watched, stage: str) -> Note:
        params: dict[str, Json] = {
            "event": _EVENTS[stage],
            "code": seen.code,
            "level": seen.level,
            "due_at": seen.due_at.isoformat(timespec="seconds"),
            "url": words.page(seen.case, self.channels.desk),
        }
        return Note(HOOK, self._ref(b"hook|" + seen.case.bytes), "call", params)

    def _ref(self, name: bytes) -> bytes:
        return self.vault.digest(name)[:16]

    # Who is wanted at a case

    async def _pass_on(self, now: datetime) -> None:
        """To whom a case was given, or whom a note names: in private, by mail without a chat."""
        async with self.pool.acquire() as connection, connection.transaction():
            waiting = await errands.untold(connection, now)
            if waiting:
                known = {
                    one.person.id: one
                    for one in await notices.contacts(connection, self.vault, now)
                }
                notes = [
                    note
                    for errand in waiting
                    if (one := known.get(errand.person)) and errand.concerns(one.person)
                    for note in self._wanted(errand, one)
                ]
                await bells.queue(connection, self.vault, notes)

    def _wanted(self, errand: Errand, one: Contact) -> Iterator[Note]:
        text = words.wanted(errand.why, errand.code, one.person.handle)
        if one.chat_id is not None and self.channels.staff_bot is not None:
            link = words.link(errand.case, self.channels.desk)
            yield from self._in_private(one, "sendMessage", words.message(text, link))
        elif one.mail:
            subject = say(
                words.LOCALE,
                "mail.subject",
                code=errand.code,
                level=words.level_word(errand.level),
            )
            yield from self._mailed([one.mail], subject, text, errand.case)

    # The digest

    async def _count(self, now: datetime) -> None:
        here = now.astimezone(KYIV)
        if not _MORNING <= here.time() < _NOON:
            return
        async with self.pool.acquire() as connection, connection.transaction():
            if not await digest.first(connection, here.date(), now):
                return
            found = await digest.counts(connection, now)
            known = await notices.contacts(connection, self.vault, now)
            await bells.queue(connection, self.vault, list(self._morning(found, known)))

    def _morning(
        self, found: dict[str | None, digest.Counts], known: Sequence[Contact]
    ) -> Iterator[Note]:
        """To everybody the numbers of their own oblasts; nothing where all are zero."""
        whole = digest.within(found, None)
        if not whole.nothing:
            yield from self._to_group("sendMessage", words.message(words.digest(whole)))
        subject = say(words.LOCALE, "mail.digest")
        for one in known:
            own = digest.within(found, oblasts_of(one.person))
            if own.nothing or not one.digest or not reaches(one.person, "notices"):
                continue
            text = words.digest(own)
            yield from self._in_private(one, "sendMessage", words.message(text))
            yield from self._mailed([one.mail] if one.mail else [], subject, text)
