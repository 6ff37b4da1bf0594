"""`dodomu sending`: does each bot send, and open again what a refused token has stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

import asyncpg
from cyclopts import App, Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.commands.db import reached
from bot.house import FAMILY, STAFF
from bot.settings import Settings, SettingsRefused, load
from bot.telegram import Api, Away, Refused, TokenRefused
from cases import gate, measures
from cases.outbox import Database

app = App(name="sending", help="Does each bot send? Open again what a refused token stopped.")

_BOTS: Final = (FAMILY, STAFF)

Which = Annotated[list[str] | None, Parameter(negative="", help="family, staff. Else both.")]
Shown = tuple[dict[str, Any], list[str], bool]
Work = Callable[[Database, Settings], Coroutine[Any, Any, Shown]]


@app.command
def status(*, json: AsJson = False) -> int:
    """Say for each bot whether it sends, pauses or is stopped. Exit code 1: one is stopped."""
    return _done(_told, json=json)


@app.command
def reopen(*, bot: Which = None, json: AsJson = False) -> int:
    """Send again, once Telegram knows the token of the settings. Exit code 1: it does not.

    Asks Telegram first, for each bot that is stopped: a token that is refused still opens
    nothing. What has waited goes out then, in its order.
    """
    if unknown := set(bot or ()) - set(_BOTS):
        return refused(f"there is no bot {', '.join(sorted(unknown))}", json=json)

    async def work(database: Database, settings: Settings) -> Shown:
        return await _reopened(database, settings, bot or list(_BOTS))

    return _done(work, json=json)


async def _told(database: Database, _settings: Settings) -> Shown:
    gates = {one.bot: one for one in await measures.gates(database)}
    waiting: dict[str, int] = {}
    for queue in await measures.queues(database):
        waiting[queue.bot] = waiting.get(queue.bot, 0) + queue.waiting
    shown, lines = {}, []
    for name in sorted({*_BOTS, *gates, *waiting}):
        found = gates.get(name)
        stopped, paused = bool(found and found.stopped), found.paused if found else 0.0
        state = "stopped" if stopped else "paused" if paused else "open"
        said = {
            "stopped": "stopped: Telegram refused the token; see docs/operations/token.md",
            "paused": f"paused by Telegram for {paused:.0f} s",
            "open": "open",
        }[state]
        shown[name] = {"state": state, "waiting": waiting.get(name, 0), "paused": round(paused)}
        lines.append(f"{name}: {said}; {waiting.get(name, 0)} messages wait")
    return shown, lines, all(one["state"] != "stopped" for one in shown.values())


async def _reopened(database: Database, settings: Settings, wanted: list[str]) -> Shown:
    stopped = {one.bot for one in await measures.gates(database) if one.stopped}
    shown, lines, good = {}, [], True
    for name in wanted:
        if name not in stopped:
            shown[name], said = "open", "was not stopped"
        elif trouble := await _trouble(settings, name):
            shown[name], said, good = "stopped", trouble, False
        else:
            await gate.reopen(database, name)
            shown[name], said = "reopened", "sends again"
        lines.append(f"{name}: {said}")
    return shown, lines, good


async def _trouble(settings: Settings, name: str) -> str:
    """Why this bot's token opens nothing; "" where Telegram knows it."""
    token = {FAMILY: settings.telegram_bot_token, STAFF: settings.telegram_staff_bot_token}[name]
    if token is None:
        return "has no token in the settings of this host"
    try:
        async with Api(settings.telegram_api, token.get_secret_value()) as api:
            await api.call("getMe")
    except TokenRefused:
        return "Telegram does not know the token; @BotFather has the current one"
    except (Away, Refused) as error:
        return f"Telegram is not reached: {error}"
    return ""


def _done(work: Work, *, json: bool) -> int:
    try:
        settings = load()
    except SettingsRefused as mistakes:
        return refused(str(mistakes), json=json)
    with reached() as url:
        shown, lines, good = asyncio.run(_with(url, settings, work))
    return answer(shown, lines, json=json, code=0 if good else 1)


async def _with(url: str, settings: Settings, work: Work) -> Shown:
    connection = await asyncpg.connect(url)
    try:
        return await work(connection, settings)
    finally:
        await connection.close()
