"""What Telegram shows of the bot before anybody writes to it: name, description, commands.

Telegram lets a bot change these a few times a day only, so they are set when they have changed.
"""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from bot.telegram import Api, Away, Refused, TokenRefused
from locales import say
from locales.resolving import DEFAULT, LOCALES

COMMANDS: Final = (
    "start", "report", "update", "mine", "help", "language", "privacy", "hide", "stop",
)  # fmt: skip
_TEXTS: Final = (
    ("setMyName", "name", "profile.name"),
    ("setMyDescription", "description", "profile.description"),
    ("setMyShortDescription", "short_description", "profile.about"),
)

_log = logging.getLogger(__name__)


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every call that says who the families' bot is, in each language and in none."""
    for language in ("", *LOCALES):
        locale = language or DEFAULT
        about: dict[str, Any] = {"language_code": language} if language else {}
        for method, field, key in _TEXTS:
            yield method, {field: say(locale, key), **about}
        menu = [
            {"command": name, "description": say(locale, f"command.{name}")} for name in COMMANDS
        ]
        yield "setMyCommands", {"commands": menu, "scope": {"type": "all_private_chats"}, **about}
    yield "setChatMenuButton", {"menu_button": {"type": "commands"}}


async def introduce(api: Api, note: Path) -> bool:
    """Set all of it, unless `note` says that it has been; whether anything was set.

    Telegram being away or tired of changes is no reason not to start: the next start tries again.
    Raises TokenRefused.
    """
    wanted = list(calls())
    mark = f"{api.bot_id} {hashlib.sha256(orjson.dumps(wanted)).hexdigest()}\n"
    if _reads(note, mark):
        return False
    method = ""
    try:
        for method, params in wanted:
            await api.call(method, params)
    except TokenRefused:
        raise
    except (Away, Refused) as error:
        _log.warning("the profile is not set", extra={"method": method}, exc_info=error)
        return False
    _write(note, mark)
    return True


def _reads(note: Path, mark: str) -> bool:
    return note.exists() and note.read_text() == mark


def _write(note: Path, mark: str) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(mark)
