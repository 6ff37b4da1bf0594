"""`dodomu db restore`, `release`: a backup into an empty database, which then keeps silent."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import asyncpg
from cyclopts import Parameter
from pyrage.x25519 import Identity

from bot.commands import pgtools
from bot.commands.answers import AsJson, answer, refused
from bot.commands.db import reached
from bot.commands.keyroom import Unfit
from bot.commands.pgtools import Running, ToolFailed
from bot.commands.unpacking import checked, unpacked
from bot.keyring import signer
from bot.postgres import revisions
from bot.settings import Settings, SettingsRefused, load
from bot.store import Store, StoreAway
from cases import inventory, restored
from cases.points import Point, passing
from cases.restored import NotEmpty, RolesMissing
from vault import backup as layout
from vault import identity as identity_file
from vault import keys
from vault.backup import BackupRefused, Manifest, Tally
from vault.identity import NotAnIdentity
from vault.keys import KeyFileRefused

_AGAIN: Final = "; what is there is half a copy, and nothing runs on it: restore again"

Key = Annotated[
    Path, Parameter(help="The backup key's file, or any age identity file of one key.")
]


def restore(file: Path, *, key: Key, json: AsJson = False) -> int:
    """Restore a backup into an empty database, and its files into the object store.

    The whole backup is read and checked before anything is changed. Afterwards nothing is sent
    and nothing is taken in until `dodomu db release`.
    """
    try:
        settings, identity = load(), _identity(key)
        manifest, digest = checked(file, identity)
        _known(manifest)
        with reached() as url:
            _begin(url, manifest, digest)
            _pour(settings, url, file, identity, manifest)
            _compared(url, manifest)
            asyncio.run(restored.finish(url, manifest.gone))
            told = _told(settings, url)
    except BackupRefused as refusal:
        return refused(f"{file}: {refusal}", json=json)
    except StoreAway as away:
        return refused(f"the store of files cannot be used: {away}{_AGAIN}", json=json)
    except ToolFailed as failure:
        return refused(f"{failure}{_AGAIN}", json=json)
    except (SettingsRefused, KeyFileRefused, Unfit) as refusal:
        return refused(str(refusal), json=json)
    return _said(manifest, digest, told, json=json)


def release(
    *,
    resend: Annotated[
        bool, Parameter(negative="", help="Send, too, what waited when the backup was made.")
    ] = False,
    json: AsJson = False,
) -> int:
    """Let a restored database send and take in again. Do it once the original is gone for good.

    What waited to be sent when the backup was made is given up: the original has sent most of it.
    """
    now = datetime.now(UTC)
    try:
        settings = load()
        sign = signer(settings)
        with reached() as url:
            given_up = asyncio.run(restored.release(url, resend=resend, signer=sign, now=now))
    except (SettingsRefused, KeyFileRefused) as refusal:
        return refused(str(refusal), json=json)
    if given_up is None:
        return refused("nothing is on hold here", json=json)
    shown = {"good": True, "given_up": given_up, "resent": resend}
    return answer(shown, [f"released; {given_up} messages were given up"], json=json)


def _identity(path: Path) -> Identity:
    """Raises KeyFileRefused, Unfit."""
    text = keys.text_of(path)
    with suppress(NotAnIdentity):
        if not identity_file.read(text).kind:
            return identity_file.read(text).identity
    return keys.load_identity(path, "backup")


def _known(manifest: Manifest) -> None:
    if manifest.schema not in revisions():
        raise Unfit(
            f"the backup is at schema {manifest.schema}, which this version does not know;"
            " take the version that made it, or a later one"
        )


def _begin(url: str, manifest: Manifest, digest: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(url)
        try:
            server = connection.get_server_version().major
        finally:
            await connection.close()
        if server < manifest.server:
            raise Unfit(
                f"the backup is of PostgreSQL {manifest.server}, and this is {server}:"
                " restore into the same or a later one"
            )
        await restored.prepare_roles(url, manifest.roles)
        await restored.begin(url, datetime.fromisoformat(manifest.made_at), digest)

    try:
        asyncio.run(work())
    except NotEmpty:
        raise Unfit(
            "the database is not empty; a restore goes into an empty one and changes no other"
        ) from None
    except RolesMissing as missing:
        raise Unfit(
            f"these roles are missing, and this login may not make them: {missing};"
            " let the server's administrator run CREATE ROLE ... NOLOGIN for each"
        ) from None


def _pour(
    settings: Settings, url: str, file: Path, identity: Identity, manifest: Manifest
) -> None:
    """Database and files, as they come. Raises BackupRefused, ToolFailed, StoreAway."""
    store = Store.of(settings.object_store)
    program = pgtools.found("pg_restore", manifest.client)
    wanted = {one.name: one for one in manifest.objects}
    running: Running | None = pgtools.restoring(program, url)
    assert running is not None
    tool = running
    try:
        with unpacked(file, identity) as unpacking, asyncio.Runner() as runner:
            for path, pieces in unpacking.members():
                if path.startswith(layout.DATABASE):
                    _fed(tool, pieces)
                    passing(Point.RESTORED_HALFWAY)
                    continue
                if running is not None:
                    if path == layout.ABOUT:
                        continue
                    running.end()
                    running = None
                name = layout.object_name(path)
                if name in wanted:
                    tally = Tally()
                    runner.run(store.put(UUID(name), _seen(pieces, tally)))
                    if tally.hex != wanted.pop(name).sha256:
                        raise BackupRefused("it changed while it was read")
                    passing(Point.RESTORED_HALFWAY)
    finally:
        tool.kill()
    if wanted:
        raise BackupRefused("it changed while it was read")


def _fed(tool: Running, pieces: Iterator[bytes]) -> None:
    assert tool.process.stdin is not None, "pg_restore reads from a pipe"
    try:
        for piece in pieces:
            tool.process.stdin.write(piece)
    except BrokenPipeError:
        tool.end()
        raise ToolFailed("pg_restore: ended before the dump did") from None


async def _seen(pieces: Iterator[bytes], tally: Tally) -> AsyncIterator[bytes]:
    for piece in pieces:
        tally.see(piece)
        yield piece


def _compared(url: str, manifest: Manifest) -> None:
    """Raises ToolFailed unless each table has as many rows as it had."""

    async def count() -> dict[str, int]:
        connection = await asyncpg.connect(url)
        try:
            return await inventory.counted(connection)
        finally:
            await connection.close()

    if asyncio.run(count()) != manifest.rows:
        raise ToolFailed("there are not as many rows as the backup says")


def _told(settings: Settings, url: str) -> str:
    """Write it into the audit chain; why not, where this host has no key for that."""
    now = datetime.now(UTC)
    try:
        sign = signer(settings)
    except KeyFileRefused as refusal:
        return str(refusal)
    asyncio.run(restored.told(url, sign, now))
    return ""


def _said(manifest: Manifest, digest: str, told: str, *, json: bool) -> int:
    shown = {
        "good": not manifest.lacking,
        "made_at": manifest.made_at,
        "sha256": digest,
        "schema": manifest.schema,
        "rows": sum(manifest.rows.values()),
        "files": len(manifest.objects),
        "lacking": list(manifest.lacking),
        "audit_seq": manifest.audit_seq,
    }
    lines = [
        f"restored: the backup of {manifest.made_at}",
        f"schema {manifest.schema}, {shown['rows']} rows, {shown['files']} files",
        "Nothing is sent and nothing is taken in. Look at it with `dodomu verify --files`; make",
        "sure that the original will never run again; then `dodomu db release`.",
    ]
    if told:
        lines.append(f"The audit chain was not told: {told}")
    if manifest.lacking:
        lines.append("When the backup was made, the store had lost or changed these files:")
        lines += [f"  {name}" for name in manifest.lacking[:20]]
    return answer(shown, lines, json=json, code=0 if shown["good"] else 1)
