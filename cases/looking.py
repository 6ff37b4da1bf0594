"""Who is looking at a case: whoever opened it a short while ago and is still signed in."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from cases.person import COLUMNS, Person, person_of

LOOKS: Final = timedelta(minutes=15)
"""So long somebody who opened a case may have its page before them."""

# The chain tells of every opening, before anything is shown; no list is kept beside it.
_BESIDE: Final = f"""
SELECT {COLUMNS} FROM staff p
 WHERE p.id <> $2 AND p.state = 'active' AND p.id::text IN (
       SELECT actor FROM audit WHERE subject = $1 AND action = 'case.opened' AND at > $3)
   AND EXISTS (SELECT FROM desk_session s
                WHERE s.person_id = p.id AND s.seen_at > $3 AND s.ends_at > $4)
 ORDER BY p.number
"""  # noqa: S608 - columns of cases.person


async def beside(
    database: Database, case: UUID, viewer: Person, now: datetime
) -> tuple[Person, ...]:
    """Everybody but the viewer, by number."""
    rows = await database.fetch(_BESIDE, case, viewer.id, now - LOOKS, now, timeout=PATIENCE)
    return tuple(map(person_of, rows))
