"""Families, as many as wanted: each waits for the bot's answer before the next step of its script.

A step is answered when a screen with buttons has arrived, sent or redrawn. Times are seconds of
time.monotonic, which all processes of one computer share.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeAlias

import orjson

from benchmarks.script import LOCALE, SCRIPTS, Step, Tap

Deliver: TypeAlias = Callable[[bytes], None]
Call: TypeAlias = dict[str, Any]

_FIRST_PERSON: Final = 1_000_000_001
_FAMILY: Final[Call] = {"id": 1_000_001, "is_bot": True, "first_name": "Dodomu"}
_ENTRY: Final = 0.075  # seconds between two who enter
_PRESENT: Final = 16  # people who take turns in an open loop


class Lost(Exception):
    """A button of the script is not on the screen: the script is older than the flow. Adapt it."""


@dataclass
class Person:
    """Somebody in the middle of a script. `since`: when the open step was due, None when idle."""

    id: int
    steps: deque[Step]
    last_message: int = 0
    screen: Call = field(default_factory=dict)
    since: float | None = None

    @property
    def chat(self) -> Call:
        return {"id": self.id, "type": "private", "first_name": "Олена"}


@dataclass
class Crowd:
    """The people, and what they saw since the last `mark`."""

    deliver: Deliver
    people: dict[int, Person] = field(default_factory=dict)
    answered: int = 0
    at: float = 0.0
    latencies: list[float] = field(default_factory=list)
    #: of those, the answers to the last steps of scripts
    last: list[float] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    lost: str = ""
    _updates: Iterator[int] = field(default_factory=lambda: count(1))
    _strangers: Iterator[int] = field(default_factory=lambda: count(_FIRST_PERSON))
    _ids: Iterator[int] = field(default_factory=count)
    _numbers: Iterator[int] = field(default_factory=count)
    _idle: deque[Person] = field(default_factory=deque)
    _left: int = 0
    _script: str = "report"
    _open: bool = False

    async def enter(
        self, script: str, in_flight: int, most: int, ids: Iterator[int] | None
    ) -> None:
        """Closed loop: `in_flight` people at once, `most` in all; who is done is followed.

        They come one by one, or all of them would seal their reports in the same moment.
        """
        self._script, self._left, self._open = script, most, False
        self._ids = ids or self._strangers
        for _ in range(min(in_flight, most)):
            self._next()
            await asyncio.sleep(_ENTRY)

    async def stream(self, script: str, rate: float) -> None:
        """Open loop: a step each 1/`rate` seconds, whatever the bot does. Until cancelled.

        Whose step it is, is chance, and who is done is followed: once people have been followed
        a few times, each window holds all steps of the script in their due share.
        """
        self._script, self._left, self._open, self._ids = script, 0, True, self._strangers
        began = time.monotonic()
        for number in count():
            due = began + number / rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if not self._idle or len(self.people) < _PRESENT:
                self._step(self._person(), due)
            else:
                self._idle.rotate(secrets.randbelow(len(self._idle)))
                self._step(self._idle.popleft(), due)

    def leave(self) -> None:
        """Nobody new comes; who is here finishes the step that is open."""
        self._left = 0
        self._open = True
        self._idle.clear()

    def waiting(self) -> int:
        return sum(1 for person in self.people.values() if person.since is not None)

    def mark(self) -> None:
        self.answered = 0
        self.latencies = []
        self.last = []
        self.calls = {}

    def told(self, chat_id: int, call: Call) -> int:
        """The bot sent or edited a message; Telegram's id of it. With buttons it is an answer."""
        person = self.people.get(chat_id)
        if person is None:
            return 1
        message_id = call.get("message_id")
        if message_id is None:
            message_id = person.last_message = person.last_message + 1
        markup = call.get("reply_markup")
        if isinstance(markup, dict) and "inline_keyboard" in markup:
            person.screen = {
                "message_id": message_id,
                "from": _FAMILY,
                "chat": person.chat,
                "date": int(time.time()),
                "text": call["text"],
                "reply_markup": markup,
            }
            self._has_answer(person)
        return int(message_id)

    def _has_answer(self, person: Person) -> None:
        if person.since is None:
            return
        self.at = time.monotonic()
        self.answered += 1
        latency = self.at - person.since
        self.latencies.append(latency)
        if not person.steps:
            self.last.append(latency)
        person.since = None
        if self._open:
            self._idle.append(person)
        else:
            self._step(person, self.at)

    def _next(self) -> None:
        if self._left > 0:
            self._left -= 1
            self._step(self._person(), time.monotonic())

    def _person(self) -> Person:
        person = Person(next(self._ids), deque(SCRIPTS[self._script](next(self._numbers))))
        self.people[person.id] = person
        return person

    def _step(self, person: Person, due: float) -> None:
        if not person.steps:
            del self.people[person.id]
            if self._open:
                self._step(self._person(), due)
            else:
                self._next()
            return
        person.since = due
        try:
            self.deliver(self._update(person, person.steps.popleft()))
        except Lost as lost:
            self.lost = str(lost)

    def _update(self, person: Person, step: Step) -> bytes:
        number = next(self._updates)
        user = {**person.chat, "is_bot": False, "language_code": LOCALE}
        del user["type"]
        if isinstance(step, Tap):
            query = {
                "id": str(number),
                "from": user,
                "chat_instance": str(person.id),
                "message": person.screen,
                "data": _pressed(person.screen, step.label),
            }
            return orjson.dumps({"update_id": number, "callback_query": query})
        person.last_message += 1
        message = {
            "message_id": person.last_message,
            "from": user,
            "chat": person.chat,
            "date": int(time.time()),
            "text": step.text,
        }
        if step.text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(step.text)}
            message["entities"] = [command]
        return orjson.dumps({"update_id": number, "message": message})


def _pressed(screen: Call, label: str) -> str:
    rows = screen["reply_markup"]["inline_keyboard"]
    for button in (one for row in rows for one in row):
        if button["text"] == label:
            return str(button["callback_data"])
    raise Lost(f"no button {label!r} under {screen['text'][:60]!r}")
