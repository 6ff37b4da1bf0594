"""Cases move to the group's new key: all of them, once, and none that was erased comes back."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest
from cases_reports import AT, whole
from office import Office, sealed_cases

from cases import attachments, database
from cases.attachments import Arrival
from cases.audit import verify
from cases.case_keys import FIRST, Move, copies, drop, left, rewrap, rewrap_drafts
from cases.document import Consented
from cases.intake import prepare
from cases.offered import Offered
from cases.retention import ERASURE_WAITS, shred
from cases.turn import DraftRow, Overtaken, load, save
from flows.report import REPORT
from vault import rewrapping
from vault.seal import new_case_key
from vault.unseal import Damaged, open_case_key

MANY = 23


@pytest.fixture
def office(recipients, triage, now) -> Office:
    return Office(recipients, triage, now)


def move(office: Office, *, held=None, most: int = 10) -> Move:
    reseal = partial(rewrapping.resealed, [held or office.old], to=office.after)
    return Move(reseal, 2, 2, office.head, most)


async def moved(pool, moving: Move, now: datetime, step=rewrap) -> tuple[int, list[UUID]]:
    done, refused, after = 0, [], FIRST
    while (batch := await step(pool, moving, after=after, clock=lambda: now)) is not None:
        done, after = done + batch.done, batch.last
        refused += batch.refused
    return done, refused


async def dropped(pool, office: Office, held) -> tuple[int, list[UUID]]:
    done, refused, after = 0, [], FIRST
    that_open = partial(rewrapping.that_open, [held])
    while batch := await drop(
        pool, that_open, after=after, by=office.head, clock=lambda: office.now, most=10
    ):
        done, after = done + batch.done, batch.last
        refused += batch.refused
    return done, refused


async def opens(pool, held, case: UUID) -> bool:
    return rewrapping.opened([held], await copies(pool, case), case) is not None


async def test_every_case_opens_with_the_new_key_and_still_with_the_old(pool, office, now):
    made = await sealed_cases(pool, office.before, MANY)
    assert await left(pool, 2) == MANY
    assert await moved(pool, move(office), now) == (MANY, [])
    assert await left(pool, 2) == 0
    for case, key in made.items():
        sealed = await copies(pool, case)
        assert len(sealed) == 2
        for held in (office.new, office.old):
            found = rewrapping.opened([held], sealed, case)
            assert str(found.to_public()) == key.recipient
        with pytest.raises(Damaged):
            open_case_key(office.old, sealed[0], case)


async def test_moving_again_does_nothing_more(pool, office, now):
    await sealed_cases(pool, office.before, MANY)
    await moved(pool, move(office), now)
    assert await moved(pool, move(office), now) == (0, [])
    assert await pool.fetchval("SELECT count(*) FROM case_key") == 2 * MANY


async def test_two_who_move_at_once_do_each_case_once(pool, office, now):
    await sealed_cases(pool, office.before, MANY)
    both = await asyncio.gather(*(moved(pool, move(office), now) for _ in range(2)))
    assert sum(done for done, _ in both) == MANY
    assert await pool.fetchval("SELECT count(*) FROM case_key") == 2 * MANY
    told = await pool.fetchval("SELECT sum((detail->>'count')::int) FROM audit")
    assert told == MANY


async def test_the_audit_counts_what_was_moved_signed_by_who_moved_it(pool, office, now):
    await sealed_cases(pool, office.before, MANY)
    await moved(pool, move(office), now)
    rows = await pool.fetch("SELECT actor, action, detail->>'count' AS n FROM audit ORDER BY seq")
    assert [tuple(row) for row in rows] == [
        ("p-01", "keys.rewrapped", "10"), ("p-01", "keys.rewrapped", "10"),
        ("p-01", "keys.rewrapped", "3"),
    ]  # fmt: skip
    assert (await verify(pool, office.after.signers()))[0] == 3


async def test_the_escrow_key_moves_cases_too(pool, recipients, triage, now):
    from dataclasses import replace

    from pyrage.x25519 import Identity

    escrow = Identity.generate()
    kept = replace(recipients.escrow[0], recipient=str(escrow.to_public()))
    office = Office(replace(recipients, escrow=(kept,)), triage, now)
    [case] = await sealed_cases(pool, office.before, 1)
    assert await moved(pool, move(office, held=escrow), now) == (1, [])
    assert await opens(pool, office.new, case)


async def test_a_key_that_opens_nothing_leaves_everything_as_it_was(pool, office, now):
    made = await sealed_cases(pool, office.before, MANY)
    done, refused = await moved(pool, move(office, held=office.new), now)
    assert (done, set(refused)) == (0, set(made))
    assert await left(pool, 2) == MANY
    assert await pool.fetchval("SELECT count(*) FROM audit") == 0


async def test_a_key_of_another_case_in_its_place_is_refused(pool, office, now):
    one, other = await sealed_cases(pool, office.before, 2)
    await pool.execute(
        "UPDATE case_key SET sealed = (SELECT sealed FROM case_key WHERE case_id = $1)", other
    )
    assert await moved(pool, move(office), now) == (1, [one])


async def test_a_fresh_key_planted_for_the_case_is_refused(pool, office, now):
    """It says the right case, and opens nothing that was ever sealed to it."""
    [case] = await sealed_cases(pool, office.before, 1)
    planted = new_case_key(case, office.before).sealed
    await pool.execute("UPDATE case_key SET sealed = $1", planted)
    assert await moved(pool, move(office), now) == (0, [case])


async def test_a_case_without_any_key_is_named(pool, office, now):
    made = list(await sealed_cases(pool, office.before, 3))
    await pool.execute("DELETE FROM case_key WHERE case_id = $1", made[0])
    assert await moved(pool, move(office), now) == (2, [made[0]])


async def test_old_copies_go_only_where_the_new_key_opens_one(pool, office, now):
    made = await sealed_cases(pool, office.before, MANY)
    late = next(iter(made))
    await moved(pool, move(office), now)
    await pool.execute("DELETE FROM case_key WHERE case_id = $1 AND list_version = 2", late)
    assert await dropped(pool, office, office.new) == (MANY - 1, [late])
    assert await opens(pool, office.old, late)
    for case in set(made) - {late}:
        assert await opens(pool, office.new, case)
        assert not await opens(pool, office.old, case)


async def test_a_spoilt_new_copy_keeps_the_old_one(pool, office, now):
    [case] = await sealed_cases(pool, office.before, 1)
    await moved(pool, move(office), now)
    await pool.execute("UPDATE case_key SET sealed = 'x' WHERE list_version = 2")
    assert await dropped(pool, office, office.new) == (0, [case])
    assert await opens(pool, office.old, case)


async def test_an_old_key_never_deletes_newer_copies(pool, office, now):
    await sealed_cases(pool, office.before, MANY)
    await moved(pool, move(office), now)
    assert await dropped(pool, office, office.old) == (0, [])
    assert await pool.fetchval("SELECT count(*) FROM case_key") == 2 * MANY


async def test_the_desk_moves_cases_with_the_rights_of_its_role_and_cannot_delete(
    database_url, pool, office, now
):
    await sealed_cases(pool, office.before, MANY)
    async with await database.connect(database_url, role="dodomu_desk") as desk:
        assert await moved(desk, move(office), now, rewrap_drafts) == (0, [])
        assert await moved(desk, move(office), now) == (MANY, [])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await dropped(desk, office, office.new)


async def test_an_erased_case_is_not_given_a_key_again(pool, signer, office, now):
    """Erased after its key was read and before the new copy is stored."""
    [case] = await sealed_cases(pool, office.before, 1)
    long_ago = now - ERASURE_WAITS - timedelta(days=1)
    await pool.execute("UPDATE cases SET erase_asked_at = $1", long_ago)
    loop = asyncio.get_running_loop()

    def erased_meanwhile(sealed, of):
        erasing = shred(pool, signer=signer, now=now)
        assert asyncio.run_coroutine_threadsafe(erasing, loop).result(30) == 1
        return rewrapping.resealed([office.old], sealed, of, office.after)

    moving = Move(erased_meanwhile, 2, 2, office.head)
    assert await moved(pool, moving, now) == (0, [])
    assert await copies(pool, case) == ()


async def test_erasing_takes_every_copy(pool, signer, office, now):
    [case] = await sealed_cases(pool, office.before, 1)
    await moved(pool, move(office), now)
    long_ago = now - ERASURE_WAITS - timedelta(days=1)
    await pool.execute("UPDATE cases SET erase_asked_at = $1", long_ago)
    assert await shred(pool, signer=signer, now=now) == 1
    assert await copies(pool, case) == ()
    assert await left(pool, 2) == 0
    assert await moved(pool, move(office), now) == (0, [])


class Family:
    """A chat with one draft that has a file, begun before the rotation."""

    def __init__(self, pool, vault, signer, office: Office) -> None:
        self.pool, self.vault, self.signer, self.office = pool, vault, signer, office
        self.draft = DraftRow(uuid4(), "report", {}, None, office.now, office.now)
        self.updates = iter(range(100))

    async def turn(self):
        return await load(
            self.pool, self.vault, bot="family", bot_id=7, update_id=next(self.updates),
            digest=b"d", chat_id=1, default_locale="uk", now=self.office.now,
        )  # fmt: skip

    async def begins(self) -> UUID:
        turn = await self.turn()
        turn.drafts["report"] = self.draft
        home = attachments.open_case(self.draft.id, self.office.before, self.office.now)
        offered = Offered("photo", "f", "u", self.office.now, 10)
        Arrival(uuid4(), home, offered).join(turn, self.vault)
        await self.saves(turn)
        return home.case

    async def prepares(self):
        turn = await self.turn()
        opened = await attachments.opened_for(self.pool, self.draft.id)
        prepared = await prepare(
            REPORT, whole(), self.office.after, chat_ref=turn.conversation.chat_ref,
            locale="uk", consent=Consented(1, AT, "uk", ""), now=self.office.now, opened=opened,
        )  # fmt: skip
        prepared.join(turn)
        return turn

    async def saves(self, turn) -> None:
        await save(self.pool, self.vault, turn, signer=self.signer, now=self.office.now)


@pytest.fixture
def family(pool, vault, signer, office) -> Family:
    return Family(pool, vault, signer, office)


async def test_a_draft_with_files_moves_too_and_is_sent_to_the_new_key_alone(
    pool, office, family, now
):
    case = await family.begins()
    assert await left(pool, 2) == 1
    assert await moved(pool, move(office), now, rewrap_drafts) == (1, [])
    assert await left(pool, 2) == 0
    await family.saves(await family.prepares())
    assert await opens(pool, office.new, case)
    assert not await opens(pool, office.old, case)


async def test_a_report_prepared_before_its_key_moved_is_prepared_again(pool, office, family, now):
    case = await family.begins()
    turn = await family.prepares()
    await moved(pool, move(office), now, rewrap_drafts)
    with pytest.raises(Overtaken):
        await family.saves(turn)
    await family.saves(await family.prepares())
    assert not await opens(pool, office.old, case)


async def test_a_draft_sent_with_its_old_key_is_found_among_the_cases(pool, office, family, now):
    case = await family.begins()
    await family.saves(await family.prepares())
    assert not await opens(pool, office.new, case)
    assert await moved(pool, move(office), now) == (1, [])
    assert await opens(pool, office.new, case)
