"""Work of the desk in a process of its own, to be killed: which deed, on which database."""

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
from filing import SEED, SIGNED_BY

from cases import case_keys, database, taking
from cases.case_keys import FIRST, Move
from cases.person import COLUMNS, NotNow, person_of
from desk.watch import ORIGIN, Watch
from vault import chain
from vault.chain import Checkpoint
from vault.seal import CaseKey

SIGNER = partial(chain.sign, SEED)
BATCH = 4


class Somebody:
    id = "somebody"

    @staticmethod
    def sign(message: bytes, /) -> bytes:
        return chain.sign(SEED, message)


def _now() -> datetime:
    return datetime.now(UTC)


async def take(pool: "asyncpg.Pool", _folder: Path) -> None:
    """Every case that nobody has."""
    by = person_of(await pool.fetchrow(f"SELECT {COLUMNS} FROM staff"))
    for row in await pool.fetch("SELECT id FROM cases WHERE taken_by IS NULL ORDER BY id"):
        async with database.transaction(pool) as connection:
            try:
                await taking.take(connection, row["id"], by=by, signer=SIGNER, now=_now())
            except NotNow:
                continue


async def rewrap(pool: "asyncpg.Pool", _folder: Path) -> None:
    """A second copy of every case's key, four cases at a time."""

    def resealed(copies: object, _case: UUID) -> CaseKey:
        assert copies
        return CaseKey("age1", b"new")

    move, after = Move(resealed, 2, 2, Somebody(), BATCH), FIRST
    while (batch := await case_keys.rewrap(pool, move, after=after, clock=_now)) is not None:
        after = batch.last


async def keep(pool: "asyncpg.Pool", folder: Path) -> None:
    """Ever newer checkpoints, in the place of the one before."""

    class Own:
        seed, public = SEED, SIGNED_BY.public

    watch = Watch(pool, lambda: None, Own(), folder / "desk.checkpoint", _now)  # type: ignore[arg-type,return-value]
    for number in range(1, 100):
        watch._keep(Checkpoint(ORIGIN, number, bytes([number]) * 32))


DEEDS = {"take": take, "rewrap": rewrap, "keep": keep}


async def _do(deed: str, url: str, folder: str) -> None:
    async with await database.connect(url) as pool:
        await DEEDS[deed](pool, Path(folder))


if __name__ == "__main__":
    asyncio.run(_do(*sys.argv[1:]))
