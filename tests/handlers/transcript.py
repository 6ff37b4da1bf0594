"""A conversation written down as a reader would follow it: who says what, and which buttons."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import unescape

from chat import Person
from walk import CODE, PIN

_MASKS = (
    (re.compile(r"\b\d{4}-\d{4}-\d{4}\b"), "0000-0000-0000"),
    (re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}\b"), "7K4M-29QX"),
    (re.compile(r"\d\d:\d\d\s(?:on\s)?\d+\s\w+"), "14:00 25 листопада"),
)
_SENT = re.compile(r"(Надіслано|Sent on) \d+\s\w+")
_UNTIL = re.compile(r"(до|until) \d+\s\w+")


@dataclass
class Scribe:
    """Goes through a conversation with `person` and writes it down as Markdown."""

    person: Person
    who: str
    lines: list[str] = field(default_factory=list)
    #: what happens elsewhere meanwhile, by the move that stands for it
    events: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    _read: int = 0
    _receipt: dict[str, str] = field(default_factory=dict)

    async def does(self, *moves: str) -> None:
        """As `Person.does`; buttons in brackets, anything else is typed. {code} and {pin} are
        those of the receipt; a name of `events` lets it happen."""
        for written in moves:
            if written in self.events:
                await self.events[written]()
                self._listen()
                continue
            move = written.format(**self._receipt) if "{" in written else written
            self.lines.append(f"**{self.who}:** {_said(move)}\n")
            await self.person.does(move)
            self._listen()

    def heading(self, text: str) -> None:
        self.lines.append(f"## {text}\n")

    def _listen(self) -> None:
        for shown in self.person.messages.values():
            if (code := CODE.search(shown.text)) and (pin := PIN.search(shown.text)):
                self._receipt = {"code": code[1], "pin": pin[1]}
        for method, params in self.person.calls[self._read :]:
            # An answered question turned into one line says nothing new.
            redrawn = method == "editMessageText" and "reply_markup" in params
            if method == "sendMessage" or redrawn:
                self.lines.append(_told(params))
        self._read = len(self.person.calls)

    def text(self) -> str:
        """The whole of it; codes and moments, which differ each time, replaced."""
        whole = "\n".join(self.lines)
        for pattern, shown in _MASKS:
            whole = pattern.sub(shown, whole)
        return _UNTIL.sub(r"\1 24 грудня", _SENT.sub(r"\1 24 листопада", whole))


def _said(move: str) -> str:
    return f"`{move.strip('[]')}`" if move.startswith("[") else move


def _told(params: dict) -> str:
    text = re.sub(r"</?b>", "**", params["text"])
    text = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ").replace("\u202f", " ")
    quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    rows = (params.get("reply_markup") or {}).get("inline_keyboard") or (
        params.get("reply_markup") or {}
    ).get("keyboard", ())
    keys = "\n".join("> " + " ".join(f"`{one['text']}`" for one in row) + "  " for row in rows)
    return f"{quoted}\n>\n{keys}\n" if keys else f"{quoted}\n"
