"""How Alembic reaches the database: one migration at a time, and never a long lock.

The caller sets `attributes["dsn"]`, which asyncpg reads itself, so that every URL the bot takes
works here too.
"""

import asyncio
import time

import asyncpg
from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from cases.points import Point, passing
from cases.tables import METADATA
from migrations.patience import LOCK_TIMEOUT, STATEMENT_TIMEOUT

LOCK = 0x646F646F  # "dodo": held while migrating, so that two starts do not race
_PAUSE = 0.2


def _migrate(connection: Connection) -> None:
    # Not by waiting inside a statement: an index that is built meanwhile would wait for that.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        connection.commit()
        time.sleep(_PAUSE)
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            transaction_per_migration=True,  # so that no lock outlives its own migration
            on_version_apply=lambda **_step: passing(Point.MIGRATED_HALFWAY),
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


async def _online(dsn: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(dsn),
        poolclass=pool.NullPool,
        hide_parameters=True,
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


def _run() -> None:
    asyncio.run(_online(context.config.attributes["dsn"]))


_run()
