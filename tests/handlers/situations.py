"""Rows of the catalogue that describe an update in words, built. Each is one raw update."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from chat import Person

Raw = dict[str, Any] | bytes
_ids = itertools.count(5_000_000)

GROUP = {"id": -1_002_000_000_009, "type": "supergroup", "title": "Сусіди"}
CHANNEL = {"id": -1_002_000_000_010, "type": "channel", "title": "Новини"}
SMALL = {"id": -2_000_009, "type": "group", "title": "Сусіди"}
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]


def message(person: Person, **more: Any) -> dict[str, Any]:
    return {"message": {"message_id": next(_ids), "from": person.user, "chat": person.chat,
                        "date": 1_795_000_000, "text": "Ковальчук Софія", **more}}  # fmt: skip


def without(update: dict[str, Any], *path: str) -> dict[str, Any]:
    holder: Any = update
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return update


def query(person: Person, **more: Any) -> dict[str, Any]:
    bot = {"id": person.door.bot.id, "is_bot": True, "first_name": "Додому"}
    under = {"message_id": 1, "from": bot, "chat": person.chat, "date": 1_795_000_000, "text": "…"}
    return {"callback_query": {"id": "1", "from": person.user, "chat_instance": "1",
                               "data": "d1|1|0", "message": under, **more}}  # fmt: skip


def member(person: Person, chat: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    bot = {"id": person.door.bot.id, "is_bot": True, "first_name": "Додому"}
    admin = dict.fromkeys(
        ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
         "can_manage_video_chats", "can_restrict_members", "can_promote_members",
         "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
         "can_delete_stories", "can_send_welcome_messages"),
        False,
    )  # fmt: skip
    extra = {"administrator": admin, "kicked": {"until_date": 0}}
    return {"my_chat_member": {
        "chat": chat, "from": person.user, "date": 1_795_000_000,
        "old_chat_member": {"status": before, "user": bot, **extra.get(before, {})},
        "new_chat_member": {"status": after, "user": bot, **extra.get(after, {})},
    }}  # fmt: skip


def numbered(update_id: Any, person: Person) -> bytes:
    return json.dumps({"update_id": update_id, **message(person)}).encode()


def deep(person: Person) -> bytes:
    body = json.dumps({"update_id": next(_ids), **message(person)})
    nested = '{"a":' * 500 + "1" + "}" * 500
    return f'{body[:-1]}, "later": {nested}}}'.encode()


def replies(person: Person, depth: int) -> dict[str, Any]:
    made = message(person)
    inner = made["message"]
    for _ in range(depth):
        inner["reply_to_message"] = message(person)["message"]
        inner = inner["reply_to_message"]
    return made


def entities(*some: dict[str, Any]) -> Callable[[Person], Raw]:
    return lambda person: message(person, entities=list(some))


def spoken_in(chat: dict[str, Any], **more: Any) -> Callable[[Person], Raw]:
    return lambda person: message(person, chat=chat, **more)


def alone(kind: str, **more: Any) -> Callable[[Person], Raw]:
    """An update of a kind nobody asked Telegram for."""
    return lambda person: {kind: {"id": "1", "from": person.user, **more}}


def posted(kind: str) -> Callable[[Person], Raw]:
    post = {"message_id": 5, "chat": CHANNEL, "date": 1_795_000_000, "text": "…"}
    return lambda _person: {kind: post}


ROBOT = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
TELEGRAM = {"id": 777_000, "is_bot": False, "first_name": "Telegram"}
FORWARDED = {
    "user": {"type": "user", "date": 1_794_000_000,
             "sender_user": {"id": 5, "is_bot": False, "first_name": "Хтось"}},
    "hidden": {"type": "hidden_user", "date": 1_794_000_000, "sender_user_name": "Хтось"},
}  # fmt: skip
ADDRESS = {"country_code": "UA", "state": "", "city": "", "street_line1": "", "street_line2": "",
           "post_code": ""}  # fmt: skip

SITUATIONS: dict[str, Callable[[Person], Raw]] = {
    # identity and order
    "UP-041": lambda person: json.dumps(message(person)).encode(),
    "UP-044": lambda person: numbered(True, person),
    "UP-045": lambda person: numbered(-1, person),
    "UP-046": lambda person: numbered(0, person),
    "UP-047": lambda person: numbered(2**31, person),
    "UP-048": lambda person: numbered(2**63, person),
    "UP-053": lambda person: numbered(next(_ids) + 1_000_000, person),
    "UP-054": lambda person: numbered(17, person),
    "UP-060": lambda person: message(person, date=2_000_000_000),
    "UP-062": lambda person: message(person, date=1_795_000_000 - 23 * 3600),
    # shape
    "UP-064": lambda person: without(message(person), "message", "chat"),
    "UP-066": lambda person: message(person, chat={**person.chat, "id": "x7000001"}),
    "UP-069": lambda person: message(person, chat={**person.chat, "id": 2**63}),
    "UP-070": lambda person: message(person, chat={**person.chat, "id": -person.id}),
    "UP-073": lambda person: message(person, **{"from": {**person.user, "is_bot": True}}),
    "UP-074": lambda person: message(person, **{"from": {**person.user, "id": person.id + 1}}),
    "UP-075": lambda person: message(person, text=None),
    "UP-077": lambda person: message(person, text="а" * 500_000),
    "UP-078": lambda person: message(person, caption="Ковальчук", photo=PHOTO),
    "UP-079": entities({"type": "bold", "offset": 900, "length": 900}),
    "UP-080": entities({"type": "bold", "offset": 0, "length": -1}),
    "UP-081": entities(*[{"type": "bold", "offset": 0, "length": 1}] * 10_000),
    "UP-082": entities({"type": "sparkle", "offset": 0, "length": 1}),
    "UP-084": lambda person: message(person, text=None, photo=[{"width": 9, "height": 9}]),
    "UP-087": lambda person: message(person, mood="blue", later={"a": [1]}) | {"era": 5},
    "UP-088": lambda person: without(message(person, hologram={"id": "h"}), "message", "text"),
    "UP-089": lambda person: {"hologram": {"from": person.user}},
    "UP-090": lambda person: {**message(person), **query(person)},
    "UP-091": lambda _person: {},
    "UP-093": lambda person: without(query(person), "callback_query", "from"),
    "UP-094": deep,
    "UP-095": lambda person: without(message(person), "message", "chat", "first_name"),
    "UP-099": lambda person: message(person, **{"from": {**person.user, "language_code": "xx-evil; rm"}}),
    "UP-103": lambda person: replies(person, 50),
    "UP-104": lambda person: message(person, media_group_id=""),
    "UP-109": lambda person: without(
        message(person, web_app_data={"data": "admin=1", "button_text": "x"}), "message", "text"
    ),
    # kinds not asked for
    "UP-110": lambda person: {"edited_message": {**message(person)["message"], "edit_date": 1_795_000_009}},
    "UP-111": posted("channel_post"),
    "UP-112": posted("edited_channel_post"),
    "UP-113": alone("inline_query", query="x", offset=""),
    "UP-115": alone("shipping_query", invoice_payload="x", shipping_address=ADDRESS),
    "UP-116": alone("pre_checkout_query", currency="XTR", total_amount=1, invoice_payload="x"),
    "UP-117": lambda _person: {"poll": {
        "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
        "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}},
    "UP-119": lambda person: {"chat_member": member(person, GROUP, "member", "kicked")["my_chat_member"]},
    "UP-120": lambda person: {"chat_join_request": {
        "chat": GROUP, "from": person.user, "user_chat_id": person.id, "date": 1_795_000_000}},
    "UP-123": lambda person: {"chat_boost": {"chat": CHANNEL, "boost": {
        "boost_id": "1", "add_date": 1, "expiration_date": 2,
        "source": {"source": "premium", "user": person.user}}}},
    "UP-124": lambda person: {"removed_chat_boost": {
        "chat": CHANNEL, "boost_id": "1", "remove_date": 1,
        "source": {"source": "premium", "user": person.user}}},
    "UP-125": alone("business_connection", user={"id": 5, "is_bot": False, "first_name": "x"},
                    user_chat_id=5, date=1, is_enabled=True),
    "UP-126": lambda person: {"business_message": message(person)["message"]},
    "UP-128": lambda person: {"deleted_business_messages": {
        "business_connection_id": "1", "chat": person.chat, "message_ids": [1]}},
    # places and lives
    "UP-132": spoken_in(SMALL),
    "UP-133": lambda person: member(person, GROUP, "left", "member"),
    "UP-134": lambda person: member(person, CHANNEL, "left", "administrator"),
    "UP-135": lambda person: member(person, GROUP, "member", "administrator"),
    "UP-136": spoken_in(GROUP, sender_chat=GROUP, **{"from": ROBOT}),
    "UP-137": spoken_in(GROUP, sender_chat=CHANNEL, is_automatic_forward=True, **{"from": TELEGRAM}),
    "UP-138": spoken_in(GROUP, is_topic_message=True, message_thread_id=7),
    "UP-140": lambda person: message(person, forward_origin=FORWARDED["user"]),
    "UP-141": lambda person: message(person, forward_origin=FORWARDED["hidden"]),
    "UP-145": lambda person: member(person, person.chat, "member", "kicked"),
    "UP-146": lambda person: member(person, person.chat, "kicked", "member"),
    "UP-152": lambda person: message(person, text="/start"),
    "UP-157": lambda person: message(person, text="/start <script>"),
    "UP-158": lambda person: message(person, text="/start " + "A" * 64),
    "UP-160": lambda person: message(person, text="/admin"),
    "UP-161": lambda person: message(person, text="/cancel"),
    # buttons, by where they come from
    "CA-080": lambda person: without(
        query(person, inline_message_id="AAAA"), "callback_query", "message"
    ),
    "CA-082": lambda person: query(person, message={**query(person)["callback_query"]["message"], "chat": SMALL}),
    "CA-085": lambda person: query(person, message={**query(person)["callback_query"]["message"], "chat": GROUP}),
}  # fmt: skip


def raw(situation: Raw) -> bytes:
    """The bytes of the update, with a fresh update_id unless it has its own."""
    if isinstance(situation, bytes):
        return situation
    return json.dumps({"update_id": next(_ids), **situation}).encode()
