"""Chats that write faster than people do, a numbered word each time, while things go wrong.

At the question of a child's name every word is answered with a screen that repeats it, so that what
was done with an update, how often and in what order, can be read in the chat.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import scripts
from rig import HAND, Rig

from vault.local import Vault

WAYS_IN = ("Українська", "Так, безпечно", "За кордоном", "Зрозуміло, погоджуюся",
           "Повідомити про дитину", "Мати")  # fmt: skip
BEFORE = 1 + len(WAYS_IN)
"""Updates of one chat until it is asked for the name."""
OPEN = 3
"""Words of one chat that are not answered yet, at most: more at once, and it is asked to wait."""
_PACE = 0.7


@dataclass
class Talker:
    """One chat. `ref` is its pseudonym in the database."""

    id: int
    ref: bytes
    said: int = 0
    next_at: float = 0.0


@dataclass
class Talkers:
    """`words` each. `poisoned`: updates nobody can take in, handed in between."""

    rig: Rig
    vault: Vault
    words: int
    chats: list[Talker] = field(default_factory=list)
    poisoned: int = 0

    @property
    def updates(self) -> int:
        """All there will be, without the poisoned ones."""
        return len(self.chats) * (BEFORE + self.words)

    @property
    def said(self) -> int:
        return sum(one.said for one in self.chats)

    async def come(self, count: int) -> None:
        """Everybody, as far as the question of the name."""
        made = await self.rig.sim("users", [{"first_name": f"Людина {n}"} for n in range(count)])
        self.chats = [Talker(one["id"], self.vault.chat_ref(1_000_001, one["id"])) for one in made]
        async with asyncio.TaskGroup() as group:
            for one in self.chats:
                group.create_task(self._comes(one))

    async def _comes(self, one: Talker) -> None:
        await self.rig.sim("family/say", {"user": one.id, "text": "/start"})
        for label in WAYS_IN:
            await asyncio.sleep(HAND)
            async with asyncio.timeout(90):
                while not await self._pressed(one, label):
                    await asyncio.sleep(HAND)

    async def _pressed(self, one: Talker, label: str) -> bool:
        """False while the button is not there yet."""
        pressed = {"user": one.id, "label": label}
        async with self.rig.client.post(f"{self.rig.url}/sim/family/tap", json=pressed) as answer:
            await answer.read()
            return answer.status == 200

    async def talk(self, owner: "asyncpg.Pool") -> None:
        """Until everybody has said all their words and been answered."""
        before = await answered(owner)
        async with asyncio.timeout(1200):
            while True:
                now, seen = time.monotonic(), await answered(owner)
                done = {one.ref: seen.get(one.ref, 0) - before[one.ref] for one in self.chats}
                if sum(done.values()) >= len(self.chats) * self.words:
                    return
                due = [
                    one
                    for one in self.chats
                    if one.said < self.words
                    and now >= one.next_at
                    and one.said - done[one.ref] < OPEN
                ]
                await self._say(due, now)
                await asyncio.sleep(0.15)

    async def _say(self, due: list[Talker], now: float) -> None:
        spoken = [{"user": one.id, "text": f"{word(one.said)} Софія"} for one in due]
        for one in due:
            one.said += 1
            one.next_at = now + _PACE
        if spoken:
            await self.rig.sim("family/say", spoken)

    async def heard(self, one: Talker, owner: "asyncpg.Pool") -> tuple[list[str], int]:
        """The names the bot repeated, in the order they were queued; messages shown besides."""
        chat = (await self.rig.look(f"family/chat/{one.id}"))["messages"]
        texts = {m["message_id"]: m["text"] for m in chat if m["from"] == "bot"}
        rows = await owner.fetch(
            "SELECT message_id FROM outbox WHERE chat_ref = $1 AND method = 'sendMessage'"
            " ORDER BY id",
            one.ref,
        )
        numbers = [row["message_id"] for row in rows]
        assert numbers == sorted(set(numbers)), "a later message arrived before an earlier one"
        repeated = [_name_in(texts[number]) for number in numbers]
        return [name for name in repeated if name], len(texts.keys() - set(numbers))


def word(number: int) -> str:
    """A surname for each number."""
    return scripts.surname(number)


def _name_in(text: str) -> str:
    """The surname that the bot has understood."""
    found = text.partition("Прізвище: ")[2]
    return found.partition(".")[0] if text.startswith("Записали так") else ""


async def answered(owner: "asyncpg.Pool") -> dict[bytes, int]:
    """How many messages were queued for each chat."""
    rows: list[Any] = await owner.fetch(
        "SELECT chat_ref, count(*) AS many FROM outbox"
        " WHERE bot = 'family' AND method = 'sendMessage' GROUP BY chat_ref"
    )
    return {row["chat_ref"]: row["many"] for row in rows}
