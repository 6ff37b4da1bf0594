"""The doctor's look at key files and at the signed list, for either kind of host."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from bot.commands.finding import Finding
from bot.keyring import Keyring, listed
from bot.settings import Settings
from vault import keys
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused, Recipients

_SOON_DAYS: Final = 60


def keyring(settings: Settings) -> Iterator[Finding]:
    """The list, how long it lasts, and whether this host's own signatures will be believed."""
    now = datetime.now(UTC)
    desk = settings.desk_key if settings.in_sandbox else None
    try:
        if desk is not None:
            signer = keys.load_desk(desk)[0].public
            found = listed(settings, now)
        else:
            found = Keyring.of(settings, lambda: now).recipients()
            sign_key = settings.intake_sign_key
            ours = sign_key is not None and not settings.in_sandbox
            signer = keys.load_intake_sign(sign_key).public if ours and sign_key else b""
    except (KeyFileRefused, ListRefused) as refused:
        yield Finding("keys", good=False, said=str(refused))
        return
    except OSError as error:
        yield Finding("keys", good=False, said=f"cannot be read: {type(error).__name__}")
        return
    left = (found.expires_at - now).days
    said = f"recipient list {found.version}, {left} days left"
    if left <= _SOON_DAYS:
        said += ": have the next one signed, see docs/operations/rotation.md"
    yield Finding("keys", good=left > _SOON_DAYS, said=said)
    if signer:
        yield _believed(signer, found, now)


def _believed(signer: bytes, found: Recipients, now: datetime) -> Finding:
    lines = [one for one in found.intake_sign if one.public == signer]
    if any(one.until is None or one.until > now for one in lines):
        return Finding("signatures", good=True, said="this host's key is in the list")
    why = "is no longer in use" if lines else "is missing"
    said = f"this host's key {why} in the list: what it writes into the audit is not believed"
    return Finding("signatures", good=False, said=said)
