"""People who report through the real bot while it dies, and what must be true of them afterwards.

The sandbox runs in the test's own process, the bot as a child of the oven. Whoever has finished
makes room for somebody new, so that there is always somebody to be disturbed.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import opened
import scripts
from oven import Child, Oven
from rig import Rig, Walker, environment

import sandbox
from cases.audit import verify
from delivery.sender import concurrency
from vault import keys, recipients, throwaway

AT_ONCE = 4
"""People who report at the same time."""
RATE = 1000
COPIES = concurrency(RATE)
"""So many calls are in flight at most: as many copies may a kill of the sender leave."""
FAST = {"DODOMU_RATE": f"{RATE}", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50"}
PATIENCE = 60.0
_OLDER = timedelta(hours=6)
"""A host whose clock is before the date of the list seals nothing, and says so."""
A_LONG_ONE = 4
"""Every so many, somebody tells far more, and takes their time: the bot would ask for it."""


class Hasty(Walker):
    """Somebody who thinks of nothing but the next button, and has few of them to press."""

    async def reach(self) -> None:
        return


@dataclass
class Verdict:
    """What became of everybody: `lost` and `doubled` must be empty, `copies` few."""

    people: int = 0
    copies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def is_long(number: int) -> bool:
    return number % A_LONG_ONE == 0


def script_of(number: int) -> list[scripts.Step]:
    """What the person of this number says, from the first word to Send."""
    at, more = (number + 500, scripts.about_you(number)) if is_long(number) else (number, [])
    return [*scripts.ARRIVE, *scripts.essentials(at), *more, *scripts.SEND]


@dataclass
class Town:
    """One database, one Telegram, and one bot after the other. `url` is the bot's database."""

    oven: Oven
    rig: Rig
    running: sandbox.Running
    hand: "asyncpg.Connection"
    words: tuple[str, ...] = ("bot", "run")
    bot: Child | None = None
    finished: dict[int, tuple[Walker, str]] = field(default_factory=dict)
    deeds: int = 0
    aside: int = 0
    busy: list[Walker] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _next: int = 0
    _enough: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self, doomed: str = "") -> Child:
        """The next bot; the one before is dead."""
        env = self.rig.env
        self.bot = self.oven.start(list(self.words), env, self.rig.log, doomed)
        return self.bot

    async def died(self, child: Child, patience: float = PATIENCE) -> None:
        """By its own hand, and nothing else."""
        ended = await asyncio.to_thread(child.ended.wait, patience)
        assert ended, f"it never died; {self.rig.log.read_text()[-2000:]}"
        assert child.returncode == -signal.SIGKILL, self.rig.log.read_text()[-2000:]

    @asynccontextmanager
    async def crowd(self, at_once: int = AT_ONCE, *, lives: bool = False) -> AsyncIterator[None]:
        """Inside, people come and report; at its end the last ones finish, with a bot that lives.

        `lives`: the one that runs does.
        """
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._lane()) for _ in range(at_once)]
            try:
                yield
            except BaseException:
                for lane in lanes:
                    lane.cancel()
                raise
            self._enough.set()
            if not lives:
                self.start()

    async def _lane(self) -> None:
        while not self._enough.is_set():
            number = self._next
            self._next += 1
            made = await self.rig.sim("users", {"first_name": "Олена", "language_code": "uk"})
            person = (Walker if is_long(number) else Hasty)(self.rig, made["id"])
            self.busy.append(person)
            try:
                await person.walk(script_of(number))
                receipt = await person.asked("Ваш код")
            except AssertionError as error:
                self.lost.append(str(error))
                self._enough.set()
            else:
                self.finished[number] = (person, receipt["text"])
            self.busy.remove(person)
            self.deeds += person.done

    async def knock(self) -> None:
        """Somebody new says /start, and no more."""
        made = await self.rig.sim("users", {"first_name": "Хтось"})
        await self.rig.sim("family/say", {"user": made["id"], "text": "/start"})
        self.deeds += 1

    async def nonsense(self, wrong: Any = None, *, to_somebody: bool = False) -> None:
        """An update that nobody can take in, in the chat of somebody who does nothing else.

        `to_somebody`: in that of one who is just reporting.
        """
        if to_somebody and self.busy:
            chat_id = self.busy[self.aside % len(self.busy)].id
        else:
            new = {"first_name": "Хтось", "started": ["family"]}
            chat_id = (await self.rig.sim("users", new))["id"]
        chat = {"id": chat_id, "type": "private", "first_name": "Хтось"}
        message = {"message_id": 1, "date": 1, "chat": chat, **(wrong or {"from": "nobody"})}
        await self.rig.sim("family/update", {"update": {"message": message}})
        self.aside += 1

    async def judged(self) -> Verdict:
        """Everything that was to be sent is; then the bot stops, and everything is looked at."""
        found = Verdict(len(self.finished), lost=list(self.lost))
        if not found.lost:
            await self._quiet(found)
        assert self.bot is not None
        self.bot.terminate()
        code = await asyncio.to_thread(self.bot.wait, 60)
        assert code == 0, str(code) + self.rig.log.read_text()[-2000:]
        await self._cases(found)
        await self._rows(found)
        await self._messages(found)
        return found

    async def _quiet(self, found: Verdict) -> None:
        """What tidies up comes last; nobody waits for it, and yet it must come."""
        waiting = (
            "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND bot = 'family'"
        )
        updates = self.running.world.bots["family"].inbox
        try:
            async with asyncio.timeout(PATIENCE):
                while len(updates) or await self.hand.fetchval(waiting):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            found.lost.append(f"{len(updates)} updates, messages still waiting")

    async def _cases(self, found: Verdict) -> None:
        """Each person's case, opened with the desk's key, says what the person said."""
        rows = await opened.cases(self.rig.database.url, self.rig.keyset)
        vault = keys.load_vault(self.rig.keyset.vault)
        theirs: dict[bytes, list[opened.Case]] = {}
        for case in rows:
            theirs.setdefault(case.chat_ref, []).append(case)
        for number, (person, receipt) in self.finished.items():
            cases = theirs.pop(vault.chat_ref(1_000_001, person.id), [])
            if len(cases) > 1:
                found.doubled.append(f"{len(cases)} cases of {person.id}")
            wanted = scripts.expected(number, longer=is_long(number))
            told = opened.said(cases[0]) if cases else {}
            if {key: told.get(key) for key in wanted} != wanted:
                found.lost.append(f"answers of {person.id}")
            if cases and cases[0].code not in receipt:
                found.lost.append(f"the code of {person.id}")
        found.doubled += [f"{len(rest)} cases of nobody" for rest in theirs.values()]

    async def _rows(self, found: Verdict) -> None:
        counted = await self.hand.fetchrow(
            """
            SELECT (SELECT count(*) FROM bot_update) AS updates,
                   (SELECT count(*) FROM quarantine) AS aside,
                   (SELECT count(*) FROM draft) AS drafts,
                   (SELECT count(*) FROM outbox
                     WHERE state <> 'sent' AND NOT (bot = 'staff' AND state = 'queued')) AS unsent,
                   (SELECT count(*) FROM outbox WHERE bot = 'staff') AS bells,
                   (SELECT count(*) FROM audit WHERE action = 'report.sent') AS audited
            """
        )
        people = len(self.finished)
        wanted = {
            "updates": self.deeds + self.aside,
            "aside": self.aside,
            "drafts": 0,
            "unsent": 0,
            "bells": people,
            "audited": people,
        }
        for what, number in wanted.items():
            if counted[what] < number:
                found.lost.append(f"{what}: {counted[what]} of {number}")
            elif counted[what] > number:
                found.doubled.append(f"{what}: {counted[what]} of {number}")
        root = keys.load_root(self.rig.keyset.root).public
        listed = recipients.load(self.rig.keyset.recipients, root, 0, datetime.now(UTC))
        async with asyncpg.create_pool(self.rig.database.url, min_size=0, max_size=1) as pool:
            await verify(pool, listed.signers())

    async def _messages(self, found: Verdict) -> None:
        """Each message went out, in the order of its chat; how many went out again."""
        rows = await self.hand.fetch(
            "SELECT chat_ref, message_id FROM outbox"
            " WHERE bot = 'family' AND method = 'sendMessage' ORDER BY id"
        )
        last: dict[bytes, int] = {}
        for row in rows:
            if row["message_id"] is None or row["message_id"] <= last.get(row["chat_ref"], 0):
                found.lost.append("the order of a chat's messages")
            last[row["chat_ref"]] = row["message_id"] or 0
        family = self.running.world.bots["family"]
        written = Counter(
            note.by_bot for chat in family.chats.values() for note in chat.notes.values()
        )
        found.copies = written[True] - len(rows)
        if found.copies < 0:
            found.lost.append(f"{-found.copies} messages")


@asynccontextmanager
async def town(
    oven: Oven, folder: Path, database: Any, *, bot_url: str | None = None, **settings: str
) -> AsyncIterator[Town]:
    """Nobody lives there yet, and no bot runs. `bot_url`: where the bot finds the database."""
    keyset = throwaway.make_all(folder / "keys", datetime.now(UTC) - _OLDER)
    running = await sandbox.start()
    hand = await asyncpg.connect(database.url)
    async with aiohttp.ClientSession() as client:
        rig = Rig(running.url, database, folder, keyset, client)
        rig.log.touch()
        one = (await rig.sim("users", {"first_name": "Марченко", "started": ["staff"]}))["id"]
        group = await rig.sim("groups", {"title": "Чергові", "members": [one], "bots": ["staff"]})
        inherited = {
            n: os.environ[n] for n in ("PATH", "HOME", "LANG", "TMPDIR") if n in os.environ
        }
        told = environment(running.url, bot_url or database.url, folder / "var", keyset)
        rig.env = inherited | told | FAST | {"DODOMU_STAFF_CHAT": str(group["id"])} | settings
        made = Town(oven, rig, running, hand)
        try:
            yield made
        finally:
            if made.bot is not None:
                made.bot.kill()
                await asyncio.to_thread(made.bot.wait, 30)
            await running.stop()
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await made.hand.close()
