"""Families, as many as wanted: each waits for the bot's answer before the next step of its script.

What answers a step: of this bot, a screen with buttons, sent or redrawn; of another bot, any
message it sends. Times are seconds of time.monotonic, which all processes of one computer share.
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

from benchmarks.doors import Update
from benchmarks.script import ARRIVED, LOCALE, SCRIPTS, Say, Step, Tap

Deliver: TypeAlias = Callable[[Update], None]
Call: TypeAlias = dict[str, Any]

_FIRST_PERSON: Final = 1_000_000_001
_FAMILY: Final[Call] = {"id": 1_000_001, "is_bot": True, "first_name": "Dodomu"}
_ENTRY: Final = 0.075  # seconds between two who enter
_PRESENT: Final = 16  # people who take turns in an open loop


class Lost(Exception):
    """A button of the script is not on the screen: the script is older than the flow. Adapt it."""


@dataclass(slots=True)
class Person:
    """Somebody in the middle of a script. `since`: when the open step was due, None when idle."""

    id: int
    steps: deque[Step]
    chat: Call
    last_message: int = 0
    shown: int = 0
    text: str = ""
    markup: Call = field(default_factory=dict)
    since: float | None = None


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
    #: of those who wrote while no bot was there, how many have reached the end of their script
    arrived: int = 0
    lost: str = ""
    _updates: Iterator[int] = field(default_factory=lambda: count(1))
    _strangers: Iterator[int] = field(default_factory=lambda: count(_FIRST_PERSON))
    _ids: Iterator[int] = field(default_factory=count)
    _numbers: Iterator[int] = field(default_factory=count)
    _idle: deque[Person] = field(default_factory=deque)
    _left: int = 0
    _script: str = "report"
    _open: bool = False
    _flooded: bool = False
    _any_message: bool = False
    _rate: float = 1.0

    def counts(self, answer: str) -> None:
        """What answers a step from now on: a "screen" or any "message"."""
        self._any_message = answer == "message"

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
        self._rate = rate
        due = time.monotonic()
        while True:
            due += 1 / self._rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if not self._idle or len(self.people) < _PRESENT:
                self._step(self._person(), due)
            else:
                self._idle.rotate(secrets.randbelow(len(self._idle)))
                self._step(self._idle.popleft(), due)

    def paced(self, rate: float) -> None:
        self._rate = rate

    def flood(self, script: str, people: int) -> None:
        """All the script's steps of so many people at once, in words, person after person's turn.

        They go on whether or not they are answered: who wrote in time, and was read in order,
        stands at the end of the script afterwards, and has `arrived`.
        """
        self._script, self._ids, self._flooded = script, self._strangers, True
        waiting = deque(self._person() for _ in range(people))
        while waiting:
            person = waiting.popleft()
            number = next(self._updates)
            self.deliver(
                Update(number, person.id, self._written(number, person, person.steps.popleft()))
            )
            if person.steps:
                waiting.append(person)

    def leave(self) -> None:
        """Nobody new comes; who is here finishes the step that is open."""
        self._left = 0
        self._open = True
        self._idle.clear()

    def forget(self) -> None:
        """As before anybody came."""
        self.people.clear()
        self._flooded, self.arrived = False, 0
        self.mark()

    def waiting(self) -> int:
        return sum(1 for person in self.people.values() if person.since is not None)

    def mark(self) -> None:
        self.answered = 0
        self.latencies = []
        self.last = []
        self.calls = {}

    def told(self, chat_id: int, call: Call) -> int:
        """The bot sent or edited a message; Telegram's id of it."""
        person = self.people.get(chat_id)
        if person is None:
            return 1
        edited = call.get("message_id")
        if edited is None:
            message_id = person.last_message = person.last_message + 1
        else:
            message_id = int(edited)
        markup = call.get("reply_markup")
        if isinstance(markup, str):
            markup = orjson.loads(markup)
        buttons = isinstance(markup, dict) and "inline_keyboard" in markup
        if markup and buttons:
            person.shown, person.markup = message_id, markup
        if "text" in call:
            person.text = call["text"]
        if edited is None if self._any_message else buttons:
            self._has_answer(person)
        return message_id

    def _has_answer(self, person: Person) -> None:
        if self._flooded:
            self._has_come_along(person)
            return
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

    def _has_come_along(self, person: Person) -> None:
        self.at = time.monotonic()
        self.answered += 1
        words = ARRIVED[self._script]
        if any(words in button["text"] for button in _buttons(person.markup)):
            del self.people[person.id]
            self.arrived += 1

    def _next(self) -> None:
        if self._left > 0:
            self._left -= 1
            self._step(self._person(), time.monotonic())

    def _person(self) -> Person:
        number = next(self._ids)
        chat = {"id": number, "type": "private", "first_name": "Олена"}
        person = Person(number, deque(SCRIPTS[self._script](next(self._numbers))), chat)
        self.people[number] = person
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
        number = next(self._updates)
        step = person.steps.popleft()
        if isinstance(step, Say):
            self.deliver(Update(number, person.id, self._written(number, person, step)))
            return
        try:
            self.deliver(Update(number, person.id, _pressed(number, person, step)))
        except Lost as lost:
            self.lost = str(lost)

    def _written(self, number: int, person: Person, step: Step) -> bytes:
        text = step.label if isinstance(step, Tap) else step.text
        person.last_message += 1
        message = {
            "message_id": person.last_message,
            "from": _user(person),
            "chat": person.chat,
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text)}
            message["entities"] = [command]
        return orjson.dumps({"update_id": number, "message": message})


def _user(person: Person) -> Call:
    return {
        "id": person.id,
        "is_bot": False,
        "first_name": person.chat["first_name"],
        "language_code": LOCALE,
    }


def _pressed(number: int, person: Person, step: Tap) -> bytes:
    """Where a bot shows no buttons at all, as an echo does, they press what they say."""
    data = _button(person.markup, step.label) if person.markup else step.label[:20]
    if data is None:
        raise Lost(f"no button {step.label!r} under {person.text[:60]!r}")
    message = {
        "message_id": person.shown or person.last_message,
        "from": _FAMILY,
        "chat": person.chat,
        "date": int(time.time()),
        "text": person.text,
    }
    if person.markup:
        message["reply_markup"] = person.markup
    query = {
        "id": str(number),
        "from": _user(person),
        "chat_instance": str(person.id),
        "message": message,
        "data": data,
    }
    return orjson.dumps({"update_id": number, "callback_query": query})


def _button(markup: Call, label: str) -> str | None:
    for button in _buttons(markup):
        if button["text"] == label:
            return str(button["callback_data"])
    return None


def _buttons(markup: Call) -> Iterator[Call]:
    return (button for row in markup.get("inline_keyboard", ()) for button in row)
