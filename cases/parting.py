"""Cases made on the desk from a list that came as a file: each once, as urgent as their group.

The family is told nothing of it, and no bell rings: whoever makes them is at work on them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.intake import CodeTaken, keep_sealed
from cases.person import NotNow, Person
from cases.stubs import FreshCase
from cases.triage import TERMS
from flows.collective import COLLECTIVE

_GROUP: Final = """
SELECT level FROM cases
 WHERE id = $1 AND kind = $2 AND part_of IS NULL AND erased_at IS NULL
   AND withdrawn_at IS NULL AND erase_asked_at IS NULL FOR SHARE
"""

#: Received now, for now it is known; the rest of the row is the group's or the child's.
_PART: Final = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, age_band,
                   oblast, scenario, locale, channel, partial, children, answers, recipient,
                   received_at, due_at, objects, entered_by, part_of)
SELECT $2, $3, chat_ref, kind, 'received', level, reasons, rules_version, $4,
       $5, $6, locale, channel, partial, $7, $8, $9,
       $10, $11, $12, entered_by, id
  FROM cases WHERE id = $1
    ON CONFLICT (id) DO NOTHING RETURNING true
"""


async def make(
    connection: "asyncpg.Connection",
    group: UUID,
    fresh: Sequence[FreshCase],
    *,
    file: int,
    list_version: int,
    by: Person,
    signer: Signer,
    now: datetime,
) -> int:
    """Store those that are not there yet; how many. `file`: the list's number in its case.

    Raises NotNow for what is no group's report or shall not be kept, cases.intake.CodeTaken: seal
    them anew.
    """
    level = await connection.fetchval(_GROUP, *(group, COLLECTIVE.name))
    if level is None:
        raise NotNow
    made = [one for one in fresh if await _stored(connection, group, one, now, now + TERMS[level])]
    if not made:
        return 0
    await keep_sealed(connection, made, list_version)
    told: Mapping[str, int] = {"file": file, "made": len(made)}
    events = [AuditEvent(by.actor, "case.parted", group, {**told})]
    for one in made:
        sealed = [each.digest.hex() for each in one.objects]
        events.append(AuditEvent(by.actor, "report.stub", one.case, {"sealed": sealed}))
    await append(connection, events, signer=signer, now=now)
    return len(made)


async def _stored(
    connection: "asyncpg.Connection", group: UUID, one: FreshCase, now: datetime, due: datetime
) -> bool:
    found = one.facets
    try:
        return bool(
            await connection.fetchval(
                _PART,
                *(group, one.case, one.code, found.age_band, found.oblast, found.scenario),
                *(found.children, found.answers, one.key.recipient),
                *(now, due, one.objects[-1].head.sequence),
            )
        )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "uq_cases_code":
            raise CodeTaken from None
        raise
