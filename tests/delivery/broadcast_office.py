"""What the tests of broadcasts share: a few families by their chats, people of the desk, a draft."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from post_office import VAULT

from cases import broadcast_deeds, broadcasts, reach
from cases.audience import Audience
from cases.broadcast_content import Button, Content, Text
from cases.person import Person
from cases.turn import Conversation, Turn, save
from vault.local import Vault

TEXTS = {
    "uk": Text(
        "<b>Нова адреса</b> кабінету", "Бо змінюється адреса",
        (Button("Відкрити", "https://example.org/"),),
    ),
    "en": Text("<b>New address</b>", "Because the address changes"),
}  # fmt: skip
NEWS = Content("Адреса", TEXTS)
URGENT = replace(NEWS, audience=Audience(safety=True), urgent="Обстріл")


async def person(pool: asyncpg.Pool, role: str, name: str) -> Person:
    row = await pool.fetchrow(
        "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
        " VALUES ($1, $2, $3, '{UA}', 'active', now(), now())"
        " RETURNING id, number, name, role, units, state",
        *(uuid4(), name, role),
    )
    return Person(
        row["id"], row["number"], row["name"], row["role"], tuple(row["units"]), row["state"]
    )


async def family(
    pool: asyncpg.Pool,
    signer: Any,
    now: datetime,
    chat: int,
    *,
    locale: str = "uk",
    area: str = "controlled",
    safe: str = "yes",
    silence: str = "",
    quiet: bool = False,
    vault: Vault = VAULT,
    bot_id: int = 1,
) -> bytes:
    """A chat as the bot leaves it after "I agree"; its reference."""
    ref = vault.chat_ref(bot_id, chat)
    known = await pool.fetchval("SELECT version FROM conversation WHERE chat_ref = $1", ref)
    state: dict[str, Any] = {
        "settled": {"area": area, "safe": safe, "consent": {"version": 1}},
    }
    if silence:
        state["silence"] = silence
    talk = Conversation(
        ref, "family", chat, locale, quiet=quiet or area == "occupied", version=known or 0,
        state=state,
    )  # fmt: skip
    turn = Turn("family", bot_id, None, b"", talk, {}, frozenset())
    turn.jobs.append(reach.kept(ref, reach.of(talk)))
    await save(pool, vault, turn, signer=signer, now=now)
    return ref


async def sent_case(
    pool: asyncpg.Pool,
    ref: bytes,
    *,
    status: str = "received",
    oblast: str | None = None,
    kind: str = "report",
    erase: bool = False,
) -> None:
    await pool.execute(
        "INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version,"
        " locale, channel, children, answers, recipient, due_at, oblast, erase_asked_at)"
        " VALUES ($1, $2, $3, $4, $5, 'low', '{}', 1, 'uk', 'telegram', 1, 1, 'x', now(), $6,"
        " CASE WHEN $7 THEN now() END)",
        *(uuid4(), uuid4().hex, ref, kind, status, oblast, erase),
    )


class Desk:
    """Ірина writes, Савчук approves; both by the deeds the desk has."""

    def __init__(self, pool: asyncpg.Pool, signer: Any, now: datetime) -> None:
        self.pool, self.signer, self.now = pool, signer, now
        self.iryna: Person
        self.savchuk: Person

    async def hire(self) -> None:
        self.iryna = await person(self.pool, "operator", "Ірина")
        self.savchuk = await person(self.pool, "head", "Савчук")

    def by(self, who: Person) -> dict[str, Any]:
        return {"by": who, "signer": self.signer, "now": self.now}

    async def submitted(self, content: Content = NEWS) -> UUID:
        by = self.by(self.iryna)
        id_ = await broadcasts.create(self.pool, content, **by)
        print_ = (await self.read(id_)).digest
        await broadcast_deeds.mark_tested(self.pool, id_, print_, **by)
        await broadcast_deeds.submit(self.pool, id_, was=print_, **by)
        return id_

    async def approved(self, content: Content = NEWS, *, again: bool = True) -> UUID:
        id_ = await self.submitted(content)
        print_ = (await self.read(id_)).digest
        await broadcast_deeds.approve(self.pool, id_, print_, again=again, **self.by(self.savchuk))
        return id_

    async def read(self, id_: UUID) -> broadcasts.Broadcast:
        found = await broadcasts.read(self.pool, id_)
        assert found is not None
        return found
