"""The statistics: how many reports there are and how long they wait, small counts hidden."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from cases.queue import LEVELS
from cases.small_numbers import Cell, Hidden
from cases.statistics import EARLIER, NONE, Statistics, Wait, places_of
from desk import drawing, official
from desk.export.tables import csv_lines
from desk.export.wording import returned
from desk.gate import opening, person_of
from desk.pages import oblast_name, oblasts_by_name, page
from desk.site import Here, Site
from desk.visitor import Guest, Visitor
from locales import say
from locales.dates import day
from locales.numbers import brief, number, span

TABLES: Final = (
    "levels", "kinds", "statuses", "oblasts", "claimed", "confirmed", "weeks", "waits",
)  # fmt: skip
"""What may be downloaded."""
_FEW: Final = "<5"
_MORE: Final = "…"
_WORDED: Final = {
    "levels": "level.", "kinds": "kind.", "statuses": "status.", "claimed": "news.status.option.",
}  # fmt: skip


@get("/statistics", opt=opening("statistics"))
async def shown(site: Here, visitor: Guest) -> Response[str]:
    found = await _counted(site, visitor)
    locale = visitor.locale
    return page(
        site,
        visitor,
        "statistics.html",
        room="statistics",
        found=found,
        everywhere=places_of(person_of(visitor)) is None,
        cell=lambda each: _cell(locale, each),
        tile=lambda each: brief(locale, each) if isinstance(each, int) else _cell(locale, each),
        hidden=lambda each: isinstance(each, Hidden),
        named=lambda table: list(_named(locale, table, getattr(found, table))),
        share=drawing.share,
        week=lambda each: _week(locale, each),
        wait=lambda each: _waits(locale, each),
        levels=LEVELS,
        weeks=[each for each in found.weeks if each != EARLIER],
        official=[(one, number(locale, one.count)) for one in official.figures()],
        long_day=lambda each: _long(locale, each),
        **_drawn(locale, found),
    )


async def _counted(site: Site, visitor: Visitor) -> Statistics:
    places = places_of(person_of(visitor))
    return await site.counted.of(site.pool, places, site.now())


def _drawn(locale: str, found: Statistics) -> dict[str, Any]:
    weeks = [week for week in found.weeks if week != EARLIER]
    return {
        "draw": drawing,
        "tiles": drawing.tiles(found.oblasts),
        "bars": drawing.bars(found.weeks),
        "top": number(locale, drawing.top(found.weeks)),
        "strokes": drawing.strokes([(week, found.wait(week, None)) for week in weeks]),
        "marks": [(drawing.level_of(mark), span(locale, mark)) for mark in drawing.MARKS],
    }


def _cell(locale: str, cell: Cell) -> str:
    if isinstance(cell, int):
        return number(locale, cell)
    return _FEW if cell is Hidden.FEW else _MORE


def _named(locale: str, table: str, counts: Mapping[str, Cell]) -> Iterator[tuple[str, str, Cell]]:
    """Key, name and count of each row, in the order in which people look for it."""
    if table == "oblasts":
        for code in oblasts_by_name(locale, (each for each in counts if each != NONE)):
            yield code, oblast_name(locale, code), counts[code]
        if NONE in counts:
            yield NONE, say(locale, "queue.unknown"), counts[NONE]
        return
    for key, count in counts.items():
        if key != NONE:
            said = (
                returned(locale, key)
                if table == "confirmed"
                else say(locale, _WORDED[table] + key)
            )
            yield key, said, count
    if NONE in counts:
        yield NONE, say(locale, f"statistics.{table}.none"), counts[NONE]


def _week(locale: str, week: date) -> str:
    return say(locale, "statistics.earlier") if week == EARLIER else day(locale, week)


def _long(locale: str, when: date) -> str:
    return f"{day(locale, when)} {when.year}"


def _waits(locale: str, wait: Wait) -> tuple[str, str]:
    return (
        span(locale, wait.half) if wait.half else "–",
        span(locale, wait.nine_in_ten) if wait.nine_in_ten else "–",
    )


@get("/statistics/{file:str}", opt=opening("statistics"))
async def downloaded(site: Here, visitor: Guest, file: FromPath[str]) -> Response[bytes]:
    """One table as a file: «levels.csv». Raises NotFoundException."""
    name = file.removesuffix(".csv")
    if name not in TABLES or name == file:
        raise NotFoundException
    found = await _counted(site, visitor)
    columns, rows = _rows(visitor.locale, name, found)
    answer = Response(b"".join(csv_lines(columns, rows)), media_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _rows(
    locale: str, name: str, found: Statistics
) -> tuple[Sequence[str], list[list[str | int | None]]]:
    if name == "waits":
        return ("week", "level", "half_minutes", "nine_in_ten_minutes"), [
            ["" if week is None else week.isoformat(), level or "", *_minutes(wait)]
            for week in (None, *(each for each in found.weeks if each != EARLIER))
            for level in (None, *LEVELS)
            for wait in (found.wait(week, level),)
        ]
    if name == "weeks":
        return ("week", "reports"), [
            ["" if week == EARLIER else week.isoformat(), _plain(cell)]
            for week, cell in found.weeks.items()
        ]
    named = _named(locale, name, getattr(found, name))
    return ("code", "name", "reports"), [[key, said, _plain(cell)] for key, said, cell in named]


def _plain(cell: Cell) -> str | int:
    if isinstance(cell, int):
        return cell
    return _FEW if cell is Hidden.FEW else _MORE


def _minutes(wait: Wait) -> tuple[int | None, int | None]:
    return tuple(  # type: ignore[return-value]
        None if each is None else round(each.total_seconds() / 60)
        for each in (wait.half, wait.nine_in_ten)
    )


ROUTES: Final = (shown, downloaded)
