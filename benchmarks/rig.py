"""Everything a measurement needs: a stub, a PostgreSQL with durable commits, the bot, its keys."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg

from benchmarks.stub import FAMILY, STAFF
from bot.postgres import Embedded, embedded, migrate
from vault import keys, throwaway

ROOT: Final = Path(__file__).parent.parent
LOG: Final = "bot.log"
_INHERITED: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
#: The limits of Telegram would be what is measured otherwise.
_UNLIMITED: Final = {
    "DODOMU_RATE": "1000",
    "DODOMU_CHAT_RATE": "100",
    "DODOMU_CHAT_BURST": "100",
}
_STAFF_CHAT: Final = "7000002"
_PATIENCE: Final = 120.0


class Unanswered(Exception):
    """The bot did not answer in time, or has ended. The message names its log: look there."""


@dataclass(frozen=True)
class Process:
    """One that runs. `started` is the moment before it was made."""

    pid: int
    started: float


@dataclass
class Rig:
    """The running parts. `env` is what every bot is started with; `postmaster` is a pid."""

    server: Embedded
    folder: Path
    stub_url: str
    stub: "subprocess.Popen[str]"
    client: aiohttp.ClientSession
    desk_key: Path
    env: dict[str, str] = field(repr=False)
    _model: str = ""

    @property
    def postmaster(self) -> int:
        return int((self.server.data / "postmaster.pid").read_text().split("\n", 1)[0])

    @property
    def program(self) -> tuple[str, ...]:
        return (str(Path(sys.executable).with_name("dodomu")),)

    @property
    def log(self) -> Path:
        return self.folder / LOG

    async def database(self) -> str:
        """A new database at today's schema; its URL."""
        if not self._model:
            self._model = await self._made("")
            await asyncio.to_thread(migrate, self.server.url_of(self._model))
        return self.server.url_of(await self._made(f"TEMPLATE {self._model}"))

    async def _made(self, like: str) -> str:
        name = f"bench_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.server.url_of("postgres"))
        try:
            await connection.execute(f"CREATE DATABASE {name} {like}")
        finally:
            await connection.close()
        return name

    async def postgres_version(self) -> str:
        connection = await asyncpg.connect(self.server.url_of("postgres"))
        try:
            version: str = await connection.fetchval("SHOW server_version")
        finally:
            await connection.close()
        return version

    async def tell(self, command: str, **wanted: Any) -> Any:
        """Steer the stub; what it says."""
        async with self.client.post(f"{self.stub_url}/bench/{command}", json=wanted) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def answers(self, number: int, seconds: float = _PATIENCE) -> Any:
        """Wait for so many answers since the last mark; the stub's figures. Raises Unanswered."""
        seen = await self.tell("wait", answered=number, seconds=seconds)
        if seen["lost"]:
            raise Unanswered(seen["lost"])
        if seen["answered"] < number:
            raise Unanswered(f"{seen['answered']} of {number} answers; see {self.log}")
        return seen

    @asynccontextmanager
    async def bot(self, url: str, settings: Mapping[str, str]) -> AsyncIterator[Process]:
        """`dodomu run` on the database `url`, and its polite end."""
        env = {**self.env, **settings, "DATABASE_URL": url}
        try:
            with spawned((*self.program, "run"), env, self.log) as process:
                yield process
        finally:
            await self.tell("reset")


@contextmanager
def spawned(
    command: Sequence[str], env: Mapping[str, str], log: Path, end: signal.Signals = signal.SIGTERM
) -> Iterator[Process]:
    """A process of our own, until the block is left: then it is asked with `end` to go."""
    with log.open("ab") as out:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - ours
            command, cwd=ROOT, env={**inherited(), **env}, stdout=out, stderr=out
        )
    try:
        yield Process(process.pid, started)
    finally:
        process.send_signal(end)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def inherited() -> dict[str, str]:
    """What every process is told of the machine."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


@asynccontextmanager
async def rigged(folder: Path) -> AsyncIterator[Rig]:
    """All of it, running, in `folder`; no bot yet."""
    keyset = throwaway.make_all(folder / "keys", datetime.now(UTC))
    env = {
        "TELEGRAM_BOT_TOKEN": FAMILY,
        "TELEGRAM_STAFF_BOT_TOKEN": STAFF,
        "DODOMU_FOLDER": str(folder / "var"),
        "DODOMU_STAFF_CHAT": _STAFF_CHAT,
        "DODOMU_VAULT_KEY": str(keyset.vault),
        "DODOMU_INTAKE_SIGN_KEY": str(keyset.intake_sign),
        "DODOMU_RECIPIENTS": str(keyset.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(keyset.root_public),
        "DODOMU_LOG": "json",
        **_UNLIMITED,
    }
    with embedded(folder / "postgres") as server, _stub() as (url, stub):
        env["DODOMU_TELEGRAM_API"] = url
        # Waiting for a hundred thousand answers takes as long as it takes.
        forever = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=forever) as client:
            yield Rig(server, folder, url, stub, client, keyset.desk, env)


@contextmanager
def _stub() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def pushed() -> dict[str, str]:
    """The settings of a bot that gets its updates over a webhook; without them it polls."""
    port = free_port()
    return {
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "DODOMU_WEBHOOK_PORT": str(port),
        "DODOMU_WEBHOOK_SECRET": secrets.token_hex(16),
    }
