"""Which updates are taken, ignored, left or set aside, before the database is asked anything."""

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

import orjson
from aiogram import Bot
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update
from pydantic import ValidationError

from flows.kinds.cleaning import storable

KINDS: Final[dict[str, Any]] = {
    "message": Message,
    "edited_message": Message,
    "callback_query": CallbackQuery,
    "my_chat_member": ChatMemberUpdated,
}
_GROUPS: Final = frozenset({"group", "supergroup", "channel"})
_LARGEST_ID: Final = 2**63
_GONE: Final = frozenset({"left", "kicked"})


class Sort(Enum):
    """What is done with an update."""

    TAKE = auto()
    LEAVE = auto()
    IGNORE = auto()
    QUARANTINE = auto()


@dataclass(frozen=True)
class Parcel:
    """An update, sorted. `chat_id` None: nobody to answer. `update` only where it is taken."""

    sort: Sort
    update_id: int
    chat_id: int | None = field(default=None, repr=False)
    language: str | None = None
    update: Update | None = field(default=None, repr=False)


def sort(raw: bytes, bot: Bot, group: int | None) -> Parcel:
    """Sort one update. `group` is the only group this bot works in, if any. Never raises."""
    try:
        update = Update.model_validate_json(raw, context={"bot": bot})
    except ValidationError:
        return _misshapen(raw, bot, group)
    return _sorted(update, group)


def _sorted(update: Update, group: int | None) -> Parcel:
    kinds = [kind for kind in KINDS if getattr(update, kind) is not None]
    number = update.update_id
    if not kinds:
        return Parcel(Sort.IGNORE, number)
    if len(kinds) > 1 or number < 0 or _has_more(update):
        return Parcel(Sort.QUARANTINE, number, _chat_of(update, kinds[0]))
    return _placed(update, kinds[0], group)


def _has_more(update: Update) -> bool:
    """A second event of a kind we do not ask for, or impossible lengths."""
    others = set(Update.model_fields) - {"update_id", *KINDS}
    if any(getattr(update, name) is not None for name in others):
        return True
    message = update.message or update.edited_message
    entities = (*(message.entities or ()), *(message.caption_entities or ())) if message else ()
    return any(entity.length < 0 or entity.offset < 0 for entity in entities)


def _chat_of(update: Update, kind: str) -> int | None:
    event = getattr(update, kind)
    chat = getattr(event, "chat", None)
    if chat is not None and abs(chat.id) < _LARGEST_ID:
        return int(chat.id)
    return None


def _placed(update: Update, kind: str, group: int | None) -> Parcel:
    """By where it happened: a person's own chat, the staff's group, or somewhere else."""
    event = getattr(update, kind)
    sender = event.from_user
    chat = event.message.chat if kind == "callback_query" and event.message else None
    chat = chat or getattr(event, "chat", None)
    chat_id = chat.id if chat else sender.id
    if abs(chat_id) >= _LARGEST_ID:
        return Parcel(Sort.QUARANTINE, update.update_id)
    language = sender.language_code if sender else None
    taken = Parcel(Sort.TAKE, update.update_id, chat_id, language, update)
    if chat is not None and chat.type in _GROUPS:
        return _in_group(taken, kind, event, group)
    own = sender is not None and not sender.is_bot and sender.id == chat_id and chat_id > 0
    return taken if own else Parcel(Sort.IGNORE, update.update_id)


def _in_group(taken: Parcel, kind: str, event: Any, group: int | None) -> Parcel:
    """A group that is not ours is left, once: when somebody speaks to the bot or adds it."""
    ignored = Parcel(Sort.IGNORE, taken.update_id)
    if taken.chat_id == group:
        return taken if kind in ("message", "callback_query") else ignored
    if kind == "my_chat_member":
        gone = event.new_chat_member.status in _GONE
        return ignored if gone else Parcel(Sort.LEAVE, taken.update_id, taken.chat_id)
    spoken = kind == "message" and event.sender_chat is None and not event.is_topic_message
    return Parcel(Sort.LEAVE, taken.update_id, taken.chat_id) if spoken else ignored


def _misshapen(raw: bytes, bot: Bot, group: int | None) -> Parcel:
    """Not as aiogram knows it: perhaps only in fields that nobody knows, or in half a letter."""
    whole = _parsed(raw)
    number = whole["update_id"]
    kinds = [kind for kind in KINDS if kind in whole]
    if not kinds:
        return Parcel(Sort.IGNORE, number)
    known = {kind: _known(whole[kind], KINDS[kind]) for kind in kinds}
    try:
        update = Update.model_validate({"update_id": number, **known}, context={"bot": bot})
    except ValidationError:
        return Parcel(Sort.QUARANTINE, number, _private_chat(whole[kinds[0]]))
    return _sorted(update, group)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        whole: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        whole = _whole_letters(json.loads(raw))
    assert isinstance(whole, dict), "bot.envelope lets nothing else through"
    return whole


def _whole_letters(value: Any) -> Any:
    """Half a surrogate pair written out, since neither UTF-8 nor PostgreSQL can hold it."""
    match value:
        case str():
            return storable(value)
        case list():
            return [_whole_letters(one) for one in value]
        case dict():
            return {storable(key): _whole_letters(one) for key, one in value.items()}
        case _:
            return value


def _known(event: Any, model: Any) -> Any:
    """The event without fields this version has never heard of."""
    if not isinstance(event, dict):
        return event
    names = {field.alias or name for name, field in model.model_fields.items()}
    return {name: value for name, value in event.items() if name in names}


def _private_chat(event: Any) -> int | None:
    """Whom to tell that a message could not be taken."""
    chat = event.get("chat") if isinstance(event, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return None
    found = chat.get("id")
    whole = isinstance(found, int) and not isinstance(found, bool) and 0 < found < _LARGEST_ID
    return found if whole else None
