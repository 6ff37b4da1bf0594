"""Referrals: a case told to another body, and what became of that. Steps are added, never changed.

The database knows body, state and time. Why, in words, and which parts: sealed to the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases.adding import Added, add
from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person
from flows.answers import Json

KIND: Final = "referral"
"""The kind of the sealed objects."""
BEGUN: Final = "referred"
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    BEGUN: ("accepted", "declined", "returned", "withdrawn"),
    "accepted": ("returned", "withdrawn"),
    "declined": ("withdrawn",),
    "returned": ("withdrawn",),
    "withdrawn": (),
}
"""What may follow. "withdrawn" is ours: it was a mistake, or counts no more."""
STATES: Final = tuple(NEXT)


@dataclass(frozen=True)
class Step:
    """What became of it. `who`: the number of the person. `sequence`: the words, where any."""

    state: str
    who: int
    at: datetime
    sequence: int | None


@dataclass(frozen=True)
class Referral:
    """`id` is that of its first step. `steps`: oldest first."""

    id: UUID
    body: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> str:
        return self.steps[-1].state

    @property
    def sequence(self) -> int:
        """Of the sealed object that says why and what."""
        first = self.steps[0].sequence
        assert first is not None, "a referral begins with its basis"
        return first

    @property
    def next(self) -> tuple[str, ...]:
        return NEXT[self.state]


async def of_case(database: Database, case: UUID) -> tuple[Referral, ...]:
    """Oldest first."""
    rows = await database.fetch(
        "SELECT r.first, r.body, r.state, p.number AS who, r.at, r.sequence FROM referral r"
        ' JOIN staff p ON p.id = r."by" WHERE r.case_id = $1'
        " ORDER BY min(r.at) OVER (PARTITION BY r.first), r.first, r.number",
        case,
        timeout=PATIENCE,
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["first"], []).append(row)
    return tuple(
        Referral(
            first,
            steps[0]["body"],
            tuple(Step(one["state"], one["who"], one["at"], one["sequence"]) for one in steps),
        )
        for first, steps in found.items()
    )


async def refer(
    connection: "asyncpg.Connection",
    case: UUID,
    body: str,
    told: Mapping[str, Json],
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> UUID:
    """Begin one; its id. `told`: "consent", "ground", "words", "parts", "without". Raises NotNow.

    Whether the family allows it was checked by whoever could read what it said.
    """
    sealed: dict[str, Json] = {**told, "body": body, "by": by.handle, "at": now.isoformat()}
    added = await add(connection, case, KIND, sealed)
    id_ = uuid4()
    await _step(connection, (id_, id_, 0, case, body, BEGUN, added.sequence, by.id, now))
    detail = {
        "body": body,
        "consent": str(told.get("consent", "")),
        "ground": str(told.get("ground", "")),
        "sealed": [added.digest.hex()],
    }
    event = AuditEvent(by.actor, "case.referred", case, detail)
    await append(connection, [event], signer=signer, now=now)
    return id_


async def move(
    connection: "asyncpg.Connection",
    case: UUID,
    first: UUID,
    to: str,
    words: str,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """What became of it, with words where there are any. Raises NotNow."""
    row = await connection.fetchrow(
        "SELECT body, state, number FROM referral WHERE first = $1 AND case_id = $2"
        " ORDER BY number DESC LIMIT 1",
        *(first, case),
    )
    if row is None or to not in NEXT[row["state"]]:
        raise NotNow
    added: Added | None = None
    if words:
        said: dict[str, Json] = {
            "words": words, "state": to, "by": by.handle, "at": now.isoformat(),
        }  # fmt: skip
        added = await add(connection, case, KIND, said)
    sequence = added.sequence if added else None
    try:
        await _step(
            connection,
            (uuid4(), first, row["number"] + 1, case, row["body"], to, sequence, by.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise NotNow from None
    detail = {"body": row["body"], "state": to, "sealed": [added.digest.hex()] if added else []}
    event = AuditEvent(by.actor, "case.referral", case, detail)
    await append(connection, [event], signer=signer, now=now)


async def _step(connection: "asyncpg.Connection", row: tuple[object, ...]) -> None:
    await connection.execute(
        'INSERT INTO referral (id, first, number, case_id, body, state, sequence, "by", at)'
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *row,
    )
