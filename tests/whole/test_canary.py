"""A made-up person goes through everything: their words are found nowhere in clear."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
import scripts
from rig import Rig, Walker, rigged

from bot.postgres import embedded, migrate

SURNAME, GIVEN = "Ґжегожівна-Канаркенко", "Канарислава"
TOWN = "Канарчине-Ґжегожеве"
PHONE = "+380990000099"
STORY = "Канарка співала у вагоні номер сорок"
NICKNAME = "Канаруля"
WORDS = (
    SURNAME,
    GIVEN,
    TOWN,
    STORY,
    NICKNAME,
    "990000099",
    "Ґжегожівна",
    "Канаркенко",
    "Канарчине",
)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def rig(tmp_path):
    with embedded(tmp_path / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(tmp_path, server, DODOMU_RATE="500", DODOMU_CHAT_RATE="50") as made:
            yield made


async def test_a_canarys_words_are_in_no_log_no_button_no_bell_and_not_in_the_database(rig):
    process = rig.start()
    canary = await rig.person(GIVEN, phone=PHONE, username="kanarka_lives_here")
    await canary.walk(
        [
            *scripts.ARRIVE,
            ("Чим допомогти", "tap", "Повідомити про дитину"),
            ("Ким Ви є дитині?", "tap", "Мати"),
            ("Прізвище, ім’я", "say", f"{SURNAME} {GIVEN} Іванівна"),
            ("Записали так", "tap", "Так"),
            ("Коли народилася", "say", "27 3 2017"),
            ("Де дитина була востаннє", "tap", "Херсонська"),
            ("Місто, село чи селище", "say", TOWN),
            ("немає в переліку", "tap", "Немає тут"),
            ("Що найближче", "tap", "Не повернули з табору"),
            ("Перевірте перед", "tap", "Додати відомості"),
            ("Звернення про дитину", "tap", "1 Ви і дитина"),
            ("Як до Вас звертатися", "say", NICKNAME),
            ("Як прокурору краще", "tap", "Телефоном"),
            ("Ваш номер телефону", "say", PHONE),
            ("Коли Вам зручно", "tap", "Зупинитися"),
        ]
    )
    await canary.asked("Якщо зв’язок обірветься")
    await canary.tap("Так, передайте")
    await trouble(rig, canary)
    await canary.walk(
        [
            ("", "say", "/start"),
            ("Ви зупинилися", "tap", "Продовжити"),
            ("Коли Вам зручно", "tap", "Будь-коли"),
            ("Коли або як", "tap", "‹ Назад"),
        ]
    )
    await canary.asked("Коли Вам зручно")
    await canary.say(STORY * 3)
    await canary.asked("Не бачу, до чого це")
    await canary.tap("До чернетки")
    await canary.asked("Коли Вам зручно")
    await the_database_dies_meanwhile(rig, canary.id)
    seen = await everything_telegram_saw(rig, canary.id)
    staff = await rig.look(f"staff/chat/{rig.staff_chat}")

    process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(process.wait, 30)
    assert process.returncode == 0
    log = rig.log.read_text(encoding="utf-8")
    assert '"level"' in log, "the bot has logged something"
    for word in (*WORDS, "kanarka_lives_here", "family-sandbox-token"):
        assert word not in log
        assert word not in json.dumps(staff, ensure_ascii=False)
        assert all(word not in data for data in seen)
    assert found_in(rig.database.data, [*WORDS, "kanarka_lives_here"]) == []


async def test_the_search_would_find_words_stored_in_clear(rig):
    import asyncpg

    connection = await asyncpg.connect(rig.database.url)
    await connection.execute("CREATE TABLE careless (said text)")
    await connection.execute("INSERT INTO careless VALUES ($1)", TOWN)
    await connection.execute("DROP TABLE careless")
    await connection.close()
    assert found_in(rig.database.data, [TOWN]) != []


async def trouble(rig: Rig, canary: Walker) -> None:
    """Updates that go wrong, each with the canary's words in it."""
    user = {"id": canary.id, "is_bot": False, "first_name": GIVEN}
    chat = {"id": canary.id, "type": "private", "first_name": GIVEN}
    told = {"message_id": 900, "date": 1_795_000_000, "chat": chat, "from": user, "text": STORY}
    for update in (
        {"message": told | {"date": STORY}},
        {"message": told | {"entities": [{"type": "bold", "offset": -5, "length": -1}]}},
        {"message": told, "channel_post": told},
        {"channel_post": told},
        {"brand_new_kind": {"text": STORY}},
        {"edited_message": told | {"text": SURNAME}},
        {"callback_query": {"id": "1", "from": user, "chat_instance": "1", "data": STORY}},
    ):
        await canary.reach()
        await rig.sim("family/update", {"update": update})
    await canary.say("/privacy")
    await asyncio.sleep(2)


async def the_database_dies_meanwhile(rig: Rig, person: int) -> None:
    """Errors of a lost database quote what they were about; none of it may be written down."""
    pid = int((rig.database.data / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)
    await rig.sim("family/say", {"user": person, "text": STORY * 3})
    await asyncio.sleep(1)
    await asyncio.to_thread(rig.database.revive)
    for _ in range(200):
        chat = await rig.look(f"family/chat/{person}")
        if "Не бачу, до чого це" in chat["messages"][-1]["text"]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the words were not answered after the database came back")


async def everything_telegram_saw(rig: Rig, person: int) -> list[str]:
    """Callback data of every button ever shown, and the list of calls."""
    chat = await rig.look(f"family/chat/{person}")
    buttons = [one for m in chat["messages"] for row in m["buttons"] for one in row]
    calls = await rig.look("calls?since=0")
    return [*(one.get("data", "") for one in buttons), json.dumps(calls, ensure_ascii=False)]


def found_in(folder: Path, words: list[str]) -> list[str]:
    """Which files of a data directory, its write-ahead log among them, hold a word in clear."""
    spellings = [
        spelling
        for word in words
        for spelling in (
            word.encode(), word.encode("utf-16-le"), json.dumps(word)[1:-1].encode(),
        )
    ]  # fmt: skip
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(spelling in content for spelling in spellings):
                found.append(path.name)
    return found
