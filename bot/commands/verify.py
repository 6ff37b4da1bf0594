"""`dodomu verify`: reads the audit chain, and holds every sealed object against it."""

import asyncio
import json as jsons
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import asyncpg
from cyclopts import Parameter

from bot.desk import key_file, pool
from bot.keyring import listed
from bot.postgres import current, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings, SettingsRefused, load
from bot.store import Store, StoreAway
from cases import audit, verifying
from cases.outbox import Database
from cases.verifying import Kept
from desk.watch import stamps_of
from vault import stamp
from vault.chain import Broken
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused, Recipients
from vault.stamp import StampRefused

_MOST_NAMED: Final = 100


@dataclass(frozen=True)
class Stamp:
    """A timestamp on the chain. `said`: by whom and when, or what is wrong."""

    good: bool
    entry: int
    said: str


@dataclass(frozen=True)
class Found:
    """`chain_seq`: how far the chain is whole. `faults`: at most _MOST_NAMED, `wrong` of them.

    `files`: how many of the store were hashed; None: the store was not asked.
    """

    good: bool
    chain_seq: int
    chain_hash: str
    chain_said: str
    objects: int = 0
    recorded: int = 0
    files: int | None = None
    wrong: int = 0
    faults: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()


class _Refused(Exception):
    """The message says what is in the way."""


def verify(
    *,
    stamps: Annotated[Path | None, Parameter(help="A folder of timestamps: desk.stamps.")] = None,
    files: Annotated[
        bool, Parameter(negative="", help="Hash every file of the object store, too.")
    ] = False,
    json: Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")] = False,
) -> int:
    """Read the whole audit chain, and hash every sealed object. Exit code 1 when one is wrong.

    Needs the signed list of recipients and a login that may read, such as the desk's; no key.
    Timestamps beside the desk's key, or in the folder named, are compared as well.
    """
    try:
        settings = load()
        store = Store.of(settings.object_store) if files else None
        found = _found(settings, stamps or _stamps(settings), store)
    except (SettingsRefused, _Refused, ServerRefused, KeyFileRefused, ListRefused) as refused:
        return _said({"good": False, "said": str(refused)}, [str(refused)], json=json)
    except StoreAway as away:
        said = f"the store of files (DODOMU_OBJECTS) cannot be used: {away}"
        return _said({"good": False, "said": said}, [said], json=json)
    except (OSError, asyncpg.PostgresError) as error:  # their texts may quote the address
        said = f"the database or the list cannot be used: {type(error).__name__}"
        return _said({"good": False, "said": said}, [said], json=json)
    return _said(asdict(found), _lines(found), json=json)


def _stamps(settings: Settings) -> Path | None:
    """Where this host's desk keeps them; None where there is no desk."""
    if settings.desk_key is None and not settings.desk_in_sandbox:
        return None
    return stamps_of(key_file(settings, datetime.now(UTC)))


def _found(settings: Settings, stamps: Path | None, store: Store | None) -> Found:
    good = listed(settings, datetime.now(UTC))
    given = settings.database_url
    with serving(given.get_secret_value() if given else None, settings.folder) as url:
        if current(url) != wanted():
            raise _Refused("the database is not at today's schema; run `dodomu db upgrade`")
        return asyncio.run(_looked(url, good, stamps, store))


async def _looked(url: str, good: Recipients, stamps: Path | None, store: Store | None) -> Found:
    async with pool(url) as own:
        try:
            seq, hashed = await audit.verify(own, good.signers())
        except Broken as broken:
            seq, hashed, said = broken.seq, b"", str(broken)
        else:
            said = f"whole up to entry {seq}"
        objects = recorded = wrong = 0
        named: list[str] = []
        async for batch in verifying.objects(own):
            objects += batch.objects
            recorded += batch.recorded
            wrong += len(batch.faults)
            named += [f"case {one.case}: {one.why} {one.digest}" for one in batch.faults]
            del named[_MOST_NAMED:]
        hashed_files = None
        if store is not None:
            hashed_files, bad = await _files(own, store)
            wrong += len(bad)
            named = [*named, *bad][:_MOST_NAMED]
        stamped = [one async for one in _stamped(own, good, stamps)] if stamps else []
    right = bool(hashed) and not wrong and all(one.good for one in stamped)
    return Found(
        *(right, seq, hashed.hex(), said, objects, recorded, hashed_files),
        *(wrong, tuple(named), tuple(stamped)),
    )


async def _files(own: Database, store: Store) -> tuple[int, list[str]]:
    """How many were hashed, and what is wrong with which."""
    count, bad = 0, list[str]()
    async for kept in verifying.files(own):
        count += 1
        if why := await _unlike(own, store, kept):
            bad.append(f"case {kept.case}: file {why} {kept.object}")
    return count, bad


async def _unlike(own: Database, store: Store, kept: Kept) -> str:
    digest = sha256()
    try:
        async for piece in store.pieces(kept.object):
            digest.update(piece)
    except FileNotFoundError:
        return "missing" if await verifying.is_held(own, kept) else ""
    return "" if digest.digest() == kept.sha256 else "changed"


async def _stamped(own: Database, good: Recipients, folder: Path) -> AsyncIterator[Stamp]:
    """Each holds by itself, and the chain still has what was stamped."""
    for entry, held in stamp.stamped(folder, [one.public for one in good.intake_sign]):
        if isinstance(held, str):
            yield Stamp(good=False, entry=entry, said=StampRefused.SAID[held])
        elif await verifying.hash_at(own, held.checkpoint.seq) != held.checkpoint.hash:
            yield Stamp(good=False, entry=entry, said="the chain has not what was stamped")
        else:
            said = f"stamped by {held.by} on {held.at:%Y-%m-%d %H:%M} UTC"
            yield Stamp(good=True, entry=entry, said=said)


def _lines(found: Found) -> list[str]:
    chain = "ok   " if found.chain_hash else "WRONG"
    sealed = "WRONG" if found.wrong else "ok   "
    told = f"{found.objects} hashed, {found.recorded} digests in the chain, {found.wrong} wrong"
    if found.files is not None:
        told += f", files hashed: {found.files}"
    return [
        f"{chain} audit chain: {found.chain_said}",
        f"{sealed} sealed objects: {told}",
        *(f"      {one}" for one in found.faults),
        *(
            f"{'ok   ' if one.good else 'WRONG'} timestamp on entry {one.entry}: {one.said}"
            for one in found.stamps
        ),
    ]


def _said(shown: dict[str, object], lines: list[str], *, json: bool) -> int:
    print(jsons.dumps(shown, ensure_ascii=False) if json else "\n".join(lines))
    return 0 if shown["good"] else 1
