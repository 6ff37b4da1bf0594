"""Just enough of an update to route it: its id, its conversation, and its bytes in one fixed form.

The form is the same whether an update came by polling or by webhook, so that its fingerprint is.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

_LEAST, _MOST = -(2**63), 2**63 - 1
_CHATTY: Final = ("message", "edited_message", "my_chat_member")
_KINDS: Final = (*_CHATTY, "callback_query")


class NoUpdateId(ValueError):
    """The body is no update: not JSON, or without an id. Nothing can be done with it."""


@dataclass(frozen=True)
class Envelope:
    """`conversation` is the chat's id: updates of one conversation keep their order.

    `kind`: Telegram's name of what it holds, or "other".
    """

    update_id: int
    conversation: int | None = field(repr=False)
    body: bytes = field(repr=False)
    kind: str = "other"


def read(body: bytes) -> Envelope:
    """The envelope of one update. Raises NoUpdateId."""
    return _envelope(_parsed(body))


def split(answer: bytes) -> tuple[Any, list[Any]]:
    """Telegram's answer to getUpdates: the whole of it, and the updates in it.

    Raises ValueError when it is no answer of Telegram's (an HTML page of a proxy).
    """
    whole = _parsed(answer)
    if not isinstance(whole, dict):
        raise NoUpdateId("no object")
    result = whole.get("result")
    return whole, result if isinstance(result, list) else []


def envelope(update: object) -> Envelope:
    """The envelope of an update parsed already. Raises NoUpdateId."""
    return _envelope(update)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # Half a surrogate pair is JSON all the same, and one such text must not cost a batch.
        return _leniently(body)


def _leniently(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NoUpdateId("not JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _envelope(update: object) -> Envelope:
    if not isinstance(update, dict):
        raise NoUpdateId("no object")
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool) or not _LEAST <= number <= _MOST:
        raise NoUpdateId("no usable update_id")
    kind = next((kind for kind in _KINDS if kind in update), "other")
    return Envelope(number, _conversation(update), _fixed(update, number), kind)


def _conversation(update: dict[str, Any]) -> int | None:
    for kind in _CHATTY:
        found = _id_in(update.get(kind), "chat")
        if found is not None:
            return found
    tap = update.get("callback_query")
    if not isinstance(tap, dict):
        return None
    # A person's taps and messages share a lane: the id of a private chat is the person's.
    found = _id_in(tap.get("message"), "chat")
    return _id_in(tap, "from") if found is None else found


def _id_in(holder: object, name: str) -> int | None:
    held = holder.get(name) if isinstance(holder, dict) else None
    found = held.get("id") if isinstance(held, dict) else None
    return found if isinstance(found, int) else None


def _fixed(update: dict[str, Any], number: int) -> bytes:
    try:
        return orjson.dumps(update, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson's own error is one: nested too deep, or half a surrogate pair
        pass
    try:
        return json.dumps(update, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:  # nothing of Telegram's is nested a thousand levels deep
        return orjson.dumps({"update_id": number})
