"""The Bot API methods a row may name, and how python-telegram-bot is asked for each.

Parameters of ours that it need not look at travel as `api_kwargs`, untouched.
"""

from collections.abc import Awaitable, Callable
from html import unescape
from re import compile as pattern
from typing import Any, Final, TypeAlias

from telegram.ext import ExtBot

Params: TypeAlias = dict[str, Any]
Method: TypeAlias = Callable[[ExtBot[int], int, Params, int], Awaitable[int | None]]
"""Call with (bot, chat id, parameters, lane); the id of the message now on the screen, if any."""

_AT_ONCE: Final = 100  # ids one deleteMessages takes
_TAG = pattern(r"<[^<>]*>")


async def _send_message(bot: ExtBot[int], chat_id: int, params: Params, lane: int) -> int | None:
    more = dict(params)
    sent = await bot.send_message(
        chat_id, more.pop("text", ""), api_kwargs=more, rate_limit_args=lane
    )
    return sent.message_id


async def _edit_text(bot: ExtBot[int], chat_id: int, params: Params, lane: int) -> int | None:
    more = dict(params)
    message_id = more.pop("message_id", None)
    await bot.edit_message_text(
        more.pop("text", ""), chat_id, message_id, api_kwargs=more, rate_limit_args=lane
    )
    return _number(message_id)


async def _edit_markup(bot: ExtBot[int], chat_id: int, params: Params, lane: int) -> int | None:
    more = dict(params)
    message_id = more.pop("message_id", None)
    await bot.edit_message_reply_markup(chat_id, message_id, api_kwargs=more, rate_limit_args=lane)
    return _number(message_id)


async def _delete(bot: ExtBot[int], chat_id: int, params: Params, lane: int) -> None:
    ids = params.get("message_ids", [params.get("message_id")])
    for start in range(0, len(ids), _AT_ONCE):
        await bot.delete_messages(chat_id, ids[start : start + _AT_ONCE], rate_limit_args=lane)


async def _leave(bot: ExtBot[int], chat_id: int, _params: Params, lane: int) -> None:
    await bot.leave_chat(chat_id, rate_limit_args=lane)


def _number(message_id: object) -> int | None:
    return message_id if isinstance(message_id, int) else None


METHODS: Final[dict[str, Method]] = {
    "sendMessage": _send_message,
    "editMessageText": _edit_text,
    "editMessageReplyMarkup": _edit_markup,
    "deleteMessages": _delete,
    "leaveChat": _leave,
}


def plain(params: Params) -> Params:
    """The same message without its formatting: better plain than not at all."""
    kept = {key: value for key, value in params.items() if key not in {"parse_mode", "entities"}}
    return kept | {"text": unescape(_TAG.sub("", str(params.get("text", ""))))}
