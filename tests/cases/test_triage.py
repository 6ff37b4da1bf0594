"""Facets and rules: every rule holds where it should, and nothing a person typed becomes a mark."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cases_reports import CAMP, PLACE, TODAY, born, draft, whole

from cases.facets import Facets, facets
from cases.triage import HARD, RULES, TERMS, judge
from flows.answers import Answer, Json, State
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.choice import Choice, Many
from flows.model import Flow
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING

FORMS = (REPORT, NEWS, SIGHTING, COLLECTIVE, CHILD)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _of(made: Draft) -> Facets:
    return facets(REPORT, made, TODAY)


def _reasons(**answers: "Json | Answer") -> tuple[str, ...]:
    return judge(_of(draft(**answers)), NOW).reasons


HOLDS: tuple[tuple[str, dict[str, Json]], ...] = (
    ("H1.threat_to_life", {"urgent": ["threat_to_life"]}),
    ("H2.child_asks_help", {"urgent": ["medical", "child_asks_help"]}),
    ("H3.ransom_or_threats", {"urgent": ["ransom_or_threats"]}),
    ("H3.ransom_or_threats", {"holders_contacted": "asked_money"}),
    ("H3.ransom_or_threats", {"holders_contacted": "threatened"}),
    ("H4.no_medicine", {"urgent": ["medical"], "health": ["regular_medicine"]}),
    ("R1.age_0_5", {"born": born(date(2020, 11, 25))}),
    ("R1.age_6_11", {"born": born(date(2020, 11, 24))}),
    ("R1.age_6_11", {"born": born(date(2014, 11, 25))}),
    ("R1.age_12_15", {"born": born(date(2014, 11, 24))}),
    ("R1.age_12_15", {"born": born(date(2010, 11, 25))}),
    ("R2.turns_18", {"born": born(date(2008, 11, 24))}),
    ("R2.turns_18", {"born": born(date(2009, 5, 26))}),
    ("R2.turns_18", {"born": born(date(2009, 1, 1), date(2009, 12, 31))}),
    ("R2.turns_18", {"urgent": ["conscription_soon"]}),
    ("R3.health", {"health": ["disability"]}),
    ("R3.health", {"health": ["chronic_illness"]}),
    ("R3.health", {"health": ["regular_medicine"]}),
    ("R3.health", {"health": ["pregnancy"]}),
    ("R3.health", {"health": ["mental_health"]}),
    ("R3.health", {"urgent": ["medical"]}),
    ("R4.new_papers", {"identity_change": ["russian_citizenship"]}),
    ("R4.new_papers", {"identity_change": ["name"]}),
    ("R4.new_papers", {"legal_steps": ["adoption"]}),
    ("R4.new_papers", {"legal_steps": ["adoption_database"]}),
    ("R4.new_papers", {"legal_steps": ["guardianship"]}),
    ("R4.new_papers", {"legal_steps": ["temporary_guardianship"]}),
    ("R4.new_papers", {"urgent": ["adoption_soon"]}),
    ("R5.russian_family", {"placement": "foster_family"}),
    ("R5.russian_family", {"placement": "guardian_family"}),
    ("R5.russian_family", {"placement": "adoptive_family"}),
    ("R6.military", {"placement": "cadet_school"}),
    ("R6.military", {"placement": "military_base"}),
    ("R6.military", {"activities": ["military_training"]}),
    ("R7.nobody_searches", {"relation": "other", "scenario": "parents_killed"}),
    ("R7.nobody_searches", {"relation": "staff", "scenario": "detained_filtration"}),
    ("R7.nobody_searches", {"relation": "other", "care_before": "orphan"}),
    ("R7.nobody_searches", {"relation": "other", "care_before": "alone"}),
    (
        "R8.trace_may_be_lost",
        {"last_contact": "call", "last_contact_on": born(date(2026, 10, 25))},
    ),
    ("R8.trace_may_be_lost", {"urgent": ["move_planned"]}),
    ("R8.trace_may_be_lost", {"urgent": ["contact_may_be_lost"]}),
    (
        "R9.place_known",
        {"place_known": "know", "certainty": "told_by_child", "current_place": CAMP},
    ),
    ("R9.place_known", {"place_known": "know", "certainty": "seen_myself"}),
    ("R10.several", {"others_moved": "class", "others_count": "three_to_ten"}),
    ("R10.several", {"others_moved": "class", "others_count": "more"}),
    ("R11.not_reported", {"police_report": "no"}),
    ("R11.not_reported", {"reported_to": ["none"]}),
    ("C1.call_first", {"story": "Сказали, що вона загинула"}),
)
HOLDS_NOT: tuple[tuple[str, dict[str, Json]], ...] = (
    ("H4.no_medicine", {"urgent": ["medical"], "health": ["disability"]}),
    ("H4.no_medicine", {"health": ["regular_medicine"]}),
    ("H3.ransom_or_threats", {"holders_contacted": "offered_return"}),
    ("R1.age_12_15", {"born": born(date(2010, 11, 24))}),
    ("R2.turns_18", {"born": born(date(2008, 11, 23))}),
    ("R2.turns_18", {"born": born(date(2009, 5, 27))}),
    ("R2.turns_18", {"born": {"text": "сімнадцять"}}),
    ("R3.health", {"health": ["none_known"]}),
    ("R4.new_papers", {"identity_change": ["none_known"], "legal_steps": ["none_known"]}),
    ("R7.nobody_searches", {"relation": "grandmother", "scenario": "parents_killed"}),
    (
        "R8.trace_may_be_lost",
        {"last_contact": "call", "last_contact_on": born(date(2026, 10, 24))},
    ),
    ("R9.place_known", {"place_known": "guess", "certainty": "told_by_child"}),
    ("R9.place_known", {"place_known": "know", "certainty": "from_internet"}),
    ("R10.several", {"others_moved": "siblings", "others_count": "two"}),
    ("R11.not_reported", {"police_report": "yes", "reported_to": ["police_102"]}),
    ("C1.call_first", {"story": "Сказали, що вона жива"}),
)


@pytest.mark.parametrize(("code", "answers"), HOLDS)
def test_a_rule_holds(code: str, answers: dict[str, Json]) -> None:
    assert code in _reasons(**answers)


@pytest.mark.parametrize(("code", "answers"), HOLDS_NOT)
def test_a_rule_does_not_hold(code: str, answers: dict[str, Json]) -> None:
    assert code not in _reasons(**answers)


def test_every_rule_is_tried() -> None:
    elsewhere = {"H0.child_writes", "H5.fresh_sighting"}  # tried below, in forms of their own
    assert {rule.code for rule in RULES} == {code for code, _ in HOLDS} | elsewhere


def test_three_children_are_several() -> None:
    assert "R10.several" in judge(_of(draft("a", "b", "c")), NOW).reasons
    assert "R10.several" not in judge(_of(draft("a", "b")), NOW).reasons


def test_rules_speak_of_marks_that_can_be() -> None:
    computed = {"age.0-5", "age.6-11", "age.12-15", "age.18_soon", "children.3", "contact.recent"}
    computed |= {"kind.child", "sighting.fresh", "words.grave"}
    possible = computed | {
        f"{step.key}.{option}"
        for flow in FORMS
        for _, step in flow.steps()
        if isinstance(step.kind, Choice | Many)
        for option in step.kind.options
    }
    for rule in RULES:
        assert rule.any_of | rule.all_of | rule.none_of <= possible, rule.code


@pytest.mark.parametrize(
    ("level", "answers"),
    [
        ("low", {}),
        ("low", {"born": born(date(2022, 1, 1))}),
        ("medium", {"born": born(date(2022, 1, 1)), "police_report": "no"}),
        ("medium", {"born": born(date(2022, 1, 1)), "legal_steps": ["adoption"]}),
        (
            "high",
            {
                "born": born(date(2022, 1, 1)),
                "legal_steps": ["adoption"],
                "health": ["disability"],
            },
        ),
        ("critical", {"urgent": ["threat_to_life"]}),
    ],
)
def test_points_make_the_level_and_the_level_its_term(
    level: str, answers: dict[str, Json]
) -> None:
    verdict = judge(_of(draft(**answers)), NOW)
    assert verdict.level == level
    assert verdict.due_at == NOW + TERMS[level]


def test_soft_rules_together_never_make_a_report_critical() -> None:
    assert sum(rule.points for rule in RULES if rule.points < HARD) < HARD


def test_terms_are_those_that_were_agreed() -> None:
    hours = {level: term / timedelta(hours=1) for level, term in TERMS.items()}
    assert hours == {"critical": 1, "high": 24, "medium": 72, "low": 168}


@pytest.mark.parametrize(
    ("day", "band"),
    [
        (date(2026, 11, 24), "0-5"), (date(2020, 11, 25), "0-5"), (date(2020, 11, 24), "6-11"),
        (date(2014, 11, 24), "12-15"), (date(2010, 11, 24), "16-17"),
        (date(2008, 11, 25), "16-17"), (date(2008, 11, 24), "18+"), (date(2008, 2, 29), "18+"),
    ],
)  # fmt: skip
def test_the_age_band_changes_on_the_birthday(day: date, band: str) -> None:
    assert _of(draft(born=born(day))).age_band == band


def test_the_age_band_is_the_youngest_child_s() -> None:
    two = draft("a", "b", **{"a/born": born(date(2010, 1, 1)), "b/born": born(date(2018, 1, 1))})
    assert _of(two).age_band == "6-11"


def test_a_year_alone_counts_as_its_last_day() -> None:
    assert _of(draft(born=born(date(2014, 1, 1), date(2014, 12, 31)))).age_band == "6-11"


def test_the_oblast_is_where_the_child_was_last_else_where_it_lived() -> None:
    home = {**PLACE, "oblast": "UA-23"}
    assert _of(draft(last_place=PLACE, home=home)).oblast == "UA-65"
    assert _of(draft(last_place=CAMP, home=home)).oblast == "UA-23"
    assert _of(draft()).oblast is None


def test_an_answer_that_is_not_on_the_path_counts_for_nothing() -> None:
    assert "certainty.seen_myself" in _of(draft(place_known="know", certainty="seen_myself")).marks
    assert _of(draft(place_known="no", certainty="seen_myself")).marks == {"place_known.no"}


@pytest.mark.parametrize("state", [State.UNKNOWN, State.DECLINED, State.SKIPPED])
def test_an_answer_that_was_not_given_is_no_mark(state: State) -> None:
    found = _of(draft(scenario=Answer(state), relation=Answer(state)))
    assert (found.marks, found.answers, found.scenario) == (frozenset(), 0, None)


def test_nothing_typed_is_among_the_facets() -> None:
    found = repr(_of(whole(free_text="Соломія просить про допомогу", reporter_name="Олена")))
    for typed in ("Соломія", "Канаркова", "Олена", "Олешки", "алешки", "2017"):
        assert typed not in found


def _in(flow: Flow, answers: dict[str, Json], items: tuple[str, ...] = ()) -> tuple[str, ...]:
    given = {key: Answer(State.GIVEN, value) for key, value in answers.items()}
    made = Draft(flow.name, flow.version, "#check", given, {"children": items} if items else {})
    return judge(facets(flow, made, TODAY), NOW).reasons


def test_a_child_who_writes_is_always_critical() -> None:
    assert _in(CHILD, {"safe": "yes"}) == ("H0.child_writes",)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"code": "yes", "status": "contact", "condition": "in_danger"}, "H1.threat_to_life"),
        ({"code": "yes", "status": "obstructed", "obstacles": ["ransom_demand"]}, "H3.ransom_or_threats"),
    ],
)  # fmt: skip
def test_news_can_be_as_urgent_as_a_report(answers: dict[str, Json], reason: str) -> None:
    assert reason in _in(NEWS, answers)


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (3, True), (4, False)])
def test_a_named_child_seen_lately_at_a_known_place_is_critical(days: int, fresh: bool) -> None:
    seen = TODAY - timedelta(days=days)
    answers: dict[str, Json] = {
        "about": "child_by_name",
        "observed_on": born(seen),
        "observed_place": PLACE,
        "children/a/name": {"family": "Тест", "given": "Анна", "patronymic": None},
    }
    assert ("H5.fresh_sighting" in _in(SIGHTING, answers, ("a",))) is fresh
    del answers["children/a/name"]
    assert "H5.fresh_sighting" not in _in(SIGHTING, answers, ("a",))
