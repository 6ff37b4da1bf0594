"""The staff bot: it rings, and says how much waits. Nothing about any family is ever said here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from handlers.family import COMMAND
from handlers.talk import Talk
from locales import say

Counts: TypeAlias = Callable[[], Awaitable[Mapping[str, int]]]
"""How many reports wait, by level."""

_HELP: Final = ("start", "help")


def router(counts: Counts) -> Router:
    """The routes of the staff bot, in its group and in private."""
    made = Router(name="staff")

    async def said(message: Message, talk: Talk) -> None:
        command = COMMAND.fullmatch(message.text or "")
        name = command[1].lower() if command else ""
        if name in _HELP:
            talk.say("staff.help")
        elif name == "queue":
            waiting = await counts()
            talk.say("staff.queue", counts=say(talk.locale, "staff.counts", **waiting))

    async def tapped(_query: CallbackQuery, talk: Talk) -> None:
        talk.toast = say(talk.locale, "staff.not_yours")

    made.message.register(said)
    made.callback_query.register(tapped)
    return made
