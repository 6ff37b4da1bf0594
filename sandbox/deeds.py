"""What people do: write, tap, share, edit, block. Each deed ends in an update for the bot."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox import markup
from sandbox.chat import Chat, Note
from sandbox.files import KINDS, attached
from sandbox.people import Person
from sandbox.sending import without_reply
from sandbox.wanted import Impossible, listed, need, number
from sandbox.wire import Obj
from sandbox.world import Account, World, written


def person_of(world: World, value: Any) -> Person:
    person = world.crowd.by_id.get(number(value, "user"))
    if person is None:
        raise Impossible(f"nobody here has the id {value}; POST /sim/users first")
    return person


def chat_of(account: Account, value: Any) -> Chat:
    """The chat of a person (positive id) or of a group (negative id)."""
    chat_id = number(value, "user")
    if chat_id in account.chats:
        return account.chats[chat_id]
    return account.chat_with(person_of(account.world, chat_id))


def _speaker(account: Account, body: Mapping[str, Any]) -> tuple[Person, Chat]:
    person = person_of(account.world, need(body, "user"))
    group = body.get("chat")
    chat = account.chat_with(person) if group is None else chat_of(account, group)
    if not chat.private and person.id not in chat.members:
        raise Impossible("this person is not in that group")
    if chat.blocked:
        raise Impossible("the bot is blocked or gone here; unblock it first")
    return person, chat


def _bots(world: World, value: Any, name: str) -> list[str]:
    for one in listed(value, name):
        if one not in list(world.bots):
            raise Impossible(f"no bot called {one}")
    return listed(value, name)


def add_person(world: World, body: Mapping[str, Any]) -> Person:
    """A known `id` is updated in place, so that a demo cast may be created again and again."""
    given = body.get("id")
    person_id = world.crowd.next_id() if given is None else number(given, "id")
    names = ("last_name", "username", "language_code", "phone")
    person = world.crowd.add(
        Person(person_id, str(need(body, "first_name")), *(body.get(name) for name in names))
    )
    for name in _bots(world, body.get("started", []), "started"):
        world.bots[name].chat_with(person).started = True
    world.touch()
    return person


def add_group(world: World, body: Mapping[str, Any]) -> Obj:
    """A supergroup with these people and bots (all bots unless `bots` names some).

    A known `id` is updated in place; bots that were in the group already are told nothing.
    """
    members = [person_of(world, member) for member in listed(need(body, "members"), "members")]
    if not members:
        raise Impossible("a group needs somebody in it")
    group_id = number(body.get("id", world.next_group), "id")
    if group_id >= 0:
        raise Impossible("a group's id is below zero")
    wire = {"id": group_id, "type": "supergroup", "title": str(need(body, "title"))}
    for name in _bots(world, body.get("bots", list(world.bots)), "bots"):
        account = world.bots[name]
        known = group_id in account.chats
        chat = account.chats.setdefault(group_id, Chat(wire, started=True))
        chat.wire, chat.members = wire, [person.id for person in members]
        if not known:
            account.member_changed(chat, members[0], "left", "member")
    world.next_group = min(world.next_group, group_id - 1)
    world.touch()
    return {"id": group_id}


def _post(account: Account, person: Person, chat: Chat, content: Obj) -> Obj:
    chat.started = True
    wire = written(account, chat, person.user(), content)
    chat.add(Note(wire, by_bot=False))
    update_id = account.hear("message", wire, chat.id, person.id)
    return {"message_id": wire["message_id"], "update_id": update_id}


def say(account: Account, body: Mapping[str, Any]) -> Obj:
    person, chat = _speaker(account, body)
    text = str(need(body, "text"))
    if not text.strip():
        raise Impossible("an empty message cannot be sent")
    entities = body.get("entities") or markup.found_in(text)
    content: Obj = {"text": text} | ({"entities": entities} if entities else {})
    if body.get("reply_to") is not None:
        quoted = chat.present(number(body["reply_to"], "reply_to"))
        if quoted is None:
            raise Impossible("there is no such message to reply to")
        content["reply_to_message"] = without_reply(quoted.wire)
    return _post(account, person, chat, content | _forwarded(account, body))


def _forwarded(account: Account, body: Mapping[str, Any]) -> Obj:
    """Whose it was first, if it is passed on."""
    if body.get("forward_from") is None:
        return {}
    origin = {
        "type": "hidden_user",
        "sender_user_name": str(body["forward_from"]),
        "date": account.world.today(),
    }
    return {"forward_origin": origin}


def tap(account: Account, body: Mapping[str, Any]) -> Obj:
    """A button by its `label`, or any `data` on any message: a hostile client can do that too."""
    person, chat = _speaker(account, body)
    if "label" not in body:
        message_id = number(need(body, "message_id"), "message_id")
        note = chat.notes.get(message_id)
        if note is None:
            raise Impossible("there is no such message")
        return _tapped(account, person, chat, note, str(need(body, "data")))
    label = str(body["label"])
    for matches in (label.__eq__, lambda text: text.startswith(label)):
        found = _newest(chat, matches)
        pressed = _on_keyboard(chat, matches)
        if pressed is not None and (found is None or chat.keyboard_from > found[0].message_id):
            return _pressed(account, person, chat, pressed)
        if found is not None:
            return _use(account, person, chat, *found)
    raise Impossible(f"no button {label!r}; there are: {_labels(chat)}")


def _newest(chat: Chat, matches: Callable[[str], bool]) -> tuple[Note, Obj] | None:
    for note in reversed(chat.notes.values()):
        for button in note.buttons():
            if matches(button["text"]):
                return note, button
    return None


def _on_keyboard(chat: Chat, matches: Callable[[str], bool]) -> Obj | None:
    rows = (chat.keyboard or {}).get("keyboard", [])
    return next((button for row in rows for button in row if matches(button["text"])), None)


def _labels(chat: Chat) -> str:
    newest = [button["text"] for note in chat.notes.values() for button in note.buttons()]
    typed = [button["text"] for row in (chat.keyboard or {}).get("keyboard", []) for button in row]
    return ", ".join(repr(text) for text in newest[-30:] + typed) or "none at all"


def _use(account: Account, person: Person, chat: Chat, note: Note, button: Obj) -> Obj:
    if "callback_data" in button:
        return _tapped(account, person, chat, note, button["callback_data"])
    if "copy_text" in button:
        return {"copied": button["copy_text"].get("text", ""), "update_id": None}
    return {"url": button.get("url"), "update_id": None}


def _tapped(account: Account, person: Person, chat: Chat, note: Note, data: str) -> Obj:
    gone = {"chat": chat.wire, "message_id": note.message_id, "date": 0}
    tap_id = account.new_tap(person, chat)
    payload = {
        "id": tap_id,
        "from": person.user(),
        "message": gone if note.deleted else note.wire,
        "chat_instance": str(chat.id * 31 + account.id),
        "data": data,
    }
    update_id = account.hear("callback_query", payload, chat.id, person.id)
    return {"callback_query_id": tap_id, "update_id": update_id}


def _pressed(account: Account, person: Person, chat: Chat, button: Obj) -> Obj:
    if button.get("request_contact"):
        if not person.phone:
            raise Impossible("this person has no phone; give one in POST /sim/users")
        done = contact(account, {"user": person.id, "phone": person.phone})
    elif button.get("request_location"):
        done = location(account, {"user": person.id, "latitude": 50.45, "longitude": 30.52})
    else:
        done = say(account, {"user": person.id, "chat": chat.id, "text": button["text"]})
    if (chat.keyboard or {}).get("one_time_keyboard"):
        chat.drop_keyboard()
    return done


def contact(account: Account, body: Mapping[str, Any]) -> Obj:
    """The own contact, or somebody else's: `contact_user` an id here, or 0 for a stranger."""
    person, chat = _speaker(account, body)
    owner_id = number(body.get("contact_user", person.id), "contact_user")
    owner = account.world.crowd.by_id.get(owner_id)
    card: Obj = {
        "phone_number": str(need(body, "phone")),
        "first_name": owner.first_name if owner else str(body.get("first_name", "Контакт")),
    }
    if owner is not None:
        card["user_id"] = owner.id
        if owner.last_name:
            card["last_name"] = owner.last_name
    return _post(account, person, chat, {"contact": card})


def location(account: Account, body: Mapping[str, Any]) -> Obj:
    person, chat = _speaker(account, body)
    place = {name: float(need(body, name)) for name in ("latitude", "longitude")}
    return _post(account, person, chat, {"location": place})


def send_file(
    account: Account, body: Mapping[str, Any], name: str, mime: str, content: bytes
) -> Obj:
    """`pretend_size` lets a small file claim to be a large one."""
    person, chat = _speaker(account, body)
    kind = str(body.get("kind", "document"))
    if kind not in KINDS:
        raise Impossible(f"`kind` is one of {', '.join(KINDS)}")
    pretended = body.get("pretend_size")
    size = None if pretended is None else number(pretended, "pretend_size")
    stored = account.shelf.add(kind, name, mime, content, size=size)
    group = {"media_group_id": str(body["album"])} if "album" in body else {}
    caption = {"caption": str(body["caption"])} if body.get("caption") else {}
    return _post(
        account, person, chat, group | attached(stored) | caption | _forwarded(account, body)
    )


def edit(account: Account, body: Mapping[str, Any]) -> Obj:
    person, chat = _speaker(account, body)
    note = chat.present(number(need(body, "message_id"), "message_id"))
    if note is None or note.by_bot or "text" not in note.wire:
        raise Impossible("only an own text message can be edited")
    text = str(need(body, "text"))
    kept = {key: value for key, value in note.wire.items() if key != "entities"}
    entities = body.get("entities") or markup.found_in(text)
    note.wire = kept | {"text": text, "edit_date": account.world.today()}
    if entities:
        note.wire["entities"] = entities
    note.edited = True
    chat.show(note)
    update_id = account.hear("edited_message", note.wire, chat.id, person.id)
    return {"message_id": note.message_id, "update_id": update_id}


def _set_blocked(blocked: bool, account: Account, body: Mapping[str, Any]) -> Obj:
    person = person_of(account.world, need(body, "user"))
    chat = account.chat_with(person)
    if chat.blocked == blocked:
        return {"update_id": None}
    chat.blocked = blocked
    chat.tell({"kind": "blocked", "blocked": blocked})
    old, new = ("member", "kicked") if blocked else ("kicked", "member")
    return {"update_id": account.member_changed(chat, person, old, new)}


def inject(account: Account, body: Mapping[str, Any]) -> Obj:
    """A raw update, as it is."""
    raw = need(body, "update")
    if not isinstance(raw, dict):
        raise Impossible("`update` is not an object")
    account.world.touch()
    return {"update_id": account.inbox.inject(raw)}


DEEDS: dict[str, Callable[[Account, Mapping[str, Any]], Obj]] = {
    "say": say,
    "tap": tap,
    "contact": contact,
    "location": location,
    "edit": edit,
    "block": partial(_set_blocked, True),
    "unblock": partial(_set_blocked, False),
    "update": inject,
}
