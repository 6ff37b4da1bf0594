"""The twelve families of the scripted day: what each taps and types, and their words.

Everybody is invented. WORDS are what must be found nowhere but in sealed cases and in the family's
own chat.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import aiohttp
from plans import Scene
from rig import Rig, Walker
from strolling import Astray, Stroller
from ways import ANY, DONE, YES, Move, Say, See, Tap, around

from flows.answers import Area, Word
from flows.collective import COLLECTIVE
from flows.model import Flow, Group, Step
from flows.report import REPORT

Deed: TypeAlias = Callable[["Family"], Awaitable[None]]
Story: TypeAlias = Iterable[Scene | Deed]

ECHO = See(Word("kind.name.echo", dict.fromkeys(("family", "given", "patronymic"), ANY)))
SETTLEMENT = See(Word("kind.place.settlement", {"oblast": ANY}))
CHILDREN = next(group for group, step in REPORT.steps() if group and step.key == "name")
HOME = Scene((Word("home.ask"),), ())
WORDS = (
    "Канаренко", "Kanarenko", "Мирослав", "Myroslava", "Тітка Валентина Сорокопуд",
    "Дрозденко", "Щигленко", "Щегленко", "Соломі", "Соломия", "Зозуленко", "Плискаленко",
    "Перепілка-інтернат", "Снігуренко", "Чайченко", "Одуденко", "Бугайченко", "Вільшаненко", "Жовн",
    "Сині окуляри з Ґанґу", "blue rucksack by the lighthouse", "Дятел бачив автобус",
)  # fmt: skip
PHOTO, PAPER = b"\xff\xd8\xff\xe0" + b"jackdaw" * 300, b"%PDF-1.4\n" + b"rook " * 500


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
        try:
            async with self.stroller.looking():
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


# The twelve


MYROSLAVA = Child("Канаренко Мирослава Тарасівна", "27 3 2017")
SOLOMIIA = Child("Щигленко Соломія Ігорівна", "14 5 2016", "UA-23", "Мелітополь")
ROBIN = Child("Снігуренко Богдан Петрович", "3 9 2013", "UA-23", "Мелітополь", relation="father")
RETURNED = Child("Бугайченко Ілля Олегович", "8 8 2010", "UA-14", "Маріуполь", relation="father")


def critical() -> Iterator[Scene | Deed]:
    """1. A mother, one child taken; there is a threat to its life."""
    yield from first_minute()
    yield from essentials(MYROSLAVA)
    yield from into(REPORT, "now")
    now = next(one for one in REPORT.sections if one.key == "now")
    yield from questions(REPORT, now.steps, {
        "place_known": (Tap(Word("report.place_known.option.no")),),
        "carers": (Say("Тітка Валентина Сорокопуд"),),
        "urgent": ticked("report.urgent", "threat_to_life"),
    })  # fmt: skip
    yield from out()
    yield from sent("match", "police")


def siblings() -> Iterator[Scene | Deed]:
    """2. A mother, three children in one event."""
    yield from first_minute()
    yield from essentials(Child("Дрозденко Ярема Іванович", "2 2 2012"))
    yield from into(REPORT, "child")
    group = CHILDREN
    later = [one for one in group.steps if one.key not in ("name", "born")]
    yield from questions(REPORT, later, {})
    for name, born in (("Дрозденко Остап Іванович", "4 4 2014"),
                       ("Дрозденко Орина Іванівна", "6 6 2018")):  # fmt: skip
        yield at("report.group.children.ask", Tap(Word("group.add.children")))
        given = {"name": named(name), "born": (Say(born),)}
        yield from questions(REPORT, group.steps, given)
    yield at("report.group.children.ask", Tap(Word("group.done")))
    yield from out()
    yield from sent("match")


def aunt() -> Iterator[Scene | Deed]:
    """4. The aunt of the third family's child: in Russian, with another place and story."""
    told = replace(SOLOMIIA, name="Щегленко Соломия Игоревна", town="Бердянск",
                   scenario="so_called_evacuation", relation="kin")  # fmt: skip
    return report(told, locale="ru", area="abroad")


def child() -> Iterator[Scene | Deed]:
    """5. A child asks for help, in five taps."""
    yield from first_minute(safe="not_sure", area="declined")
    yield at("home.ask", Tap(Word("home.child")))
    for question, option in (("seen_by_others", "yes"), ("safe", "not_sure"), ("wants", "home"),
                             ("reach", "do_not_write_first"), ("more", "enough")):  # fmt: skip
        yield pick(f"child.{question}", option)
    yield noted


def sighting() -> Iterator[Scene | Deed]:
    """6. A witness who writes English has seen the first family's child."""
    yield from first_minute("en")
    yield at("home.ask", Tap(Word("home.sighting")))
    yield pick("sighting.about", "child_by_name")
    yield pick("sighting.info_kind", "sighting")
    yield pick("sighting.first_hand", "saw")
    yield at("sighting.observed_on.ask", Say("12.03.2024"))
    nowhere = Tap(Word("kind.place.only_country"))
    region = See(Word("kind.place.region", {"country": ANY}))
    yield at("sighting.observed_place.ask", Tap(Word("kind.place.russia")), region, nowhere)
    yield pick("sighting.contact_ok", "anonymous")
    yield from into_child()
    yield from sent("match", flow="sighting")


def into_child() -> Iterator[Scene]:
    name = Word("sighting.section.child.name")
    yield at("check.ask", Tap(Word("check.more")))
    yield at("tasks.ask", Tap(Word("tasks.row_todo", {"n": 2, "section": name}), begins=True))
    yield at("sighting.group.children.ask", Tap(Word("group.add.children")))
    yield at("sighting.name.ask", *named("Kanarenko Myroslava"))
    yield at("sighting.born.ask", Say("27.03.2017"))
    yield at("sighting.group.children.ask", Tap(Word("group.done")))
    yield from out()


def group() -> Iterator[Scene | Deed]:
    """8. A teacher names three children of an institution."""
    yield from first_minute()
    yield at("home.ask", Tap(Word("home.report")))
    yield pick("report.relation", "staff")
    yield at("many.ask", Tap(Word("many.group")))
    yield pick("collective.relation", "former_staff")
    yield at("collective.institution.ask", Say("Перепілка-інтернат"))
    yield at("collective.last_place.ask", *town("UA-65", "Генічеськ"))
    yield pick("collective.count", "three_to_ten")
    yield at("collective.moved_on.ask", Say("10.10.2022"))
    yield from into(COLLECTIVE, "list")
    yield at("collective.group.children.ask", Tap(Word("nav.skip")))
    listed = "Зозуленко Іван\nЗозуленко Марія\nПлискаленко Петро"
    yield at("collective.names_list.ask", Say(listed))
    yield from out()
    yield from sent("match", flow="collective")


async def files(one: Family) -> None:
    """A photograph and a paper."""
    for count, (content, name, kind) in enumerate(
        ((PHOTO, "kanarka.jpg", "document"), (PAPER, "certificate.pdf", "document")), 1
    ):
        await one.hand.send(content, name, kind=kind)
        kept = Word("files.kept", {"n": count})
        await one.stroller.until(lambda kept=kept: one.stroller.says(kept), "files.kept")


def with_files() -> Iterator[Scene | Deed]:
    """9. A father with a photograph and a birth certificate."""
    yield from first_minute()
    yield from essentials(ROBIN)
    yield from into(REPORT, "papers")
    yield at("report.photos.ask")
    yield files
    yield Scene((), (DONE,))
    papers = next(one for one in REPORT.sections if one.key == "papers")
    later = [one for one in papers.steps if one.key not in ("photos", "evidence")]
    yield from questions(REPORT, later, {})
    yield from out()
    yield from sent("match")


def withdraws() -> Iterator[Scene | Deed]:
    """10. Sends, and takes it back."""
    yield from report(Child("Чайченко Лука", "1 1 2011", "UA-23", "Мелітополь"))
    yield at("home.ask", Tap(Word("home.mine")))
    yield opens_own
    yield Scene((Word("case.told", {"code": ANY, "word": ANY, "on": ANY}),),
                (Tap(Word("case.withdraw")),))  # fmt: skip
    yield Scene((Word("withdrawal.ask", {"code": ANY}),), (Tap(Word("withdrawal.yes")),))
    yield at("case.withdrawn", Tap(Word("nav.home")))
    yield HOME


async def opens_own(one: Family) -> None:
    """The only report of this chat, in the list of one's own."""
    row = Word("mine.row", {"code": one.code, "word": Word("case.word.received")})
    await one.stroller.play(at("mine.head", Tap(row)))


def quiet() -> Iterator[Scene | Deed]:
    """11. From the occupied territory: nothing is written there first."""
    yield from report(Child("Одуденко Назар", "5 5 2015"), safe="not_sure", area="occupied")


def hardly_knows() -> Iterator[Scene | Deed]:
    """12. Nearly everything is not known."""
    yield from report(Child("", "", town="", scenario="", relation="kin"))


def came_back(code: str, pin: str) -> Iterator[Scene]:
    """7. From the grandmother's telephone, with the father's code and PIN: the child is home."""
    yield from first_minute(area="controlled")
    yield at("home.ask", Tap(Word("home.news")))
    yield at("news.which", Tap(Word("mine.code")))
    yield at("code.ask", Say(code))
    yield Scene((Word("code.pin", {"code": ANY}),), (Say(pin),))
    yield pick("news.status", "returned")
    yield at("news.on.ask", Say("20.11.2024"))
    yield pick("news.how_known", "seen_myself")
    yield pick("news.returned_to", "controlled")
    yield pick("news.condition", "safe_well")
    yield pick("news.may_contact", "later")
    yield at("news.needs.ask", Tap(Word("nav.decline")))
    yield pick("news.details", "enough")
    yield at("news.comment.ask", Tap(Word("nav.skip")))
    yield Scene((Word("news.done", {"code": code}),), ())


def adds(code: str) -> Iterator[Scene]:
    """12, in the afternoon: where the child may be."""
    yield at("home.ask", Tap(Word("home.mine")))
    yield at("mine.head", Tap(Word("mine.row", {"code": code, "word": ANY})))
