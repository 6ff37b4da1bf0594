"""The prosecutors of the scripted day: their keys, their desk, and what they do in a browser."""

import asyncio
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
from desk_rig import Answer, Browser
from rig import ROOT, Rig

from vault import keys, recipients, throwaway

PASSWORD = "чотири прості випадкові слова"
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


@dataclass(frozen=True)
class KeyFile:
    """A member's key file on its own workstation."""

    id: str
    path: Path
    passphrase: str = field(repr=False)
    line: str = field(repr=False)


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


@dataclass(frozen=True)
class Address:
    """Where browsers find the desk."""

    url: str


@dataclass
class Worker:
    """Somebody of the office at a browser."""

    office: "Office"
    role: str
    handle: str
    browser: Browser
    secret: str = field(repr=False)
    #: the account in the staff bot
    user: int = 0

    @property
    def key(self) -> KeyFile:
        return self.office.files[f"p-{self.handle[2:]}"]

    async def sign_in(self) -> Answer:
        """Number, password and six digits."""
        await self.browser.get("/sign-in")
        code = pyotp.TOTP(self.secret).now()
        fields = {"handle": self.handle, "password": PASSWORD, "code": code}
        return await self.browser.post("/sign-in", fields)

    async def unlock(self) -> Answer:
        """With the key file and its passphrase."""
        await self.browser.get("/unlock")
        form = aiohttp.FormData({
            "csrf": self.browser.token, "to": "/queue", "passphrase": self.key.passphrase,
        })  # fmt: skip
        form.add_field("file", io.BytesIO(self.key.path.read_bytes()), filename="p.key")
        url, origin = f"{self.office.url}/unlock", {"Origin": self.office.url}
        async with self.browser.client.post(
            url, data=form, headers=origin, allow_redirects=False
        ) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, answer.cookies)

    async def link(self, user: int) -> None:
        """Shows the staff bot who one is."""
        await self.browser.get("/me")
        page = await self.browser.post("/me/link")
        code = re.search(r"/link ([A-Z0-9-]+)", page.text)
        assert code is not None, page.text
        self.user = user
        await self.office.rig.sim("staff/say", {"user": user, "text": f"/link {code[1]}"})
        await self.office.staff_says(user, "Прив’язано")

    async def case(self, code: str) -> str:
        """The id of a case, as the queue links it."""
        page = await self.browser.get("/queue?view=all")
        found = re.search(rf'href="/cases/([0-9a-f-]{{36}})">{code}<', page.text)
        assert found is not None, f"{self.role} sees no {code}"
        return found[1]

    async def opens(self, code: str, reason: str = "") -> str:
        """The page of a case, as it reads; `reason`: for a case that somebody else has."""
        case = self.office.ids.get(code) or await self.case(code)
        self.office.ids[code] = case
        page = await self.browser.get(f"/cases/{case}")
        if page.status == 303 and page.to.endswith("/why") and reason:
            await self.browser.get(page.to)
            page = await self.browser.post(f"/cases/{case}/why", {"reason": reason})
            page = await self.browser.follow(page)
        assert page.status == 200, (code, page.status, page.to)
        return unescape(page.text)

    async def does(self, code: str, deed: str, **fields: Any) -> str:
        """A form of the case's page, sent; what the page says then."""
        answer = await self.browser.post(f"/cases/{self.office.ids[code]}/{deed}", fields)
        assert answer.status == 303, (code, deed, answer.status, answer.text)
        return answer.to.partition("said=")[2].partition("&")[0]

    async def refused(self, code: str, deed: str, **fields: Any) -> int:
        answer = await self.browser.post(f"/cases/{self.office.ids[code]}/{deed}", fields)
        return answer.status

    async def takes(self, code: str) -> None:
        """From the queue."""
        self.office.ids[code] = await self.case(code)
        assert await self.does(code, "take", to="/queue") == "taken"

    async def exports(self, code: str, what: str) -> tuple[int, bytes]:
        """What leaves the desk. The one place that knows what has to be given for it."""
        await self.opens(code)
        case, origin = self.office.ids[code], {"Origin": self.office.url}
        fields = {"csrf": self.browser.token, "what": what, "sure": "yes"}
        url = f"{self.office.url}/cases/{case}/export"
        async with self.browser.client.post(
            url, data=fields, headers=origin, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    async def pairs(self) -> str:
        """The page of duplicates, once everything is compared."""
        for _ in range(300):
            page = await self.browser.get("/pairs")
            if "Порівнюємо картки" not in page.text:
                return unescape(page.text)
            await asyncio.sleep(0.1)
        raise AssertionError("the comparing never ends")

    async def same_child(self, leads: str, follows: str) -> None:
        """The two stand side by side, and are of one child; `leads` goes on."""
        sides = []
        for section in (await self.pairs()).split('<section class="compared"')[1:]:
            if leads in section and follows in section:
                sides = [re.search(rf'name="{side}" value="([^"]+)"', section)[1]
                         for side in ("one", "other")]  # fmt: skip
        assert sides, f"{leads} and {follows} are not suggested"
        answer = await self.browser.post("/pairs", {
            "one": sides[0], "other": sides[1], "decision": "same",
            "leads": self.office.ids[leads], "to": "/pairs",
        })  # fmt: skip
        assert "said=same" in answer.to, answer.status


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
        for role, (name, units) in ROLES.items():
            given = [word for unit in units for word in ("--unit", unit)]
            told = await self.cli("staff", "invite", "--role", role, "--name", name, *given)
            self.workers[role] = await self._enrolled(role, told)
        head = self["head"].key
        group = self.rig.keyset.triage
        ids = [one.key.id for one in self.workers.values()]
        await self.cli("keys", "grant", *ids, "--from", str(group), "--by", str(head.path),
                       typed=head.passphrase)  # fmt: skip

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
        return Worker(self, role, told["handle"], browser, secret)

    async def staff_says(self, chat: int, text: str, seconds: float = 40.0) -> dict[str, Any]:
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


def unpacked(package: bytes) -> dict[str, bytes]:
    """The files of an evidence package, by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
