"""The demo's keys: all on this computer, the key files of its people without a passphrase.

For the sandbox alone: a button opens them.
"""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from pyrage.x25519 import Identity

from bot import demo
from cases import group_keys
from cases.database import Pool
from cases.group_keys import AlreadyHeld
from vault import grant, keys, member, throwaway
from vault.keys import KeyFileExists
from vault.member import Member
from vault.recipients import MemberKey, Recipients
from vault.throwaway import KeySet

READERS: Final = (1, 2)
"""Numbers of the demo's people who read what is sealed: the prosecutor and the head."""


def made(folder: Path, now: datetime) -> KeySet:
    """The demo's keys, made at first use. Raises vault.keys.KeyFileRefused, OSError."""
    home = demo.folder(folder) / "keys"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    since = now.astimezone(UTC).replace(microsecond=0)
    listed = tuple(
        MemberKey(one.id, one.recipient, one.public, since)
        for one in (reader(folder, number) for number in READERS)
        if one is not None
    )
    return throwaway.make_all(home, now, listed)


def signing(folder: Path) -> Path:
    """Where the demo's key that signs the audit chain lies, once `made`."""
    return demo.folder(folder) / "keys" / "intake-sign.key"


def reader(folder: Path, number: int) -> Member | None:
    """The open keys of one of READERS; None for anybody else."""
    if number not in READERS:
        return None
    id_ = f"p-{number:02d}"
    path = demo.folder(folder) / "keys" / f"{id_}.demo"
    fresh = member.fresh(id_)
    told = {"age": str(fresh.identity), "sign": base64.b64encode(fresh.seed).decode()}
    with suppress(KeyFileExists):
        keys.create(path, json.dumps(told) + "\n")
    held = json.loads(keys.text_of(path))
    return Member(id_, Identity.from_str(held["age"]), base64.b64decode(held["sign"]))


async def granted(pool: Pool, folder: Path, recipients: Recipients, now: datetime) -> None:
    """Give the group's key to each of READERS, once. Raises vault.grant.WrapRefused."""
    held = keys.load_identity(demo.folder(folder) / "keys" / "triage.key", "triage")
    giver = reader(folder, READERS[0])
    assert giver is not None, "the first of READERS is one of them"
    for number in READERS:
        to = recipients.member(f"p-{number:02d}")
        if to is None:
            continue  # a sandbox from before its people had keys: dodomu sandbox --reset
        wrap = grant.give(held, recipients.triage[0], to, giver, id_=uuid4(), now=now)
        with suppress(AlreadyHeld):
            await group_keys.grant(pool, wrap, recipients, by=giver, now=now)
