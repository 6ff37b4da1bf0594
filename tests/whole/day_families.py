"""Somebody of the scripted day at a telephone, and the pieces their stories are made of."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import aiohttp
from plans import Scene
from rig import Rig, Walker
from strolling import Astray, Stroller
from ways import ANY, DONE, YES, Move, Say, See, Tap, around

from flows.answers import Area, Word
from flows.model import Flow, Group, Step

Deed: TypeAlias = Callable[["Family"], Awaitable[None]]
Story: TypeAlias = Iterable[Scene | Deed]

ECHO = See(Word("kind.name.echo", dict.fromkeys(("family", "given", "patronymic"), ANY)))
SETTLEMENT = See(Word("kind.place.settlement", {"oblast": ANY}))
HOME = Scene((Word("home.ask"),), ())


@dataclass
class Family:
    """Somebody at a telephone. `code` and `pin` as on their slip of paper."""

    rig: Rig
    number: int
    stroller: Stroller
    pin: str = field(default="", repr=False)

    @property
    def code(self) -> str:
        return self.stroller.code

    @property
    def hand(self) -> Walker:
        """The same person, for files."""
        return Walker(self.rig, self.stroller.id)

    async def lives(self, story: Story) -> None:
        """Scene after scene. Raises Astray."""
        before = self.stroller.events
        try:
            async with self.stroller.looking():
                await self.stroller.until(lambda: self.stroller.events > before, "the chat")
                for one in story:
                    await (self.stroller.play(one) if isinstance(one, Scene) else one(self))
        except* Astray as lost:
            raise lost.exceptions[0] from None

    async def chat(self) -> list[dict[str, Any]]:
        """What the bot has said in this chat, oldest first."""
        return [one for one in await self.hand.chat() if one["from"] == "bot"]


async def family(
    rig: Rig, client: aiohttp.ClientSession, number: int, name: str, locale: str = "uk"
) -> Family:
    made = await rig.person(name, language_code=locale)
    walking = f"family {number}"
    return Family(rig, number, Stroller(rig, made.id, locale, client, walking=walking))


async def noted(one: Family) -> None:
    """Code and PIN are written down."""
    await one.stroller.received()
    said = "\n".join(seen.shown["text"] for seen in one.stroller.messages.values())
    found = re.findall(r"PIN\D{0,3}(\d{4}-\d{4}-\d{4})", said)
    one.pin = found[-1] if found else ""


def at(key: str, *moves: Move) -> Scene:
    return Scene((Word(key),), moves)


def pick(question: str, option: str) -> Scene:
    return at(f"{question}.ask", Tap(Word(f"{question}.option.{option}")))


def ticked(question: str, *options: str) -> tuple[Move, ...]:
    return (*(Tap(Word(f"{question}.option.{one}"), ticks=True) for one in options), DONE)


def first_minute(locale: str = "uk", safe: str = "yes", area: str = "abroad") -> Iterator[Scene]:
    yield Scene((), (Say("/start"),))
    yield pick("arrival.locale", locale)
    yield pick("arrival.safe", safe)
    if safe != "yes":
        yield at("safety.unsafe", Tap(Word("safety.continue")))
    yield pick("arrival.area", area)
    yield pick("arrival.consent", "agree")


def named(name: str) -> tuple[Move, ...]:
    return (Say(name), ECHO, YES)


def town(oblast: str, name: str) -> tuple[Move, ...]:
    return (Tap(Area(oblast, short=True)), SETTLEMENT, Say(name))


@dataclass(frozen=True)
class Child:
    """What a family has to tell at least; "" for what it does not know."""

    name: str
    born: str
    oblast: str = "UA-65"
    town: str = "Генічеськ"
    scenario: str = "camp_not_returned"
    relation: str = "mother"


def essentials(child: Child) -> Iterator[Scene]:
    """From home to the check screen."""
    unknown = Tap(Word("nav.unknown"))
    yield at("home.ask", Tap(Word("home.report")))
    yield pick("report.relation", child.relation)
    yield at("report.name.ask", *(named(child.name) if child.name else (unknown,)))
    yield at("report.born.ask", Say(child.born) if child.born else unknown)
    place = town(child.oblast, child.town) if child.town else (unknown,)
    yield at("report.last_place.ask", *place)
    if child.scenario:
        yield pick("report.scenario", child.scenario)
    else:
        yield at("report.scenario.ask", unknown)


def sent(*parties: str, flow: str = "report") -> Iterator[Scene | Deed]:
    """From the check screen to the receipt, and home."""
    yield at("check.ask", Tap(Word("check.send")))
    ticks = (Tap(Word(f"{flow}.share.option.{one}"), ticks=True) for one in parties)
    yield at(f"{flow}.share.ask", *ticks, Tap(Word(f"{flow}.share.done")))
    if set(parties) - {"match"}:
        yield at(f"{flow}.withhold.ask", Tap(Word("nav.skip")))
    yield noted
    yield Scene((), (Tap(Word("nav.home")),))
    yield HOME


def report(child: Child, **arrival: str) -> Iterator[Scene | Deed]:
    """The shortest way through the form."""
    yield from first_minute(**arrival)
    yield from essentials(child)
    yield from sent("match")


def into(flow: Flow, key: str) -> Iterator[Scene]:
    """From the check screen into a section."""
    number = [one.key for one in flow.sections].index(key) + 1
    name = Word(f"{flow.name}.section.{key}.name")
    yield at("check.ask", Tap(Word("check.more")))
    yield at("tasks.ask", Tap(Word("tasks.row_todo", {"n": number, "section": name}), begins=True))


def out() -> Iterator[Scene]:
    """From a section's end to the check screen."""
    yield at("cutoff.ask", Tap(Word("cutoff.no")))
    yield at("section.finished", Tap(Word("section.tasks")))
    yield at("tasks.ask", Tap(Word("tasks.check")))


def questions(
    flow: Flow, entries: Iterable[Step | Group], given: dict[str, tuple[Move, ...]]
) -> Iterator[Scene]:
    """Each question asked without conditions, and those of `given`: answered, or passed over."""
    for entry in entries:
        key = f"{flow.name}.{entry.key}.ask"
        if isinstance(entry, Group):
            yield at(f"{flow.name}.group.{entry.key}.ask", Tap(Word("nav.skip")))
        elif entry.key in given:
            yield at(key, *given[entry.key])
        elif entry.when is None and not entry.off_path:
            yield at(key, *around(entry)[-1].moves)
