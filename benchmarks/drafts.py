"""Open drafts by the thousand: one is made by talking to the bot, the others are copies of it."""

import asyncio
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import asyncpg

from cases import turn as turns
from cases.audit import Signer
from cases.turn import Turn
from vault.local import Vault

_BOT: Final = "family"
_AT_ONCE: Final = 8


async def copies(
    pool: "asyncpg.Pool", vault: Vault, signer: Signer, *, bot_id: int, model: int, chats: range
) -> None:
    """Give each of `chats` the conversation and the draft of chat `model`, through cases.turn."""
    made = await _loaded(pool, vault, bot_id, model)
    assert made.drafts, "the model has an open draft"
    waiting = iter(chats)

    async def worker() -> None:
        for chat_id in waiting:
            now = datetime.now(UTC)
            copy = _copy(made, vault, bot_id, chat_id, now)
            await turns.save(pool, vault, copy, signer=signer, now=now)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(worker())


async def _loaded(pool: "asyncpg.Pool", vault: Vault, bot_id: int, chat_id: int) -> Turn:
    made = await turns.load(
        pool,
        vault,
        bot=_BOT,
        bot_id=bot_id,
        update_id=-chat_id,
        digest=b"",
        chat_id=chat_id,
        default_locale="uk",
        now=datetime.now(UTC),
    )
    assert isinstance(made, Turn), "this update has never been"
    return made


def _copy(made: Turn, vault: Vault, bot_id: int, chat_id: int, now: datetime) -> Turn:
    conversation = replace(
        made.conversation,
        chat_ref=vault.chat_ref(bot_id, chat_id),
        chat_id=chat_id,
        version=0,
        state=deepcopy(made.conversation.state),
    )
    expires = now + timedelta(days=30)
    drafts = {
        flow: replace(draft, id=uuid4(), created_at=now, expires_at=expires)
        for flow, draft in made.drafts.items()
    }
    return replace(
        made, update_id=None, conversation=conversation, drafts=drafts, known=frozenset()
    )
