"""A desk that runs, and a moment that stands still."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from desk_rig import Clock, Desk

import locales
from cases import database
from desk.app import build
from desk.serving import bound, serve
from desk.site import Site
from desk.watch import Watch
from vault import chain
from vault.keys import Signer
from vault.local import Vault
from vault.recipients import Recipients, SigningEntry

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
def recipients() -> Recipients:
    """The signed list, as this desk is shown it."""
    day = timedelta(days=1)
    return Recipients(
        version=3,
        issued_at=NOW - day,
        expires_at=NOW + 300 * day,
        triage=(),
        escrow=(),
        intake_sign=(SigningEntry(Signer(SEED).public, NOW - day),),
        as_of=NOW,
    )


@pytest.fixture
async def desk(
    database_url: str, pool, clock: Clock, recipients: Recipients, tmp_path
) -> AsyncIterator[Desk]:
    listening = bound("127.0.0.1", 0)
    signer = partial(chain.sign, SEED)
    url = f"http://localhost:{listening.getsockname()[1]}"
    async with await database.connect(database_url, role="dodomu_desk") as own:
        watch = Watch(own, lambda: recipients, Signer(SEED), tmp_path / "desk.checkpoint", clock)
        site = Site(url, own, signer, Vault(b"k" * 32, b"c" * 32), clock, watch=watch)
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
