"""`dodomu sandbox`: the local Telegram alone, with its people."""

import asyncio
import signal
import sys
from pathlib import Path

from bot import demo
from bot.settings import SettingsRefused, load


def sandbox(*, port: int | None = None, reset: bool = False) -> int:
    """A local Telegram: chats in the browser, the Bot API for bots, all on this computer.

    Parameters
    ----------
    port
        Where it listens; 8081 unless DODOMU_SANDBOX_PORT says otherwise.
    reset
        Delete the sandbox's chats and keys instead of starting it.
    """
    try:
        settings = load()
    except SettingsRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    folder = demo.folder(settings.folder)
    if reset:
        print(f"deleted: {folder}" if demo.reset(folder) else f"nothing there: {folder}")
        return 0
    wanted = settings.sandbox_port if port is None else port
    try:
        asyncio.run(_serve(folder, wanted))
    except OSError:
        print(f"port {wanted} is taken: does another one run?", file=sys.stderr)
        return 1
    return 0


async def _serve(folder: Path, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with demo.opened(folder, port) as made:
        print(made.told(folder, "dodomu run desk"), flush=True)
        await stop.wait()
