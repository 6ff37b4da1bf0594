"""Every way to answer a question: what the hand does, and what has to lie in the sealed case then.

Ways belong to kinds, not to questions, so that a new question is answered like the others of its
kind. A kind nobody here knows is refused by name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.answers import Area, Label, Literal, State, Word
from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.email import Email
from flows.kinds.files import Files
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.place import Place
from flows.kinds.text import CUT, Text
from flows.model import Flow, Step


@dataclass(frozen=True)
class Tap:
    """A button of the newest screen, "More" being pressed as long as it is not there.

    `begins`: the label is only how the button begins. `ticks`: wait until it is ticked.
    """

    label: Label
    begins: bool = False
    ticks: bool = False


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class See:
    """Wait until the question has turned to another page of it, which says this."""

    word: Word


@dataclass(frozen=True)
class Share:
    """A contact: one's own, or somebody else's card."""

    number: str
    own: bool = True


@dataclass(frozen=True)
class Send:
    """A file. `pretends`: the size in bytes that Telegram tells of it."""

    name: str = "x.png"
    pretends: int | None = None


@dataclass(frozen=True)
class Other:
    """A message of another kind: "location", "sticker", or "broken", which nobody can read."""

    kind: str


@dataclass(frozen=True)
class Stale:
    """A button of a question that was answered long ago."""


@dataclass(frozen=True)
class Named:
    """The button with the code of the report this person has sent."""


@dataclass(frozen=True)
class Told:
    """A deed, and what the person is told then, in the chat or over the button."""

    deed: "Move"
    word: Word


Move: TypeAlias = Tap | Say | See | Share | Send | Other | Stale | Named | Told


@dataclass(frozen=True)
class Way:
    """`value`: a mapping is compared by what it names, everything else whole."""

    name: str
    moves: tuple[Move, ...]
    state: State = State.GIVEN
    value: Any = field(default=None, repr=False)
    flag: str = ""


YES, DONE, KEEP = Tap(Word("kind.yes")), Tap(Word("kind.done")), Tap(Word("kind.keep"))
LONG = "Сестру повезли з класом. " * 158
OBLAST, TOWN = Tap(Area("UA-65", short=True)), Say("Генічеськ")
NAME = "Ковальчук Софія Андріївна"


def _text(step: Step) -> Iterator[Way]:
    said = f"Сказано: {step.key}"
    yield Way("words", (Say(said),), value=said)
    assert isinstance(step.kind, Text)
    if step.kind.at_most > CUT:
        more = See(Word("kind.text.more"))
        whole = f"{LONG.strip()}\nА ще ось що."
        yield Way("long", (Say(LONG), more, Say("А ще ось що."), more, DONE), value=whole)


def _name(_step: Step) -> Iterator[Way]:
    echo = See(Word("kind.name.echo", dict.fromkeys(("family", "given", "patronymic"), ANY)))
    whole = {"family": "Ковальчук", "given": "Софія", "patronymic": "Андріївна", "verbatim": NAME}
    yield Way("line", (Say(NAME), echo, YES), value=whole)
    swapped = {"family": "Петро", "given": "Софія"}
    swap = (Say("Софія Петро"), echo, Tap(Word("kind.name.swap")), echo, YES)
    yield Way("swap", swap, value=swapped)
    parts = {"family": "Ковальчук", "given": "Софія", "patronymic": None}
    apart = [See(Word(f"kind.name.{part}")) for part in ("family", "given", "patronymic")]
    yield Way(
        "apart",
        (Say(NAME), echo, Tap(Word("kind.name.apart")), apart[0], Say("Ковальчук"), apart[1],
         Say("Софія"), apart[2], Tap(Word("kind.name.none")), echo, YES),
        value=parts,
    )  # fmt: skip
    kept = See(Word("kind.keep.digits", {"text": "Ковальчук 7"}))
    yield Way("keep", (Say("Ковальчук 7"), kept, KEEP), value={"text": "Ковальчук 7"},
              flag="unparsed")  # fmt: skip


def _unread(text: str, code: str) -> tuple[Move, ...]:
    """Told twice, then kept as it was written."""
    twice = Told(Say(text), Word(f"error.{code}"))
    return (twice, twice, Say(text), See(Word("kind.keep.ask", {"text": text})), KEEP)


def _date(step: Step) -> Iterator[Way]:
    assert isinstance(step.kind, PartialDate)
    if step.kind.birth:
        yield from _birth()
        return
    year, may = Tap(Literal("2022")), Tap(Word("kind.month.5"))
    yield Way("typed", (Say("квітень 2022"),), value={"edtf": "2022-04", "precision": "month"})
    whole = {"edtf": "2022", "precision": "year", "from": "2022-01-01", "to": "2022-12-31"}
    yield Way("year", (year, Tap(Word("kind.date.whole_year"))), value=whole)
    spring = {"edtf": "2022-21", "precision": "season"}
    yield Way("season", (year, Tap(Word("kind.season.21"))), value=spring)
    month = {"precision": "month", "from": "2022-05-01", "to": "2022-05-31"}
    yield Way("month", (year, may, Tap(Word("kind.date.whole_month"))), value=month)
    day = {"edtf": "2022-05-14", "from": "2022-05-14", "to": "2022-05-14"}
    yield Way("day", (year, may, Tap(Literal("14"))), value=day)
    yield Way("no day", (year, may, Tap(Word("kind.date.no_day"))), value={"edtf": "2022-05~"})
    odd = "якось узимку, мабуть"
    yield Way("keep", _unread(odd, "date"), value={"text": odd}, flag="unparsed")


def _birth() -> Iterator[Way]:
    yield Way("typed", (Say("27 3 2017"),), value={"edtf": "2017-03-27", "precision": "day"})
    asked = See(Word("kind.date.which_age"))
    aged = (Tap(Word("kind.date.age")), asked, Tap(Literal("9")))
    yield Way("age", aged, value={"precision": "age"})
    short = (Say("27 3 17"), See(Word("kind.date.confirm", {"date": ANY})), YES)
    yield Way("short year", short, value={"edtf": "2017-03-27"})
    told = See(Word("kind.date.adult", {"date": ANY, "age": ANY}))
    yield Way("adult", (Say("27 3 2004"), told, YES), value={"edtf": "2004-03-27"},
              flag="adult_now")  # fmt: skip


def _place(step: Step) -> Iterator[Way]:
    assert isinstance(step.kind, Place)
    town = See(Word("kind.place.settlement", {"oblast": ANY}))
    found = {"country": "UA", "oblast": "UA-65", "text": "Генічеськ"}
    lost = "Ввцфйбщ"
    unread = (Say(lost), See(Word("kind.place.not_found", {"text": lost})),
              Tap(Word("kind.place.keep")))  # fmt: skip
    if not step.kind.anywhere:
        yield Way("town", (OBLAST, town, TOWN), value=found)
        only = {"country": "UA", "oblast": "UA-65", "code": None}
        yield Way("oblast", (OBLAST, town, Tap(Word("kind.place.only_oblast"))), value=only)
        yield Way("typed", (TOWN,), value=found)
        kept = {"oblast": "UA-65", "text": lost, "code": None}
        yield Way("keep", (OBLAST, town, *unread), value=kept, flag="unparsed")
        yield Way("abroad", (Tap(Word("kind.place.abroad")), *_country("PL")),
                  value={"country": "PL"})  # fmt: skip
        other = (Tap(Word("kind.place.other_oblast")), See(Word("kind.place.which_other_oblast")),
                 Tap(Area("UA-46", short=True)), town, Say("Львів"))  # fmt: skip
        yield Way("other oblast", other, value={"country": "UA", "oblast": "UA-46"})
        return
    yield from _anywhere(town, found)


def _anywhere(town: See, found: Any) -> Iterator[Way]:
    region = See(Word("kind.place.region", {"country": ANY}))
    settled = See(Word("kind.place.abroad_settlement", {"region": ANY}))
    only, nowhere = Tap(Word("kind.place.only_country")), Tap(Word("kind.place.no_settlement"))
    russia, belarus = Tap(Word("kind.place.russia")), Tap(Word("kind.place.belarus"))
    yield Way("country", (russia, region, only), value={"country": "RU", "region": None})
    yield Way(
        "region",
        (russia, region, Tap(Literal("Р")), Tap(Area("RU-ROS")), settled, nowhere),
        value={"country": "RU", "region": "RU-ROS"},
    )
    yield Way(
        "town abroad",
        (belarus, region, Tap(Area("BY-BR")), settled, Say("Пінськ")),
        value={"country": "BY", "region": "BY-BR", "text": "Пінськ"},
    )
    ukraine = See(Word("kind.place.oblast"))
    occupied = (Tap(Word("kind.place.occupied")), ukraine, OBLAST, town, TOWN)
    yield Way("occupied", occupied, value={**found, "occupied": True})
    within = (Tap(Word("kind.place.ukraine")), ukraine, OBLAST, town,
              Tap(Word("kind.place.only_oblast")))  # fmt: skip
    yield Way("ukraine", within, value={"country": "UA", "oblast": "UA-65"})
    elsewhere = (Tap(Word("kind.place.elsewhere")), *_country("DE"))
    yield Way("elsewhere", elsewhere, value={"country": "DE"})


def _country(code: str) -> tuple[Move, ...]:
    settled = See(Word("kind.place.abroad_settlement", {"region": ANY}))
    nowhere = Tap(Word("kind.place.no_settlement"))
    return (See(Word("kind.place.country")), Tap(Area(code)), settled, nowhere)


def _phone(_step: Step) -> Iterator[Way]:
    ours = {"e164": "+380671234567", "call": True, "whose": "own"}
    yield Way("typed", (Say("067 123 45 67"),), value=ours)
    yield Way("shared", (Share("+380671234567"),), value=ours)
    yield Way("none", (Tap(Word("kind.phone.none")),), value=None, flag="no_phone")
    whose = See(Word("kind.phone.whose", {"number": ANY}))
    trusted = {"e164": "+380509998877", "whose": "trusted"}
    card = (Share("+380509998877", own=False), whose, Tap(Word("kind.phone.trusted")))
    yield Way("card", card, value=trusted)
    ru, by = (See(Word(f"kind.phone.{one}", {"number": ANY})) for one in ("ru", "by"))
    quiet = (Say("+79161234567"), ru, Tap(Word("kind.phone.keep_quiet")))
    yield Way("quiet", quiet, value={"e164": "+79161234567", "call": False})
    call = (Say("+375291234567"), by, Tap(Word("kind.phone.keep_call")))
    yield Way("call", call, value={"e164": "+375291234567", "call": True})
    guess = (Say("8 067 123 45 67"), See(Word("kind.phone.confirm", {"number": ANY})), YES)
    yield Way("guessed", guess, value=ours)


def _email(_step: Step) -> Iterator[Way]:
    yield Way("typed", (Say("olena@example.org"),), value={"email": "olena@example.org"})
    yield Way("keep", _unread("olena(at)example", "email"), value={"text": "olena(at)example"},
              flag="unparsed")  # fmt: skip


def _files(_step: Step) -> Iterator[Way]:
    yield Way("sent", (Told(Send(), Word("files.kept", {"n": 1})), DONE), value="sent")


ANY = "\ue000"
"""Stands for whatever fills a placeholder."""

_TYPED: dict[type, Callable[[Step], Iterator[Way]]] = {
    Text: _text, PersonName: _name, PartialDate: _date, Place: _place, Phone: _phone,
    Email: _email, Files: _files,
}  # fmt: skip


def option(flow: Flow, step: Step, key: str) -> Word:
    return Word(f"{flow.name}.{step.key}.option.{key}")


def given(flow: Flow, step: Step) -> tuple[Way, ...]:
    """The ways to answer with something: every option, every sort of words."""
    match step.kind:
        case Choice(options=keys):
            return tuple(Way(key, (Tap(option(flow, step, key)),), value=key) for key in keys)
        case Many(options=keys, alone=alone):
            several = few([key for key in keys if key not in alone])
            return tuple(_ticked(flow, step, some) for some in (*several, *few(alone, 1)))
        case Consent(parties=keys, fixed=fixed):
            others = few([key for key in keys if key not in fixed])
            return tuple(_consented(flow, step, some) for some in (*others, ()))
        case kind if type(kind) in _TYPED:
            return tuple(_TYPED[type(kind)](step))
        case kind:
            raise AssertionError(f"tests/whole/ways.py has no way to answer a {kind}: add one")


def few(keys: Sequence[str], most: int = 3) -> Iterator[tuple[str, ...]]:
    """`keys` a few at a time: nobody ticks everything there is."""
    yield from (tuple(keys[at : at + most]) for at in range(0, len(keys), most))


def _ticked(flow: Flow, step: Step, keys: tuple[str, ...]) -> Way:
    ticks = (Tap(option(flow, step, key), ticks=True) for key in keys)
    return Way(" ".join(keys), (*ticks, DONE), value=list(keys))


def _consented(flow: Flow, step: Step, keys: tuple[str, ...]) -> Way:
    assert isinstance(step.kind, Consent)
    ticks = (Tap(option(flow, step, key), ticks=True) for key in keys)
    parties = [key for key in step.kind.parties if key in (*keys, *step.kind.fixed)]
    moves = (*ticks, Tap(Word(f"{flow.name}.{step.key}.done")))
    return Way(" ".join(keys) or "nobody else", moves, value={"parties": parties})


def around(step: Step) -> tuple[Way, ...]:
    """The ways past a question that the screen must offer, and no others."""
    offered = []
    if step.unknown:
        offered.append(Way("unknown", (Tap(Word("nav.unknown")),), State.UNKNOWN))
    if step.sensitive:
        offered.append(Way("decline", (Tap(Word("nav.decline")),), State.DECLINED))
    elif not step.required:
        offered.append(Way("skip", (Tap(Word("nav.skip")),), State.SKIPPED))
    return tuple(offered)
