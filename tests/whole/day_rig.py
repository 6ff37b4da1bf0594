"""Everything the scripted day happens in: the bot, the desk, the families, and how to look."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from day_families import Family, Story, family
from day_office import Office, key_files, office
from rig import Database, rigged

FAST = {"DODOMU_RATE": "500", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50",
        "DODOMU_GROUP_RATE": "20"}  # fmt: skip


@dataclass
class Day:
    """The office and its families, by their numbers. `settled`: each chat when its person left."""

    office: Office
    client: aiohttp.ClientSession
    families: dict[int, Family] = field(default_factory=dict)
    settled: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    #: the first bell of the morning, as it rang
    bell: dict[str, Any] = field(default_factory=dict)

    def code(self, number: int) -> str:
        return self.families[number].code

    async def comes(self, number: int, name: str, story: Story, locale: str = "uk") -> None:
        """Somebody writes to the bot for the first time."""
        one = await family(self.office.rig, self.client, number, name, locale)
        self.families[number] = one
        await self.again(number, story)

    @staticmethod
    def found(pattern: str, page: str) -> str:
        """The first group of what must be on the page."""
        match = re.search(pattern, page)
        assert match is not None, pattern
        return match[1]

    async def again(self, number: int, story: Story) -> None:
        """Somebody takes the telephone up."""
        await self.families[number].lives(story)
        seen: list[dict[str, Any]] = []
        while (now := await self.families[number].chat()) != seen:
            seen = now
            await asyncio.sleep(0.4)
        self.settled[number] = seen

    async def rows(self, query: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self.office.rig.database.url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def until(self, query: str) -> None:
        """Wait until the database says so."""
        for _ in range(900):
            if (await self.rows(query))[0][0]:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(query)

    async def standing(self, number: int) -> dict[str, Any]:
        """What may be read of a family's case without its key."""
        (row,) = await self.rows("SELECT * FROM cases WHERE code = $1", self.code(number))
        return dict(row)

    async def copies(self, number: int) -> list[bytes]:
        """The sealed copies of the case's key."""
        rows = await self.rows(
            "SELECT k.sealed FROM case_key k JOIN cases c ON c.id = k.case_id WHERE c.code = $1",
            self.code(number),
        )
        return [row["sealed"] for row in rows]

    async def staff_chats(self) -> list[Any]:
        """The duty group, and what the bot said to each of its people alone."""
        rig = self.office.rig
        people = [one["id"] for one in (await rig.look("users"))["users"]]
        chats = [await rig.look(f"staff/chat/{one}") for one in (rig.staff_chat, *people)]
        return [one["messages"] for one in chats]

    def logs(self) -> str:
        """Everything the processes wrote."""
        found = self.office.rig.folder.glob("*.log")
        return "\n".join(one.read_text(encoding="utf-8") for one in found)


def keep(name: str, content: bytes) -> None:
    """For whoever wants to look at it: DAY_KEEPS names a folder."""
    if folder := os.environ.get("DAY_KEEPS"):
        Path(folder, name).write_bytes(content)


@asynccontextmanager
async def a_day(folder: Path, database_url: str) -> AsyncIterator[Day]:
    """Everything runs; nobody has written, and nobody works at the desk yet."""
    files = await key_files(folder, folder / "command.log")
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        rigged(folder, Database(database_url), kept=False, **FAST) as rig,
        aiohttp.ClientSession(connector=connector) as client,
    ):
        rig.start()
        async with office(rig, files) as made:
            while "ready" not in rig.log.read_text(encoding="utf-8").splitlines():
                await asyncio.sleep(0.05)
            yield Day(made, client)
