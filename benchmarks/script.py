"""What the families of a measurement say and press, by the words of the catalogs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from locales import say

LOCALE: Final = "uk"


@dataclass(frozen=True)
class Say:
    """A text. Where it reads like a button of the screen, the bot takes it for that button."""

    text: str


@dataclass(frozen=True)
class Tap:
    """A press of the button that is labelled so."""

    label: str


Step: TypeAlias = Say | Tap

_GIVEN: Final = ("Софія", "Марія", "Анна", "Назар", "Максим", "Єва", "Дарина", "Тарас")
_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшюя"
_PLACES: Final = (
    ("Херсонська", "Генічеськ"),
    ("Запорізька", "Мелітополь"),
    ("Донецька", "Маріуполь"),
    ("Харківська", "Куп’янськ"),
)


def report(number: int) -> tuple[Step, ...]:
    """From /start to the receipt: the least a family has to do, 15 updates."""
    return (*unsent(number), _tap("report.share.done"))


def unsent(number: int) -> tuple[Step, ...]:
    """The same without the last press, which seals the report: 14 updates."""
    oblast, town = _PLACES[number % len(_PLACES)]
    return (
        *half(number),
        Tap(oblast),
        Say(town),
        _tap("report.scenario.option.camp_not_returned"),
        _tap("check.send"),
    )


def half(number: int) -> tuple[Step, ...]:
    """The first ten of them; the question of the place is open then."""
    return (
        *hello(number),
        _tap("arrival.locale.option.uk"),
        _tap("arrival.safe.option.yes"),
        _tap("arrival.area.option.abroad"),
        _tap("arrival.consent.option.agree"),
        _tap("home.report"),
        _tap("report.relation.option.mother"),
        Say(f"{_surname(number)} {_GIVEN[number % len(_GIVEN)]} Андріївна"),
        _tap("kind.yes"),
        Say(f"{1 + number % 28}.{1 + number % 12:02}.{2010 + number % 10}"),
    )


def hello(_number: int) -> tuple[Step, ...]:
    """The first of them."""
    return (Say("/start"),)


def touch(number: int) -> tuple[Step, ...]:
    """One answer more, from somebody who stopped after `half`."""
    return (Say(_PLACES[number % len(_PLACES)][0]),)


SCRIPTS: Final[dict[str, Callable[[int], tuple[Step, ...]]]] = {
    "report": report,
    "unsent": unsent,
    "half": half,
    "hello": hello,
    "touch": touch,
}

#: words of a button that only the last screen of the script has
ARRIVED: Final = {"unsent": say(LOCALE, "report.share.option.police")}


def _tap(key: str) -> Tap:
    return Tap(say(LOCALE, key))


def _surname(number: int) -> str:
    """In letters: the bot asks back about a name with figures in it."""
    size = len(_LETTERS)
    return "Тест" + "".join(_LETTERS[number // size**power % size] for power in range(3)) + "енко"
