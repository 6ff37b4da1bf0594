"""Very many families as the bot leaves them, and a broadcast to them that two people approved."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from cases import broadcast_deeds, broadcasts, database
from cases.audience import BOT, Audience
from cases.broadcast_content import Content, Text, digest
from cases.outbox import CHANNEL, row_name
from cases.person import Person
from vault import chain, keys
from vault.local import Vault
from vault.throwaway import KeySet

BOT_ID: Final = 1000001
FIRST: Final = 10_000_000
"""Chat ids of families begin here; those of people who are answered lie below."""
_AT_ONCE: Final = 5000
_SETTLED: Final = {"settled": {"area": "controlled", "safe": "yes", "consent": {"version": 1}}}
_TEXT: Final = Text(
    "<b>Нова адреса.</b> З понеділка ми відповідаємо з іншої адреси. Нічого робити не треба.",
    "Бо адреса змінюється",
)


@dataclass(frozen=True)
class Village:
    """A database with families in it, and the keys their chats are sealed with."""

    url: str
    vault: Vault = field(repr=False)
    signer: Any = field(repr=False)
    families: int

    @classmethod
    async def of(cls, url: str, keyset: KeySet, families: int) -> "Village":
        vault = keys.load_vault(keyset.vault)
        seed = keys.load_intake_sign(keyset.intake_sign).seed
        made = cls(url, vault, partial(chain.sign, seed), families)
        connection = await asyncpg.connect(url)
        try:
            await made._settle(connection)
        finally:
            await connection.close()
        return made

    async def _settle(self, connection: "asyncpg.Connection") -> None:
        for start in range(0, self.families, _AT_ONCE):
            many = range(start, min(start + _AT_ONCE, self.families))
            rows = list(self._rows(many))
            await connection.copy_records_to_table(
                "conversation",
                columns=("chat_ref", "bot", "sealed", "revision", "version", "locale", "quiet"),
                records=rows,
            )
            await connection.copy_records_to_table(
                "reach",
                columns=("chat_ref", "area", "hushed"),
                records=[(row[0], "controlled", False) for row in rows],
            )
        await connection.execute("ANALYZE conversation; ANALYZE reach")

    def _rows(self, many: range) -> Iterator[tuple[Any, ...]]:
        for number in many:
            chat = FIRST + number
            ref = self.vault.chat_ref(BOT_ID, chat)
            inside = {"chat_id": chat, "state": _SETTLED, "pace": {}}
            sealed = self.vault.seal(inside, b"conversation|" + ref)
            yield (ref, BOT, sealed, 1, 1, "uk", False)

    async def approved(self) -> tuple[UUID, float]:
        """A broadcast to all of them, due now, at night too; how many seconds freezing took."""
        loop = asyncio.get_running_loop()
        now = datetime.now(UTC) - timedelta(minutes=5)
        meant = Audience(safety=True)
        content = Content(f"Адреса {uuid4()}", {"uk": _TEXT}, meant, urgent="benchmark")
        async with await database.connect(self.url, most=2) as pool:
            author, head = [await _person(pool, role) for role in ("operator", "head")]
            by: dict[str, Any] = {"by": author, "signer": self.signer, "now": now}
            id_ = await broadcasts.create(pool, content, **by)
            print_ = digest(content)
            await broadcast_deeds.mark_tested(pool, id_, print_, **by)
            await broadcast_deeds.submit(pool, id_, was=print_, **by)
            began = loop.time()
            await broadcast_deeds.approve(pool, id_, print_, again=True, **by | {"by": head})
            return id_, loop.time() - began

    async def reply(self, connection: "asyncpg.Connection", number: int) -> None:
        """Queue an answer to somebody, as a turn does."""
        chat = 1 + number % 5000
        ref = self.vault.chat_ref(BOT_ID, chat)
        said = {"chat_id": chat, "params": {"text": f"reply {number}"}}
        await connection.execute(
            "WITH queued AS (INSERT INTO outbox (bot, chat_ref, lane, method, sealed)"
            " VALUES ($1, $2, 0, 'sendMessage', $3)) SELECT pg_notify($4, $1)",
            *(BOT, ref, self.vault.seal(said, row_name(ref)), CHANNEL),
        )


async def _person(pool: "asyncpg.Pool", role: str) -> Person:
    row = await pool.fetchrow(
        "INSERT INTO staff (id, name, role, units, state) VALUES ($1, 'x', $2, '{UA}', 'active')"
        " RETURNING id, number, name, role, units, state",
        *(uuid4(), role),
    )
    return Person(
        row["id"], row["number"], row["name"], row["role"], tuple(row["units"]), row["state"]
    )
