"""The door of the family bot on a real database, with keys that nobody uses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiogram import Bot, Dispatcher
from chat import STAFF_BOT, STAFF_CHAT
from chat import Person as Writer
from prosecuting import ASKED
from walk import CODE, MINIMUM, PIN

import locales
from cases import asking, messages
from cases.limits import Rate
from cases.person import Person as Colleague
from handlers import family
from handlers.door import Door
from handlers.filing import Filing
from handlers.letters import Letters
from handlers.mine import Shelf
from handlers.sending import Bell, Post
from handlers.spots import spots
from vault import chain, keys, recipients, throwaway
from vault.box import Box


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    locales.strict()
    yield
    locales.strict(False)


@pytest.fixture(scope="session")
def keyset(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return throwaway.make_all(tmp_path_factory.mktemp("ring") / "keys", datetime.now(UTC))


@pytest.fixture
def clock() -> dict[str, datetime]:
    return {"now": datetime.now(UTC) + timedelta(minutes=5)}


@pytest.fixture(scope="session")
def named() -> Bot:
    """The bot's name to aiogram. It reads all certificates of the computer, so one does for all."""
    return Bot("1000001:family-sandbox-token")


@pytest.fixture
def door(pool: Any, keyset: Any, clock: dict[str, datetime], named: Bot) -> Door:
    root = keys.load_root(keyset.root).public
    listed = recipients.load(keyset.recipients, root, 0, clock["now"])
    toasts: list[str | None] = []

    async def answer(_query: str, toast: str | None) -> None:
        toasts.append(toast)

    vault = keys.load_vault(keyset.vault)
    letters = Letters(pool, Box.of(vault))
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(family.router(Filing(pool, vault, lambda: listed), letters))
    made = Door(
        name="family",
        bot=named,
        dispatcher=dispatcher,
        database=pool,
        vault=vault,
        signer=partial(chain.sign, keys.load_intake_sign(keyset.intake_sign).seed),
        recipients=lambda: listed,
        spots=spots(Post(lambda: listed, Bell(STAFF_BOT, STAFF_CHAT), pool), Shelf(pool), letters),
        clock=lambda: clock["now"],
        answer=answer,
        rate=Rate(updates=10_000),  # time stands still here: see floods.limited
    )
    answer.toasts = toasts  # type: ignore[attr-defined]
    return made


@pytest.fixture
def olena(door: Door) -> Writer:
    return Writer(door, toasts=door.answer.toasts)  # type: ignore[attr-defined]


@pytest.fixture
def petro(door: Door) -> Writer:
    """Somebody else, at the same door."""
    return Writer(door, id=7_000_002, toasts=door.answer.toasts)  # type: ignore[attr-defined]


@pytest.fixture
def arrive() -> Callable[[Writer], Any]:
    """From /start to home, in Ukrainian, safe, abroad."""

    async def arriving(
        person: Writer, area: str = "За кордоном", safe: str = "Так, безпечно"
    ) -> None:
        await person.says("/start")
        await person.taps("Українська")
        await person.taps(safe)
        if person.button("Продовжити коротко"):
            await person.taps("Продовжити коротко")
        await person.taps(area)
        await person.taps("Зрозуміло, погоджуюся")

    return arriving


@pytest.fixture
async def sent(olena: Writer, arrive: Any) -> Writer:
    """Olena after sending; her code and PIN are `olena.code` and `olena.pin`."""
    await arrive(olena)
    await olena.does(*MINIMUM, "[Надіслати прокурорам]", "[Надіслати прокурорам]")
    olena.code, olena.pin = CODE.search(olena.last)[1], PIN.search(olena.last)[1]  # type: ignore[attr-defined,index]
    await olena.taps("На початок")
    return olena


@pytest.fixture
def prosecutor(door):
    return Colleague(uuid4(), 7, "Марченко", "prosecutor", ("UA",), "active")


@pytest.fixture
async def letter_box(door, clock):
    await messages.announce(door.database, Box.of(door.vault), door.signer)
    return await asking.letter_box(door.database, door.recipients(), clock["now"])


@pytest.fixture
def write(door, prosecutor, letter_box, clock):
    async def writing(letter=ASKED):
        case = await door.database.fetchval("SELECT id FROM cases ORDER BY received_at LIMIT 1")
        return await asking.write(
            door.database,
            case,
            letter,
            to=letter_box,
            by=prosecutor,
            signer=door.signer,
            now=clock["now"],
        )

    return writing
