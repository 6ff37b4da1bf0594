"""The prosecutors of the scripted day: their keys, their desk, and what they do in a browser."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
from day_worker import PASSWORD, Address, KeyFile, Worker
from desk_rig import Browser
from rig import ROOT, Rig

from vault import keys, recipients, throwaway

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
ROLES = {
    "triage": ("Бджілка", ("UA",)),
    "prosecutor": ("Марченко", ("UA-65", "UA-23")),
    "head": ("Савчук", ("UA",)),
}


async def command(env: dict[str, str], *words: str, typed: str = "", log: Path) -> Any:
    """What `dodomu … --json` answers. `typed`: the passphrase."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, "--json", cwd=ROOT, env=env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, wrong = await process.communicate(f"{typed}\n".encode())
    with log.open("ab") as kept:
        kept.write(wrong)
    assert process.returncode == 0, (words[:3], out.decode(), wrong.decode())
    return json.loads(out)


async def key_files(folder: Path, log: Path) -> dict[str, KeyFile]:
    """Three people make their keys, and a list that has them in it is signed."""
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    env |= {"PYTHONPATH": str(ROOT)}

    async def one(id_: str) -> KeyFile:
        made = await command(env, "keys", "member", "new", id_, "--folder", str(folder), log=log)
        return KeyFile(id_, Path(made["file"]), made["passphrase"], made["line"])

    made = await asyncio.gather(*(one(f"p-{number:02d}") for number in (1, 2, 3)))
    now = datetime.now(UTC)
    listed = recipients.members([one.line for one in made], now.replace(microsecond=0))
    throwaway.make_all(folder / "keys", now, listed)
    return {one.id: one for one in made}


@dataclass
class Office:
    """A desk that runs in a process of its own, with rights and keys of its own."""

    rig: Rig
    url: str
    env: dict[str, str]
    files: dict[str, KeyFile]
    workers: dict[str, Worker] = field(default_factory=dict)
    #: {code of a case: its id}
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Worker:
        return self.workers[role]

    @property
    def log(self) -> Path:
        return self.rig.folder / "desk.log"

    async def cli(self, *words: str, typed: str = "") -> Any:
        return await command(self.env, *words, typed=typed, log=self.rig.folder / "command.log")

    async def hires(self) -> None:
        """Invitations from the command line; a password and six digits each; keys granted."""
        await asyncio.gather(*map(self._invited, ROLES))
        head = self["head"].key
        group = self.rig.keyset.triage
        ids = [one.key.id for one in self.workers.values()]
        await self.cli("keys", "grant", *ids, "--from", str(group), "--by", str(head.path),
                       typed=head.passphrase)  # fmt: skip

    async def _invited(self, role: str) -> None:
        name, units = ROLES[role]
        given = [word for unit in units for word in ("--unit", unit)]
        told = await self.cli("staff", "invite", "--role", role, "--name", name, *given)
        self.workers[role] = await self._enrolled(role, told)

    async def _enrolled(self, role: str, told: dict[str, str]) -> Worker:
        path = told["link"].removeprefix(self.url)
        browser = Browser(Address(self.url), aiohttp.ClientSession())
        shown = await browser.get(f"{path}/password")
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", shown.text)[1].replace(" ", "")
        carried = re.search(r'name="secret" value="([^"]+)"', shown.text)[1]
        answer = await browser.post(f"{path}/password", {
            "secret": carried, "password": PASSWORD, "again": PASSWORD,
            "code": pyotp.TOTP(secret).now(),
        })  # fmt: skip
        assert answer.status == 200, answer.text
        codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)
        return Worker(self, role, told["handle"], browser, secret, codes)

    async def staff_says(self, chat: int, text: str, seconds: float = 90.0) -> dict[str, Any]:
        """Wait until the staff bot says it in this chat; that message."""
        deadline, said = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            said = (await self.rig.look(f"staff/chat/{chat}"))["messages"]
            found = [one for one in said if one["from"] == "bot" and text in one["text"]]
            if found:
                return found[-1]
            await asyncio.sleep(0.1)
        raise AssertionError(f"waited for {text!r} among {[one['text'] for one in said]}")

    async def departs(self, gone: Worker, by: Worker) -> None:
        """What docs/keys.md says to do when somebody leaves, step by step."""
        made, folder = str(by.key.path), self.rig.folder
        following = folder / "recipients.next.json"
        rotated = await self.cli(
            "keys", "rotate", "--without", gone.key.id, "--by", made, "--folder", str(folder),
            "--to", str(following), typed=by.key.passphrase,
        )  # fmt: skip
        await self.cli("keys", "sign", str(following), "--root", str(self.rig.keyset.root))
        listed = self.rig.keyset.recipients
        recipients.signature_path(listed).write_bytes(
            recipients.signature_path(following).read_bytes()
        )
        listed.write_bytes(following.read_bytes())
        self.rig.hang_up()
        while "was read again" not in self.rig.log.read_text(encoding="utf-8"):
            await asyncio.sleep(0.05)
        for words in (
            ("grant", "--everyone", "--from", rotated["key"]),
            ("rewrap",),
            ("revoke", gone.key.id),
            ("drop-old",),
        ):
            await self.cli("keys", *words, "--by", made, typed=by.key.passphrase)


@asynccontextmanager
async def office(rig: Rig, files: dict[str, KeyFile]) -> AsyncIterator[Office]:
    """The desk, running; nobody is in it yet. It has neither token nor vault key."""
    env = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": rig.env["DATABASE_URL"],
        "DODOMU_FOLDER": rig.env["DODOMU_FOLDER"],
        "DODOMU_DESK_KEY": str(rig.keyset.desk),
        "DODOMU_DESK_PORT": "0",
        "DODOMU_RECIPIENTS": str(rig.keyset.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(rig.keyset.root_public),
        "DODOMU_LOG": "json",
    }
    made = Office(rig, "", env, files)
    with made.log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "desk"], cwd=ROOT, env=env, stdout=out, stderr=out
        )
    try:
        while not (ready := re.search(r"ready: (\S+)", made.log.read_text(encoding="utf-8"))):
            assert process.poll() is None, made.log.read_text(encoding="utf-8")
            await asyncio.sleep(0.05)
        made.url = ready[1]
        made.env = {**env, "DODOMU_DESK_URL": made.url}
        yield made
    finally:
        for one in made.workers.values():
            await one.browser.client.close()
        process.terminate()
        await asyncio.to_thread(process.wait, 30)
