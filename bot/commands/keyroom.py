"""What commands that deal with keys of people need: the list, an open key file, the database."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar

import asyncpg
from cyclopts import Parameter
from pyrage.x25519 import Identity

from bot.commands.db import reached
from cases import database, group_keys
from cases.group_keys import NotGranted
from vault import keys, member, recipients
from vault.escrow import EscrowRefused
from vault.grant import WrapRefused
from vault.keys import KeyFileRefused
from vault.member import Member, MemberKeyRefused, Shown
from vault.recipients import GroupKey, ListRefused, MemberKey, Recipients

DESK: Final = "dodomu_desk"

Done = TypeVar("Done")


class Unfit(Exception):
    """What was asked for makes no sense; the text says why."""


REFUSALS: Final = (
    KeyFileRefused,
    MemberKeyRefused,
    ListRefused,
    WrapRefused,
    EscrowRefused,
    Unfit,
    OSError,
)
"""What ends a command with a sentence."""


@Parameter(name="*")
@dataclass(frozen=True)
class Trusted:
    """The signed list, and what it must be."""

    recipients: Annotated[
        Path, Parameter(env_var="DODOMU_RECIPIENTS", help="recipients.json, signed.")
    ]
    root_public: Annotated[
        str, Parameter(env_var="DODOMU_ROOT_PUBLIC", help="The public part of the root key.")
    ]
    at_least: Annotated[
        int,
        Parameter(env_var="DODOMU_RECIPIENTS_VERSION", help="The oldest version that will do."),
    ] = 0

    def load(self) -> Recipients:
        """The list, good at this moment. Raises ListRefused, OSError."""
        root = recipients.read_public(self.root_public)
        return recipients.load(self.recipients, root, self.at_least, now())


def now() -> datetime:
    return datetime.now(UTC)


def asked(what: str) -> str:
    """A passphrase: typed unseen, or a line of the input when that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    try:
        return getpass.getpass(f"{what}: ")
    except EOFError:
        return ""


def shown(path: Path) -> Shown | None:
    """The public side of a member's key file; None when it is a key of another kind.

    Raises KeyFileRefused, MemberKeyRefused.
    """
    text = keys.text_of(path)
    return member.show(text.encode()) if member.KIND in text else None


def opened(path: Path) -> Member:
    """A member's key file, opened with the passphrase asked for. Raises REFUSALS' errors."""
    raw = keys.text_of(path).encode()
    member.show(raw)
    return member.open(raw, asked(f"Passphrase of {path}"))


def listed(person: Shown | Member, among: Recipients) -> MemberKey:
    """The person's line in the list. Raises Unfit."""
    found = among.member(person.id)
    if found is None or (found.recipient, found.public) != (person.recipient, person.public):
        raise Unfit(f"{person.id}: this key is not in the signed list, or not in use now")
    return found


async def identities(
    source: Path | None, by: Member, among: Recipients, pool: "asyncpg.Pool"
) -> list[Identity]:
    """The group keys in a file, or those that `by` was given when there is no file.

    Raises REFUSALS' errors. That escrow was used is told to the audit.
    """
    if source is None:
        try:
            return await group_keys.group_identities(pool, by, among)
        except NotGranted:
            raise Unfit(f"{by.id} holds no key of the group") from None
    kind = keys.kind_of(source)
    if kind not in {"triage", "escrow"}:
        raise Unfit(f"{source}: a {kind} key opens no case")
    held = keys.load_identity(source, "escrow" if kind == "escrow" else "triage")
    if kind == "escrow":
        mark = {"key": str(held.to_public())}
        await group_keys.record(pool, "escrow.used", mark, by=by, now=now())
    return [held]


def in_use(identity: Identity, among: Recipients) -> GroupKey | None:
    """The triage key of the list that this is, if it is in use now."""
    public = str(identity.to_public())
    found = (key for key in among.triage if key.recipient == public and key.in_use(among.as_of))
    return next(found, None)


def in_database(
    work: Callable[["asyncpg.Pool"], Awaitable[Done]], *, role: str | None = DESK
) -> Done:
    """Do `work` with a pool on the database of the settings, with no more rights than `role` has.

    A login that was not granted the role works with its own rights. Trouble with the database is
    told in words and ends the command.
    """

    async def done(url: str) -> Done:
        granted = await database.roles(url)
        pool = await database.connect(url, most=2, role=role if role in granted else None)
        async with pool:
            return await work(pool)

    with reached() as url:
        return asyncio.run(done(url))
