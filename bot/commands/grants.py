"""`dodomu keys grant`, `revoke`, `granted`: who holds the group's key."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import asyncpg
from cyclopts import Parameter
from pyrage.x25519 import Identity

from bot.commands.answers import AsJson, answer, refused
from bot.commands.keyroom import (
    REFUSALS,
    Trusted,
    Unfit,
    identities,
    in_database,
    in_use,
    listed,
    now,
    opened,
)
from cases import group_keys
from cases.group_keys import AlreadyHeld
from vault import grant as grants
from vault.member import Member
from vault.recipients import MemberKey, Recipients

By = Annotated[Path, Parameter(help="Your own key file: you answer for it.")]
From = Annotated[
    Path | None,
    Parameter(name="--from", help="The group's key file. Not given: the key that you hold."),
]


def grant(
    *member: str,
    by: By,
    from_: From = None,
    everyone: Annotated[
        bool, Parameter(negative="", help="All who hold an older version and are in the list.")
    ] = False,
    trusted: Trusted,
    json: AsJson = False,
) -> int:
    """Give members the group's key that is in use. Compare their fingerprints by voice first.

    Parameters
    ----------
    member
        Ids as in the signed list. Others cannot be given a key.
    """
    try:
        among = trusted.load()
        person = opened(by)
        listed(person, among)
        asked_for = [_member(id_, among) for id_ in member]

        async def work(pool: "asyncpg.Pool") -> list[str]:
            held = await identities(from_, person, among, pool)
            to = [*asked_for, *(await _holders(pool, among) if everyone else ())]
            return await _given(pool, to, held, person, among)

        lines = in_database(work)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    return answer({"good": True, "granted": lines}, lines, json=json)


def revoke(
    member: str,
    *,
    by: By,
    below: Annotated[int | None, Parameter(help="Only versions older than this one.")] = None,
    trusted: Trusted,
    json: AsJson = False,
) -> int:
    """Take the group's key back from a member. Whoever kept a copy is shut out by `rotate` only.

    Parameters
    ----------
    member
        The id; the member need not be in the list any longer.
    """
    try:
        person = opened(by)
        listed(person, trusted.load())
        count = in_database(
            lambda pool: group_keys.revoke(pool, member, by=person, now=now(), below=below)
        )
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    return answer({"good": True, "revoked": count}, [f"{member}: {count} taken back"], json=json)


def granted(*, json: AsJson = False) -> int:
    """List who was given which version of the group's key, by whom, and what was taken back."""
    rows = in_database(group_keys.listing)
    lines = [
        f"{row.group} {row.version}  {row.member}  {row.at:%Y-%m-%d} by {row.granted_by}"
        + (f", taken back {row.revoked_at:%Y-%m-%d} by {row.revoked_by}" if row.revoked_at else "")
        for row in rows
    ]
    shown = [
        asdict(row)
        | {
            "at": row.at.isoformat(),
            "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
        }
        for row in rows
    ]
    return answer(shown, lines or ["nobody holds a key"], json=json)


async def _holders(pool: "asyncpg.Pool", among: Recipients) -> list[MemberKey]:
    ids = {row.member for row in await group_keys.listing(pool) if row.revoked_at is None}
    return [found for id_ in sorted(ids) if (found := among.member(id_)) is not None]


async def _given(
    pool: "asyncpg.Pool",
    to: Iterable[MemberKey],
    held: Iterable[Identity],
    by: Member,
    among: Recipients,
) -> list[str]:
    lines = []
    groups = [(each, group) for each in held if (group := in_use(each, among)) is not None]
    if not groups:
        raise Unfit("this key is not a triage key in use in the signed list")
    for member in to:
        for identity, group in groups:
            wrap = grants.give(identity, group, member, by, id_=uuid4(), now=now())
            try:
                await group_keys.grant(pool, wrap, among, by=by, now=now())
            except AlreadyHeld:
                lines.append(f"{member.id}: holds {group.name} {group.version} already")
            else:
                lines.append(f"{member.id}: was given {group.name} {group.version}")
    return lines


def _member(id_: str, among: Recipients) -> MemberKey:
    found = among.member(id_)
    if found is None:
        raise Unfit(f"{id_}: is not a member in the signed list, or not in use now")
    return found
