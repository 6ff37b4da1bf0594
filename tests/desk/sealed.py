"""Cases that are really sealed, and people who really hold a key: for the pages that open them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from cases import group_keys, messages
from cases.document import Consented
from cases.intake import prepare
from cases.turn import load, save
from flows.answers import Answer, Json, State
from flows.draft import Draft
from flows.report import REPORT
from vault import grant, keys, member, recipients, throwaway
from vault.box import Box
from vault.local import Vault
from vault.member import Member
from vault.recipients import MemberKey, Recipients

AT = "2026-11-24T06:58:00+00:00"
NAME: dict[str, Json] = {
    "family": "Коваленко", "given": "Артем", "patronymic": "Ігорович",
    "latin": "Kovalenko Artem", "verbatim": "коваленко артем",
}  # fmt: skip
PLACE: dict[str, Json] = {
    "country": "UA", "oblast": "UA-65", "region": None, "code": "UA65100150010037775",
    "name": "Олешки", "text": "алешки",
}  # fmt: skip


def draft(**more: "Json | Answer") -> Draft:
    """A report of one child, as it may be sent."""
    born: dict[str, Json] = {
        "edtf": "2017-03-27", "from": "2017-03-27", "to": "2017-03-27", "precision": "day",
    }  # fmt: skip
    told: dict[str, Json | Answer] = {
        "relation": "mother",
        "children/k3xf/name": Answer(State.GIVEN, NAME, str(NAME["verbatim"]), ("cleaned",), AT),
        "children/k3xf/born": born,
        "scenario": "camp_not_returned",
        "last_place": PLACE,
        "story": "Поїхала з класом на два тижні <b>&",
        "paper_signed": Answer(State.DECLINED, at=AT),
        "share": {"version": 1, "parties": ["prosecutor", "match"]},
        **more,
    }
    answers = {
        key: one if isinstance(one, Answer) else Answer(State.GIVEN, one, at=AT)
        for key, one in told.items()
    }
    return Draft("report", 1, "#check", answers, items={"children": ("k3xf",), "route": ()})


@dataclass
class Keys:
    """Everything that opens: three people of the office, and what the intake holds."""

    files: Any
    listed: Recipients
    members: dict[int, Member]
    vault: Vault

    @property
    def box(self) -> Box:
        return Box.of(self.vault)

    def reader(self, number: int) -> Member | None:
        return self.members.get(number)


def made(folder: Path, now: datetime) -> Keys:
    """Keys for the people numbered 1 to 3."""
    since = now.astimezone(UTC).replace(microsecond=0)
    members = {number: member.fresh(f"p-{number:02d}") for number in (1, 2, 3)}
    listed = tuple(MemberKey(one.id, one.recipient, one.public, since) for one in members.values())
    files = throwaway.make_all(folder, now, listed)
    good = recipients.load(files.recipients, files.root_public, 0, now)
    return Keys(files, good, members, keys.load_vault(files.vault))


async def granted(pool: "asyncpg.Pool", held: Keys, now: datetime) -> None:
    """Everybody of `held` may open reports."""
    identity = keys.load_identity(held.files.triage, "triage")
    for one in held.listed.members:
        wrap = grant.give(
            identity, held.listed.triage[0], one, held.members[1], id_=uuid4(), now=now
        )
        await group_keys.grant(pool, wrap, held.listed, by=held.members[1], now=now)


async def sent(
    pool: "asyncpg.Pool", held: Keys, signer: Any, now: datetime, *,
    made_of: Draft | None = None, chat: int = 7_000_001,
) -> UUID:  # fmt: skip
    """A report that a family sent, stored as the bot stores it; the case."""
    turn = await load(
        pool, held.vault, bot="family", bot_id=1_000_001, update_id=uuid4().int % 10**9,
        digest=b"d", chat_id=chat, default_locale="uk", now=now,
    )  # fmt: skip
    prepared = await prepare(
        REPORT, made_of or draft(), held.listed.at(now),
        chat_ref=turn.conversation.chat_ref, locale="uk",
        consent=Consented(1, AT, "uk", "Згода"), now=now,
    )  # fmt: skip
    prepared.join(turn)
    await save(pool, held.vault, turn, signer=signer, now=now)
    await messages.announce(pool, held.box, signer)
    return prepared.case
