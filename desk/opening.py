"""A case, opened: asked whether it may be, written down that it was, and read in memory.

The key of the case is opened with a key of the group that this session holds, each object with the
key of the case. What does not open, or belongs elsewhere, is shown as such and never as empty.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pyrage.x25519 import Identity

from cases import cards, casefile, taking
from cases.audit import AuditEvent, append
from cases.casefile import CaseFile, FileRow, SealedRow
from cases.database import transaction
from cases.person import NotNow, Person
from desk.gate import permitted, person_of
from desk.ring import GRANT, Locked, Unlocked
from desk.site import Site
from desk.visitor import Visitor
from flows.answers import Json
from vault.rewrapping import opened
from vault.unseal import Damaged, Moved, open_object

REASONS: Final = ("triage", "duplicate", "supervision", "substitute", "request")
"""Why somebody opens a case that another has taken."""


class Unreasoned(Exception):
    """The case is somebody else's: say why first."""

    def __init__(self, case: UUID) -> None:
        super().__init__(str(case))
        self.case = case


class Unopenable(Exception):
    """No key of this session opens the case: it was sent before, or after, its holder's time."""


@dataclass(frozen=True)
class OpenedObject:
    """A sealed object read. `payload` is None where it did not open; `trouble` says how."""

    row: SealedRow
    payload: Mapping[str, Json] | None = field(repr=False)
    trouble: str = ""

    @property
    def kind(self) -> str:
        return self.row.head.kind

    @property
    def sequence(self) -> int:
        return self.row.head.sequence


@dataclass(frozen=True)
class OpenCase:
    """`file` is everything as stored, `objects` what could be read of it, in order."""

    file: CaseFile
    identity: Identity = field(repr=False)
    objects: tuple[OpenedObject, ...]

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.file.facts

    def of(self, *kinds: str) -> tuple[OpenedObject, ...]:
        """The objects of these kinds, oldest first."""
        return tuple(one for one in self.objects if one.kind in kinds)

    @property
    def report(self) -> OpenedObject | None:
        """The report as it stands now: its newest version."""
        versions = self.of("report")
        return versions[-1] if versions else None

    def at(self, sequence: int | None) -> OpenedObject | None:
        return next((one for one in self.objects if one.sequence == sequence), None)


@dataclass(frozen=True)
class OpenFile:
    """A file of the case with this code: where it lies, what opens it, what its sealed manifest
    says of it."""

    code: str
    row: FileRow
    identity: Identity = field(repr=False)
    manifest: Mapping[str, Json] = field(repr=False)


def keys_of(site: Site, visitor: Visitor) -> Unlocked:
    """The open keys of whoever asks. Raises Locked."""
    person = person_of(visitor)
    held = site.ring.of(visitor.session.id, person, site.now()) if visitor.session else None
    if held is None:
        raise Locked
    return held


async def open_case(
    site: Site, visitor: Visitor, case: UUID, action: str = "open"
) -> tuple[Person, OpenCase]:
    """Who opens it, and the case. The audit chain has the entry before anything is shown.

    Raises NotNow for a case that is not there, desk.gate.Denied, Locked, Unreasoned, Unopenable.
    """
    person, held, _ = await _may(site, visitor, case, action)
    file = await casefile.stored(site.pool, case)
    if file is None:
        raise NotNow
    identity = opened(held.identities, file.keys, case)
    if identity is None:
        raise Unopenable
    await _noted(site, person, held, case, action)
    objects = await asyncio.to_thread(lambda: tuple(_read(identity, file.objects)))
    return person, OpenCase(file, identity, objects)


async def open_file(
    site: Site, visitor: Visitor, case: UUID, sequence: int
) -> tuple[Person, OpenFile]:
    """One file of a case. Who opened the case in the last half hour has it in the chain already.

    Raises as `open_case`; NotNow also for a file that is not there, or whose manifest is damaged.
    """
    person, held, code = await _may(site, visitor, case, "open")
    stored = await casefile.stored_file(site.pool, case, sequence)
    if stored is None:
        raise NotNow
    identity = opened(held.identities, stored.keys, case)
    if identity is None:
        raise Unopenable
    (manifest,) = _read(identity, (stored.manifest,))
    if manifest.payload is None or manifest.payload.get("object") != str(stored.row.object):
        raise NotNow
    if held.seen.get(case, site.now()) <= site.now():
        await _noted(site, person, held, case, "file")
    return person, OpenFile(code, stored.row, identity, manifest.payload)


async def _may(
    site: Site, visitor: Visitor, case: UUID, action: str
) -> tuple[Person, Unlocked, str]:
    """Who opens it with which keys, and the case's code."""
    found = await taking.standing(site.pool, case)
    if found is None:
        raise NotNow
    person = await permitted(site, visitor, action, found.about, case)
    held = keys_of(site, visitor)
    now = site.now()
    if found.taken_by not in (None, person.id) and held.reasons.get(case, now) <= now:
        raise Unreasoned(case)
    return person, held, found.code


async def _noted(site: Site, person: Person, held: Unlocked, case: UUID, action: str) -> None:
    """In the chain before anything is shown."""
    async with transaction(site.pool) as connection:
        event = AuditEvent(person.actor, "case.opened", case, {"for": action})
        await append(connection, [event], signer=site.sign, now=site.now())
    held.seen[case] = site.now() + GRANT


async def openable(site: Site, visitor: Visitor, ids: Collection[UUID]) -> set[UUID]:
    """Those of the cases that the viewer's own keys open. Raises Locked."""
    held = keys_of(site, visitor).identities
    keys = await cards.keys_of(site.pool, list(ids))

    def tried() -> set[UUID]:
        return {case for case, copies in keys.items() if opened(held, copies, case) is not None}

    return await asyncio.to_thread(tried)


async def give_reason(site: Site, visitor: Visitor, case: UUID, reason: str) -> None:
    """Remember, and write down, why this session opens somebody else's case. Raises as above."""
    found = await taking.standing(site.pool, case)
    if found is None or reason not in REASONS:
        raise NotNow
    person = await permitted(site, visitor, "open", found.about, case)
    held = keys_of(site, visitor)
    async with transaction(site.pool) as connection:
        event = AuditEvent(person.actor, "case.reason", case, {"reason": reason})
        await append(connection, [event], signer=site.sign, now=site.now())
    held.reasons[case] = site.now() + GRANT


def _read(identity: Identity, rows: tuple[SealedRow, ...]) -> Iterator[OpenedObject]:
    for row in rows:
        try:
            payload = open_object(identity, row.sealed, row.head)
        except Damaged:
            yield OpenedObject(row, None, "damaged")
        except Moved:
            yield OpenedObject(row, None, "moved")
        else:
            yield OpenedObject(row, payload if isinstance(payload, dict) else None)
