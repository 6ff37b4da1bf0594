"""`dodomu doctor`: looks at everything the bot needs, and says in words what is wrong."""

import asyncio
import json as jsons
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import asyncpg
from cyclopts import Parameter

from bot import ringing
from bot.keyring import Keyring
from bot.postgres import current, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings, SettingsRefused, load
from bot.store import Store, StoreAway
from bot.telegram import Api, Away, Refused, TokenRefused
from locales.contacts import OLDEST_DAYS, every
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused

_LEAST_FREE: Final = 4 << 30
_LEAST_VERSION: Final = 15
_SOON_DAYS: Final = 60
_STORE_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `said` has neither secrets nor personal data."""

    subject: str
    good: bool
    said: str


def doctor(
    *, json: Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")] = False
) -> int:
    """Look at settings, database, keys, tokens, files, contacts, disk. Exit code 1: one is bad."""
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
    yield Finding("settings", good=True, said="complete")
    yield _database(settings)
    yield _keys(settings)
    yield from asyncio.run(_telegram(settings))
    yield asyncio.run(_files(settings))
    yield from asyncio.run(_bells(settings))
    yield _contacts()
    yield _disk(settings.folder)


def _database(settings: Settings) -> Finding:
    given = settings.database_url
    try:
        with serving(given.get_secret_value() if given else None, settings.folder) as url:
            version, schema = asyncio.run(_version(url)), current(url)
    except ServerRefused as refused:
        return Finding("database", good=False, said=str(refused))
    except (OSError, asyncpg.PostgresError) as error:  # their texts may quote the address
        return Finding("database", good=False, said=f"cannot be used: {type(error).__name__}")
    if version < _LEAST_VERSION:
        said = f"PostgreSQL {version} is too old; {_LEAST_VERSION} is the least"
        return Finding("database", good=False, said=said)
    if schema != wanted():
        said = f"its schema is {schema or 'empty'}; run `dodomu db upgrade`"
        return Finding("database", good=given is None, said=said)
    return Finding("database", good=True, said=f"PostgreSQL {version}, schema {schema}")


async def _version(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(connection.get_server_version().major)
    finally:
        await connection.close()


def _keys(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    try:
        listed = Keyring.of(settings, lambda: now).recipients()
    except (KeyFileRefused, ListRefused) as refused:
        return Finding("keys", good=False, said=str(refused))
    except OSError as error:
        return Finding("keys", good=False, said=f"cannot be read: {type(error).__name__}")
    left = (listed.expires_at - now).days
    said = f"recipient list {listed.version}, {left} days left"
    return Finding("keys", good=left > _SOON_DAYS, said=said)


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.in_sandbox:
        return [Finding("telegram", good=True, said="no token: the sandbox takes its place")]
    tokens = {
        "family bot": settings.telegram_bot_token,
        "staff bot": settings.telegram_staff_bot_token,
    }
    return [
        await _bot(subject, settings, token.get_secret_value())
        for subject, token in tokens.items()
        if token is not None
    ]


async def _bot(subject: str, settings: Settings, token: str) -> Finding:
    try:
        async with Api(settings.telegram_api, token) as api:
            name = (await api.call("getMe")).get("username")
            hook = await api.call("getWebhookInfo")
    except TokenRefused:
        return Finding(subject, good=False, said="Telegram does not know the token")
    except (Away, Refused) as error:
        return Finding(subject, good=False, said=f"Telegram is not reached: {error}")
    waiting = f"@{name}, {hook.get('pending_update_count', 0)} updates wait"
    if hook.get("url") and settings.webhook_url is None:
        return Finding(subject, good=False, said=f"{waiting}; a webhook is set, though we poll")
    if hook.get("last_error_date") and settings.webhook_url is not None:
        return Finding(
            subject, good=False, said=f"{waiting}; Telegram had trouble with the webhook"
        )
    return Finding(subject, good=True, said=waiting)


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
