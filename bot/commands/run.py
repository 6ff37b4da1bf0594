"""`dodomu run`: the bot, whole or in parts; without a token, with a Telegram of its own."""

import asyncio
import gc
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any

import asyncpg
from cyclopts import App

from bot import demo, log
from bot.postgres import current, embedded, migrate, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings, SettingsRefused, load
from bot.store import StoreAway
from bot.telegram import Refused, TokenRefused
from cases import restored
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused

app = App(name="run", help="Run the bot. Without TELEGRAM_BOT_TOKEN: the demo, in a sandbox.")


@app.default
def everything() -> int:
    """Take in and send, in one process. Without a token the sandbox runs here as well."""
    return _run("everything")


@app.command
def intake() -> int:
    """Only take in what families write. Without a token: from a sandbox that runs already."""
    return _run("intake")


@app.command
def delivery() -> int:
    """Only send what waits, and fetch files. Without a token: with a sandbox that runs already."""
    return _run("delivery")


@app.command
def desk() -> int:
    """Only the prosecutors' desk, on its own host. Without DODOMU_DESK_KEY and token: the demo."""
    return _run("desk")


def _run(which: str) -> int:
    """The exit code. Whatever keeps the bot from running is told in words, without values."""
    try:
        settings = load()
        log.set_up(settings.log)
        _report(settings)
        gc.disable()  # until everything is built: it walks aiogram's models again and again
        threading.Thread(target=_import_ahead, args=(which,), daemon=True).start()
        with _database(settings) as database:
            _original(database, which)
            _bring_up_to_date(database)
            _loop(_main(settings, database, which))
    except (SettingsRefused, ServerRefused, KeyFileRefused, ListRefused, _CannotStart) as refused:
        return _sorry(str(refused))
    except TokenRefused:
        return _sorry("Telegram does not know the token; @BotFather has the current one")
    except Refused as refused:
        return _sorry(f"Telegram refuses what was asked of it ({refused.code})")
    except StoreAway as away:
        return _sorry(f"the store of files (DODOMU_OBJECTS) cannot be used: {away}")
    except asyncpg.PostgresError as error:
        return _sorry(f"the database cannot be used: {type(error).__name__}")
    except OSError as error:
        return _sorry(
            f"the database cannot be reached, or a port is taken: {type(error).__name__}"
        )
    return 0


def _report(settings: Settings) -> None:
    if settings.sentry_dsn is not None:
        from bot import reporting  # noqa: PLC0415 - most have none, and its import takes its time

        reporting.begin(settings.sentry_dsn.get_secret_value(), version("dodomu"))


class _CannotStart(Exception):
    """Something outside must be put right first; the message says what."""


def _import_ahead(which: str) -> None:
    """While PostgreSQL starts: importing aiogram takes as long."""
    if which in ("desk", "everything"):
        import_module("bot.desk")
    if which == "desk":
        return
    import_module("bot.app")
    if which != "delivery":
        import_module("bot.doors")


@dataclass(frozen=True)
class _Database:
    """`revive` starts it again where it is our own; a server's is its administrator's business."""

    dsn: str = field(repr=False)
    revive: Callable[[], None] | None = None


@contextmanager
def _database(settings: Settings) -> Iterator[_Database]:
    if settings.database_url is not None:
        yield _Database(settings.database_url.get_secret_value())
        return
    with embedded(settings.folder / "postgres") as server:
        yield _Database(server.url, server.revive)


def _original(database: _Database, which: str) -> None:
    """A restored copy neither sends nor takes in before a person says so; the desk may look."""
    found = asyncio.run(restored.mark(database.dsn))
    if found is None or (found.whole and which == "desk"):
        return
    if not found.whole:
        raise _CannotStart("a restore into this database was cut off; do it again: db restore")
    raise _CannotStart(
        f"this database was restored from the backup of {found.made_at:%Y-%m-%d %H:%M} UTC, and"
        " nothing is sent from it; see `dodomu db check`, then `dodomu db release`"
    )


def _bring_up_to_date(database: _Database) -> None:
    """Our own database is brought to today's schema; a server's only by its administrator."""
    if current(database.dsn) == wanted():
        return
    if database.revive is None:
        raise _CannotStart("the database is not at today's schema; run `dodomu db upgrade`")
    migrate(database.dsn)


def _loop(main: Coroutine[Any, Any, None]) -> None:
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with suppress(ImportError):  # not on every platform
        import uvloop  # noqa: PLC0415

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


async def _main(settings: Settings, database: _Database, which: str) -> None:
    if which == "desk":
        await _desk(settings, database)
        return
    from bot.app import Parts, serve  # noqa: PLC0415 - imported ahead, in a thread

    async with _telegram(settings, which) as telegram:
        words, door = "ready", None
        if telegram is not None and which == "everything":
            words, door = _with_desk(settings, telegram)
        await serve(
            settings,
            database.dsn,
            Parts(intake=which != "delivery", delivery=which != "intake", desk=door),
            demo=telegram,
            revive=database.revive,
            ready=lambda: print(words, flush=True),
        )


def _with_desk(settings: Settings, telegram: demo.Demo) -> tuple[str, socket.socket]:
    """What to print, and where the demo's desk listens."""
    from bot.desk import link, listening  # noqa: PLC0415 - imported ahead, in a thread

    door = _free(settings, listening)
    return telegram.told(demo.folder(settings.folder), link(settings, door)), door


def _free(settings: Settings, listening: Callable[[Settings], socket.socket]) -> socket.socket:
    try:
        return listening(settings)
    except OSError:
        raise _CannotStart(
            f"port {settings.desk_port} is taken: does another one run? Else set DODOMU_DESK_PORT"
        ) from None


async def _desk(settings: Settings, database: _Database) -> None:
    from bot.desk import serve  # noqa: PLC0415 - imported ahead, in a thread

    if settings.desk_key is None and not settings.in_sandbox:
        raise _CannotStart("DODOMU_DESK_KEY: is missing; see docs/keys.md")
    for name in () if settings.desk_in_sandbox else ("recipients", "root_public"):
        if getattr(settings, name) is None:
            raise _CannotStart(f"DODOMU_{name.upper()}: is missing; see docs/keys.md")
    await serve(
        settings,
        database.dsn,
        revive=database.revive,
        ready=lambda address: print(f"ready: {address}", flush=True),
    )


@asynccontextmanager
async def _telegram(settings: Settings, which: str) -> AsyncIterator[demo.Demo | None]:
    if not settings.in_sandbox:
        yield None
    elif which != "everything":
        yield demo.elsewhere(settings.sandbox_port)
    else:
        async with AsyncExitStack() as stack:
            opening = demo.opened(demo.folder(settings.folder), settings.sandbox_port)
            try:
                made = await stack.enter_async_context(opening)
            except OSError:
                raise _CannotStart(
                    f"port {settings.sandbox_port} is taken: does another one run?"
                    " Else set DODOMU_SANDBOX_PORT"
                ) from None
            yield made


def _sorry(words: str) -> int:
    print(words, file=sys.stderr)
    return 1
