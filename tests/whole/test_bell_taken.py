"""The whole way of a bell: a family reports, the group rings, somebody takes it, or nobody does.

Two processes send, a webhook and a mail server listen, and a made-up family's words are in none of
all that.
"""

import asyncio
import hmac
import json
import time
from hashlib import sha256
from uuid import uuid4

import asyncpg
import pytest
import scripts
from hook_server import hook_server
from mail_server import mail_server
from rig import rigged

from bot.postgres import embedded, migrate
from cases import links

SECRET = "whole-test-secret-0000"
SURNAME = "Канаркенко"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def office(tmp_path, oven):
    """A rig whose bells also go out by mail and webhook."""
    with embedded(tmp_path / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with mail_server() as mail, hook_server() as hook:
            settings = {
                "DODOMU_BELL_URL": hook.url, "DODOMU_BELL_SECRET": SECRET,
                "DODOMU_SMTP_HOST": "127.0.0.1", "DODOMU_SMTP_PORT": str(mail.port),
                "DODOMU_SMTP_TLS": "none", "DODOMU_SMTP_FROM": "dodomu@example.org",
                "DODOMU_SMTP_TO": "duty-room@example.org",
                "DODOMU_DESK_URL": "https://desk.example.org",
            }  # fmt: skip
            async with rigged(tmp_path, server, oven=oven, **settings) as rig:
                yield rig, mail, hook


async def seen(rig, chat, text, seconds=60.0):
    """Wait until a message of the staff bot in this chat says `text`; that message."""
    deadline, messages = time.monotonic() + seconds, []
    while time.monotonic() < deadline:
        messages = (await rig.look(f"staff/chat/{chat}"))["messages"]
        for message in reversed(messages):
            if message["from"] == "bot" and text in message["text"]:
                return message
        await asyncio.sleep(0.1)
    raise AssertionError(f"waited for {text!r} among {[one['text'] for one in messages]}")


async def until(true, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.1)


async def hired(connection, role):
    person = uuid4()
    await connection.execute(
        "INSERT INTO staff (id, name, role, units, state, enrolled_at, granted_at)"
        " VALUES ($1, 'Марченко', $2, '{UA}', 'active', now(), now())",
        *(person, role),
    )
    return person


async def linked(rig, connection, role, user):
    """Somebody of the desk, who sends the bot the code the desk has shown."""
    person, code = await hired(connection, role), links.new_code()
    now = await connection.fetchval("SELECT now()")
    await links.offer(connection, person, code, now)
    await rig.sim("staff/say", {"user": user, "text": f"/link {code}"})
    await seen(rig, user, "Прив’язано")
    return person


async def passes(connection, case, minutes):
    """As if so much time had gone by since this report came."""
    for table, columns in (("cases", ("received_at", "due_at")), ("bell", ("next_at",))):
        moved = ", ".join(f"{one} = {one} - make_interval(mins => $2)" for one in columns)
        key = "id" if table == "cases" else "case_id"
        await connection.execute(f"UPDATE {table} SET {moved} WHERE {key} = $1", case, minutes)


async def reported(rig, number):
    """A family sends a report about a child; its code."""
    family = await rig.person("Олена")
    steps = [
        (expected, deed, what.replace(scripts.surname(number), SURNAME))
        for expected, deed, what in scripts.essentials(number)
    ]
    await family.walk([*scripts.ARRIVE, *steps, *scripts.SEND])
    await family.asked("Ваш код")


async def test_a_bell_rings_is_taken_or_rings_again_and_tells_nothing(office):
    rig, mail, hook = office
    for part in ("intake", "delivery", "delivery"):
        rig.start("run", part)
    connection = await asyncpg.connect(rig.database.url)
    (member,) = [one["id"] for one in (await rig.look("users"))["users"]]
    head = (await rig.sim("users", {"first_name": "Савчук", "started": ["staff"]}))["id"]
    marchenko = await linked(rig, connection, "prosecutor", member)
    await linked(rig, connection, "head", head)

    # Taken with a press.
    await reported(rig, 1)
    first = await connection.fetchrow("SELECT id, code FROM cases")
    bell = await seen(rig, rig.staff_chat, f"Нове звернення · {first['code']}")
    ((take, desk),) = bell["buttons"]
    assert desk["url"] == f"https://desk.example.org/cases/{first['id']}"
    await rig.sim(
        "staff/tap",
        {"user": member, "chat": rig.staff_chat, "message_id": bell["message_id"],
         "data": take["data"]},
    )  # fmt: skip
    edited = await seen(rig, rig.staff_chat, f"{first['code']} · взято: П-01")
    assert edited["message_id"] == bell["message_id"]
    assert edited["buttons"] == []
    row = await connection.fetchrow("SELECT taken_by, status FROM cases")
    assert dict(row) == {"taken_by": marchenko, "status": "screening"}

    # Taken by nobody.
    await reported(rig, 2)
    second = await connection.fetchrow("SELECT id, code FROM cases WHERE taken_by IS NULL")
    bell = await seen(rig, rig.staff_chat, f"Нове звернення · {second['code']}")
    await rig.sim("staff/say", {"user": member, "text": "/duty on"})
    await seen(rig, member, "на чергуванні до")
    await until(lambda: len(hook.calls) == 2)
    term = await connection.fetchval(
        "SELECT extract(epoch FROM due_at - received_at) / 60 FROM cases WHERE id = $1",
        second["id"],
    )
    await passes(connection, second["id"], int(term) // 2)
    await seen(rig, member, f": {second['code']}")
    await seen(rig, rig.staff_chat, "Дзвонимо: П-01")
    await passes(connection, second["id"], int(term) // 2)
    late = await seen(rig, head, f": {second['code']}")
    await seen(rig, rig.staff_chat, "Дзвонимо: П-02")
    await until(lambda: len(hook.calls) == 4 and len(mail.mails) == 1)

    # The head takes it from the private bell; every copy says so.
    ((take, _),) = late["buttons"]
    await rig.sim(
        "staff/tap",
        {"user": head, "message_id": late["message_id"], "data": take["data"]},
    )
    for chat in (rig.staff_chat, member, head):
        told = await seen(rig, chat, f"{second['code']} · взято: П-02")
        assert told["buttons"] == []

    await nothing_was_told(rig, mail, hook, [rig.staff_chat, head, member])
    rung = await connection.fetch(
        "SELECT bot, count(*) FROM outbox WHERE method IN ('mail', 'call') GROUP BY bot"
    )
    assert {row["bot"]: row["count"] for row in rung} == {"mail": 1, "hook": 4}
    await connection.close()


async def nothing_was_told(rig, mail, hook, chats):
    """Neither of the child nor of the family, in Telegram, mail, webhook or log."""
    events = [json.loads(body)["event"] for _, body in hook.calls]
    assert sorted(events) == ["new", "new", "overdue", "unclaimed"]
    for headers, body in hook.calls:
        wanted = hmac.new(SECRET.encode(), body, sha256).hexdigest()
        assert headers["X-Dodomu-Signature"] == f"sha256={wanted}"
    said = [(await rig.look(f"staff/chat/{chat}"))["messages"] for chat in chats]
    told = json.dumps([said, *(body.decode() for _, body in hook.calls), mail.bodies()],
                      ensure_ascii=False)  # fmt: skip
    told += rig.log.read_text(encoding="utf-8")
    assert "Ніхто не взяв" in told
    words = (SURNAME, "Марія", "Анна", "Мелітополь", "Маріуполь", "Запорізьк", "Олена", "табору")
    for word in words:
        assert word not in told, word
