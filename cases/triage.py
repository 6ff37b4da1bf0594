"""How urgent a report is: rules as data, so that every level comes with its reasons.

Raise RULES_VERSION with any change of RULES: a case remembers by which rules it was judged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cases.facets import Facets

RULES_VERSION: Final = 2

#: How soon a prosecutor must have looked.
TERMS: Final = {
    "critical": timedelta(hours=1),
    "high": timedelta(hours=24),
    "medium": timedelta(days=3),
    "low": timedelta(days=7),
}
HARD: Final = 100
"""Points of a rule that alone makes a report critical."""

CALL: Final = "C1.call_first"
"""The reason that asks for a call by a person before anything is written."""

_LEVELS: Final = ((HARD, "critical"), (8, "high"), (4, "medium"), (0, "low"))


@dataclass(frozen=True)
class Rule:
    """Holds when any of `any_of`, all of `all_of` and none of `none_of` are among the marks."""

    code: str
    points: int
    any_of: frozenset[str]
    all_of: frozenset[str]
    none_of: frozenset[str]

    def holds(self, marks: frozenset[str]) -> bool:
        return (
            not self.any_of.isdisjoint(marks)
            and self.all_of <= marks
            and self.none_of.isdisjoint(marks)
        )


def _rule(code: str, points: int, any_of: str, *, all_of: str = "", none_of: str = "") -> Rule:
    """Marks are written as in "urgent.medical health.disability"."""
    return Rule(
        code,
        points,
        frozenset(any_of.split()),
        frozenset(all_of.split()),
        frozenset(none_of.split()),
    )


RULES: Final = (
    _rule("H0.child_writes", HARD, "kind.child"),
    _rule("H1.threat_to_life", HARD, "urgent.threat_to_life condition.in_danger"),
    _rule("H2.child_asks_help", HARD, "urgent.child_asks_help"),
    _rule(
        "H3.ransom_or_threats", HARD,
        "urgent.ransom_or_threats holders_contacted.asked_money holders_contacted.threatened"
        " obstacles.ransom_demand",
    ),
    _rule("H4.no_medicine", HARD, "urgent.medical", all_of="health.regular_medicine"),
    _rule("H5.fresh_sighting", HARD, "sighting.fresh"),
    _rule("R1.age_0_5", 3, "age.0-5 ages.0-5"),
    _rule("R1.age_6_11", 2, "age.6-11 ages.6-11"),
    _rule("R1.age_12_15", 1, "age.12-15 ages.12-15"),
    # A child's route to protection ends at 18, and conscription begins.
    _rule("R2.turns_18", 3, "age.18_soon urgent.conscription_soon"),
    _rule(
        "R3.health", 2,
        "health.disability health.chronic_illness health.regular_medicine health.pregnancy"
        " health.mental_health urgent.medical",
    ),
    # After an adoption or russian papers the trail fades.
    _rule(
        "R4.new_papers", 3,
        "identity_change.russian_citizenship identity_change.name legal_steps.adoption"
        " legal_steps.adoption_database legal_steps.guardianship"
        " legal_steps.temporary_guardianship urgent.adoption_soon",
    ),
    _rule(
        "R5.russian_family", 2,
        "placement.foster_family placement.guardian_family placement.adoptive_family",
    ),
    _rule(
        "R6.military", 2,
        "placement.cadet_school placement.military_base activities.military_training",
    ),
    _rule(
        "R7.nobody_searches", 3,
        "scenario.parents_killed scenario.detained_filtration care_before.orphan"
        " care_before.alone",
        none_of="relation.mother relation.father relation.grandmother relation.grandfather"
        " relation.guardian relation.kin",
    ),
    _rule(
        "R8.trace_may_be_lost", 2,
        "contact.recent urgent.move_planned urgent.contact_may_be_lost",
    ),
    _rule(
        "R9.place_known", 2, "certainty.seen_myself certainty.told_by_child",
        all_of="place_known.know",
    ),
    _rule(
        "R10.several", 1,
        "children.3 others_count.three_to_ten others_count.more"
        " count.three_to_ten count.eleven_to_fifty count.more",
    ),
    _rule("R11.not_reported", 1, "police_report.no reported_to.none"),
    # A death was spoken of, perhaps of somebody else's: a person calls, whatever the level.
    _rule(CALL, 0, "words.grave"),
)  # fmt: skip
"""In the order reasons are shown. Whether siblings were split (R12) only a prosecutor can tell."""


@dataclass(frozen=True)
class Verdict:
    """The level of a report, why, and by when it must have been looked at."""

    level: str
    reasons: tuple[str, ...]
    points: int
    due_at: datetime


def judge(facets: Facets, received_at: datetime) -> Verdict:
    """Deterministic: the same facets under the same RULES_VERSION give the same verdict."""
    held = [rule for rule in RULES if rule.holds(facets.marks)]
    points = sum(rule.points for rule in held)
    level = next(level for least, level in _LEVELS if points >= least)
    reasons = tuple(rule.code for rule in held)
    return Verdict(level, reasons, points, received_at + TERMS[level])
