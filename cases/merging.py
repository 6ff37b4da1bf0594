"""Which of two cases' words make the working identity of a child that both tell of.

What is sealed, to the case that leads, are choices: for each field the case whose word is taken.
No word is copied, so whatever a family takes back or has erased is gone from here as well.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.adding import add
from cases.audit import AuditEvent, Signer, append
from cases.person import NotNow, Person
from flows.answers import Json

MERGED: Final = "merged"
"""The kind of the sealed object. The latest counts; those before it stay."""


async def choose(
    connection: "asyncpg.Connection",
    decision: UUID,
    fields: Mapping[str, UUID],
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """By field, the case whose word is taken. Raises NotNow: the decision does not stand, or no
    case leads by it.
    """
    row = await connection.fetchrow(
        "SELECT leads, case_a, case_b FROM pair_decision"
        " WHERE id = $1 AND undone_at IS NULL AND leads IS NOT NULL FOR SHARE",
        decision,
    )
    if row is None or not set(fields.values()) <= {row["case_a"], row["case_b"]}:
        raise NotNow
    chosen: dict[str, Json] = {key: str(case) for key, case in fields.items()}
    await _seal(connection, row["leads"], decision, chosen, by=by, signer=signer, now=now)


async def take_back(
    connection: "asyncpg.Connection",
    leads: UUID,
    decision: UUID,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """The decision is undone: what was chosen by it counts no more, and stays in the file."""
    chosen = await connection.fetchval(
        "SELECT true FROM sealed_object WHERE case_id = $1 AND kind = $2 LIMIT 1",
        *(leads, MERGED),
    )
    if chosen:
        await _seal(connection, leads, decision, {}, by=by, signer=signer, now=now)


async def _seal(
    connection: "asyncpg.Connection",
    leads: UUID,
    decision: UUID,
    fields: dict[str, Json],
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    told: dict[str, Json] = {
        "decision": str(decision), "fields": fields, "by": by.handle, "at": now.isoformat(),
    }  # fmt: skip
    added = await add(connection, leads, MERGED, told)
    event = AuditEvent(by.actor, "pair.merged", leads, {"sealed": [added.digest.hex()]})
    await append(connection, [event], signer=signer, now=now)
