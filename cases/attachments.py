"""Files a family sends: offered, limited, queued for fetching, and kept with the case they join.

Nothing here touches a file's bytes. While a report is a draft its files already belong to the case
it will become: that case's number and key are made at the first file (`open_case`), live as long
as the draft, and are handed to `cases.intake.prepare` at the end.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID, uuid4

import asyncpg

from cases.afterwards import Erased
from cases.offered import Offered, Taken, fits
from cases.outbox import PATIENCE, Database
from cases.points import Point, passing
from cases.turn import Overtaken, Turn
from vault.local import Vault
from vault.recipients import Recipients
from vault.seal import CaseKey, new_case_key

MANIFEST: Final = "manifest"
MANIFEST_SCHEMA: Final = 1


@dataclass(frozen=True)
class OpenedCase:
    """The case that `draft` will become: what its files are sealed to before it is sent.

    `objects`: numbers its files have taken already; the report's follow them.
    """

    draft: UUID
    case: UUID
    key: CaseKey
    list_version: int
    objects: int = 0

    @property
    def recipient(self) -> str:
        return self.key.recipient


@dataclass(frozen=True)
class StoredCase:
    """A case that was sent before."""

    case: UUID
    recipient: str = field(repr=False)


Home: TypeAlias = OpenedCase | StoredCase
"""Where a file goes."""


@dataclass(frozen=True)
class Filed:
    """One file of a case. `state`: queued, taking, held, failed; `reason` says why it failed."""

    id: UUID
    sequence: int
    state: str
    reason: str | None
    size: int


def open_case(draft: UUID, recipients: Recipients, now: datetime) -> OpenedCase:
    """A case for the draft's first file. Raises vault.recipients.ListRefused."""
    current = recipients.at(now)
    case = uuid4()
    return OpenedCase(draft, case, new_case_key(case, current), current.version)


async def opened_for(database: Database, draft: UUID) -> OpenedCase | None:
    """The case this draft has opened, if it has files. To be read after the turn was loaded."""
    row = await database.fetchrow(
        "SELECT case_id, recipient, sealed, list_version, objects FROM opened_case"
        " WHERE draft_id = $1",
        draft,
        timeout=PATIENCE,
    )
    if row is None:
        return None
    key = CaseKey(row["recipient"], row["sealed"])
    return OpenedCase(draft, row["case_id"], key, row["list_version"], row["objects"])


async def taken(database: Database, home: Home) -> Taken:
    """How much of its room is used: a report has its own, and what is added later a day's."""
    row = await database.fetchrow(
        """
        SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS size
          FROM attachment
         WHERE case_id = $1 AND state IN ('queued', 'taking', 'held')
           AND (NOT $2 OR created_at > greatest(now() - interval '1 day',
                                      (SELECT received_at FROM cases WHERE id = $1)))
        """,
        *(home.case, isinstance(home, StoredCase)),
        timeout=PATIENCE,
    )
    return Taken(row["files"], row["size"])


async def listing(database: Database, case: UUID) -> tuple[Filed, ...]:
    """The files of the case in the order they came, without those taken back."""
    rows = await database.fetch(
        "SELECT id, sequence, state, reason, size FROM attachment"
        " WHERE case_id = $1 AND state <> 'removed' ORDER BY sequence",
        case,
        timeout=PATIENCE,
    )
    return tuple(Filed(**dict(row)) for row in rows)


@dataclass(frozen=True)
class Arrival:
    """A file to be fetched and kept. `id` names it, for `Withdrawn` too."""

    id: UUID
    home: Home
    offered: Offered

    def join(self, turn: Turn, vault: Vault) -> None:
        """Queue it with the turn. Saving raises Erased when the case is gone, Overtaken when it
        was filled meanwhile.

        With an OpenedCase the turn must hold its draft; the first file stores the opened case.
        """
        talk = turn.conversation
        locator = vault.seal({"offered": self.offered.as_json()}, locator_name(self.id))
        turn.jobs.append(partial(_queue, self, talk.bot, talk.chat_ref, locator))


@dataclass(frozen=True)
class Withdrawn:
    """A file taken back before its report was sent. What was fetched of it is deleted."""

    id: UUID
    home: OpenedCase

    def join(self, turn: Turn) -> None:
        turn.jobs.append(partial(_withdraw, self))


def locator_name(attachment: UUID) -> bytes:
    """What a locator is sealed for."""
    return b"attachment|" + attachment.bytes


async def _queue(
    arrival: Arrival, bot: str, chat_ref: bytes, locator: bytes, connection: "asyncpg.Connection"
) -> None:
    home = arrival.home
    if isinstance(home, OpenedCase):
        sequence = await _numbered_in_draft(connection, home)
    else:
        sequence = await _numbered_in_case(connection, home)
    await connection.execute(
        "INSERT INTO attachment"
        " (id, bot, chat_ref, case_id, sequence, recipient, in_draft, locator, size)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(arrival.id, bot, chat_ref, home.case, sequence, home.recipient),
        *(isinstance(home, OpenedCase), locator, arrival.offered.size or 0),
    )
    if isinstance(home, StoredCase):
        # Two chats may know one case. Done again, the one too many is refused in words.
        if fits(await taken(connection, home)) is not None:
            raise Overtaken
        await counted(connection, home.case)
    passing(Point.FILE_QUEUED)


async def _numbered_in_draft(connection: "asyncpg.Connection", home: OpenedCase) -> int:
    await connection.execute(
        "INSERT INTO opened_case (draft_id, case_id, recipient, list_version, sealed)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (draft_id) DO NOTHING",
        *(home.draft, home.case, home.recipient, home.list_version, home.key.sealed),
    )
    sequence: int | None = await connection.fetchval(
        "UPDATE opened_case SET objects = objects + 1 WHERE draft_id = $1 AND case_id = $2"
        " RETURNING objects",
        *(home.draft, home.case),
    )
    if sequence is None:
        raise Overtaken  # another update opened a case for this draft meanwhile
    return sequence


async def _numbered_in_case(connection: "asyncpg.Connection", home: StoredCase) -> int:
    sequence: int | None = await connection.fetchval(
        "UPDATE cases SET objects = objects + 1 WHERE id = $1 AND erased_at IS NULL"
        " RETURNING objects",
        home.case,
    )
    if sequence is None:
        raise Erased
    return sequence


async def _withdraw(withdrawn: Withdrawn, connection: "asyncpg.Connection") -> None:
    await connection.execute(
        """
        UPDATE attachment
           SET state = 'removed', locator = NULL, manifest = NULL, worker = NULL,
               lease_until = NULL, finished_at = now()
         WHERE id = $1 AND case_id = $2 AND in_draft
        """,
        *(withdrawn.id, withdrawn.home.case),
    )


class FilesForgotten(Exception):
    """A draft with files was about to be sent without them; nothing is written.

    A mistake in the program: `cases.intake.prepare` needs `opened_for` of the draft.
    """


async def settle(
    connection: "asyncpg.Connection", draft: UUID | None, opened: OpenedCase | None
) -> None:
    """The draft has just become a case: its files join it. For cases.intake.

    Raises FilesForgotten; Overtaken when another file came meanwhile, or the case's key was
    sealed anew (cases.case_keys).
    """
    row = await connection.fetchrow(
        "DELETE FROM opened_case WHERE draft_id = $1 RETURNING case_id, objects, list_version",
        draft,
    )
    if opened is None:
        if row is not None:
            raise FilesForgotten
        return
    as_read = (opened.case, opened.objects, opened.list_version)
    if row is None or (row["case_id"], row["objects"], row["list_version"]) != as_read:
        raise Overtaken
    await connection.execute(
        """
        INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)
        SELECT id, case_id, sequence, $2, $3, manifest, sha256(manifest)
          FROM attachment WHERE case_id = $1 AND manifest IS NOT NULL
        """,
        *(opened.case, MANIFEST, MANIFEST_SCHEMA),
    )
    await connection.execute(
        "UPDATE attachment SET in_draft = false, manifest = NULL"
        " WHERE case_id = $1 AND state <> 'removed'",
        opened.case,
    )
    await counted(connection, opened.case)


async def counted(connection: "asyncpg.Connection", case: UUID) -> None:
    """Write down how many files the stored case has."""
    await connection.execute(
        "UPDATE cases SET files = (SELECT count(*) FROM attachment WHERE case_id = $1"
        " AND state IN ('queued', 'taking', 'held')) WHERE id = $1",
        case,
    )
