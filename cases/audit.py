"""The audit log: who did what, when, chained and signed. Codes, counts and hashes; never words.

An entry is written in the transaction of what it tells, last, because the chain's head stays
locked until the commit.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from cases.outbox import PATIENCE, Database
from vault import chain
from vault.contents import Payload
from vault.recipients import SigningEntry

Signer: TypeAlias = Callable[[bytes], bytes]
"""Signs an entry's hash: `functools.partial(vault.chain.sign, seed)` of whoever writes it."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.:+/=-]{0,120}", re.ASCII)
_BATCH: Final = 1000


class NotACode(ValueError):
    """An audit event holds what could be words. Give a code, a count or a hash instead."""


@dataclass(frozen=True)
class AuditEvent:
    """`actor` ("bot", a member's id) did `action` ("report.sent") to the case `subject`.

    Raises NotACode when any of it could be free text.
    """

    actor: str
    action: str
    subject: UUID | None = None
    detail: Mapping[str, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(_coded(each) for each in (self.actor, self.action, self.detail)):
            raise NotACode(self.action if _coded(self.action) else "action")


def _coded(value: object) -> bool:
    match value:
        case None | bool() | int():
            return True
        case str():
            return bool(_CODE.fullmatch(value))
        case list() | tuple():
            return all(_coded(each) for each in value)
        case Mapping():
            return all(_coded(key) and _coded(each) for key, each in value.items())
        case _:
            return False


async def append(
    connection: "asyncpg.Connection",
    events: Sequence[AuditEvent],
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """Add to the chain inside the caller's transaction. The head is locked until it ends."""
    if not events:
        return
    head = await connection.fetchrow("SELECT seq, hash FROM audit_head FOR UPDATE")
    seq, prev = head["seq"], head["hash"]
    rows = []
    for event in events:
        seq += 1
        hashed = chain.entry_hash(
            *(seq, now, event.actor, event.action, event.subject, event.detail, prev)
        )
        detail = orjson.dumps(event.detail).decode()
        told = (seq, now, event.actor, event.action, event.subject, detail)
        rows.append((*told, prev, hashed, signer(hashed)))
        prev = hashed
    await connection.executemany(
        "INSERT INTO audit (seq, at, actor, action, subject, detail, prev, hash, sig)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        rows,
    )
    await connection.execute("UPDATE audit_head SET seq = $1, hash = $2", seq, prev)


async def verify(
    database: Database,
    public_keys: Sequence[SigningEntry],
    *,
    after: tuple[int, bytes] = (0, chain.GENESIS),
    seen: chain.Checkpoint | None = None,
) -> tuple[int, bytes]:
    """Read the chain, in threads, up to its end at this moment; that (seq, hash).

    `after`: where an earlier reading ended, which is then trusted. `seen`: a checkpoint kept from
    before, which the chain must still contain. Raises vault.chain.Broken.
    """
    # One statement: entries written while we read are neither missing nor too many.
    head = await database.fetchrow(
        "SELECT seq, hash, (SELECT coalesce(max(seq), 0) FROM audit) AS newest FROM audit_head",
        timeout=PATIENCE,
    )
    if head["seq"] < after[0]:
        raise chain.Broken(head["seq"], "an earlier reading went further: the end was cut off")
    last = after
    while last[0] < head["seq"] and (batch := await _entries(database, last[0], head["seq"])):
        here = seen if seen and last[0] < seen.seq <= batch[-1].seq else None
        last = await asyncio.to_thread(
            partial(chain.verify, batch, public_keys, after=last, seen=here)
        )
    if (head["seq"], head["hash"]) != last or head["newest"] != last[0]:
        raise chain.Broken(last[0], "is not where the chain's head says it ends")
    if seen is not None and seen.seq > last[0]:
        raise chain.Broken(last[0], "the checkpoint kept goes further: the end was cut off")
    return last


async def _entries(database: Database, after: int, to: int) -> list[chain.Entry]:
    rows = await database.fetch(
        "SELECT seq, at, actor, action, subject, detail, prev, hash, sig FROM audit"
        " WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3",
        *(after, to, _BATCH),
        timeout=PATIENCE,
    )
    return [chain.Entry(**{**row, "detail": orjson.loads(row["detail"])}) for row in rows]
