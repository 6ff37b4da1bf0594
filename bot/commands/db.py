"""`dodomu db`: bring the database to today's schema, or say whether it is."""

import json as jsons
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import asyncpg
from cyclopts import App, Parameter

from bot.postgres import current, migrate, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import SettingsRefused, load

app = App(name="db", help="The database: bring it up to date, check it.")

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
def upgrade() -> None:
    """Bring the database to today's schema. Safe to repeat; waits for another upgrade."""
    with reached() as url:
        before = current(url)
        migrate(url)
        print(f"schema: {before or 'empty'} -> {current(url)}")


@app.command
def check(*, json: AsJson = False) -> int:
    """Say whether the database is at today's schema. Exit code 1 when it is not."""
    with reached() as url:
        found, right = current(url), wanted()
    if json:
        print(jsons.dumps({"schema": found, "wanted": right, "ok": found == right}))
    elif found == right:
        print(f"schema: {found}, as it should be")
    else:
        print(f"schema: {found or 'empty'}, but {right} is wanted; run `dodomu db upgrade`")
    return 0 if found == right else 1
