"""Dates and moments in five languages."""

from datetime import UTC, date, datetime

import pytest

from locales.dates import day, edtf_words, moment

TRIO = ("uk", "ru", "en")
WORDED = {
    "2017-03-27": ("27 березня 2017 р.", "27 марта 2017 г.", "27 March 2017"),
    "2022-04": ("квітень 2022 р.", "апрель 2022 г.", "April 2022"),
    "2022-21": ("весна 2022 р.", "весна 2022 г.", "spring 2022"),
    "2022-24": ("зима 2022 р.", "зима 2022 г.", "winter 2022"),
    "2022": ("2022 рік", "2022 год", "2022"),
    "2022~": ("близько 2022 року", "около 2022 года", "around 2022"),
    "2022-04~": ("близько квітня 2022 р.", "около апреля 2022 г.", "around April 2022"),
    "2022-22~": ("близько літа 2022 р.", "около лета 2022 г.", "around summer 2022"),
    "2017-03-27~": (
        "близько 27 березня 2017 р.", "около 27 марта 2017 г.", "around 27 March 2017",
    ),
    "2022-04-01/2022-04-10": (
        "від 1 до 10 квітня 2022 р.", "с 1 до 10 апреля 2022 г.", "from 1 to 10 April 2022",
    ),
    "2022-03/2022-04": (
        "від березня до квітня 2022 р.", "с марта до апреля 2022 г.", "from March to April 2022",
    ),
    "2020/2022": ("від 2020 до 2022 року", "с 2020 до 2022 года", "from 2020 to 2022"),
    "2021-12/2022-01": (
        "від грудня 2021 р. до січня 2022 р.",
        "с декабря 2021 г. до января 2022 г.",
        "from December 2021 to January 2022",
    ),
    "2016-11-25/2017-11-24": (
        "від 25 листопада 2016 р. до 24 листопада 2017 р.",
        "с 25 ноября 2016 г. до 24 ноября 2017 г.",
        "from 25 November 2016 to 24 November 2017",
    ),
    "2022-03/2022-03": ("березень 2022 р.", "март 2022 г.", "March 2022"),
}  # fmt: skip


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("edtf", WORDED)
def test_a_half_remembered_date_is_said_as_people_say_it(edtf):
    assert tuple(plain(edtf_words(locale, edtf)) for locale in TRIO) == WORDED[edtf]


@pytest.mark.parametrize(
    "text", ["", "x", "2022-13", "2022-00", "2022-25", "2022-02-30", "2022-21-05", "../2022",
             "2022/", "2020/2021/2022", "٢٠٢٢", "2022-04-07T10:00"],
)  # fmt: skip
def test_what_is_no_date_we_keep_is_given_back_as_it_is(text):
    assert edtf_words("uk", text) == text


def test_the_year_never_loses_its_word_at_the_end_of_a_line():
    for edtf in WORDED:
        for short in (" р.", " г.", " рік", " року"):
            assert short not in edtf_words("uk", edtf)
            assert short not in edtf_words("ru", edtf)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
         ("14:00 25 листопада", "14:00 25 ноября", "14:00 on 25 November")),
        (datetime(2026, 7, 25, 22, 30, tzinfo=UTC),  # summer time, and the next day in Kyiv
         ("01:30 26 липня", "01:30 26 июля", "01:30 on 26 July")),
    ],
)  # fmt: skip
def test_a_moment_is_told_in_kyiv_time(when, said):
    assert tuple(plain(moment(locale, when)) for locale in TRIO) == said


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        moment("uk", datetime(2026, 11, 25, 12, 0))  # noqa: DTZ001 -- naive on purpose


def test_a_day_is_told_without_its_year():
    on = date(2026, 12, 24)
    assert [plain(day(locale, on)) for locale in TRIO] == [
        "24 грудня", "24 декабря", "24 December",
    ]  # fmt: skip


POLISH_AND_GERMAN = {
    "2017-03-27": ("27 marca 2017", "27. März 2017"),
    "2022-04": ("kwiecień 2022", "April 2022"),
    "2022-21": ("wiosna 2022", "Frühling 2022"),
    "2022-24": ("zima 2022", "Winter 2022"),
    "2022": ("2022 rok", "2022"),
    "2022~": ("około 2022 roku", "etwa 2022"),
    "2022-04~": ("około kwietnia 2022", "etwa April 2022"),
    "2022-22~": ("około lata 2022", "etwa Sommer 2022"),
    "2017-03-27~": ("około 27 marca 2017", "etwa 27. März 2017"),
    "2022-04-01/2022-04-10": ("od 1 do 10 kwietnia 2022", "von 1. bis 10. April 2022"),
    "2022-03/2022-04": ("od marca do kwietnia 2022", "von März bis April 2022"),
    "2020/2022": ("od 2020 do 2022 roku", "von 2020 bis 2022"),
    "2021-12/2022-01": ("od grudnia 2021 do stycznia 2022", "von Dezember 2021 bis Januar 2022"),
    "2016-11-25/2017-11-24": (
        "od 25 listopada 2016 do 24 listopada 2017",
        "von 25. November 2016 bis 24. November 2017",
    ),
    "2022-03/2022-03": ("marzec 2022", "März 2022"),
}


@pytest.mark.parametrize("edtf", WORDED)
def test_half_remembered_dates_in_polish_and_german(edtf):
    told = tuple(plain(edtf_words(locale, edtf)) for locale in ("pl", "de"))
    assert told == POLISH_AND_GERMAN[edtf]


def test_a_moment_and_a_day_in_polish_and_german():
    winter = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert plain(moment("pl", winter)) == "14:00 25 listopada"
    assert plain(moment("de", winter)) == "14:00 Uhr am 25. November"
    summer = datetime(2026, 7, 25, 22, 30, tzinfo=UTC)
    assert plain(moment("pl", summer)) == "01:30 26 lipca"
    assert plain(moment("de", summer)) == "01:30 Uhr am 26. Juli"
    on = date(2026, 12, 24)
    assert [plain(day(locale, on)) for locale in ("pl", "de")] == ["24 grudnia", "24. Dezember"]
