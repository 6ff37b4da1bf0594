"""What is said of each field of two cards: match, near, mismatch or blank, and why."""

import pytest
from matching_pairs import card

from cases.matching import FieldResult, compare, read
from cases.matching.weigh import AT_MOST, WEIGHTS


def _compared(one: str, other: str):
    return compare(read("A", card(one)), read("B", card(other)))


def _field(key: str, one: str, other: str) -> FieldResult:
    return next(each for each in _compared(one, other).fields if each.key == key)


SURNAMES = {
    ("Савицька", "Savitsky"): "same",
    ("Зайцева", "Zaytsev"): "same",
    ("Ковальов", "Ковалёва"): "same",
    ("П’ятак", "ПЯТАК"): "same",
    ("Щербак", "Szczerbak"): "same",
    ("Нечай-Левицька", "Левицька"): "half",
    ("Стрілець", "Стрелец"): "near",
    ("Чумак", "Чумаков"): "ending",
    ("Шевченко", "Szewczenko"): "same_common",
    ("Ткаченко", "Ткачук"): "different",
    ("Гончар", "Гончаренко"): "different",
}


@pytest.mark.parametrize(("pair", "reason"), SURNAMES.items())
def test_a_surname_is_known_by_its_sound(pair, reason):
    assert _field("family", f"{pair[0]}/Єва", f"{pair[1]}/Єва").reason == reason


GIVEN = {
    ("Олена", "Елена"): "variant",
    ("Олена", "Helen"): "variant",
    ("Микола", "Николай"): "variant",
    ("Софія", "Sofiia"): "same",
    ("Софія", "Соня"): "short",
    ("Олександр", "Саша"): "short",
    ("Олександра", "Саша"): "short",
    ("Вадим", "Вадм"): "near",
    ("Тимофій", "Т."): "initial",
    ("Марія-Вікторія", "Віка"): "short",
    ("Марія", "Марина"): "different",
    ("Яна", "Анна"): "different",
    ("Олександр", "Олександра"): "different",
    ("Тимофій", "С."): "different",
}


@pytest.mark.parametrize(("pair", "reason"), GIVEN.items())
def test_a_given_name_is_known_in_all_its_forms(pair, reason):
    assert _field("given", f"Мак/{pair[0]}", f"Мак/{pair[1]}").reason == reason


FATHERS = {
    ("Миколайович", "Николаевич"): "variant",
    ("Іванович", "Іванівна"): "same",
    ("Яківна", "Яковлевна"): "variant",
    ("Ілліч", "Ильинична"): "same",
    ("Ігорович", "Олегович"): "different",
}


@pytest.mark.parametrize(("pair", "reason"), FATHERS.items())
def test_a_patronymic_tells_the_father(pair, reason):
    assert _field("patronymic", f"Мак/Єва/{pair[0]}", f"Мак/Єва/{pair[1]}").reason == reason


DATES = {
    ("2012-03-04", "2012-03-04"): "same_day",
    ("2012-03-04", "2012-04-03"): "swapped",
    ("2012-03-04", "2012-03-06"): "day_off",
    ("2012-03-04", "2012-03-10"): "week_off",
    ("2012-03-14", "2012-03-24"): "mistyped",
    ("2012-03-04", "2013-03-04"): "year_off",
    ("2012-03-04", "2012-03"): "same_month",
    ("2012-03-04", "2012-21"): "same_season",
    ("2012-03-04", "2012"): "same_year",
    ("2012-01-01", "2012-09-09"): "same_year",
    ("2012~", "2013-05-05"): "same_year",
    ("2012-11-25/2013-11-24a", "2013-02-02"): "same_year",
    ("2012", "2013-02-03"): "next_to",
    ("2012", "2013-09-03"): "next_year",
    ("2012-03-04", "2013-08-20"): "apart",
    ("2012-03-04", "2017-03-14"): "far",
}


@pytest.mark.parametrize(("pair", "reason"), DATES.items())
def test_a_birth_date_may_be_half_known_or_mistaken(pair, reason):
    assert _field("born", f"/Єва ; {pair[0]}", f"/Єва ; {pair[1]}").reason == reason


HOMES = {
    ("Олешки@65", "Олешки@65"): "settlement",
    ("Раденськ@65", "Олешки@65"): "community",
    ("Херсон@65", "Олешки@65"): "district",
    ("Генічеськ@65", "Олешки@65"): "oblast",
    ("Херсон@65", "@65"): "oblast",
    ("Херсон@65", "Токмак@23"): "elsewhere",
    ("Анапа@RU-KDA", "Анапа@RU-KDA"): "settlement",
    ("Анапа@RU-KDA", "Сочі@RU-KDA"): "oblast",
    ("Анапа@RU-KDA", "Херсон@65"): "elsewhere",
}


@pytest.mark.parametrize(("pair", "reason"), HOMES.items())
def test_places_are_as_near_as_their_codes(pair, reason):
    assert _field("home", f"/Єва ; h={pair[0]}", f"/Єва ; h={pair[1]}").reason == reason


def test_one_familys_home_is_where_another_saw_the_child_last():
    seen = _field("last_place", "/Єва ; h=Олешки@65", "/Єва ; l=Олешки@65")
    assert (seen.verdict, seen.reason) == ("match", "crossed")


def test_a_telephone_is_one_however_it_is_written():
    assert _field("phones", "/Єва ; t=+380951234567", "/Єва ; t=095 123-45-67").verdict == "match"
    assert _field("phones", "/Єва ; t=@Kvitka_1", "/Єва ; t=t.me/kvitka_1").verdict == "match"
    other = _field("phones", "/Єва ; t=+380951234567", "/Єва ; t=+380951234568")
    assert (other.verdict, other.points) == ("mismatch", 0)


def test_papers_are_compared_through_lookalike_letters():
    assert _field("papers", "/Єва ; id=ФЕ 123987", "/Єва ; id=FE-123987").reason == "same"
    assert _field("papers", "/Єва ; id=ФЕ 123987", "/Єва ; id=№ 123987").reason == "number"
    assert _field("papers", "/Єва ; id=3456789012", "/Єва ; id=іпн 3456789012").reason == "same"
    assert _field("papers", "/Єва ; id=І-БК 123456", "/Єва ; id=1-БK № 123456").reason == "same"
    assert _field("papers", "/Єва ; id=І-БК 123456", "/Єва ; id=IV-ЖС 123456").reason == "digits"
    assert _field("papers", "/Єва ; id=3456789012", "/Єва ; id=3567890123").reason == "different"


def test_a_new_identity_is_read_with_its_name_and_date():
    seen = _compared(
        "Воронько/Софія ; 2016-03-08 ; new=Воронцова София 08.03.2017",
        "Воронцова/София ; 2017-03-08",
    )
    found = {each.key: each.reason for each in seen.fields}
    assert (found["family"], found["born"], seen.level) == ("other_name", "same_day", "likely")


def test_a_name_told_the_other_way_round_is_told_so():
    seen = _compared("Тарас/Григорій ; 2012-05-12", "Григорій/Тарас ; 2012-05-12")
    assert (seen.swapped, seen.level) == (True, "likely")


def test_twins_are_not_suggested_however_much_they_share():
    seen = _compared(
        "Мороз/Софія/Ігорівна ; 2016-04-17 ; h=Олешки@65 ; l=Олешки@65 ; t=+380501112233",
        "Мороз/Злата/Ігорівна ; 2016-04-17 ; h=Олешки@65 ; l=Олешки@65 ; t=+380501112233",
    )
    assert seen.level == "none"


def test_another_surname_is_possible_at_most_without_a_paper():
    one = "Воронько/Софія/Ігорівна ; 2016-03-08 ; h=Херсон@65 ; t=+380501112233"
    other = one.replace("Воронько", "Громова")
    assert _compared(one, other).level == "possible"
    assert _compared(f"{one} ; id=ФЕ123987", f"{other} ; id=ФЕ123987").level == "likely"


def test_the_table_shows_what_each_card_says():
    seen = _field("born", "/Єва ; 2012-03-04", "/Єва ; 2012")
    assert (seen.left, seen.right) == ("2012-03-04", "2012")
    assert (seen.verdict, seen.points) == WEIGHTS["born"]["same_year"]


def test_every_field_has_its_row_whatever_is_blank():
    assert [each.key for each in _compared("/Єва", "Мак/").fields] == list(WEIGHTS)
    assert {each.verdict for each in _compared("/", "/").fields} == {"blank"}


def test_weights_point_where_their_verdicts_do():
    for key, reasons in WEIGHTS.items():
        for reason, (verdict, points) in reasons.items():
            fits = {"match": points > 0, "near": points >= 0, "mismatch": points <= 0}
            assert fits.get(verdict, points == 0), (key, reason)
    assert all(reason in WEIGHTS[key] for key, reason in AT_MOST)


def test_nothing_a_family_told_is_in_a_repr():
    one = "Канаркова/Соломія/Ігорівна ; 2012-03-04 ; h=Олешки@65 ; t=+380501112233 ; id=ФЕ123987"
    shown = read("A", card(f"{one} ; aka=Соля Чижова"))
    for seen in (repr(shown), repr(shown.names), repr(compare(shown, shown))):
        for private in (
            "Канар",
            "kanar",
            "Солом",
            "Ігор",
            "2012",
            "Олеш",
            "38050",
            "123987",
            "Чиж",
        ):
            assert private not in seen
