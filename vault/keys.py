"""Key files: making them, reading them, refusing those that are wrong or that others can read."""

import base64
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, TypeAlias

from nacl.signing import SigningKey
from nacl.utils import random
from pyrage.x25519 import Identity

from vault import identity
from vault.local import KEY, Vault

Kind: TypeAlias = Literal["root", "triage", "escrow", "intake-sign", "vault", "desk", "backup"]
KINDS: Final[tuple[Kind, ...]] = (
    *("root", "triage", "escrow", "intake-sign"),
    *("vault", "desk", "backup"),
)

_LARGEST: Final = 64 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyFileRefused(Exception):
    """A key file cannot be used. The message says what is wrong and what to do about it."""

    def __init__(self, path: Path, wrong: str) -> None:
        super().__init__(f"{path}: {wrong}")
        self.path = path


class KeyFileMissing(KeyFileRefused):
    """No file there. Correct the setting, or make one with `dodomu keys new`."""


class KeyFileExists(KeyFileRefused):
    """A key is never overwritten: what was sealed with it would be lost. Take another name."""


class KeyFileReadable(KeyFileRefused):
    """Other users of this computer can read it. `chmod 600`, and consider it known to them."""


class KeyFileWrong(KeyFileRefused):
    """It is a key of another kind, or no key file of ours. Correct the setting."""


class KeyFileDamaged(KeyFileRefused):
    """It was a key file and is one no longer. Take it from its second copy."""


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key that signs: `seed` for `chain.sign` and `recipients.sign`."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        return bytes(SigningKey(self.seed).verify_key)


def load_root(path: Path) -> Signer:
    """The key that signs recipient lists. Raises KeyFileRefused."""
    return _signer(path, "root")


def load_intake_sign(path: Path) -> Signer:
    """The key that signs the audit chain. Raises KeyFileRefused."""
    return _signer(path, "intake-sign")


def load_identity(path: Path, kind: Literal["triage", "escrow", "backup"]) -> Identity:
    """The age identity of a group, for `vault.unseal`, or of backups. Raises KeyFileRefused."""
    text = text_of(path)
    try:
        found = identity.read(text)
    except identity.NotAnIdentity:
        raise _unfit(path, text, kind) from None
    if found.kind != kind:
        raise KeyFileWrong(path, f"is not a {kind} key")
    if found.notes.get("public key", found.recipient) != found.recipient:
        raise KeyFileDamaged(path, "the secret does not belong to the public key noted")
    return found.identity


def load_vault(path: Path) -> Vault:
    """VAULT and CHATREF, the secrets of the intake host. Raises KeyFileRefused."""
    whole = _json(path, "vault")
    return Vault(_secret(path, whole, "vault"), _secret(path, whole, "chatref"))


def load_desk(path: Path) -> tuple[Signer, Vault]:
    """What the desk signs the chain with, and seals second factors. Raises KeyFileRefused."""
    whole = _json(path, "desk")
    secrets = (_secret(path, whole, name) for name in ("vault", "chatref"))
    return _signer(path, "desk"), Vault(*secrets)


def make(kind: Kind, path: Path, now: datetime) -> str:
    """Make a fresh key file (0600); returns its public part ("" for vault).

    Raises KeyFileExists, OSError. The file appears whole or not at all.
    """
    made = now.astimezone(UTC).isoformat(timespec="seconds")
    if kind in {"triage", "escrow", "backup"}:
        fresh = Identity.generate()
        create(path, identity.write(kind, fresh, {"made": made}))
        return str(fresh.to_public())
    whole = {"kind": _kind_line(kind), "made": made}
    public = ""
    if kind in {"vault", "desk"}:
        whole |= {"vault": _coded(random(KEY)), "chatref": _coded(random(KEY))}
    if kind != "vault":
        signer = Signer(random(KEY))
        public = public_text(signer.public)
        whole |= {"public": public, "secret": _coded(signer.seed)}
    create(path, json.dumps(whole, indent=2) + "\n")
    return public


def public_part(path: Path, kind: Kind) -> str:
    """What may be shown of a key file; "" for vault. Raises KeyFileRefused."""
    match kind:
        case "triage" | "escrow" | "backup":
            return str(load_identity(path, kind).to_public())
        case "root" | "intake-sign" | "desk":
            return public_text(_signer(path, kind).public)
        case "vault":
            load_vault(path)
            return ""


def kind_of(path: Path) -> Kind:
    """What a key file says it is. Raises KeyFileRefused."""
    text = text_of(path)
    for kind in KINDS:
        if _kind_line(kind) in text:
            return kind
    raise KeyFileWrong(path, "is not a key file of this program")


def public_text(public: bytes) -> str:
    """An Ed25519 public key as it is written in lists and settings (`recipients.read_public`)."""
    return _coded(public)


def fingerprint(public: str) -> str:
    """A public part in a form two people can compare on the telephone: eight groups of four."""
    digits = sha256(public.encode()).hexdigest()[:32].upper()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _kind_line(kind: Kind) -> str:
    return f"dodomu {kind} key"


def _coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _signer(path: Path, kind: Literal["root", "intake-sign", "desk"]) -> Signer:
    whole = _json(path, kind)
    signer = Signer(_secret(path, whole, "secret"))
    if whole.get("public") != public_text(signer.public):
        raise KeyFileDamaged(path, "the secret does not belong to the public key noted")
    return signer


def _json(path: Path, kind: Kind) -> Mapping[str, object]:
    text = text_of(path)
    try:
        whole = json.loads(text)
    except ValueError:
        raise _unfit(path, text, kind) from None
    if not isinstance(whole, dict) or whole.get("kind") != _kind_line(kind):
        raise KeyFileWrong(path, f"is not a {kind} key")
    return whole


def _unfit(path: Path, text: str, kind: Kind) -> KeyFileRefused:
    if _kind_line(kind) in text:
        return KeyFileDamaged(path, "was changed or cut")
    return KeyFileWrong(path, f"is not a {kind} key")


def _secret(path: Path, whole: Mapping[str, object], name: str) -> bytes:
    try:
        raw = base64.b64decode(str(whole[name]), validate=True)
    except (KeyError, ValueError):
        raise KeyFileDamaged(path, "was changed or cut") from None
    if len(raw) != KEY:
        raise KeyFileDamaged(path, "was changed or cut")
    return raw


def text_of(path: Path) -> str:
    """What a private file says. Raises KeyFileRefused when others could read it too."""
    try:
        with path.open("rb") as file:
            # The open file is looked at, not its name, so that nothing is swapped in between.
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & _OTHERS:
                raise KeyFileReadable(path, "others can read it; chmod 600")
            if status.st_uid not in {os.geteuid(), 0}:
                raise KeyFileReadable(path, "belongs to another user")
            return file.read(_LARGEST).decode()
    except (FileNotFoundError, NotADirectoryError):
        raise KeyFileMissing(path, "there is no such file") from None
    except (PermissionError, IsADirectoryError):
        raise KeyFileMissing(path, "cannot be read by this user, or is a folder") from None
    except UnicodeDecodeError:
        raise KeyFileWrong(path, "is not a key file of this program") from None


def create(path: Path, text: str, *, over: bool = False) -> None:
    """Write a private file that was not there, or with `over` another one in the place of one.

    Raises KeyFileExists, OSError. The file appears whole or not at all.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.{random(4).hex()}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        if over:
            part.replace(path)
        else:
            path.hardlink_to(part)  # unlike a rename, never replaces
    except FileExistsError:
        raise KeyFileExists(path, "is there already") from None
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
