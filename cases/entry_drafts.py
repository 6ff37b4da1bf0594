"""What a caller has said so far, as a colleague types it in: kept until sent, 30 days at most.

Sealed under the desk's own key and bound to its row; only whoever began it finds it again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from cases.asking import CHANNEL
from cases.document import Consented
from cases.outbox import PATIENCE, Database
from cases.turn import DRAFT_KEPT, Job, Overtaken
from flows.answers import Json
from flows.draft import Draft
from flows.kinds.subs import record_in, text_in
from vault.local import Vault

CHANNELS: Final = ("operator_phone", "walk_in")
"""How somebody came whose answers others type in."""


@dataclass(frozen=True)
class EntryDraft:
    """One caller's answers. `id` will be the case's; `locale` is the caller's language.

    `version` counts the saves: what was typed on an older one is not saved over a newer.
    """

    id: UUID
    person: UUID
    channel: str
    locale: str
    draft: Draft = field(repr=False)
    consent: Consented = field(repr=False)
    created_at: datetime
    version: int = 1

    @classmethod
    def of(cls, row: Any, vault: Vault) -> Self:
        """A row of the table. Raises vault.local.NotOurs."""
        inside: Any = vault.open(row["sealed"], _name(row["id"], row["person_id"]))
        consent = record_in(inside, "consent")
        return cls(
            *(row["id"], row["person_id"], row["channel"], row["locale"]),
            Draft.from_json(record_in(inside, "draft")),
            Consented(
                int(str(consent.get("version") or 0)),
                *(text_in(consent, name) for name in ("at", "locale", "text")),
            ),
            *(row["created_at"], row["version"]),
        )

    def sealed(self, vault: Vault) -> bytes:
        inside: dict[str, Json] = {
            "draft": self.draft.as_json(),
            "consent": self.consent.as_json(),
        }
        return vault.seal(inside, _name(self.id, self.person))


@dataclass(frozen=True)
class Waiting:
    """An open draft in its author's list: nothing of what was said."""

    id: UUID
    flow: str
    channel: str
    locale: str
    updated_at: datetime
    expires_at: datetime


async def begin(database: Database, vault: Vault, entry: EntryDraft) -> None:
    await database.execute(
        "INSERT INTO entry_draft"
        " (id, person_id, flow, sealed, channel, locale, version, created_at, updated_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        *(entry.id, entry.person, entry.draft.flow, entry.sealed(vault), entry.channel),
        *(entry.locale, entry.version, entry.created_at, entry.created_at + DRAFT_KEPT),
        timeout=PATIENCE,
    )


async def waiting(database: Database, person: UUID, now: datetime) -> tuple[Waiting, ...]:
    """This person's open drafts, the newest first."""
    rows = await database.fetch(
        "SELECT id, flow, channel, locale, updated_at, expires_at FROM entry_draft"
        " WHERE person_id = $1 AND expires_at > $2 ORDER BY updated_at DESC, id",
        *(person, now),
        timeout=PATIENCE,
    )
    return tuple(Waiting(**dict(row)) for row in rows)


async def find(
    database: Database, vault: Vault, entry: UUID, person: UUID, now: datetime
) -> EntryDraft | None:
    """None for one that was sent, thrown away, past its term, or another's: nobody learns which.

    Raises vault.local.NotOurs when the desk's key is not the one it was sealed with.
    """
    row = await database.fetchrow(
        "SELECT id, person_id, sealed, channel, locale, version, created_at FROM entry_draft"
        " WHERE id = $1 AND person_id = $2 AND expires_at > $3",
        *(entry, person, now),
        timeout=PATIENCE,
    )
    return EntryDraft.of(row, vault) if row else None


async def save(
    database: Database, vault: Vault, entry: EntryDraft, draft: Draft, now: datetime
) -> EntryDraft:
    """`draft` instead of what `entry` held. Raises Overtaken when it was saved elsewhere since."""
    newer = replace(entry, draft=draft, version=entry.version + 1)
    done = await database.execute(
        "UPDATE entry_draft SET sealed = $4, version = $5, updated_at = $6, expires_at = $7"
        " WHERE id = $1 AND person_id = $2 AND version = $3",
        *(entry.id, entry.person, entry.version, newer.sealed(vault), newer.version),
        *(now, now + DRAFT_KEPT),
        timeout=PATIENCE,
    )
    if done == "UPDATE 0":
        raise Overtaken
    return newer


async def discard(database: Database, entry: UUID, person: UUID) -> None:
    """The caller wants nothing kept. One that is not there is none either afterwards."""
    await database.execute(
        "DELETE FROM entry_draft WHERE id = $1 AND person_id = $2",
        *(entry, person),
        timeout=PATIENCE,
    )


def leaving(entry: EntryDraft) -> Job:
    """For `cases.intake.store`: the draft goes as its case comes, and whoever rings is called.

    Raises Overtaken when it was saved, or sent, elsewhere since.
    """
    return partial(_leave, entry)


async def _leave(entry: EntryDraft, connection: "asyncpg.Connection") -> None:
    gone = await connection.execute(
        "DELETE FROM entry_draft WHERE id = $1 AND person_id = $2 AND version = $3",
        *(entry.id, entry.person, entry.version),
    )
    if gone == "DELETE 0":
        raise Overtaken
    await connection.execute(f"NOTIFY {CHANNEL}")


async def sent(database: Database, entry: UUID, actor: str) -> str | None:
    """The code of the case that this draft has become, for whoever entered it."""
    code: str | None = await database.fetchval(
        "SELECT code FROM cases WHERE id = $1 AND entered_by = $2",
        *(entry, actor),
        timeout=PATIENCE,
    )
    return code


def _name(entry: UUID, person: UUID) -> bytes:
    return b"entry|" + entry.bytes + person.bytes
