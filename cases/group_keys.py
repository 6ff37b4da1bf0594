"""Who holds a group's key: given to a member, taken back, listed, opened with the member's own.

Opening is done by the member handed in (`vault.member.Member`), which nothing here can make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import asyncpg

from cases.audit import AuditEvent, append
from cases.outbox import Database
from vault import grant as grants
from vault.contents import Payload
from vault.grant import Wrap, WrapRefused
from vault.recipients import Recipients

Key_co = TypeVar("Key_co", covariant=True)


class AlreadyHeld(Exception):
    """The member has this version of the group's key already. Nothing is to be done."""


class NotGranted(Exception):
    """The member holds no key of any group. Somebody who does must grant one."""


class Person(Protocol):
    """Who acts: its id, and a signature of an audit entry's hash."""

    @property
    def id(self) -> str: ...

    def sign(self, message: bytes, /) -> bytes: ...


class Holder(Person, Protocol[Key_co]):
    """A member whose key file is open."""

    @property
    def recipient(self) -> str: ...

    def unwrap(self, wrap: Wrap, recipients: Recipients, /) -> Key_co: ...


@dataclass(frozen=True)
class Granted:
    """A line of the record of who holds what."""

    group: str
    version: int
    member: str
    granted_by: str
    at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


async def group_identities(
    database: Database, member: Holder[Key_co], recipients: Recipients
) -> list[Key_co]:
    """The age identities of groups that `member` holds, newest first; hand them to vault.unseal.

    `recipients`: the signed list, judged for this moment. A version that is no longer in the list
    is passed over. Raises NotGranted; vault.grant.WrapRefused when a wrap was forged or moved.
    """
    wraps = await _wraps(database, member.id, member.recipient)
    held = [
        member.unwrap(wrap, recipients)
        for wrap in wraps
        if recipients.triage_version(wrap.group, wrap.version) is not None
    ]
    if not held:
        raise NotGranted
    return held


async def grant(
    pool: "asyncpg.Pool", wrap: Wrap, recipients: Recipients, *, by: Person, now: datetime
) -> None:
    """Store what `vault.grant.give` made. Raises vault.grant.WrapRefused, AlreadyHeld."""
    grants.check(wrap, recipients)
    event = AuditEvent(
        by.id,
        "key.granted",
        None,
        {"group": wrap.group, "version": wrap.version, "member": wrap.member},
    )
    async with pool.acquire() as connection, connection.transaction():
        try:
            await connection.execute(
                "INSERT INTO group_key_wrap (id, group_name, version, member, recipient, sealed,"
                " granted_by, signature, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                *(wrap.id, wrap.group, wrap.version, wrap.member, wrap.recipient, wrap.sealed),
                *(wrap.granted_by, wrap.signature, wrap.at),
            )
        except asyncpg.UniqueViolationError:
            raise AlreadyHeld from None
        await append(connection, [event], signer=by.sign, now=now)


async def revoke(
    pool: "asyncpg.Pool",
    member: str,
    *,
    by: Person,
    now: datetime,
    group: str | None = None,
    below: int | None = None,
) -> int:
    """Empty every wrap the member holds (of `group`, of versions under `below`); how many.

    Who has kept a copy of the group's key still has it: only a new version shuts it out.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "UPDATE group_key_wrap SET sealed = NULL, revoked_at = $2, revoked_by = $3"
            " WHERE member = $1 AND revoked_at IS NULL"
            " AND ($4::text IS NULL OR group_name = $4) AND ($5::int IS NULL OR version < $5)"
            " RETURNING group_name, version",
            *(member, now, by.id, group, below),
        )
        events = [
            AuditEvent(
                by.id,
                "key.revoked",
                None,
                {"group": row["group_name"], "version": row["version"], "member": member},
            )
            for row in rows
        ]
        await append(connection, events, signer=by.sign, now=now)
    return len(rows)


async def record(
    pool: "asyncpg.Pool", action: str, detail: Mapping[str, Payload], *, by: Person, now: datetime
) -> None:
    """Tell the audit of something done with keys elsewhere: a rotation begun, escrow opened."""
    async with pool.acquire() as connection, connection.transaction():
        event = AuditEvent(by.id, action, None, detail)
        await append(connection, [event], signer=by.sign, now=now)


async def listing(database: Database) -> tuple[Granted, ...]:
    """Everything ever granted, by group, version and member."""
    rows = await database.fetch(
        'SELECT group_name AS "group", version, member, granted_by, at, revoked_at, revoked_by'
        " FROM group_key_wrap ORDER BY group_name, version, member, at"
    )
    return tuple(Granted(**dict(row)) for row in rows)


async def refused(
    database: Database, recipients: Recipients
) -> Sequence[tuple[str, int, str, str]]:
    """What nobody should take: (group, version, member, reason) of each wrap the list refuses."""
    found = []
    for wrap in await _wraps(database, None, None):
        try:
            grants.check(wrap, recipients)
        except WrapRefused as refusal:
            found.append((wrap.group, wrap.version, wrap.member, refusal.reason))
    return found


async def _wraps(database: Database, member: str | None, recipient: str | None) -> list[Wrap]:
    rows = await database.fetch(
        'SELECT id, group_name AS "group", version, member, recipient, granted_by, at, sealed,'
        " signature FROM group_key_wrap WHERE revoked_at IS NULL"
        " AND ($1::text IS NULL OR member = $1) AND ($2::text IS NULL OR recipient = $2)"
        " ORDER BY version DESC, group_name",
        *(member, recipient),
    )
    return [Wrap(**dict(row)) for row in rows]
