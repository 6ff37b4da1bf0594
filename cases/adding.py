"""Something of the prosecutors' own, sealed to a case: a note, the basis of a confirmation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.afterwards import put
from cases.audit import AuditEvent, Signer, append
from cases.person import NotNow, Person
from flows.answers import Json
from vault.seal import Head, seal

SCHEMA: Final = 1
NOTE: Final = "note"


@dataclass(frozen=True)
class Added:
    """Where it stands in the case, and the SHA-256 of what was sealed."""

    sequence: int
    digest: bytes


async def add(
    connection: "asyncpg.Connection", case: UUID, kind: str, payload: dict[str, Json]
) -> Added:
    """Seal `payload` as the next object of the case. Raises NotNow when the case is gone."""
    row = await connection.fetchrow(
        "UPDATE cases SET objects = objects + 1 WHERE id = $1 AND erased_at IS NULL"
        " RETURNING objects, recipient",
        case,
    )
    if row is None:
        raise NotNow
    head = Head(case, uuid4(), row["objects"], kind, SCHEMA)
    digest = await put(connection, head, seal(row["recipient"], head, payload))
    return Added(head.sequence, digest)


async def note(
    connection: "asyncpg.Connection",
    case: UUID,
    text: str,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """An internal note: never shown to a family, always in the file. Raises NotNow."""
    told: dict[str, Json] = {"text": text, "by": by.handle, "at": now.isoformat()}
    added = await add(connection, case, NOTE, told)
    event = AuditEvent(by.actor, "case.noted", case, {"sealed": [added.digest.hex()]})
    await append(connection, [event], signer=signer, now=now)
