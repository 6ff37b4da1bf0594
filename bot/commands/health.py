"""`dodomu health`: asks a process that runs on this computer how it is, as a container does."""

import http.client
import json as jsons
from typing import Annotated, Final

from cyclopts import Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.settings import SettingsRefused, load

_PATIENCE: Final = 10.0
_OK: Final = 200
_WIDE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound
_SAID: Final = {
    "database": "the database does not answer",
    "schema": "the database is not at today's schema; run `dodomu db upgrade`",
    "disk": "the disk is full",
    "recipients": "the signed list of recipients is not valid",
    "polling": "nothing was heard from Telegram for a minute",
}


class _Silent(Exception):
    """Nobody answers, or not as one of ours."""


def health(
    *,
    alive: Annotated[bool, Parameter(negative="", help="Only whether it lives.")] = False,
    json: AsJson = False,
) -> int:
    """Ask the process behind DODOMU_HEALTH_PORT whether it is ready. Exit code 1: it is not."""
    try:
        settings = load()
        if settings.health_port is None:
            return refused("DODOMU_HEALTH_PORT is not set: nobody answers", json=json)
        host = _WIDE.get(settings.health_host, settings.health_host)
        status, text = _asked(host, settings.health_port, "/livez" if alive else "/readyz")
        wrong = [] if alive else list(jsons.loads(text)["wrong"])
    except SettingsRefused as mistakes:
        return refused(str(mistakes), json=json)
    except (_Silent, ValueError, KeyError, TypeError):
        return refused("nobody answers at DODOMU_HEALTH_PORT", json=json)
    good = status == _OK and not wrong
    lines = [_worded(code) for code in wrong] or ["alive" if alive else "ready"]
    return answer({"good": good, "wrong": wrong}, lines, json=json, code=0 if good else 1)


def _worded(code: str) -> str:
    if code.startswith("updates_"):
        return f"the door of the {code.removeprefix('updates_')} bot cannot be looked at"
    return _SAID.get(code, code)


def _asked(host: str, port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        found = connection.getresponse()
        return found.status, found.read().decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError):
        raise _Silent from None
    finally:
        connection.close()
