"""What an approver gave back last, kept so that whoever approves next sees what was changed.

Nothing depends on it but what a page shows.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from cases.broadcast_content import Content
from cases.outbox import PATIENCE, Database


async def keep(database: Database, id_: UUID, content: Content) -> None:
    """`content` is what was looked at when it was given back."""
    told = {
        "texts": {locale: text.to_json() for locale, text in content.texts.items()},
        "audience": content.audience.to_json(),
        "grounds": content.grounds,
        "urgent": content.urgent,
    }
    await database.execute(
        "UPDATE broadcast SET returned = $2::jsonb WHERE id = $1",
        *(id_, orjson.dumps(told).decode()),
        timeout=PATIENCE,
    )


async def kept(database: Database, id_: UUID) -> Mapping[str, Any] | None:
    """What `keep` was given, as `Text.to_json` and `Audience.to_json` make it; None: never."""
    found = await database.fetchval(
        "SELECT returned::text FROM broadcast WHERE id = $1", id_, timeout=PATIENCE
    )
    read: Mapping[str, Any] | None = orjson.loads(found) if found else None
    return read
