"""Send pressed: the case is stored sealed, the draft is gone, and only the key holder reads it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from cases_reports import AT, whole
from pyrage.x25519 import Identity

from cases.audit import Signer, verify
from cases.document import Consented, cards, report
from cases.intake import CodeTaken, Incomplete, Prepared, prepare
from cases.turn import DraftRow, Outgoing, Turn, load, save
from flows.draft import Draft
from flows.report import REPORT
from vault import receipt
from vault.contents import Head
from vault.local import Vault
from vault.recipients import ListRefused, Recipients, SigningEntry
from vault.unseal import open_case_key, open_object

OLENA = 555_000_111
CONSENT = Consented(1, AT, "uk", "Так, погоджуюся")


class Desk:
    """The bot's hands on one side, the prosecutor's key on the other."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        vault: Vault,
        signer: Signer,
        recipients: Recipients,
        now: datetime,
    ) -> None:
        self.pool, self.vault, self.signer = pool, vault, signer
        self.recipients, self.now = recipients, now

    async def turn(self, update: int) -> Turn:
        turn = await load(
            self.pool, self.vault, bot="family", bot_id=7, update_id=update, digest=b"d",
            chat_id=OLENA, default_locale="uk", now=self.now,
        )  # fmt: skip
        assert isinstance(turn, Turn)
        return turn

    async def save(self, turn: Turn) -> None:
        await save(self.pool, self.vault, turn, signer=self.signer, now=self.now)

    async def prepare(self, made: Draft, turn: Turn, **more: Any) -> Prepared:
        return await prepare(
            REPORT, made, self.recipients, chat_ref=turn.conversation.chat_ref, locale="uk",
            consent=CONSENT, now=self.now, **more,
        )  # fmt: skip

    async def started(self, made: Draft) -> Turn:
        """The turn of the last button, after one that has stored the draft."""
        turn = await self.turn(1)
        turn.drafts["report"] = DraftRow(
            uuid4(), "report", made.as_json(), None, self.now, self.now
        )
        await self.save(turn)
        return await self.turn(2)

    async def opened(self, identity: Identity, case: UUID) -> list[Any]:
        sealed = await self.pool.fetchval("SELECT sealed FROM case_key WHERE case_id = $1", case)
        key = open_case_key(identity, sealed, case)
        rows = await self.pool.fetch(
            "SELECT * FROM sealed_object WHERE case_id = $1 ORDER BY sequence", case
        )
        return [
            open_object(
                key,
                row["sealed"],
                Head(case, row["id"], row["sequence"], row["kind"], row["schema"]),
            )
            for row in rows
        ]


@pytest.fixture
def desk(
    pool: asyncpg.Pool, vault: Vault, signer: Signer, recipients: Recipients, now: datetime
) -> Desk:
    return Desk(pool, vault, signer, recipients, now)


async def test_what_was_said_is_what_the_key_holder_reads(desk: Desk, triage: Identity) -> None:
    made = whole(urgent=["child_asks_help"], story="розповідь")
    turn = await desk.started(made)
    prepared = await desk.prepare(made, turn)
    prepared.join(turn)
    turn.outgoing.append(Outgoing("sendMessage", {"text": prepared.receipt.code}))
    await desk.save(turn)

    told, card = await desk.opened(triage, prepared.case)
    assert told == report(REPORT, made, locale="uk", consent=CONSENT, received_at=desk.now)
    assert [card] == list(cards(REPORT, made))


async def test_the_draft_goes_in_the_transaction_that_stores_the_case(desk: Desk) -> None:
    turn = await desk.started(whole())
    (await desk.prepare(whole(), turn)).join(turn)
    await desk.save(turn)
    counts = {"draft": 0, "cases": 1, "case_key": 1, "sealed_object": 2, "family_copy": 1}
    for table, rows in counts.items():
        assert await desk.pool.fetchval(f"SELECT count(*) FROM {table}") == rows
    assert (await desk.turn(3)).drafts == {}


async def test_only_facets_are_readable_in_the_case(desk: Desk) -> None:
    turn = await desk.started(whole())
    prepared = await desk.prepare(whole(urgent=["threat_to_life"]), turn)
    prepared.join(turn)
    await desk.save(turn)
    row = await desk.pool.fetchrow("SELECT * FROM cases")
    assert (row["level"], row["status"], row["kind"]) == ("critical", "received", "report")
    assert row["reasons"] == ["H1.threat_to_life", "R1.age_6_11"]
    assert (row["age_band"], row["oblast"], row["scenario"]) == (
        "6-11", "UA-65", "camp_not_returned",
    )  # fmt: skip
    assert row["due_at"] == row["received_at"] + timedelta(hours=1) == prepared.receipt.due_at
    assert (row["children"], row["partial"], row["files"]) == (1, False, 0)
    stored = await desk.pool.fetchval(
        "SELECT string_agg(t, ' ') FROM (SELECT c::text t FROM cases c"
        " UNION ALL SELECT o::text FROM sealed_object o UNION ALL SELECT a::text FROM audit a) x"
    )
    for said in ("Канаркова", "Соломія", "Олешки", prepared.receipt.pin):
        assert said not in stored
        assert said.encode().hex() not in stored


async def test_the_family_reads_its_copy_with_code_and_pin_alone(desk: Desk) -> None:
    turn = await desk.started(whole())
    prepared = await desk.prepare(whole(), turn)
    prepared.join(turn)
    await desk.save(turn)
    row = await desk.pool.fetchrow(
        "SELECT f.* FROM family_copy f JOIN cases c ON c.id = f.case_id WHERE c.code = $1",
        prepared.receipt.code,
    )
    key = receipt.family_key(prepared.receipt.code, prepared.receipt.pin, row["salt"])
    told: Any = receipt.open_for_family(key, row["case_id"], receipt.REPORT_PAGE, row["sealed"])
    assert told["sections"][0]["answers"][0]["value"] == "mother"
    assert prepared.receipt.pin not in repr(prepared)


async def test_sending_is_in_the_audit_chain(desk: Desk, signed_by: SigningEntry) -> None:
    turn = await desk.started(whole())
    prepared = await desk.prepare(whole(), turn)
    prepared.join(turn)
    await desk.save(turn)
    assert (await verify(desk.pool, [signed_by]))[0] == 1
    row = await desk.pool.fetchrow("SELECT * FROM audit")
    assert (row["action"], row["subject"]) == ("report.sent", prepared.case)


async def test_a_code_that_is_taken_takes_everything_back_and_the_next_try_succeeds(
    desk: Desk,
) -> None:
    turn = await desk.started(whole())
    same = {"chance": lambda count: b"\x07" * count}
    (await desk.prepare(whole(), turn, **same)).join(turn)
    await desk.save(turn)
    turn = await desk.turn(3)
    (await desk.prepare(whole(), turn, **same)).join(turn)
    with pytest.raises(CodeTaken):
        await desk.save(turn)
    turn = await desk.turn(3)
    (await desk.prepare(whole(), turn)).join(turn)
    await desk.save(turn)
    assert await desk.pool.fetchval("SELECT count(*) FROM cases") == 2
    assert await desk.pool.fetchval("SELECT count(*) FROM audit") == 2


async def test_pressing_send_in_ten_processes_stores_one_case(desk: Desk) -> None:
    await desk.started(whole())
    turns = [await desk.turn(2) for _ in range(10)]
    for turn in turns:
        (await desk.prepare(whole(), turn)).join(turn)
    ends = await asyncio.gather(*(desk.save(turn) for turn in turns), return_exceptions=True)
    assert ends.count(None) == 1
    assert await desk.pool.fetchval("SELECT count(*) FROM cases") == 1


async def test_half_a_report_is_sealed_only_as_partial(desk: Desk, triage: Identity) -> None:
    made = Draft("report", 1, "#tasks", {"relation": whole().answers["relation"]})
    turn = await desk.started(made)
    with pytest.raises(Incomplete):
        await desk.prepare(made, turn)
    prepared = await desk.prepare(made, turn, partial=True)
    prepared.join(turn)
    await desk.save(turn)
    [told] = await desk.opened(triage, prepared.case)
    assert told["partial"] is True


async def test_a_list_that_has_expired_meanwhile_seals_nothing(desk: Desk) -> None:
    turn = await desk.started(whole())
    desk.now += timedelta(days=400)
    with pytest.raises(ListRefused):
        await desk.prepare(whole(), turn)
