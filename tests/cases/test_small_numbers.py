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
    assert guarded({"a": 5, "b": 0, "c": 70}, "abc") == {"a": 5, "b": 0, "c": 70}


@pytest.mark.parametrize(("small", "other"), [(1, 6), (4, 600), (3, 5)])
def test_which_row_goes_with_a_small_one_does_not_depend_on_the_counts(small, other):
    told = guarded({"few": small, "first": 900, "other": other}, ("first", "other", "few"))
    assert told == {"few": Hidden.FEW, "first": Hidden.MORE, "other": other}


def test_four_small_rows_take_two_others_with_them():
    counts = {"none": 0, **dict.fromkeys("abcd", 2), "e": 90, "f": 80, "g": 70}
    told = guarded(counts, ("none", "g", "a", "f", "e", "b", "c", "d"))
    assert [key for key, cell in told.items() if cell is Hidden.MORE] == ["f", "g"]
    assert told["none"] == 0
    assert told["e"] == 90


@pytest.mark.parametrize(
    "counts", [{"a": 1, "b": 5}, {"a": 3, "b": 3}, {"a": 1, "b": 0}, {"a": 1, "b": 7, "c": 0}]
)
def test_where_that_is_not_enough_no_row_is_told(counts):
    assert set(guarded(counts, tuple(counts)).values()) == {Hidden.MORE}


def test_a_table_of_one_row_is_its_sum():
    assert guarded({"a": 3}, "a") == {"a": Hidden.FEW}
    assert guarded({"a": 30}, "a") == {"a": 30}


@given(COUNTS, st.data())
def test_whoever_knows_the_sum_still_takes_each_few_for_any_of_four_numbers(counts, draw):
    order = draw.draw(st.permutations(range(len(counts))))
    told = guarded(dict(enumerate(counts)), order)
    for key, cell in told.items():
        assert isinstance(cell, Hidden) or (cell == counts[key] and not 0 < cell < LEAST)
    few = [key for key, cell in told.items() if cell is Hidden.FEW]
    more = [key for key, cell in told.items() if cell is Hidden.MORE]
    if not few or len(counts) == 1:
        return
    # The same table with other small counts, the difference in the others, looks the same.
    others = [draw.draw(st.integers(1, LEAST - 1)) for _ in few]
    hidden = sum(counts[key] for key in (*few, *more)) - sum(others)
    like = list(counts)
    for key, count in zip(few, others, strict=True):
        like[key] = count
    for key in more:
        like[key] = LEAST
    like[more[0]] += hidden - LEAST * len(more)
    assert sum(like) == sum(counts)
    assert guarded(dict(enumerate(like)), order) == told


@given(COUNTS, st.data())
def test_hidden_rows_never_stand_alone(counts, draw):
    order = draw.draw(st.permutations(range(len(counts))))
    told = guarded(dict(enumerate(counts)), order)
    hidden = [cell for cell in told.values() if isinstance(cell, Hidden)]
    assert len(counts) == 1 or len(hidden) != 1


@pytest.mark.parametrize(("rows", "most"), [(2, 40), (3, 30), (4, 22)])
def test_of_all_tables_that_look_alike_a_hidden_row_has_several_values(rows, most):
    """Every table there is, sum included: nothing is known but what all that look alike share."""
    alike = defaultdict(lambda: [set() for _ in range(rows)])
    for counts in product(range(most + 1), repeat=rows):
        if sum(counts) <= most:
            told = tuple(guarded(dict(enumerate(counts)), range(rows)).values())
            look = (alone(sum(counts)), told)
            for seen, count in zip(alike[look], counts, strict=True):
                seen.add(count)
    for (_, told), seen in alike.items():
        for cell, might in zip(told, seen, strict=True):
            if cell is Hidden.FEW:
                assert might == {1, 2, 3, 4}
            elif cell is Hidden.MORE:
                assert len(might) > 1
