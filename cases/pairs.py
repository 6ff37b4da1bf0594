"""What people decide about two children that may be one: written down, and undone as easily.

A link joins nothing: both cases keep their code, their family and what they were told. The one
that is led becomes `duplicate_of`, and its family goes on seeing the word it saw before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases import merging
from cases.audit import AuditEvent, Signer, append
from cases.cards import COLUMNS, TAKES_PART, Comparable
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person
from vault.contents import Payload

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
DECISIONS: Final = (SAME, DIFFERENT, UNSURE)
MOST: Final = 200
"""How many decisions are listed, the newest first."""


@dataclass(frozen=True, order=True)
class Child:
    """An item of a case."""

    case: UUID
    item: str


@dataclass(frozen=True)
class Pair:
    """Two children of two cases, the lesser case id first."""

    a: Child
    b: Child

    @classmethod
    def of(cls, one: Child, other: Child) -> "Pair":
        return cls(*sorted((one, other)))


@dataclass(frozen=True)
class Decided:
    """A decision that stands. `number` is the person's who made it; `leads` None: both go on."""

    id: UUID
    pair: Pair
    decision: str
    score: int
    leads: UUID | None
    number: int
    at: datetime


_STANDING: Final = """
SELECT d.id, d.case_a, d.item_a, d.case_b, d.item_b, d.decision, d.score, d.leads, d.at, p.number
  FROM pair_decision d JOIN staff p ON p.id = d.by_person
 WHERE d.undone_at IS NULL
"""


async def standing(database: Database, ids: Sequence[UUID]) -> dict[Pair, Decided]:
    """The decisions that stand about pairs with at least one of these cases."""
    rows = await database.fetch(
        f"{_STANDING} AND (d.case_a = ANY ($1) OR d.case_b = ANY ($1))",
        list(ids),
        timeout=PATIENCE,
    )
    return {one.pair: one for one in map(_decided, rows)}


async def newest(database: Database) -> tuple[Decided, ...]:
    """The decisions made last that stand and settle something, MOST of them."""
    rows = await database.fetch(
        f"{_STANDING} AND d.decision <> 'unsure' ORDER BY d.at DESC, d.id LIMIT {MOST}",
        timeout=PATIENCE,
    )
    return tuple(map(_decided, rows))


async def by_id(database: Database, decision: UUID) -> Decided | None:
    """None when there is no such decision, or it was undone."""
    row = await database.fetchrow(f"{_STANDING} AND d.id = $1", decision, timeout=PATIENCE)
    return _decided(row) if row else None


def _decided(row: "asyncpg.Record") -> Decided:
    pair = Pair(Child(row["case_a"], row["item_a"]), Child(row["case_b"], row["item_b"]))
    told = (row["decision"], row["score"], row["leads"], row["number"], row["at"])
    return Decided(row["id"], pair, *told)


@dataclass(frozen=True)
class Decision:
    """What is to be written. `leads`: for SAME only, and None when both cases go on."""

    id: UUID
    pair: Pair
    word: str
    score: int
    weights: int
    leads: UUID | None = None

    @property
    def follows(self) -> UUID | None:
        """The case that is led."""
        if self.leads is None:
            return None
        return self.pair.b.case if self.leads == self.pair.a.case else self.pair.a.case


async def decide(
    connection: "asyncpg.Connection", one: Decision, *, by: Person, signer: Signer, now: datetime
) -> None:
    """Write it down; "unsure" gives way to it. Raises NotNow: decided, gone, or cannot be led."""
    held = await _locked(connection, one.pair)
    if one.leads and not (held[one.leads].may_lead and held[_other(one)].may_follow):
        raise NotNow
    place = (one.pair.a.case, one.pair.a.item, one.pair.b.case, one.pair.b.item)
    await connection.execute(
        "UPDATE pair_decision SET undone_at = $5, undone_by = $6 WHERE case_a = $1"
        " AND item_a = $2 AND case_b = $3 AND item_b = $4 AND undone_at IS NULL"
        " AND decision = 'unsure'",
        *(*place, now, by.id),
    )
    made = await connection.fetchval(
        "INSERT INTO pair_decision (id, case_a, item_a, case_b, item_b, decision, score, weights,"
        " leads, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT DO NOTHING RETURNING id",
        *(one.id, *place, one.word, one.score, one.weights, one.leads, by.id, now),
    )
    if made is None:
        raise NotNow
    if one.leads:
        await connection.execute(
            "UPDATE cases SET stood = status, status = 'duplicate_of', duplicate_of = $2"
            " WHERE id = $1",
            *(_other(one), one.leads),
        )
    told: dict[str, Payload] = {"decision": one.word, "score": one.score, "weights": one.weights}
    if one.leads:
        told["leads"] = str(one.leads)
    await _note(connection, one.pair, "pair.decided", told, by=by, signer=signer, now=now)


async def undo(
    connection: "asyncpg.Connection", decision: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """As if it had not been decided: what was led has its former status. Raises NotNow."""
    found = await by_id(connection, decision)
    if found is None:
        raise NotNow
    done = await connection.fetchval(
        "UPDATE pair_decision SET undone_at = $2, undone_by = $3"
        " WHERE id = $1 AND undone_at IS NULL RETURNING id",
        *(decision, now, by.id),
    )
    if done is None:
        raise NotNow
    if found.leads:
        await merging.take_back(connection, found.leads, decision, by=by, signer=signer, now=now)
        cases = [found.pair.a.case, found.pair.b.case]
        await connection.execute(
            "UPDATE cases SET status = stood, stood = NULL, duplicate_of = NULL"
            " WHERE id = ANY ($1) AND duplicate_of = $2 AND status = 'duplicate_of'",
            *(cases, found.leads),
        )
    told: dict[str, Payload] = {"decision": found.decision}
    await _note(connection, found.pair, "pair.undone", told, by=by, signer=signer, now=now)


async def seen(
    connection: "asyncpg.Connection",
    pairs: Sequence[Pair],
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """Write down whose cards were shown beside whose."""
    each = {(one.a.case, one.b.case) for one in pairs}
    sides = sorted(each | {(b, a) for a, b in each})
    events = [AuditEvent(by.actor, "pair.seen", a, {"with": str(b)}) for a, b in sides]
    await append(connection, events, signer=signer, now=now)


def _other(one: Decision) -> UUID:
    assert one.follows is not None, "asked only where one leads"
    return one.follows


async def _locked(connection: "asyncpg.Connection", pair: Pair) -> dict[UUID, Comparable]:
    """Both cases, until the transaction ends. Raises NotNow when one takes part no longer."""
    ids = [pair.a.case, pair.b.case]
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM cases"  # noqa: S608 - columns of cases.cards
        f" WHERE id = ANY ($1) AND {TAKES_PART} ORDER BY id FOR UPDATE",
        ids,
    )
    held = {row["id"]: Comparable(**dict(row)) for row in rows}
    if set(held) != set(ids):
        raise NotNow
    return held


async def _note(
    connection: "asyncpg.Connection",
    pair: Pair,
    action: str,
    told: dict[str, Payload],
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """An entry for each of the two cases, which names the other."""
    sides = ((pair.a.case, pair.b.case), (pair.b.case, pair.a.case))
    events = [
        AuditEvent(by.actor, action, case, {**told, "with": str(beside)}) for case, beside in sides
    ]
    await append(connection, events, signer=signer, now=now)
