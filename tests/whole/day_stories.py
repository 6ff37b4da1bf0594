"""The twelve families of the scripted day: what each taps and types, and their words.

Everybody is invented. WORDS are what must be found nowhere but in sealed cases and in the family's
own chat.
"""

from collections.abc import Iterator
from dataclasses import replace

from day_families import (
    HOME,
    Child,
    Deed,
    Family,
    at,
    essentials,
    first_minute,
    into,
    named,
    noted,
    out,
    pick,
    questions,
    report,
    sent,
    ticked,
    town,
)
from plans import Scene
from ways import ANY, DONE, Say, See, Tap

from cases.telling import tell
from flows.answers import Word
from flows.collective import COLLECTIVE
from flows.report import REPORT
from flows.sighting import SIGHTING

ANSWER = "Сині окуляри з Ґанґу"
WORDS = (
    "Канаренко", "Kanarenko", "Мирослав", "Myroslava", "Тітка Валентина Сорокопуд",
    "Дрозденко", "Щигленко", "Щегленко", "Соломі", "Соломия", "Зозуленко", "Плискаленко",
    "Перепілка-інтернат", "Снігуренко", "Чайченко", "Одуденко", "Бугайченко", "Вільшаненко", "Жовн",
    ANSWER, "Дятел бачив автобус",
)  # fmt: skip
PHOTO, PAPER = b"\xff\xd8\xff\xe0" + b"jackdaw" * 300, b"%PDF-1.4\n" + b"rook " * 500
CHILDREN = next(group for group, step in REPORT.steps() if group and step.key == "name")

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
    yield from into(SIGHTING, "child")
    yield at("sighting.group.children.ask", Tap(Word("group.add.children")))
    yield at("sighting.name.ask", *named("Kanarenko Myroslava"))
    yield at("sighting.born.ask", Say("27.03.2017"))
    yield at("sighting.group.children.ask", Tap(Word("group.done")))
    yield from out()
    yield from sent("match", flow="sighting")


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


async def opens_the_letter(one: Family) -> None:
    """What came while nobody looked."""
    screen = await one.hand.asked(tell("uk", Word("letter.push")))
    await one.hand.tap(tell("uk", Word("letter.open")), screen)


def answers() -> Iterator[Scene | Deed]:
    """1. Of the prosecutor's two questions, one is answered."""
    yield opens_the_letter
    yield at("asked.answer.ask", Say(ANSWER))
    yield at("report.marks.ask", Tap(Word("nav.skip")))
    yield Scene((Word("letter.done", {"code": ANY}),), ())


def adds(code: str) -> Iterator[Scene]:
    """12. In the afternoon something comes to mind."""
    yield from looks(code, "checking")
    yield Scene((), (Tap(Word("case.add")),))
    yield at("add.ask", Say("Дятел бачив автобус"))
    yield Scene((Word("stray.added", {"code": code}),), ())


def looks(code: str, word: str) -> Iterator[Scene]:
    """Where does it stand? In one of the six words."""
    stands = Word(f"case.word.{word}")
    yield Scene((), (Say("/mine"),))
    yield at("mine.head", Tap(Word("mine.row", {"code": code, "word": stands})))
    yield Scene((Word("case.told", {"code": code, "word": stands, "on": ANY}),), ())
