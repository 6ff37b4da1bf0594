"""A list of children that came as a file: which cell is the name, which tells the birth. Pure.

Whatever row has words in it is there: what was not understood is for a person to look at, and no
child is left out because its row was written oddly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from cases.stubs import name_of
from flows.answers import Answer, Invalid, State
from flows.kinds.cleaning import clean_line
from flows.kinds.dating import Known, Reading, read_age, read_date
from flows.kinds.naming import folded

#: words of a heading, and what stands under it
_HEADINGS: Final = {
    "name": ("піб", "п.і.б", "п. і. б", "прізвище, ім", "прізвище ім", "фио", "ф.и.о", "ф. и. о",
             "full name", "name of child", "дитина", "ребенок", "ребёнок", "child"),
    "family": ("прізвище", "фамили", "surname", "last name", "family name"),
    "patronymic": ("по батькові", "побатькові", "отчество", "patronymic", "middle name"),
    "given": ("ім’я", "ім'я", "імя", "імʼя", "имя", "first name", "given name", "name"),
    "age": ("вік", "возраст", "age", "років", "лет"),
    "born": ("народж", "народив", "рожд", "родил", "birth", "born", "дн", "д.н", "д. н", "др",
             "д.р", "dob"),
}  # fmt: skip
_ALONE: Final = frozenset(word for kind in ("name", "family") for word in _HEADINGS[kind])
"""A heading of one column has to be the very word."""
_BIRTH: Final = ("народж", "народив", "рожд", "birth")
_NAMING: Final = ("family", "given", "patronymic")
_LINE: Final = re.compile(
    r"(?:№ ?)?(?:\d{1,4}(?:[.)]|(?= )) ?)?[-–—•* ]*"
    r"(\D+?)"
    r"[ ,;(–—-]*(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4})? ?(?:р\.? ?н\.?|г\.? ?р\.?|р\.?)?[ ).,;]*"
)
_LOOKED_AT: Final = 10
"""A heading stands among the first rows; above it there may be a title."""
_LEAST_LETTERS: Final = 3
_MOST_WORDS: Final = 6


@dataclass(frozen=True)
class Child:
    """One row. `number`: of the row in the file; `answers`: "name", and "born" where it is told.

    `name` and `born` are the cells as they stand.
    """

    number: int
    name: str = field(repr=False)
    born: str = field(repr=False)
    answers: Mapping[str, Answer] = field(repr=False)
    #: the name was found where a name belongs
    placed: bool = True

    @property
    def clear(self) -> bool:
        """Whether everything that stands there was understood."""
        read = all("unparsed" not in answer.flags for answer in self.answers.values())
        return read and self.placed

    def case(self, file: UUID) -> UUID:
        """The id of this row's case, always the same; `file`: the id of the list."""
        return uuid5(file, str(self.number))


def children(rows: Mapping[int, tuple[str, ...]], *, today: date, at: str) -> tuple[Child, ...]:
    """The rows that name somebody, in their order. `today` in Kyiv; `at`: ISO 8601 in UTC."""
    heading, columns = _heading(rows)
    found = []
    for number, cells in rows.items():
        if heading is not None and number <= heading:
            continue
        name, born, aged = _by_columns(cells, columns) if columns else _by_looks(cells, today)
        placed = _lettered(name)
        whole = name if placed else " ".join(filter(None, cells))
        if _lettered(whole):
            answers = {"name": name_of(whole, at)}
            if born:
                answers["born"] = _birth(born, today, at, bare=aged)
            found.append(Child(number, whole, born, answers, placed))
    return tuple(found)


def _lettered(said: str) -> bool:
    return sum(map(str.isalpha, said)) >= _LEAST_LETTERS


def spelled(name: str) -> str:
    """For comparing: the words of a name in the order of the alphabet."""
    return " ".join(sorted(folded(name).casefold().split()))


def _heading(rows: Mapping[int, tuple[str, ...]]) -> tuple[int | None, dict[str, int]]:
    """The row that names the columns, and which column is what; none where nothing does."""
    for number, cells in list(rows.items())[:_LOOKED_AT]:
        columns: dict[str, int] = {}
        for place, cell in enumerate(cells):
            kind = _kind(cell)
            if kind:
                columns.setdefault(kind, place)
        named = [cells[columns[kind]] for kind in ("name", "family", "given") if kind in columns]
        if named and (len(columns) > 1 or named[0].casefold().strip(" .:") in _ALONE):
            return number, columns
    return None, {}


def _kind(cell: str) -> str:
    said = cell.casefold().strip(" .:")
    return next(
        (kind for kind, words in _HEADINGS.items() for word in words if _begins(said, word)),
        "born" if any(word in said for word in _BIRTH) else "",
    )


def _begins(said: str, word: str) -> bool:
    """A short word has to stand there whole: «др» is no «друге»."""
    return said == word or said.startswith(word if len(word) > len("піб") else f"{word} ")


def _by_columns(cells: tuple[str, ...], columns: Mapping[str, int]) -> tuple[str, str, bool]:
    def cell(kind: str) -> str:
        place = columns.get(kind)
        return cells[place] if place is not None and place < len(cells) else ""

    apart = " ".join(filter(None, map(cell, _NAMING)))
    name = cell("name") or apart
    born = cell("born")
    return name, born or cell("age"), not born


def _by_looks(cells: tuple[str, ...], today: date) -> tuple[str, str, bool]:
    """Without a heading: the first date is the birth, the words before or after it the name."""
    parts = [part for cell in cells for part in _apart(cell, today)]
    born = next((part for part in parts if _reading(part, today, bare=False)), "")
    words = [part for part in parts if part != born and _of_letters(part)]
    whole = next((part for part in words if " " in part), "")
    return whole or " ".join(words[: len(_NAMING)]), born, False


def _apart(cell: str, today: date) -> tuple[str, ...]:
    """«12. Коваленко Марія 03.05.2015 р.н.» in its parts, without its number."""
    found = _LINE.fullmatch(cell) if _lettered(cell) else None
    if found is None or _reading(cell, today, bare=False):
        return (cell,)
    return tuple(filter(None, found.groups()))


def _of_letters(part: str) -> bool:
    words = len(part.split())
    return _lettered(part) and not any(map(str.isdigit, part)) and words <= _MOST_WORDS


def _birth(said: str, today: date, at: str, *, bare: bool) -> Answer:
    reading = _reading(said, today, bare=bare)
    if reading is None or reading.period.start > today:
        return Answer(State.GIVEN, {"text": said}, said, ("unparsed", "from_list"), at)
    return Answer(State.GIVEN, dict(reading.period.as_json()), said, ("from_list",), at)


def _reading(said: str, today: date, *, bare: bool) -> Reading | None:
    try:
        line = clean_line(said)
        if not any(map(str.isdigit, line)):
            return None
        return read_age(line, today, bare=bare) or read_date(line, Known(today, latest=False))
    except Invalid:
        return None
