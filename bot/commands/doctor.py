"""`dodomu doctor`: looks at everything the bot needs, and says in words what is wrong."""

import asyncio
import json as jsons
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from bot import ringing
from bot.commands.doctor_database import database
from bot.commands.doctor_keys import keyring
from bot.commands.doctor_telegram import telegram
from bot.commands.finding import Finding
from bot.settings import Settings, SettingsRefused, load
from bot.store import Store, StoreAway
from locales.contacts import OLDEST_DAYS, every

_LEAST_FREE: Final = 4 << 30
_STORE_SECONDS: Final = 60.0


def doctor(
    *, json: Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")] = False
) -> int:
    """Look at settings, database, clocks, keys, tokens, staff chat, files, bells, contacts, disk.

    Exit code 1: one is bad. Nothing is changed, no secret is shown; bells are called as a test.
    """
    findings = list(_findings())
    good = all(finding.good for finding in findings)
    if json:
        print(jsons.dumps({"ok": good, "findings": [asdict(one) for one in findings]}))
    else:
        for one in findings:
            print(f"{'ok ' if one.good else 'BAD'}  {one.subject}: {one.said}")
    return 0 if good else 1


def _findings() -> Iterator[Finding]:
    try:
        settings = load()
    except SettingsRefused as refused:
        for line in str(refused).splitlines():
            yield Finding("settings", good=False, said=line)
        return
    yield Finding("settings", good=True, said=_kind_of_host(settings))
    yield from database(settings)
    yield from keyring(settings)
    yield from asyncio.run(telegram(settings))
    yield asyncio.run(_files(settings))
    yield from asyncio.run(_bells(settings))
    yield _contacts()
    yield _disk(settings.folder)


def _kind_of_host(settings: Settings) -> str:
    if not settings.in_sandbox:
        return "complete, for a host with the bot"
    return "complete, for the desk's host" if settings.desk_key else "complete, for the demo"


async def _files(settings: Settings) -> Finding:
    """The object store. An address may hold more than is good to show, so none is said."""
    try:
        async with asyncio.timeout(_STORE_SECONDS):
            free = await Store.of(settings.object_store).proved()
    except StoreAway as away:
        return Finding("files", good=False, said=f"DODOMU_OBJECTS cannot be used: {away}")
    except TimeoutError:
        return Finding("files", good=False, said="DODOMU_OBJECTS does not answer")
    if free is None:
        return Finding("files", good=True, said="written, read and deleted")
    said = f"written, read and deleted; {free >> 30} GiB free"
    return Finding("files", good=free >= _LEAST_FREE, said=said)


async def _bells(settings: Settings) -> list[Finding]:
    """Mail: signs in and sends nothing. The webhook: is called with the event "test"."""
    channels = {"mail": ringing.mail(settings), "webhook of bells": ringing.hook(settings)}
    found = []
    for subject, channel in channels.items():
        if channel is not None:
            trouble = await channel.trouble()
            said = f"does not take bells: {trouble}" if trouble else "takes bells"
            found.append(Finding(subject, good=trouble is None, said=said))
    if not settings.in_sandbox and not found and settings.staff_chat is None:
        said = "nowhere: set DODOMU_STAFF_CHAT, DODOMU_SMTP_HOST or DODOMU_BELL_URL"
        found.append(Finding("bells", good=False, said=said))
    return found


def _contacts() -> Finding:
    today = datetime.now(UTC).date()
    old = [
        one.id
        for one in every()
        if one.verified_on and (today - one.verified_on).days > OLDEST_DAYS
    ]
    said = f"checked more than {OLDEST_DAYS} days ago: {', '.join(old)}" if old else "all checked"
    return Finding("contacts", good=not old, said=said)


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Finding("disk", good=free >= _LEAST_FREE, said=f"{free >> 30} GiB free")
