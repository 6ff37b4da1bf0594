"""Where a broadcast is measured: PostgreSQL, a Telegram that hears, and processes that send."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg

from benchmarks.families import Village
from benchmarks.rig import ROOT
from benchmarks.stub import FAMILY
from bot.postgres import Embedded, embedded, migrate
from vault import keys, throwaway
from vault.throwaway import KeySet

LOOK: Final = 0.2
_INHERITED: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass
class Scene:
    """What every part needs. `start` makes a process that sends, with these settings more."""

    server: Embedded
    folder: Path
    api: str
    client: aiohttp.ClientSession
    keyset: KeySet
    families: int
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    async def village(self, families: int | None = None) -> Village:
        """A new database with so many families."""
        name = f"bench_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.server.url_of("postgres"))
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        url = self.server.url_of(name)
        await asyncio.to_thread(migrate, url)
        await self.tell("reset")
        return await Village.of(url, self.keyset, families or self.families)

    async def tell(self, command: str, **wanted: Any) -> Any:
        async with self.client.post(f"{self.api}/bench/{command}", json=wanted) as answer:
            answer.raise_for_status()
            return await answer.json()

    def start(self, village: Village, **settings: str) -> "subprocess.Popen[bytes]":
        env = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
            "TELEGRAM_BOT_TOKEN": FAMILY,
            "DATABASE_URL": village.url,
            "DODOMU_FOLDER": str(self.folder / "var"),
            "DODOMU_TELEGRAM_API": self.api,
            "DODOMU_VAULT_KEY": str(self.keyset.vault),
            "DODOMU_INTAKE_SIGN_KEY": str(self.keyset.intake_sign),
            "DODOMU_RECIPIENTS": str(self.keyset.recipients),
            "DODOMU_ROOT_PUBLIC": keys.public_text(self.keyset.root_public),
            "DODOMU_LOG": "json",
            **settings,
        }
        command = [str(Path(sys.executable).with_name("dodomu")), "run", "delivery"]
        with (self.folder / "bot.log").open("ab") as out:
            made = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)  # noqa: S603 - ours
        self.running.append(made)
        return made

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(60)
        self.running.clear()

    async def begun(self, calls: int = 1) -> None:
        """Until so many calls have come."""
        async with asyncio.timeout(180):
            while (await self.tell("count"))["calls"] < calls:  # noqa: ASYNC110 - others work
                await asyncio.sleep(LOOK)


@asynccontextmanager
async def staged(folder: Path, families: int, latency: float) -> AsyncIterator[Scene]:
    keyset = throwaway.make_all(folder / "keys", datetime.now(UTC))
    with embedded(folder / "postgres") as server, _listener(latency) as api:
        async with aiohttp.ClientSession() as client:
            scene = Scene(server, folder, api, client, keyset, families)
            try:
                yield scene
            finally:
                await asyncio.to_thread(scene.end)


@contextmanager
def _listener(latency: float) -> Iterator[str]:
    process = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-m", "benchmarks.listener", str(latency)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
