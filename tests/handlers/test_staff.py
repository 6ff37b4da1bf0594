"""The staff bot: whose press takes a report, whose does not, and what commands tell to whom."""

import asyncio
import itertools
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiogram import Bot, Dispatcher
from chat import STAFF_BOT, STAFF_CHAT, Person
from desk_rig import case

from cases import database, links, people, taking
from cases.outbox import row_name
from cases.person import COLUMNS, person_of
from handlers import bells
from handlers.bells import Bell
from handlers.door import Door
from handlers.staff import Staffroom
from locales import say

_numbers = itertools.count(50_000)


@dataclass
class Colleague(Person):
    """Somebody of the staff, in private and in the group. `owner` may read the outbox."""

    owner: Any = None

    async def look(self) -> None:
        self.said = []
        rows = await self.owner.fetch(
            "SELECT id, method, tag, chat_ref, sealed FROM outbox WHERE id > $1 ORDER BY id",
            self.read,
        )
        for row in rows:
            self.read = row["id"]
            payload: Any = self.door.vault.open(row["sealed"], row_name(row["chat_ref"]))
            self.said.append((row["method"], payload["chat_id"], payload["params"]))

    async def in_group(self, text: str) -> str:
        group = {"id": STAFF_CHAT, "type": "supergroup", "title": "Чергові"}
        return await self.update(message=self.message(text=text) | {"chat": group})

    async def presses_in_group(self, data: str, message_id: int = 77) -> str:
        shown = {
            "message_id": message_id, "date": 1_795_000_000, "text": "…",
            "chat": {"id": STAFF_CHAT, "type": "supergroup", "title": "Чергові"},
            "from": {"id": STAFF_BOT, "is_bot": True, "first_name": "Дзвінок"},
        }  # fmt: skip
        query = {"id": str(next(_numbers)), "from": self.user, "chat_instance": "1", "data": data}
        return await self.update(callback_query=query | {"message": shown})

    @property
    def told(self) -> str:
        """What was said in answer to the last update."""
        return "\n".join(params["text"] for _, _, params in self.said if "text" in params)


@pytest.fixture
async def staff(door: Door, database_url: str):
    """The door of the staff bot, with the rights the bot really has."""
    async with await database.connect(database_url, role="dodomu_bot") as own:
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.include_router(Staffroom(own, door.vault, door.signer).router())
        yield Door(
            name="staff",
            bot=Bot(f"{STAFF_BOT}:staff-sandbox-token"),
            dispatcher=dispatcher,
            database=own,
            vault=door.vault,
            signer=door.signer,
            recipients=door.recipients,
            spots={},
            clock=door.clock,
            answer=door.answer,
            group=STAFF_CHAT,
        )


@pytest.fixture
def marchenko(staff: Door, door: Door, pool) -> Colleague:
    return Colleague(staff, id=7_000_010, toasts=door.answer.toasts, owner=pool)


@pytest.fixture
def savchuk(staff: Door, door: Door, pool) -> Colleague:
    return Colleague(staff, id=5_000_000_010, toasts=door.answer.toasts, owner=pool)


async def hired(pool, role="prosecutor", units=("UA",), state="active"):
    row = await pool.fetchrow(
        "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
        f" VALUES ($1, 'Марченко', $2, $3, $4, now(), now()) RETURNING {COLUMNS}",
        *(uuid4(), role, list(units), state),
    )
    return person_of(row)


@pytest.fixture
def linked(pool, clock):
    """Somebody who works here, with this Telegram account."""

    async def linking(one: Colleague, role="prosecutor", units=("UA",)):
        person = await hired(pool, role, units)
        code = links.new_code()
        await links.offer(pool, person.id, code, clock["now"])
        await one.says(f"/link {code}")
        assert "Прив’язано" in one.told
        return person

    return linking


@pytest.fixture
async def report(pool, clock) -> UUID:
    made = await case(pool, clock["now"], code="7K4M-29QX", level="critical")
    await pool.execute("INSERT INTO bell (case_id) VALUES ($1)", made)
    return made


def button(report: UUID) -> str:
    (row,) = bells.keyboard(report, "")["inline_keyboard"]
    (one,) = row
    return one["callback_data"]


async def taker(pool, report):
    return await pool.fetchval("SELECT taken_by FROM cases WHERE id = $1", report)


async def denials(pool):
    rows = await pool.fetch("SELECT * FROM audit WHERE action = 'bell.denied' ORDER BY seq")
    return [(row["actor"], row["subject"], json.loads(row["detail"])) for row in rows]


# The button


async def test_the_bell_of_a_new_report_has_a_button_that_takes_it(sent, door):
    (row,) = await door.database.fetch("SELECT * FROM outbox WHERE bot = 'staff'")
    payload = door.vault.open(row["sealed"], row_name(row["chat_ref"]))
    found = await door.database.fetchval("SELECT id FROM cases")
    ((take,),) = payload["params"]["reply_markup"]["inline_keyboard"]
    assert take["text"] == "Взяти"
    assert bells.case_of(take["callback_data"]) == found
    assert row["tag"] == bells.tag(found)
    assert await door.database.fetchval("SELECT case_id FROM bell") == found


def test_the_way_to_the_desk_stands_beside_it_where_a_phone_can_go_there():
    report_id = UUID(int=7)
    ((_, desk),) = bells.keyboard(report_id, "https://desk.example.org")["inline_keyboard"]
    assert desk == {
        "text": "Відкрити кабінет", "url": f"https://desk.example.org/cases/{report_id}",
    }  # fmt: skip
    # Telegram refuses such a link, and with it the bell.
    assert len(bells.keyboard(report_id, "http://localhost:8082")["inline_keyboard"][0]) == 1


@pytest.mark.parametrize(
    "data", ["s1|", "s1|AAAA", "s1|" + "A" * 23, "s2|" + "A" * 22, "s1|" + "ї" * 22, "d1|1|0", ""]
)
def test_what_is_no_button_of_ours_is_of_no_report(data):
    assert bells.case_of(data) is None


@pytest.mark.parametrize("role", ["triage", "prosecutor", "head"])
async def test_whoever_may_take_it_has_it_with_one_press(marchenko, linked, report, pool, role):
    person = await linked(marchenko, role)
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) == person.id
    assert marchenko.toasts[-1] == "7K4M-29QX — Ваше."
    ((method, chat, params),) = marchenko.said
    assert (method, chat, params["message_id"]) == ("editMessageText", STAFF_CHAT, 77)
    assert params["text"].startswith(f"7K4M-29QX · взято: {person.handle}, ")
    assert "reply_markup" not in params
    (entry,) = await pool.fetch("SELECT * FROM audit WHERE action = 'case.taken'")
    assert (entry["actor"], entry["subject"]) == (str(person.id), report)


async def test_a_button_is_good_after_a_month(marchenko, linked, report, pool, clock):
    person = await linked(marchenko)
    clock["now"] += timedelta(days=31)
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) == person.id


async def test_a_bell_that_rang_in_private_takes_it_too(marchenko, linked, report, pool):
    person = await linked(marchenko)
    await marchenko.presses(button(report), 5)
    assert await taker(pool, report) == person.id
    ((_, chat, params),) = marchenko.said
    assert (chat, params["message_id"]) == (marchenko.id, 5)


async def test_whoever_comes_second_reads_who_has_it(marchenko, savchuk, linked, report, pool):
    first = await linked(marchenko)
    await linked(savchuk, "head")
    await marchenko.presses_in_group(button(report))
    await savchuk.presses_in_group(button(report))
    assert savchuk.toasts[-1] == "Уже взято."
    assert await taker(pool, report) == first.id
    assert first.handle in savchuk.told
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE action = 'case.taken'") == 1


async def test_of_two_presses_at_once_one_takes_it(marchenko, savchuk, linked, report, pool):
    both = {(await linked(one)).id for one in (marchenko, savchuk)}
    await asyncio.gather(
        marchenko.presses_in_group(button(report)), savchuk.presses_in_group(button(report))
    )
    assert await taker(pool, report) in both
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE action = 'case.taken'") == 1
    assert sorted(marchenko.toasts[-2:]) == sorted(["7K4M-29QX — Ваше.", "Уже взято."])


async def test_a_press_with_the_desk_a_moment_faster_finds_it_taken(
    marchenko, linked, report, pool
):
    await linked(marchenko)
    other = await hired(pool)
    async with asyncio.TaskGroup() as group, database.transaction(pool) as connection:
        await taking.take(
            connection, report, by=other, signer=marchenko.door.signer, now=marchenko.door.clock()
        )
        # Not committed yet: the press finds it free, and its deed waits for the row.
        press = group.create_task(marchenko.presses_in_group(button(report)))
        await asyncio.sleep(0.5)
    assert press.result() == "committed"
    assert marchenko.toasts[-1] == "Уже взято."
    assert await taker(pool, report) == other.id


async def test_an_unlinked_account_takes_nothing_and_is_told_how_to_link(
    marchenko, report, pool, staff
):
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None
    assert marchenko.toasts[-1].startswith("Спершу прив’яжіть Telegram")
    assert marchenko.said == []
    ((actor, subject, told),) = await denials(pool)
    assert (actor, subject) == ("bot", report)
    ref = staff.vault.chat_ref(STAFF_BOT, marchenko.id).hex()
    assert told == {"why": "unlinked", "chat": ref}


@pytest.mark.parametrize(
    "job",
    [("operator", ("UA",)), ("auditor", ("UA",)), ("prosecutor", ("UA-14",)), ("prosecutor", ())],
)
async def test_a_role_or_an_oblast_that_does_not_allow_it_is_denied_and_audited(
    marchenko, linked, report, pool, job
):
    role, units = job
    person = await linked(marchenko, role, units)
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None
    assert "не дозволяють" in marchenko.toasts[-1]
    told = {"action": "take", "role": role}
    assert await denials(pool) == [(str(person.id), report, told)]


async def test_a_role_that_was_changed_counts_at_once(marchenko, linked, report, pool):
    person = await linked(marchenko)
    await pool.execute("UPDATE staff SET role = 'operator' WHERE id = $1", person.id)
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None


async def test_a_suspended_person_is_a_stranger_at_once(marchenko, linked, report, pool, clock):
    person = await linked(marchenko)
    signer = marchenko.door.signer
    async with database.transaction(pool) as connection:
        await people.suspend(connection, person.id, by=None, signer=signer, now=clock["now"])
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None
    assert marchenko.toasts[-1].startswith("Спершу прив’яжіть")
    assert await pool.fetchval("SELECT count(*) FROM staff_link") == 0


@pytest.mark.parametrize("status", ["closed", "withdrawn_by_family", "erased"])
async def test_what_is_over_is_not_taken_and_loses_its_button(
    marchenko, linked, report, pool, status
):
    await linked(marchenko)
    await pool.execute("UPDATE cases SET status = $1", status)
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None
    assert marchenko.told == "7K4M-29QX · більше не чекає розгляду"


async def test_a_forged_button_of_no_report_does_nothing(marchenko, linked, report, pool):
    await linked(marchenko, "head")
    assert await marchenko.presses_in_group(button(uuid4())) == "committed"
    assert await marchenko.presses_in_group("s1|nonsense") == "committed"
    assert await taker(pool, report) is None
    assert marchenko.said == []


# Linking


async def test_a_code_links_the_chat_sealed_and_the_audit_knows(marchenko, linked, pool, staff):
    person = await linked(marchenko)
    (row,) = await pool.fetch("SELECT * FROM staff_link")
    assert row["person_id"] == person.id
    assert row["chat_ref"] == staff.vault.chat_ref(STAFF_BOT, marchenko.id)
    assert staff.vault.open(row["sealed"], links.row(person.id)) == marchenko.id
    assert str(marchenko.id).encode() not in row["sealed"]
    (entry,) = await pool.fetch("SELECT * FROM audit WHERE action = 'staff.linked'")
    assert entry["actor"] == str(person.id)


async def test_a_code_works_once(marchenko, savchuk, pool, clock):
    person = await hired(pool)
    code = links.new_code()
    await links.offer(pool, person.id, code, clock["now"])
    await marchenko.says(f"/link {code}")
    await savchuk.says(f"/link {code}")
    assert "Такого коду немає" in savchuk.told
    assert await pool.fetchval("SELECT count(*) FROM staff_link") == 1


async def test_a_code_is_over_after_ten_minutes(marchenko, pool, clock):
    person = await hired(pool)
    code = links.new_code()
    await links.offer(pool, person.id, code, clock["now"])
    clock["now"] += timedelta(minutes=10)
    await marchenko.says(f"/link {code}")
    assert "Такого коду немає" in marchenko.told
    assert await pool.fetchval("SELECT count(*) FROM staff_link") == 0


async def test_a_newer_code_makes_the_older_one_void(marchenko, pool, clock):
    person = await hired(pool)
    first, second = links.new_code(), links.new_code()
    for code in (first, second):
        await links.offer(pool, person.id, code, clock["now"])
    await marchenko.says(f"/link {first}")
    assert "Такого коду немає" in marchenko.told
    await marchenko.says(f"/link {second}")
    assert "Прив’язано" in marchenko.told


def _retyped(code: str) -> list[str]:
    cyrillic = str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ")
    return [code.lower(), code.replace("-", " "), code.replace("-", ""), code.translate(cyrillic)]


@pytest.mark.parametrize("way", range(4))
async def test_a_code_is_read_however_it_was_typed(marchenko, pool, clock, way):
    person = await hired(pool)
    code = links.new_code()
    await links.offer(pool, person.id, code, clock["now"])
    await marchenko.says(f"/link {_retyped(code)[way]}")
    assert f"Прив’язано: {person.handle}" in marchenko.told


async def test_a_code_shown_in_the_group_is_void(marchenko, pool, clock):
    person = await hired(pool)
    code = links.new_code()
    await links.offer(pool, person.id, code, clock["now"])
    await marchenko.in_group(f"/link {code}")
    assert "він більше не діє" in marchenko.told
    await marchenko.says(f"/link {code}")
    assert "Такого коду немає" in marchenko.told


@pytest.mark.parametrize("state", ["pending", "suspended"])
async def test_a_code_of_somebody_who_does_not_work_here_links_nothing(
    marchenko, pool, clock, state
):
    person = await hired(pool, state=state)
    code = links.new_code()
    await links.offer(pool, person.id, code, clock["now"])
    await marchenko.says(f"/link {code}")
    assert "Такого коду немає" in marchenko.told


async def test_another_account_takes_the_place_of_the_first(
    marchenko, savchuk, linked, report, pool
):
    person = await linked(marchenko)
    code = links.new_code()
    await links.offer(pool, person.id, code, marchenko.door.clock())
    await savchuk.says(f"/link {code}")
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None
    await savchuk.presses_in_group(button(report))
    assert await taker(pool, report) == person.id


async def test_unlinking_counts_at_once(marchenko, linked, report, pool):
    await linked(marchenko)
    await marchenko.says("/unlink")
    assert "Відв’язано" in marchenko.told
    await marchenko.presses_in_group(button(report))
    assert await taker(pool, report) is None


# Commands


@pytest.mark.parametrize(
    "text", ["/queue", "/mine", "/duty on", "/unlink", "/start", "/help", "/nothing", "Допоможіть"]
)
async def test_a_stranger_in_private_gets_help_and_nothing_else(marchenko, report, pool, text):
    await marchenko.says(text)
    assert marchenko.told.startswith("Це бот для працівників")
    assert await pool.fetchval("SELECT count(*) FROM duty") == 0


async def test_a_stranger_in_the_group_gets_help_and_nothing_else(marchenko, report):
    await marchenko.in_group("/queue")
    assert marchenko.told.startswith("Це бот для працівників")
    await marchenko.in_group("про що йдеться?")
    assert marchenko.said == []


async def test_the_queue_is_counted_by_level_in_ones_own_oblasts(marchenko, linked, pool, clock):
    for oblast, level in (("UA-65", "critical"), ("UA-65", "low"), ("UA-14", "high")):
        await case(pool, clock["now"], oblast=oblast, level=level)
    await linked(marchenko, "prosecutor", ("UA-65",))
    await marchenko.in_group("/queue@dodomu_bot")
    assert marchenko.told == "Черга: невідкладних 1, високих 0, середніх 0, звичайних 1"


async def test_ones_own_cases_are_told_in_private_only(marchenko, linked, report, pool, clock):
    person = await linked(marchenko)
    await marchenko.says("/mine")
    assert marchenko.told == "За Вами зараз нічого не закріплено."
    await pool.execute("UPDATE cases SET taken_by = $1, taken_at = $2", person.id, clock["now"])
    await marchenko.says("/mine")
    assert marchenko.told.startswith("7K4M-29QX · Невідкладне · до ")
    await marchenko.in_group("/mine")
    assert "7K4M" not in marchenko.told


async def test_of_very_many_cases_of_ones_own_the_rest_is_at_the_desk(
    marchenko, linked, pool, clock
):
    person = await linked(marchenko)
    for _ in range(21):
        await case(pool, clock["now"], taken_by=person.id, taken_at=clock["now"])
    await marchenko.says("/mine")
    assert marchenko.told.count("7K4M-") == 20
    assert marchenko.told.endswith("Решта — у кабінеті.")


async def test_duty_begins_ends_and_is_forgotten_after_a_day(marchenko, linked, pool, clock):
    from cases import duties

    person = await linked(marchenko)
    await marchenko.says("/duty on")
    assert f"{person.handle}: на чергуванні до" in marchenko.told
    await marchenko.says("/duty ON")
    assert await pool.fetchval("SELECT count(*) FROM duty") == 1
    clock["now"] += timedelta(hours=1)
    assert await duties.until(pool, person.id, clock["now"]) is not None
    await marchenko.says("/duty off")
    assert "не на чергуванні" in marchenko.told
    assert await duties.until(pool, person.id, clock["now"]) is None
    await marchenko.in_group("/duty on")
    clock["now"] += timedelta(hours=24)
    assert await duties.until(pool, person.id, clock["now"]) is None
    await marchenko.says("/duty")
    assert "не на чергуванні" in marchenko.told


async def test_a_duty_that_ends_the_moment_it_began_leaves_nothing(marchenko, linked, pool):
    await linked(marchenko)
    await marchenko.does("/duty on", "/duty off")
    assert await pool.fetchval("SELECT count(*) FROM duty") == 0


async def test_a_role_without_bells_is_never_on_duty(marchenko, linked, pool):
    await linked(marchenko, "auditor")
    await marchenko.says("/duty on")
    assert marchenko.told == "Ваша роль не чергує."
    assert await pool.fetchval("SELECT count(*) FROM duty") == 0


async def test_in_private_the_bot_speaks_english_to_whoever_does(marchenko, linked, pool):
    marchenko.language = "en"
    await marchenko.says("/help")
    assert marchenko.told.startswith("This bot is for those who work on reports")
    await marchenko.in_group("/help")
    assert marchenko.told.startswith("Це бот для працівників")


@pytest.mark.parametrize("key", ["link_first", "denied", "closed", "taken", "yours"])
def test_what_is_said_over_a_button_fits_there(key):
    assert len(say("uk", f"bell.{key}", **({"code": "7K4M-29QX"} if key == "yours" else {}))) < 200


def test_a_bell_does_not_show_its_chat():
    assert str(STAFF_CHAT) not in repr(Bell(STAFF_BOT, STAFF_CHAT))
