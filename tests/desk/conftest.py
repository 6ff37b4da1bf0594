"""A desk that runs, and a moment that stands still."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest
import sealed
from desk_rig import Clock, Desk

import locales
from cases import database
from desk.app import application, build
from desk.serving import bound, serve
from desk.site import Site
from desk.watch import Watch
from vault import chain, keys
from vault.local import Vault

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _strict():
    locales.strict()
    yield
    locales.strict(False)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture(scope="session")
def held(tmp_path_factory) -> sealed.Keys:
    """Keys of the office's people and of the intake."""
    return sealed.made(tmp_path_factory.mktemp("ring") / "keys", NOW)


@pytest.fixture
def recipients(held):
    """The signed list, as this desk is shown it."""
    return held.listed


@pytest.fixture(scope="session")
def rooms():
    """Made once: it takes a third of a second, and one desk after the other moves in."""
    return application(demonstrates=False)


@pytest.fixture
async def desk(  # noqa: PLR0917 - pytest hands over by name
    database_url: str, pool, clock: Clock, held, tmp_path, rooms
) -> AsyncIterator[Desk]:
    listening = bound("127.0.0.1", 0)
    signer = partial(chain.sign, keys.load_desk(held.files.desk)[0].seed)
    url = f"http://localhost:{listening.getsockname()[1]}"
    async with await database.connect(database_url, role="dodomu_desk") as own:
        watched = keys.load_desk(held.files.desk)[0]
        watch = Watch(own, lambda: held.listed, watched, tmp_path / "desk.checkpoint", clock)
        site = Site(
            url, own, signer, Vault(b"k" * 32, b"c" * 32), clock,
            recipients=lambda: held.listed, demo_member=held.reader, watch=watch,
        )  # fmt: skip
        stop = asyncio.Event()
        made = Desk(url, site, pool, clock, signer)
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(build(site, rooms), listening, stop, behind_proxy=False))
            try:
                yield made
            finally:
                for one in made.browsers:
                    await one.close()
                stop.set()


@pytest.fixture
def keyset(held):
    """The key files of the office, as they lie on a disk."""
    return held.files


@pytest.fixture
def keyed(desk) -> Desk:
    """A desk that knows to whom reports are sealed, as every one does."""
    return desk
