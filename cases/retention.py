"""What is kept no longer: run by the janitor every hour, in small transactions.

Drafts that may be passed on are not deleted here: `abandoned` gives them out to be sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import Database
from cases.turn import Turn, opened, opened_draft
from vault.local import Vault

#: Longer than Telegram's redelivery (24 h), shorter than the week after which its ids start anew.
UPDATES_KEPT: Final = timedelta(hours=72)
#: Telegram lets nobody edit older messages; their ids are of no more use.
SENT_KEPT: Final = timedelta(days=30)
QUARANTINE_KEPT: Final = timedelta(days=30)
#: So long a family finds what it was asked, and answered, in its list.
LETTERS_KEPT: Final = timedelta(days=30)
#: Time for a prosecutor to say that the law wants it kept.
ERASURE_WAITS: Final = timedelta(days=14)

_BATCH: Final = 500


@dataclass(frozen=True)
class Expired:
    """How many rows went, or would go."""

    drafts: int = 0
    updates: int = 0
    sent: int = 0
    quarantined: int = 0
    letters: int = 0
    entries: int = 0


@dataclass(frozen=True)
class _Sweep:
    """Rows of `table` where `past` holds for $1. `told`: the audit's word for it, if any."""

    table: str
    key: str
    past: str
    kept: timedelta = timedelta(0)
    told: str | None = None


_DRAFTS = _Sweep("draft", "id", "expires_at <= $1 AND pass_on IS NOT TRUE", told="draft.expired")
_ENTRIES = _Sweep("entry_draft", "id", "expires_at <= $1", told="entry.expired")
_UPDATES = _Sweep("bot_update", "ctid", "seen_at < $1", UPDATES_KEPT)
_FAILURES = _Sweep("update_failure", "ctid", "last_at < $1", UPDATES_KEPT)
_SENT = _Sweep("outbox", "id", "finished_at < $1", SENT_KEPT)
_QUARANTINE = _Sweep("quarantine", "id", "at < $1", QUARANTINE_KEPT, told="quarantine.expired")


async def expire(
    pool: "asyncpg.Pool", *, signer: Signer, now: datetime, dry_run: bool = False
) -> Expired:
    """Delete what is past its term. Skips what another janitor is deleting."""
    gone = [
        await _swept(pool, sweep, signer, now, dry_run=dry_run)
        for sweep in (_DRAFTS, _UPDATES, _FAILURES, _SENT, _QUARANTINE, _ENTRIES)
    ]
    letters = await _letters(pool, now - LETTERS_KEPT, dry_run=dry_run)
    return Expired(gone[0], gone[1] + gone[2], gone[3], gone[4], letters, gone[5])


async def _letters(pool: "asyncpg.Pool", term: datetime, *, dry_run: bool) -> int:
    """What was written to families is forgotten by the intake; the case keeps it."""
    past = "sealed IS NOT NULL AND answered_at < $1"
    if dry_run:
        would: int = await pool.fetchval(f"SELECT count(*) FROM message WHERE {past}", term)  # noqa: S608 - constants
        return would
    done = await pool.execute(f"UPDATE message SET sealed = NULL WHERE {past}", term)  # noqa: S608 - constants
    return int(done.rpartition(" ")[2])


async def _swept(
    pool: "asyncpg.Pool", sweep: _Sweep, signer: Signer, now: datetime, *, dry_run: bool
) -> int:
    term = now - sweep.kept
    if dry_run:
        would: int = await pool.fetchval(
            f"SELECT count(*) FROM {sweep.table} WHERE {sweep.past}",  # noqa: S608 - constants
            term,
        )
        return would
    total = 0
    while gone := await _batch(pool, sweep, signer, now, term):
        total += gone
    return total


async def _batch(
    pool: "asyncpg.Pool", sweep: _Sweep, signer: Signer, now: datetime, term: datetime
) -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            f"DELETE FROM {sweep.table} WHERE {sweep.key} = ANY (ARRAY("  # noqa: S608 - constants
            f"SELECT {sweep.key} FROM {sweep.table} WHERE {sweep.past}"
            f" LIMIT {_BATCH} FOR UPDATE SKIP LOCKED)) RETURNING 1",
            term,
        )
        if rows and sweep.told:
            event = AuditEvent("janitor", sweep.told, None, {"count": len(rows)})
            await append(connection, [event], signer=signer, now=now)
    return len(rows)


async def shred(pool: "asyncpg.Pool", *, signer: Signer, now: datetime, limit: int = 100) -> int:
    """Destroy the keys and objects of cases whose family asked for it 14 days ago; how many.

    What is under legal hold is passed over. The case's row stays as a tombstone: code, dates,
    status "erased". Backups made before still hold the keys until they are destroyed themselves.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            """
            SELECT id FROM cases
             WHERE erase_asked_at < $1 AND erased_at IS NULL AND NOT held
             ORDER BY erase_asked_at LIMIT $2 FOR UPDATE SKIP LOCKED
            """,
            *(now - ERASURE_WAITS, limit),
        )
        ids = [row["id"] for row in rows]
        for table in ("case_key", "sealed_object", "family_copy", "family_page", "message"):
            await connection.execute(
                f"DELETE FROM {table} WHERE case_id = ANY ($1)",  # noqa: S608 - constants
                ids,
            )
        await connection.execute(
            "UPDATE cases SET status = 'erased', erased_at = $2 WHERE id = ANY ($1)", ids, now
        )
        # Those that an erased case led would wait for nobody.
        await connection.execute(
            "UPDATE cases SET status = stood, stood = NULL, duplicate_of = NULL"
            " WHERE duplicate_of = ANY ($1) AND status = 'duplicate_of'",
            ids,
        )
        events = [AuditEvent("janitor", "case.erased", each) for each in ids]
        await append(connection, events, signer=signer, now=now)
    return len(ids)


async def abandoned(
    database: Database, vault: Vault, bots: dict[str, int], *, now: datetime, limit: int = 20
) -> list[Turn]:
    """Turns of chats whose draft has expired and may be passed on, to be sent as partial.

    `bots`: the Telegram id of each bot by its name. Save each turn as any other: a person who
    writes meanwhile overtakes it, and so keeps the draft.
    """
    rows = await database.fetch(
        """
        SELECT c.bot, c.chat_ref, c.sealed, c.revision, c.version, c.locale, c.quiet,
               c.blocked_at IS NOT NULL AS blocked,
               d.id, d.flow, d.sealed AS draft, d.pass_on, d.created_at, d.expires_at
          FROM draft d JOIN conversation c USING (chat_ref)
         WHERE d.expires_at <= $1 AND d.pass_on AND c.bot = ANY ($2)
         ORDER BY d.expires_at LIMIT $3
        """,
        *(now, list(bots), limit),
    )
    return [
        Turn(
            bot=row["bot"],
            bot_id=bots[row["bot"]],
            update_id=None,
            digest=b"",
            conversation=opened(vault, row["bot"], row["chat_ref"], row),
            drafts={row["flow"]: opened_draft(vault, row["chat_ref"], row)},
            known=frozenset([row["id"]]),
        )
        for row in rows
    ]
