"""The worker's side of files: claimed under a lease, finished once.

A name in the object store is given out by a claim before anything is written under it, anew for
each attempt: two workers never write one object.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import asyncpg

from cases.attachments import MANIFEST, MANIFEST_SCHEMA, counted, locator_name
from cases.audit import AuditEvent, Signer, append
from cases.offered import Offered
from cases.outbox import PATIENCE, Database
from cases.points import Point, passing
from cases.turn import Turn, save
from flows.answers import Json
from vault.local import Vault
from vault.seal import Head, seal
from vault.stream import Streamed

ACTOR: Final = "collector"
#: a photo waits this long for a Telegram or a store that is away, then the family is told
GIVEN_UP_DAYS: Final = 3

_SALT: Final = 32


@dataclass(frozen=True)
class Claimed:
    """A file to fetch now. `age`: seconds since it came. `object`: its name in the store."""

    id: UUID
    bot: str
    chat_ref: bytes
    case: UUID
    sequence: int
    recipient: str = field(repr=False)
    object: UUID
    attempts: int
    age: float
    offered: Offered = field(repr=False)


_CLAIM: Final = """
UPDATE attachment a
   SET state = 'taking', worker = $2, attempts = least(a.attempts + 1, 30000),
       lease_until = now() + make_interval(secs => $4), object = gen_random_uuid()
  FROM (SELECT id FROM attachment
         WHERE bot = $1 AND state IN ('queued', 'taking')
           AND CASE state WHEN 'queued' THEN not_before <= now() ELSE lease_until < now() END
         ORDER BY created_at, sequence LIMIT $3 FOR UPDATE SKIP LOCKED) due
 WHERE a.id = due.id
RETURNING a.id, a.bot, a.chat_ref, a.case_id AS case, a.sequence, a.recipient, a.object,
          a.attempts, extract(epoch FROM now() - a.created_at)::float8 AS age, a.locator
"""


async def claim(
    database: Database, vault: Vault, bot: str, *, worker: str, limit: int, lease: float
) -> tuple[Claimed, ...]:
    """At most `limit` files to fetch, oldest first; they are `worker`'s for `lease` seconds.

    Those of workers whose lease is over come again. Raises vault.local.NotOurs.
    """
    rows = await database.fetch(_CLAIM, bot, worker, limit, lease, timeout=PATIENCE)
    return tuple(_claimed(vault, dict(row)) for row in rows)


def _claimed(vault: Vault, row: dict[str, Any]) -> Claimed:
    inside: Any = vault.open(row.pop("locator"), locator_name(row["id"]))
    return Claimed(**row, offered=Offered.from_json(inside["offered"]))


async def renew(database: Database, worker: str, lease: float) -> None:
    """The worker still lives: all it has is its for another `lease` seconds."""
    await database.execute(
        "UPDATE attachment SET lease_until = now() + make_interval(secs => $2)"
        " WHERE worker = $1 AND state = 'taking'",
        *(worker, lease),
        timeout=PATIENCE,
    )


async def again(database: Database, worker: str, job: Claimed, after_seconds: float) -> None:
    """Put it back, due after so many seconds."""
    await database.execute(
        """
        UPDATE attachment
           SET state = 'queued', worker = NULL, lease_until = NULL, object = NULL,
               not_before = now() + make_interval(secs => $4)
         WHERE id = $1 AND worker = $2 AND object = $3 AND state = 'taking'
        """,
        *(job.id, worker, job.object, after_seconds),
        timeout=PATIENCE,
    )


async def held(
    pool: "asyncpg.Pool",
    worker: str,
    job: Claimed,
    through: Streamed,
    mime: str | None,
    *,
    signer: Signer,
    now: datetime,
) -> bool:
    """It stands in the store, for good: manifest, audit, and the locator is erased, all at once.

    False when it is no longer `worker`'s, or was taken back meanwhile: delete the object.
    """
    salt = secrets.token_bytes(_SALT)
    told: dict[str, Json] = {
        "object": str(job.object),
        "sha256": through.sha256.hex(),
        "size": through.size,
        "sealed_sha256": through.sealed_sha256.hex(),
        "salt": salt.hex(),
        "sniffed": mime,
        "taken_at": now.isoformat(),
    }
    event = AuditEvent(
        ACTOR,
        "file.sealed",
        job.case,
        {
            "sequence": job.sequence,
            "object": str(job.object),
            "sealed": through.sealed_sha256.hex(),
            # Proves later which file it was, and lets nobody guess it now.
            "commitment": sha256(salt + through.sha256).hexdigest(),
        },
    )
    ending = _Ending("held", told, size=through.size, sealed_sha256=through.sealed_sha256)
    async with pool.acquire() as connection, connection.transaction():
        done = await _finish(connection, worker, job, ending)
        if done:
            await append(connection, [event], signer=signer, now=now)
        passing(Point.FILE_UNCOMMITTED)
    passing(Point.FILE_COMMITTED)
    return done


async def failed(
    pool: "asyncpg.Pool",
    vault: Vault,
    worker: str,
    job: Claimed,
    reason: str,
    *,
    telling: Turn | None,
    signer: Signer,
    now: datetime,
) -> bool:
    """Give it up: too_big, gone, refused_type, telegram, store. False when not `worker`'s.

    Prosecutors see in a manifest that there was a file and what it was called. `telling`: a turn
    that tells the family, saved with it or not at all. Raises cases.turn.Overtaken: the turn is
    to be made anew.
    """
    event = AuditEvent(
        ACTOR, "file.failed", job.case, {"sequence": job.sequence, "reason": reason}
    )
    ending = _Ending("failed", {"taken_at": now.isoformat()}, reason, job.offered.size or 0)

    async def give_up(connection: "asyncpg.Connection") -> None:
        if not await _finish(connection, worker, job, ending):
            raise _NotIts
        await counted(connection, job.case)

    try:
        if telling is not None:
            telling.jobs.append(give_up)
            telling.audit.append(event)
            await save(pool, vault, telling, signer=signer, now=now)
        else:
            async with pool.acquire() as connection, connection.transaction():
                await give_up(connection)
                await append(connection, [event], signer=signer, now=now)
    except _NotIts:
        return False
    return True


class _NotIts(Exception):
    """The file is another worker's by now, or taken back; nothing is written."""


@dataclass(frozen=True)
class _Ending:
    """How it came out. `told` is for the manifest only."""

    state: str
    told: dict[str, Json] = field(repr=False)
    reason: str | None = None
    size: int = 0
    sealed_sha256: bytes | None = None


async def _finish(
    connection: "asyncpg.Connection", worker: str, job: Claimed, ending: _Ending
) -> bool:
    """The row's last state, with its manifest where it belongs."""
    in_draft = await _in_draft(connection, job.case)
    if in_draft is None:
        return False
    manifest = seal(job.recipient, _head(job), _manifest(job, ending))
    done = await connection.fetchval(
        """
        UPDATE attachment
           SET state = $4, reason = $5, locator = NULL, worker = NULL, lease_until = NULL,
               finished_at = now(), size = $6, sha256 = $7, manifest = $8
         WHERE id = $1 AND worker = $2 AND object = $3 AND state = 'taking' RETURNING true
        """,
        *(job.id, worker, job.object, ending.state, ending.reason),
        *(ending.size, ending.sealed_sha256),
        manifest if in_draft else None,
        timeout=PATIENCE,
    )
    if done and not in_draft:
        await connection.execute(
            "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(job.id, job.case, job.sequence, MANIFEST, MANIFEST_SCHEMA),
            *(manifest, sha256(manifest).digest()),
        )
    return bool(done)


async def _in_draft(connection: "asyncpg.Connection", case: UUID) -> bool | None:
    """Whether the case is still a draft's; None when it is gone. Holds a Send back meanwhile."""
    if await connection.fetchval(
        "SELECT true FROM opened_case WHERE case_id = $1 FOR SHARE", case, timeout=PATIENCE
    ):
        return True
    stored = await connection.fetchval(
        "SELECT true FROM cases WHERE id = $1 AND erased_at IS NULL", case
    )
    return False if stored else None


def _head(job: Claimed) -> Head:
    return Head(job.case, job.id, job.sequence, MANIFEST, MANIFEST_SCHEMA)


def _manifest(job: Claimed, ending: _Ending) -> dict[str, Json]:
    offered = job.offered
    return {
        "schema": MANIFEST_SCHEMA,
        "state": ending.state,
        "reason": ending.reason,
        "name": offered.name,
        "caption": offered.caption,
        "claimed": offered.mime,
        "sent_as": offered.kind,
        "sent_at": offered.sent_at.isoformat(),
        "file_unique_id": offered.unique_id,
        "announced_size": offered.size,
        **ending.told,
    }
