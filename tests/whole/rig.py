"""The product as it runs: a sandbox, a PostgreSQL with durable commits, and the bot as a process."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.postgres import Embedded
from vault import keys, throwaway
from vault.throwaway import KeySet

ROOT = Path(__file__).parents[2]
FAMILY = "1000001:family-sandbox-token"
STAFF = "1000002:staff-sandbox-token"
PATIENCE = float(os.environ.get("PATIENCE", "90"))
HAND = 0.6
"""Seconds between two deeds of one person; who is faster is asked to wait, as handlers.limits says."""


@contextmanager
def folder() -> Iterator[Path]:
    """Not pytest's: another run closes that to the user PostgreSQL runs as under root."""
    with tempfile.TemporaryDirectory(prefix="dodomu-whole-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def sandbox_process(state: Path | None) -> Iterator[str]:
    """A sandbox of its own, which keeps everything in `state` unless it is None; its URL."""
    keeping = [] if state is None else ["--state", str(state)]
    command = [sys.executable, "-m", "sandbox", "--port", "0", *keeping]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sandbox ready "), line
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@dataclass(frozen=True)
class Database:
    """One database of a server that other tests use too: nobody may kill that."""

    url: str


@dataclass
class Rig:
    """Everything one whole test needs. `env` is the bot's environment."""

    url: str
    database: Embedded | Database
    folder: Path
    keyset: Any
    client: aiohttp.ClientSession
    env: dict[str, str] = field(default_factory=dict)
    staff_chat: int = 0
    #: forks bots that are there at once, where the start is not what is looked at
    oven: Any = None
    _bots: list[Any] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    def start(self, *command: str, doomed: str = "") -> Any:
        """The bot as a process; its output goes to `log`. `doomed`: where it dies (mortal.py)."""
        if self.oven is not None:
            self._bots.append(
                self.oven.start(["bot", *(command or ("run",))], self.env, self.log, doomed)
            )
            return self._bots[-1]
        words = [str(ROOT / "tests/whole/mortal.py"), doomed] if doomed else ["-m"]
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, *words, "bot", *(command or ("run",))],
                cwd=ROOT,
                env=self.env | {"PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=out,
            )
        self._bots.append(process)
        return process

    def stop(self) -> None:
        for process in self._bots:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._bots:
            process.wait(30)
        self._bots.clear()

    def fate(self) -> str:
        """What became of the bots, for a failure to tell: their exit codes, and their last words."""
        codes = [process.poll() for process in self._bots]
        last = self.log.read_text(errors="replace").splitlines()[-5:] if self.log.exists() else []
        return "\n".join([f"bots: {codes} (None: running)", *last])

    def hang_up(self) -> None:
        """The running bots read the list of recipients again."""
        for process in self._bots:
            process.send_signal(signal.SIGHUP)

    async def sim(self, path: str, body: Any = None) -> Any:
        async with self.client.post(f"{self.url}/sim/{path}", json=body or {}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def look(self, path: str) -> Any:
        async with self.client.get(f"{self.url}/sim/{path}") as answer:
            return await answer.json()

    async def person(self, name: str, **more: Any) -> "Walker":
        made = await self.sim("users", {"first_name": name, "language_code": "uk", **more})
        return Walker(self, made["id"])


@dataclass
class Walker:
    """A person who waits for each question before answering it, as people do."""

    rig: Rig
    id: int
    done: int = 0
    #: the message acted upon last: what is above it is history
    since: int = 0
    ready_at: float = 0.0

    async def chat(self) -> list[dict[str, Any]]:
        return (await self.rig.look(f"family/chat/{self.id}"))["messages"]

    async def asked(self, text: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait until the open screen says `text`; that message."""
        deadline = time.monotonic() + seconds
        said = ""
        while time.monotonic() < deadline:
            # After a kill a question may stand there twice; a person looks at both.
            open_now = [
                m
                for m in await self.chat()
                if (m["buttons"] or m.get("keyboard")) and m["message_id"] >= self.since
            ]
            for message in reversed(open_now):
                if text in message["text"]:
                    return message
            said = open_now[-1]["text"] if open_now else ""
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited for {text!r}, the screen says {said!r}")

    async def reach(self) -> None:
        """Take the time a hand takes."""
        await asyncio.sleep(max(self.ready_at - time.monotonic(), 0))
        self.ready_at = time.monotonic() + HAND

    async def say(self, text: str) -> None:
        await self.reach()
        self.done += 1
        said = await self.rig.sim("family/say", {"user": self.id, "text": text})
        self.since = said["message_id"]

    async def send(self, content: bytes, name: str, **more: str) -> None:
        """A file: `kind`, `caption`, `album`, `forward_from` as sandbox/deeds.py has them."""
        await self.reach()
        form = aiohttp.FormData({"user": str(self.id), **more}, quote_fields=False)
        form.add_field("file", io.BytesIO(content), filename=name)
        url = f"{self.rig.url}/sim/family/file"
        async with self.rig.client.post(url, data=form) as answer:
            assert answer.status == 200, await answer.text()

    async def tap(self, label: str, message: dict[str, Any] | None = None) -> None:
        """The button with, or beginning with, this label: of `message`, else the newest."""
        await self.reach()
        self.done += 1
        if message is None:
            await self.rig.sim("family/tap", {"user": self.id, "label": label})
            return
        self.since = message["message_id"]
        buttons = [one for row in message["buttons"] for one in row]
        found = [one for one in buttons if one["text"] == label]
        found += [one for one in buttons if one["text"].startswith(label)]
        assert found, f"no {label!r} among {[one['text'] for one in buttons]}"
        pressed = {"message_id": self.since, "data": found[0]["data"]}
        await self.rig.sim("family/tap", {"user": self.id, **pressed})

    async def walk(self, script: list[tuple[str, str, str]]) -> None:
        """Steps of (what the screen must say, "say" or "tap", with what)."""
        for expected, deed, what in script:
            screen = await self.asked(expected) if expected else None
            await (self.say(what) if deed == "say" else self.tap(what, screen))


def environment(api: str, database: str, folder: Path, keyset: KeySet) -> dict[str, str]:
    """The settings of a bot at this Telegram, on this database, with these keys."""
    return {
        "TELEGRAM_BOT_TOKEN": FAMILY,
        "TELEGRAM_STAFF_BOT_TOKEN": STAFF,
        "DATABASE_URL": database,
        "DODOMU_FOLDER": str(folder),
        "DODOMU_TELEGRAM_API": api,
        "DODOMU_VAULT_KEY": str(keyset.vault),
        "DODOMU_INTAKE_SIGN_KEY": str(keyset.intake_sign),
        "DODOMU_RECIPIENTS": str(keyset.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(keyset.root_public),
        "DODOMU_LOG": "json",
    }


@asynccontextmanager
async def rigged(
    folder: Path,
    database: Embedded | Database,
    *,
    oven: Any = None,
    kept: bool = True,
    **settings: str,
) -> AsyncIterator[Rig]:
    """A rig with keys, a duty group, and nobody in it yet. The bot is started by the test.

    `oven`: forks the bot. `kept`: the sandbox writes everything down, so that it may be killed.
    """
    from datetime import UTC, datetime

    keyset = throwaway.make_all(folder / "keys", datetime.now(UTC))
    with sandbox_process(folder / "telegram.json" if kept else None) as url:
        async with aiohttp.ClientSession() as client:
            rig = Rig(url, database, folder, keyset, client, oven=oven)
            members = [
                (await rig.sim("users", {"first_name": "Марченко", "started": ["staff"]}))["id"]
            ]
            group = await rig.sim(
                "groups", {"title": "Чергові", "members": members, "bots": ["staff"]}
            )
            rig.staff_chat = group["id"]
            inherited = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
            told = environment(url, database.url, folder / "var", keyset)
            rig.env = {name: os.environ[name] for name in inherited if name in os.environ} | told
            rig.env |= {"DODOMU_STAFF_CHAT": str(rig.staff_chat), **settings}
            rig.env = json.loads(json.dumps(rig.env, default=str))
            try:
                yield rig
            finally:
                rig.stop()
