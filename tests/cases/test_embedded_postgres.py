"""The embedded PostgreSQL: private, durable, and not put out by a kill."""

import contextlib
import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import current, embedded, migrate, wanted


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dodomu-tests-") as made:
        yield Path(made, "postgres")


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def test_a_new_server_has_an_empty_database_that_can_be_migrated(folder: Path) -> None:
    with embedded(folder) as server:
        assert current(server.url) is None
        migrate(server.url)
        assert current(server.url) == wanted()


async def test_durable_defaults_are_left_alone(folder: Path) -> None:
    with embedded(folder) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await _ask(server.url, f"SHOW {setting}") == "on"


async def test_nothing_listens_on_a_network_and_nobody_else_may_look(folder: Path) -> None:
    with embedded(folder) as server:
        assert await _ask(server.url, "SHOW listen_addresses") == ""
        for path in (server.folder, server.data, server.data / ".s.PGSQL.5432"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


async def test_a_killed_server_is_revived(folder: Path) -> None:
    with embedded(folder) as server:
        os.kill(_pid(folder), signal.SIGKILL)
        server.revive()
        assert await _ask(server.url, "SELECT 1") == 1


async def test_the_last_to_leave_stops_the_server(folder: Path) -> None:
    with embedded(folder) as server:
        with embedded(folder) as same:
            assert same.url == server.url
        assert await _ask(server.url, "SELECT 1") == 1
    assert not (folder / "data" / "postmaster.pid").exists()


async def test_the_server_of_a_killed_run_is_taken_over_and_stopped(folder: Path) -> None:
    child = os.fork()
    if not child:
        with embedded(folder):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    left = _pid(folder)
    with embedded(folder) as server:
        assert _pid(folder) == left
        assert await _ask(server.url, "SELECT 1") == 1
    assert not (folder / "data" / "postmaster.pid").exists()


async def test_a_pid_that_now_belongs_to_another_program_is_no_obstacle(folder: Path) -> None:
    with embedded(folder) as server:
        note = (server.data / "postmaster.pid").read_text()
    stranger = note.replace(note.split("\n", 1)[0], str(os.getpid()), 1)
    (folder / "data" / "postmaster.pid").write_text(stranger)
    with embedded(folder) as server:
        assert await _ask(server.url, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_is_no_obstacle() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="dodomu-tests-") as made,
        embedded(Path(made, "long" * 30)) as server,
    ):
        assert await _ask(server.url, "SELECT 1") == 1


def _pid(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


async def test_the_log_of_the_server_quotes_nothing_that_was_said(folder: Path) -> None:
    said = "Соломія Канаркова"
    with embedded(folder) as server:
        connection = await asyncpg.connect(server.url)
        await connection.execute("CREATE TABLE told (words text UNIQUE)")
        for _ in range(2):
            await _try(connection, "INSERT INTO told VALUES ($1)", said)
        await _try(connection, f"SELECT '{said}'::int")
        await connection.close()
    log = (folder / "log").read_text()
    assert "ready to accept connections" in log
    assert said not in log


async def _try(connection: asyncpg.Connection, order: str, *said: str) -> None:
    with contextlib.suppress(asyncpg.PostgresError):
        await connection.execute(order, *said)
