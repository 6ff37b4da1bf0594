"""Place: by code where it is known, as written where it is not."""

from datetime import date

import pytest

from flows.answers import Area, Deeper, Invalid, Literal, NotKnown, Taken
from flows.kinds.kind import Now
from flows.kinds.place import Place

NOW = Now(date(2026, 11, 24))
TIRED = Now(NOW.today, tries=2)
HERE, ANYWHERE = Place(), Place(anywhere=True)
BAKHMUT = "UA14020010010059145"


def walk(kind, *steps, now=NOW):
    """Steps starting with ">" are taps, others are typed."""
    outcome = Deeper({})
    for step in steps:
        if step.startswith(">"):
            outcome = kind.tapped(step[1:], outcome.sub, now)
        else:
            outcome = kind.typed(step, outcome.sub, now)
    return outcome


def shown(kind, outcome):
    return {option.key: option.label for option in kind.page(outcome.sub, NOW).options()}


def test_the_first_page_has_the_eleven_regions_hit_most():
    options = list(shown(HERE, Deeper({})).values())
    assert options[:3] == [Area(code, short=True) for code in ("UA-14", "UA-09", "UA-23")]
    assert len(options) == 13


def test_both_pages_of_oblasts_hold_all_of_ukraine():
    codes = [*shown(HERE, Deeper({})), *shown(HERE, walk(HERE, ">other"))]
    assert len({code for code in codes if code.startswith("UA-")}) == 27


def test_a_name_only_one_place_bears_is_taken():
    taken = walk(HERE, ">UA-65", "Генічеськ")
    assert taken.value == {
        "country": "UA",
        "oblast": "UA-65",
        "region": None,
        "code": "UA65040010010040633",
        "name": "Генічеськ, Генічеський р-н, Херсонська область",
        "text": "Генічеськ",
    }
    assert HERE.told(taken.value) == (Literal("Генічеськ, Генічеський р-н"), Area("UA-65"))


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("Новомосковськ", "Самар"),
        ("Червоноград", "Шептицький"),
        ("Красноград", "Берестин"),
        ("Новоград-Волинський", "Звягель"),
        ("Самар", "Самар"),
        ("Геническ", "Генічеськ"),
        ("м. Токмак", "Токмак"),
        ("Слов'янськ", "Слов’янськ"),
    ],
)
def test_former_and_russian_names_lead_to_the_name_of_today(typed, now):
    assert walk(HERE, typed).value["name"].startswith(f"{now},")


def test_a_former_name_of_two_towns_is_asked_about():
    asked = walk(HERE, "Артемівськ")
    assert shown(HERE, asked)[BAKHMUT] == Literal("Бахмут — Бахмутський р-н, Донецька")
    taken = HERE.tapped(BAKHMUT, asked.sub, NOW)
    assert (taken.value["code"], taken.value["text"]) == (BAKHMUT, "Артемівськ")


def test_a_name_of_many_villages_asks_for_the_oblast_first():
    asked = walk(HERE, "Іванівка")
    assert len(shown(HERE, asked)) > 15
    villages = shown(HERE, HERE.tapped("UA-65", asked.sub, NOW))
    labels = [label.text for label in villages.values() if isinstance(label, Literal)]
    assert "Іванівка — Генічеський р-н" in labels


def test_buttons_of_one_page_never_read_the_same():
    asked = walk(HERE, ">UA-63", "Іванівка")
    seen = []
    while True:
        page = shown(HERE, asked)
        seen += [label.text for label in page.values() if isinstance(label, Literal)]
        if "#more" not in page:
            break
        asked = HERE.tapped("#more", asked.sub, NOW)
    assert len(seen) == len(set(seen)) > 6


def test_villages_no_words_can_tell_apart_are_kept_together():
    asked = walk(HERE, ">UA-63", "Іванівка")
    (key,) = (
        key
        for key, label in shown(HERE, asked).items()
        if isinstance(label, Literal) and "Барвінківська" in label.text
    )
    value = HERE.tapped(key, asked.sub, NOW).value
    assert value["code"] is None
    assert len(value["codes"]) == 3


def test_a_misspelled_name_offers_what_is_like_it():
    asked = walk(HERE, ">UA-14", "Маріупаль")
    assert "Маріуполь — Маріупольський р-н" in {
        label.text for label in shown(HERE, asked).values() if isinstance(label, Literal)
    }


def test_an_unknown_name_is_kept_as_written():
    kept = walk(HERE, ">UA-65", "Ферма Зоря 3", ">#keep")
    assert kept.flags == ("unparsed",)
    assert (kept.value["oblast"], kept.value["code"]) == ("UA-65", None)
    assert HERE.told(kept.value) == (Literal("Ферма Зоря 3"), Area("UA-65"))


def test_typing_anew_searches_anew():
    assert walk(HERE, ">UA-65", "Ферма Зоря 3", "Генічеськ").value["code"]


def test_the_oblast_alone_is_an_answer():
    value = walk(HERE, ">UA-14", ">only").value
    assert (value["oblast"], value["code"], value["name"]) == ("UA-14", None, "Донецька область")


def test_an_oblast_can_be_typed():
    assert walk(HERE, "Херсонська область").sub == {"at": "settlement", "oblast": "UA-65"}


def test_kyiv_and_sevastopol_are_settlements_and_regions():
    assert walk(HERE, ">other", ">UA-30").value["code"] == "UA80000000000093317"
    assert walk(HERE, ">UA-40", ">only").value["name"] == "Севастополь"


def test_abroad_is_a_country_and_free_words():
    value = walk(HERE, ">abroad", "Польша", "Краків").value
    assert (value["country"], value["name"]) == ("PL", "Краків, Польща")


def test_a_russian_region_is_found_by_letter():
    asked = walk(ANYWHERE, ">RU", ">letter Р")
    assert shown(ANYWHERE, asked)["RU-ROS"] == Area("RU-ROS")
    value = walk(ANYWHERE, ">RU", ">letter Р", ">RU-ROS", "Таганрог").value
    assert value == {
        "country": "RU",
        "oblast": None,
        "region": "RU-ROS",
        "code": None,
        "name": "Таганрог, Ростовська область, Росія",
        "text": "Таганрог",
    }


def test_every_russian_region_is_under_some_letter():
    found = set()
    for letter in shown(ANYWHERE, walk(ANYWHERE, ">RU")):
        if letter.startswith("letter "):
            asked = walk(ANYWHERE, ">RU", f">{letter}")
            while True:
                page = shown(ANYWHERE, asked)
                found |= {key for key in page if key.startswith("RU-")}
                if "#more" not in page:
                    break
                asked = ANYWHERE.tapped("#more", asked.sub, NOW)
    assert len(found) == 83


@pytest.mark.parametrize("typed", ["Ростовська область", "ростовская область", "Ростов"])
def test_a_russian_region_can_be_typed(typed):
    assert walk(ANYWHERE, ">RU", typed).sub["region"] == "RU-ROS"


def test_a_town_of_an_unknown_region_is_kept_with_its_country():
    value = walk(ANYWHERE, ">RU", "Таганрог").value
    assert (value["country"], value["region"], value["text"]) == ("RU", None, "Таганрог")


def test_occupied_territory_is_ukraine():
    value = walk(ANYWHERE, ">occupied", ">UA-14", "Макеевка").value
    assert (value["country"], value["oblast"], value["occupied"]) == ("UA", "UA-14", True)


def test_a_name_of_two_countries_is_shown_and_not_taken():
    assert isinstance(walk(ANYWHERE, "Самар"), Deeper)


def test_a_foreign_town_without_a_country_asks_for_it_and_is_kept_in_the_end():
    with pytest.raises(Invalid, match="place_country"):
        walk(ANYWHERE, "Таганрог")
    kept = walk(ANYWHERE, "Таганрог", ">#keep", now=TIRED)
    assert (kept.value["country"], kept.value["text"]) == (None, "Таганрог")
    assert ANYWHERE.fits(kept.value)


def test_not_knowing_is_an_answer():
    assert walk(HERE, ">UA-65", "не знаю") == NotKnown("не знаю")


def test_a_stale_button_is_refused():
    for kind, key in ((HERE, "RU"), (ANYWHERE, "UA-65"), (HERE, "UA14020010010059145")):
        with pytest.raises(Invalid, match="choose"):
            kind.tapped(key, {}, NOW)
    assert isinstance(walk(HERE, ">UA-14", "Бахмут"), Taken)
