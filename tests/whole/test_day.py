"""A day of the office, from the first report in the morning to the audit in the evening.

Twelve invented families write through the real bot; triage, a prosecutor and the head of the unit
work at a desk with rights and keys of its own; at noon the prosecutor is suspended and leaves.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
import asyncpg
import day_families as told
import opened
import pytest
from day_families import Family, family
from day_office import Office, key_files, office, unpacked
from pdf_text import Pdf
from rig import Database, rigged
from strolling import Stroller

from cases import database, group_keys
from cases.group_keys import NotGranted
from flows.answers import Word
from vault import keys, member, recipients, unseal

pytestmark = pytest.mark.timeout(300)
FAST = {"DODOMU_RATE": "500", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50",
        "DODOMU_GROUP_RATE": "20"}  # fmt: skip
QUESTION = "Якого кольору були окуляри Мирослави?"
ANSWER = "Сині окуляри з Ґанґу"
BASIS, DEATH = "Вільшаненко бачила документи 24 листопада", "Довідка від Жовни, звірено"


@dataclass
class Day:
    """The office and its families, by their numbers."""

    office: Office
    client: aiohttp.ClientSession
    families: dict[int, Family] = field(default_factory=dict)

    def code(self, number: int) -> str:
        return self.families[number].code

    async def comes(self, number: int, name: str, story, locale: str = "uk") -> None:
        """Somebody writes to the bot for the first time."""
        one = await family(self.office.rig, self.client, number, name, locale)
        self.families[number] = one
        await one.lives(story)

    async def rows(self, query: str, *values):
        connection = await asyncpg.connect(self.office.rig.database.url)
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()


@pytest.fixture
async def day(tmp_path, database_url):
    files = await key_files(tmp_path, tmp_path / "command.log")
    async with (
        rigged(tmp_path, Database(database_url), kept=False, **FAST) as rig,
        office(rig, files) as made,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client,
    ):
        rig.start()
        yield Day(made, client)


async def test_a_day_of_twelve_families_and_three_prosecutors(day):
    await morning(day)


async def morning(day: Day) -> None:
    """Ten families report, and the office comes to work."""
    first = told.report(told.Child("Щигленко Соломія Ігорівна", "14 5 2016", "UA-23", "Мелітополь"))
    await asyncio.gather(
        day.office.hires(),
        day.comes(1, "Олена", told.critical()),
        day.comes(2, "Ганна", told.siblings()),
        day.comes(3, "Оксана", first),
        day.comes(4, "Лариса", told.aunt(), "ru"),
        day.comes(5, "Друг", told.child()),
        day.comes(6, "John", told.sighting(), "en"),
        day.comes(7, "Степан", told.report(told.RETURNED)),
        day.comes(8, "Учителька", told.group()),
        day.comes(9, "Петро", told.with_files()),
        day.comes(10, "Ніна", told.withdraws()),
        day.comes(12, "Віра", told.hardly_knows()),
    )
