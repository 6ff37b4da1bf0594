"""The form as an aiogram bot with states, over a webhook; answers in memory, or in Redis.

With REDIS_URL set, RedisStorage; else MemoryStorage.
"""

import os

from aiogram import Dispatcher, F, Router
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, Message
from aiogram.utils.keyboard import InlineKeyboardBuilder

from benchmarks.peers import form
from benchmarks.peers.echo import serve

QUESTIONS = {one.key: one for one in form.read()}
router = Router()


class Form(StatesGroup):
    """One state for each question."""

    language = State()
    safe = State()
    area = State()
    consent = State()
    home = State()
    relation = State()
    name = State()
    right = State()
    born = State()
    oblast = State()
    town = State()
    scenario = State()
    check = State()
    share = State()


async def ask(message: Message, state: FSMContext, key: str) -> None:
    question = QUESTIONS[key]
    keyboard = InlineKeyboardBuilder()
    for number, label in enumerate(question.options):
        keyboard.button(text=label, callback_data=f"{key}:{number}")
    keyboard.adjust(1)
    await state.set_state(getattr(Form, key))
    await message.answer(
        question.text, reply_markup=keyboard.as_markup() if question.options else None
    )


async def pressed(query: CallbackQuery, state: FSMContext, following: str) -> None:
    key, number = (query.data or "").split(":")
    await state.update_data({key: QUESTIONS[key].options[int(number)]})
    await query.answer()
    if isinstance(query.message, Message):
        await ask(query.message, state, following)


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await ask(message, state, "language")


@router.callback_query(Form.language, F.data.startswith("language:"))
async def language(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "safe")


@router.callback_query(Form.safe, F.data.startswith("safe:"))
async def safe(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "area")


@router.callback_query(Form.area, F.data.startswith("area:"))
async def area(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "consent")


@router.callback_query(Form.consent, F.data.startswith("consent:"))
async def consent(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "home")


@router.callback_query(Form.home, F.data.startswith("home:"))
async def home(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "relation")


@router.callback_query(Form.relation, F.data.startswith("relation:"))
async def relation(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "name")


@router.message(Form.name, F.text)
async def name(message: Message, state: FSMContext) -> None:
    await state.update_data(name=message.text)
    await ask(message, state, "right")


@router.callback_query(Form.right, F.data.startswith("right:"))
async def right(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "born")


@router.message(Form.born, F.text)
async def born(message: Message, state: FSMContext) -> None:
    await state.update_data(born=message.text)
    await ask(message, state, "oblast")


@router.callback_query(Form.oblast, F.data.startswith("oblast:"))
async def oblast(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "town")


@router.message(Form.town, F.text)
async def town(message: Message, state: FSMContext) -> None:
    await state.update_data(town=message.text)
    await ask(message, state, "scenario")


@router.callback_query(Form.scenario, F.data.startswith("scenario:"))
async def scenario(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "check")


@router.callback_query(Form.check, F.data.startswith("check:"))
async def check(query: CallbackQuery, state: FSMContext) -> None:
    await pressed(query, state, "share")


@router.callback_query(Form.share, F.data.startswith("share:"))
async def share(query: CallbackQuery, state: FSMContext) -> None:
    told = await state.get_data()
    await state.clear()
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.answer(f"Дякуємо! Ми прийняли {len(told)} відповідей.")


def storage() -> BaseStorage:
    url = os.environ.get("REDIS_URL")
    if url is None:
        return MemoryStorage()
    from aiogram.fsm.storage.redis import RedisStorage  # noqa: PLC0415 - needs Redis' client

    return RedisStorage.from_url(url)


if __name__ == "__main__":
    dispatcher = Dispatcher(storage=storage())
    dispatcher.include_router(router)
    serve(dispatcher)
