"""What a prosecutor decides about a case: status, level, closing, reopening. Each is audited.

What may follow what is data. Whatever the family is told of it goes through `cases.asking`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.person import NotNow, Person
from cases.triage import TERMS

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "received": ("screening",),
    "screening": ("triaged", "assigned", "out_of_scope", "suspected_false"),
    "needs_info": (),
    "triaged": ("assigned", "in_work", "out_of_scope", "suspected_false"),
    "assigned": ("in_work", "triaged"),
    "in_work": ("referred", "monitoring", "assigned"),
    "referred": ("in_work", "monitoring"),
    "monitoring": ("in_work",),
    "reopened": ("screening", "in_work"),
    "out_of_scope": ("screening",),
    "suspected_false": ("screening",),
}
"""By hand. A question to the family leads to "needs_info" and back by itself; closing and
reopening have forms of their own."""

REASONS: Final = (
    "returned_and_confirmed",
    "found_not_deported",
    "transferred_other_body",
    "no_grounds",
    "withdrawn",
    "deceased_confirmed",
    "adult_declined",
)
"""Why a case is closed. A duplicate is linked, not closed."""

LEVELS: Final = tuple(TERMS)
WHY_LEVEL: Final = ("new_facts", "already_safe", "acute_danger", "mistaken_answer", "agreed")
"""Why a person sets a level that the rules did not."""

UNDO: Final = timedelta(hours=24)
"""So long a closed case is opened again as if nothing had happened."""


async def set_status(
    connection: "asyncpg.Connection",
    case: UUID,
    to: str,
    *,
    was: str,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """From `was`, as the page showed it, to `to`. Raises NotNow."""
    if to not in NEXT.get(was, ()):
        raise NotNow
    done = await connection.fetchval(
        "UPDATE cases SET status = $3 WHERE id = $1 AND status = $2 RETURNING true",
        *(case, was, to),
    )
    event = AuditEvent(by.actor, "case.status", case, {"from": was, "to": to})
    await _told(connection, done, event, signer, now)


async def set_level(
    connection: "asyncpg.Connection",
    case: UUID,
    level: str,
    why: str,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """A level of one's own, with its term counted from the report. Raises NotNow."""
    if level not in LEVELS or why not in WHY_LEVEL:
        raise NotNow
    done = await connection.fetchval(
        "UPDATE cases SET level = $2, due_at = received_at + $3"
        " WHERE id = $1 AND level <> $2 AND erased_at IS NULL RETURNING true",
        *(case, level, TERMS[level]),
    )
    event = AuditEvent(by.actor, "case.level", case, {"to": level, "why": why})
    await _told(connection, done, event, signer, now)


async def close(
    connection: "asyncpg.Connection",
    case: UUID,
    reason: str,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> None:
    """Closed, with the way back noted. Raises NotNow: it is closed already, or not there."""
    if reason not in REASONS:
        raise NotNow
    done = await connection.fetchval(
        "UPDATE cases SET before_closing = status, status = 'closed', closed_reason = $2,"
        " closed_at = $3, resumes = NULL, paused_at = NULL"
        " WHERE id = $1 AND status NOT IN ('closed', 'erased', 'duplicate_of') RETURNING true",
        *(case, reason, now),
    )
    event = AuditEvent(by.actor, "case.closed", case, {"reason": reason})
    await _told(connection, done, event, signer, now)


async def reopen(
    connection: "asyncpg.Connection",
    case: UUID,
    *,
    by: Person,
    signer: Signer,
    now: datetime,
) -> str:
    """Within a day as it was before; later as "reopened". The status it has now. Raises NotNow."""
    status = await connection.fetchval(
        "UPDATE cases SET status = CASE WHEN closed_at > $2 THEN coalesce(before_closing,"
        " 'reopened') ELSE 'reopened' END, closed_reason = NULL, closed_at = NULL,"
        " before_closing = NULL WHERE id = $1 AND status = 'closed' RETURNING status",
        *(case, now - UNDO),
    )
    event = AuditEvent(by.actor, "case.reopened", case, {"to": status})
    await _told(connection, status, event, signer, now)
    return str(status)


async def hold(
    connection: "asyncpg.Connection", case: UUID, *, by: Person, signer: Signer, now: datetime
) -> None:
    """The law wants it kept: nothing the family asks erases it. Raises NotNow."""
    done = await connection.fetchval(
        "UPDATE cases SET held = true WHERE id = $1 AND NOT held AND erased_at IS NULL"
        " RETURNING true",
        case,
    )
    event = AuditEvent(by.actor, "case.held", case, {})
    await _told(connection, done, event, signer, now)


async def _told(
    connection: "asyncpg.Connection",
    done: object,
    event: AuditEvent,
    signer: Signer,
    now: datetime,
) -> None:
    if done is None:
        raise NotNow
    await append(connection, [event], signer=signer, now=now)
