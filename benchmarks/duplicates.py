"""Duplicates among many cards: how long the desk takes, and how many of those planted it finds."""

import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import translitua

from cases.matching import Card, Index, find, find_for, forget, read
from flows.answers import Json
from flows.kinds.given_names import GIVEN_NAMES
from flows.kinds.periods import Period, a_day, a_month, a_year
from flows.places import Settlement, matches

SHARE: Final = 0.02
"""Of the cards, those that tell once more of a child already told of."""

_NEW: Final = 100
"""Of the last cards, each told once more, those that are looked for one by one."""

_STEMS: Final = [
    "Бабк", "Байд", "Балаб", "Барв", "Бевз", "Бережн", "Бик", "Білоконь", "Богуш", "Борт",
    "Бугай", "Вакул", "Ваврик", "Верб", "Вишн", "Воловик", "Гайд", "Гал", "Гамал", "Гарбар",
    "Гладк", "Глушк", "Голуб", "Горб", "Гребен", "Грищ", "Гуц", "Дем", "Дериг", "Доброд",
    "Довг", "Дуд", "Журб", "Забол", "Зозул", "Іваш", "Кабан", "Калин", "Капуст", "Карп",
    "Качур", "Кисел", "Книш", "Кобил", "Кожум", "Колом", "Корж", "Косар", "Крап", "Кух",
    "Лаврик", "Лапт", "Ліщин", "Лозов", "Луцик", "Макух", "Маляр", "Марус", "Мисник", "Мостов",
    "Музик", "Набок", "Неделк", "Овчар", "Онопр", "Остров", "Палій", "Пастух", "Пилип",
    "Підгір", "Плахот", "Полтав", "Прокоп", "Рад", "Реп", "Рокит", "Рудн", "Саламах", "Сич",
    "Скорик", "Слюсар", "Соломах", "Стадник", "Сулим", "Тертишн", "Токар", "Трохим", "Тюльп",
    "Федун", "Хар", "Цапк", "Чайк", "Чумаков", "Шарап", "Шкурат", "Шульж", "Щерб", "Юзв",
    "Ярош", "Ястреб",
]  # fmt: skip
_ENDINGS: Final = (
    "енко", "чук", "ук", "ський", "ов", "ець", "ій", "ак", "ик", "янко", "ейко", "івський", "юк",
)  # fmt: skip
_FATHERS: Final = [
    "Іванович", "Миколайович", "Сергійович", "Олександрович", "Андрійович", "Вікторович",
    "Олегович", "Юрійович", "Васильович", "Петрович", "Михайлович", "Володимирович",
    "Романович", "Ігорович", "Павлович", "Максимович",
]  # fmt: skip
_TOWNS: Final = [
    "Маріуполь", "Донецьк", "Херсон", "Мелітополь", "Бердянськ", "Горлівка", "Лисичанськ",
    "Енергодар", "Олешки", "Каховка", "Генічеськ", "Токмак", "Рубіжне", "Скадовськ",
    "Волноваха", "Ізюм", "Вовчанськ", "Балаклія", "Чаплинка", "Каланчак", "Чулаківка",
    "Раденськ", "Мангуш", "Сартана", "Снігурівка", "Старобільськ", "Приморськ", "Кирилівка",
]  # fmt: skip
_SHORT: Final = {
    "софія": "соня", "марія": "маша", "анастасія": "настя", "катерина": "катя",
    "олександр": "саша", "дмитро": "діма", "іван": "ваня", "михайло": "міша",
}  # fmt: skip
_BORN_FROM, _BORN_DAYS = date(2007, 1, 1), 16 * 365
Told = dict[str, Json]


@dataclass(frozen=True)
class Found:
    """Seconds of reading all cards and of finding; suggestions by level; planted pairs found.

    `cpu`: seconds of CPU of both together, which is all they take on a machine that is quiet.
    """

    cards: int
    reading: float
    finding: float
    cpu: float
    levels: Mapping[str, int]
    planted: int
    met: int
    met_likely: int
    #: milliseconds of reading and finding for one new card, of each that was tried
    one: list[float]


def measure(number: int) -> Found:
    """The same cards every time. Cards count from when they are open: JSON in memory."""
    made, pairs = _people(number)
    began, cpu = time.perf_counter(), time.process_time()
    cards = [read(case, told) for case, told in made]
    read_at = time.perf_counter()
    suggestions = find(cards)
    done, cpu = time.perf_counter(), time.process_time() - cpu
    by_pair = {_pair(one.one, one.other): one.comparison.level for one in suggestions}
    met = [by_pair.get(pair) for pair in pairs]
    return Found(
        cards=len(cards),
        reading=read_at - began,
        finding=done - read_at,
        cpu=cpu,
        levels=dict(Counter(one.comparison.level for one in suggestions)),
        planted=len(pairs),
        met=sum(level is not None for level in met),
        met_likely=met.count("likely"),
        one=_one_by_one(made[-_NEW:], cards[:-_NEW]),
    )


def _one_by_one(new: Sequence[tuple[str, Told]], cards: Sequence[Card]) -> list[float]:
    """Milliseconds for each of the `new` against all the others, which stand in an index."""
    index, took = Index(cards), []
    forget()
    for case, told in new:
        began = time.perf_counter()
        find_for(read(case, told), index)
        took.append(1000 * (time.perf_counter() - began))
    return took


def _pair(one: Card, other: Card) -> frozenset[str]:
    return frozenset({one.case, other.case})


class Dice:
    """Numbers that look thrown and are the same every time."""

    def __init__(self) -> None:
        self._throws = (
            int.from_bytes(hashlib.blake2b(str(n).encode(), digest_size=8).digest(), "big")
            for n in itertools.count()
        )

    def below(self, end: int) -> int:
        return next(self._throws) % end

    def chance(self, share: float) -> bool:
        return self.below(10_000) < share * 10_000

    def one_of(self, things: Sequence[str]) -> str:
        return things[self.below(len(things))]

    def often(self, things: Sequence[str]) -> str:
        """One of them, the first ones far oftener than the last, as names and towns are."""
        most = self.below(len(things)) + 1
        return things[self.below(most)]


def _people(number: int) -> tuple[list[tuple[str, Told]], set[frozenset[str]]]:
    dice = Dice()
    surnames = [stem + ending for ending in _ENDINGS for stem in _STEMS]
    towns = [found for town in _TOWNS for found in matches(town).places[:1]]
    givens = sorted(name for name in GIVEN_NAMES if "а" <= name[0] <= "ї")
    fresh = int(number * (1 - SHARE))
    made: list[tuple[str, Told]] = []
    while len(made) < fresh:
        child = _child(dice, surnames, givens, towns)
        made.append((f"case {len(made)}", child))
        if dice.chance(0.2):  # a brother or sister, reported apart by somebody else
            made.append((f"case {len(made)}", _sibling(dice, child, givens)))
    pairs = set()
    while len(made) < number:
        original = dice.below(fresh)
        case = f"case {len(made)}"
        pairs.add(frozenset({f"case {original}", case}))
        made.append((case, _told_again(dice, made[original][1], towns)))
    return made, pairs


def _child(
    dice: Dice, surnames: Sequence[str], givens: Sequence[str], towns: Sequence[Settlement]
) -> Told:
    name: Told = {"family": dice.often(surnames), "given": dice.often(givens).capitalize()}
    if dice.chance(0.6):
        name["patronymic"] = _of_father(dice.often(_FATHERS), str(name["given"]))
    home = _place(towns[dice.below(dice.below(len(towns)) + 1)])
    phones: list[Json] = [f"+38050{dice.below(10**7):07}"] if dice.chance(0.4) else []
    places: Told = {"home": home} if dice.chance(0.6) else {}
    if dice.chance(0.7):
        places["last_place"] = home
    return {"item": "a", "name": name, "born": _born(dice), "places": places, "phones": phones}


def _of_father(patronymic: str, given: str) -> str:
    return patronymic.replace("ович", "івна") if given.endswith(("а", "я")) else patronymic


def _sibling(dice: Dice, child: Told, givens: Sequence[str]) -> Told:
    name = _part(child, "name")
    others = [given for given in givens if given[:2] != str(name["given"])[:2].casefold()]
    name["given"] = dice.often(others).capitalize()
    if "patronymic" in name:
        father = str(name["patronymic"]).replace("івна", "ович")
        name["patronymic"] = _of_father(father, str(name["given"]))
    return {**child, "name": name, "born": _born(dice)}


def _part(child: Told, key: str) -> Told:
    value = child[key]
    assert isinstance(value, dict)
    return dict(value)


def _born(dice: Dice) -> Json:
    day = _BORN_FROM + timedelta(dice.below(_BORN_DAYS))
    kinds: tuple[Period, ...] = (a_day(day),) * 15 + (a_month(day.year, day.month),) * 2
    period = (*kinds, *(a_year(day.year),) * 3)[dice.below(20)]
    return dict(period.as_json()) if dice.chance(0.95) else None


def _place(town: Settlement) -> Json:
    return {"country": "UA", "oblast": town.oblast, "code": town.code, "name": town.name}


def _told_again(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:
    """The same child as another relative tells of it: two or three things are different."""
    again = {**child, "phones": []}
    changes = list(_CHANGES)
    for _ in range(2 + dice.below(2)):
        again = changes.pop(dice.below(len(changes)))(dice, again, towns)
    return again


def _latin(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001 -- one of _CHANGES
    name: Told = {
        part: translitua.translit(str(said), translitua.UkrainianKMU)
        for part, said in _part(child, "name").items()
    }
    return {**child, "name": name}


def _mistyped(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001
    name = _part(child, "name")
    family = str(name["family"])
    at = 1 + dice.below(len(family) - 2)
    return {**child, "name": {**name, "family": family[:at] + family[at + 1 :]}}


def _short(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001
    name = _part(child, "name")
    given = str(name["given"])
    return {**child, "name": {**name, "given": _SHORT.get(given.casefold(), given).capitalize()}}


def _fatherless(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001
    name = _part(child, "name")
    name.pop("patronymic", None)
    return {**child, "name": name}


def _year_only(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001
    born = child["born"]
    if not isinstance(born, dict):
        return child
    return {**child, "born": dict(a_year(int(str(born["from"])[:4])).as_json())}


def _elsewhere(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:
    places = {**_part(child, "places"), "last_place": _place(towns[dice.below(len(towns))])}
    return {**child, "places": places}


def _turned(dice: Dice, child: Told, towns: Sequence[Settlement]) -> Told:  # noqa: ARG001
    name = _part(child, "name")
    return {**child, "name": {**name, "family": name["given"], "given": name["family"]}}


_CHANGES: Final[tuple[Callable[[Dice, Told, Sequence[Settlement]], Told], ...]] = (
    _latin, _mistyped, _short, _fatherless, _year_only, _elsewhere, _turned,
)  # fmt: skip
