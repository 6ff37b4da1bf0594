"""Somebody who presses and writes anything, in any order: always answered, never stuck."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from chat import Person
from test_beside import LOCATION, PHOTO, STICKER, STORY, VOICE

SEEDS = range(4)
STEPS = 120
TOAST = 200
"""Characters Telegram shows over a button."""
WORDS = (
    "Ковальчук Софія Андріївна", "27 3 2017", "квітень 2022", "31 2 2020", "9", "1", "2", "так",
    "не знаю", "?", "Генічеськ", "Іванівка", "067 123 45 67", "+79161234567", "a@example.com",
    "Назад", "Пропустити", "Зупинитися", "\u200b", "<b>&amp;", "😀", STORY, "слово " * 600,
)  # fmt: skip
COMMANDS = (
    "/start", "/start r", "/report", "/mine", "/update", "/help", "/privacy", "/language",
    "/hide", "/stop", "/cancel", "/unknown",
)  # fmt: skip


async def _press(person: Person, chance: random.Random) -> None:
    newest = [shown for _, shown in sorted(person.messages.items()) if shown.buttons]
    pressable = [
        one["callback_data"] for shown in newest for one in shown.buttons if "callback_data" in one
    ]
    if pressable:
        await person.presses(chance.choice(pressable))
    elif person.messages and (keyboard := person.messages[max(person.messages)].keyboard):
        await person.says(chance.choice(keyboard))


async def _press_old(person: Person, chance: random.Random) -> None:
    await person.presses(f"d1|{chance.randrange(60)}|{chance.randrange(9)}")


async def _write(person: Person, chance: random.Random) -> None:
    await person.says(chance.choice(WORDS))


async def _command(person: Person, chance: random.Random) -> None:
    await person.says(chance.choice(COMMANDS))


async def _send(person: Person, chance: random.Random) -> None:
    await person.sends(**chance.choice((PHOTO, VOICE, LOCATION, STICKER)))


async def _forward(person: Person, chance: random.Random) -> None:
    await person.forwards(chance.choice(WORDS))


async def _edit(person: Person, chance: random.Random) -> None:
    await person.edits(person.last_said, chance.choice(WORDS))


async def _share(person: Person, chance: random.Random) -> None:
    await person.shares("+380671234567", owner=chance.choice((None, 99)))


DOINGS: tuple[Callable[[Person, random.Random], Awaitable[None]], ...] = (
    _press, _press_old, _write, _command, _send, _forward, _edit, _share,
)  # fmt: skip
WEIGHTS = (60, 4, 20, 6, 2, 3, 3, 2)


async def _has_a_way_on(person: Person) -> bool:
    """A button to press, a keyboard to use, or nothing open at all."""
    if await person.at() in ("@away", "@"):
        return True
    return bool(person.labels()) or any(shown.keyboard for shown in person.messages.values())


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_done_next_there_is_a_way_on(olena, arrive, clock, seed):
    chance = random.Random(seed)
    await arrive(olena)
    for step in range(STEPS):
        if chance.random() < 1 / 40:
            clock["now"] += timedelta(days=chance.choice((1, 31)))
        doing = chance.choices(DOINGS, WEIGHTS)[0]
        await doing(olena, chance)
        assert await _has_a_way_on(olena), (seed, step, doing.__name__, await olena.at())
        live = [shown for shown in olena.messages.values() if shown.buttons]
        assert len(live) <= 1, "one screen has buttons, no more"
    assert all(len(toast or "") <= TOAST for toast in olena.toasts)


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_a_stranger_does_nothing_is_taken_down_before_they_agree(olena, door, seed):
    chance = random.Random(seed)
    await olena.says("/start")
    for _ in range(STEPS):
        doing = chance.choices(DOINGS, WEIGHTS)[0]
        await doing(olena, chance)
        settled = (await olena.known()).conversation.state.get("settled") or {}
        if "consent" in settled:
            return
        assert await door.database.fetchval("SELECT count(*) FROM draft") == 0
        assert await olena.at() in ("@", "@arrival", "@hide", "@away")
