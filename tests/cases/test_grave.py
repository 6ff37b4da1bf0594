"""Words about a death ask for a call by a person, in every language families write in."""

from datetime import UTC, datetime

import pytest
from cases_reports import TODAY, draft

from cases.facets import GRAVE, facets
from cases.grave import speaks_of_death
from cases.triage import CALL, judge
from flows.report import REPORT

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Нам сказали, що вона загинула", "Помер у лікарні", "її вбили", "Кажуть, что он погиб",
        "он умер", "убили", "They say she died", "he is dead", "killed by shelling",
        "Zmarła w szpitalu", "zginął", "Er ist gestorben", "sie ist tot", "ПОХОВАЛИ в травні",
    ],
)  # fmt: skip
def test_a_death_is_heard(text):
    assert speaks_of_death(text)


@pytest.mark.parametrize(
    "text",
    [
        "Вона жива й здорова", "Номер телефону змінився", "Розумер", "помірно", "tomorrow",
        "Todesco Maria", "телефон, тілом", "totally fine", "Вбиральня",
    ],
)  # fmt: skip
def test_nothing_else_is_taken_for_it(text):
    assert not speaks_of_death(text)


def test_it_is_a_reason_for_a_call_and_no_points():
    said = facets(REPORT, draft(story="Сказали, що він загинув"), TODAY)
    silent = facets(REPORT, draft(story="Сказали, що він у таборі"), TODAY)
    assert GRAVE in said.marks
    assert GRAVE not in silent.marks
    assert CALL in judge(said, NOW).reasons
    assert judge(said, NOW).points == judge(silent, NOW).points
