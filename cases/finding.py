"""Finding cases for the desk: by part of a code, by who took them, by their ids. Lines only.

Whoever looks finds what their queue holds, and nothing beside it.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cases.outbox import PATIENCE, Database
from cases.permissions import Member
from cases.queue_indexes import TAKEN
from cases.views import COLUMNS, Line, line_of, oblasts_of

MOST: Final = 50
"""Lines shown of what was found."""
LOOKED_AT: Final = 200
"""Lines of which a page chooses those it may show."""

_GROUP: Final = 4
_BEYOND: Final = "~"
"""Comes after every sign of a code."""

_FOUND: Final = f"""
SELECT {COLUMNS}, p.number AS taker FROM cases c LEFT JOIN staff p ON p.id = c.taken_by
 WHERE c.id IN ({{ids}})
   AND ($2::text[] IS NULL OR c.oblast = ANY ($2) OR c.taken_by = $1)
 ORDER BY c.received_at DESC, c.id LIMIT {LOOKED_AT}
"""  # noqa: S608 - constants
_BY_CODE: Final = _FOUND.format(
    ids="SELECT id FROM cases WHERE code ~>=~ $3 AND code ~<~ $4"
    " UNION SELECT id FROM cases WHERE substr(code, 6) ~>=~ $3 AND substr(code, 6) ~<~ $4"
)
_BY_TAKER: Final = _FOUND.format(
    ids="SELECT id FROM cases WHERE taken_by = (SELECT id FROM staff WHERE number = $3)"  # noqa: S608 - constants
    f" AND {TAKEN}"
)
_BY_ID: Final = _FOUND.format(ids="SELECT unnest($3::uuid[])")


async def by_code(database: Database, viewer: Member, part: str) -> tuple[Line, ...]:
    """`part`: signs with which a code, or the second half of one, begins (vault.receipt)."""
    begins = f"{part[:_GROUP]}-{part[_GROUP:]}" if len(part) > _GROUP else part
    return await _lines(database, _BY_CODE, viewer, begins, begins + _BEYOND)


async def by_taker(database: Database, viewer: Member, number: int) -> tuple[Line, ...]:
    """What the person of this number works on."""
    return await _lines(database, _BY_TAKER, viewer, number)


async def by_id(database: Database, viewer: Member, ids: Sequence[UUID]) -> tuple[Line, ...]:
    return await _lines(database, _BY_ID, viewer, list(ids))


async def _lines(
    database: Database, query: str, viewer: Member, *values: object
) -> tuple[Line, ...]:
    """The newest first."""
    rows = await database.fetch(query, viewer.id, oblasts_of(viewer), *values, timeout=PATIENCE)
    return tuple(map(line_of, rows))
