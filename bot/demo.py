"""Without a token: a Telegram of our own, people who live in it, and keys to throw away.

Nothing leaves this computer. Everything lies in one folder; deleting that is starting again.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import aiohttp
import orjson

import sandbox
from cases.people import Newcomer

OLENA: Final = 7000001
PETRO: Final = 5000000001
MARCHENKO: Final = 7000002
DUTY: Final = -1001000000001
_CAST: Final = (
    {
        "id": OLENA, "first_name": "Олена", "language_code": "uk", "phone": "+380501112233",
    },
    {
        "id": PETRO, "first_name": "Петро", "language_code": "uk", "phone": "+380671112233",
    },
    {
        "id": MARCHENKO, "first_name": "Марченко", "last_name": "(прокурор)",
        "language_code": "uk", "started": ["staff"],
    },
)  # fmt: skip

#: who works at the demo's desk; a button signs each of them in
STAFF: Final = {
    UUID("d0d00000-0000-4000-8000-000000000001"): Newcomer("Марченко", "prosecutor", ("UA",)),
    UUID("d0d00000-0000-4000-8000-000000000002"): Newcomer("Савчук", "head", ("UA",)),
    UUID("d0d00000-0000-4000-8000-000000000003"): Newcomer("Ірина", "operator", ("UA",)),
    UUID("d0d00000-0000-4000-8000-000000000004"): Newcomer("Бондар", "admin", ("UA",)),
}


_GROUP: Final = {
    "id": DUTY, "title": "Чергові", "members": [MARCHENKO], "bots": ["staff"],
}  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A running sandbox with people in it. Its address has no slash at its end."""

    url: str
    tokens: dict[str, str] = field(repr=False)

    #: the duty group: where the bell rings
    staff_chat: int = DUTY

    @property
    def family_link(self) -> str:
        return f"{self.url}/#family={OLENA}"

    @property
    def staff_link(self) -> str:
        return f"{self.url}/#staff={DUTY}"

    @property
    def both_link(self) -> str:
        """A family and the staff side by side."""
        return f"{self.url}/#family={OLENA}&staff={DUTY}"

    def told(self, folder: Path, desk: str) -> str:
        """What to print once everything runs. `desk`: the prosecutors' desk."""
        return (
            "Демо готове. Нічого не надсилається в Telegram.\n"
            f"  Чат родини      {self.family_link}\n"
            f"  Чат прокурорів  {self.staff_link}\n"
            f"  Кабінет         {desk}\n"
            f"Дані: {folder} (видалити: dodomu sandbox --reset). Зупинити: Ctrl+C.\n"
            "\n"
            "The demo is ready. Nothing is sent to Telegram.\n"
            f"  A family's chat  {self.family_link}\n"
            f"  The staff chat   {self.staff_link}\n"
            f"  The desk         {desk}\n"
            f"  Both together    {self.both_link}\n"
            f"Data: {folder} (to delete: dodomu sandbox --reset). To stop: Ctrl+C."
        )


@asynccontextmanager
async def opened(folder: Path, port: int) -> AsyncIterator[Demo]:
    """The sandbox, running, with its people. Raises OSError when the port is taken."""
    running = await sandbox.start(port=port, state_file=folder / "telegram.json")
    try:
        await _people(running.url)
        yield Demo(running.url, dict(sandbox.TOKENS))
    finally:
        await running.stop()


def elsewhere(port: int) -> Demo:
    """The sandbox that another process of ours runs on this computer."""
    return Demo(f"http://127.0.0.1:{port}", dict(sandbox.TOKENS))


def folder(data: Path) -> Path:
    """Where the sandbox keeps everything, inside the data folder."""
    return data / "sandbox"


def reset(folder: Path) -> bool:
    """Delete the sandbox's chats and keys; whether there was anything to delete."""
    there = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return there


async def _people(url: str) -> None:
    """Make the cast and its group, or make sure of them: a known id is updated in place."""
    async with aiohttp.ClientSession() as client:
        for path, body in (("users", _CAST), ("groups", _GROUP)):
            async with client.post(f"{url}/sim/{path}", data=orjson.dumps(body)) as answer:
                answer.raise_for_status()
