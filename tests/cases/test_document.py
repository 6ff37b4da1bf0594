"""What is sealed can be read without this program: questions, answers, consent, in one language."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from cases_reports import AT, CAMP, CHILD, NAME, PLACE, born, draft, whole

import locales
from cases.document import Consented, cards, report
from flows.answers import Answer, State
from flows.draft import Draft
from flows.report import REPORT
from vault.contents import canonical

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CONSENT = Consented(1, AT, "uk", "Так, погоджуюся")


def _told(made: Draft, locale: str = "uk") -> Any:
    return report(REPORT, made, locale=locale, consent=CONSENT, received_at=NOW)


def _answers(told: Any) -> dict[str, Any]:
    return {
        answer["address"]: answer
        for section in told["sections"]
        for rows in (section["answers"], *(item["answers"] for item in section["items"]))
        for answer in rows
    }


def test_every_answer_stands_beside_its_question_as_asked() -> None:
    answers = _answers(_told(whole()))
    assert list(answers) == [
        "relation", f"children/{CHILD}/name", f"children/{CHILD}/born", "scenario",
        "last_place", "share",
    ]  # fmt: skip
    name = answers[f"children/{CHILD}/name"]
    assert name["question"].startswith("Прізвище, ім’я та по батькові дитини.")
    assert name["answer"] == "Канаркова Соломія Ігорівна"
    assert name["value"] == NAME
    assert name["verbatim"] == NAME["verbatim"]
    assert (name["state"], name["flags"], name["at"]) == ("given", ["cleaned"], AT)
    assert answers[f"children/{CHILD}/born"]["answer"] == "27\u00a0березня 2017\u202fр."


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_the_whole_is_in_the_person_s_language(locale: str) -> None:
    locales.strict()
    told = _told(whole(urgent=["medical", "move_planned"]), locale)
    locales.strict(False)
    assert told["locale"] == locale
    answers = _answers(told)
    expected = locales.say(locale, "report.relation.option.mother")
    assert answers["relation"]["answer"] == expected
    for answer in answers.values():
        assert answer["question"]
        assert answer["answer"]
        assert "." not in answer["name"].rstrip(".")


def test_what_the_person_did_not_tell_is_told_apart() -> None:
    made = whole(
        urgent=Answer(State.UNKNOWN), placement=Answer(State.SKIPPED),
        legal_rep=Answer(State.DECLINED),
    )  # fmt: skip
    answers = _answers(_told(made))
    found = {key: answers[key]["state"] for key in ("urgent", "placement", "legal_rep")}
    assert found == {"urgent": "unknown", "placement": "skipped", "legal_rep": "declined"}
    assert "carers" not in answers


def test_children_are_kept_apart_and_in_order() -> None:
    two = draft("b", "a", **{"a/name": {"text": "Ася"}, "b/name": {"text": "Богдан"}})
    [section] = _told(two)["sections"]
    found = [(one["group"], one["item"], one["number"]) for one in section["items"]]
    assert found == [("children", "b", 1), ("children", "a", 2)]
    assert section["items"][0]["answers"][0]["answer"] == "Богдан"


def test_the_consent_is_kept_in_the_words_that_were_read() -> None:
    told = _told(whole())
    assert told["consent"] == {"version": 1, "at": AT, "locale": "uk", "text": "Так, погоджуюся"}
    assert (told["schema"], told["flow"], told["version"]) == (1, "report", 1)
    assert (told["channel"], told["partial"]) == ("telegram", False)
    assert told["received_at"] == "2026-11-24T12:00:00+00:00"


def test_a_card_holds_what_cases_are_compared_by_and_no_more() -> None:
    made = whole(
        contact_pref="phone", child_phone="@solomiia", current_place=CAMP, place_known="know",
        reporter_phone={"e164": "+380501234567", "region": "UA", "call": True, "whose": "own"},
        story="довга розповідь", home=PLACE,
    )  # fmt: skip
    [card] = cards(REPORT, made)
    assert card["name"] == {key: part for key, part in NAME.items() if key != "verbatim"}
    assert card["phones"] == ["+380501234567", "@solomiia"]
    assert set(card) == {"schema", "item", "name", "born", "places", "phones"}
    assert set(card["places"]) == {"home", "last_place", "current_place"}  # type: ignore[arg-type]
    assert "довга" not in canonical(card).decode()


def test_each_child_has_a_card_of_its_own() -> None:
    two = draft("a", "b", **{"a/born": born(date(2010, 1, 1)), "b/born": born(date(2018, 1, 1))})
    found = [(card["item"], card["born"]["edtf"]) for card in cards(REPORT, two)]  # type: ignore[index,call-overload]
    assert found == [("a", "2010-01-01"), ("b", "2018-01-01")]


def test_a_repr_of_the_consent_keeps_its_text_to_itself() -> None:
    assert "погоджуюся" not in repr(CONSENT)
