"""The schema's history: there and back, and the same as the tables the code knows."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.postgres import alembic_of, current, migrate, wanted
from cases.tables import METADATA


async def _shape(url: str) -> list[tuple[object, ...]]:
    """Every column, constraint, index, function and right of our schema."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT 'column', table_name, column_name, data_type || is_nullable
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'constraint', conrelid::regclass::text, conname,
                             pg_get_constraintdef(oid)
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', tablename, indexname, indexdef
              FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'function', proname, '', prosrc || coalesce(proacl::text, '')
              FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'right', table_name, grantee, privilege_type
              FROM information_schema.role_table_grants WHERE table_schema = 'public'
            ORDER BY 1, 2, 3, 4
            """
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def test_up_down_up_ends_where_it_began(empty_url: str) -> None:
    config = alembic_of(empty_url)
    await asyncio.to_thread(migrate, empty_url)
    once = await _shape(empty_url)
    assert await asyncio.to_thread(current, empty_url) == wanted()
    await asyncio.to_thread(command.downgrade, config, "base")
    left = {row[1] for row in await _shape(empty_url)}
    assert left == {"alembic_version"}
    await asyncio.to_thread(migrate, empty_url)
    assert await _shape(empty_url) == once


async def test_every_revision_goes_down_and_up_by_itself(empty_url: str) -> None:
    config = alembic_of(empty_url)
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    for revision in reversed(revisions):
        for way, to in ((command.upgrade, revision), (command.downgrade, "-1")):
            await asyncio.to_thread(way, config, to)
        await asyncio.to_thread(command.upgrade, config, revision)
    assert await asyncio.to_thread(current, empty_url) == wanted()


async def test_two_processes_that_migrate_at_once_do_not_race(empty_url: str) -> None:
    order = "import sys; from bot.postgres import migrate; migrate(sys.argv[1])"
    both = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", order, empty_url)
        for _ in range(2)
    ]
    assert [await one.wait() for one in both] == [0, 0]
    assert await asyncio.to_thread(current, empty_url) == wanted()


async def test_the_tables_in_code_are_the_tables_in_the_database(database_url: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(database_url),
        poolclass=NullPool,
    )

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, METADATA))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_the_newest_revision_is_written_in_head() -> None:
    script = ScriptDirectory.from_config(alembic_of("postgresql://"))
    assert script.get_heads() == [wanted()]
    names = sorted(path.name[:4] for path in Path(script.versions).glob("[0-9]*.py"))
    assert names == [f"{number:04}" for number in range(1, len(names) + 1)]


_FORBIDDEN = {
    "dodomu_bot": (
        "sealed_object",
        "case_key",
        "group_key_wrap",
        "quarantine",
        "audit",
        "outbox",
        "staff",
        "desk_session",
        "totp",
        "entry_draft",
    ),
    "dodomu_sender": (
        "sealed_object",
        "case_key",
        "group_key_wrap",
        "draft",
        "cases",
        "quarantine",
        "audit",
        "staff",
        "desk_session",
        "entry_draft",
    ),
    "dodomu_desk": ("draft", "conversation", "outbox", "family_copy"),
    "dodomu_janitor": ("conversation", "group_key_wrap"),
}


@pytest.mark.parametrize(
    ("role", "table"), [(role, table) for role in _FORBIDDEN for table in _FORBIDDEN[role]]
)
async def test_a_role_cannot_look_where_it_has_no_business(
    database_url: str, role: str, table: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"SET ROLE {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {table}")
        for order in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"{order} {table}")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE cases SET reasons = '{}'",
        "UPDATE cases SET code = 'X'",
        "UPDATE cases SET received_at = now()",
        "UPDATE message SET answered_at = now()",
        "UPDATE confirmation SET status = 'located'",
        "INSERT INTO cases SELECT * FROM cases",
        "DELETE FROM staff",
        "UPDATE sealed_object SET sealed = ''",
        "UPDATE audit SET actor = ''",
        "DELETE FROM role_grant",
    ],
)
async def test_the_desk_changes_what_prosecutors_decide_and_nothing_else(
    database_url: str, order: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET ROLE dodomu_desk")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(order)
    finally:
        await connection.close()


@pytest.mark.parametrize("order", ["CREATE TEMPORARY TABLE t (a int)", "SELECT pg_sleep(0)"])
async def test_what_nobody_needs_is_closed(empty_url: str, order: str) -> None:
    await asyncio.to_thread(migrate, empty_url)
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute("SET ROLE dodomu_bot")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(order)
    finally:
        await connection.close()


@pytest.mark.parametrize("table", ["sealed_object", "case_key", "family_copy"])
async def test_the_janitor_can_destroy_what_is_sealed_and_not_look_at_it(
    database_url: str, table: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET ROLE dodomu_janitor")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT sealed FROM {table}")
        await connection.execute(f"DELETE FROM {table} WHERE case_id = gen_random_uuid()")
    finally:
        await connection.close()
