"""What an update costs when few cases are stored, and when a million are.

Both databases are made before; then they take turns, so that the machine's own pace counts for
neither. What is stored fits no real case: rows of the due size in all tables an update touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from benchmarks.rig import Rig
from benchmarks.speed import Pace, Saturation, saturated
from benchmarks.subjects import SUBJECTS, Running

_FILL: Final = (
    # a third of the families that ever wrote are still talking
    """
INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale, created_at)
SELECT decode(md5('c' || n), 'hex'), 'family', decode(repeat(md5('s' || n), 24), 'hex'), 1, 9,
       'uk', now() - n * interval '1 minute' - interval '1 day'
  FROM generate_series(1, $1) n""",
    """
INSERT INTO reach (chat_ref, area, silence, hushed)
SELECT decode(md5('c' || n), 'hex'), 'unknown', 'everything', true
  FROM generate_series(1, $1) n""",
    """
INSERT INTO draft (id, chat_ref, flow, sealed, expires_at)
SELECT gen_random_uuid(), decode(md5('c' || n), 'hex'), 'report',
       decode(repeat(md5('d' || n), 48), 'hex'), now() + interval '30 days'
  FROM generate_series(1, $1, 10) n""",
    """
INSERT INTO bot_update (bot_id, update_id, digest)
SELECT 1000001, -n, decode(md5('u' || n) || md5('v' || n), 'hex') FROM generate_series(1, $1) n""",
    """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, age_band,
                   oblast, scenario, locale, channel, children, answers, recipient, received_at,
                   due_at)
SELECT md5('i' || n)::uuid, 'X' || n, decode(md5('c' || n), 'hex'), 'report',
       CASE WHEN n % 10 > 0 THEN 'closed' ELSE 'received' END, 'medium', '{R9.place_known}', 1,
       '6-11', 'UA-65', 'camp_not_returned', 'uk', 'family', 1, 9, 'age1',
       now() - n * interval '1 minute' - interval '1 day', now()
  FROM generate_series(1, $1) n""",
    """
INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)
SELECT gen_random_uuid(), md5('i' || n)::uuid, 1, 'report', 1,
       decode(repeat(md5('o' || n), 64), 'hex'), decode(md5('h' || n) || md5('j' || n), 'hex')
  FROM generate_series(1, $1) n""",
    """
INSERT INTO outbox (bot, chat_ref, lane, method, state, finished_at, message_id)
SELECT 'family', decode(md5('c' || n), 'hex'), 0, 'sendMessage', 'sent', now(), n
  FROM generate_series(1, $1) n""",
)


@dataclass
class Stored:
    """All rounds, by the number of stored cases."""

    rounds: dict[int, list[Saturation]] = field(default_factory=dict)


async def measure(rig: Rig, sizes: Sequence[int], rounds: int, pace: Pace) -> Stored:
    """Whole reports at saturation, over polling."""
    urls = {}
    for size in sizes:
        urls[size] = await rig.database()
        await _fill(urls[size], size)
    seen = Stored({size: [] for size in sizes})
    for _ in range(rounds):
        for size, url in urls.items():
            async with rig.bot(url, {}) as bot:
                running = Running(bot.started, {"bot": bot.pid, "PostgreSQL": rig.postmaster})
                ours = SUBJECTS[0]
                seen.rounds[size].append(await saturated(rig, ours, running, "report", pace))
    return seen


async def _fill(url: str, size: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET statement_timeout = 0")
        for statement in _FILL:
            await connection.execute(statement, size, timeout=3600)
        await connection.execute("VACUUM ANALYZE", timeout=3600)
        await connection.execute("CHECKPOINT", timeout=3600)
    finally:
        await connection.close()
