"""What hypothesis makes of an update: whole ones, and the same with any part of it exchanged."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

NAMES = ("update_id", "message", "chat", "id", "from", "text", "date", "data", "entities", "photo",
         "type", "message_id", "callback_query", "contact", "document", "caption", "new")  # fmt: skip
BUTTONS = ("d1|0|0", "d1|1|0", "d1|2|1|0", "d1|9999999999|999", "d1|99999999999|1", "l1|", "s1|x",
           "d1|1|-1", "d1|+1|0", "d1|\u0661|0", "d1|1|0\n", " d1|1|0", "D1|1|0", "")  # fmt: skip

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["/start", "/hide", "\0", "\ud800", "\u202e", "=1+1", "{0}", "%s", "<b>"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)


def _user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Олена", "language_code": "uk"}


def _chat(person: int) -> dict[str, Any]:
    return {"id": person, "type": "private", "first_name": "Олена"}


def message(person: int, text: str) -> dict[str, Any]:
    return {"message_id": 7, "date": 1_795_000_000, "chat": _chat(person), "from": _user(person),
            "text": text}  # fmt: skip


def whole(person: int, text: str, data: str) -> tuple[dict[str, Any], ...]:
    """One of each kind, as Telegram sends them."""
    said, bot = message(person, text), {"id": 1_000_001, "is_bot": True, "first_name": "Додому"}
    left, member = ({"status": one, "user": bot} for one in ("left", "member"))
    return (
        {"message": said},
        {"message": {**said, "entities": [{"type": "bold", "offset": 0, "length": 1}]}},
        {"message": {**said, "contact": {"phone_number": "+380", "first_name": "О"}}},
        {"edited_message": {**said, "edit_date": 1_795_000_001}},
        {
            "callback_query": {
                "id": "1", "from": _user(person), "chat_instance": "1", "data": data,
                "message": {**said, "from": bot},
            }
        },
        {
            "my_chat_member": {
                "chat": _chat(person), "from": _user(person), "date": 1_795_000_000,
                "old_chat_member": left, "new_chat_member": member,
            }
        },
    )  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a nested value, itself left out."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    found = [path] if path else []
    for key, one in inside:
        found += _places(one, (*path, key))
    return found


@st.composite
def updates(draw: st.DrawFn, person: int) -> dict[str, Any]:
    """An update of `person` without its number: whole, or with a place or two of it exchanged."""
    text = draw(st.text(max_size=30) | st.sampled_from(["/start", "Ковальчук Софія", "12"]))
    data = draw(st.text(max_size=64) | st.sampled_from(BUTTONS))
    made = copy.deepcopy(draw(st.sampled_from(whole(person, text, data))))
    for _ in range(draw(st.integers(0, 2))):
        if not (places := _places(made)):
            break
        *way, last = draw(st.sampled_from(places))
        holder: Any = made
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(junk)
        else:
            del holder[last]
    return made


def encoded(update: Any) -> bytes:
    """As a sender that is careless about JSON writes it: half letters and NaN go out as they are."""
    return json.dumps(update).encode()
