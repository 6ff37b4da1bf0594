"""`dodomu db backup`: the database and the sealed files, in one file that only age opens."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, Final, TypeAlias

from cyclopts import Parameter
from pyrage import RecipientError
from pyrage.x25519 import Recipient

from bot import demo_keys
from bot.commands import pgtools
from bot.commands.answers import AsJson, answer, refused
from bot.commands.db import reached
from bot.commands.keyroom import Unfit
from bot.commands.pgtools import Running, ToolFailed
from bot.keyring import signer
from bot.settings import Settings, SettingsRefused, load
from bot.store import Store, StoreAway
from cases import database, inventory
from cases.audit import AuditEvent, append
from cases.inventory import Held, Moment
from cases.points import Point, passing
from vault import backup as layout
from vault import keys
from vault.backup import PART, Manifest, Stored, Tally
from vault.keys import KeyFileRefused
from vault.stream import NotSealed, Streamed, seal_stream

_ENDING: Final = ".part"

Run: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Any]

To = Annotated[
    list[str] | None,
    Parameter(negative="", help="age1...: who can open it. Not given: DODOMU_BACKUP_TO."),
]


def backup(out: Path, *, to: To = None, json: AsJson = False) -> int:
    """Write database and sealed files to OUT, sealed to the backup key. Safe while the bot runs.

    Nothing stands on the disk in clear, and OUT appears whole or not at all. Exit code 1 when
    there is no backup, or when the store had lost a file; then OUT has everything else.
    """
    now = datetime.now(UTC)
    try:
        settings = load()
        recipients = _recipients(settings, to or (), now)
        if out.exists():
            return refused(f"{out}: is there already", json=json)
        with reached() as url, _half(out) as half:
            made = _Backup(settings, url, recipients, now)
            manifest, through = made.write(half)
            _settled(half, out)
            told = made.told(manifest, through)
    except (SettingsRefused, KeyFileRefused, ToolFailed, Unfit) as refusal:
        return refused(str(refusal), json=json)
    except StoreAway as away:
        return refused(f"the store of files (DODOMU_OBJECTS) cannot be used: {away}", json=json)
    except NotSealed:
        return refused(f"{out}: age would not seal it; try again", json=json)
    return _said(out, manifest, through, told, json=json)


def _recipients(settings: Settings, named: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Raises Unfit: nothing is ever written that nobody, or everybody, can open."""
    known = [one.strip() for one in (*named, *settings.backup_to.split(",")) if one.strip()]
    if named:
        known = [one.strip() for one in named]
    if not known and settings.in_sandbox:
        made = demo_keys.made(settings.folder, now)
        known = [keys.public_part(made.backup, "backup")]
    if not known:
        raise Unfit("nobody could open it: give --to, or set DODOMU_BACKUP_TO; see docs/keys.md")
    for one in known:
        try:
            Recipient.from_str(one)
        except RecipientError:
            raise Unfit("a backup is sealed to age1..., the public part of a backup key") from None
    return tuple(known)


@contextmanager
def _half(out: Path) -> Iterator[Path]:
    """Where it is written until it is whole; what an attempt before has left is overwritten."""
    half = out.with_name(out.name + _ENDING)
    try:
        yield half
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Trouble with this file is not taken for trouble with the database. Raises Unfit."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Unfit(f"{out}: cannot be written: {why}") from None


@contextmanager
def _file(half: Path) -> Iterator[IO[bytes]]:
    """Private, from its first byte; on the disk itself when this is left in peace."""
    with _writing(half):
        descriptor = os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        file = os.fdopen(descriptor, "wb")
    try:
        yield file
        with _writing(half):
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):  # of a full disk enough was said
            file.close()


def _settled(half: Path, out: Path) -> None:
    """Under its own name, on the disk itself."""
    with _writing(out):
        half.replace(out)
        descriptor = os.open(out.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@dataclass
class _Backup:
    """One backup being made. Everything runs in this thread, so that Ctrl-C ends it."""

    settings: Settings
    url: str = field(repr=False)
    recipients: tuple[str, ...]
    now: datetime
    manifest: Manifest | None = None

    def write(self, half: Path) -> tuple[Manifest, Streamed]:
        """Raises ToolFailed, StoreAway, Unfit, NotSealed, cases.outbox.AWAY's errors."""
        store = Store.of(self.settings.object_store)
        with _file(half) as file, asyncio.Runner() as runner:

            def give(piece: bytes) -> None:
                with _writing(half):
                    file.write(piece)

            stack = AsyncExitStack()
            moment = runner.run(stack.enter_async_context(inventory.taken(self.url)))
            try:
                through = self._sealed(runner.run, moment, give, store)
            finally:
                runner.run(stack.aclose())
        assert self.manifest is not None, "begun with the first piece"
        return self.manifest, through

    def _sealed(
        self, run: Run, moment: Moment, give: Callable[[bytes], None], store: Store
    ) -> Streamed:
        program = pgtools.found("pg_dump", moment.server)
        self.manifest = _begun(moment, program.version, self.now)
        dump = pgtools.dumping(program, self.url, moment.snapshot)
        try:
            pieces = self._pieces(run, moment, dump, store)
            return seal_stream(
                self.recipients[0], partial(next, pieces, b""), give, others=self.recipients[1:]
            )
        finally:
            dump.kill()

    def _pieces(self, run: Run, moment: Moment, dump: Running, store: Store) -> Iterator[bytes]:
        yield from layout.about(self.now)
        whole = Tally()
        assert dump.process.stdout is not None, "pg_dump writes to a pipe"
        number = 0
        while part := dump.process.stdout.read(PART):
            number += 1
            whole.see(part)
            yield from layout.member(layout.part(number), len(part), [part], self.now)
            passing(Point.BACKED_UP_HALFWAY)
        dump.end()
        assert self.manifest is not None, "begun before the first piece"
        stored, lacking = list[Stored](), list[Held]()
        for held in moment.held:
            yield from self._file(run, store, held, stored, lacking)
        wanted = run(inventory.still_held(self.url, [one.name for one in lacking]))
        self.manifest = replace(
            self.manifest,
            database_size=whole.size,
            database_sha256=whole.hex,
            objects=tuple(stored),
            gone=tuple(str(one.name) for one in lacking if one.name not in wanted),
            lacking=tuple(str(one.name) for one in lacking if one.name in wanted),
        )
        yield from layout.end(self.manifest, self.now)

    def _file(
        self, run: Run, store: Store, held: Held, stored: list[Stored], lacking: list[Held]
    ) -> Iterator[bytes]:
        size = run(store.size(held.name))
        if size is None:
            lacking.append(held)
            return
        tally = Tally()
        pieces = _taken(run, store, held, tally)
        yield from layout.member(layout.object_path(held.name), size, pieces, self.now)
        passing(Point.BACKED_UP_HALFWAY)
        if tally.hex == held.sha256.hex():
            stored.append(Stored(str(held.name), tally.size, tally.hex))
        else:
            lacking.append(held)

    def told(self, manifest: Manifest, through: Streamed) -> str:
        """Write it into the audit chain; why not, where this host has no key for that."""
        try:
            sign = signer(self.settings)
        except KeyFileRefused as refusal:
            return str(refusal)
        event = AuditEvent(
            "command",
            "database.backed_up",
            None,
            {
                "sha256": through.sealed_sha256.hex(),
                "size": through.sealed_size,
                "files": len(manifest.objects),
                "to": list(self.recipients),
            },
        )

        async def write() -> None:
            pool = await database.connect(self.url, most=1)
            async with pool, database.transaction(pool) as connection:
                await append(connection, [event], signer=sign, now=self.now)

        asyncio.run(write())
        return ""


def _taken(run: Run, store: Store, held: Held, tally: Tally) -> Iterator[bytes]:
    source = store.pieces(held.name)

    async def following() -> bytes:
        return await anext(source, b"")

    while piece := run(following()):
        tally.see(piece)
        yield piece


def _begun(moment: Moment, client: int, now: datetime) -> Manifest:
    if moment.schema is None:
        raise Unfit("the database is empty; there is nothing to back up")
    return Manifest(
        made_at=now.isoformat(timespec="seconds"),
        schema=moment.schema,
        server=moment.server,
        client=client,
        roles=moment.roles,
        rows=moment.rows,
        audit_seq=moment.audit_seq,
        audit_hash=moment.audit_hash.hex(),
    )


def _said(out: Path, manifest: Manifest, through: Streamed, told: str, *, json: bool) -> int:
    shown = {
        "good": not manifest.lacking,
        "file": str(out),
        "size": through.sealed_size,
        "sha256": through.sealed_sha256.hex(),
        "schema": manifest.schema,
        "rows": sum(manifest.rows.values()),
        "files": len(manifest.objects),
        "lacking": list(manifest.lacking),
        "audit_seq": manifest.audit_seq,
    }
    lines = [
        f"{out}: {shown['rows']} rows, {shown['files']} files, {through.sealed_size} bytes",
        f"sha256 {shown['sha256']}",
    ]
    if told:
        lines.append(f"The audit chain was not told: {told}")
    if manifest.lacking:
        lines.append("The store has not, or not unchanged, what the database knows of:")
        lines += [f"  {name}" for name in manifest.lacking[:20]]
        lines.append("Everything else is in the backup. Do not throw the older backups away.")
    return answer(shown, lines, json=json, code=0 if shown["good"] else 1)
