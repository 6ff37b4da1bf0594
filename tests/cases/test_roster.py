"""Out of the rows of a list come children; no row with words in it is lost."""

from datetime import date

import pytest

from cases.roster import children, spelled

TODAY = date(2026, 11, 24)
AT = "2026-11-24T06:58:00+00:00"


def read(*rows: tuple[str, ...]):
    return children(dict(enumerate(rows, 1)), today=TODAY, at=AT)


def said(*rows: tuple[str, ...]):
    found = []
    for child in read(*rows):
        name = child.answers["name"].value
        born = child.answers.get("born")
        found.append(
            (
                child.number,
                *(name.get(part) for part in ("family", "given", "patronymic")),
                born.value.get("edtf") if born else None,
                child.clear,
            )
        )
    return found


MARIIA = ("Коваленко", "Марія", None, "2015-05-03", True)
WAYS = {
    "a heading": [("ПІБ", "Дата народження"), ("Коваленко Марія", "03.05.2015")],
    "a heading in Russian": [("Ф.И.О.", "Дата рождения"), ("Коваленко Марія", "3 травня 2015")],
    "a heading in English": [("Date of birth", "Full name"), ("2015-05-03", "Коваленко Марія")],
    "a heading of three names": [
        ("№", "Ім’я", "Прізвище", "Д.н."), ("1", "Марія", "Коваленко", "03/05/2015")
    ],
    "a heading with more in it": [
        ("№ з/п", "ПІБ дитини", "Друга адреса", "Рік, місяць народження"),
        ("1", "Коваленко Марія", "4 група", "03.05.2015"),
    ],
    "a title above the heading": [
        ("Список дітей", ""), ("П.І.Б.", "Рік народження"), ("Коваленко Марія", "03.05.2015")
    ],
    "no heading": [("1", "Коваленко Марія", "03.05.2015", "4 група")],
    "no heading, names apart": [("Коваленко", "Марія", "03.05.2015")],
    "a line": [("12. Коваленко Марія 03.05.2015",)],
    "a line as offices write it": [("№ 12 Коваленко Марія, 03.05.2015 р.н.",)],
    "a line with brackets": [("• Коваленко Марія (03.05.2015)",)],
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_child_is_read_however_its_row_is_written(way):
    rows = WAYS[way]
    assert said(*rows) == [(len(rows), *MARIIA)]


@pytest.mark.parametrize(
    ("cell", "edtf"),
    [
        ("2015", "2015"),
        ("травень 2015", "2015-05"),
        ("літо 2015", "2015-22"),
        ("05.2015", "2015-05"),
    ],
)
def test_half_a_date_is_kept_as_half(cell, edtf):
    [child] = said(("ПІБ", "Народився"), ("Коваленко Марія", cell))
    assert child[4] == edtf


def test_an_age_is_read_only_under_its_own_heading():
    [child] = said(("ПІБ", "Вік"), ("Коваленко Марія", "9"))
    assert child[4] is not None
    [child] = said(("ПІБ", "Група"), ("Коваленко Марія", "9"))
    assert child[4] is None


@pytest.mark.parametrize("cell", ["не знаю", "2099", "31.02.2015", "??.05.2015", "1=1"])
def test_a_birth_nobody_understands_is_kept_as_it_stands(cell):
    [child] = read(("ПІБ", "Народився"), ("Коваленко Марія", cell))
    assert child.answers["born"].value == {"text": cell}
    assert not child.clear


def test_a_row_written_oddly_is_shown_whole_and_not_lost():
    [child] = read(("3 дітей, Коваленко Марія та брат 2 р",))
    assert child.name == "3 дітей, Коваленко Марія та брат 2 р"
    assert not child.clear
    [_, other] = read(
        ("ПІБ", "Народився", ""), ("Бойко Ян", "2015", ""), ("", "", "Шевченко Іван")
    )
    assert (other.name, other.clear) == ("Шевченко Іван", False)


def test_rows_without_words_are_nobody():
    assert read(("1", "2015"), ("", ""), ("—",), ("03.05.2015",)) == ()


def test_the_case_of_a_row_is_always_the_same_and_never_another_s():
    from uuid import UUID

    first, second = read(("Бойко Ян",), ("Бойко Ян",))
    file, other = UUID(int=1), UUID(int=2)
    assert first.case(file) == read(("Бойко Ян",))[0].case(file)
    assert len({one.case(which) for one in (first, second) for which in (file, other)}) == 4


def test_a_name_is_the_same_in_either_order():
    assert spelled("Коваленко Мар'яна") == spelled("МАР’ЯНА  коваленко")
