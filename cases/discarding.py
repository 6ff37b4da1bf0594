"""Files nobody wants any more, and objects nobody knows: what the store is rid of.

Every name in the store was given out by `cases.collecting.claim` before anything was written under
it, so an object whose name no row holds is left over from an attempt that died.
"""

from collections.abc import Sequence
from uuid import UUID

from cases.outbox import PATIENCE, Database

_TAKE_BACK = """
    state = 'removed', locator = NULL, manifest = NULL, worker = NULL, lease_until = NULL,
    finished_at = now()
"""
_DRAFTS_GONE = """
DELETE FROM opened_case o WHERE NOT EXISTS (SELECT FROM draft d WHERE d.id = o.draft_id)
"""
_OF_DRAFTS_GONE = f"""
UPDATE attachment a SET {_TAKE_BACK}
 WHERE a.in_draft AND a.state <> 'removed'
   AND NOT EXISTS (SELECT FROM opened_case o WHERE o.case_id = a.case_id)
RETURNING a.id
"""  # noqa: S608 - put together from constants of this module
_OF_CASES_ERASED = f"""
UPDATE attachment a SET {_TAKE_BACK}
  FROM cases c
 WHERE c.id = a.case_id AND c.erased_at IS NOT NULL AND a.state <> 'removed'
RETURNING a.id
"""  # noqa: S608 - put together from constants of this module


async def abandon(database: Database) -> int:
    """Take back the files of drafts that are gone and of cases that were erased; how many."""
    await database.execute(_DRAFTS_GONE, timeout=PATIENCE)
    gone = await database.fetch(_OF_DRAFTS_GONE, timeout=PATIENCE)
    erased = await database.fetch(_OF_CASES_ERASED, timeout=PATIENCE)
    return len(gone) + len(erased)


async def thrown_away(database: Database, limit: int = 500) -> tuple[UUID, ...]:
    """Names of objects nobody wants: of files taken back or given up."""
    rows = await database.fetch(
        "SELECT object FROM attachment"
        " WHERE object IS NOT NULL AND state IN ('failed', 'removed') LIMIT $1",
        limit,
        timeout=PATIENCE,
    )
    return tuple(row["object"] for row in rows)


async def forget(database: Database, objects: Sequence[UUID]) -> None:
    """These are deleted from the store."""
    await database.execute(
        "UPDATE attachment SET object = NULL"
        " WHERE object = ANY ($1) AND state IN ('failed', 'removed')",
        list(objects),
        timeout=PATIENCE,
    )


async def unknown(database: Database, objects: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these names, as listed from the store, that no row holds."""
    rows = await database.fetch(
        "SELECT object FROM attachment WHERE object = ANY ($1)", list(objects), timeout=PATIENCE
    )
    return frozenset(objects) - {row["object"] for row in rows}
