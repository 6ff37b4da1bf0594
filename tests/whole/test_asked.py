"""A prosecutor asks a family through the real bot, which is killed while the family answers."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import opened
import pytest
import scripts
from rig import rigged

from bot.postgres import embedded, migrate
from cases import asking, database
from cases.messages import Letter
from cases.person import Person
from vault import chain, keys, recipients
from vault.box import BoxRefused

pytestmark = pytest.mark.timeout(300)

LETTER = Letter("Чи були в неї окуляри?", ("born", "marks"), own=True)


@pytest.fixture
async def rig(tmp_path, oven):
    with embedded(tmp_path / "postgres") as server:
        await asyncio.to_thread(migrate, server.url)
        async with rigged(tmp_path, server, oven=oven) as made:
            yield made


async def written(rig):
    """The prosecutor's part, with the key of a desk and nothing of the intake's."""
    now, files = datetime.now(UTC), rig.keyset
    listed = recipients.load(files.recipients, files.root_public, 0, now)
    colleague = Person(uuid4(), 7, "Марченко", "prosecutor", ("UA",), "active")
    async with await database.connect(rig.database.url, role="dodomu_desk") as pool:
        for _ in range(100):
            try:
                box = await asking.letter_box(pool, listed, now)
                break
            except BoxRefused:
                await asyncio.sleep(0.1)
        case = await pool.fetchval("SELECT id FROM cases")
        return await asking.write(
            pool, case, LETTER, to=box, by=colleague, now=now,
            signer=partial(chain.sign, keys.load_desk(files.desk)[0].seed),
        )  # fmt: skip


async def test_a_family_is_asked_answers_past_its_mistakes_and_a_kill_and_the_answer_opens(rig):
    bot = rig.start()
    family = await rig.person("Олена")
    await family.walk([*scripts.ARRIVE, *scripts.essentials(1), *scripts.SEND])
    await family.asked("Ваш код")
    letter = await written(rig)

    await family.walk([
        ("Є запитання до Вашого звернення", "tap", "Відкрити"),
        ("Ваша відповідь", "say", "Так, сині"),
        ("Коли народилася дитина", "say", "27 13 2016"),
    ])  # fmt: skip
    await told(family, "Місяця 13 немає")
    bot.kill()
    await asyncio.to_thread(bot.wait)
    await family.say("27 3 2016")
    rig.start()
    await family.walk([("прикмети", "tap", "Пропустити")])
    await told(family, "передано до звернення")

    (answer,) = await opened.cases(rig.database.url, rig.keyset, "answer")
    assert answer.report["message"] == str(letter)
    rows = answer.answers()
    assert (rows["answer"]["answer"], rows["answer"]["state"]) == ("Так, сині", "given")
    assert rows["born"]["state"] == "given"
    assert rows["marks"]["state"] == "skipped"
    pushed = [one for one in await family.chat() if "Є запитання до Вашого" in one["text"]]
    assert len(pushed) == 1, "the push came once"


async def told(family, text):
    for _ in range(600):
        for one in reversed(await family.chat()):
            if text in one["text"]:
                return one["text"]
        await asyncio.sleep(0.1)
    raise AssertionError(f"nobody said {text!r}")
