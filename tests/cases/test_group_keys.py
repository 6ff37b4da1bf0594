"""The group's key in members' hands, as the database keeps it."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from office import DAY, Office, entry

from cases import database, group_keys
from cases.audit import verify
from cases.group_keys import AlreadyHeld, NotGranted, group_identities
from vault import grant, member
from vault.grant import WrapRefused


@pytest.fixture
def office(recipients, triage, now) -> Office:
    return Office(recipients, triage, now)


async def held(pool, person, listed) -> list[str]:
    return [str(each.to_public()) for each in await group_identities(pool, person, listed)]


async def test_a_member_who_was_granted_the_key_holds_it(pool, office: Office):
    await office.grant(pool, office.marchenko)
    assert await held(pool, office.marchenko, office.before) == [str(office.old.to_public())]
    with pytest.raises(NotGranted):
        await group_identities(pool, office.head, office.before)


async def test_the_same_key_is_not_granted_twice(pool, office: Office):
    await office.grant(pool, office.marchenko)
    with pytest.raises(AlreadyHeld):
        await office.grant(pool, office.marchenko)
    assert await pool.fetchval("SELECT count(*) FROM audit") == 1


async def test_older_versions_are_held_too_the_newest_first(pool, office: Office):
    await office.grant(pool, office.head)
    await office.grant(pool, office.head, listed=office.after)
    assert await held(pool, office.head, office.after) == [
        str(office.new.to_public()),
        str(office.old.to_public()),
    ]


async def test_a_version_the_list_no_longer_names_is_passed_over(pool, office: Office):
    from dataclasses import replace

    await office.grant(pool, office.head)
    forgotten = replace(office.after, triage=office.after.triage[1:])
    with pytest.raises(NotGranted):
        await group_identities(pool, office.head, forgotten)
    await office.grant(pool, office.head, listed=office.after)
    assert await held(pool, office.head, forgotten) == [str(office.new.to_public())]


async def test_what_was_taken_back_is_gone_and_stays_on_record(pool, office: Office, now):
    await office.grant(pool, office.marchenko)
    assert await group_keys.revoke(pool, "p-07", by=office.head, now=now) == 1
    assert await group_keys.revoke(pool, "p-07", by=office.head, now=now) == 0
    with pytest.raises(NotGranted):
        await group_identities(pool, office.marchenko, office.before)
    assert await pool.fetchval("SELECT sealed FROM group_key_wrap") is None
    [row] = await group_keys.listing(pool)
    assert (row.member, row.granted_by, row.revoked_by, row.revoked_at) == (
        *("p-07", "p-01", "p-01", now),
    )
    await office.grant(pool, office.marchenko)
    assert len(await held(pool, office.marchenko, office.before)) == 1


async def test_only_older_versions_can_be_taken_back(pool, office: Office, now):
    await office.grant(pool, office.head)
    await office.grant(pool, office.head, listed=office.after)
    assert await group_keys.revoke(pool, "p-01", by=office.head, now=now, below=2) == 1
    assert await held(pool, office.head, office.after) == [str(office.new.to_public())]


async def test_who_left_the_list_gets_nothing_though_the_row_is_there(pool, office: Office):
    await office.grant(pool, office.marchenko)
    with pytest.raises(WrapRefused) as refused:
        await group_identities(pool, office.marchenko, office.after)
    assert refused.value.reason == "member"
    assert await group_keys.refused(pool, office.after) == [("triage", 1, "p-07", "member")]


FORGERIES = {
    "UPDATE group_key_wrap SET signature = decode(repeat('00', 64), 'hex')": "signature",
    "UPDATE group_key_wrap SET granted_by = 'p-07'": "signature",
    "UPDATE group_key_wrap SET granted_by = 'p-99'": "granter",
    "UPDATE group_key_wrap SET at = at - interval '1 second'": "signature",
    "UPDATE group_key_wrap SET sealed = sealed || 'x'": "signature",
    "UPDATE group_key_wrap SET id = gen_random_uuid()": "signature",
    "UPDATE group_key_wrap SET version = 2": "signature",
}


@pytest.mark.parametrize("edit", FORGERIES)
async def test_a_wrap_edited_in_the_database_is_refused_loudly(pool, office: Office, edit: str):
    await office.grant(pool, office.head)
    await pool.execute(edit)
    with pytest.raises(WrapRefused) as refused:
        await group_identities(pool, office.head, office.after)
    assert refused.value.reason == FORGERIES[edit]
    assert [each[3] for each in await group_keys.refused(pool, office.after)] == [FORGERIES[edit]]


async def test_a_wrap_put_under_another_members_name_is_refused(pool, office: Office):
    await office.grant(pool, office.head)
    await pool.execute(
        "UPDATE group_key_wrap SET member = 'p-07', recipient = $1", office.marchenko.recipient
    )
    with pytest.raises(WrapRefused) as refused:
        await group_identities(pool, office.marchenko, office.before)
    assert refused.value.reason == "signature"


async def test_what_nobody_would_take_is_not_stored(pool, office: Office, now):
    stranger = member.fresh("p-99")
    group, to = office.before.triage[0], entry(stranger, now - DAY)
    wrap = grant.give(office.old, group, to, office.head, id_=uuid4(), now=now)
    with pytest.raises(WrapRefused):
        await group_keys.grant(pool, wrap, office.before, by=office.head, now=now)
    assert await pool.fetchval("SELECT count(*) FROM group_key_wrap") == 0
    assert await pool.fetchval("SELECT count(*) FROM audit") == 0


async def test_giving_and_taking_back_are_signed_by_who_did_it(pool, office: Office, now):
    await office.grant(pool, office.marchenko)
    await group_keys.revoke(pool, "p-07", by=office.head, now=now)
    await group_keys.record(
        pool, "escrow.used", {"key": "age1"}, by=office.head, now=now + timedelta(hours=1)
    )
    assert (await verify(pool, office.after.signers()))[0] == 3
    rows = await pool.fetch("SELECT actor, action FROM audit ORDER BY seq")
    assert [tuple(row) for row in rows] == [
        ("p-01", "key.granted"),
        ("p-01", "key.revoked"),
        ("p-01", "escrow.used"),
    ]


async def test_the_desk_grants_revokes_and_reads_with_the_rights_of_its_role(
    database_url: str, office: Office, now
):
    async with await database.connect(database_url, role="dodomu_desk") as desk:
        await office.grant(desk, office.marchenko)
        assert len(await held(desk, office.marchenko, office.before)) == 1
        assert len(await group_keys.listing(desk)) == 1
        assert await group_keys.revoke(desk, "p-07", by=office.head, now=now) == 1
        for order in ("DELETE FROM group_key_wrap", "UPDATE group_key_wrap SET member = 'p-08'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await desk.execute(order)


@pytest.mark.parametrize("role", ["dodomu_bot", "dodomu_sender", "dodomu_janitor"])
async def test_nobody_else_can_even_look(database_url: str, role: str):
    async with await database.connect(database_url, role=role) as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch("SELECT member FROM group_key_wrap")
