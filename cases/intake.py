"""From a draft to a sealed case: everything prepared outside the transaction, stored inside it."""

import asyncio
import functools
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from cases import attachments, bells, document
from cases.attachments import OpenedCase
from cases.audit import AuditEvent, Signer, append
from cases.database import Pool, transaction
from cases.document import Consented
from cases.facets import Facets, facets
from cases.points import Point, passing
from cases.stubs import FreshCase, Sealed, stubs
from cases.triage import RULES_VERSION, Verdict, judge
from cases.turn import Job, Overtaken, Turn
from flows.answers import Json
from flows.draft import Draft
from flows.model import Flow
from flows.path import missing
from locales.dates import KYIV
from vault import receipt
from vault.recipients import Recipients
from vault.seal import CaseKey, Head, new_case_key, seal

_AT_ONCE: Final = threading.BoundedSemaphore(2)  # each takes 64 MiB for a moment


class CodeTaken(Overtaken):
    """Another case has this code already; nothing is written. Do the update again."""


class Incomplete(ValueError):
    """The draft lacks what a report needs. Ask for it, or send it as partial where agreed."""


@dataclass(frozen=True)
class Receipt:
    """What the family is told. The PIN exists here alone: it is stored nowhere in clear."""

    code: str
    pin: str = field(repr=False)
    level: str
    due_at: datetime


@dataclass(frozen=True)
class Prepared:
    """A sealed report that is not stored yet."""

    case: UUID
    flow: str
    receipt: Receipt
    facets: Facets
    verdict: Verdict
    key: CaseKey
    objects: tuple[Sealed, ...]
    salt: bytes = field(repr=False)
    family_copy: bytes = field(repr=False)
    family_public: bytes
    list_version: int
    chat_ref: bytes | None
    locale: str
    channel: str
    entered_by: str | None
    partial: bool
    received_at: datetime
    opened: OpenedCase | None = None
    stubs: tuple[FreshCase, ...] = ()

    def join(self, turn: Turn) -> None:
        """Make the report part of `turn`: saving it stores the case and erases the draft.

        `cases.turn.save` may then raise CodeTaken, or cases.attachments.FilesForgotten.
        """
        row = turn.drafts.pop(self.flow, None)
        turn.jobs.append(functools.partial(_store, self, row.id if row else None))
        turn.audit.extend(self.events())

    def events(self) -> Iterator[AuditEvent]:
        """What the audit chain is told: of the report, and of each case made from its list."""
        yield self._sent()
        for stub in self.stubs:
            sealed = [each.digest.hex() for each in stub.objects]
            yield AuditEvent(self._actor, "report.stub", stub.case, {"sealed": sealed})

    @property
    def _actor(self) -> str:
        return self.entered_by or "bot"

    def _sent(self) -> AuditEvent:
        return AuditEvent(
            self._actor,
            "report.sent",
            self.case,
            {
                "level": self.verdict.level,
                "reasons": list(self.verdict.reasons),
                "rules": RULES_VERSION,
                "partial": self.partial,
                "channel": self.channel,
                "list": self.list_version,
                "sealed": [each.digest.hex() for each in self.objects],
            },
        )


async def prepare(
    flow: Flow,
    draft: Draft,
    recipients: Recipients,
    *,
    chat_ref: bytes | None,
    locale: str,
    consent: Consented,
    now: datetime,
    partial: bool = False,
    channel: str = "telegram",
    entered_by: str | None = None,
    opened: OpenedCase | None = None,
    case: UUID | None = None,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Prepared:
    """Seal `draft` to `recipients` (as `load` returned them; this judges them anew for `now`).

    `opened`: what `cases.attachments.opened_for` says of the draft; one with files is not saved
    without it. `entered_by`: the handle of who typed a caller's answers; `chat_ref` is None then.
    `case`: a fresh id for a draft that has opened none, where whoever sends must find its case
    again. About 0.3 s, most of it in a thread. Raises
    Incomplete unless `partial`, vault.recipients.ListRefused when the list is no longer good, and
    vault.seal.NotCanonical.
    """
    if not partial and missing(flow, draft):
        raise Incomplete
    current = recipients.at(now)
    case = opened.case if opened else case or uuid4()
    key = opened.key if opened else new_case_key(case, current)
    today = now.astimezone(KYIV).date()
    found = facets(flow, draft, today)
    verdict = judge(found, now)
    told = document.report(
        flow,
        draft,
        locale=locale,
        consent=consent,
        received_at=now,
        channel=channel,
        entered_by=entered_by,
        partial=partial,
    )
    code, pin = receipt.new_code(chance(receipt.RANDOM)), receipt.new_pin(chance(receipt.RANDOM))
    salt = chance(receipt.SALT)
    public = await asyncio.to_thread(_family_public, code, pin, salt)
    return Prepared(
        case=case,
        flow=flow.name,
        receipt=Receipt(code, pin, verdict.level, verdict.due_at),
        facets=found,
        verdict=verdict,
        key=key,
        objects=tuple(
            _objects(case, key, told, document.cards(flow, draft), opened.objects if opened else 0)
        ),
        salt=salt,
        family_copy=receipt.seal_for_family(public, case, receipt.REPORT_PAGE, told),
        family_public=public,
        list_version=opened.list_version if opened else current.version,
        chat_ref=chat_ref,
        locale=locale,
        channel=channel,
        entered_by=entered_by,
        partial=partial,
        received_at=now,
        opened=opened,
        stubs=stubs(flow, draft, told, current, group=case, today=today, chance=chance),
    )


async def store(
    pool: Pool, prepared: Prepared, *, signer: Signer, now: datetime, jobs: Sequence[Job] = ()
) -> None:
    """Store a report that comes by no turn, in one transaction with `jobs`, which run first.

    Raises CodeTaken (prepare it again), and what the jobs raise; then nothing is written.
    """
    async with transaction(pool) as connection:
        for job in jobs:
            await job(connection)
        await _store(prepared, None, connection)
        # Last: whoever writes to the chain holds its head, and with it everybody else who does.
        await append(connection, tuple(prepared.events()), signer=signer, now=now)


def _family_public(code: str, pin: str, salt: bytes) -> bytes:
    with _AT_ONCE:
        return receipt.family_public(receipt.family_key(code, pin, salt))


def _objects(
    case: UUID, key: CaseKey, told: dict[str, Json], cards: Sequence[dict[str, Json]], after: int
) -> Iterator[Sealed]:
    """The report, then the children's cards, numbered on from the `after` files before them."""
    schemas = {"report": document.SCHEMA, "card": document.CARD_SCHEMA}
    parts = [("report", told), *(("card", card) for card in cards)]
    for sequence, (kind, payload) in enumerate(parts, after + 1):
        head = Head(case, uuid4(), sequence, kind, schemas[kind])
        yield Sealed(head, seal(key.recipient, head, payload))


async def _store(prepared: Prepared, draft: UUID | None, connection: "asyncpg.Connection") -> None:
    """Runs in a transaction. Raises CodeTaken."""
    whole = FreshCase(
        *(prepared.case, prepared.receipt.code, prepared.key, prepared.facets, prepared.objects)
    )
    fresh = (whole, *prepared.stubs)
    try:
        for one in fresh:
            part_of = None if one is whole else whole.case
            await connection.execute(_CASE, *_case_row(prepared, one, part_of))
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "uq_cases_code":
            raise CodeTaken from None
        raise
    passing(Point.CASE_INSERTED)
    await keep_sealed(connection, fresh, prepared.list_version)
    await connection.execute(
        "INSERT INTO family_copy (case_id, salt, sealed, public) VALUES ($1, $2, $3, $4)",
        *(prepared.case, prepared.salt, prepared.family_copy, prepared.family_public),
    )
    await bells.begin(connection, prepared.case, prepared.received_at)
    if draft is not None or prepared.opened is not None:
        await attachments.settle(connection, draft, prepared.opened)
    passing(Point.REPORT_STORED)


async def keep_sealed(
    connection: "asyncpg.Connection", fresh: Sequence[FreshCase], list_version: int
) -> None:
    """The keys and the objects of cases whose rows were stored just now."""
    await connection.executemany(
        "INSERT INTO case_key (case_id, list_version, sealed) VALUES ($1, $2, $3)",
        [(one.case, list_version, one.key.sealed) for one in fresh],
    )
    await connection.executemany(
        "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (head.object, head.case, head.sequence, head.kind, head.schema, one.sealed, one.digest)
            for case in fresh
            for one in case.objects
            for head in (one.head,)
        ],
    )


_CASE: Final = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, age_band,
                   oblast, scenario, locale, channel, partial, children, answers, recipient,
                   received_at, due_at, objects, entered_by, part_of)
VALUES ($1, $2, $3, $4, 'received', $5, $6, $7, $8,
        $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
"""


def _case_row(prepared: Prepared, one: FreshCase, part_of: UUID | None) -> tuple[object, ...]:
    """A stub is as urgent as the group it belongs to."""
    found, verdict = one.facets, prepared.verdict
    return (
        *(one.case, one.code, prepared.chat_ref, found.kind),
        *(verdict.level, list(verdict.reasons), RULES_VERSION),
        *(found.age_band, found.oblast, found.scenario),
        *(prepared.locale, prepared.channel, prepared.partial),
        *(found.children, found.answers, one.key.recipient),
        *(prepared.received_at, verdict.due_at, one.objects[-1].head.sequence),
        *(prepared.entered_by, part_of),
    )
