"""How many pairs of one child are found, and how many suggestions are right: on invented children.

Floors are what was measured, rounded down. The numbers of the third that was set aside say how it
does on what nobody tuned by; those of the rest are flattered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from matching_pairs import Pair, generated, split, written

from cases.matching import compare


@dataclass(frozen=True)
class Measured:
    precision: float
    recall: float
    likely_precision: float
    likely_recall: float


def _measured(pairs: Sequence[Pair]) -> Measured:
    """Precision and recall of all suggestions, then of the likely ones alone."""
    levels = [(pair.same, compare(*pair.cards()).level) for pair in pairs]
    children = sum(same for same, _ in levels)
    suggested = [same for same, level in levels if level != "none"]
    likely = [same for same, level in levels if level == "likely"]
    return Measured(
        sum(suggested) / len(suggested), sum(suggested) / children,
        sum(likely) / len(likely), sum(likely) / children,
    )  # fmt: skip


EASY, EASY_SET_ASIDE = split(generated())
SETS = {
    "hard": (written("pairs.tsv"), Measured(0.96, 0.98, 0.99, 0.8)),
    "hard, set aside": (written("held_out.tsv"), Measured(0.96, 0.90, 1.0, 0.75)),
    "easy": (EASY, Measured(1.0, 1.0, 1.0, 1.0)),
    "easy, set aside": (EASY_SET_ASIDE, Measured(1.0, 1.0, 1.0, 1.0)),
}


def test_there_are_enough_pairs_and_most_of_them_are_hard():
    counts = {name: len(pairs) for name, (pairs, _) in SETS.items()}
    assert sum(counts.values()) >= 400
    assert counts["hard"] + counts["hard, set aside"] >= sum(counts.values()) * 0.65
    different = sum(not pair.same for pairs, _ in SETS.values() for pair in pairs)
    assert different >= sum(counts.values()) / 3


def test_every_hard_pair_says_why_it_is_there():
    hard = [*SETS["hard"][0], *SETS["hard, set aside"][0]]
    assert [pair for pair in hard if not pair.why] == []
    assert len({(pair.one, pair.other) for pair in hard}) == len(hard)


@pytest.mark.parametrize("name", SETS)
def test_suggestions_are_right_and_children_are_found(name):
    pairs, floor = SETS[name]
    seen = _measured(pairs)
    print(
        f"{name}: {len(pairs)} pairs; precision {seen.precision:.3f}, recall {seen.recall:.3f};"
        f" likely: precision {seen.likely_precision:.3f}, recall {seen.likely_recall:.3f}"
    )
    assert seen.precision >= floor.precision
    assert seen.recall >= floor.recall
    assert seen.likely_precision >= floor.likely_precision
    assert seen.likely_recall >= floor.likely_recall


@pytest.mark.parametrize("pair", SETS["hard"][0], ids=lambda pair: pair.why)
def test_the_two_sides_change_nothing_but_the_sides(pair):
    one, other = pair.cards()
    there, back = compare(one, other), compare(other, one)
    assert (there.score, there.level) == (back.score, back.level)
    assert [(each.key, each.reason) for each in there.fields] == [
        (each.key, each.reason) for each in back.fields
    ]
