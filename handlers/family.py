"""What families send, routed: commands, words, buttons, edits. aiogram's types stop here."""

import re
from typing import Any, Final

from aiogram import Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from flows.engine import Nowhere
from handlers import aside, form, forms, home
from handlers.filing import Filing, offered_by
from handlers.letters import BUTTON as LETTER
from handlers.letters import LINK, Letters
from handlers.screen import spoken
from handlers.talk import Said, Talk
from handlers.waiting import expired
from locales import resolve, say

COMMAND: Final = re.compile(r"/([a-zA-Z_]{1,32})(?:@\w+)?(?:\s+(\S.*))?", re.DOTALL)
BUTTON: Final = re.compile(r"d1\|([0-9]{1,10})\|([0-9]{1,3})(?:\|([01]))?", re.ASCII)


def router(filing: Filing, letters: Letters) -> Router:
    """The routes of the family bot. Each handler gets the update's `talk`."""
    made = Router(name="family")

    async def heard(message: Message, talk: Talk) -> None:
        await said(message, talk, filing, letters)

    async def pressed(query: CallbackQuery, talk: Talk) -> None:
        letter = LETTER.fullmatch(query.data or "")
        if letter is None or not _has_arrived(talk):
            await tapped(query, talk)
        else:
            expired(talk)
            await letters.open(talk, letter[1])

    made.message.register(heard)
    made.edited_message.register(edited)
    made.callback_query.register(pressed)
    made.my_chat_member.register(membership)
    return made


async def said(message: Message, talk: Talk, filing: Filing, letters: Letters) -> None:
    """A message: a command, or words (or something else) for where the person is."""
    talk.remember(message.message_id)
    talk.person.blocked = False
    heard = _heard(message)
    expired(talk)
    command = COMMAND.fullmatch(heard.text) if heard.kind == "text" else None
    link = LINK.fullmatch(command[2] or "") if command else None
    if link is not None and _has_arrived(talk):
        await letters.open(talk, link[1])
    elif command is not None:
        await _command(talk, command[1].lower(), command[2] or "", _hint(message))
    elif not _has_arrived(talk):
        await _arriving(talk, heard, _hint(message))
    else:
        offered = offered_by(message)
        if offered is not None:
            await filing.receive(talk, offered, heard.album)
        elif heard.kind not in ("text", "contact"):
            aside.unreadable(talk, heard)
        await _listen(talk, heard)


async def _listen(talk: Talk, heard: Said) -> None:
    """Words for where the person is; those under a picture count as words."""
    if not heard.text:
        return
    if heard.forwarded and talk.spot_kind == "form":
        aside.forwarded(talk, heard)
        return
    if not await _hear(talk, heard):
        aside.wander(talk, heard)


async def _hear(talk: Talk, heard: Said) -> bool:
    """The words of a button press it, wherever the person is; other words are the spot's."""
    spot = talk.spots[talk.spot_kind]
    button = spoken(talk.locale, spot.view(talk), heard.text)
    if button is None:
        return await spot.hear(talk, heard)
    await spot.act(talk, button.action)
    return True


def _has_arrived(talk: Talk) -> bool:
    return talk.settled.agreed and bool(talk.spot_kind)


async def _arriving(talk: Talk, heard: Said, hint: str) -> None:
    """Before "I agree" nothing is taken down; the open question is shown instead."""
    if talk.spot_kind in ("arrival", "hide"):
        await _hear(talk, heard)
    else:
        talk.enter("arrival", step="locale", hint=hint)


def _hint(message: Message) -> str:
    return resolve(message.from_user.language_code) if message.from_user else ""


def _heard(message: Message) -> Said:
    forwarded = message.forward_origin is not None
    if message.text:
        return Said(message.message_id, "text", message.text, forwarded)
    if message.contact is not None:
        card = message.contact
        own = message.from_user is not None and card.user_id == message.from_user.id
        name = f"{card.first_name} {card.last_name or ''}".strip()
        told = f"{card.phone_number} {name}"
        return Said(message.message_id, "contact", told, False, (card.phone_number, name, own))
    if message.location is not None:
        return Said(message.message_id, "location")
    if message.voice or message.video_note or message.audio:
        return Said(message.message_id, "voice", message.caption or "", forwarded)
    if message.photo or message.document or message.video:
        album = message.media_group_id or ""
        return Said(message.message_id, "file", message.caption or "", forwarded, album=album)
    return Said(message.message_id, "other")


async def _command(talk: Talk, name: str, payload: str, hint: str) -> None:
    if name in ("help", "privacy"):
        talk.say("help.text" if name == "help" else "consent.long")
        if talk.spot_kind not in ("", "away"):
            talk.show_again()
    elif name == "hide":
        talk.interrupt("hide")
        talk.show_again()
    elif not talk.settled.agreed:
        if name == "start":
            _greet(talk, hint)
    elif name in _COMMANDS:
        await _COMMANDS[name](talk, payload)


def _greet(talk: Talk, hint: str) -> None:
    if talk.spot_kind == "arrival":
        talk.show_again()
    else:
        talk.enter("arrival", step="locale", hint=hint)


async def _start(talk: Talk, payload: str) -> None:
    if forms.row_in(talk):
        talk.enter("resume")
    elif payload == "r":
        home.open_report(talk)
    else:
        talk.enter("home")


async def _report(talk: Talk, _payload: str) -> None:
    home.open_report(talk)


async def _mine(talk: Talk, _payload: str) -> None:
    await talk.spots["home"].act(talk, "mine")


async def _news(talk: Talk, _payload: str) -> None:
    await talk.spots["home"].act(talk, "news")


async def _language(talk: Talk, _payload: str) -> None:
    talk.interrupt("language")
    talk.show_again()


async def _silence(talk: Talk, _payload: str) -> None:
    talk.interrupt("silence")
    talk.show_again()


async def _cancel(talk: Talk, _payload: str) -> None:
    if forms.row_in(talk):
        form.stop(talk)
    else:
        talk.enter("home")


_COMMANDS: Final[dict[str, Any]] = {
    "start": _start,
    "report": _report,
    "update": _news,
    "mine": _mine,
    "language": _language,
    "stop": _silence,
    "cancel": _cancel,
}


async def edited(message: Message, talk: Talk) -> None:
    """An edited message changes nothing by itself: the person is asked."""
    if _has_arrived(talk) and message.text:
        expired(talk)
        aside.edited(talk, _heard(message))


async def tapped(query: CallbackQuery, talk: Talk) -> None:
    """A button, if it is one of the screen that is shown now."""
    pressed = BUTTON.fullmatch(query.data or "")
    if pressed is None or query.message is None:
        _stale(talk)
        return
    revision = int(pressed[1])
    if expired(talk) or not talk.is_live(revision):
        _stale(talk, revision)
        return
    spot = talk.spots[talk.spot_kind]
    buttons = spot.view(talk).buttons()
    number = int(pressed[2])
    if number >= len(buttons):
        _stale(talk)
        return
    button = buttons[number]
    if (
        button.ticked is not None
        and pressed[3] is not None
        and button.ticked == (pressed[3] == "1")
    ):
        return  # the same tick twice, by an impatient finger
    try:
        await spot.act(talk, button.action)
    except Nowhere:
        _stale(talk)
    else:
        talk.note_press()


def _stale(talk: Talk, revision: int | None = None) -> None:
    """An old button acts on nothing; the question that is open now is shown again.

    The same press by an impatient finger is no old button: its answer is on screen already.
    """
    if talk.pressed_just_now():
        talk.toast = say(talk.locale, "stale.saved")
        return
    talk.toast = say(talk.locale, "stale")
    if not talk.spot_kind and revision == talk.person.revision:
        return  # twice on "I do not agree"
    if talk.spot_kind == "away" and talk.settled.agreed:
        talk.move("home")
    if talk.spot_kind in ("", "away"):
        talk.move("arrival", step="locale")
    talk.show_again()


async def membership(event: ChatMemberUpdated, talk: Talk) -> None:
    """Blocked and unblocked: nothing is sent to who does not want it."""
    talk.person.blocked = event.new_chat_member.status in ("kicked", "left")
