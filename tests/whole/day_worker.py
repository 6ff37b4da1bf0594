"""Somebody of the office of the scripted day, at a browser: pages read, forms sent."""

import asyncio
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pyotp
from desk_rig import Answer, Browser

if TYPE_CHECKING:
    from day_office import Office

PASSWORD = "чотири прості випадкові слова"


@dataclass(frozen=True)
class KeyFile:
    """A member's key file on its own workstation."""

    id: str
    path: Path
    passphrase: str = field(repr=False)
    line: str = field(repr=False)


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
    #: ten of them, on paper
    codes: list[str] = field(repr=False)
    #: the account in the staff bot
    user: int = 0

    @property
    def key(self) -> KeyFile:
        return self.office.files[f"p-{self.handle[2:]}"]

    async def sign_in(self, code: str = "") -> Answer:
        """Number, password and six digits, or a recovery code."""
        await self.browser.get("/sign-in")
        code = code or pyotp.TOTP(self.secret).now()
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

    async def presses(self, bell: dict[str, Any]) -> None:
        """«Взяти» under a bell of the group."""
        (take,) = (one for row in bell["buttons"] for one in row if "data" in one)
        chat = self.office.rig.staff_chat
        pressed = {"message_id": bell["message_id"], "data": take["data"]}
        await self.office.rig.sim("staff/tap", {"user": self.user, "chat": chat, **pressed})

    async def suspends(self, other: "Worker") -> None:
        page = await self.browser.get("/people")
        form = re.search(
            rf'action="(/people/[0-9a-f-]+/suspend)">(?:(?!</form>).)*{other.handle}', page.text
        )
        assert form is not None, page.text
        answer = await self.browser.post(form[1])
        assert answer.to.endswith("said=suspended"), answer.status

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

    async def proves(self, deed: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """A form the desk answers with "who are you?", sent once more with the key file."""
        answer = await self._sent(deed, aiohttp.FormData(self._with_token(fields)))
        if answer[0] != HTTPStatus.UNAUTHORIZED:
            return answer
        assert b"proof_way" in answer[1], "it asks"
        form = aiohttp.FormData(
            self._with_token(fields)
            | {"proof_way": "key", "proof_passphrase": self.key.passphrase}
        )
        form.add_field("proof_file", io.BytesIO(self.key.path.read_bytes()), filename="p.key")
        return await self._sent(deed, form)

    def _with_token(self, fields: dict[str, str]) -> dict[str, str]:
        return {"csrf": self.browser.token, **fields}

    async def _sent(self, path: str, form: aiohttp.FormData) -> tuple[int, bytes]:
        url, origin = f"{self.office.url}{path}", {"Origin": self.office.url}
        async with self.browser.client.post(
            url, data=form, headers=origin, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    async def exports(self, code: str, what: str) -> tuple[int, bytes]:
        """What leaves the desk."""
        await self.opens(code)
        case = self.office.ids[code]
        return await self.proves(f"/cases/{case}/export", {"what": what, "sure": "yes"})

    async def pairs(self) -> str:
        """The page of duplicates, once everything is compared."""
        for _ in range(300):
            page = await self.browser.get("/pairs")
            if "Порівнюємо картки" not in page.text:
                return unescape(page.text)
            await asyncio.sleep(0.1)
        raise AssertionError("the comparing never ends")

    async def reads(self, path: str, text: str) -> str:
        """A page, once it says so."""
        for _ in range(300):
            page = await self.browser.get(path)
            if text in page.text:
                return unescape(page.text)
            await asyncio.sleep(0.1)
        raise AssertionError(f"{path} never says {text!r}")

    async def turns_pages(self, path: str, pattern: str) -> list[str]:
        """What matches on this page and on all that follow it."""
        found: list[str] = []
        while path:
            page = await self.browser.get(path)
            found += re.findall(pattern, page.text)
            following = re.search(rf'href="({re.escape(path.partition("?")[0])}\?[^"]*after=[^"]+)"',
                                  page.text)  # fmt: skip
            path = unescape(following[1]) if following else ""
        return found

    async def undoes_pair(self, one: str, other: str) -> None:
        page = await self.browser.get("/pairs?view=settled")
        lines = [line for line in page.text.split("<li>") if one in line and other in line]
        found = re.search(r'action="(/pairs/[0-9a-f-]+/undo)"', lines[0])
        answer = await self.browser.post(found[1], {"to": "/pairs"})
        assert "said=undone" in answer.to, answer.status

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


def unpacked(package: bytes) -> dict[str, bytes]:
    """The files of an evidence package, by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_elsewhere(pdf: bytes) -> Iterator[str]:
    """The text of a PDF as Poppler's reader has it, where that is installed."""
    if reader := shutil.which("pdftotext"):
        read = subprocess.run([reader, "-", "-"], input=pdf, capture_output=True, check=True)
        yield read.stdout.decode()
