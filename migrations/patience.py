"""How long a migration may stand in the way of others, and indexes that never do."""

from collections.abc import Sequence
from typing import Any, Final

from alembic import op

LOCK_TIMEOUT: Final = "4s"
STATEMENT_TIMEOUT: Final = "60s"


def create_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """An index on a table that may be large: who writes to it meanwhile does not wait.

    Commits what was done before, so it comes first in a migration: one that is killed later is
    done again from its beginning. Waits for transactions that run, a backup among them.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute("SET statement_timeout = 0")
        # One that was killed before has left an index that is not valid.
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        op.create_index(name, table, list(columns), postgresql_concurrently=True, **options)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
