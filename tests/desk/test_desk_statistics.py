"""The figures: what is counted, for whom, and that a small number cannot be worked out."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from cases import confirming, statistics
from cases.permissions import ROLES
from cases.small_numbers import Hidden
from cases.statistics import CLAIMS, EARLIER, NONE, OBLASTS, Counted, mondays
from desk import drawing, official
from desk.statistics import TABLES


async def _many(desk, count, **given):
    return [await desk.case(**given) for _ in range(count)]


async def _table(browser, name):
    answer = await browser.get(f"/statistics/{name}.csv")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text.startswith("\ufeff")
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_sees_the_figures(desk, role):
    browser = await desk.at_work(role)
    assert (await browser.get("/statistics")).status == 200
    assert (await browser.get("/statistics/levels.csv")).status == 200


@pytest.mark.parametrize("path", ["/statistics", "/statistics/levels.csv"])
async def test_nobody_sees_them_from_outside(desk, path):
    assert (await desk.browser().get(path)).to == "/sign-in"


async def test_reports_are_counted_by_level_kind_status_and_oblast(desk, clock):
    await _many(desk, 7, level="high", oblast="UA-65")
    await _many(desk, 6, level="critical", oblast="UA-23", kind="sighting", status="closed")
    found = await statistics.count(desk.site.pool, None, clock())
    assert found.reports == 13
    assert (found.levels["high"], found.levels["critical"], found.levels["low"]) == (7, 6, 0)
    assert (found.kinds["report"], found.kinds["sighting"]) == (7, 6)
    assert (found.statuses["received"], found.statuses["closed"]) == (7, 6)
    assert (found.oblasts["UA-65"], found.oblasts["UA-23"]) == (7, 6)
    assert set(found.oblasts) == {*OBLASTS, NONE}


async def test_weeks_begin_on_monday_in_kyiv(desk, clock):
    monday = mondays(clock())[-1]
    assert (monday.weekday(), monday.isoformat()) == (0, "2026-11-23")
    # In Kyiv it is Monday already, or still Sunday; in UTC Sunday both times.
    await _many(desk, 5, received_at=clock() - timedelta(hours=32, minutes=50))
    await _many(desk, 6, received_at=clock() - timedelta(hours=33, minutes=10))
    await _many(desk, 8, received_at=clock() - timedelta(weeks=60))
    found = await statistics.count(desk.site.pool, None, clock())
    assert list(found.weeks.values())[-2:] == [6, 5]
    assert found.weeks[EARLIER] == 8
    assert sum(found.weeks.values()) == found.reports


async def test_a_small_number_is_hidden_and_one_more_with_it(desk, clock):
    await _many(desk, 3, level="critical")
    await _many(desk, 9, level="low")
    await _many(desk, 6, level="high")
    found = await statistics.count(desk.site.pool, None, clock())
    assert found.levels["critical"] is Hidden.FEW
    assert found.levels["low"] is Hidden.MORE
    assert found.levels["high"] == 6
    browser = await desk.at_work("head")
    rows = await _table(browser, "levels")
    assert [row[2] for row in rows[1:]] == ["<5", "6", "0", "…"]
    text = (await browser.get("/statistics")).text
    assert "&lt;5" in text
    assert "від 1 до 4" in text


async def test_a_prosecutor_sees_the_own_oblasts_only(desk):
    await _many(desk, 6, oblast="UA-65")
    await _many(desk, 8, oblast="UA-23")
    browser = await desk.at_work("prosecutor", ("UA-65",))
    assert (await _table(browser, "oblasts"))[1:] == [["UA-65", "Херсонська область", "6"]]
    text = (await browser.get("/statistics")).text
    assert "лише Ваші області" in text
    assert "Запорізька" not in text


async def test_a_prosecutor_without_an_oblast_counts_nothing(desk):
    await _many(desk, 6)
    browser = await desk.at_work("prosecutor", ())
    assert [row[2] for row in (await _table(browser, "levels"))[1:]] == ["0"] * 4
    assert (await browser.get("/statistics")).status == 200


async def test_waits_are_told_by_half_and_by_nine_in_ten(desk, clock):
    received = clock() - timedelta(days=1)
    for minutes in (10, 20, 30, 40, 50, 60, 70, 80, 600, 900):
        await desk.case(
            level="high", received_at=received, taken_at=received + timedelta(minutes=minutes)
        )
    await _many(desk, 3, level="high", received_at=received)  # not taken: nothing is known
    found = await statistics.count(desk.site.pool, None, clock())
    week = mondays(clock())[-1]
    for key in ((None, None), (week, None), (None, "high"), (week, "high")):
        wait = found.wait(*key)
        assert timedelta(minutes=50) <= wait.half <= timedelta(minutes=55)
        assert timedelta(minutes=600) <= wait.nine_in_ten <= timedelta(minutes=660)
    assert found.wait(None, "low") == statistics.NO_WAIT


@pytest.mark.parametrize(
    ("taken", "half", "nine"), [(4, False, False), (9, True, False), (10, True, True)]
)
async def test_of_too_few_no_wait_is_told(desk, clock, taken, half, nine):
    received = clock() - timedelta(hours=5)
    await _many(desk, taken, received_at=received, taken_at=clock())
    wait = (await statistics.count(desk.site.pool, None, clock())).wait(None, None)
    assert (wait.half is not None, wait.nine_in_ten is not None) == (half, nine)


async def test_claims_of_families_are_counted_apart_from_what_is_confirmed(desk):
    await _many(desk, 6, claimed="returned", claimed_at=desk.clock())
    await _many(desk, 7)
    browser = await desk.at_work("head")
    rows = {row[0]: row[2] for row in (await _table(browser, "claimed"))[1:]}
    assert rows["returned"] == "6"
    assert rows[""] == "7"
    assert set(rows) == {*CLAIMS, ""}
    confirmed = {row[0]: row[2] for row in (await _table(browser, "confirmed"))[1:]}
    assert confirmed == dict.fromkeys(confirming.STATUSES, "0") | {"": "13"}
    await desk.owner.execute("UPDATE cases SET confirmed = 'reunited' WHERE claimed IS NOT NULL")
    desk.clock.passes(minutes=2)
    confirmed = {row[0]: row[2] for row in (await _table(browser, "confirmed"))[1:]}
    assert (confirmed["reunited"], confirmed[""]) == ("6", "7")
    assert (await _table(browser, "claimed"))[1:], "claims stand as they were"


async def test_questions_to_families_wait_or_are_past_their_day(desk, clock):
    case = await desk.case()
    for number, (due, answered) in enumerate(
        [(1, False)] * 6 + [(-1, False)] * 5 + [(1, True)] * 7
    ):
        await desk.owner.execute(
            "INSERT INTO message (id, case_id, kind, sequence, author, at, due_at, answered_at)"
            " VALUES (gen_random_uuid(), $1, 'question', $2, 'x', $3, $4, $5)",
            *(case, number, clock(), clock() + timedelta(days=due), clock() if answered else None),
        )
    found = await statistics.count(desk.site.pool, None, clock())
    assert found.asked == {"waiting": 6, "late": 5}
    elsewhere = await statistics.count(desk.site.pool, frozenset(("UA-23",)), clock())
    assert elsewhere.asked == {"waiting": 0, "late": 0}


@pytest.mark.parametrize("name", TABLES)
async def test_every_table_can_be_taken_along(desk, name):
    await _many(desk, 6)
    browser = await desk.at_work("head")
    rows = await _table(browser, name)
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 3
    assert f'href="/statistics/{name}.csv"' in (await browser.get("/statistics")).text


async def test_a_table_that_does_not_exist_is_not_there(desk):
    browser = await desk.at_work("head")
    assert (await browser.get("/statistics/names.csv")).status == 404


async def test_within_a_minute_nobody_counts_twice(desk, clock):
    kept = Counted()
    await _many(desk, 6)
    first = await kept.of(desk.site.pool, None, clock())
    await _many(desk, 6)
    assert await kept.of(desk.site.pool, None, clock()) is first
    clock.passes(seconds=61)
    assert (await kept.of(desk.site.pool, None, clock())).reports == 12


async def test_what_is_kept_for_one_oblast_is_not_shown_for_another(desk, clock):
    kept = Counted()
    await _many(desk, 6, oblast="UA-65")
    whole = await kept.of(desk.site.pool, None, clock())
    other = await kept.of(desk.site.pool, frozenset(("UA-23",)), clock())
    assert (whole.reports, other.reports) == (6, 0)


async def test_official_figures_stand_apart_with_source_and_day(desk):
    browser = await desk.at_work("auditor")
    text = (await browser.get("/statistics")).text
    before, _, aside = text.partition('<aside class="official"')
    assert "Офіційні числа, не наші" in aside
    for one in official.figures():
        shown = f"{one.count:,}".replace(",", "\u00a0")
        assert shown in aside
        assert shown not in before
        assert one.source in aside
        assert one.as_of is not None or "дату ще не звірено" in aside


def test_every_region_of_ukraine_has_a_place_on_the_map_and_none_shares_it():
    tiles = drawing.tiles(dict.fromkeys(OBLASTS, 5))
    assert {tile.code for tile in tiles} == set(OBLASTS)
    assert len({(tile.x, tile.y) for tile in tiles}) == 27


@pytest.mark.parametrize(
    ("cell", "shade"),
    [
        (0, "0"),
        (1, "1"),
        (25, "1"),
        (26, "2"),
        (75, "3"),
        (100, "4"),
        (Hidden.FEW, "hidden"),
        (Hidden.MORE, "hidden"),
    ],
)
def test_a_tile_is_as_dark_as_its_count(cell, shade):
    tiles = drawing.tiles({"UA-65": cell, "UA-23": 100})
    assert next(tile.shade for tile in tiles if tile.code == "UA-65") == shade


def test_a_hidden_week_has_the_same_low_bar_whatever_it_was():
    weeks = mondays_of(3)
    bars = drawing.bars({weeks[0]: Hidden.FEW, weeks[1]: Hidden.MORE, weeks[2]: 50})
    assert bars[0].height == bars[1].height < bars[2].height == drawing.HEIGHT


def test_an_empty_chart_can_be_drawn():
    weeks = mondays_of(3)
    assert [bar.height for bar in drawing.bars(dict.fromkeys(weeks, 0))] == [0, 0, 0]
    assert drawing.strokes([(week, statistics.NO_WAIT) for week in weeks]) == ()
    assert {tile.shade for tile in drawing.tiles(dict.fromkeys(OBLASTS, 0))} == {"0"}


def mondays_of(count):
    from datetime import date

    return [date(2026, 11, 2) + timedelta(weeks=number) for number in range(count)]
