"""`dodomu keys rewrap`, `drop-old`: the keys of all cases move to the group's new key."""

import sys
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Protocol
from uuid import UUID

import asyncpg
from cyclopts import Parameter
from pyrage.x25519 import Identity

from bot.commands.answers import AsJson, answer, refused
from bot.commands.grants import By
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
from cases import case_keys
from cases.case_keys import FIRST, Batch, Move
from vault import rewrapping
from vault.member import Member


class Step(Protocol):
    def __call__(self, *, after: UUID) -> Awaitable[Batch | None]: ...


_NAMED: Final = 20  # more refused cases than this are counted, not named


def rewrap(
    *,
    by: By,
    from_: Annotated[
        Path | None,
        Parameter(
            name="--from",
            help="The key file that opens the cases now, triage or escrow. Not given: yours.",
        ),
    ] = None,
    trusted: Trusted,
    since: Annotated[
        int | None,
        Parameter(help="The list version that brought the new key. Not given: the list's own."),
    ] = None,
    batch: Annotated[int, Parameter(help="Cases in one transaction.")] = case_keys.BATCH,
    json: AsJson = False,
) -> int:
    """Seal the key of every case to the keys in use now. Interrupt it and start it again at will.

    Nothing is deleted: the old key still opens what it opened before, until `drop-old`.
    """
    try:
        among = trusted.load()
        person = opened(by)
        listed(person, among)
        first = among.version if since is None else since

        async def work(pool: "asyncpg.Pool") -> tuple[int, list[UUID], int]:
            held = await identities(from_, person, among, pool)
            reseal = partial(rewrapping.resealed, held, to=among)
            move = Move(reseal, among.version, first, person, batch)
            return await _rewrapped(pool, move)

        done, left_out, left = in_database(work)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    lines = [f"{done} sealed anew, {left} left"]
    if left:
        lines.append("Those left were sent while the old list was in use, or are named here:")
    return _ended({"rewrapped": done, "left": left}, lines, left_out, json=json, good=not left)


def drop_old(
    *,
    by: By,
    with_: Annotated[
        Path | None,
        Parameter(name="--with", help="The new key's file. Not given: yours."),
    ] = None,
    trusted: Trusted,
    batch: Annotated[int, Parameter(help="Cases in one transaction.")] = case_keys.BATCH,
    json: AsJson = False,
) -> int:
    """Delete the copies only older keys open, case by case, where the new key opens one.

    Cannot be undone. Needs a login that may delete from case_key: the owner of the tables.
    """
    try:
        among = trusted.load()
        person = opened(by)
        listed(person, among)

        async def work(pool: "asyncpg.Pool") -> tuple[int, list[UUID]]:
            held = await identities(with_, person, among, pool)
            new = [identity for identity in held if in_use(identity, among)]
            if not new:
                raise Unfit("this key is not a triage key in use in the signed list")
            return await _dropped(pool, new, person, batch)

        done, left_out = in_database(work, role=None)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    lines = [f"{done} old copies deleted"]
    if left_out:
        lines.append("Kept, because the new key does not open them (run `keys rewrap` first):")
    return _ended({"dropped": done}, lines, left_out, json=json, good=True)


async def _rewrapped(pool: "asyncpg.Pool", move: Move) -> tuple[int, list[UUID], int]:
    total = await case_keys.left(pool, move.since)
    done, left_out = 0, list[UUID]()
    # Drafts first: one that is sent meanwhile is then found among the cases.
    for moved in (case_keys.rewrap_drafts, case_keys.rewrap):
        count, missed = await _stepped(partial(moved, pool, move, clock=now), done, total)
        done, left_out = done + count, left_out + missed
    return done, left_out, await case_keys.left(pool, move.since)


async def _dropped(
    pool: "asyncpg.Pool", held: list[Identity], by: Member, batch: int
) -> tuple[int, list[UUID]]:
    that_open = partial(rewrapping.that_open, held)
    step = partial(case_keys.drop, pool, that_open, by=by, clock=now, most=batch)
    return await _stepped(step, 0, 0)


async def _stepped(step: Step, before: int, total: int) -> tuple[int, list[UUID]]:
    """Step after step to the end; progress goes to standard error."""
    done, left_out, after = 0, list[UUID](), FIRST
    while (batch := await step(after=after)) is not None:
        done, after = done + batch.done, batch.last
        left_out += batch.refused
        of = f" of {total}" if total else ""
        print(f"{before + done}{of}", file=sys.stderr, flush=True)
    return done, left_out


def _ended(
    shown: dict[str, object], lines: list[str], left_out: list[UUID], *, json: bool, good: bool
) -> int:
    right = good and not left_out
    lines += [f"  {case}" for case in left_out[:_NAMED]]
    if len(left_out) > _NAMED:
        lines.append(f"  and {len(left_out) - _NAMED} more")
    told = shown | {"good": right, "refused": [str(case) for case in left_out]}
    return answer(told, lines, json=json, code=0 if right else 1)
