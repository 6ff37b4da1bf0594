"""The least an aiogram bot can do: it says back what was said or pressed. Over a webhook."""

import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


@dispatcher.callback_query()
async def pressed(query: CallbackQuery) -> None:
    await query.answer()
    if query.message is not None:
        await query.message.answer(query.data or "")


async def _hooked(bot: Bot) -> None:
    await bot.set_webhook(os.environ["WEBHOOK_URL"], secret_token="benchmark-secret")  # noqa: S106 - a stub's


def serve(dispatcher: Dispatcher) -> None:
    """As aiogram's page on webhooks shows it, with a Bot API server of one's own."""
    api = TelegramAPIServer.from_base(os.environ["TELEGRAM_API"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    dispatcher.startup.register(_hooked)
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token="benchmark-secret")  # noqa: S106
    handler.register(app, path="/webhook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["WEBHOOK_PORT"]), access_log=None)


if __name__ == "__main__":
    serve(dispatcher)
