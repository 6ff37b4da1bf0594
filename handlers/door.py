"""One update, start to end: parsed once, loaded, answered in memory, saved whole or not at all.

The same for polling and for the webhook. What comes back says that it is safe to acknowledge.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from aiogram import Bot, Dispatcher
from aiogram.types import Update

from cases import quarantine as aside
from cases import reach
from cases import turn as turns
from cases.afterwards import Erased
from cases.audit import Signer
from cases.limits import RATE, Rate
from cases.outbox import Database
from cases.points import Point, passing
from cases.turn import Duplicate, Overtaken, Seen, Turn
from handlers import limits, parcel
from handlers.parcel import Parcel, Sort
from handlers.talk import Spot, Talk, Tap
from locales import resolve
from vault.local import Vault
from vault.recipients import Recipients

COMMITTED: Final = "committed"
DUPLICATE: Final = "duplicate"
IGNORED: Final = "ignored"
QUARANTINED: Final = "quarantined"

_TRIES: Final = 5

Answer: TypeAlias = Callable[[str, str | None], Awaitable[None]]
"""Stops a button's spinner: (query id, text to show or None). Must not raise."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """Everything one bot's updates need. `process` may run for many chats at once.

    A bot with `spots` talks to families, and keeps to `rate` with each of them.
    """

    name: str
    bot: Bot = field(repr=False)
    dispatcher: Dispatcher = field(repr=False)
    database: Database
    vault: Vault
    signer: Signer
    recipients: Callable[[], Recipients]
    spots: Mapping[str, Spot]
    clock: Callable[[], datetime]
    answer: Answer
    #: the group a staff bot works in; families' bots work in none
    group: int | None = None
    rate: Rate = RATE
    #: told when a turn may have left files to fetch: nobody else tells those who fetch them
    files: Callable[[], None] | None = None

    async def process(self, raw: bytes) -> str:
        """COMMITTED, DUPLICATE, IGNORED or QUARANTINED: acknowledge it, in each case.

        `raw` has a usable update_id (bot.envelope has seen to that). Raises cases.outbox.AWAY's
        errors when the database is away; nothing is done then.
        """
        found = parcel.sort(raw, self.bot, self.group)
        if found.sort is Sort.IGNORE:
            return IGNORED
        if found.sort is Sort.QUARANTINE:
            return await self._set_aside(found, raw)
        gone = False
        for _ in range(_TRIES):
            try:
                return await self._answered(found, raw, gone=gone)
            except Overtaken:
                continue
            except Erased:
                gone = True
            except Duplicate:
                return DUPLICATE
        raise Overtaken

    async def quarantine(self, raw: bytes, error_type: str) -> None:
        """Seal an update nobody could take in, and say so to the person. Raises AWAY's errors."""
        await self._set_aside(parcel.sort(raw, self.bot, self.group), raw, error_type)

    async def _answered(self, found: Parcel, raw: bytes, *, gone: bool) -> str:
        """`gone`: what was said belongs to a case that is erased, which is all it is told."""
        now = self.clock()
        turn = await self._load(found, raw, now)
        if turn is Seen.DUPLICATE:
            return DUPLICATE
        if turn is Seen.OTHER_BODY:
            return await self._set_aside(found, raw, "OtherBody")
        assert isinstance(turn, Turn)
        before = reach.of(turn.conversation)
        passing(Point.TURN_LOADED)
        talk = Talk(turn, now, limits.places(self.spots, turn), tap=_tap(found.update))
        if found.sort is Sort.LEAVE:
            _leave(talk)
        elif gone:
            talk.say("case.gone")
            talk.enter("home")
        else:
            assert found.update is not None, "only what was parsed is taken"
            await self._listen(talk, found.update)
        talk.finish()
        if (after := reach.of(turn.conversation)) != before:
            turn.jobs.append(reach.kept(turn.conversation.chat_ref, after))
        await turns.save(self.database, self.vault, turn, signer=self.signer, now=now)
        passing(Point.TURN_COMMITTED)
        if turn.jobs and self.files is not None:
            self.files()
        if talk.tap is not None:
            await self.answer(talk.tap.query_id, talk.toast)
        return COMMITTED

    async def _listen(self, talk: Talk, update: Update) -> None:
        async def route(update: Update) -> None:
            await self.dispatcher.feed_update(self.bot, update, talk=talk)

        if self.spots:
            await limits.within(talk, update, self.rate, route)
        else:
            await route(update)

    async def _load(self, found: Parcel, raw: bytes, now: datetime) -> Turn | Seen:
        return await turns.load(
            self.database,
            self.vault,
            bot=self.name,
            bot_id=self.bot.id,
            update_id=found.update_id,
            digest=self.vault.digest(raw),
            chat_id=found.chat_id or 0,
            default_locale=resolve(found.language),
            now=now,
        )

    async def _set_aside(self, found: Parcel, raw: bytes, reason: str = "Shape") -> str:
        """Sealed and out of the way, in one transaction with the word to the person."""
        now = self.clock()
        # Named after what is kept: whoever was killed and does it again keeps it once.
        entry = UUID(bytes=self.vault.digest(b"quarantine|%d|" % self.bot.id + raw)[:16])

        async def keep(database: Any) -> None:
            await aside.quarantine(
                database,
                self.recipients().at(now),
                entry=entry,
                bot_id=self.bot.id,
                update_id=found.update_id,
                digest=self.vault.digest(raw),
                raw=raw,
                reason=reason,
            )

        _log.warning(
            "an update is set aside",
            extra={"update_id": found.update_id, "reason": reason},
        )
        turn = await self._load(found, raw, now) if found.chat_id else Seen.OTHER_BODY
        if turn is Seen.DUPLICATE:
            return DUPLICATE
        if not isinstance(turn, Turn):
            await keep(self.database)
            return QUARANTINED
        talk = Talk(turn, now, self.spots)
        limits.say_set_aside(talk, self.rate)
        turn.jobs.append(keep)
        try:
            await turns.save(self.database, self.vault, turn, signer=self.signer, now=now)
        except (Overtaken, Duplicate):
            await keep(self.database)
        return QUARANTINED


def _tap(update: Update | None) -> Tap | None:
    query = update.callback_query if update else None
    if query is None:
        return None
    return Tap(query.id, query.message.message_id if query.message else None, query.data or "")


def _leave(talk: Talk) -> None:
    """Say where the bot works, then go."""
    talk.say("group_chat")
    talk.turn.outgoing.append(turns.Outgoing("leaveChat", {}))
