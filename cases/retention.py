"""What is kept no longer: run by the janitor every hour, in small transactions.

Drafts that may be passed on are not deleted here: `abandoned` gives them out to be sent.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import Database
from cases.points import Point, passing
from cases.turn import Turn, opened, opened_draft
from vault.local import NotOurs, Vault

_log = logging.getLogger(__name__)

#: Longer than Telegram's redelivery (24 h), shorter than the week after which its ids start anew.
UPDATES_KEPT: Final = timedelta(hours=72)
#: Telegram lets nobody edit older messages; their ids are of no more use.
SENT_KEPT: Final = timedelta(days=30)
QUARANTINE_KEPT: Final = timedelta(days=30)
#: So long a family finds what it was asked, and answered, in its list.
LETTERS_KEPT: Final = timedelta(days=30)
#: So long one can see what became of a broadcast family by family; its counts stay.
BROADCASTS_KEPT: Final = timedelta(days=30)
#: Time for a prosecutor to say that the law wants it kept.
ERASURE_WAITS: Final = timedelta(days=14)

_BATCH: Final = 500
#: cases in one transaction; each has up to some tens of rows
_CASES: Final = 20
#: one janitor at a time, whoever started it
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(1785687668)"


@dataclass(frozen=True)
class Expired:
    """How many rows went, or would go."""

    drafts: int = 0
    updates: int = 0
    sent: int = 0
    quarantined: int = 0
    letters: int = 0
    entries: int = 0
    recipients: int = 0
    #: invitations, codes that link a chat, sessions and challenges of the desk
    passes: int = 0


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
_TESTS = _Sweep("broadcast_test", "id", "at < $1", BROADCASTS_KEPT)
_RECIPIENTS = _Sweep(
    "broadcast_recipient",
    "ctid",
    "broadcast_id IN (SELECT id FROM broadcast WHERE finished_at < $1)",
    BROADCASTS_KEPT,
)
_PASSES: Final = (
    _Sweep("staff_invite", "token_hash", "expires_at < $1"),
    _Sweep("link_code", "person_id", "expires_at < $1"),
    _Sweep("desk_session", "id", "ends_at < $1"),
    _Sweep("passkey_challenge", "hash", "expires_at < $1"),
)
_LETTERS: Final = "sealed IS NOT NULL AND answered_at < $1"
_DUE: Final = "erase_asked_at < $1 AND erased_at IS NULL"


async def expire(
    pool: "asyncpg.Pool", *, signer: Signer, now: datetime, dry_run: bool = False
) -> Expired:
    """Delete what is past its term. Skips what another janitor is deleting."""
    gone = [
        await _swept(pool, sweep, signer, now, dry_run=dry_run)
        for sweep in (
            *(_DRAFTS, _UPDATES, _FAILURES, _SENT, _QUARANTINE, _ENTRIES),
            *(_TESTS, _RECIPIENTS),
        )
    ]
    passes = [await _swept(pool, sweep, signer, now, dry_run=dry_run) for sweep in _PASSES]
    letters = await _letters(pool, now - LETTERS_KEPT, dry_run=dry_run)
    return Expired(
        *(gone[0], gone[1] + gone[2], gone[3], gone[4], letters, gone[5], gone[7], sum(passes))
    )


async def _letters(pool: "asyncpg.Pool", term: datetime, *, dry_run: bool) -> int:
    """What was written to families is forgotten by the intake; the case keeps it."""
    if dry_run:
        would: int = await pool.fetchval(f"SELECT count(*) FROM message WHERE {_LETTERS}", term)  # noqa: S608 - constants
        return would
    total = 0
    while True:
        async with _alone(pool) as connection:
            if connection is None:
                return total
            done = await connection.execute(
                "UPDATE message SET sealed = NULL WHERE id = ANY (ARRAY("  # noqa: S608 - constants
                f"SELECT id FROM message WHERE {_LETTERS} LIMIT {_BATCH}))",
                term,
            )
        count = int(done.rpartition(" ")[2])
        total += count
        if count < _BATCH:
            return total


@asynccontextmanager
async def _alone(pool: "asyncpg.Pool") -> AsyncIterator["asyncpg.Connection | None"]:
    """A transaction in which nobody else tidies up; None while somebody else does."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection if await connection.fetchval(_ALONE) else None


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
    async with _alone(pool) as connection:
        if connection is None:
            return 0
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


@dataclass(frozen=True)
class Erasable:
    """Cases whose family asked for it 14 days ago. `held`: those the law wants kept."""

    due: int
    held: int


async def erasable(database: Database, *, now: datetime) -> Erasable:
    """What `shred` would destroy, and what it would pass over."""
    row = await database.fetchrow(
        "SELECT count(*) FILTER (WHERE NOT held) AS due, count(*) FILTER (WHERE held) AS held"  # noqa: S608 - constants
        f" FROM cases WHERE {_DUE}",
        now - ERASURE_WAITS,
    )
    return Erasable(row["due"], row["held"])


async def shred(pool: "asyncpg.Pool", *, signer: Signer, now: datetime) -> int:
    """Destroy the keys and objects of cases whose family asked for it 14 days ago; how many.

    What is under legal hold is passed over. The case's row stays as a tombstone: code, dates,
    status "erased". Backups made before still hold the keys until they are destroyed themselves.
    """
    total = 0
    while done := await _shredded(pool, signer, now):
        total += done
    return total


async def _shredded(pool: "asyncpg.Pool", signer: Signer, now: datetime) -> int:
    """A few of them, each whole or not at all."""
    async with _alone(pool) as connection:
        if connection is None:
            return 0
        rows = await connection.fetch(
            f"SELECT id FROM cases WHERE {_DUE} AND NOT held"  # noqa: S608 - constants
            " ORDER BY erase_asked_at LIMIT $2 FOR UPDATE SKIP LOCKED",
            *(now - ERASURE_WAITS, _CASES),
        )
        ids = [row["id"] for row in rows]
        for table in ("case_key", "sealed_object", "family_copy", "family_page", "message"):
            await connection.execute(
                f"DELETE FROM {table} WHERE case_id = ANY ($1)",  # noqa: S608 - constants
                ids,
            )
            passing(Point.ERASED_HALFWAY)
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
    turns = [_abandoned(vault, bots[row["bot"]], row) for row in rows]
    return [turn for turn in turns if turn is not None]


def _abandoned(vault: Vault, bot_id: int, row: Mapping[str, Any]) -> Turn | None:
    """None for one sealed under a VAULT key that is gone: nobody can read it any more."""
    try:
        conversation = opened(vault, row["bot"], row["chat_ref"], row)
        draft = opened_draft(vault, row["chat_ref"], row)
    except NotOurs:
        _log.critical("a draft does not open: is the VAULT key the right one?")
        return None
    return Turn(
        bot=row["bot"],
        bot_id=bot_id,
        update_id=None,
        digest=b"",
        conversation=conversation,
        drafts={row["flow"]: draft},
        known=frozenset([row["id"]]),
    )
