"""`dodomu verify`: reads the audit chain, and holds every sealed object against it."""

import asyncio
import json as jsons
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import asyncpg
from cyclopts import Parameter

from bot.desk import pool
from bot.keyring import listed
from bot.postgres import current, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings, SettingsRefused, load
from cases import audit, verifying
from vault.chain import Broken
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused, SigningEntry

_MOST_NAMED: Final = 100


@dataclass(frozen=True)
class Found:
    """`chain_seq`: how far the chain is whole. `faults`: at most _MOST_NAMED, `wrong` of them."""

    good: bool
    chain_seq: int
    chain_hash: str
    chain_said: str
    objects: int = 0
    recorded: int = 0
    wrong: int = 0
    faults: tuple[str, ...] = ()


class _Refused(Exception):
    """The message says what is in the way."""


def verify(
    *, json: Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")] = False
) -> int:
    """Read the whole audit chain, and hash every sealed object. Exit code 1 when one is wrong.

    Needs the signed list of recipients and a login that may read, such as the desk's; no key.
    """
    try:
        found = _found(load())
    except (SettingsRefused, _Refused, ServerRefused, KeyFileRefused, ListRefused) as refused:
        return _said({"good": False, "said": str(refused)}, [str(refused)], json=json)
    except (OSError, asyncpg.PostgresError) as error:  # their texts may quote the address
        said = f"the database or the list cannot be used: {type(error).__name__}"
        return _said({"good": False, "said": said}, [said], json=json)
    return _said(asdict(found), _lines(found), json=json)


def _found(settings: Settings) -> Found:
    signers = listed(settings, datetime.now(UTC)).signers()
    given = settings.database_url
    with serving(given.get_secret_value() if given else None, settings.folder) as url:
        if current(url) != wanted():
            raise _Refused("the database is not at today's schema; run `dodomu db upgrade`")
        return asyncio.run(_looked(url, signers))


async def _looked(url: str, signers: tuple[SigningEntry, ...]) -> Found:
    async with pool(url) as own:
        try:
            seq, hashed = await audit.verify(own, signers)
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
    good = bool(hashed) and not wrong
    return Found(good, seq, hashed.hex(), said, objects, recorded, wrong, tuple(named))


def _lines(found: Found) -> list[str]:
    chain = "ok   " if found.chain_hash else "WRONG"
    sealed = "WRONG" if found.wrong else "ok   "
    told = f"{found.objects} hashed, {found.recorded} digests in the chain, {found.wrong} wrong"
    return [
        f"{chain} audit chain: {found.chain_said}",
        f"{sealed} sealed objects: {told}",
        *(f"      {one}" for one in found.faults),
    ]


def _said(shown: dict[str, object], lines: list[str], *, json: bool) -> int:
    print(jsons.dumps(shown, ensure_ascii=False) if json else "\n".join(lines))
    return 0 if shown["good"] else 1
