"""Families to write to, a broadcast as a form sends it, and somebody who plays the sender."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from desk_rig import Browser, Desk

WHY = "Ви писали в цей бот. Не отримувати: /stop"


async def families(
    owner: Any, n: int, *, locale: str = "uk", first: int = 0, **reach: Any
) -> None:
    """`n` chats that agreed to the terms; `reach`: area, silence, quiet, blocked."""
    refs = [(first + one).to_bytes(16, "big") for one in range(n)]
    blocked = "now()" if reach.get("blocked") else "NULL"
    await owner.executemany(
        "INSERT INTO conversation (chat_ref, bot, sealed, revision, version, locale, quiet,"
        f" blocked_at) VALUES ($1, 'family', '', 1, 1, $2, $3, {blocked})",
        [(ref, locale, bool(reach.get("quiet"))) for ref in refs],
    )
    await owner.executemany(
        "INSERT INTO reach (chat_ref, area, silence, hushed) VALUES ($1, $2, $3, false)",
        [(ref, reach.get("area", "controlled"), reach.get("silence")) for ref in refs],
    )


def typed(
    text: str = "Відкрився <b>центр</b> допомоги.", name: str = "Центр", **more: Any
) -> dict[str, Any]:
    """The fields of the form; `more` with "__" for the points in their names."""
    fields = {"name": name, "text.uk": text, "why.uk": WHY}
    return fields | {key.replace("__", "."): value for key, value in more.items()}


@dataclass
class Office:
    """An operator who writes, a head who approves, over one desk."""

    desk: Desk
    writer: Browser
    head: Browser
    people: dict[str, Any] = field(default_factory=dict)

    async def drafted(self, **more: Any) -> UUID:
        answer = await self.writer.post("/broadcasts", typed(**more))
        assert answer.status == 303, answer.text
        return UUID(answer.to.split("/")[2].split("?")[0])

    async def digest(self, id_: UUID) -> str:
        return (
            await self.desk.owner.fetchval("SELECT digest FROM broadcast WHERE id = $1", id_)
        ).hex()

    async def state(self, id_: UUID) -> str:
        return await self.desk.owner.fetchval("SELECT state FROM broadcast WHERE id = $1", id_)

    async def arrived(self, id_: UUID) -> None:
        """The test was sent and came; what the postman does."""
        await self.desk.owner.execute(
            "UPDATE broadcast SET tested_digest = digest WHERE id = $1", id_
        )

    async def submitted(self, **more: Any) -> UUID:
        id_ = await self.drafted(**more)
        await self.arrived(id_)
        answer = await self.writer.post(
            f"/broadcasts/{id_}/submit", {"was": await self.digest(id_)}
        )
        assert answer.to.endswith("said=submitted"), answer.text
        return id_

    async def approval(self, id_: UUID, **more: str) -> dict[str, str]:
        at = await self.desk.owner.fetchval("SELECT not_before FROM broadcast WHERE id = $1", id_)
        time = at.isoformat() if at else ""
        return {"digest": await self.digest(id_), "time": time, "understood": "yes", **more}

    async def approved(self, **more: Any) -> UUID:
        id_ = await self.submitted(**more)
        answer = await self.head.post(f"/broadcasts/{id_}/approve", await self.approval(id_))
        assert answer.to.endswith("said=approved"), answer.text
        return id_

    async def sends(self, id_: UUID, done: dict[str, int], state: str = "running") -> None:
        """So many messages became this; what the crier does."""
        owner = self.desk.owner
        await owner.execute(
            "UPDATE broadcast SET state = $2, started_at = coalesce(started_at, now()),"
            " finished_at = CASE WHEN $2 IN ('finished', 'stopped') THEN $3::timestamptz END,"
            " rate = 29, counted_at = now() WHERE id = $1",
            *(id_, state, self.desk.clock()),
        )
        for became, n in done.items():
            await owner.execute(
                "UPDATE broadcast_recipient SET state = $2, done_at = now(), message_id = 5"
                " WHERE (broadcast_id, chat_ref) IN (SELECT broadcast_id, chat_ref"
                " FROM broadcast_recipient WHERE broadcast_id = $1 AND state = 'queued' LIMIT $3)",
                *(id_, became, n),
            )
            await owner.execute(
                f"UPDATE broadcast SET {became} = {became} + $2 WHERE id = $1", id_, n
            )


async def office(desk: Desk) -> Office:
    people = {
        "operator": await desk.person("operator", (), name="Ірина"),
        "head": await desk.person("head", name="Савчук"),
    }
    return Office(
        desk,
        await desk.signed_in(people["operator"]),
        await desk.signed_in(people["head"]),
        people,
    )
