"""How the machinery fares, by what the database knows: counts, ages and states, nobody's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.outbox import PATIENCE, Database

LATELY = 10_000
"""How many messages, the newest, are looked at for what became of them."""


@dataclass(frozen=True)
class Sending:
    """One bot's outbox. `oldest`: since when the oldest message that may go now has waited.

    `resumes`: Telegram asked for a pause until then. `stopped`: a code, until a person acts.
    """

    bot: str
    waiting: int
    oldest: datetime | None
    resumes: datetime | None
    stopped: str | None


@dataclass(frozen=True)
class Health:
    """`became`: states of the newest LATELY messages. `lag`: from queued to sent, of nine in ten.

    `failing`: updates from Telegram that could not be taken in and are tried again;
    `set_aside`: those given up and kept, sealed. `files`: waiting to be fetched. `size`: bytes.
    """

    sending: tuple[Sending, ...]
    became: Mapping[str, int]
    lag: timedelta | None
    failing: int
    set_aside: int
    files: int
    size: int
    schema: str


# "sending" waits too: it was claimed, and nobody knows yet what Telegram said.
_SENDING = """
SELECT coalesce(o.bot, g.bot) AS bot, coalesce(o.waiting, 0) AS waiting, o.oldest,
       CASE WHEN g.resume_at > now() THEN g.resume_at END AS resumes, g.stopped
  FROM (SELECT bot, count(*) AS waiting,
               min(greatest(created_at, not_before)) FILTER (WHERE not_before <= now()) AS oldest
          FROM outbox WHERE state IN ('queued', 'sending') GROUP BY bot) AS o
  FULL JOIN sender_gate g ON g.bot = o.bot
 ORDER BY 1
"""
_LATELY = """
SELECT state, count(*) AS messages,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY finished_at - greatest(created_at, not_before))
           FILTER (WHERE state = 'sent') AS lag
  FROM (SELECT state, created_at, not_before, finished_at FROM outbox ORDER BY id DESC LIMIT $1) s
 GROUP BY state
"""
_REST = """
SELECT (SELECT count(*) FROM update_failure) AS failing,
       (SELECT count(*) FROM quarantine) AS set_aside,
       (SELECT count(*) FROM attachment WHERE state IN ('queued', 'taking')) AS files,
       pg_database_size(current_database()) AS size,
       (SELECT version_num FROM alembic_version) AS schema
"""


async def health(database: Database) -> Health:
    """As it is now. Bounded: it takes no longer when a million messages were sent."""
    sending = await database.fetch(_SENDING, timeout=PATIENCE)
    lately = await database.fetch(_LATELY, LATELY, timeout=PATIENCE)
    rest = await database.fetchrow(_REST, timeout=PATIENCE)
    return Health(
        tuple(Sending(**dict(row)) for row in sending),
        {row["state"]: row["messages"] for row in lately},
        next((row["lag"] for row in lately if row["state"] == "sent"), None),
        **dict(rest),
    )
