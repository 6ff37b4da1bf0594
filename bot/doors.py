"""Behind each bot's door: aiogram's router and ours, and the answer to a pressed button."""

from collections.abc import Callable

from aiogram import Bot, Dispatcher, Router

from bot.house import FAMILY, STAFF, House, Line, post_of
from bot.telegram import Api, Away, Refused
from handlers import family
from handlers.door import Answer, Door
from handlers.filing import Filing
from handlers.letters import Letters
from handlers.mine import Shelf
from handlers.spots import spots
from handlers.staff import Staffroom
from handlers.talk import Spot
from vault.box import Box


def build_door(house: House, line: Line, api: Api, files: Callable[[], None] | None) -> Door:
    """Everything that happens to an update of this bot. `files`: told that some may wait."""
    dispatcher = Dispatcher(disable_fsm=True)
    letters = Letters(house.pools.intake, Box.of(house.keyring.vault))
    dispatcher.include_router(_router(house, line, letters))
    return Door(
        name=line.name,
        bot=Bot(line.token),
        dispatcher=dispatcher,
        database=house.pools.intake,
        vault=house.keyring.vault,
        signer=house.keyring.sign,
        recipients=house.keyring.recipients,
        spots=_spots(house, letters) if line.name == FAMILY else {},
        clock=house.keyring.now,
        answer=_answering(house, api),
        group=house.site.staff_chat if line.name == STAFF else None,
        files=files,
    )


def _spots(house: House, letters: Letters) -> dict[str, Spot]:
    return spots(post_of(house), Shelf(house.pools.intake), letters)


def _router(house: House, line: Line, letters: Letters) -> Router:
    if line.name == FAMILY:
        keyring = house.keyring
        filing = Filing(house.pools.intake, keyring.vault, keyring.recipients)
        return family.router(filing, letters)
    return Staffroom(house.pools.intake, house.keyring.vault, house.keyring.sign).router()


def _answering(house: House, api: Api) -> Answer:
    """Stops a button's spinner, beside the work: a courtesy, and the turn is saved already."""

    async def call(query_id: str, text: str | None) -> None:
        try:
            await api.call(
                "answerCallbackQuery",
                {"callback_query_id": query_id, **({"text": text} if text else {})},
            )
        except (Away, Refused):
            return  # an old button, or a bad moment: the message itself says what happened

    async def answer(query_id: str, text: str | None) -> None:
        house.nursery.start("answer", call(query_id, text))

    return answer
