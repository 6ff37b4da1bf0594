"""A person at the other end: raw updates in through the door, what waits in the outbox read back."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from cases import turn as turns
from cases.outbox import row_name
from cases.turn import Turn
from flows.draft import Draft
from flows.report import REPORT
from handlers.door import Door
from locales.dates import day

TELEGRAM_TAKES = 4_096
STALE = "Це питання вже пройдено. Змінити відповідь можна на перевірці."
SAVED = "Вже збережено."
NO_UPDATE = -(2**40)
PLAIN_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
"""Dates are written with spaces that keep a day with its month."""

STAFF_BOT, STAFF_CHAT = 1_000_002, -1_001_000_000_001
_numbers = itertools.count(1000)


@dataclass
class Shown:
    """A message as it stands in the chat now."""

    text: str
    buttons: list[dict[str, Any]]
    keyboard: list[str]
    message_id: int


@dataclass
class Person:
    """Olena, who writes to the bot. Every method is one update; `messages` is her chat."""

    door: Door
    id: int = 7_000_001
    language: str = "uk"
    messages: dict[int, Shown] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    toasts: list[str | None] = field(default_factory=list)
    read: int = 0
    last_said: int = 0

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.id, "is_bot": False, "first_name": "Олена", "language_code": self.language,
        }  # fmt: skip

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": "Олена"}

    def message(self, **more: Any) -> dict[str, Any]:
        self.last_said = next(_numbers)
        return {
            "message_id": self.last_said, "from": self.user, "chat": self.chat, "date": 1_795_000_000, **more,
        }  # fmt: skip

    async def update(self, **event: Any) -> str:
        """Any update; what the door says of it."""
        body = {"update_id": next(_numbers), **event}
        return await self.raw(json.dumps(body).encode())

    async def raw(self, body: bytes) -> str:
        done = await self.door.process(body)
        await self.look()
        return done

    async def says(self, text: str, **more: Any) -> str:
        return await self.update(message=self.message(text=text, **more))

    async def shares(self, phone: str, owner: int | None = None) -> str:
        card = {"phone_number": phone, "first_name": "Олена", "user_id": owner or self.id}
        return await self.update(message=self.message(contact=card))

    async def sends(self, **content: Any) -> str:
        """A message that is not plain text: a photo, a place on the map."""
        return await self.update(message=self.message(**content))

    async def forwards(self, text: str) -> str:
        origin = {"type": "hidden_user", "sender_user_name": "Хтось", "date": 1_794_000_000}
        return await self.says(text, forward_origin=origin)

    async def does(self, *moves: str) -> None:
        """One after another: "[Так]" is a button with these words, anything else is typed."""
        for move in moves:
            if move.startswith("["):
                await self.taps(move.strip("[]"))
            else:
                await self.says(move)

    async def known(self) -> Turn:
        """What the bot remembers of this chat."""
        turn = await turns.load(
            self.door.database, self.door.vault, bot="family", bot_id=self.door.bot.id,
            update_id=NO_UPDATE, digest=b"", chat_id=self.id, default_locale="uk", now=self.door.clock(),
        )  # fmt: skip
        assert isinstance(turn, Turn)
        return turn

    async def draft(self) -> Draft | None:
        row = (await self.known()).drafts.get(REPORT.name)
        return Draft.from_json(row.content) if row else None

    async def at(self) -> str:
        """The open question or screen of the report; "@home" and the like anywhere else."""
        turn = await self.known()
        spot: Any = turn.conversation.state.get("spot") or {}
        if spot.get("kind") != "form":
            return f"@{spot.get('kind', '')}"
        row = turn.drafts.get(REPORT.name)
        return str(row.content["at"]) if row else "@expired"

    async def edits(self, message_id: int, text: str) -> str:
        return await self.update(
            edited_message=self.message(text=text, edit_date=1_795_000_001)
            | {"message_id": message_id}
        )

    async def taps(self, label: str) -> str:
        """The newest button with, or beginning with, this label."""
        found = self.button(label)
        assert found is not None, f"no button {label!r} among {self.labels()}"
        return await self.presses(found[1]["callback_data"], found[0])

    async def presses(self, data: str | None, message_id: int | None = None) -> str:
        shown: dict[str, Any] | None = {
            "message_id": message_id or self._holding(data),
            "from": {"id": self.door.bot.id, "is_bot": True, "first_name": "Додому"},
            "chat": self.chat, "date": 1_795_000_000, "text": "…",
        }  # fmt: skip
        query = {"id": str(next(_numbers)), "from": self.user, "chat_instance": "1", "data": data}
        return await self.update(callback_query=query | {"message": shown})

    def _holding(self, data: str | None) -> int:
        """The message that has this button, else the newest."""
        holding = [
            message_id
            for message_id, shown in self.messages.items()
            if any(one.get("callback_data") == data for one in shown.buttons)
        ]
        return max(holding or self.messages, default=1)

    def button(self, label: str) -> tuple[int, dict[str, Any]] | None:
        for exactly in (True, False):
            for message_id, shown in sorted(self.messages.items(), reverse=True):
                for one in shown.buttons:
                    text = one["text"]
                    if text == label or (not exactly and text.startswith(label)):
                        return message_id, one
        return None

    def labels(self) -> list[str]:
        """What can be pressed now, in order."""
        return [one["text"] for _, shown in sorted(self.messages.items()) for one in shown.buttons]

    def shown(self) -> list[str]:
        """What can be pressed or taken from the phone's keyboard under the newest message."""
        newest = self.messages[max(self.messages)]
        return [one["text"] for one in newest.buttons] + newest.keyboard

    @property
    def last(self) -> str:
        """The newest message."""
        return self.messages[max(self.messages)].text

    def draft_waits_until(self) -> str:
        """The day, in Ukrainian, to which a draft of this minute is kept."""
        last = self.door.clock() + turns.DRAFT_KEPT
        return day("uk", last.date()).translate(PLAIN_SPACES)

    def says_somewhere(self, text: str) -> bool:
        return any(text in shown.text for shown in self.messages.values())

    async def look(self) -> None:
        """Carry out what is queued for this chat, as Telegram would."""
        rows = await self.door.database.fetch(
            "SELECT id, method, tag, chat_ref, sealed FROM outbox WHERE id > $1 AND chat_ref = $2 ORDER BY id",
            self.read,
            self.door.vault.chat_ref(self.door.bot.id, self.id),
        )
        for row in rows:
            self.read = row["id"]
            payload: Any = self.door.vault.open(row["sealed"], row_name(row["chat_ref"]))
            assert payload["chat_id"] == self.id
            self._obey(row["method"], payload["params"], row["tag"])

    def _obey(self, method: str, params: dict[str, Any], tag: str | None) -> None:
        self.calls.append((method, params))
        assert 0 < len(params.get("text", "-")) <= TELEGRAM_TAKES
        if method == "sendMessage":
            message_id = next(_numbers)
            self.messages[message_id] = Shown(_plain(params["text"]), *_keys(params), message_id)
            if tag:
                self.tags[tag] = message_id
            return
        if method == "deleteMessages":
            self.messages.clear()
            return
        assert method in ("editMessageText", "editMessageReplyMarkup"), method
        message_id = params.get("message_id") or self.tags[params["message_tag"]]
        if message_id in self.messages:
            shown = self.messages[message_id]
            shown.text = _plain(params.get("text", shown.text))
            shown.buttons, shown.keyboard = _keys(params)


def kept(turn: Turn) -> str:
    """What an old button must not change: the place and the answers."""
    spot = turn.conversation.state.get("spot")
    drafts = {flow: row.content for flow, row in turn.drafts.items()}
    return json.dumps([spot, drafts], sort_keys=True)


def _plain(text: str) -> str:
    return text.translate(PLAIN_SPACES)


def _keys(params: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    markup = params.get("reply_markup") or {}
    inline = [one for row in markup.get("inline_keyboard", ()) for one in row]
    assert all(len(one.get("callback_data", "").encode()) <= 64 for one in inline)
    keyboard = [one["text"] for row in markup.get("keyboard", ()) for one in row]
    return inline, keyboard
