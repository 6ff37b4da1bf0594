"""`python -m benchmarks.queue`: how long the desk's queue and figures take with a million cases.

The statements are the desk's own (cases.views, cases.statistics), with its own role, over a warm
cache.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import asyncpg
from cyclopts import App

from bot.postgres import embedded, migrate
from cases import database, finding, statistics, teams, views
from cases.permissions import EVERYWHERE
from cases.person import Person
from cases.views import VIEWS, Filter, Place

app = App(name="queue", help="Measure the desk's queue.")

STAFF: Final = """
INSERT INTO staff (id, name, role, units, state)
SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'x', 'prosecutor', '{UA}',
       'active' FROM generate_series(1, 40) n
"""
# Of all cases one in ten is open, and of these `$2` percent nobody has taken.
CASES: Final = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, age_band,
                   oblast, scenario, locale, channel, children, answers, recipient, received_at,
                   due_at, taken_by, taken_at)
SELECT gen_random_uuid(), 'X' || n, '\\x00', (ARRAY['report','report','report','report','report',
           'report','report','sighting','collective','child'])[1 + n % 10],
       CASE WHEN n % 10 > 0 THEN 'closed' WHEN free THEN 'received'
            ELSE (ARRAY['screening','in_work','needs_info','monitoring'])[1 + (n / 10) % 4] END,
       CASE WHEN n % 97 = 0 THEN 'critical' WHEN n % 7 = 0 THEN 'high'
            WHEN n % 3 = 0 THEN 'medium' ELSE 'low' END,
       '{R9.place_known,R11.not_reported}', 1,
       (ARRAY['0-5','6-11','12-15','16-17','18+'])[1 + n % 5],
       (ARRAY['UA-65','UA-23','UA-14','UA-09','UA-63','UA-59','UA-74','UA-40','UA-43','UA-05',
              NULL])[1 + (hashint4(n) & 1023) * 11 / 1024],
       'camp_not_returned', 'uk', 'family', 1, 9, 'age1',
       now() - n * interval '1 minute', now() + (hashint4(n) % 600) * interval '1 minute',
       CASE WHEN free THEN NULL
            ELSE ('00000000-0000-0000-0000-' || lpad((1 + n % 40)::text, 12, '0'))::uuid END,
       CASE WHEN free THEN NULL ELSE now() END
  FROM (SELECT n, (n / 10) % 100 < $2 AS free FROM generate_series(1, $1) n) s
"""


@dataclass(frozen=True)
class Figure:
    """One statement: milliseconds in the median and at the worst."""

    name: str
    middle: float
    worst: float


@app.default
def run(rows: int = 1_000_000, untaken: int = 20, rounds: int = 15) -> None:
    """Measure with `rows` cases, a tenth of them open, `untaken` percent of those untaken."""
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else
        with embedded(folder / "postgres") as server:
            migrate(server.url)
            asyncio.run(_measured(server.url, rows, untaken, rounds))


async def _measured(url: str, rows: int, untaken: int, rounds: int) -> None:
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    await fill(connection, rows, untaken)
    await connection.close()
    print(f"{rows:,} cases in {time.monotonic() - began:.0f} s; {untaken} % of a tenth untaken")
    async with await database.connect(url, role="dodomu_desk") as pool:
        for units in ((EVERYWHERE,), ("UA-65", "UA-23"), ("UA-05",)):
            viewer = Person(UUID(int=1), 1, "x", "prosecutor", units, "active")
            print(f"\nsees {', '.join(units)}")
            for one in await _figures(pool, viewer, rounds):
                print(f"  {one.name:<28}{one.middle:8.1f} ms   worst {one.worst:.1f}")


async def fill(connection: "asyncpg.Connection", rows: int, untaken: int = 20) -> None:
    """Forty prosecutors and `rows` cases; a tenth is open, of these `untaken` percent free."""
    await connection.execute(STAFF)
    await connection.execute("SET statement_timeout = 0")
    await connection.execute(CASES, rows, untaken, timeout=3600)
    await connection.execute("VACUUM ANALYZE cases", timeout=3600)


async def _figures(pool: "asyncpg.Pool", viewer: Person, rounds: int) -> list[Figure]:
    now = datetime.now(UTC)

    async def shown(view: str, wanted: Filter, after: Place | None = None) -> Place | None:
        return (await views.page(pool, viewer, view, wanted, after=after, now=now)).after

    made = [await _timed("all counts", lambda: views.counts(pool, viewer, now), rounds)]
    for name, wanted in (
        *((view, Filter()) for view in VIEWS),
        ("all, a rare kind", Filter(kind="child")),
        ("all, status and age", Filter(status="needs_info", age="0-5")),
        ("all, kind that is not there", Filter(kind="sighting", status="received")),
        ("new, age", Filter(age="18+")),
    ):
        view = name.partition(",")[0]
        made.append(await _timed(name, _page_of(shown, view, wanted), rounds))
    after = None
    for _ in range(20):
        after = await shown("all", Filter(), after) or after
    made.append(await _timed("all, page 21", lambda: shown("all", Filter(), after), rounds))
    for name, ask in (
        ("search, four signs of a code", lambda: finding.by_code(pool, viewer, "X123")),
        ("teams and their loads", lambda: teams.loads(pool, now)),
        ("search, a colleague's cases", lambda: finding.by_taker(pool, viewer, 7)),
    ):
        made.append(await _timed(name, ask, rounds))
    places = statistics.places_of(viewer)
    made.append(
        await _timed("statistics, anew", lambda: statistics.count(pool, places, now), rounds)
    )
    return made


def _page_of(
    shown: Callable[[str, Filter], Awaitable[object]], view: str, wanted: Filter
) -> Callable[[], Awaitable[object]]:
    return lambda: shown(view, wanted)


async def _timed(name: str, ask: Callable[[], Awaitable[object]], rounds: int) -> Figure:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return Figure(name, median(took), max(took))


if __name__ == "__main__":
    app()
