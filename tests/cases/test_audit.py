"""The audit chain in the database: whole, in order, and nobody edits it unseen."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from cases.audit import AuditEvent, NotACode, Signer, append, verify
from vault.chain import Broken, Checkpoint
from vault.recipients import SigningEntry

EVENT = AuditEvent(
    "bot", "report.sent", uuid4(), {"level": "high", "n": 3, "sealed": ["ab", "cd"]}
)


async def _write(pool: asyncpg.Pool, signer: Signer, now: datetime, count: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await append(connection, [EVENT] * count, signer=signer, now=now)


async def test_entries_written_at_once_by_many_make_one_chain(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    await asyncio.gather(*(_write(pool, signer, now, 3) for _ in range(20)))
    seq, _ = await verify(pool, [signed_by])
    assert seq == 60


async def test_an_empty_chain_holds(pool: asyncpg.Pool, signed_by: SigningEntry) -> None:
    assert (await verify(pool, [signed_by]))[0] == 0


async def test_a_rolled_back_entry_leaves_no_gap(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await append(connection, [EVENT], signer=signer, now=now)
        await transaction.rollback()
    await _write(pool, signer, now, 1)
    assert (await verify(pool, [signed_by]))[0] == 1


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit SET actor = 'nobody' WHERE seq = 5",
        "UPDATE audit SET detail = '{}' WHERE seq = 5",
        "UPDATE audit SET subject = NULL WHERE seq = 1",
        "UPDATE audit SET at = at + interval '1 us' WHERE seq = 9",
        "UPDATE audit SET sig = decode(repeat('00', 64), 'hex') WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 10",
        "UPDATE audit SET seq = 11 WHERE seq = 10",
    ],
)
async def test_an_edit_is_seen(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime, edit: str
) -> None:
    await _write(pool, signer, now, 10)
    await pool.execute(edit)
    with pytest.raises(Broken):
        await verify(pool, [signed_by])


async def test_a_cut_tail_is_seen_by_whoever_kept_a_checkpoint(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    await _write(pool, signer, now, 10)
    seq, hashed = await verify(pool, [signed_by])
    kept = Checkpoint("test", seq, hashed)
    await _write(pool, signer, now, 2)
    assert (await verify(pool, [signed_by], seen=kept))[0] == 12
    await pool.execute("DELETE FROM audit WHERE seq > 8")
    await pool.execute(
        "UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit WHERE seq = 8)"
    )
    await verify(pool, [signed_by])
    with pytest.raises(Broken):
        await verify(pool, [signed_by], seen=kept)


async def test_an_entry_from_after_the_key_was_withdrawn_does_not_count(
    pool: asyncpg.Pool, signer: Signer, signed_by: SigningEntry, now: datetime
) -> None:
    await _write(pool, signer, now + timedelta(days=2), 1)
    withdrawn = SigningEntry(signed_by.public, signed_by.since, now + timedelta(days=1))
    with pytest.raises(Broken):
        await verify(pool, [withdrawn])


@pytest.mark.parametrize(
    ("action", "detail"),
    [("report sent", {}), ("ok", {"name": "Соломія"}), ("ok", {"n": 1.5}), ("ok", {"a": ["x y"]})],
)
def test_words_have_no_place_in_the_audit(action: str, detail: dict) -> None:
    with pytest.raises(NotACode) as refused:
        AuditEvent("bot", action, None, detail)
    assert "Соломія" not in str(refused.value)
    assert " " not in str(refused.value)
