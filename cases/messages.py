"""What prosecutors have written to families, as the intake finds, opens and marks it.

The content is sealed to the intake's letter-box (`vault.box`); what a family answers goes to the
case like everything else it says (`cases.afterwards`).
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from cases.audit import Signer
from cases.outbox import PATIENCE, Database
from cases.turn import Overtaken, Turn, opened
from flows.answers import Json
from flows.asked import askable
from flows.kinds.subs import text_in, words_in
from vault.box import Box, signed
from vault.local import NotOurs, Vault

_log = logging.getLogger(__name__)

QUESTION, WORD = "question", "word"
REMIND_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True)
class Letter:
    """What is written to a family. Questions are keys of the report's; `text` asks for words.

    `text` is what the prosecutor wrote, plain; "" when only questions of the report are asked.
    """

    text: str = field(repr=False)
    questions: tuple[str, ...] = ()
    #: which child is meant, counted from 1, where a case has several
    child: int | None = None
    #: whether `text` wants an answer of its own
    own: bool = False

    @property
    def kind(self) -> str:
        return QUESTION if self.own or self.questions else WORD

    @property
    def count(self) -> int:
        """How many answers are asked for."""
        return len(self.questions) + self.own

    def as_json(self) -> dict[str, Json]:
        return {
            "text": self.text,
            "questions": list(self.questions),
            "child": self.child,
            "own": self.own,
        }

    @classmethod
    def of(cls, stored: Json) -> Self:
        """What `as_json` gave; a question this version does not know is left out."""
        held = stored if isinstance(stored, dict) else {}
        child = held.get("child")
        return cls(
            text_in(held, "text"),
            words_in(held, "questions", askable()),
            child if isinstance(child, int) else None,
            held.get("own") is True,
        )


@dataclass(frozen=True)
class Written:
    """A message as the intake knows it. `sealed` is None once nobody needs it any more."""

    id: UUID
    case: UUID
    code: str
    recipient: str = field(repr=False)
    chat_ref: bytes | None
    kind: str
    count: int
    at: datetime
    answered: bool
    withdrawn: bool
    sealed: bytes | None = field(repr=False)

    def letter(self, box: Box) -> Letter | None:
        """What it says; None once it is erased. Raises vault.local.NotOurs."""
        return None if self.sealed is None else Letter.of(box.open(self.sealed, row(self.id)))


def row(message: UUID) -> str:
    """What a message's letter is sealed for."""
    return f"message|{message}"


_COLUMNS: Final = """
    m.id, m.case_id AS "case", c.code, c.recipient, c.chat_ref, m.kind, m.questions AS count,
    m.at, m.answered_at IS NOT NULL AS answered,
    m.withdrawn_at IS NOT NULL OR c.erased_at IS NOT NULL AS withdrawn, m.sealed
"""


async def announce(database: Database, held: Box, signer: Signer) -> None:
    """Let the desk know where to put letters: the box's public half, signed by INTAKE-SIGN."""
    await database.execute(
        "INSERT INTO intake_box (public, signature) VALUES ($1, $2)"
        " ON CONFLICT (one) DO UPDATE SET public = $1, signature = $2, at = now()"
        " WHERE intake_box.public <> $1",
        *(held.public, signer(signed(held.public))),
        timeout=PATIENCE,
    )


async def find(database: Database, message: UUID) -> Written | None:
    """The message of this id. The caller decides who may see that it exists."""
    found = await database.fetchrow(
        f"SELECT {_COLUMNS} FROM message m JOIN cases c ON c.id = m.case_id"  # noqa: S608 - constants
        " WHERE m.id = $1",
        message,
        timeout=PATIENCE,
    )
    return Written(**dict(found)) if found else None


async def of_case(database: Database, case: UUID, limit: int = 20) -> tuple[Written, ...]:
    """What was written to the family of this case and not taken back, newest first."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM message m JOIN cases c ON c.id = m.case_id"  # noqa: S608 - constants
        " WHERE m.case_id = $1 AND m.withdrawn_at IS NULL"
        " ORDER BY m.at DESC, m.sequence DESC LIMIT $2",
        *(case, limit),
        timeout=PATIENCE,
    )
    return tuple(Written(**dict(one)) for one in rows)


def mark_opened(turn: Turn, message: UUID, now: datetime) -> None:
    """The family has looked at it."""
    turn.jobs.append(partial(_opened, message, now))


async def _opened(message: UUID, now: datetime, connection: "asyncpg.Connection") -> None:
    await connection.execute(
        "UPDATE message SET opened_at = coalesce(opened_at, $2) WHERE id = $1", message, now
    )


def mark_answered(turn: Turn, message: UUID, now: datetime) -> None:
    """The family has answered: a case that waited for nothing else goes on where it stood.

    Its term is longer by the time it waited.
    """
    turn.jobs.append(partial(_answered, message, now))


async def _answered(message: UUID, now: datetime, connection: "asyncpg.Connection") -> None:
    case = await connection.fetchval(
        "UPDATE message SET answered_at = coalesce(answered_at, $2) WHERE id = $1"
        " RETURNING case_id",
        *(message, now),
    )
    await go_on(connection, case, now)


async def go_on(connection: "asyncpg.Connection", case: UUID, now: datetime) -> None:
    """A case that waits for no answer any more stands where it stood before it was asked."""
    await connection.execute(
        """
        UPDATE cases
           SET status = coalesce(resumes, status), resumes = NULL, paused_at = NULL,
               due_at = due_at + ($2 - coalesce(paused_at, $2))
         WHERE id = $1 AND status = 'needs_info' AND NOT EXISTS (
               SELECT FROM message WHERE case_id = $1 AND kind = 'question'
                  AND answered_at IS NULL AND withdrawn_at IS NULL)
        """,
        *(case, now),
    )


@dataclass(frozen=True)
class Due:
    """A turn of the chat that has to hear of a message. `again`: it was told once before."""

    turn: Turn
    message: UUID
    kind: str
    again: bool

    def mark(self, now: datetime) -> None:
        """Saving the turn marks it as told; Overtaken when somebody else was quicker."""
        self.turn.jobs.append(partial(_told, self, now))


async def _told(due: Due, now: datetime, connection: "asyncpg.Connection") -> None:
    column = "reminded_at" if due.again else "told_at"
    done = await connection.fetchval(
        f"UPDATE message SET {column} = $2 WHERE id = $1 AND {column} IS NULL"  # noqa: S608 - one of two
        " AND answered_at IS NULL AND withdrawn_at IS NULL RETURNING 1",
        *(due.message, now),
    )
    if not done:
        raise Overtaken


_DUE: Final = """
SELECT m.id AS message, m.kind, m.told_at IS NOT NULL AS again,
       v.bot, v.chat_ref, v.sealed, v.revision, v.version, v.locale, v.quiet,
       v.blocked_at IS NOT NULL AS blocked
  FROM message m JOIN cases c ON c.id = m.case_id JOIN conversation v USING (chat_ref)
 WHERE m.answered_at IS NULL AND m.withdrawn_at IS NULL
   AND (m.told_at IS NULL OR m.reminded_at IS NULL)
   AND (m.told_at IS NULL OR (m.kind = 'question' AND m.opened_at IS NULL AND m.told_at < $1))
   AND c.erased_at IS NULL AND v.bot = ANY ($2)
 ORDER BY m.at, m.id LIMIT $3
"""


async def due(
    database: Database, vault: Vault, bots: dict[str, int], *, now: datetime, limit: int = 20
) -> list[Due]:
    """Messages whose families have not heard of them, or a second time after three days.

    `bots`: the Telegram id of each bot by its name. Save each turn as any other.
    """
    rows = await database.fetch(_DUE, *(now - REMIND_AFTER, list(bots), limit), timeout=PATIENCE)
    found = [(_turn(vault, bots, one), one) for one in rows]
    return [
        Due(turn, one["message"], one["kind"], one["again"])
        for turn, one in found
        if turn is not None
    ]


def _turn(vault: Vault, bots: dict[str, int], found: Any) -> Turn | None:
    """None for a chat sealed under a VAULT key that is gone: nobody knows whose it was."""
    try:
        conversation = opened(vault, found["bot"], found["chat_ref"], found)
    except NotOurs:
        _log.critical("a chat does not open: is the VAULT key the right one?")
        return None
    return Turn(
        bot=found["bot"],
        bot_id=bots[found["bot"]],
        update_id=None,
        digest=b"",
        conversation=conversation,
        drafts={},
        known=frozenset(),
    )
