"""A real PostgreSQL for everybody: one server, and a fresh migrated database for each test."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from oven import Oven, warm

from bot.postgres import DATABASE, Embedded, embedded, migrate
from cases import database

_COLUMNS = ("moment", "door", "kills", "people", "lost", "doubled", "copies")
_TESTS = Path(__file__).parent
_LONGEST = ("whole/", "faults/", "migrations/", "browser/", "bot/test_bot_commands")
_UNHURRIED = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.function_scoped_fixture,
]
settings.register_profile(
    "quick", deadline=None, max_examples=60, database=None, suppress_health_check=_UNHURRIED
)
settings.register_profile(
    "full", deadline=None, max_examples=5_000, suppress_health_check=_UNHURRIED
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# Nobody pulls the plug on this server: what must survive that starts one of its own.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest goes first: begun last, the other processes would wait for it."""
    items.sort(key=lambda item: _order(item.path.relative_to(_TESTS).as_posix()))


def _order(path: str) -> int:
    return next((n for n, each in enumerate(_LONGEST) if path.startswith(each)), len(_LONGEST))


@pytest.fixture(scope="session")
def oven() -> Iterator[Oven]:
    """Runs what a test wants run in processes that are there at once."""
    with warm() as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Embedded]:
    """The server. Its own database is the template of the tests' databases: leave it alone."""
    # Not pytest's folder: another run closes that to the user PostgreSQL runs as under root.
    with tempfile.TemporaryDirectory(prefix="dodomu-tests-") as folder:
        settings = {**_FAST, "max_connections": "200"}
        with embedded(Path(folder, "postgres"), settings) as server:
            yield server


@pytest.fixture(scope="session")
def _template(postgres: Embedded) -> str:
    migrate(postgres.url)
    return DATABASE


@pytest.fixture
async def empty_url(postgres: Embedded) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async for url in _database(postgres, "template1"):
        yield url


@pytest.fixture
async def database_url(postgres: Embedded, _template: str) -> AsyncIterator[str]:
    """A database at today's schema, this test's alone."""
    async for url in _database(postgres, _template):
        yield url


async def _database(server: Embedded, template: str) -> AsyncIterator[str]:
    name = f"t_{uuid4().hex}"
    await _ordered(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.url_of(name)
    await _ordered(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _ordered(server: Embedded, command: str) -> None:
    connection = await asyncpg.connect(server.url_of("postgres"))
    try:
        await connection.execute(command)
    finally:
        await connection.close()


@pytest.fixture
async def pool(database_url: str) -> "AsyncIterator[asyncpg.Pool]":
    """Up to ten connections to `database_url`, as the bot opens them."""
    async with await database.connect(database_url) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often something was killed, where, and what became of it: tests/faults tell."""
    reports = [
        one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])
    ]
    noted = [each for one in reports for each in one.user_properties]
    told = [row for name, row in noted if name == "faults"]
    if not told:
        return
    terminalreporter.section("kills")
    for line in sorted(line for name, line in noted if name == "troubles"):
        terminalreporter.write_line(line)
    for row in (_COLUMNS, *sorted(told, key=lambda row: [str(each) for each in row])):
        terminalreporter.write_line(" | ".join(str(each) for each in row))
    sums = [sum(row[place] for row in told) for place in (2, 4, 5)]
    terminalreporter.write_line("{} kills: {} lost, {} doubled".format(*sums))
