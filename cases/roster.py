"""A list of children that came as a file: which cell is the name, which tells the birth. Pure.

Rows are read as they stand; nothing is guessed that a person could not see in the row beside it.
"""

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
    "born": ("народж", "рожд", "birth", "born", "дн", "д.н", "д. н", "др", "д.р", "dob"),
}  # fmt: skip
_NAMING: Final = ("family", "given", "patronymic")
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

    @property
    def clear(self) -> bool:
        """Whether everything that stands there was understood."""
        return all("unparsed" not in answer.flags for answer in self.answers.values())

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
        if sum(map(str.isalpha, name)) >= _LEAST_LETTERS:
            answers = {"name": name_of(name, at)}
            if born:
                answers["born"] = _birth(born, today, at, bare=aged)
            found.append(Child(number, name, born, answers))
    return tuple(found)


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
        if len(columns) > 1 and columns.keys() & {"name", "family", "given"}:
            return number, columns
    return None, {}


def _kind(cell: str) -> str:
    said = cell.casefold().strip(" .:")
    return next(
        (kind for kind, words in _HEADINGS.items() for word in words if said.startswith(word)),
        "born" if "народж" in said or "рожд" in said or "birth" in said else "",
    )


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
    born = next((cell for cell in cells if _reading(cell, today, bare=False)), "")
    words = [cell for cell in cells if cell != born and _of_letters(cell)]
    whole = next((cell for cell in words if " " in cell), "")
    return whole or " ".join(words[: len(_NAMING)]), born, False


def _of_letters(cell: str) -> bool:
    return (
        sum(map(str.isalpha, cell)) >= _LEAST_LETTERS
        and not any(map(str.isdigit, cell))
        and len(cell.split()) <= _MOST_WORDS
    )


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
