"""`python -m benchmarks.upgrades`: how long taking in stands still while the schema is upgraded.

A database at an older revision, with many cases and audit entries; two writers do what taking in a
report does to `cases`, `audit` and `conversation`, all the time, each with its own transactions.
What is told is the longest any of these had to wait, and how long the upgrade took.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from cyclopts import App

from benchmarks.queue import CASES, STAFF
from bot.postgres import alembic_of, embedded, revisions, wanted

app = App(name="upgrades", help="Measure how long an upgrade stands in the way.")

_AUDIT: Final = """
INSERT INTO audit (seq, at, actor, action, subject, detail, prev, hash, sig)
SELECT n, now(), 'bot', 'report.sent', gen_random_uuid(), '{}', sha256(n::text::bytea),
       sha256(n::text::bytea), sha256(n::text::bytea) FROM generate_series(1, $1) n
"""
_CHATS: Final = """
INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale)
SELECT sha256(n::text::bytea), 'family', sha256(n::text::bytea), 1, 1, 'uk'
  FROM generate_series(1, $1) n
"""
_REPORT: Final = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, locale,
                   channel, children, answers, recipient, due_at)
VALUES (gen_random_uuid(), $1, '\\x00', 'report', 'received', 'low', '{}', 1, 'uk', 'family', 1, 9,
        'age1', now())
"""
_ENTRY: Final = """
INSERT INTO audit (seq, at, actor, action, detail, prev, hash, sig)
VALUES ($1, now(), 'bot', 'report.sent', '{}', '\\x00', '\\x00', '\\x00')
"""
_SEEN: Final = "UPDATE conversation SET version = version + 1 WHERE chat_ref = sha256($1::bytea)"
_PAUSE: Final = 0.01
_EARLIEST: Final = "0008"  # before there were people no case could be taken


@app.default
def run(since: str = "0014", rows: int = 1_000_000) -> None:
    """Upgrade from the revision `since` to today's, with so many cases, entries and chats."""
    assert since in revisions() and since >= _EARLIEST, f"from {_EARLIEST} on"  # noqa: PT018
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else
        with embedded(folder / "postgres") as server:
            command.upgrade(alembic_of(server.url), since)
            waits, took = asyncio.run(_measured(server.url, rows))
    print(f"{since} -> {wanted()}, {rows:,} rows: upgrade {took:.2f} s")
    print(
        f"longest wait of {len(waits):,} transactions: {max(waits):.2f} s;"
        f" without an upgrade {_usual(waits):.3f} s (99th percentile)"
    )


def _usual(waits: list[float]) -> float:
    return sorted(waits)[len(waits) * 99 // 100]


async def _measured(url: str, rows: int) -> tuple[list[float], float]:
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER TABLE cases DISABLE TRIGGER USER")
    await connection.execute(STAFF)
    await connection.execute(CASES, rows, 20)
    for order in (_AUDIT, _CHATS):
        await connection.execute(order, rows)
    await connection.execute("ALTER TABLE cases ENABLE TRIGGER USER")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    stop, waits = asyncio.Event(), list[float]()
    async with asyncio.TaskGroup() as group:
        for number in range(2):
            group.create_task(_writing(url, number, rows, stop, waits))
        await asyncio.sleep(2)
        began = time.monotonic()
        await asyncio.to_thread(command.upgrade, alembic_of(url), "head")
        took = time.monotonic() - began
        await asyncio.sleep(2)
        stop.set()
    return waits, took


async def _writing(
    url: str, number: int, rows: int, stop: asyncio.Event, waits: list[float]
) -> None:
    connection = await asyncpg.connect(url)
    count = 0
    while not stop.is_set():
        count += 1
        began = time.monotonic()
        async with connection.transaction():
            await connection.execute(_SEEN, str(1 + count % 1000).encode())
            await connection.execute(_REPORT, f"W{number}-{count}")
            await connection.execute(_ENTRY, rows + 2 * count + number)
        waits.append(time.monotonic() - began)
        await asyncio.sleep(_PAUSE)
    await connection.close()


if __name__ == "__main__":
    app()
