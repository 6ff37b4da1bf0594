"""The form as a python-telegram-bot conversation, kept in a file of pickles, over polling."""

import os
from pathlib import Path
from typing import Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.peers import form

QUESTIONS: Final = form.read()
NUMBERS: Final = {one.key: number for number, one in enumerate(QUESTIONS)}


async def ask(message: Message, number: int) -> int:
    if number == len(QUESTIONS):
        return ConversationHandler.END
    question = QUESTIONS[number]
    rows = [
        [InlineKeyboardButton(label, callback_data=f"{question.key}:{option}")]
        for option, label in enumerate(question.options)
    ]
    await message.reply_text(
        question.text, reply_markup=InlineKeyboardMarkup(rows) if rows else None
    )
    return number


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert context.user_data is not None and update.message is not None
    context.user_data.clear()
    return await ask(update.message, 0)


async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE, key: str) -> int:
    assert context.user_data is not None and update.message is not None
    context.user_data[key] = update.message.text
    return await ask(update.message, NUMBERS[key] + 1)


async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert context.user_data is not None and query is not None and query.data is not None
    key, option = query.data.split(":")
    context.user_data[key] = QUESTIONS[NUMBERS[key]].options[int(option)]
    await query.answer()
    assert isinstance(query.message, Message)
    return await ask(query.message, NUMBERS[key] + 1)


async def name(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    return await typed(update, context, "name")


async def born(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    return await typed(update, context, "born")


async def town(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    return await typed(update, context, "town")


async def share(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert context.user_data is not None and query is not None
    told = len(context.user_data)
    context.user_data.clear()
    await query.answer()
    assert isinstance(query.message, Message)
    await query.message.reply_text(f"Дякуємо! Ми прийняли {told} відповідей.")
    return ConversationHandler.END


def states() -> dict[object, list[Any]]:
    """What is listened to while each question is open."""
    answers: dict[str, Any] = {"name": name, "born": born, "town": town}
    text = filters.TEXT & ~filters.COMMAND
    made: dict[object, list[Any]] = {}
    for key, number in NUMBERS.items():
        if key in answers:
            made[number] = [MessageHandler(text, answers[key])]
        else:
            does = share if key == "share" else pressed
            made[number] = [CallbackQueryHandler(does, pattern=f"^{key}:")]
    return made


def main() -> None:
    pickles = PicklePersistence(Path(os.environ["FOLDER"]) / "conversations.pickle")
    api = os.environ["TELEGRAM_API"]
    application = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{api}/bot")
        .persistence(pickles)
        .build()
    )
    entry: list[Any] = [CommandHandler("start", start)]
    application.add_handler(
        ConversationHandler(
            entry, states(), fallbacks=entry, name="form", persistent=True, allow_reentry=True
        )
    )
    application.run_polling()


if __name__ == "__main__":
    main()
