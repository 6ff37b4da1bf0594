"""A desk over real HTTP, people who work at it, and browsers that remember cookies."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg

from cases import sessions
from cases.audit import Signer
from cases.person import COLUMNS, Person, person_of
from cases.sessions import Opening
from desk.site import Site

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Answer:
    status: int
    text: str
    headers: Any
    cookies: Any

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Browser:
    """Cookies of its own; forms carry the token of the page looked at last."""

    desk: "Desk"
    client: aiohttp.ClientSession
    token: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._seen("GET", path, None, headers)

    async def post(self, path: str, fields: Any = None, **headers: str) -> Answer:
        given = {"csrf": self.token, **(fields or {})}
        body = [
            (name, one)
            for name, value in given.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        headers = {"Origin": self.desk.url, **headers}
        return await self._seen("POST", path, aiohttp.FormData(body), headers)

    async def sends(self, path: str, json: Any) -> Answer:
        """What a script of a page sends."""
        headers = {"Origin": self.desk.url, "X-CSRF": self.token}
        async with self.client.post(
            self.desk.url + path, json=json, headers=headers, allow_redirects=False
        ) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, answer.cookies)

    async def _seen(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        async with self.client.request(
            method, self.desk.url + path, data=body, headers=headers, allow_redirects=False
        ) as answer:
            text = await answer.text()
            found = CSRF.search(text)
            if found:
                self.token = found[1]
            return Answer(answer.status, text, answer.headers, answer.cookies)

    async def follow(self, answer: Answer) -> Answer:
        assert answer.status == 303, answer.text
        return await self.get(answer.to)

    def cookie(self, name: str) -> str:
        return next(one.value for one in self.client.cookie_jar if one.key == name)


@dataclass
class Desk:
    """`pool` has the rights of the desk, `owner` all of them."""

    url: str
    site: Site
    owner: "asyncpg.Pool"
    clock: Clock
    signer: Signer
    browsers: list[aiohttp.ClientSession] = field(default_factory=list)

    def browser(self) -> Browser:
        client = aiohttp.ClientSession(headers={"User-Agent": "Firefox/140 (Windows)"})
        self.browsers.append(client)
        return Browser(self, client)

    async def person(
        self, role: str = "prosecutor", units: tuple[str, ...] = ("UA",), name: str = "Марченко",
        state: str = "active",
    ) -> Person:  # fmt: skip
        row = await self.owner.fetchrow(
            "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
            f" VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING {COLUMNS}",
            *(uuid4(), name, role, list(units), state, self.clock()),
        )
        return person_of(row)

    async def signed_in(self, person: Person, *, proven: bool = True) -> Browser:
        """Past the door, without showing a key. `proven`: and has just shown who it is again."""
        browser = self.browser()
        token = secrets.token_urlsafe(32)
        async with self.owner.acquire() as connection, connection.transaction():
            await sessions.start(
                connection, person, Opening(uuid4(), token, "passkey", ""),
                signer=self.signer, now=self.clock(),
            )  # fmt: skip
            if proven:
                await connection.execute(
                    "UPDATE desk_session SET proven_at = $1 WHERE person_id = $2",
                    *(self.clock(), person.id),
                )
        browser.client.cookie_jar.update_cookies(
            {"desk": token}, aiohttp.client.URL(self.url + "/")
        )
        await browser.get("/me")
        return browser

    async def at_work(self, role: str, units: tuple[str, ...] = ("UA",)) -> Browser:
        return await self.signed_in(await self.person(role, units))

    async def case(self, **given: Any) -> UUID:
        """A case as the bot stored it, without what is sealed."""
        return await case(self.owner, self.clock(), **given)

    async def audit(self, action: str) -> list[Any]:
        return await self.owner.fetch("SELECT * FROM audit WHERE action = $1", action)


async def case(pool: "asyncpg.Pool", now: datetime, **given: Any) -> UUID:
    number = await pool.fetchval("SELECT count(*) FROM cases")
    row = {
        "id": uuid4(), "code": f"7K4M-{number:04d}", "chat_ref": b"c" * 16, "kind": "report",
        "status": "received", "level": "medium", "reasons": ["R9.place_known"],
        "rules_version": 1, "age_band": "6-11", "oblast": "UA-65",
        "scenario": "camp_not_returned", "locale": "uk", "channel": "family", "children": 1,
        "answers": 9, "recipient": "age1", "received_at": now,
        "due_at": now + timedelta(hours=1), **given,
    }  # fmt: skip
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await pool.execute(f"INSERT INTO cases ({', '.join(row)}) VALUES ({places})", *row.values())
    return row["id"]
