"""pg_dump and pg_restore: which ones, and how they are told where the database is."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from bot.postgres_home import ServerRefused, programs
from cases.outbox import RESTORED

Tool = Literal["pg_dump", "pg_restore"]

_DUMP: Final = (
    *("--format=custom", "--compress=0", "--no-owner"),
    # System functions have rights of their own; a mark of an earlier restore stays where it is.
    *("--exclude-schema=pg_catalog", f"--exclude-schema={RESTORED}", "--lock-wait-timeout=10s"),
)
_RESTORE: Final = ("--exit-on-error", "--single-transaction", "--no-owner")
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
_MOST_SAID: Final = 300


class ToolFailed(Exception):
    """The message is the program's own first complaint, without the rows it may quote."""


@dataclass(frozen=True)
class Program:
    """One of PostgreSQL's programs, and the major version it is of."""

    path: Path
    version: int


def found(tool: Tool, least: int) -> Program:
    """The program of version `least`, or else the next later one: installed here, or our own.

    Raises ToolFailed where there is none.
    """
    paths = [Path(installed)] if (installed := shutil.which(tool)) else []
    with suppress(ServerRefused):
        paths.append(programs() / tool)
    if not paths:
        raise ToolFailed(f"{tool} is not installed; install PostgreSQL's client programs")
    fit = [one for one in map(_program, paths) if one.version >= least]
    if not fit:
        raise ToolFailed(f"{tool} is too old; install the client programs of PostgreSQL {least}")
    return min(fit, key=lambda one: one.version)


def _program(path: Path) -> Program:
    said = subprocess.run(  # noqa: S603 - a program of PostgreSQL
        (str(path), "--version"), capture_output=True, check=False, text=True
    ).stdout
    number = re.search(r"\d+", said)
    return Program(path, int(number[0]) if number else 0)


@dataclass
class Running:
    """A program at work: its pipe, and what it complains of."""

    tool: Tool
    process: "subprocess.Popen[bytes]" = field(repr=False)
    complaints: IO[bytes] = field(repr=False)

    def end(self) -> None:
        """Wait for its end. Raises ToolFailed unless it was a good one."""
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.wait() != 0:
            raise ToolFailed(f"{self.tool}: {self._complaint()}")

    def kill(self) -> None:
        """Not wanted any more."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self.complaints.close()

    def _complaint(self) -> str:
        self.complaints.seek(0)
        said = self.complaints.read().decode(errors="replace").splitlines()
        telling = [line for line in said if "error:" in line] or said
        if not telling:
            return f"ended with {self.process.returncode}"
        return telling[0].rpartition("error: ")[2][:_MOST_SAID]


def dumping(program: Program, url: str, snapshot: str) -> Running:
    """pg_dump of this snapshot; the dump comes out of `process.stdout`."""
    return _started("pg_dump", program, (*_DUMP, f"--snapshot={snapshot}"), url, reading=True)


def restoring(program: Program, url: str) -> Running:
    """pg_restore, all in one transaction; the dump goes into `process.stdin`."""
    return _started("pg_restore", program, _RESTORE, url, reading=False)


def _started(
    tool: Tool, program: Program, words: tuple[str, ...], url: str, *, reading: bool
) -> Running:
    address, password = without_password(url)
    env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    env |= {name: value for name, value in os.environ.items() if name.startswith("PG")}
    if password:
        env["PGPASSWORD"] = password  # not in the words: everybody on the host can list those
    complaints = TemporaryFile()  # noqa: SIM115 - Running closes it
    process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, words of this module
        (str(program.path), *words, f"--dbname={address}", "--no-password"),
        stdin=subprocess.DEVNULL if reading else subprocess.PIPE,
        stdout=subprocess.PIPE if reading else subprocess.DEVNULL,
        stderr=complaints,
        env=env,
    )
    return Running(tool, process, complaints)


def without_password(url: str) -> tuple[str, str]:
    """The address for a command line, and the password that was in it, or ""."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    password = unquote(password) or dict(asked).get("password", "")
    query = urlencode([one for one in asked if one[0] != "password"], safe="/")
    return urlunsplit(parts._replace(netloc=f"{name}{at}{host}", query=query)), password
