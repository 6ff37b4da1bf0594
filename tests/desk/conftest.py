"""A desk that runs, and a moment that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from desk_rig import Clock, Desk

import locales
from cases import database
from desk.app import build
from desk.serving import bound, serve
from desk.site import Site
from vault import chain, keys, recipients, throwaway
from vault.local import Vault

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SEED = bytes(range(32))


@pytest.fixture(autouse=True)
def _strict():
    locales.strict()
    yield
    locales.strict(False)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def desk(database_url: str, pool, clock: Clock) -> AsyncIterator[Desk]:
    async with _running(database_url, pool, clock) as made:
        yield made


@pytest.fixture
def keyset(tmp_path):
    return throwaway.make_all(tmp_path / "keys", NOW - timedelta(minutes=1))


@pytest.fixture
async def keyed(database_url: str, pool, clock: Clock, keyset) -> AsyncIterator[Desk]:
    """A desk that knows to whom reports are sealed."""
    root = keys.load_root(keyset.root).public
    listed = recipients.load(keyset.recipients, root, 0, NOW)
    async with _running(database_url, pool, clock, recipients=lambda: listed) as made:
        yield made


@asynccontextmanager
async def _running(database_url: str, pool, clock: Clock, **more) -> AsyncIterator[Desk]:
    listening = bound("127.0.0.1", 0)
    signer = partial(chain.sign, SEED)
    url = f"http://localhost:{listening.getsockname()[1]}"
    async with await database.connect(database_url, role="dodomu_desk") as own:
        site = Site(url, own, signer, Vault(b"k" * 32, b"c" * 32), clock, **more)
        stop = asyncio.Event()
        made = Desk(url, site, pool, clock, signer)
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(build(site), listening, stop, behind_proxy=False))
            try:
                yield made
            finally:
                for one in made.browsers:
                    await one.close()
                stop.set()
