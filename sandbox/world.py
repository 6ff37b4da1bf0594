"""Everything the sandbox knows: the clock, the people, and each bot with its chats."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sandbox.chat import Chat, Note
from sandbox.errands import Errands
from sandbox.faults import Faults
from sandbox.files import Shelf
from sandbox.people import Crowd, Person
from sandbox.updates import Inbox
from sandbox.wire import Obj, bad_request, forbidden

_MOST_CALLS = 200_000
_NAMES = {"family": "Додому (пісочниця)", "staff": "Черговий (пісочниця)"}
#: a tap can be answered this long, in seconds of the sandbox's clock
TAP_LIFE = 150.0


@dataclass
class Tap:
    """A callback query that waits for its answer."""

    user_id: int
    chat_id: int
    expires: float


@dataclass
class Hook:
    """Webhook settings as setWebhook left them, and the last trouble with them."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error: str = ""


@dataclass
class Profile:
    """What a bot says of itself. Keys: (scope as JSON text, language code)."""

    commands: dict[str, list[Obj]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    menu: dict[str, Obj] = field(default_factory=dict)


class Account:
    """One bot: its token, chats, updates, files."""

    def __init__(self, name: str, token: str, world: "World") -> None:
        self.name = name
        self.token = token
        self.world = world
        self.id = int(token.split(":", 1)[0])
        self.username = f"{name}_sandbox_bot"
        self.first_name = _NAMES.get(name, name)
        self.chats: dict[int, Chat] = {}
        self.inbox = Inbox(world.now, world.touch)
        self.shelf = Shelf()
        self.hook = Hook()
        self.profile = Profile()
        self.taps: dict[str, Tap] = {}
        self.next_message = 1
        self.next_tap = 1

    def user(self) -> Obj:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def take_message_id(self) -> int:
        taken = self.next_message
        self.next_message += 1
        return taken

    def chat_with(self, person: Person) -> Chat:
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.private_chat())
        return chat

    def find_chat(self, chat_id: int) -> Chat:
        """The chat, or 400 `chat not found`."""
        chat = self.chats.get(chat_id)
        if chat is None:
            person = self.world.crowd.by_id.get(chat_id)
            if person is None:
                raise bad_request("chat not found")
            chat = self.chat_with(person)
        return chat

    def chat_to_write(self, chat_id: int) -> Chat:
        """The chat if this bot may write there, else Telegram's 400 or 403."""
        chat = self.find_chat(chat_id)
        if chat.blocked:
            reason = (
                "bot was blocked by the user"
                if chat.private
                else "bot is not a member of the supergroup chat"
            )
            raise forbidden(reason)
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def hear(self, kind: str, payload: Obj, chat_id: int, user_id: int) -> int | None:
        """Something happened that the bot is told of; the update's id, if it wants to know."""
        self.world.touch()
        return self.inbox.add(kind, payload, chat_id, user_id)

    def new_tap(self, person: Person, chat: Chat) -> str:
        now = self.world.now()
        for tap_id, tap in list(islice(self.taps.items(), 4)):
            if tap.expires <= now:
                del self.taps[tap_id]
        tap_id = str((self.id << 24) + self.next_tap)
        self.next_tap += 1
        self.taps[tap_id] = Tap(person.id, chat.id, now + TAP_LIFE)
        return tap_id

    def member_changed(self, chat: Chat, person: Person, old: str, new: str) -> int | None:
        """Tell the bot that its own membership changed."""
        payload = {
            "chat": chat.wire,
            "from": person.user(),
            "date": self.world.today(),
            "old_chat_member": self.membership(old),
            "new_chat_member": self.membership(new),
        }
        return self.hear("my_chat_member", payload, chat.id, person.id)

    def membership(self, status: str) -> Obj:
        member: Obj = {"status": status, "user": self.user()}
        return member | ({"until_date": 0} if status == "kicked" else {})


class Calls:
    """Every Bot API call: who, what, when, how it ended. Never a text."""

    def __init__(self) -> None:
        self._kept: deque[tuple[Any, ...]] = deque(maxlen=_MOST_CALLS)
        self.total = 0

    def note(self, bot: str, method: str, chat_id: int | None) -> Callable[..., None]:
        """Start the entry now; call the result with (ok, error_code, fault) at the end."""
        entered, wall = time.monotonic(), time.time()

        def finished(ok: bool, error_code: int | None = None, fault: str | None = None) -> None:
            self._kept.append((entered, wall, bot, method, chat_id, ok, error_code, fault))
            self.total += 1

        return finished

    def since(self, index: int) -> Obj:
        first = self.total - len(self._kept)
        start = max(index - first, 0)
        names = ("t", "wall", "bot", "method", "chat_id", "ok", "error_code", "fault")
        return {
            "calls": [
                {"i": first + start + place, **dict(zip(names, call, strict=True))}
                for place, call in enumerate(islice(self._kept, start, None))
            ],
            "next": self.total,
        }


class World:
    """The whole of it. `tokens` maps a bot's name to its token."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self.shift = 0.0
        self.crowd = Crowd()
        self.calls = Calls()
        self.faults = Faults()
        self.errands = Errands()
        self.next_group = -1_001_000_000_001
        self.version = 0
        self.changed: Callable[[], None] = lambda: None
        #: carries out a method found in a webhook's answer; set by the server
        self.obey: Callable[[Account, Obj], None] = lambda _account, _wanted: None
        self.bots = {name: Account(name, token, self) for name, token in tokens.items()}
        self.by_token = {account.token: account for account in self.bots.values()}

    def now(self) -> float:
        """Unix seconds by the sandbox's own clock."""
        return time.time() + self.shift

    def today(self) -> int:
        """The same in whole seconds, as Telegram dates things."""
        return int(self.now())

    def touch(self) -> None:
        """Something worth saving changed."""
        self.version += 1
        self.changed()


def written(account: Account, chat: Chat, author: Obj, content: Obj) -> Obj:
    """A Message of Telegram, numbered and dated, not yet in the chat."""
    return {
        "message_id": account.take_message_id(),
        "from": author,
        "chat": chat.wire,
        "date": account.world.today(),
        **content,
    }


def note_for(chat: Chat, message_id: int, missing: str) -> Note:
    """The message, or 400 with `missing` as the reason."""
    note = chat.present(message_id)
    if note is None:
        raise bad_request(missing)
    return note
