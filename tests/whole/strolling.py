"""A person of the sandbox who does what a plan says, and looks whether the screen agrees."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import aiohttp
from plans import Scene
from rig import Rig
from ways import ANY, Move, Named, Other, Say, See, Send, Share, Stale, Tap, Told, around

from cases.telling import tell, tell_html
from flows.answers import Word
from flows.kinds.consent import Consent
from flows.model import Step
from flows.shape import options

PATIENCE = 90.0
HAND = 0.51
"""Seconds from seeing an answer to the next deed: never more than twenty of them in ten seconds."""
NAVIGATION = ("nav.unknown", "nav.decline", "nav.skip", "nav.keep")
RECEIPTS = ("receipt.sent", "receipt.quiet", "receipt.child")
CODE = re.compile(r"\b([0-9A-Z]{4}-[0-9A-Z]{4})\b")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class Astray(AssertionError):
    """The screen is not what the plan says; the message names the scene."""


@dataclass
class Seen:
    """A message as it is now, and when it was drawn last, counted in events."""

    shown: dict[str, Any]
    drawn: int

    def labels(self) -> list[str]:
        rows = self.shown.get("keyboard") or self.shown["buttons"]
        return [button["text"] for row in rows for button in row]


@dataclass
class Stroller:
    """Sees the chat live, and takes the time a hand takes after what it has seen."""

    rig: Rig
    id: int
    locale: str
    client: aiohttp.ClientSession
    messages: dict[int, Seen] = field(default_factory=dict)
    toasts: list[tuple[int, str]] = field(default_factory=list)
    events: int = 0
    #: the event up to which everything was there before the last deed
    mark: int = 0
    moment: float = 0.0
    deeds: int = 0
    code: str = ""
    #: a button of long ago
    old: dict[str, Any] | None = None
    #: what is walked, for the message when it does not go on
    walking: str = "arrival"
    playing: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    # Seeing

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            try:
                yield
            finally:
                watching.cancel()

    async def _watch(self) -> None:
        url = f"{self.rig.url}/sim/family/events/{self.id}"
        async with self.client.get(url) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    self._take(json.loads(line[6:]))

    def _take(self, event: dict[str, Any]) -> None:
        self.events += 1
        if event["kind"] == "message":
            shown = event["message"]
            self.messages[shown["message_id"]] = Seen(shown, self.events)
        elif event["kind"] == "notice":
            self.toasts.append((self.events, event["text"]))
        self.changed.set()

    def newest(self) -> Seen | None:
        """The screen: the last message of the bot's that has buttons."""
        numbers = sorted(self.messages, reverse=True)
        found = (self.messages[number] for number in numbers)
        return next((one for one in found if one.labels()), None)

    async def until(self, found: Callable[[], Any], wanted: str) -> Any:
        """What `found` gives once it gives something. Raises Astray."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (result := found()):
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            screen = self.newest()
            said = screen.shown["text"] if screen else ""
            labels = screen.labels() if screen else []
            raise Astray(
                f"{self.walking} ({self.locale}), {self.playing}: waited for {wanted};"
                f" the screen says {said!r} {labels}"
            ) from None
        return result

    def pattern(self, word: Word) -> re.Pattern[str]:
        """How the words read on a screen, whatever stands in the places of ANY."""
        plain = unescape(re.sub(r"<[^>]+>", "", tell_html(self.locale, word)))
        return re.compile(re.escape(plain.strip()).replace(ANY, ".+?"), re.DOTALL)

    def says(self, word: Word) -> bool:
        """Whether something drawn since the last deed says so, in the chat or over a button."""
        wanted = self.pattern(word)
        fresh = [one.shown["text"] for one in self.messages.values() if one.drawn > self.mark]
        fresh += [text for at, text in self.toasts if at > self.mark]
        return any(wanted.search(text) for text in fresh)

    def screen(self, word: Word) -> Seen | None:
        """The newest screen, if it was drawn since the last deed, and says so."""
        seen = self.newest()
        return seen if seen and seen.drawn > self.mark and self.says(word) else None

    # Doing

    async def reach(self) -> None:
        """Not sooner after the answer than a hand is: who is faster is asked to wait."""
        await asyncio.sleep(max(self.moment + HAND - time.monotonic(), 0))
        self.deeds += 1
        self.mark = self.events

    async def sim(self, deed: str, **body: Any) -> Any:
        await self.reach()
        return await self._post(f"family/{deed}", {"user": self.id, **body})

    async def _post(self, path: str, body: Any) -> Any:
        async with self.client.post(f"{self.rig.url}/sim/{path}", json=body) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def play(self, scene: Scene) -> None:
        """One scene: what must be on the screen, and what is done there then."""
        self.playing = " ".join(word.key for word in scene.words)
        for word in scene.words:
            await self.until(lambda word=word: self.screen(word), f"{word.key}")
        if scene.step is not None:
            self.look_at(scene.step, scene)
        for move in scene.moves:
            self.moment = time.monotonic()
            await self.make(move)
        self.moment = time.monotonic()

    def look_at(self, step: Step, scene: Scene) -> None:
        """The question has its way back and out, the ways around it that it should have, no
        others, and no two buttons that read the same."""
        screen = self.newest()
        assert screen is not None
        labels = [label.removesuffix(" ✓") for label in screen.labels()]
        if len(set(labels)) != len(labels):
            raise Astray(f"{self.walking}, {self.playing}: two buttons read the same: {labels}")
        wanted = {way.moves[0].label.key for way in around(step)}
        if scene.held and not isinstance(step.kind, Consent):
            wanted = wanted - {"nav.decline", "nav.skip"} | {"nav.keep"}
        stem = scene.words[0].key.removesuffix(".ask")
        own = {tell(self.locale, Word(f"{stem}.option.{key}")) for key in options(step.kind)}
        names = {key: tell(self.locale, Word(key)) for key in NAVIGATION}
        offered = {key for key, name in names.items() if name in labels and name not in own}
        ways = {tell(self.locale, Word(key)) for key in ("nav.back", "nav.stop")}
        if offered != {key for key in wanted if names[key] not in own} or not ways <= set(labels):
            raise Astray(
                f"{self.walking}, {self.playing}: offers {labels}, and should {sorted(wanted)}"
            )

    async def make(self, move: Move) -> None:
        match move:
            case Tap():
                await self.tap(move)
            case Say(text=text):
                await self.sim("say", text=text)
            case See(word=word):
                await self.until(lambda: self.screen(word), word.key)
                self.moment = time.monotonic()
            case Share(number=number, own=own):
                whose = {} if own else {"contact_user": 0}
                await self.sim("contact", phone=number, **whose)
            case Send():
                await self.send(move)
            case Other(kind=kind):
                await self.other(kind)
            case Stale():
                assert self.old is not None
                await self.sim("tap", **self.old)
            case Named():
                await self.tap(Tap(Word("news.case", {"code": self.code})))
            case Told(deed=deed, word=word):
                await self.told(deed, word)

    async def told(self, deed: Move, word: Word) -> None:
        """What was refused often enough may be kept as it is; whoever writes again is told again."""
        await self.make(deed)
        keeps = [Word(f"kind.keep.{why}", {"text": ANY}) for why in ("ask", "digits")]
        await self.until(lambda: self.says(word) or any(map(self.screen, keeps)), word.key)
        self.moment = time.monotonic()
        if not self.says(word):
            await self.make(deed)
            await self.until(lambda: self.says(word), word.key)
            self.moment = time.monotonic()
            await self.make(Tap(Word("kind.again")))
            keeping = tell(self.locale, Word("kind.again"))
            await self.until(
                lambda: (seen := self.newest()) and keeping not in seen.labels(), "again"
            )
            self.moment = time.monotonic()

    async def tap(self, move: Tap) -> None:
        wanted = tell(self.locale, move.label)

        def meant(label: str) -> bool:
            return label.removesuffix(" ✓") == wanted or (move.begins and label.startswith(wanted))

        def there() -> tuple[Seen, bool] | None:
            seen = self.newest()
            labels = seen.labels() if seen else []
            if seen and any(map(meant, labels)):
                return seen, True
            turns = tell(self.locale, Word("kind.more")) in labels
            return (seen, False) if seen and turns else None

        while not (found := await self.until(there, f"the button {wanted!r}"))[1]:
            await self.press(found[0], tell(self.locale, Word("kind.more")).__eq__)
            await self.until(lambda: (seen := self.newest()) and seen.drawn > self.mark, "more")
            self.moment = time.monotonic()
        await self.press(found[0], meant)
        if move.ticks:
            ticked = f"{wanted} ✓"
            await self.until(lambda: (seen := self.newest()) and ticked in seen.labels(), ticked)
            self.moment = time.monotonic()

    async def press(self, seen: Seen, meant: Callable[[str], bool]) -> None:
        if seen.shown.get("keyboard"):
            label = next(one for one in seen.labels() if meant(one))
            await self.sim("tap", label=label)
            return
        buttons = [button for row in seen.shown["buttons"] for button in row]
        data = next(one["data"] for one in buttons if meant(one["text"]))
        pressed = {"message_id": seen.shown["message_id"], "data": data}
        self.old = self.old or pressed
        await self.sim("tap", **pressed)

    async def send(self, file: Send) -> None:
        await self.reach()
        form = aiohttp.FormData({"user": str(self.id), "kind": "document"})
        if file.pretends is not None:
            form.add_field("pretend_size", str(file.pretends))
        form.add_field("file", PNG, filename=file.name, content_type="application/octet-stream")
        async with self.client.post(f"{self.rig.url}/sim/family/file", data=form) as answer:
            assert answer.status == 200, await answer.text()

    async def other(self, kind: str) -> None:
        if kind == "location":
            await self.sim("location", latitude=50.45, longitude=30.52)
            return
        chat = {"id": self.id, "type": "private", "first_name": "Олена"}
        user = {"id": self.id, "is_bot": False, "first_name": "Олена"}
        message: dict[str, Any] = {
            "message_id": 1_000_000,
            "date": int(time.time()),
            "chat": chat,
            "from": user,
        }
        if kind == "sticker":
            message["sticker"] = {
                "file_id": "s", "file_unique_id": "s", "type": "regular", "width": 512,
                "height": 512, "is_animated": False, "is_video": False,
            }  # fmt: skip
        else:
            message["date"] = "yesterday"
        await self.sim("update", update={"message": message})

    async def received(self) -> None:
        """The receipt of what was sent; its code is remembered."""
        filled = dict.fromkeys(("code", "pin", "due"), ANY)
        words = [Word(key, {} if key == "receipt.child" else filled) for key in RECEIPTS]
        screen = await self.until(
            lambda: next(filter(None, map(self.screen, words)), None), "a receipt"
        )
        code = CODE.search(screen.shown["text"])
        self.code = code[1] if code else ""
        self.moment = time.monotonic()


def agrees(wanted: Any, told: Any) -> bool:
    """Whether a sealed value is the planned one: a mapping in what it names, others whole."""
    if isinstance(wanted, dict):
        return isinstance(told, dict) and all(told.get(key) == one for key, one in wanted.items())
    return bool(wanted == told)
