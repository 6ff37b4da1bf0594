"""`dodomu purge`: what the janitor deletes every hour; counted, or deleted now."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
from cyclopts import Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.commands.keyroom import in_database
from bot.house import JANITOR
from bot.keyring import signer
from bot.settings import SettingsRefused, load
from cases import retention
from cases.audit import Signer
from vault.keys import KeyFileRefused

_SAID = {
    "drafts": "drafts that were never sent",
    "updates": "traces of updates taken in",
    "sent": "rows of messages sent",
    "quarantined": "updates set aside",
    "letters": "letters answered long ago (their copy for the bot)",
    "entries": "calls that were never sent",
    "passes": "invitations, codes and sessions of the desk",
    "erased": "cases whose families asked for it",
    "held": "cases that the law keeps though the family asked; they stay",
}


def purge(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Only count.")] = False,
    json: AsJson = False,
) -> int:
    """Delete what is past its term, as the janitor of `dodomu run` does every hour.

    Drafts that may be passed on are not touched: the bot sends them.
    """
    now = datetime.now(UTC)
    try:
        sign = _nobody if dry_run else signer(load())
        counts = in_database(lambda pool: _purged(pool, sign, now, dry_run=dry_run), role=JANITOR)
    except (SettingsRefused, KeyFileRefused) as refusal:
        return refused(str(refusal), json=json)
    verb = "would go" if dry_run else "gone"
    lines = [f"{counts[name]:>8} {said}" for name, said in _SAID.items()]
    return answer({"good": True, "dry_run": dry_run, **counts}, [verb, *lines], json=json)


def _nobody(_hashed: bytes) -> bytes:
    raise AssertionError("whoever only counts writes nothing")


async def _purged(
    pool: "asyncpg.Pool", sign: Signer, now: datetime, *, dry_run: bool
) -> dict[str, int]:
    before = await retention.erasable(pool, now=now)
    erased = before.due if dry_run else await retention.shred(pool, signer=sign, now=now)
    gone = await retention.expire(pool, signer=sign, now=now, dry_run=dry_run)
    return asdict(gone) | {"erased": erased, "held": before.held}
