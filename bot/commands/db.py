"""`dodomu db`: bring the database up to date, say how it stands, back it up, restore it."""

import asyncio
import json as jsons
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import asyncpg
from cyclopts import App, Parameter

from bot.postgres import current, migrate, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import SettingsRefused, load
from cases import restored
from cases.restored import Mark, Waiting

app = App(name="db", help="The database: bring it up to date, check it, back it up, restore it.")
app.command("bot.commands.backup:backup", name="backup")
app.command("bot.commands.restore:restore", name="restore")
app.command("bot.commands.restore:release", name="release")

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")]


class _Unreachable(SystemExit):
    """Exit code 1, after saying why."""


@contextmanager
def reached() -> Iterator[str]:
    """The database of the settings; what prevents reaching it is told in words, with exit 1."""
    try:
        settings = load()
        given = settings.database_url
        with serving(given.get_secret_value() if given else None, settings.folder) as url:
            yield url
    except (SettingsRefused, ServerRefused) as refused:
        print(refused)
        raise _Unreachable(1) from None
    except (OSError, asyncpg.PostgresError) as error:
        # The text of such errors may quote the address, with its password.
        print(f"The database cannot be used: {type(error).__name__}")
        raise _Unreachable(1) from None


@app.command
def upgrade() -> int:
    """Bring the database to today's schema. Safe to repeat; waits for another upgrade."""
    with reached() as url:
        found = asyncio.run(restored.mark(url))
        if found is not None and not found.whole:
            print(_on_hold(found, None))
            return 1
        before = current(url)
        migrate(url)
        print(f"schema: {before or 'empty'} -> {current(url)}")
    return 0


@app.command
def check(*, json: AsJson = False) -> int:
    """Say whether the database is at today's schema, and sends. Exit code 1 when it does not."""
    with reached() as url:
        found, right = current(url), wanted()
        held = asyncio.run(restored.mark(url))
        waiting = asyncio.run(restored.waiting(url)) if held and held.whole else None
    good = found == right and held is None
    if json:
        shown = {"schema": found, "wanted": right, "ok": good, "restored": _shown(held)}
        print(jsons.dumps(shown))
        return 0 if good else 1
    if found == right:
        print(f"schema: {found}, as it should be")
    else:
        print(f"schema: {found or 'empty'}, but {right} is wanted; run `dodomu db upgrade`")
    if held is not None:
        print(_on_hold(held, waiting))
    return 0 if good else 1


def _shown(held: Mark | None) -> dict[str, object] | None:
    if held is None:
        return None
    return {"made_at": held.made_at.isoformat(), "sha256": held.digest, "whole": held.whole}


def _on_hold(held: Mark, waiting: Waiting | None) -> str:
    of = f"the backup of {held.made_at:%Y-%m-%d %H:%M} UTC"
    if waiting is None:
        return f"restore: that of {of} was cut off; nothing runs on half a copy, restore again"
    return (
        f"restored: from {of}; nothing is sent until `dodomu db release`. When it was made,"
        f" {waiting.replies} replies, {waiting.bells} bells and {waiting.broadcasts} messages of"
        " broadcasts waited"
    )
