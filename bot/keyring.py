"""The keys a bot's process holds, and the signed list of recipients as it stands.

Without a valid list nothing can be sealed, so nothing starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from bot import demo_keys
from bot.settings import Settings
from vault import chain, keys, recipients
from vault.local import Vault
from vault.recipients import Recipients


@dataclass
class Keyring:
    """VAULT, the signer of the audit chain, and the list. `now` is a clock, aware UTC."""

    vault: Vault
    sign: Callable[[bytes], bytes] = field(repr=False)
    now: Callable[[], datetime]
    _list: Path
    _root_public: bytes
    _at_least: int
    _newest: Path
    _loaded: Recipients = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.reload()

    @classmethod
    def of(cls, settings: Settings, now: Callable[[], datetime]) -> Self:
        """The keys the settings name; in the sandbox throw-away ones, made at first use.

        Raises vault.keys.KeyFileRefused, vault.recipients.ListRefused, OSError.
        """
        newest = settings.folder / "recipients.version"
        if settings.in_sandbox:
            made = demo_keys.made(settings.folder, now())
            found = (made.vault, made.intake_sign, made.recipients, made.root_public)
            newest = made.recipients.with_suffix(".version")
        else:
            found = _named(settings)
        vault_key, sign_key, listed, root_public = found
        return cls(
            keys.load_vault(vault_key),
            partial(chain.sign, keys.load_intake_sign(sign_key).seed),
            now,
            listed,
            root_public,
            settings.recipients_version,
            newest,
        )

    def reload(self) -> None:
        """Read the list again; a bad one leaves the old one. Raises ListRefused, OSError."""
        at_least = max(self._at_least, self._seen())
        self._loaded = recipients.load(self._list, self._root_public, at_least, self.now())
        self._newest.parent.mkdir(parents=True, exist_ok=True)
        self._newest.write_text(f"{self._loaded.version}\n")

    def recipients(self) -> Recipients:
        """The list, judged at this moment. Raises ListRefused once it has expired."""
        return self._loaded.at(self.now())

    def _seen(self) -> int:
        """The newest version ever used here, so that an old list does not come back."""
        try:
            return int(self._newest.read_text())
        except FileNotFoundError:
            return 0


def signer(settings: Settings) -> Callable[[bytes], bytes]:
    """What this host signs the audit chain with. Raises vault.keys.KeyFileRefused.

    Unlike `Keyring.of` it makes no key: an entry that a stranger's key signs breaks the chain.
    """
    path = settings.intake_sign_key or demo_keys.signing(settings.folder)
    return partial(chain.sign, keys.load_intake_sign(path).seed)


def listed(settings: Settings, now: datetime) -> Recipients:
    """The list that the settings name, for a host that holds none of the intake's keys.

    Raises vault.keys.KeyFileRefused, vault.recipients.ListRefused, OSError.
    """
    if settings.recipients is not None and settings.root_public is not None:
        public = recipients.read_public(settings.root_public)
        return recipients.load(settings.recipients, public, settings.recipients_version, now)
    if not settings.desk_in_sandbox:
        raise recipients.ListRefused("missing")
    made = demo_keys.made(settings.folder, now)
    return recipients.load(made.recipients, made.root_public, settings.recipients_version, now)


def _named(settings: Settings) -> tuple[Path, Path, Path, bytes]:
    vault_key, sign_key = settings.vault_key, settings.intake_sign_key
    listed, public = settings.recipients, settings.root_public
    assert vault_key is not None, "bot.settings refuses a token without keys"
    assert sign_key is not None, "bot.settings refuses a token without keys"
    assert listed is not None, "bot.settings refuses a token without keys"
    return vault_key, sign_key, listed, recipients.read_public(public)
