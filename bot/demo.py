"""Without a token: a Telegram of our own, people who live in it, and keys to throw away.

Nothing leaves this computer. Everything lies in one folder; deleting that is starting again.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson

import sandbox
from sandbox import Running

OLENA: Final = 7000001
PETRO: Final = 5000000001
MARCHENKO: Final = 7000002
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
_GROUP_TITLE: Final = "Чергові прокурори"


@dataclass(frozen=True)
class Demo:
    """A sandbox with people in it. `staff_chat` is the group the bell rings in."""

    running: Running
    staff_chat: int
    tokens: dict[str, str] = field(repr=False)

    @property
    def family_link(self) -> str:
        return f"{self.running.url}/#family={OLENA}"

    @property
    def staff_link(self) -> str:
        return f"{self.running.url}/#staff={MARCHENKO}"

    @property
    def both_link(self) -> str:
        """A family and the staff side by side."""
        return f"{self.running.url}/#family={OLENA}&staff={MARCHENKO}"

    def told(self, folder: Path) -> str:
        """What to print once everything runs."""
        return (
            "Демо готове. Нічого не надсилається в Telegram.\n"
            f"  Чат родини      {self.family_link}\n"
            f"  Чат прокурорів  {self.staff_link}\n"
            f"Дані: {folder} (видалити: dodomu sandbox --reset). Зупинити: Ctrl+C.\n"
            "\n"
            "The demo is ready. Nothing is sent to Telegram.\n"
            f"  A family's chat  {self.family_link}\n"
            f"  The staff chat   {self.staff_link}\n"
            f"  Both together    {self.both_link}\n"
            f"Data: {folder} (to delete: dodomu sandbox --reset). To stop: Ctrl+C."
        )


@asynccontextmanager
async def opened(folder: Path, port: int) -> AsyncIterator[Demo]:
    """The sandbox, running, with its people. Raises OSError when the port is taken."""
    state = folder / "telegram.json"
    running = await sandbox.start(port=port, state_file=state)
    try:
        staff_chat = await _people(running.url, folder / "people.json", fresh=not state.exists())
        yield Demo(running, staff_chat, dict(sandbox.TOKENS))
    finally:
        await running.stop()


def reset(folder: Path) -> bool:
    """Delete the sandbox's chats and keys; whether there was anything to delete."""
    there = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return there


async def _people(url: str, note: Path, *, fresh: bool) -> int:
    """Make the cast; the id of the duty group, the same one as long as the state is kept."""
    async with aiohttp.ClientSession() as client:
        await _sim(client, f"{url}/sim/users", list(_CAST))
        if not fresh and note.exists():
            kept: int = orjson.loads(note.read_bytes())["staff_chat"]
            return kept
        group = {"title": _GROUP_TITLE, "members": [MARCHENKO], "bots": ["staff"]}
        made: int = (await _sim(client, f"{url}/sim/groups", group))["id"]
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_bytes(orjson.dumps({"staff_chat": made}))
    return made


async def _sim(client: aiohttp.ClientSession, url: str, body: Any) -> Any:
    async with client.post(url, data=orjson.dumps(body)) as answer:
        answer.raise_for_status()
        return orjson.loads(await answer.read())
