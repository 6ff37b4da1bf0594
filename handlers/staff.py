"""The staff bot: it rings, a button takes a report, commands count. Nothing about any family.

Whoever writes or presses is known by the chat they linked at the desk; what they may do is read
from their role each time. A stranger is told how to get help, and nothing else.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from cases import duties, links, queue, taking, views
from cases.audit import AuditEvent, Signer
from cases.database import Connection
from cases.outbox import Database
from cases.permissions import NOTHING, may, reaches
from cases.person import NotNow, Person, handle_of
from cases.taking import Standing
from cases.turn import Overtaken
from cases.views import Filter
from handlers import bells
from handlers.family import COMMAND
from handlers.talk import Talk, edited
from locales import html, say
from locales.catalogs import STAFF_LOCALES
from locales.dates import moment
from vault.local import Vault

DUTY_LASTS: Final = timedelta(hours=24)
"""Whoever forgets to say that their duty is over is off it the next day."""
_MOST_OWN: Final = 20

Command: TypeAlias = Callable[["Staffroom", "Order"], Awaitable[None]]


@dataclass(frozen=True)
class Order:
    """A command given to the bot. `person` None: a stranger, or an account nobody has linked."""

    talk: Talk
    sender: int = field(repr=False)
    private: bool
    rest: str = field(repr=False)
    person: Person | None

    def reply(self, key: str, **params: str | int) -> None:
        self.talk.send(html(self.locale, key, **params))

    @property
    def locale(self) -> str:
        """The group speaks one language, a person their own if it is one of the desk's."""
        spoken = self.private and self.talk.locale in STAFF_LOCALES
        return self.talk.locale if spoken else bells.LOCALE


@dataclass(frozen=True)
class Staffroom:
    """What the staff bot works with: the bot's own rights, VAULT, the key that signs the audit."""

    database: Database
    vault: Vault = field(repr=False)
    signer: Signer = field(repr=False)

    def router(self) -> Router:
        """The routes of the staff bot, in its group and in private."""
        made = Router(name="staff")

        async def said(message: Message, talk: Talk) -> None:
            await self.hear(message, talk)

        async def tapped(query: CallbackQuery, talk: Talk) -> None:
            await self.press(query, talk)

        made.message.register(said)
        made.callback_query.register(tapped)
        return made

    async def hear(self, message: Message, talk: Talk) -> None:
        private = message.chat.type == "private"
        command = COMMAND.fullmatch(message.text or "")
        name = command[1].lower() if command else "help" if private else ""
        if name not in _COMMANDS:
            name = "help" if private else ""
        if not name or message.from_user is None:
            return
        sender = message.from_user.id
        rest = (command[2] or "").strip() if command else ""
        person = await self._owner(talk, sender)
        order = Order(talk, sender, private, rest, person)
        if person is None and name not in _FOR_STRANGERS:
            _help(order)
        else:
            await _COMMANDS[name](self, order)

    async def _owner(self, talk: Talk, sender: int) -> Person | None:
        # In private a chat has its person's id.
        return await links.owner(self.database, self.vault.chat_ref(talk.turn.bot_id, sender))

    # A pressed button

    async def press(self, query: CallbackQuery, talk: Talk) -> None:
        """«Взяти»: in the turn's own transaction, or nothing happens and the toast says why."""
        case = bells.case_of(query.data or "")
        if case is None:
            talk.toast = say(bells.LOCALE, "staff.not_yours")
            return
        person = await self._owner(talk, query.from_user.id)
        if person is None:
            talk.toast = say(bells.LOCALE, "bell.link_first")
            chat = self.vault.chat_ref(talk.turn.bot_id, query.from_user.id).hex()
            talk.turn.audit.append(
                AuditEvent("bot", "bell.denied", case, {"why": "unlinked", "chat": chat})
            )
            return
        found = await taking.standing(self.database, case)
        if not may(person, "take", found.about if found else NOTHING):
            talk.toast = say(bells.LOCALE, "bell.denied")
            told = {"action": "take", "role": person.role}
            talk.turn.audit.append(AuditEvent(person.actor, "bell.denied", case, told))
        elif found is None:
            talk.toast = say(bells.LOCALE, "bell.closed")
        else:
            self._take(talk, case, found, person)

    def _take(self, talk: Talk, case: UUID, found: Standing, person: Person) -> None:
        if found.taken_by is not None and found.taken_at is not None:
            talk.toast = say(bells.LOCALE, "bell.taken")
            who = handle_of(found.taker or 0)
            text = bells.claimed(found.code, who, found.taken_at, found.received_at)
        elif not found.open:
            talk.toast = say(bells.LOCALE, "bell.closed")
            text = bells.over(found.code)
        else:
            talk.toast = say(bells.LOCALE, "bell.yours", code=found.code)
            text = bells.claimed(found.code, person.handle, talk.now, found.received_at)
            talk.turn.jobs.append(partial(self._taken, talk, case, person))
        if talk.tap is not None and talk.tap.message_id is not None:
            talk.turn.outgoing.append(edited(talk.tap.message_id, text, None))

    async def _taken(self, talk: Talk, case: UUID, person: Person, connection: Connection) -> None:
        try:
            await taking.take(connection, case, by=person, signer=self.signer, now=talk.now)
        except NotNow:
            # Somebody was faster by a moment: done anew, this press finds the case as it is.
            raise Overtaken from None

    # Commands

    async def count(self, order: Order) -> None:
        assert order.person is not None, "strangers are not counted for"
        waiting = await queue.counts(self.database, views.oblasts_of(order.person))
        order.reply("staff.queue", counts=say(order.locale, "staff.counts", **waiting))

    async def own(self, order: Order) -> None:
        assert order.person is not None, "strangers have no cases"
        if not order.private:
            order.reply("staff.private")
            return
        page = await views.page(
            self.database, order.person, "mine", Filter(), after=None, now=order.talk.now
        )
        rows = [
            html(
                order.locale,
                "staff.mine.row",
                code=line.code,
                level=say(order.locale, f"bell.level.{line.level}"),
                due=moment(order.locale, line.due_at),
            )
            for line in page.lines[:_MOST_OWN]
        ]
        if not rows:
            order.reply("staff.mine.none")
        else:
            more = page.after is not None or len(page.lines) > _MOST_OWN
            rows += [html(order.locale, "staff.mine.more")] if more else []
            order.talk.send("\n".join(rows))

    async def duty(self, order: Order) -> None:
        person, now = order.person, order.talk.now
        assert person is not None, "strangers are not on duty"
        if not reaches(person, "notices"):
            order.reply("staff.duty.not_yours")
            return
        until = await duties.until(self.database, person.id, now)
        wish = order.rest.lower()
        if wish == "off":
            order.talk.turn.jobs.append(lambda one: duties.finish(one, person.id, now))
            until = None
        elif wish == "on" and until is None:
            until = now + DUTY_LASTS
            term = duties.Term(person.id, now, until)
            order.talk.turn.jobs.append(lambda one: duties.plan(one, uuid4(), term))
        if until is None:
            order.reply("staff.duty.off", who=person.handle)
        else:
            order.reply("staff.duty.on", who=person.handle, until=moment(order.locale, until))

    async def link(self, order: Order) -> None:
        """A code that was shown in the group counts no more: others have seen it."""
        talk, code = order.talk, order.rest
        if not order.private:
            talk.turn.jobs.append(lambda one: links.void(one, code))
            order.reply("staff.private")
            return
        person = await links.offered(self.database, code, talk.now)
        if person is None:
            order.reply("staff.link.unknown")
            return
        talk.turn.jobs.append(partial(self._linked, order, person))
        order.reply("staff.link.done", who=person.handle)

    async def _linked(self, order: Order, person: Person, connection: Connection) -> None:
        talk = order.talk
        try:
            await links.bind(
                *(connection, self.vault, person, order.rest),
                chat_ref=talk.person.chat_ref,
                chat_id=talk.person.chat_id,
                signer=self.signer,
                now=talk.now,
            )
        except NotNow:
            raise Overtaken from None

    async def unlink(self, order: Order) -> None:
        person, talk = order.person, order.talk
        assert person is not None, "strangers have no link"
        talk.turn.jobs.append(partial(self._unlinked, person, talk))
        order.reply("staff.unlink.done", who=person.handle)

    async def _unlinked(self, person: Person, talk: Talk, connection: Connection) -> None:
        await links.undo(connection, person, signer=self.signer, now=talk.now)

    async def help(self, order: Order) -> None:
        _help(order)


def _help(order: Order) -> None:
    if order.person is None:
        order.reply("staff.help.stranger")
    else:
        order.reply("staff.help", who=order.person.handle)


_COMMANDS: Final[dict[str, Command]] = {
    "start": Staffroom.help,
    "help": Staffroom.help,
    "queue": Staffroom.count,
    "mine": Staffroom.own,
    "duty": Staffroom.duty,
    "link": Staffroom.link,
    "unlink": Staffroom.unlink,
}
_FOR_STRANGERS: Final = ("start", "help", "link")
