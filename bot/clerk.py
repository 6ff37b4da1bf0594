"""Tells the staff of broadcasts: that one waits for approval, a test, how far it has come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from bot.nursery import nap
from bot.watchman import Channels
from cases import bells, broadcast_notices, notices, outbox, reach, waves
from cases.audience import BOT
from cases.audit import Signer
from cases.bells import MAIL, STAFF, Note
from cases.broadcast_content import rendered
from cases.broadcast_notices import SUBMITTED, Happened, Standing
from cases.notices import Contact
from cases.permissions import reaches
from flows.answers import Json
from handlers import bells as words
from locales import LOCALES, html, say
from vault.local import Vault

_EVERY: Final = 2.0
#: between two parts of what is done once after an upgrade, so that families need not wait for it
_BETWEEN: Final = 0.2
_MINUTE: Final = timedelta(minutes=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clerk:
    """Runs in the process that sends; several may. `pool` has the bot's rights.

    `moment`: the clock everybody goes by, the database's.
    """

    pool: "asyncpg.Pool"
    vault: Vault = field(repr=False)
    signer: Signer = field(repr=False)
    channels: Channels
    moment: Callable[[], Awaitable[datetime]]

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A database that is away is asked again at the next round."""
        filling: bytes | None = b""
        while not stop.is_set():
            try:
                if filling is not None:
                    filling = await reach.fill(self.pool, self.vault, BOT, filling)
                await self.round()
            except outbox.AWAY as error:
                _log.warning("the clerk could not look", extra={"error": type(error).__name__})
            await nap(stop, _EVERY if filling is None else _BETWEEN)

    async def round(self) -> None:
        """Ring, show tests, bring the messages of progress up to date. Raises AWAY's errors."""
        now = await self.moment()
        await self._ring(now)
        await self._show_tests(now)
        await self._word_anew(now)

    # Bells

    async def _ring(self, now: datetime) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            fresh = await broadcast_notices.happened(connection, now)
            if fresh:
                known = await notices.contacts(connection, self.vault, now)
                notes = [note for one in fresh for note in self._rung(one, known)]
                await bells.queue(connection, self.vault, notes)

    def _rung(self, one: Happened, known: Sequence[Contact]) -> Iterator[Note]:
        text = html(words.LOCALE, f"bell.broadcast.{one.did}", number=one.number)
        if self.channels.desk:
            text = f"{text}\n{self.channels.desk}/broadcasts/{one.broadcast}"
        yield from self._to_group("sendMessage", words.message(text))
        for person in known:
            if not self._concerns(one, person):
                continue
            if person.chat_id is not None and self.channels.staff_bot is not None:
                if self.channels.bell is None or self.channels.bell.chat != person.chat_id:
                    params = words.message(text)
                    yield Note(STAFF, person.chat_ref, "sendMessage", params, person.chat_id)
            elif person.mail and self.channels.mail:
                subject = say(words.LOCALE, "mail.broadcast", number=one.number)
                params = {"to": person.mail, "subject": subject, "text": text}
                ref = self.vault.digest(f"mail|{person.mail}".encode())[:16]
                yield Note(MAIL, ref, "mail", params)

    @staticmethod
    def _concerns(one: Happened, person: Contact) -> bool:
        """Who may approve it, when it waits; and its author as well, when it has halted."""
        own = person.person.id in one.by
        may = reaches(person.person, "approve_broadcast")
        return may and not own if one.did == SUBMITTED else may or own

    # Tests

    async def _show_tests(self, now: datetime) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            wanted = await broadcast_notices.wanted(connection)
            if wanted:
                contacts = await notices.contacts(connection, self.vault, now)
                known = {one.person.id: one for one in contacts}
                for one in wanted:
                    said = await self._test(connection, one.broadcast, one.number)
                    await broadcast_notices.queue_test(
                        connection, self.vault, one, known.get(one.person), said
                    )
            await broadcast_notices.arrived(connection, signer=self.signer, now=now)

    async def _test(
        self, connection: "asyncpg.Connection", broadcast: UUID, number: int
    ) -> list[dict[str, Json]]:
        """Each language under a word that it is a test; the message itself as families get it."""
        said: list[dict[str, Json]] = []
        texts = await waves.texts(connection, broadcast)
        for locale in LOCALES:
            if locale in texts:
                mark = html(
                    words.LOCALE, "bell.broadcast.test", number=number, language=locale.upper()
                )
                said += [words.message(mark), rendered(texts[locale]) | {"exact": True}]
        return said

    # How it goes

    async def _word_anew(self, now: datetime) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            notes: list[Note] = []
            for one in await broadcast_notices.standing(connection, now):
                text = line(one)
                if text == one.shown:
                    continue
                tag, params = f"broadcast {one.id}", words.message(text)
                if one.shown is None:
                    notes += self._to_group("sendMessage", params, tag)
                else:
                    del params["protect_content"]
                    notes += self._to_group("editMessageText", params | {"message_tag": tag})
                await broadcast_notices.show(connection, one, text, now)
            if notes:
                await bells.queue(connection, self.vault, notes)

    def _to_group(
        self, method: str, params: dict[str, Json], tag: str | None = None
    ) -> Iterator[Note]:
        bell = self.channels.bell
        if bell is not None:
            ref = self.vault.chat_ref(bell.bot_id, bell.chat)
            yield Note(STAFF, ref, method, params, bell.chat, tag)


def line(one: Standing) -> str:
    """«Розсилка 12 · надсилається · 555 з 1 633 · заблокували бота 11 · невідомо 1 · ≈ 1 хв»."""
    parts = [
        html(
            words.LOCALE,
            "bell.broadcast.line",
            number=one.number,
            state=say(words.LOCALE, f"bell.broadcast.state.{one.state}"),
            done=one.done,
            total=one.total,
        )
    ]
    if one.blocked:
        parts.append(html(words.LOCALE, "bell.broadcast.blocked", number=one.blocked))
    if one.unknown:
        parts.append(html(words.LOCALE, "bell.broadcast.unknown", number=one.unknown))
    if one.state == "running" and one.rate > 0:
        left = timedelta(seconds=(one.total - one.done) / one.rate)
        parts.append(f"≈ {words.span(max(left, _MINUTE))}")
    return " · ".join(parts)
