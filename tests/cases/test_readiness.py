"""How far a report is from what others ask for is said with what is missing, and never guessed."""

from datetime import date

import pytest
from cases_reports import AT, CAMP, PLACE, born, draft, whole

from cases.document import Consented, report
from cases.readiness import CODES, DAMAGE, INTERPOL, POLICE, readiness
from cases.reading import answers, children, shared_with
from flows.answers import Answer, State
from flows.report import REPORT
from locales import say

CONSENT = Consented(1, AT, "uk", "")
READY = {
    "reporter_name": "Олена", "contact_pref": "phone", "legal_rep": "yes",
    "reporter_phone": {"e164": "+380501234567", "region": "UA", "call": True, "whose": "own"},
    "sex": "female", "marks": "родимка", "id_documents": ["birth_certificate"],
    "event_date": born(date(2022, 10, 17)), "reported_to": ["police_102"],
    "police_report": "yes", "place_known": "no",
}  # fmt: skip


def told(made):
    from datetime import UTC, datetime

    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return report(REPORT, made, locale="uk", consent=CONSENT, received_at=now)


def meter(body, made, photographs=0):
    [found] = [one for one in readiness(told(made), photographs) if one.body == body]
    return found


@pytest.mark.parametrize("body", [INTERPOL, POLICE, DAMAGE])
def test_a_full_report_is_ready(body):
    assert meter(body, whole(**READY)).missing == ()
    assert meter(body, whole(**READY)).ready


@pytest.mark.parametrize(
    ("body", "lacking"),
    [
        (INTERPOL, ("recorded", "sex", "identified")),
        (POLICE, ("reporter", "contact", "day")),
        (DAMAGE, ("representative", "birth_document", "day")),
    ],
)
def test_the_shortest_report_lacks_what_it_lacks(body, lacking):
    assert meter(body, whole()).missing == lacking


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"police_report": "no", "reported_to": ["none"]}, "recorded"),
        ({"police_report": "no", "reported_to": ["police_102"]}, "recorded"),
        ({"place_known": "know", "current_place": CAMP}, "place_known"),
        ({"sex": Answer(State.UNKNOWN, at=AT)}, "sex"),
        ({"marks": Answer(State.DECLINED, at=AT)}, "identified"),
        ({"born": {**born(date(2016, 6, 1), date(2017, 5, 31)), "precision": "age"}}, "year"),
        (
            {"name": Answer(State.GIVEN, {"text": "Соля"}, "Соля", ("unparsed",), AT)},
            "family_name",
        ),
    ],
)
def test_one_thing_missing_keeps_a_notice_away(said, code):
    assert code in meter(INTERPOL, whole(**{**READY, **said})).missing


@pytest.mark.parametrize("said", [{"appearance": "русява"}, {"dna": "yes"}])
def test_a_description_or_dna_will_do(said):
    bare = {**READY, "marks": Answer(State.SKIPPED, at=AT)}
    assert "identified" in meter(INTERPOL, whole(**bare)).missing
    assert meter(INTERPOL, whole(**{**bare, **said})).ready


def test_a_photograph_that_is_held_will_do():
    bare = {**READY, "marks": Answer(State.SKIPPED, at=AT)}
    assert meter(INTERPOL, whole(**bare), photographs=1).ready


def test_what_would_help_does_not_keep_a_report_back():
    found = meter(POLICE, whole(**READY))
    assert found.ready
    assert set(found.better) >= {"photo", "numbers", "company"}


def test_each_child_is_measured_by_itself():
    two = draft("a", "b", **{**{key: READY[key] for key in ("police_report", "place_known")},
        "a/name": {"family": "Ко", "given": "Ася"}, "b/name": {"family": "Ко", "given": "Яна"},
        "a/born": born(date(2017, 1, 1)), "a/sex": "female", "a/marks": "шрам",
    })  # fmt: skip
    found = {one.child: one for one in readiness(told(two), 0) if one.body == INTERPOL}
    assert found[1].ready
    assert set(found[2].missing) == {"sex", "year", "identified"}


def test_a_report_that_names_no_child_has_no_meters():
    assert readiness({}, 3) == ()
    assert readiness({"sections": "?"}, 0) == ()


@pytest.mark.parametrize("locale", ["uk", "en"])
def test_every_code_is_worded(locale):
    import locales

    locales.strict()
    for code in CODES:
        assert say(locale, f"readiness.lack.{code}")
    locales.strict(False)


def test_a_sealed_report_is_read_back_as_it_was_told():
    made = told(whole(**READY))
    asked = answers(made)
    assert asked["last_place"].value == PLACE
    assert asked["reporter_name"].answer == "Олена"
    [child] = children(made)
    assert child["name"].verbatim == "канаркова соломія ігорівна"
    assert shared_with(made) == {"prosecutor", "police"}


@pytest.mark.parametrize("spoiled", [{}, {"sections": None}, {"sections": [1, {"answers": "x"}]}])
def test_what_is_no_report_reads_as_nothing(spoiled):
    assert answers(spoiled) == {}
    assert children(spoiled) == ()
    assert shared_with(spoiled) == frozenset()


def test_what_a_person_said_is_not_in_a_repr():
    assert "канаркова" not in repr(children(told(whole())))
    assert "Канаркова" not in repr(children(told(whole())))
