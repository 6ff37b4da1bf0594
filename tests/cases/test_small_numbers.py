"""No hidden count can be worked out, not even by somebody who knows how they are hidden."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.small_numbers import LEAST, Hidden, alone, guarded

COUNTS = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 5000)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, Hidden.FEW), (4, Hidden.FEW), (5, 5), (1000, 1000)]
)
def test_a_count_by_itself(count, shown):
    assert alone(count) is shown or alone(count) == shown


def test_a_table_without_small_counts_is_shown_as_it_is():
    assert guarded({"a": 5, "b": 0, "c": 70}, "a") == {"a": 5, "b": 0, "c": 70}


def test_the_row_that_goes_with_the_small_ones_does_not_depend_on_the_counts():
    for small, other in ((1, 6), (4, 600), (3, 5)):
        told = guarded({"rest": 900, "few": small, "more": other}, "rest")
        assert told == {"rest": Hidden.MORE, "few": Hidden.FEW, "more": other}


def test_where_that_is_not_enough_no_row_is_told():
    assert set(guarded({"rest": 0, "few": 1, "more": 50}, "rest").values()) == {Hidden.MORE}
    assert set(guarded({"rest": 2, "other": 50, "more": 50}, "rest").values()) == {Hidden.MORE}
    assert set(guarded({"rest": 50, "few": 3}, "rest").values()) == {Hidden.MORE}


@given(COUNTS, st.data())
def test_whoever_knows_the_sum_still_takes_each_few_for_any_of_four_numbers(counts, draw):
    rest = draw.draw(st.integers(0, len(counts) - 1))
    told = guarded(dict(enumerate(counts)), rest)
    shown = {key: cell for key, cell in told.items() if isinstance(cell, int)}
    assert all(cell == counts[key] and not 0 < cell < LEAST for key, cell in shown.items())
    few = [key for key, cell in told.items() if cell is Hidden.FEW]
    if len(counts) == 1 or not few:
        return
    left = sum(counts) - sum(shown.values())
    assert [key for key, cell in told.items() if cell is Hidden.MORE] == [rest]
    for key in few:
        for might in range(1, LEAST):
            others = len(few) - 1
            least, most = might + others, might + others * (LEAST - 1)
            assert least <= left, key
            assert most <= left, key


@given(COUNTS, st.data())
def test_hidden_rows_never_stand_alone(counts, draw):
    told = guarded(dict(enumerate(counts)), draw.draw(st.integers(0, len(counts) - 1)))
    hidden = [cell for cell in told.values() if isinstance(cell, Hidden)]
    assert len(counts) == 1 or len(hidden) != 1


@pytest.mark.parametrize(("rows", "most"), [(2, 40), (3, 30), (4, 22)])
def test_of_all_tables_that_look_alike_a_hidden_row_has_several_values(rows, most):
    """Every table there is, sum included: nothing is known but what all that look alike share."""
    alike = defaultdict(lambda: [set() for _ in range(rows)])
    for counts in product(range(most + 1), repeat=rows):
        if sum(counts) <= most:
            told = tuple(guarded(dict(enumerate(counts)), 0).values())
            look = (alone(sum(counts)), told)
            for seen, count in zip(alike[look], counts, strict=True):
                seen.add(count)
    for (_, told), seen in alike.items():
        for cell, might in zip(told, seen, strict=True):
            if cell is Hidden.FEW:
                assert might == {1, 2, 3, 4}
            elif cell is Hidden.MORE:
                assert len(might) > 1
