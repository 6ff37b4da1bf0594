"""A child's names as a card tells them, ready to be compared: own, swapped, changed and short."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cases.matching import given as table
from cases.matching.given import Classes
from cases.matching.spelling import MOST_REMEMBERED, father, key, surname, words
from flows.answers import Json

_MOST_WORDS, _MOST_LETTERS = 24, 600
_TOLD = re.compile(r"[^\W\d_][^\W\d_'’ʼ‘ʻ`´ʹ′＇\-]*(?:['’ʼ‘ʻ`´ʹ′＇\-][^\W\d_]+)*\.?")
_NOT_NAMES: Final = frozenset(
    [
        "або", "абож", "але", "батьком", "батька", "батько", "бабуся", "був", "була", "вдома",
        "вже", "видали", "відчим", "вона", "він", "всі", "год", "дата", "день", "дитина",
        "дитину", "дівоче", "для", "до", "дома", "звати", "звуть", "зараз", "записали",
        "записана", "записаний", "за", "запис", "зовут", "имя", "име", "имени", "или", "інше",
        "ім'я", "ім’я", "імʼя", "кличуть", "кличемо", "латиницею", "латинкою", "мама", "мами",
        "маму", "матері", "на", "народження", "наче", "не", "ніби", "нове", "новое", "новые",
        "нові", "немає", "називають", "назвали", "она", "он", "отчество", "паспорт",
        "паспортом", "папа", "по", "польською", "прізвище", "рік", "рождения", "року",
        "російською", "російські", "рос", "русском", "рф", "свідоцтво", "серія", "сім'я",
        "сім’я", "та", "так", "также", "також", "тато", "татом", "тепер", "теперь",
        "українською", "укр", "фамилия", "фамилией", "це", "что", "чи", "що", "як", "як-от",
        "aka", "also", "and", "born", "by", "called", "father", "mother", "name", "names",
        "new", "now", "of", "or", "passport", "surname", "the",
    ]
)  # fmt: skip
_PATRONYMIC = re.compile(r"(?:[oeiv]vi4|evi4|ivi4|[oei]vna|ini4na|i4na)$")
_INITIAL: Final = 1


@dataclass(frozen=True)
class Family:
    """A surname. `whole`: its key; `parts`: keys of the halves of a double one, else empty.
    `plain`: its letters as they were written.

    `other`: not the child's own: said among other names, or of russian papers.
    """

    text: str = field(repr=False)
    whole: str = field(repr=False)
    parts: frozenset[str] = field(repr=False)
    plain: str = field(repr=False)
    other: bool = False


@dataclass(frozen=True)
class Given:
    """A given name. `classes`: what it may stand for; `short`: it is a diminutive of these."""

    text: str = field(repr=False)
    key: str = field(repr=False)
    classes: Classes = field(repr=False)
    short: bool = False
    other: bool = False

    @property
    def initial(self) -> bool:
        return len(self.key) <= _INITIAL


@dataclass(frozen=True)
class Reading:
    """Which words are surnames and which given names. `swapped`: not as the card says."""

    families: tuple[Family, ...]
    givens: tuple[Given, ...]
    swapped: bool = False


@dataclass(frozen=True)
class Names:
    """`readings`: as written first. `fathers`: stems of patronymics with what was written."""

    readings: tuple[Reading, ...]
    fathers: tuple[tuple[str, str], ...] = field(repr=False)
    sex: str = ""
    """ "female" or "male" as far as the names tell it, else ""."""


def read(card: Mapping[str, Json]) -> Names:
    """The names of a card. Nothing in it raises: what cannot be read is left out."""
    name = card.get("name")
    parts = name if isinstance(name, dict) else {"given": name}
    family, given, patronymic = (
        str(parts.get(part) or parts.get("text" if part == "given" else part) or "").strip()
        for part in ("family", "given", "patronymic")
    )
    others = [str(card.get(key) or "") for key in ("alternate_names", "new_identity")]
    extra = _told(others)
    own = _reading(family, given)
    straight = Reading(own.families + extra.families, own.givens + extra.givens)
    fathers = tuple(
        (text, found) for text in (patronymic, *extra.patronymics) if (found := father(text))
    )
    swapped = (_swapped(family, given),) if _may_be_swapped(own) else ()
    return Names((straight, *swapped), fathers, _sex(own, patronymic))


def _reading(family: str, given: str) -> Reading:
    families = (_family(family),) if family and key(family) else ()
    return Reading(families, (_given(given),) if given and key(given) else ())


def _swapped(family: str, given: str) -> Reading:
    turned = _reading(given, family)
    return Reading(turned.families, turned.givens, swapped=True)


def _may_be_swapped(own: Reading) -> bool:
    """A surname that is a given name, or a given name nobody has heard of."""
    if not own.families or not own.givens:
        return False
    [family], [given] = own.families, own.givens
    return bool(table.formal(key(family.text))) or not given.classes


@lru_cache(maxsize=MOST_REMEMBERED)
def _family(text: str, *, other: bool = False) -> Family:
    written = words(text.replace("-", " "))
    parts = [surname(word) for word in written]
    halves = frozenset(part for part in parts if len(part) > len("де"))
    several = halves if len(parts) > 1 else frozenset()
    return Family(text, "".join(parts), several, "".join(written), other)


@lru_cache(maxsize=MOST_REMEMBERED)
def _given(text: str, *, other: bool = False) -> Given:
    parts = [key(word.rstrip(".")) for word in words(text.replace("-", " "))]
    whole = "".join(parts)
    formal = table.formal(whole).union(*(table.formal(part) for part in parts))
    classes = formal.union(table.meant(whole), *(table.meant(part) for part in parts))
    return Given(text, whole, classes, bool(classes) and not formal, other)


@dataclass(frozen=True)
class _Told:
    families: tuple[Family, ...]
    givens: tuple[Given, ...]
    patronymics: tuple[str, ...]


def _told(texts: Iterable[str]) -> _Told:
    """Names in a line of free words. A word that no table knows may be either kind of name."""
    families, givens, patronymics = [], [], []
    for text in texts:
        every = [
            word for word in _TOLD.findall(text[:_MOST_LETTERS]) if _bare(word) not in _NOT_NAMES
        ]
        capital = any(word[0].isupper() for word in every)
        for word in every[:_MOST_WORDS]:
            one = key(word)
            if len(one) <= _INITIAL or (capital and not word[0].isupper()):
                continue
            if _PATRONYMIC.search(one):
                patronymics.append(word)
            elif table.meant(one):
                givens.append(_given(word, other=True))
            else:
                families.append(_family(word, other=True))
                givens.append(_given(word, other=True))
    return _Told(tuple(families), tuple(givens), tuple(patronymics))


def _bare(word: str) -> str:
    return word.rstrip(".").casefold()


def _sex(own: Reading, patronymic: str) -> str:
    """Told by the patronymic, else by the given name, else by the surname's ending."""
    spelled = key(patronymic)
    if spelled.endswith(("na", "kizi", "gizi")):
        return "female"
    if spelled.endswith(("4", "ogli", "oglu")):
        return "male"
    by_given = table.sex(own.givens[0].classes) if own.givens else ""
    if by_given or not own.families:
        return by_given
    family = key(own.families[0].text)
    if family.endswith(("ova", "eva", "ina", "ska", "cka")):
        return "female"
    return "male" if family.endswith(("ov", "ev", "ski", "cki")) else ""


def forget() -> None:
    """Empty what was remembered of names."""
    _family.cache_clear()
    _given.cache_clear()
