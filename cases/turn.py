"""One update, loaded in one round trip and saved in one: all of it, exactly once, or nothing.

`load` takes no lock. `save` compares the conversation's version; when somebody else has moved it,
nothing is written and the whole update is done again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.limits import CROWDED, DAY, Pace
from cases.outbox import Database, row_name
from cases.points import Point, passing
from flows.answers import Json
from vault.local import Vault

#: A grandmother who stops on Monday must find her answers on a Sunday.
DRAFT_KEPT: Final = timedelta(days=30)
#: In quiet mode a phone that is taken away must soon have nothing left to show.
DRAFT_KEPT_QUIET: Final = timedelta(hours=24)

_MOVED: Final = "DM001"  # what turn_save raises
_OUT_COLUMNS: Final = 8

Job: TypeAlias = "Callable[[asyncpg.Connection], Awaitable[None]]"


class Overtaken(Exception):
    """Another update of this chat was saved meanwhile; nothing is written. Do the update again."""


class Duplicate(Exception):
    """This update's effects are already committed by somebody else. Confirm it and do no more."""


class Seen(Enum):
    """The update was here before: DUPLICATE word for word, OTHER_BODY under another text."""

    DUPLICATE = "duplicate"
    OTHER_BODY = "other_body"


@dataclass
class Conversation:
    """What is known of one chat. `state`, `pace` and `chat_id` are stored sealed, the rest is not.

    `revision` numbers the buttons now on screen: it grows and never repeats. `version` 0 means
    there is no row yet. `pace` stays when a person has everything forgotten.
    """

    chat_ref: bytes
    bot: str
    chat_id: int = field(repr=False)
    locale: str
    quiet: bool = False
    blocked: bool = False
    revision: int = 0
    version: int = 0
    state: dict[str, Json] = field(default_factory=dict, repr=False)
    pace: Pace = field(default_factory=Pace)


@dataclass
class DraftRow:
    """Answers not sent yet. `pass_on`: may be sent as they are when they expire; None: not asked.

    `save` moves `expires_at` on by itself.
    """

    id: UUID
    flow: str
    content: dict[str, Json] = field(repr=False)
    pass_on: bool | None
    created_at: datetime
    expires_at: datetime


@dataclass
class Outgoing:
    """One message to be, by Bot API method and parameters; `chat_id` is filled in for you.

    In `params`, "message_tag" instead of "message_id" means the message sent under that tag.
    Lanes: 0 replies, 1 staff bells, 2 broadcasts. `bot`, `bot_id` and `chat` default to the
    conversation's; a message through another bot needs all three. A `dedupe_key` that was used
    before makes this row vanish.
    """

    method: str
    params: dict[str, Json] = field(repr=False)
    lane: int = 0
    tag: str | None = None
    bot: str | None = None
    chat: int | None = field(default=None, repr=False)
    dedupe_key: str | None = None
    not_before: datetime | None = None
    bot_id: int | None = None


@dataclass
class Turn:
    """One update in hand. Change `conversation` and `drafts`, fill the lists, then `save`.

    A draft taken out of `drafts` is deleted. `jobs` run in the same transaction, in order, after
    everything else but the audit. `update_id` is None for a turn that no update caused.
    `reports`: how many this chat has sent within a day. `crowded`: very many chats are new.
    """

    bot: str
    bot_id: int
    update_id: int | None
    digest: bytes
    conversation: Conversation
    drafts: dict[str, DraftRow]
    known: frozenset[UUID]
    outgoing: list[Outgoing] = field(default_factory=list)
    audit: list[AuditEvent] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    reports: int = 0
    crowded: bool = False


_LOAD: Final = f"""
SELECT (SELECT digest FROM bot_update WHERE bot_id = $1 AND update_id = $2) AS seen,
       (SELECT count(*) FROM cases WHERE chat_ref = $3 AND received_at > $4
           AND part_of IS NULL) AS reports,
       c.sealed, c.revision, c.version, c.locale, c.quiet, c.blocked_at IS NOT NULL AS blocked,
       d.id, d.flow, d.sealed AS draft, d.pass_on, d.created_at, d.expires_at, {CROWDED} AS crowded
  FROM (SELECT) AS always
  LEFT JOIN conversation c ON c.chat_ref = $3
  LEFT JOIN draft d ON d.chat_ref = c.chat_ref
"""  # noqa: S608 - a constant


async def load(
    database: Database,
    vault: Vault,
    *,
    bot: str,
    bot_id: int,
    update_id: int,
    digest: bytes,
    chat_id: int,
    default_locale: str,
    now: datetime,
) -> Turn | Seen:
    """Everything the bot knows of this chat, or that the update was here before.

    A draft past its term is not shown again, unless it may be passed on. Raises
    vault.local.NotOurs when the VAULT key is not the one the rows were sealed with.
    """
    chat_ref = vault.chat_ref(bot_id, chat_id)
    rows = await database.fetch(_LOAD, bot_id, update_id, chat_ref, now - DAY)
    if (seen := rows[0]["seen"]) is not None:
        return Seen.DUPLICATE if seen == digest else Seen.OTHER_BODY
    if rows[0]["version"] is None:
        conversation = Conversation(chat_ref, bot, chat_id, default_locale)
    else:
        conversation = opened(vault, bot, chat_ref, rows[0])
    found = [row for row in rows if row["id"] is not None]
    alive = [row for row in found if row["pass_on"] or row["expires_at"] > now]
    return Turn(
        *(bot, bot_id, update_id, digest, conversation),
        {row["flow"]: opened_draft(vault, chat_ref, row) for row in alive},
        frozenset(row["id"] for row in found),
        reports=rows[0]["reports"],
        crowded=rows[0]["crowded"],
    )


async def save(
    database: Database, vault: Vault, turn: Turn, *, signer: Signer, now: datetime
) -> None:
    """Commit the whole turn. Raises Overtaken or Duplicate, and then nothing is written.

    One statement; with jobs or audit events, one transaction.
    """
    arguments = _arguments(vault, turn, now)
    passing(Point.TURN_SEALED)
    if not turn.jobs and not turn.audit:
        await _call(database, arguments)
        return
    if isinstance(database, asyncpg.Pool):
        async with database.acquire() as connection:
            await _transact(connection, turn, arguments, signer, now)
    else:
        await _transact(database, turn, arguments, signer, now)


async def seen_only(database: Database, bot_id: int, update_id: int, digest: bytes) -> None:
    """Record an update that has no effect."""
    await database.execute(
        "INSERT INTO bot_update (bot_id, update_id, digest) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        *(bot_id, update_id, digest),
    )


async def _transact(
    connection: "asyncpg.Connection",
    turn: Turn,
    arguments: tuple[object, ...],
    signer: Signer,
    now: datetime,
) -> None:
    async with connection.transaction():
        await _call(connection, arguments)
        passing(Point.TURN_CALLED)
        for job in turn.jobs:
            await job(connection)
        # Last: whoever writes to the chain holds its head, and with it everybody else who does.
        await append(connection, turn.audit, signer=signer, now=now)
        passing(Point.TURN_UNCOMMITTED)
    passing(Point.REPORT_COMMITTED)


async def _call(database: Database, arguments: tuple[object, ...]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(arguments) + 1))
    try:
        done = await database.fetchval(f"SELECT turn_save({places})", *arguments)
    except asyncpg.PostgresError as error:
        if error.sqlstate == _MOVED:
            raise Overtaken from None
        raise
    if done == "duplicate":
        raise Duplicate


def _arguments(vault: Vault, turn: Turn, now: datetime) -> tuple[object, ...]:
    """The arguments of turn_save, in its order."""
    talk = turn.conversation
    drafts = list(turn.drafts.values())
    expires = now + (DRAFT_KEPT_QUIET if talk.quiet else DRAFT_KEPT)
    rows = [_row(vault, turn, message) for message in turn.outgoing]
    return (
        *(turn.bot_id, turn.update_id, turn.digest),
        *(talk.chat_ref, talk.bot, talk.version, _sealed(vault, talk)),
        *(talk.revision, talk.locale, talk.quiet, talk.blocked),
        list(turn.known - {draft.id for draft in drafts}),
        [draft.id for draft in drafts],
        [draft.flow for draft in drafts],
        [vault.seal(draft.content, _draft_name(talk.chat_ref, draft.flow)) for draft in drafts],
        [draft.pass_on for draft in drafts],
        [draft.created_at for draft in drafts],
        [expires] * len(drafts),
        *([row[column] for row in rows] for column in range(_OUT_COLUMNS)),
    )


def _row(vault: Vault, turn: Turn, message: Outgoing) -> tuple[object, ...]:
    talk = turn.conversation
    bot = message.bot or talk.bot
    if message.chat is None and bot == talk.bot:
        chat_id, chat_ref = talk.chat_id, talk.chat_ref
    else:
        bot_id = message.bot_id if bot != talk.bot else turn.bot_id
        if bot_id is None or message.chat is None:
            raise ValueError("a message through another bot needs its bot_id and chat")
        chat_id, chat_ref = message.chat, vault.chat_ref(bot_id, message.chat)
    payload = vault.seal({"chat_id": chat_id, "params": message.params}, row_name(chat_ref))
    return (
        *(bot, chat_ref, message.lane, message.method, message.tag),
        *(message.dedupe_key, payload, message.not_before),
    )


def _sealed(vault: Vault, talk: Conversation) -> bytes:
    inside = {"chat_id": talk.chat_id, "state": talk.state, "pace": talk.pace.as_json()}
    return vault.seal(inside, _talk_name(talk.chat_ref))


def opened(vault: Vault, bot: str, chat_ref: bytes, row: Mapping[str, Any]) -> Conversation:
    """The conversation of a row of its table. Raises vault.local.NotOurs."""
    inside: Any = vault.open(row["sealed"], _talk_name(chat_ref))
    return Conversation(
        *(chat_ref, bot, inside["chat_id"], row["locale"], row["quiet"], row["blocked"]),
        *(row["revision"], row["version"], inside["state"], Pace.of(inside.get("pace"))),
    )


def opened_draft(vault: Vault, chat_ref: bytes, row: Mapping[str, Any]) -> DraftRow:
    """The draft of a row whose sealed column is called "draft". Raises vault.local.NotOurs."""
    content: Any = vault.open(row["draft"], _draft_name(chat_ref, row["flow"]))
    kept = row["pass_on"], row["created_at"], row["expires_at"]
    return DraftRow(row["id"], row["flow"], content, *kept)


def _talk_name(chat_ref: bytes) -> bytes:
    return b"conversation|" + chat_ref


def _draft_name(chat_ref: bytes, flow: str) -> bytes:
    return b"draft|" + chat_ref + flow.encode()
