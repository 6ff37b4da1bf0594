"""A turn that no update causes: for what the bot says of its own accord."""

from cases.outbox import PATIENCE, Database
from cases.turn import Turn, opened
from vault.local import Vault


async def unasked(
    database: Database, vault: Vault, *, bot: str, bot_id: int, chat_ref: bytes
) -> Turn | None:
    """The conversation alone; saving the turn leaves its drafts as they are. None: no such chat.

    Whoever fills it asks first whether anybody may write to this chat. Raises
    vault.local.NotOurs.
    """
    row = await database.fetchrow(
        "SELECT sealed, revision, version, locale, quiet, blocked_at IS NOT NULL AS blocked"
        " FROM conversation WHERE chat_ref = $1",
        chat_ref,
        timeout=PATIENCE,
    )
    if row is None:
        return None
    conversation = opened(vault, bot, chat_ref, row)
    return Turn(bot, bot_id, None, b"", conversation, drafts={}, known=frozenset())
