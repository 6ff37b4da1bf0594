"""PFIF of a case keeps the standard, the family's consent, and silence where a word does harm."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import (
    CAMP,
    CODE,
    MADE,
    NOW,
    SHORTEST,
    WHOLE,
    addition,
    complete,
    day,
    facts,
    name,
    news,
    place,
    report,
    smallest,
)
from pfif_rules import PLACEHOLDER, broken, records

from desk.export.consent import NotShared, Unread
from desk.export.notes import STATUSES
from desk.export.opened import Confirmed
from desk.export.pfif import Nobody, Office, pfif
from flows.answers import Answer, State
from flows.news import NEWS
from flows.report import OTHERS

OFFICE = Office("dodomu.example", "Офіс Генерального прокурора")
EXPIRES = MADE.at + timedelta(days=90)
ALONE = {key: said for key, said in WHOLE.items() if not key.startswith("b/")}


def xml(opened, to="icrc", **more):
    return pfif(opened, OFFICE, **{"to": to, "at": MADE.at, "expires": EXPIRES, **more})


def told(opened, to="icrc", **more):
    made = xml(opened, to, **more)
    assert broken(made) == []
    return records(made)


def alone(*updates, confirmed=(), **more):
    """One child, so that news is about it."""
    return complete(report=report(ALONE), updates=updates, confirmed=confirmed, **more)


def last_note(status, **more):
    return told(alone(news(status, timedelta(days=1), 9, **more)))[0]["notes"][-1]


@pytest.mark.parametrize("opened", [complete(), smallest()], ids=["complete", "smallest"])
def test_a_case_keeps_the_rules_of_the_standard(opened):
    assert broken(xml(opened, "prosecutor")) == []


def test_the_checker_of_rules_would_notice():
    good = xml(complete()).decode()
    for right, wrong in {
        "<pfif:sex>male": "<pfif:sex>boy",
        "T12:00:07Z</pfif:source_date>": "T12:00:07+00:00</pfif:source_date>",
        "<pfif:status>believed_alive": "<pfif:status>alive",
        "<pfif:full_name>": "<pfif:nick>",
    }.items():
        spoiled = good.replace(right, wrong).replace("</pfif:full_name>", "</pfif:full_name>")
        if "nick" in wrong:
            spoiled = spoiled.replace("</pfif:full_name>", "</pfif:nick>")
        assert broken(spoiled.encode()) != []


def test_a_person_is_who_the_family_said():
    artem, sofiia = told(complete())
    assert artem["person_record_id"] == f"dodomu.example/person.{CODE}.1"
    assert artem["full_name"].split("\n") == [
        "Артем Ігорович Коваленко",
        "Kovalenko Artem Ihorovych",
    ]
    assert (artem["given_name"], artem["family_name"]) == ("Артем", "Коваленко")
    assert artem["alternate_names"] == "Тьома, Артём"
    assert artem["description"] == "135 см, русе волосся, сірі очі\nшрам над лівою бровою"
    assert (artem["sex"], sofiia["sex"]) == ("male", "female")
    assert (artem["home_city"], artem["home_state"], artem["home_country"]) == (
        "Олешки",
        "UA-65",
        "UA",
    )
    assert artem["source_date"] == "2026-11-24T12:00:07Z"
    assert artem["source_name"] == OFFICE.name
    assert artem["expiry_date"] == "2027-02-24T12:00:07Z"


@pytest.mark.parametrize(
    ("born", "field", "value"),
    [
        (day(date(2018, 9, 14)), "date_of_birth", "2018-09-14"),
        (day(date(2018, 9, 1), date(2018, 9, 30), "2018-09", "month"), "date_of_birth", "2018-09"),
        (day(date(2018, 1, 1), date(2018, 12, 31), "2018", "year"), "date_of_birth", "2018"),
        (day(date(2018, 3, 1), date(2018, 5, 31), "2018-21", "season"), "date_of_birth", "2018"),
        (day(date(2018, 1, 1), date(2018, 12, 31), "2018~", "year"), "date_of_birth", "2018"),
        (day(date(2016, 11, 25), date(2017, 11, 24), "2016-11-25/2017-11-24", "age"), "age", "9"),
        (day(date(2015, 6, 1), date(2017, 6, 1), "2015-06-01/2017-06-01", "age"), "age", "9-11"),
    ],
)
def test_a_birth_date_is_told_as_far_as_it_is_known(born, field, value):
    [child] = told(smallest(report=report({**SHORTEST, "a/born": born})), "prosecutor")
    assert child[field] == value
    assert len({"date_of_birth", "age"} & set(child)) == 1


def test_a_name_kept_as_it_was_written_is_the_whole_name():
    unread = Answer(State.GIVEN, {"text": "Артемко з 4-Б"}, "Артемко з 4-Б", ("unparsed",))
    [child] = told(smallest(report=report({**SHORTEST, "a/name": unread})), "prosecutor")
    assert child["full_name"] == "Артемко з 4-Б"
    assert "given_name" not in child


def test_a_region_alone_is_no_town():
    home = place("Херсонська область", oblast="UA-65")
    [child] = told(smallest(report=report({**SHORTEST, "a/home": home})), "prosecutor")
    assert "home_city" not in child
    assert child["home_state"] == "UA-65"


def test_what_others_need_not_know_is_not_in_it():
    made = xml(complete()).decode()
    for secret in ("астма", "два тижні на море", "Світлана Петрівна", "І-БЛ 123456", "photo_url",
                   "12022230000001234"):  # fmt: skip
        assert secret not in made


def test_a_new_name_is_given_only_where_it_is_clear_whose_it_is():
    assert "Игоревич" not in xml(complete()).decode()
    assert "Коваленко Артём Игоревич" in told(alone())[0]["alternate_names"]


def test_the_report_is_a_note_of_the_family():
    note = told(complete())[0]["notes"][0]
    assert note["author_name"] == "Олена Коваленко"
    assert note["text"].startswith("Claimed by the family, not verified.")
    assert note["last_known_location"] == "Анапа, Краснодарський край, росія"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"place_known": "no"}, "information_sought"),
        ({"place_known": "know", "certainty": "told_by_child"}, "believed_alive"),
        ({"place_known": "guess", "certainty": "seen_myself"}, "believed_alive"),
        ({"place_known": "know", "certainty": "from_internet"}, None),
        ({"place_known": "guess", "certainty": "told_by_others"}, None),
    ],
)
def test_a_child_is_believed_alive_only_at_first_hand(said, status):
    [child] = told(smallest(report=report({**SHORTEST, **said})), "prosecutor")
    assert child["notes"][0].get("status") == status


@pytest.mark.parametrize(
    ("status", "meant", "contact"),
    [
        ("located", "believed_alive", None),
        ("contact", "believed_alive", "true"),
        ("obstructed", "believed_alive", None),
        ("returned", "believed_alive", "true"),
        ("reunited", "believed_alive", "true"),
        ("removed_again", "believed_missing", None),
    ],
)
def test_news_is_told_in_the_words_of_the_standard(status, meant, contact):
    note = last_note(status, on=day(date(2026, 11, 25)), comment="Дзвонив увечері")
    assert (note["status"], note.get("author_made_contact")) == (meant, contact)
    assert "Дзвонив увечері" in note["text"]


def test_every_status_a_family_can_claim_has_its_meaning_or_is_kept_silent():
    assert set(NEWS.step("status").kind.options) - set(STATUSES) == {"in_transit"}


def test_a_question_left_out_is_left_out_of_news_too():
    update = news("located", timedelta(days=1), 9, place_now=CAMP, comment="бачили в Анапі")
    [child] = told(alone(update), without=frozenset({"place_now", "comment"}))
    assert "last_known_location" not in child["notes"][-1]
    assert "бачили" not in child["notes"][-1]["text"]
    [child] = told(alone(update), without=frozenset())
    assert child["notes"][-1]["last_known_location"] == CAMP["name"]


def test_a_return_that_is_prepared_says_no_more_than_that():
    note = last_note("return_in_preparation")
    assert (note["status"], note["text"]) == ("believed_alive", "Details are withheld.")
    assert "last_known_location" not in note


def test_a_child_on_its_way_is_not_told_of():
    update = news("in_transit", timedelta(days=1), 9)
    [child] = told(alone(update))
    assert [note["note_record_id"].rpartition(".")[2] for note in child["notes"]] == ["report"]
    moved = Confirmed("in_transit", NOW, "Марченко")
    assert len(told(alone(confirmed=(moved,)))[0]["notes"]) == 1


@pytest.mark.parametrize("claimed", ["return_in_preparation", "in_transit"])
def test_words_added_while_a_return_is_near_stay_here(claimed):
    said = addition("їдемо через Гродно 27-го", timedelta(hours=1), 8)
    known = facts(claimed=claimed, claimed_at=NOW)
    assert "Гродно" not in xml(alone(said, facts=known)).decode()
    assert "Гродно" in xml(alone(said, facts=facts())).decode()


def test_confirmed_and_claimed_are_told_apart():
    confirmed = Confirmed("returned_ua", NOW + timedelta(days=2), "Марченко", "акт № 5")
    note = told(alone(confirmed=(confirmed,)))[0]["notes"][-1]
    assert note["author_name"] == OFFICE.name
    assert note["text"].startswith("Confirmed by the prosecutors.")
    assert "акт" not in note["text"]
    assert (note["status"], note["author_made_contact"]) == ("believed_alive", "true")


def test_a_death_is_told_only_where_it_is_allowed_and_clear_of_whom():
    deceased = (Confirmed("deceased", NOW, "Марченко"),)
    assert b"believed_dead" not in xml(alone(confirmed=deceased))
    assert b"believed_dead" in xml(alone(confirmed=deceased), deaths=True)
    assert len(told(complete(confirmed=deceased, updates=()), deaths=True)[0]["notes"]) == 1


def test_news_of_several_children_does_not_say_which_is_alive():
    for child in told(complete()):
        assert all("status" not in note for note in child["notes"][1:])
        assert "which one this is about is not said" in child["notes"][-1]["text"]


@pytest.mark.parametrize("party", [one for one in OTHERS if one not in ("icrc", "interpol")])
def test_whom_the_family_did_not_name_gets_nothing(party):
    with pytest.raises(NotShared):
        xml(complete(), party)


@pytest.mark.parametrize("party", ["match", "somebody", ""])
def test_nobody_else_gets_anything(party):
    with pytest.raises(NotShared):
        xml(complete(), party)


def test_a_report_without_an_answer_about_sharing_is_shared_with_nobody():
    said = {key: value for key, value in SHORTEST.items() if key != "share"}
    with pytest.raises(NotShared):
        xml(smallest(report=report(said)))


def test_a_note_on_what_not_to_pass_on_has_to_be_read_by_a_person():
    said = report({**WHOLE, "withhold": "не кажіть, де ми жили"})
    with pytest.raises(Unread):
        xml(complete(report=said))
    [artem, _] = told(complete(report=said), without=frozenset({"home", "last_place"}))
    assert "home_city" not in artem
    assert "Олешки" not in artem["notes"][0]["text"]
    assert told(complete(report=said), without=frozenset())


def test_a_phone_that_must_not_be_rung_is_not_passed_on():
    phone = {"e164": "+79781234567", "region": "RU", "call": False, "whose": "own"}
    assert "author_phone" in told(complete())[0]
    for said in ({"reporter_phone": phone}, {"contact_unsafe": "ніколи ввечері"}):
        [artem, _] = told(complete(report=report({**WHOLE, **said})))
        assert "author_phone" not in artem


def test_an_expired_record_is_a_placeholder_alone():
    for child in told(complete(), at=EXPIRES):
        assert set(child) == PLACEHOLDER
        assert child["entry_date"] == child["source_date"] == "2027-02-24T12:00:07Z"


def test_a_withdrawn_report_tells_others_to_delete_and_nothing_more():
    opened = complete(facts=facts(withdrawn_at=NOW + timedelta(days=1)))
    for child in told(opened):
        assert set(child) == PLACEHOLDER
    with pytest.raises(NotShared):
        xml(opened, "police")


@pytest.mark.parametrize("unnamed", [Answer(State.UNKNOWN), Answer(State.DECLINED)])
def test_a_child_without_a_name_has_no_record(unnamed):
    with pytest.raises(Nobody):
        xml(smallest(report=report({**SHORTEST, "a/name": unnamed})), "prosecutor")


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(_TEXT, _TEXT, st.sampled_from(["", "ніч", "</pfif:text><x/>", "]]>", "&amp;"]))
def test_any_name_keeps_the_file_whole(family, given_name, said):
    made = report({**SHORTEST, "a/name": name(family, given_name, "", ""), "a/marks": said or "х"})
    try:
        [child] = told(smallest(report=made), "prosecutor")
    except Nobody:
        assert not any(map(str.isalnum, family + given_name))
        return
    assert set(child) <= {
        "person_record_id", "entry_date", "expiry_date", "source_name", "source_date",
        "full_name", "given_name", "family_name", "description", "date_of_birth", "notes",
    }  # fmt: skip


def test_markup_in_a_name_is_text():
    hostile = name("</pfif:full_name><pfif:sex>female</pfif:sex>", "<!-- &lt;", "", "")
    [child] = told(smallest(report=report({**SHORTEST, "a/name": hostile})), "prosecutor")
    assert "sex" not in child
    assert "<pfif:sex>" in child["full_name"]


def test_the_moment_it_was_made_is_the_moment_of_its_records():
    assert replace(MADE, to="").at == MADE.at
    assert {one["entry_date"] for one in told(complete())} == {"2026-11-26T12:00:07Z"}
