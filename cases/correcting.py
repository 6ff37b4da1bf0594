"""A family corrects what it sent: a new version is sealed beside the old one, which stays.

The level may rise with what is new and never falls by itself: somebody may already be on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases import document
from cases.afterwards import Erased, note, put
from cases.audit import AuditEvent
from cases.document import Consented
from cases.facets import Facets, facets
from cases.triage import RULES_VERSION, TERMS, Verdict, judge
from cases.turn import Turn
from flows.answers import Answer, Json
from flows.draft import Draft
from flows.going import CHECK, World
from flows.model import Flow, Group
from locales.dates import KYIV
from vault.contents import Payload
from vault.receipt import REPORT_PAGE, seal_for_family
from vault.seal import Head, seal

CORRECTION: Final = "correction"


def reopened(flow: Flow, copy: Mapping[str, Json], world: World) -> Draft:
    """The draft a sealed report was made of, at the check screen: `copy` is `document.report`'s.

    Of an older version of the flow when the report was: renew it. Raises KeyError, ValueError for
    what `document.report` never wrote.
    """
    sections = [one for one in _list(copy["sections"]) if isinstance(one, dict)]
    items = [one for section in sections for one in _list(section["items"])]
    named = [one for one in items if isinstance(one, dict)]
    ids: dict[str, tuple[str, ...]] = {
        entry.key: tuple(str(one["item"]) for one in named if one["group"] == entry.key)
        for section in flow.sections
        for entry in section.steps
        if isinstance(entry, Group)
    }
    rows = [row for part in (*sections, *named) for row in _list(part["answers"])]
    answers = {str(row["address"]): Answer.from_json(row) for row in rows if isinstance(row, dict)}
    return Draft(
        flow.name,
        int(str(copy["version"])),
        CHECK,
        answers,
        ids,
        way="section",
        day=world.today.isoformat(),
    )


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list belongs here")
    return value


@dataclass(frozen=True)
class Correction:
    """A report told anew, not stored yet."""

    case: UUID
    recipient: str = field(repr=False)
    told: dict[str, Json] = field(repr=False)
    cards: tuple[dict[str, Json], ...] = field(repr=False)
    facets: Facets
    verdict: Verdict
    at: datetime

    def join(self, turn: Turn) -> None:
        """Make it part of `turn`. Saving raises cases.afterwards.Erased when the case is gone."""
        detail: dict[str, Payload] = {
            "level": self.verdict.level,
            "reasons": list(self.verdict.reasons),
            "rules": RULES_VERSION,
        }
        turn.jobs.append(partial(_store, self, detail))
        turn.audit.append(AuditEvent("bot", "report.corrected", self.case, detail))


def correct(
    flow: Flow,
    draft: Draft,
    *,
    case: UUID,
    recipient: str,
    locale: str,
    consent: Consented,
    now: datetime,
) -> Correction:
    """What is stored when this draft takes the place of what was sent."""
    found = facets(flow, draft, now.astimezone(KYIV).date())
    told = document.report(flow, draft, locale=locale, consent=consent, received_at=now)
    return Correction(
        *(case, recipient, told, document.cards(flow, draft), found, judge(found, now), now)
    )


_RANK: Final = tuple(reversed(TERMS))  # low to critical

#: A level set by a person stays theirs unless the family's own words give a reason that is new.
_HIGHER: Final = (
    "array_position($12::text[], $8) > array_position($12::text[], level)"
    " AND NOT ($9::text[] <@ reasons)"
)
_CORRECT: Final = f"""
UPDATE cases SET objects = objects + $2, age_band = $3, oblast = $4, scenario = $5,
       children = $6, answers = $7,
       reasons = CASE WHEN {_HIGHER} THEN $9 ELSE reasons END,
       rules_version = CASE WHEN {_HIGHER} THEN $10 ELSE rules_version END,
       due_at = CASE WHEN {_HIGHER} THEN least(due_at, $11) ELSE due_at END,
       level = CASE WHEN {_HIGHER} THEN $8 ELSE level END
 WHERE id = $1 AND erased_at IS NULL
RETURNING objects
"""  # noqa: S608 - constants


async def _store(
    one: Correction, detail: dict[str, Payload], connection: "asyncpg.Connection"
) -> None:
    parts = [("report", document.SCHEMA, one.told)]
    parts += [("card", document.CARD_SCHEMA, card) for card in one.cards]
    last = await connection.fetchval(
        _CORRECT,
        *(one.case, len(parts)),
        *(one.facets.age_band, one.facets.oblast, one.facets.scenario),
        *(one.facets.children, one.facets.answers),
        *(one.verdict.level, list(one.verdict.reasons), RULES_VERSION, one.verdict.due_at),
        list(_RANK),
    )
    if last is None:
        raise Erased
    first = last - len(parts) + 1
    sealed: list[Payload] = []
    for sequence, (kind, schema, payload) in enumerate(parts, first):
        head = Head(one.case, uuid4(), sequence, kind, schema)
        digest = await put(connection, head, seal(one.recipient, head, payload))
        sealed.append(digest.hex())
    detail["sealed"] = sealed
    await note(connection, one.case, CORRECTION, first, at=one.at)
    await _family_copy(connection, one)


async def _family_copy(connection: "asyncpg.Connection", one: Correction) -> None:
    public = await connection.fetchval(
        "SELECT public FROM family_copy WHERE case_id = $1", one.case
    )
    if public is not None:
        await connection.execute(
            "UPDATE family_copy SET sealed = $2 WHERE case_id = $1",
            *(one.case, seal_for_family(public, one.case, REPORT_PAGE, one.told)),
        )
