"""Given names that are one name: Олена, Елена, Helen and Лена, from the table given.tsv."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from cases.matching.spelling import key, stem

Classes = frozenset[int]
"""Numbers of rows of the table: names of one row are names of one person."""

NO_CLASS: Final[Classes] = frozenset()


@dataclass(frozen=True)
class _Table:
    """`forms` and `short`: classes by key. `fathers`: by stem, of men. `keys`: of each class."""

    forms: dict[str, Classes]
    short: dict[str, Classes]
    fathers: dict[str, Classes]
    keys: dict[int, frozenset[str]]
    sexes: dict[int, str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    forms: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    fathers: dict[str, set[int]] = {}
    keys: dict[int, frozenset[str]] = {}
    sexes: dict[int, str] = {}
    text = files(__package__).joinpath("given.tsv").read_text(encoding="utf-8")
    for number, row in enumerate(csv.DictReader(text.splitlines(), delimiter="\t")):
        sexes[number] = {"f": "female", "m": "male"}[row["sex"]]
        keys[number] = frozenset(map(key, row["forms"].split()))
        for one in keys[number]:
            forms.setdefault(one, set()).add(number)
            if row["sex"] == "m":
                fathers.setdefault(stem(one), set()).add(number)
        for word in row["short"].split():
            short.setdefault(key(word), set()).add(number)
    # Яківна and Яковлевна lose more of Яків than an ending.
    fathers["iak"] = fathers["iakovl"] = fathers["iakov"]
    return _Table(_fixed(forms), _fixed(short), _fixed(fathers), keys, sexes)


def _fixed(found: dict[str, set[int]]) -> dict[str, Classes]:
    return {one: frozenset(classes) for one, classes in found.items()}


def formal(name_key: str) -> Classes:
    """The classes a name stands for in full, by its key."""
    return _table().forms.get(name_key, NO_CLASS)


def meant(name_key: str) -> Classes:
    """The classes a name may stand for, in full or for short."""
    return formal(name_key) | _table().short.get(name_key, NO_CLASS)


def of_father(father_stem: str) -> Classes:
    """The classes of the father's name, by what `spelling.father` makes of a patronymic."""
    return _table().fathers.get(father_stem, NO_CLASS)


def spellings(classes: Classes) -> frozenset[str]:
    """The keys of all full forms."""
    keys = _table().keys
    return frozenset().union(*(keys[one] for one in classes))


def every_key() -> frozenset[str]:
    """The keys of all names of the table, full and short."""
    return frozenset((*_table().forms, *_table().short))


def sex(classes: Classes) -> str:
    """ "female" or "male" when all the names are of one sex, else ""."""
    sexes = {_table().sexes[one] for one in classes}
    return sexes.pop() if len(sexes) == 1 else ""
