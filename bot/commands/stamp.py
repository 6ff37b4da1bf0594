"""`dodomu stamp`: a checkpoint of the audit chain goes to a timestamping authority, as a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.desk import key_file
from bot.keyring import listed
from bot.settings import Settings, SettingsRefused, load
from desk.watch import checkpoint_of, stamps_of
from vault import stamp
from vault.chain import NotSigned
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused
from vault.stamp import StampRefused

app = App(name="stamp", help="Timestamps (RFC 3161) on the audit chain. Nothing is sent anywhere.")

_REFUSED = (SettingsRefused, KeyFileRefused, ListRefused, StampRefused)


class _Nothing(Exception):
    """The message says what is in the way."""


@app.command
def request(*, json: AsJson = False) -> int:
    """Write the request for the newest checkpoint. Carry the file to the authority.

    On the desk's host, where `desk.checkpoint` lies beside the desk's key.
    """
    try:
        settings = load()
        kept = checkpoint_of(_key(settings))
        asked = stamp.ask(stamps_of(_key(settings)), _note(kept), _publics(settings))
    except (*_REFUSED, _Nothing) as why:
        return refused(str(why), json=json)
    except NotSigned:
        return refused("the checkpoint is not signed by a desk in the list", json=json)
    except OSError as error:
        return refused(f"files cannot be read or written: {type(error).__name__}", json=json)
    shown = {"good": True, "entry": asked.seq, "request": str(asked.path)}
    lines = [
        f"request for entry {asked.seq}: {asked.path}",
        "Carry it to a timestamping authority; bring the answer back with `dodomu stamp accept`.",
    ]
    return answer(shown, lines, json=json)


@app.command
def accept(
    response: Path,
    *,
    ca: Annotated[Path, Parameter(name="--ca")],
    json: AsJson = False,
) -> int:
    """Take the authority's answer in, once it holds. Exit code 1 when it does not.

    Parameters
    ----------
    response
        The file that came back (.tsr).
    ca
        The authority's certificates in PEM, its root among them, from where you trust it.
    """
    try:
        settings = load()
        found = stamp.accept(
            stamps_of(_key(settings)), response.read_bytes(), ca.read_bytes(), _publics(settings)
        )
    except _REFUSED as why:
        return refused(str(why), json=json)
    except OSError as error:
        return refused(f"files cannot be read or written: {type(error).__name__}", json=json)
    shown = {
        "good": True, "entry": found.checkpoint.seq, "at": found.at.isoformat(), "by": found.by,
    }  # fmt: skip
    said = f"entry {found.checkpoint.seq}: stamped by {found.by} on {found.at:%Y-%m-%d %H:%M} UTC"
    return answer(shown, [said], json=json)


def _key(settings: Settings) -> Path:
    return key_file(settings, datetime.now(UTC))


def _note(kept: Path) -> str:
    try:
        return kept.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise _Nothing(f"no checkpoint at {kept}: the desk has not read the chain yet") from None


def _publics(settings: Settings) -> tuple[bytes, ...]:
    signers = listed(settings, datetime.now(UTC)).intake_sign
    return tuple(one.public for one in signers)
