"""PartialDate: as much of a date as somebody remembers."""

from datetime import date

import pytest

from flows.answers import Deeper, Edtf, Invalid, NotKnown, Taken, Word
from flows.kinds.dates import PartialDate
from flows.kinds.kind import Now

NOW = Now(date(2026, 11, 24))
TIRED = Now(NOW.today, tries=2)
BORN, EVENT = PartialDate(birth=True), PartialDate()


def keys(kind, sub):
    return [option.key for option in kind.page(sub, NOW).options()]


def period(outcome):
    value = outcome.value if isinstance(outcome, Taken) else outcome.sub["confirm"]
    return value["edtf"], value["from"], value["to"], value["precision"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("27.3.2022", ("2022-03-27", "2022-03-27", "2022-03-27", "day")),
        ("27 3 2022", ("2022-03-27", "2022-03-27", "2022-03-27", "day")),
        ("14 берез. 2017", ("2017-03-14", "2017-03-14", "2017-03-14", "day")),
        ("March 11 2014", ("2014-03-11", "2014-03-11", "2014-03-11", "day")),
        ("24 февраля 2022 года", ("2022-02-24", "2022-02-24", "2022-02-24", "day")),
        ("у квітні 2022", ("2022-04", "2022-04-01", "2022-04-30", "month")),
        ("квітень 2022 р.", ("2022-04", "2022-04-01", "2022-04-30", "month")),
        ("в апреле 2022", ("2022-04", "2022-04-01", "2022-04-30", "month")),
        ("April 2022", ("2022-04", "2022-04-01", "2022-04-30", "month")),
        ("04.2022", ("2022-04", "2022-04-01", "2022-04-30", "month")),
        ("десь у квітні 2022", ("2022-04~", "2022-04-01", "2022-04-30", "month")),
        ("березень-квітень 2022", ("2022-03/2022-04", "2022-03-01", "2022-04-30", "month")),
        ("кінець березня 2022", ("2022-03-21/2022-03-31", "2022-03-21", "2022-03-31", "month")),
        ("весна 2022", ("2022-21", "2022-03-01", "2022-05-31", "season")),
        ("навесні 2014", ("2014-21", "2014-03-01", "2014-05-31", "season")),
        ("зимой 2022", ("2022-24", "2022-01-01", "2022-12-31", "season")),
        ("2022", ("2022", "2022-01-01", "2022-12-31", "year")),
        ("на початку 2022 року", ("2022-01-01/2022-04-30", "2022-01-01", "2022-04-30", "year")),
        ("вчора", ("2026-11-23", "2026-11-23", "2026-11-23", "day")),
    ],
)
def test_the_date_of_an_event_is_read_in_three_languages(typed, read):
    outcome = EVENT.typed(typed, {}, NOW)
    assert isinstance(outcome, Taken)
    assert period(outcome) == read
    assert outcome.verbatim == typed


@pytest.mark.parametrize(
    ("typed", "edtf"),
    [("квітень", "2026-04"), ("грудень", "2025-12"), ("22-го квітня", "2026-04-22"),
     ("у квітні 22-го", "2022-04"), ("27/03/17", "2017-03-27"), ("2010", "2010")],
)  # fmt: skip
def test_what_had_to_be_filled_in_is_confirmed_first(typed, edtf):
    outcome = EVENT.typed(typed, {}, NOW)
    assert isinstance(outcome, Deeper)
    assert EVENT.page(outcome.sub, NOW).ask == Word("kind.date.confirm", {"date": Edtf(edtf)})
    assert period(EVENT.tapped("yes", outcome.sub, NOW))[0] == edtf
    assert EVENT.tapped("#again", outcome.sub, NOW) == Deeper({})


@pytest.mark.parametrize(
    ("sub", "typed", "edtf"),
    [
        ({"year": 2022}, "квітень", "2022-04"),
        ({"year": 2022}, "навесні", "2022-21"),
        ({"year": 2022}, "14.3", "2022-03-14"),
        ({"year": 2022, "month": 4}, "14", "2022-04-14"),
        ({"year": 2022, "month": 4}, "кінець", "2022-04-21/2022-04-30"),
        ({"year": 2022, "month": 4}, "5.6.2019", "2019-06-05"),
    ],
)
def test_below_a_picked_year_or_month_the_rest_is_enough(sub, typed, edtf):
    assert period(EVENT.typed(typed, sub, NOW))[0] == edtf


def test_years_run_from_this_one_back_to_2014():
    assert keys(EVENT, {}) == [str(year) for year in range(2026, 2013, -1)]


def test_nothing_ahead_is_offered():
    assert "12" not in keys(EVENT, {"year": 2026})
    assert keys(EVENT, {"year": 2026, "month": 11})[:-2] == [str(n) for n in range(1, 25)]
    assert keys(EVENT, {"year": 2026, "month": 12}) == keys(EVENT, {"year": 2026})


@pytest.mark.parametrize(
    ("taps", "edtf"),
    [
        (("2022", "4", "14"), "2022-04-14"),
        (("2022", "4", "whole"), "2022-04"),
        (("2022", "4", "forgot"), "2022-04~"),
        (("2022", "s21"), "2022-21"),
        (("2022", "whole"), "2022"),
        (("2024", "2", "29"), "2024-02-29"),
    ],
)
def test_a_date_is_picked_as_far_as_it_is_remembered(taps, edtf):
    sub = {}
    for tap in taps[:-1]:
        sub = EVENT.tapped(tap, sub, NOW).sub
    assert period(EVENT.tapped(taps[-1], sub, NOW))[0] == edtf


def test_a_stale_button_is_refused():
    for key, sub in (("1999", {}), ("s99", {"year": 2022}), ("30", {"year": 2022, "month": 2})):
        with pytest.raises(Invalid, match="choose"):
            EVENT.tapped(key, sub, NOW)


def test_a_day_of_birth_is_taken_at_once():
    taken = BORN.typed("27 3 2017", {}, NOW)
    assert taken == Taken(
        {"edtf": "2017-03-27", "from": "2017-03-27", "to": "2017-03-27", "precision": "day"},
        "27 3 2017",
    )
    assert BORN.told(taken.value) == (Edtf("2017-03-27"),)


def test_a_year_of_birth_alone_is_enough():
    assert period(BORN.typed("2017", {}, NOW))[0] == "2017"


@pytest.mark.parametrize(
    ("typed", "age"), [("01.01.2007", 19), ("24.11.2008", 18), ("1985", 40), ("19 років", 19)]
)
def test_a_grown_up_is_confirmed_and_never_refused(typed, age):
    asked = BORN.typed(typed, {}, NOW)
    ask = BORN.page(asked.sub, NOW).ask
    assert (ask.key, ask.params["age"]) == ("kind.date.adult", age)
    assert BORN.tapped("yes", asked.sub, NOW).flags == ("adult_now",)


def test_the_day_before_the_eighteenth_birthday_is_a_childs():
    assert isinstance(BORN.typed("25.11.2008", {}, NOW), Taken)


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("31.02.2020", "date_days.2", {"year": 2020, "days": 29}),
        ("29.02.2023", "date_days.2", {"year": 2023, "days": 28}),
        ("31.04.2014", "date_days.4", {"year": 2014, "days": 30}),
        ("32.01.2014", "date_days.1", {"year": 2014, "days": 31}),
        ("01.13.2014", "date_month", {"month": 13}),
        ("25.11.2026", "date_future", {}),
        ("завтра", "date_future", {}),
        ("11.03", "date", {}),
        ("сто років тому", "date", {}),
        ("150 років", "age", {}),
    ],
)
def test_a_refusal_says_what_is_the_matter(typed, code, params):
    with pytest.raises(Invalid) as refused:
        BORN.typed(typed, {}, NOW)
    assert (refused.value.code, refused.value.params) == (code, params)


def test_today_is_not_the_future():
    assert isinstance(BORN.typed("24.11.2026", {}, NOW), Taken)


@pytest.mark.parametrize("typed", ["2026", "листопад 2026", "восени 2026"])
def test_a_month_or_year_that_is_not_over_is_not_the_future(typed):
    assert isinstance(EVENT.typed(typed, {}, NOW), Taken)


@pytest.mark.parametrize("typed", ["грудень 2026", "25.11.2026", "2027"])
def test_an_event_cannot_lie_ahead(typed):
    with pytest.raises(Invalid, match="date_future"):
        EVENT.typed(typed, {}, NOW)


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("9 років", "2016-11-25", "2017-11-24"),
        ("9 лет", "2016-11-25", "2017-11-24"),
        ("дев'ять років", "2016-11-25", "2017-11-24"),
        ("3 місяці", "2026-07-25", "2026-08-24"),
        ("півтора року", "2025-02-25", "2025-08-24"),
    ],
)
def test_an_age_becomes_the_span_of_days_of_birth_it_allows(typed, start, end):
    asked = BORN.typed(typed, {}, NOW)
    assert period(asked) == (f"{start}/{end}", start, end, "age")
    assert isinstance(BORN.tapped("yes", asked.sub, NOW), Taken)


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2024, 2, 29), date(2027, 3, 1)])
@pytest.mark.parametrize("age", range(18))
def test_each_age_has_a_button_and_the_span_of_exactly_one_year(age, today):
    now = Now(today)
    sub = BORN.tapped("age", {}, now).sub
    value = BORN.tapped(str(age), sub, now).value
    start, end = date.fromisoformat(value["from"]), date.fromisoformat(value["to"])
    assert (end - start).days in (364, 365)
    assert today.year - end.year - ((today.month, today.day) < (end.month, end.day)) == age


def test_a_bare_number_is_an_age_only_where_the_age_was_asked():
    assert period(BORN.typed("9", {"ask": "age"}, NOW))[3] == "age"
    with pytest.raises(Invalid, match="date"):
        BORN.typed("9", {}, NOW)


def test_not_knowing_is_an_answer():
    assert EVENT.typed("не пам'ятаю", {}, NOW) == NotKnown("не пам'ятаю")


def test_a_date_refused_twice_may_be_kept():
    offered = BORN.typed("до війни", {}, TIRED)
    assert BORN.page(offered.sub, NOW).ask == Word("kind.keep.ask", {"text": "до війни"})
    kept = BORN.tapped("#keep", offered.sub, NOW)
    assert kept == Taken({"text": "до війни"}, "до війни", ("unparsed",))
    assert BORN.fits(kept.value)


@pytest.mark.parametrize(
    ("typed", "edtf"),
    [
        ("kwiecień 2022", "2022-04"), ("w kwietniu 2022", "2022-04"), ("7 maja 2022", "2022-05-07"),
        ("wiosna 2022", "2022-21"), ("około 2022 roku", "2022~"), ("koniec marca 2022", "2022-03-21/2022-03-31"),
        ("April 2022", "2022-04"), ("im März 2022", "2022-03"), ("7. Mai 2022", "2022-05-07"),
        ("Sommer 2022", "2022-22"), ("etwa 2022", "2022~"), ("Ende März 2022", "2022-03-21/2022-03-31"),
    ],
)  # fmt: skip
def test_dates_are_understood_in_polish_and_german(typed, edtf):
    outcome = PartialDate().typed(typed, {}, Now(date(2026, 11, 24)))
    value = outcome.value if isinstance(outcome, Taken) else outcome.sub["confirm"]
    assert value["edtf"] == edtf
