"""Twenty kinds of updates that nobody can take in. Each is set aside, sealed, and blocks nobody."""

import json
from collections.abc import Callable
from typing import Any

STORY = "Отруєне слово Ґедзь"


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Ґедзь"}


def message(user: int, **more: Any) -> dict[str, Any]:
    """A message as Telegram sends it, but for what is changed."""
    chat = {"id": user, "type": "private", "first_name": "Ґедзь"}
    return {
        "message_id": 9_000, "date": 1_795_000_000, "chat": chat, "from": _person(user),
        "text": STORY, **more,
    }  # fmt: skip


def press(user: int, **more: Any) -> dict[str, Any]:
    """A button pressed, but for what is changed."""
    return {"id": "1", "from": _person(user), "chat_instance": "1", "data": STORY, **more}


def _without(whole: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in whole.items() if key != name}


POISON: dict[str, Callable[[int], dict[str, Any]]] = {
    "a date in words": lambda user: {"message": message(user, date=STORY)},
    "no date": lambda user: {"message": _without(message(user), "date")},
    "no number": lambda user: {"message": _without(message(user), "message_id")},
    "a number in words": lambda user: {"message": message(user, message_id=STORY)},
    "no chat": lambda user: {"message": _without(message(user), "chat")},
    "a chat in words": lambda user: {"message": message(user, chat=STORY)},
    "a chat too large": lambda user: {
        "message": message(user, chat={"id": 2**63, "type": "private"})
    },
    "a chat of no kind": lambda user: {"message": message(user, chat={"id": user})},
    "a list for a message": lambda user: {"message": [message(user)]},
    "a word for a message": lambda _user: {"message": STORY},
    "a number for a text": lambda user: {"message": message(user, text=17)},
    "a length below nothing": lambda user: {
        "message": message(user, entities=[{"type": "bold", "offset": 0, "length": -1}])
    },
    "an offset below nothing": lambda user: {
        "message": message(user, entities=[{"type": "bold", "offset": -9, "length": 1}])
    },
    "entities in words": lambda user: {"message": message(user, entities=STORY)},
    "a photo without a file": lambda user: {
        "message": message(user, photo=[{"width": 9, "height": 9}])
    },
    "a contact without a number": lambda user: {
        "message": message(user, contact={"first_name": STORY})
    },
    "two events": lambda user: {"message": message(user), "callback_query": press(user)},
    "a post besides": lambda user: {"message": message(user), "channel_post": message(user)},
    "a press by nobody": lambda user: {"callback_query": _without(press(user), "from")},
    "a press by a word": lambda user: {"callback_query": press(user, **{"from": STORY})},
}


def body(update_id: int, kind: str, user: int) -> bytes:
    """The update as Telegram would post it."""
    return json.dumps({"update_id": update_id, **POISON[kind](user)}).encode()
