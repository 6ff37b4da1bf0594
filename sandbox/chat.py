"""One conversation of one bot: messages as both sides see them, and who is watching."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.wire import Obj

_MEDIA = ("animation", "photo", "document", "voice", "video", "audio", "video_note")
_WATCHER_BACKLOG = 1000


@dataclass
class Note:
    """A message. `wire` is Telegram's Message; the rest is what only the sandbox knows.

    `html` is the source the bot sent; `keyboard` a reply keyboard (or its removal), which Telegram
    does not repeat inside the Message.
    """

    wire: Obj
    by_bot: bool
    html: str | None = None
    keyboard: Obj | None = None
    edited: bool = False
    deleted: bool = False
    silent: bool = False

    @property
    def message_id(self) -> int:
        return int(self.wire["message_id"])

    def buttons(self) -> Iterator[Obj]:
        if self.deleted:
            return
        for row in self.wire.get("reply_markup", {}).get("inline_keyboard", []):
            yield from row

    def as_seen(self) -> Obj:
        """The message as `GET /sim/<bot>/chat/<user>` lists it."""
        wire = self.wire
        seen: Obj = {
            "message_id": wire["message_id"],
            "from": "bot" if self.by_bot else "user",
            "date": wire["date"],
            "text": "",
            "buttons": [],
            "edited": self.edited,
            "deleted": self.deleted,
        }
        if self.deleted:
            return seen
        seen["text"] = wire.get("text") or wire.get("caption") or ""
        seen["entities"] = wire.get("entities") or wire.get("caption_entities") or []
        markup = wire.get("reply_markup", {}).get("inline_keyboard", [])
        seen["buttons"] = [[_button(button) for button in row] for row in markup]
        if self.html is not None:
            seen["html"] = self.html
        if self.keyboard is not None and "keyboard" in self.keyboard:
            seen["keyboard"] = self.keyboard["keyboard"]
        return seen | self._attached()

    def _attached(self) -> Obj:
        wire = self.wire
        seen: Obj = {name: wire[name] for name in ("contact", "location") if name in wire}
        if "reply_to_message" in wire:
            seen["reply_to"] = wire["reply_to_message"]["message_id"]
        if wire.get("has_protected_content"):
            seen["protected"] = True
        if self.silent:
            seen["silent"] = True
        kind = next((name for name in _MEDIA if name in wire), None)
        if kind is not None:
            best = wire[kind][-1] if kind == "photo" else wire[kind]
            seen["file"] = {
                "kind": kind,
                "file_id": best["file_id"],
                "name": best.get("file_name"),
                "mime": best.get("mime_type"),
                "size": best.get("file_size"),
            }
        return seen


def _button(button: Obj) -> Obj:
    seen = {"text": button["text"]}
    if "callback_data" in button:
        seen["data"] = button["callback_data"]
    seen |= {name: button[name] for name in ("url", "style") if name in button}
    if "copy_text" in button:
        seen["copy"] = button["copy_text"].get("text", "")
    return seen


@dataclass
class Chat:
    """A private chat (id of the person) or a group (negative id, `members` filled)."""

    wire: Obj
    notes: dict[int, Note] = field(default_factory=dict)
    started: bool = False
    #: the person blocked the bot, or the bot left the group
    blocked: bool = False
    members: list[int] = field(default_factory=list)
    #: the reply keyboard under the input, and the message that brought it
    keyboard: Obj | None = None
    keyboard_from: int = 0
    #: answers to taps: {text, alert}, newest last
    notices: deque[Obj] = field(default_factory=lambda: deque(maxlen=50))
    typing_until: float = 0.0
    watchers: set[asyncio.Queue[Obj]] = field(default_factory=set)

    @property
    def id(self) -> int:
        return int(self.wire["id"])

    @property
    def private(self) -> bool:
        return bool(self.wire["type"] == "private")

    def add(self, note: Note) -> Note:
        self.notes[note.message_id] = note
        if note.by_bot:
            self.typing_until = 0.0
        if note.keyboard is not None:
            self._take_keyboard(note)
        self.show(note)
        return note

    def _take_keyboard(self, note: Note) -> None:
        self.keyboard = note.keyboard if note.keyboard and "keyboard" in note.keyboard else None
        self.keyboard_from = note.message_id
        self.tell({"kind": "keyboard", "keyboard": self.keyboard})

    def drop_keyboard(self) -> None:
        self.keyboard = None
        self.tell({"kind": "keyboard", "keyboard": None})

    def present(self, message_id: int) -> Note | None:
        """The message, unless it never was or is deleted."""
        note = self.notes.get(message_id)
        return None if note is None or note.deleted else note

    def show(self, note: Note) -> None:
        """Tell everybody watching that the message is new or changed."""
        if self.watchers:
            self.tell({"kind": "message", "message": note.as_seen()})

    def delete(self, note: Note) -> None:
        note.deleted = True
        self.show(note)

    def notice(self, text: str, alert: bool) -> None:
        """What the person sees as the answer to a tap."""
        if text:
            self.notices.append({"text": text, "alert": alert})
        self.tell({"kind": "notice", "text": text, "alert": alert})

    def tell(self, event: Obj) -> None:
        for queue in list(self.watchers):
            if queue.full():  # a page that stopped reading; it reconnects and gets everything
                self.watchers.discard(queue)
            else:
                queue.put_nowait(event)

    def watch(self) -> asyncio.Queue[Obj]:
        queue: asyncio.Queue[Obj] = asyncio.Queue(_WATCHER_BACKLOG)
        self.watchers.add(queue)
        return queue

    def as_seen(self, now: float, after: int = 0) -> Obj:
        """The whole chat; only messages with an id above `after`."""
        notes = (note for note in self.notes.values() if note.message_id > after)
        return {
            "messages": [note.as_seen() for note in notes],
            "started": self.started,
            "blocked": self.blocked,
            "typing": self.typing_until > now,
            "reply_keyboard": self.keyboard,
            "notices": list(self.notices),
        }
