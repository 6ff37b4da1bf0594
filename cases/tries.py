"""How often one may try to sign in: counted before the try, so that none runs beside the count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cases.outbox import PATIENCE, Database

MOST: Final = 5
WINDOW: Final = timedelta(minutes=5)


async def count(database: Database, subjects: Sequence[bytes], now: datetime) -> bool:
    """Count one more try of each subject (keyed hashes); whether all may still try."""
    rows = await database.fetch(
        """
        WITH old AS (SELECT subject FROM sign_in_try WHERE since <= $2 AND subject <> ALL ($1)
                      LIMIT 100 FOR UPDATE SKIP LOCKED),
             gone AS (DELETE FROM sign_in_try d USING old WHERE d.subject = old.subject)
        INSERT INTO sign_in_try AS t (subject, since, count)
        SELECT unnest, $3, 1 FROM unnest($1::bytea[]) ORDER BY unnest
        ON CONFLICT (subject) DO UPDATE SET
            count = CASE WHEN t.since <= $2 THEN 1 ELSE t.count + 1 END,
            since = CASE WHEN t.since <= $2 THEN $3 ELSE t.since END
        RETURNING count
        """,
        *(list(subjects), now - WINDOW, now),
        timeout=PATIENCE,
    )
    return all(row["count"] <= MOST for row in rows)


async def forgive(database: Database, subjects: Sequence[bytes]) -> None:
    """A try that succeeded does not count."""
    await database.execute(
        "UPDATE sign_in_try SET count = greatest(count - 1, 0) WHERE subject = ANY ($1)",
        list(subjects),
        timeout=PATIENCE,
    )
