"""Something of the prosecutors' own, sealed to a case: a note, the basis of a confirmation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases import errands
from cases.afterwards import put
from cases.audit import AuditEvent, Signer, append
from cases.errands import NAMED
from cases.permissions import About, may
from cases.person import COLUMNS, NotNow, Person, numbers_in, person_of
from flows.answers import Json
from vault.seal import Head, seal

SCHEMA: Final = 1
NOTE: Final = "note"


@dataclass(frozen=True)
class Added:
    """Where it stands in the case, and the SHA-256 of what was sealed."""

    sequence: int
    digest: bytes


@dataclass(frozen=True)
class Named:
    """Whom a note mentions: those who are called to the case, and the numbers of all others."""

    called: tuple[Person, ...] = ()
    unheard: tuple[int, ...] = ()


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
) -> Named:
    """An internal note: never shown to a family, always in the file. Raises NotNow.

    Whom it mentions is called to the case, if they may open it; of the note itself only that is
    known outside of its seal.
    """
    told: dict[str, Json] = {"text": text, "by": by.handle, "at": now.isoformat()}
    added = await add(connection, case, NOTE, told)
    named = await _named(connection, case, text, by)
    called = [one.id for one in named.called]
    await errands.want(connection, case, called, NAMED, by=by, now=now)
    detail = {
        "sealed": [added.digest.hex()],
        **({"named": list(map(str, called))} if called else {}),
    }
    event = AuditEvent(by.actor, "case.noted", case, detail)
    await append(connection, [event], signer=signer, now=now)
    return named


async def _named(connection: "asyncpg.Connection", case: UUID, text: str, by: Person) -> Named:
    numbers = [one for one in numbers_in(text) if one != by.number]
    if not numbers:
        return Named()
    row = await connection.fetchrow("SELECT oblast, taken_by FROM cases WHERE id = $1", case)
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM staff WHERE number = ANY ($1) ORDER BY number",  # noqa: S608 - own
        numbers,
    )
    about = About(row["oblast"], owner=row["taken_by"])
    called = tuple(one for one in map(person_of, rows) if may(one, "open", about))
    unheard = tuple(one for one in numbers if one not in {each.number for each in called})
    return Named(called, unheard)
