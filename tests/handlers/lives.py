"""The life of a button, row by row of the catalogue: each is played, and named in its words."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiogram import Dispatcher
from chat import SAVED, STALE, Person, kept
from walk import MINIMUM

from handlers import family
from handlers.filing import Filing
from handlers.letters import Letters
from vault.box import Box


async def _twice(person: Person) -> str:
    message_id, button = person.button("Мати")
    await person.presses(button["callback_data"], message_id)
    before = kept(await person.known())
    await person.presses(button["callback_data"], message_id)
    assert kept(await person.known()) == before
    return "DEDUP" if person.toasts[-1] == SAVED else "OK"


async def _ten_times(person: Person) -> str:
    message_id, button = person.button("Мати")
    for _ in range(10):
        await person.presses(button["callback_data"], message_id)
    draft = await person.draft()
    assert draft is not None
    assert list(draft.answers) == ["relation"]
    return "DEDUP" if person.toasts[-9:] == [SAVED] * 9 else "OK"


async def _after_restart(person: Person) -> str:
    dispatcher = Dispatcher(disable_fsm=True)
    filing = Filing(person.door.database, person.door.vault, person.door.recipients)
    letters = Letters(person.door.database, Box.of(person.door.vault))
    dispatcher.include_router(family.router(filing, letters))
    person.door = replace(person.door, dispatcher=dispatcher)
    await person.taps("Мати")
    return "OK" if (await person.at()).endswith("/name") else "STALE"


def _pressing(data: str) -> Callable[[Person], Awaitable[str]]:
    """A button with this data; {} is the revision now on screen."""

    async def pressing(person: Person) -> str:
        before = kept(await person.known())
        revision = (await person.known()).conversation.revision
        await person.presses(data.format(revision, revision + 9))
        assert kept(await person.known()) == before
        return "STALE" if person.toasts[-1] == STALE else "OK"

    return pressing


async def _of_a_deleted_draft(person: Person) -> str:
    message_id, button = person.button("Мати")
    await person.does("/start", "[Видалити чернетку]")
    await person.presses(button["callback_data"], message_id)
    assert await person.draft() is None
    return "STALE" if person.toasts[-1] == STALE else "OK"


async def _to_consents(person: Person) -> dict[str, str]:
    """The buttons of the question before sending, by what they say."""
    await person.does(*MINIMUM[1:], "[Надіслати прокурорам]")
    newest = person.messages[max(person.messages)]
    return {one["text"]: one["callback_data"] for one in newest.buttons}


async def _cases(person: Person) -> int:
    return int(await person.door.database.fetchval("SELECT count(*) FROM cases"))


async def _send_while_typing(person: Person) -> str:
    buttons = await _to_consents(person)
    await asyncio.gather(person.presses(buttons["Надіслати прокурорам"]), person.says("і ще"))
    return "OK" if await _cases(person) == 1 else "STALE"


async def _send_then_stop(person: Person) -> str:
    buttons = await _to_consents(person)
    await person.taps("Надіслати прокурорам")
    await person.presses(buttons["Зупинитися"])
    assert await _cases(person) == 1
    return "STALE" if person.toasts[-1] == STALE else "OK"


async def _stop_then_send(person: Person) -> str:
    buttons = await _to_consents(person)
    await person.taps("Зупинитися")
    await person.presses(buttons["Надіслати прокурорам"])
    assert await _cases(person) == 0
    return "STALE" if person.toasts[-1] == STALE else "OK"


async def _back_at_the_first(person: Person) -> str:
    await person.taps("‹ Назад")
    return "OK" if await person.at() == "#tasks" else "STALE"


async def _back_a_hundred_times(person: Person) -> str:
    await person.does(*MINIMUM[1:])
    for _ in range(100):
        if not person.button("‹ Назад"):
            break
        await person.taps("‹ Назад")
    draft = await person.draft()
    assert draft is not None
    return "OK" if len(draft.answers) == 5 else "STALE"


async def _skip_a_required_one(person: Person) -> str:
    assert "Пропустити" not in person.shown()
    await person.says("Пропустити")
    return "ASK" if await person.at() == "relation" else "OK"


async def _before_its_message(person: Person) -> str:
    revision = (await person.known()).conversation.revision
    await person.presses(f"d1|{revision + 1}|0")
    early = person.toasts[-1]
    await person.says("Мати")
    assert (await person.at()).endswith("/name")
    return "STALE" if early == STALE else "OK"


async def _button_beside_text(person: Person) -> str:
    _, button = person.button("Мати")
    await asyncio.gather(person.presses(button["callback_data"]), person.says("Ковальчук Софія"))
    draft = await person.draft()
    assert draft is not None
    return "OK" if "relation" in draft.answers else "STALE"


LIVES: dict[str, Callable[[Person], Awaitable[str]]] = {
    "CA-002": _twice, "CA-003": _ten_times, "CA-004": _after_restart,
    "CA-006": _pressing("d1|{1}|0"), "CA-008": _pressing("d1|7f3a9c21|2"),
    "CA-010": _of_a_deleted_draft, "CA-011": _pressing("d0|{0}|0"),
    "CA-013": _send_while_typing, "CA-015": _send_then_stop, "CA-016": _stop_then_send,
    "CA-017": _back_at_the_first, "CA-018": _back_a_hundred_times,
    "CA-019": _skip_a_required_one, "CA-094": _before_its_message,
    "CA-095": _button_beside_text,
}  # fmt: skip
