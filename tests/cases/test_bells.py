"""When a bell rings again: each stage once, never while the family is asked, never for what is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cases.bells import DUE, HALF, NEW, OVER, WAITS, Watched, judge

NINE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEEN = Watched(
    UUID(int=1), "7K4M-29QX", "critical", "UA-65", NINE, NINE + HOUR, None, None, None,
    waits=True, paused=False, stage="", shown=WAITS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "stage", "rings", "coming"),
    [
        (0, "", NEW, 30), (0, NEW, None, 30), (29, NEW, None, 30), (30, NEW, HALF, 60),
        (45, HALF, None, 60), (60, HALF, DUE, None), (61, DUE, None, None),
        (500, "", DUE, None), (500, NEW, DUE, None),
    ],
)  # fmt: skip
def test_a_stage_rings_when_it_is_reached_and_makes_up_for_those_before(
    minutes, stage, rings, coming
):
    deed = judge(replace(SEEN, stage=stage), NINE + timedelta(minutes=minutes))
    assert deed.ring == rings
    assert deed.next_at == (None if coming is None else NINE + timedelta(minutes=coming))


def test_a_term_that_stands_still_rings_nothing_and_is_looked_at_again():
    now = NINE + timedelta(minutes=90)
    deed = judge(replace(SEEN, stage=NEW, paused=True), now)
    assert deed.ring is None
    assert deed.next_at > now


def test_a_term_that_has_grown_waits_for_its_new_end():
    grown = replace(SEEN, stage=HALF, due_at=NINE + 4 * HOUR)
    deed = judge(grown, NINE + HOUR)
    assert (deed.ring, deed.next_at) == (None, NINE + 4 * HOUR)


@pytest.mark.parametrize("stage", ["", NEW, HALF, DUE])
def test_what_nobody_need_take_rings_no_more(stage):
    deed = judge(replace(SEEN, stage=stage, waits=False), NINE + 9 * HOUR)
    assert (deed.ring, deed.next_at, deed.stage) == (None, None, stage)


def test_a_report_taken_at_once_was_new_all_the_same():
    taken = replace(SEEN, waits=False, taken_by=uuid4(), taker=7, taken_at=NINE)
    assert judge(taken, NINE).ring == NEW
    assert judge(replace(taken, stage=NEW), NINE).ring is None


def test_the_messages_are_out_of_date_when_somebody_took_it_and_when_it_came_back():
    who = uuid4()
    taken = replace(SEEN, waits=False, taken_by=who, taker=7, taken_at=NINE)
    assert taken.says == str(who)
    assert judge(taken, NINE).redraw
    assert not judge(replace(taken, shown=str(who)), NINE).redraw
    assert judge(replace(SEEN, shown=str(who)), NINE).redraw
    assert replace(SEEN, waits=False).says == OVER
