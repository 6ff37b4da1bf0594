"""The keys of cases: one sealed copy for each list version; moved from one group key to the next.

In batches, each one transaction with its audit entry. What is done is seen from the rows alone, so
that whoever is interrupted begins again and goes on. Opening and sealing are handed in
(`vault.rewrapping`): nothing here can do either.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, append
from cases.group_keys import Person
from cases.outbox import Database
from cases.points import Point, passing
from vault.seal import CaseKey

FIRST: Final = UUID(int=0)
"""Where `after` begins."""
BATCH: Final = 500

Reseal: TypeAlias = Callable[[Sequence[bytes], UUID], CaseKey | None]
"""A case's key sealed to whoever may read from now on, from any copy that opens; None if none."""
ThatOpen: TypeAlias = Callable[[Mapping[int, bytes], UUID], Mapping[int, str]]
"""Which copies open with the new key, by list version, each with the public part found inside."""


@dataclass(frozen=True)
class Move:
    """From old keys to new ones: who does it, how, for which list `version`, `most` at a time.

    `since` is the list that brought the new key: what has a copy from it or a newer one is done.
    """

    reseal: Reseal
    version: int
    since: int
    by: Person
    most: int = BATCH


@dataclass(frozen=True)
class Batch:
    """What one step did. `last` is the next one's `after`; `refused` cases were left as they are.

    A case is refused when no copy of its key opens, or another case's key opens in its place.
    """

    last: UUID
    done: int
    refused: tuple[UUID, ...]


async def copies(database: Database, case: UUID) -> tuple[bytes, ...]:
    """The sealed copies of a case's key, newest first, for vault.rewrapping.opened."""
    rows = await database.fetch(
        "SELECT sealed FROM case_key WHERE case_id = $1 ORDER BY list_version DESC", case
    )
    return tuple(row["sealed"] for row in rows)


async def left(database: Database, since: int) -> int:
    """How many cases and drafts with files have no copy from list `since` or a newer one."""
    count: int = await database.fetchval(
        "SELECT (SELECT count(*) FROM cases c WHERE erased_at IS NULL AND NOT EXISTS"
        " (SELECT FROM case_key k WHERE k.case_id = c.id AND k.list_version >= $1))"
        " + (SELECT count(*) FROM opened_case WHERE list_version < $1)",
        since,
    )
    return count


async def rewrap(
    pool: "asyncpg.Pool", move: Move, *, after: UUID, clock: Callable[[], datetime]
) -> Batch | None:
    """Add a copy to the next cases that have none since `move.since`; None: no more.

    Do `rewrap_drafts` to its end first, so that no draft becomes a case behind this one's back.
    """
    rows = await pool.fetch(
        """
        SELECT c.id, c.recipient, coalesce(k.sealed, '{}') AS sealed
          FROM (SELECT id, recipient FROM cases WHERE id > $1 AND erased_at IS NULL
                   AND NOT EXISTS (SELECT FROM case_key k
                                    WHERE k.case_id = cases.id AND k.list_version >= $2)
                 ORDER BY id LIMIT $3) c
          LEFT JOIN LATERAL (SELECT array_agg(sealed ORDER BY list_version DESC) AS sealed
                               FROM case_key WHERE case_id = c.id) k ON true
         ORDER BY c.id
        """,
        *(after, move.since, move.most),
    )
    if not rows:
        return None
    made, refused = await asyncio.to_thread(_resealed, move.reseal, rows)
    async with pool.acquire() as connection, connection.transaction():
        # The lock waits for whoever is erasing the case, and then finds it erased.
        stored = await connection.fetch(
            """
            INSERT INTO case_key (case_id, list_version, sealed)
            SELECT c.id, $2, new.sealed FROM unnest($1::uuid[], $3::bytea[]) AS new (id, sealed)
              JOIN cases c ON c.id = new.id
             WHERE c.erased_at IS NULL FOR KEY SHARE OF c
            ON CONFLICT DO NOTHING RETURNING case_id
            """,
            *(list(made), move.version, list(made.values())),
        )
        passing(Point.KEYS_MOVED)
        event = _did(move.by, "keys.rewrapped", len(stored), move.version)
        await append(connection, event, signer=move.by.sign, now=clock())
    return Batch(rows[-1]["id"], len(stored), refused)


async def rewrap_drafts(
    pool: "asyncpg.Pool", move: Move, *, after: UUID, clock: Callable[[], datetime]
) -> Batch | None:
    """The same for cases that are drafts with files still: their one copy is replaced."""
    rows = await pool.fetch(
        "SELECT case_id AS id, recipient, list_version, ARRAY[sealed] AS sealed FROM opened_case"
        " WHERE case_id > $1 AND list_version < $2 ORDER BY case_id LIMIT $3",
        *(after, move.since, move.most),
    )
    if not rows:
        return None
    made, refused = await asyncio.to_thread(_resealed, move.reseal, rows)
    async with pool.acquire() as connection, connection.transaction():
        stored = await connection.fetch(
            "UPDATE opened_case o SET sealed = new.sealed, list_version = $2"
            " FROM unnest($1::uuid[], $3::bytea[]) AS new (id, sealed)"
            " WHERE o.case_id = new.id AND o.list_version < $4 RETURNING o.case_id",
            *(list(made), move.version, list(made.values()), move.since),
        )
        event = _did(move.by, "keys.rewrapped", len(stored), move.version)
        await append(connection, event, signer=move.by.sign, now=clock())
    return Batch(rows[-1]["id"], len(stored), refused)


async def drop(
    pool: "asyncpg.Pool",
    that_open: ThatOpen,
    *,
    after: UUID,
    by: Person,
    clock: Callable[[], datetime],
    most: int = BATCH,
) -> Batch | None:
    """Delete the next cases' copies that are older than one the new key opens; None: no more.

    Cannot be undone. A case that the new key does not open keeps everything and is refused. Needs
    the right to delete from case_key, which no role of ours but the janitor's has.
    """
    rows = await pool.fetch(
        "SELECT c.id, c.recipient, array_agg(k.list_version) AS versions,"
        " array_agg(k.sealed) AS sealed FROM cases c JOIN case_key k ON k.case_id = c.id"
        " WHERE c.id > $1 AND c.erased_at IS NULL GROUP BY c.id ORDER BY c.id LIMIT $2",
        *(after, most),
    )
    if not rows:
        return None
    old, refused = await asyncio.to_thread(_outlived, that_open, rows)
    async with pool.acquire() as connection, connection.transaction():
        gone = await connection.fetch(
            "DELETE FROM case_key WHERE (case_id, list_version) IN"
            " (SELECT * FROM unnest($1::uuid[], $2::int[])) RETURNING list_version",
            *([case for case, _ in old], [version for _, version in old]),
        )
        newest = max((row["list_version"] for row in gone), default=0)
        event = _did(by, "keys.dropped", len(gone), newest)
        await append(connection, event, signer=by.sign, now=clock())
    return Batch(rows[-1]["id"], len(gone), refused)


def _resealed(
    reseal: Reseal, rows: "Sequence[asyncpg.Record]"
) -> tuple[dict[UUID, bytes], tuple[UUID, ...]]:
    made, refused = {}, []
    for row in rows:
        key = reseal(row["sealed"], row["id"])
        if key is None or key.recipient != row["recipient"]:
            refused.append(row["id"])
        else:
            made[row["id"]] = key.sealed
    return made, tuple(refused)


def _outlived(
    that_open: ThatOpen, rows: "Sequence[asyncpg.Record]"
) -> tuple[list[tuple[UUID, int]], tuple[UUID, ...]]:
    old, refused = [], []
    for row in rows:
        sealed = dict(zip(row["versions"], row["sealed"], strict=True))
        found = that_open(sealed, row["id"])
        good = {version for version, public in found.items() if public == row["recipient"]}
        if good:
            old += [(row["id"], version) for version in sealed if version < min(good)]
        else:
            refused.append(row["id"])
    return old, tuple(refused)


def _did(by: Person, action: str, count: int, version: int) -> tuple[AuditEvent, ...]:
    """What the audit is told; nothing where nothing was done."""
    detail = {"count": count, "list": version}
    return (AuditEvent(by.id, action, None, detail),) if count else ()
