"""Bells ring again until somebody takes the report; each stage once, whoever watches."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from desk_rig import case
from pyrage.x25519 import Identity

from bot.watchman import Channels, Watchman
from cases import bells, database, errands, links, messages, notices, taking
from cases.afterwards import WITHDRAWAL, Entry
from cases.outbox import row_name
from cases.person import COLUMNS, Person, person_of
from cases.turn import Turn, load, save
from handlers.bells import Bell
from vault import chain
from vault.local import Vault

VAULT = Vault(b"k" * 32, b"c" * 32)
SIGNER = partial(chain.sign, bytes(range(32)))
STAFF_BOT, GROUP = 1_000_002, -1_001_000_000_001
MAILBOX = "duty-room@example.org"
DESK = "https://desk.example.org"
THREE = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""In the afternoon, in Kyiv."""
NINE = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EVERY = Channels(Bell(STAFF_BOT, GROUP, DESK), STAFF_BOT, True, (MAILBOX,), True, DESK)


@dataclass
class Sent:
    """A row of the outbox, opened."""

    bot: str
    to: Any
    method: str
    tag: str | None
    params: dict[str, Any] = field(repr=False)

    @property
    def text(self) -> str:
        return self.params.get("text", "")


@dataclass
class Office:
    """A watchman with the bot's rights, a clock that is moved, people, and what was queued."""

    owner: Any
    watchman: Watchman
    now: list[datetime]
    read: int = 0

    @property
    def at(self) -> datetime:
        return self.now[0]

    async def passes(self, span: timedelta) -> list[Sent]:
        """Time goes by, the watchman looks; what it had to say."""
        self.now[0] += span
        return await self.looks()

    async def looks(self) -> list[Sent]:
        await self.watchman.round()
        rows = await self.owner.fetch("SELECT * FROM outbox WHERE id > $1 ORDER BY id", self.read)
        self.read = max([self.read, *(row["id"] for row in rows)])
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Sent:
        payload: Any = VAULT.open(row["sealed"], row_name(row["chat_ref"]))
        assert row["lane"] == 1
        to = payload["chat_id"] or payload["params"].get("to")
        return Sent(row["bot"], to, row["method"], row["tag"], payload["params"])

    async def report(self, **more: Any) -> UUID:
        given = {"code": "7K4M-29QX", "level": "critical", "due_at": self.at + HOUR, **more}
        made = await case(self.owner, self.at, **given)
        async with database.transaction(self.owner) as connection:
            await bells.begin(connection, made, self.at)
        return made

    async def rung(self, **more: Any) -> UUID:
        """A report whose first bell has rung."""
        made = await self.report(**more)
        await self.looks()
        return made

    async def person(
        self, role: str, units: Any = ("UA",), chat: int = 0, mail: str = ""
    ) -> Person:
        row = await self.owner.fetchrow(
            "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
            f" VALUES ($1, 'Марченко', $2, $3, 'active', now(), now()) RETURNING {COLUMNS}",
            *(uuid4(), role, list(units)),
        )
        made = person_of(row)
        if chat:
            ref = VAULT.chat_ref(STAFF_BOT, chat)
            await links.enacted(self.owner, VAULT, made.id, chat_ref=ref, chat_id=chat)
        if mail:
            await notices.wish(self.owner, made.id, mail=mail, digest=True)
        return made

    async def on_duty(self, role: str = "prosecutor", units: Any = ("UA",), **ways: Any) -> Person:
        made = await self.person(role, units, **ways)
        await self.owner.execute(
            "INSERT INTO duty (id, person_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)",
            *(uuid4(), made.id, self.at, self.at + 100 * HOUR),
        )
        return made

    async def taken(self, report: UUID, by: Person) -> None:
        """As the desk does it, with the desk's rights."""
        async with database.transaction(self.owner) as connection:
            await connection.execute("SET LOCAL ROLE dodomu_desk")
            await taking.take(connection, report, by=by, signer=SIGNER, now=self.at)

    async def given_back(self, report: UUID, by: Person) -> None:
        async with database.transaction(self.owner) as connection:
            await connection.execute("SET LOCAL ROLE dodomu_desk")
            await taking.release(
                connection, report, taker=by.id, by=by, signer=SIGNER, now=self.at
            )


@pytest.fixture
async def office(pool, database_url):
    now = [THREE]

    async def moment() -> datetime:
        return now[0]

    async with await database.connect(database_url, role="dodomu_bot") as own:
        yield Office(pool, Watchman(own, VAULT, EVERY, moment), now)


def told(sent: list[Sent], bot: str = "staff") -> dict[Any, str]:
    """Whom a message rang for, and with what words."""
    return {one.to: one.text for one in sent if one.bot == bot and "text" in one.params}


def events(sent: list[Sent]) -> list[str]:
    return [one.params["event"] for one in sent if one.bot == "hook"]


# Stages


async def test_the_first_bell_is_also_a_call_and_nothing_more_in_the_group(office):
    report = await office.report()
    (call,) = await office.looks()
    assert call.params == {
        "event": "new", "code": "7K4M-29QX", "level": "critical",
        "due_at": "2026-11-24T14:00:00+00:00", "url": f"{DESK}/cases/{report}",
    }  # fmt: skip


async def test_half_of_the_term_rings_for_the_duty_and_in_the_group(office):
    duty = await office.on_duty(chat=7, mail="duty@example.org")
    await office.person("head", chat=8)
    await office.person("prosecutor", chat=9)
    report = await office.rung()
    assert await office.passes(29 * MINUTE) == []
    sent = await office.passes(MINUTE)
    words = "Ніхто не взяв за 30 хв: 7K4M-29QX · Невідкладне"
    assert told(sent) == {GROUP: f"{words}\nДзвонимо: {duty.handle}", 7: words}
    assert told(sent, "mail") == {"duty@example.org": f"{words}\n\nКабінет: {DESK}/cases/{report}"}
    assert events(sent) == ["unclaimed"]
    for one in sent:
        if one.method == "sendMessage":
            ((take, desk),) = one.params["reply_markup"]["inline_keyboard"]
            assert take["text"] == "Взяти"
            assert desk["url"] == f"{DESK}/cases/{report}"


async def test_the_whole_term_rings_for_the_heads_and_everywhere(office):
    await office.on_duty(chat=7)
    head = await office.person("head", chat=8, mail="head@example.org")
    await office.rung()
    await office.passes(30 * MINUTE)
    sent = await office.passes(30 * MINUTE)
    words = "Ніхто не взяв за 1 год: 7K4M-29QX · Невідкладне"
    assert told(sent) == {GROUP: f"{words}\nДзвонимо: {head.handle}", 8: words}
    assert set(told(sent, "mail")) == {MAILBOX, "head@example.org"}
    assert events(sent) == ["overdue"]
    assert await office.passes(HOUR) == []


async def test_in_each_chat_only_the_newest_bell_has_buttons(office):
    await office.rung()
    for _ in range(2):
        sent = await office.passes(30 * MINUTE)
        ways = [(one.method, one.tag or one.params.get("message_tag")) for one in sent[:2]]
        (tag,) = {tag for _, tag in ways}
        assert ways == [("editMessageReplyMarkup", tag), ("sendMessage", tag)]


async def test_a_watch_that_was_away_makes_up_with_one_bell(office):
    await office.on_duty(chat=7)
    await office.person("head", chat=8)
    await office.rung()
    sent = await office.passes(90 * MINUTE)
    assert set(told(sent)) == {GROUP, 8}
    assert events(sent) == ["overdue"]
    assert await office.passes(MINUTE) == []


async def test_a_longer_term_is_told_in_hours_and_days(office):
    await office.rung(level="high", due_at=office.at + 24 * HOUR)
    assert "за 12 год" in told(await office.passes(12 * HOUR))[GROUP]
    await office.rung(code="B", level="low", due_at=office.at + 168 * HOUR)
    assert any("за 3 дн: B" in one.text for one in await office.passes(84 * HOUR))


# Whom it does not ring for


async def test_a_prosecutor_on_duty_of_another_oblast_is_left_alone(office):
    await office.on_duty(units=("UA-14",), chat=7)
    near = await office.on_duty(units=("UA-65",), chat=8)
    await office.rung(oblast="UA-65")
    sent = await office.passes(30 * MINUTE)
    assert set(told(sent)) == {GROUP, 8}
    assert near.handle in told(sent)[GROUP]


async def test_a_duty_that_is_over_rings_for_nobody(office):
    await office.on_duty(chat=7)
    await office.owner.execute("UPDATE duty SET ends_at = $1", office.at + MINUTE)
    await office.rung()
    assert set(told(await office.passes(30 * MINUTE))) == {GROUP}


async def test_a_suspended_head_hears_nothing(office):
    head = await office.person("head", chat=8, mail="head@example.org")
    await office.owner.execute("UPDATE staff SET state = 'suspended' WHERE id = $1", head.id)
    await office.rung()
    sent = await office.passes(HOUR)
    assert set(told(sent)) == {GROUP}
    assert set(told(sent, "mail")) == {MAILBOX}


async def test_an_address_that_does_not_open_any_more_keeps_nobody_elses_bell_back(office):
    await office.person("head", chat=8)
    await office.person("head", chat=9)
    await office.owner.execute(
        "UPDATE staff_link SET sealed = 'nonsense' WHERE chat_ref = $1",
        VAULT.chat_ref(STAFF_BOT, 8),
    )
    await office.rung()
    assert set(told(await office.passes(HOUR))) == {GROUP, 9}


async def test_without_a_group_the_duty_rooms_mail_hears_of_each_report(pool, office):
    quiet, own = Channels(mail=True, mailbox=(MAILBOX,)), office.watchman.pool
    alone = Office(pool, Watchman(own, VAULT, quiet, office.watchman.moment), office.now)
    await alone.report()
    (first,) = await alone.looks()
    assert first.text.startswith("Нове звернення · 7K4M-29QX · Невідкладне · розглянути до 16:00")
    assert first.params["subject"] == "Додому: 7K4M-29QX · Невідкладне"
    (second,) = await alone.passes(30 * MINUTE)
    assert second.to == MAILBOX


# What rings no more


async def test_while_the_family_is_asked_nothing_rings(office):
    report = await office.rung()
    await office.owner.execute(
        "UPDATE cases SET paused_at = $1, resumes = status, status = 'needs_info'", office.at
    )
    assert await office.passes(10 * HOUR) == []
    async with database.transaction(office.owner) as connection:
        await connection.execute("SET LOCAL ROLE dodomu_bot")
        await messages.go_on(connection, report, office.at)
    assert await office.looks() == []
    assert events(await office.passes(HOUR)) == ["overdue"]


@pytest.mark.parametrize(
    "change",
    [
        "status = 'closed'",
        "status = 'erased', erased_at = now()",
        "withdrawn_at = now()",
        "erase_asked_at = now()",
        "status = 'duplicate_of'",
    ],
)
async def test_what_is_over_rings_no_more_and_loses_its_button(office, change):
    await office.rung()
    await office.owner.execute(f"UPDATE cases SET {change}")
    (edit,) = await office.passes(30 * MINUTE)
    assert (edit.method, edit.to) == ("editMessageText", GROUP)
    assert edit.text == "7K4M-29QX · більше не чекає розгляду"
    assert "reply_markup" not in edit.params
    assert await office.passes(9 * HOUR) == []


async def test_a_family_that_withdraws_is_seen_at_once(office):
    report = await office.rung()
    own, recipient = office.watchman.pool, str(Identity.generate().to_public())
    turn = await load(
        own, VAULT, bot="family", bot_id=7, update_id=1, digest=b"d", chat_id=5,
        default_locale="uk", now=office.at,
    )  # fmt: skip
    assert isinstance(turn, Turn)
    Entry(report, recipient, WITHDRAWAL, {}, office.at).join(turn)
    await save(own, VAULT, turn, signer=SIGNER, now=office.at)
    (edit,) = await office.passes(MINUTE)
    assert edit.text == "7K4M-29QX · більше не чекає розгляду"


async def test_a_level_that_is_raised_rings_by_its_new_term(office):
    await office.rung(level="low", due_at=office.at + 168 * HOUR)
    await office.owner.execute(
        "UPDATE cases SET level = 'critical', due_at = $1", office.at + HOUR
    )
    assert await office.passes(MINUTE) == []
    assert events(await office.passes(29 * MINUTE)) == ["unclaimed"]


async def test_whoever_may_change_a_report_has_the_right_to_have_its_bell_looked_at(office):
    deeds = {
        "dodomu_bot": "withdrawn_at = now()",
        "dodomu_desk": "status = 'closed'",
        "dodomu_janitor": "status = 'erased', erased_at = now()",
    }
    for number, (role, deed) in enumerate(deeds.items()):
        report = await office.rung(code=f"C-{number}")
        async with database.transaction(office.owner) as connection:
            await connection.execute(f"SET LOCAL ROLE {role}")
            await connection.execute(f"UPDATE cases SET {deed} WHERE id = $1", report)
        (edit,) = await office.looks()
        assert edit.text == f"C-{number} · більше не чекає розгляду"


async def test_a_report_taken_at_the_desk_says_so_in_every_chat_it_rang_in(office):
    await office.on_duty(chat=7)
    await office.person("head", chat=8)
    report = await office.rung()
    await office.passes(30 * MINUTE)
    taker = await office.person("prosecutor")
    await office.taken(report, taker)
    sent = await office.looks()
    words = f"7K4M-29QX · взято: {taker.handle}, 15:30"
    assert told(sent) == {GROUP: words, 7: words}
    assert all(one.params["message_tag"] == f"bell {report}" for one in sent)
    assert all("reply_markup" not in one.params for one in sent)
    assert await office.passes(9 * HOUR) == []


async def test_a_report_given_back_has_its_button_again_and_its_term_goes_on(office):
    report = await office.rung()
    taker = await office.person("prosecutor")
    await office.taken(report, taker)
    await office.passes(MINUTE)
    await office.given_back(report, taker)
    (edit,) = await office.passes(MINUTE)
    assert edit.text.startswith("Нове звернення · 7K4M-29QX")
    assert edit.params["reply_markup"]["inline_keyboard"][0][0]["text"] == "Взяти"
    assert events(await office.passes(28 * MINUTE)) == ["unclaimed"]


async def test_a_report_taken_on_a_later_day_names_the_day(office):
    report = await office.rung(level="low", due_at=office.at + 168 * HOUR)
    taker = await office.person("prosecutor")
    office.now[0] += 26 * HOUR
    await office.taken(report, taker)
    (edit,) = await office.looks()
    assert edit.text.replace("\u00a0", " ").endswith("17:00 25 листопада")


# Once


async def test_of_two_watchmen_each_bell_rings_once(pool, office, database_url):
    for number in range(30):
        await office.report(code=f"C-{number:02d}", due_at=office.at)
    async with await database.connect(database_url, role="dodomu_bot") as own:
        other = Watchman(own, VAULT, EVERY, office.watchman.moment)
        await asyncio.gather(office.watchman.round(), other.round())
    rows = await pool.fetch("SELECT * FROM outbox WHERE bot = 'hook'")
    codes = [
        VAULT.open(row["sealed"], row_name(row["chat_ref"]))["params"]["code"] for row in rows
    ]
    assert sorted(codes) == [f"C-{number:02d}" for number in range(30)]


async def test_a_watch_that_dies_amid_a_look_leaves_nothing_half_rung(office):
    """The bells and the mark that they were rung are one transaction."""
    await office.rung()
    await office.owner.execute("ALTER TABLE bell ADD CONSTRAINT dies CHECK (stage <> 'half')")
    office.now[0] += 30 * MINUTE
    with pytest.raises(Exception, match="dies"):
        await office.watchman.round()
    assert await office.owner.fetchval("SELECT count(*) FROM outbox WHERE bot = 'staff'") == 0
    await office.owner.execute("ALTER TABLE bell DROP CONSTRAINT dies")
    assert events(await office.looks()) == ["unclaimed"]


# The digest


@pytest.fixture
async def waiting(office):
    """Three new ones, one of them critical and overdue in Херсон; one asked; one came home."""
    at, day = NINE, timedelta(days=1)
    office.now[0] = at - HOUR
    await office.rung(due_at=at - 2 * HOUR, received_at=at - day, code="A", oblast="UA-65")
    await office.rung(level="low", due_at=at + 9 * day, code="B", oblast="UA-65")
    await office.rung(level="low", due_at=at + 9 * day, code="C", oblast="UA-14")
    await office.rung(
        level="low", due_at=at + 9 * day, code="D", oblast="UA-14", status="needs_info",
        taken_by=(await office.person("triage")).id, taken_at=at,
    )  # fmt: skip
    await office.rung(
        level="low", due_at=at + 9 * day, code="E", oblast="UA-14", status="closed",
        claimed="returned", claimed_at=at - day,
    )  # fmt: skip
    office.now[0] = at
    return office


WHOLE = (
    "Нові 3 (невідкладні 1) · прострочені 1 · чекають родину 1"
    " · повернулися за тиждень 1 (за словами родин)"
)


async def test_at_nine_in_kyiv_everybody_hears_the_numbers_of_their_oblasts(waiting):
    await waiting.person("head", chat=8, mail="head@example.org")
    await waiting.person("prosecutor", ("UA-65",), chat=9)
    await waiting.person("prosecutor", ("UA-99",), chat=10)
    await waiting.person("auditor", chat=11)
    sent = await waiting.looks()
    assert told(sent) == {
        GROUP: WHOLE,
        8: WHOLE,
        9: "Нові 2 (невідкладні 1) · прострочені 1 · чекають родину 0"
        " · повернулися за тиждень 0 (за словами родин)",
    }
    assert told(sent, "mail") == {"head@example.org": f"{WHOLE}\n\nКабінет: {DESK}"}


async def test_it_is_sent_once_a_day_however_many_watch_and_restart(waiting, database_url):
    async with await database.connect(database_url, role="dodomu_bot") as own:
        other = Watchman(own, VAULT, EVERY, waiting.watchman.moment)
        await asyncio.gather(waiting.watchman.round(), other.round())
        await other.round()
    assert list(told(await waiting.looks())) == [GROUP]
    found = "SELECT count(*) FROM outbox WHERE bot = 'staff' AND method = 'sendMessage' AND tag IS NULL"
    assert await waiting.owner.fetchval(found) == 1
    await waiting.passes(24 * HOUR)
    assert await waiting.owner.fetchval(found) == 2


@pytest.mark.parametrize("minutes", [-60, -1, 180, 840])
async def test_it_is_sent_in_the_morning_or_not_at_all(waiting, minutes):
    await waiting.passes(minutes * MINUTE)
    assert await waiting.owner.fetchval("SELECT count(*) FROM digest") == 0


async def test_whoever_does_not_want_it_does_not_get_it(waiting):
    head = await waiting.person("head", chat=8)
    await notices.wish(waiting.owner, head.id, mail="", digest=False)
    assert set(told(await waiting.looks())) == {GROUP}


async def test_a_morning_with_nothing_to_tell_is_silent(office):
    await office.person("head", chat=8)
    assert await office.passes(NINE - THREE) == []
    assert await office.owner.fetchval("SELECT count(*) FROM digest") == 1


# Content


async def test_no_bell_has_more_to_tell_than_a_code_a_level_a_term_and_handles(waiting):
    """What is readable of a case beside these, and a colleague's name, is in none of them."""
    await waiting.on_duty(chat=7, mail="duty@example.org")
    await waiting.person("head", chat=8)
    sent = [*await waiting.looks(), *await waiting.passes(10 * 24 * HOUR)]
    said = json.dumps([one.params for one in sent], ensure_ascii=False)
    assert "Ніхто не взяв" in said
    for word in ("UA-65", "Херсон", "camp_not_returned", '"6-11"', "R9", "Марченко", "age1"):
        assert word not in said
    for one in sent:
        if one.bot == "hook":
            assert set(one.params) == {"event", "code", "level", "due_at", "url"}
        if one.bot == "mail":
            assert set(one.params) == {"to", "subject", "text"}
            assert "<" not in one.text
            assert "&" not in one.text


# Who is wanted at a case


async def called(office, report, why, *people, by):
    async with database.transaction(office.owner) as connection:
        await connection.execute("SET LOCAL ROLE dodomu_desk")
        ids = [one.id for one in people]
        await errands.want(connection, report, ids, why, by=by, now=office.at)


async def test_whoever_was_mentioned_is_told_in_private_once_and_of_the_code_alone(office):
    report = await office.rung()
    head, linked = await office.person("head"), await office.person("prosecutor", chat=71)
    await called(office, report, errands.NAMED, linked, by=head)
    sent = await office.looks()
    assert told(sent) == {71: f"{linked.handle}, вас згадали в 7K4M-29QX"}
    [one] = sent
    assert [[button["text"] for button in row] for row in
            one.params["reply_markup"]["inline_keyboard"]] == [["Відкрити кабінет"]]  # fmt: skip
    assert await office.looks() == []


async def test_without_a_chat_it_goes_by_mail_and_without_both_nowhere(office):
    report = await office.rung()
    head, silent = await office.person("head"), await office.person("prosecutor")
    reader = await office.person("prosecutor", mail="reader@example.org")
    await called(office, report, errands.HANDED, reader, silent, by=head)
    await office.owner.execute("UPDATE cases SET taken_by = $1", reader.id)
    sent = [one for one in await office.looks() if one.bot == "mail"]
    assert [one.to for one in sent] == ["reader@example.org"]
    assert f"{reader.handle}, вам передали 7K4M-29QX" in sent[0].text


async def test_what_was_looked_at_or_is_theirs_no_more_is_not_told(office):
    report = await office.rung()
    head = await office.person("head")
    looked, gone, moved, far = [
        await office.person("prosecutor", units, chat=number)
        for number, units in ((71, ("UA",)), (72, ("UA",)), (73, ("UA",)), (74, ("UA-63",)))
    ]
    await called(office, report, errands.NAMED, looked, gone, far, by=head)
    await called(office, report, errands.HANDED, moved, by=head)
    await errands.seen(office.owner, looked.id, report, office.at)
    await office.owner.execute("UPDATE staff SET state = 'suspended' WHERE id = $1", gone.id)
    assert told(await office.looks()) == {}


async def test_half_of_the_term_rings_for_whoever_stands_in_for_the_duty(office):
    await office.rung()
    duty, other = await office.on_duty(chat=71), await office.person("triage", chat=72)
    day = office.at.date()
    await office.owner.execute(
        "INSERT INTO absence (id, person_id, substitute_id, first, last, by_person, at)"
        " VALUES ($1, $2, $3, $4, $4, $3, $5)",
        *(uuid4(), duty.id, other.id, day, office.at),
    )
    sent = told(await office.passes(30 * MINUTE))
    assert 72 in sent
    assert 71 not in sent
