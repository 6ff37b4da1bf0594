"""An office for tests: a head and a prosecutor with keys, and the group's key before and after."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
from pyrage.x25519 import Identity

from cases import group_keys
from vault import grant, member
from vault.member import Member
from vault.recipients import GroupKey, MemberKey, Recipients
from vault.seal import CaseKey, new_case_key

DAY = timedelta(days=1)


def entry(person: Member, since: datetime, until: datetime | None = None) -> MemberKey:
    return MemberKey(person.id, person.recipient, person.public, since, until)


class Office:
    """`before` and `after` are the lists around the rotation at `now`, at which Марченко leaves."""

    def __init__(self, listed: Recipients, old: Identity, now: datetime) -> None:
        self.old, self.new, self.now = old, Identity.generate(), now
        self.head, self.marchenko = member.fresh("p-01"), member.fresh("p-07")
        since = now - DAY
        people = (entry(self.head, since), entry(self.marchenko, since))
        self.before = replace(listed, members=people)
        first = replace(listed.triage[0], retired_at=now)
        second = GroupKey("triage", 2, str(self.new.to_public()), now)
        self.after = replace(
            listed,
            version=2,
            triage=(first, second),
            members=(people[0], entry(self.marchenko, since, now)),
        )

    async def grant(
        self, pool: asyncpg.Pool, to: Member, *, listed: Recipients | None = None
    ) -> None:
        """The head gives the group's key that is in use in the list."""
        among = listed or self.before
        group = among.triage[-1]
        held = self.new if group.version == 2 else self.old
        at = self.now if listed else self.now - timedelta(hours=1)
        wrap = grant.give(held, group, among.member(to.id), self.head, id_=uuid4(), now=at)
        await group_keys.grant(pool, wrap, among, by=self.head, now=at)


async def sealed_cases(pool: asyncpg.Pool, listed: Recipients, count: int) -> dict[UUID, CaseKey]:
    """Cases that need no more than a key, sealed to the list, by the thousand."""
    made = {case: new_case_key(case, listed) for case in (uuid4() for _ in range(count))}
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            "cases",
            columns=_COLUMNS,
            records=[
                (
                    *(case, case.hex, b"c", "report", "received", "low", [], 1, "uk", "telegram"),
                    *(1, 1, key.recipient, listed.as_of),
                )
                for case, key in made.items()
            ],
        )
        await connection.copy_records_to_table(
            "case_key",
            columns=("case_id", "list_version", "sealed"),
            records=[(case, listed.version, key.sealed) for case, key in made.items()],
        )
    return made


_COLUMNS = (
    "id", "code", "chat_ref", "kind", "status", "level", "reasons", "rules_version", "locale",
    "channel", "children", "answers", "recipient", "due_at",
)  # fmt: skip
