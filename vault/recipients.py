"""The signed list of who may read: triage and escrow keys, members, who signs the audit chain.

`recipients.json` is canonical text; `recipients.json.sig` is the base64 Ed25519 signature by ROOT
over exactly those bytes. Keys are never read from anywhere else.
"""

import base64
from datetime import datetime
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from vault.list_text import PUBLIC, from_bytes, member_line, members, read_public, to_bytes
from vault.listed import (
    LONGEST,
    REASONS,
    GroupKey,
    ListRefused,
    MemberKey,
    Recipients,
    SigningEntry,
    may_be_member,
)

__all__ = [
    "LONGEST",
    "PUBLIC",
    "REASONS",
    "GroupKey",
    "ListRefused",
    "MemberKey",
    "Recipients",
    "SigningEntry",
    "check",
    "from_bytes",
    "load",
    "may_be_member",
    "member_line",
    "members",
    "read_public",
    "sign",
    "signature_path",
    "to_bytes",
]

_SIGNATURE: Final = 64


def load(path: Path, root_public: bytes, at_least: int, now: datetime) -> Recipients:
    """The list at `path`, if ROOT signed it and it is good now. Raises ListRefused, OSError.

    `at_least` is the highest version ever used here (0 at first), so that an old list does not
    come back.
    """
    try:
        listed = path.read_bytes()
    except FileNotFoundError:
        raise ListRefused("missing") from None
    try:
        signature = signature_path(path).read_bytes()
    except FileNotFoundError:
        raise ListRefused("unsigned") from None
    check(listed, signature, root_public)
    recipients = from_bytes(listed, now).at(now)
    if recipients.version < at_least:
        raise ListRefused("lower_version")
    return recipients


def signature_path(path: Path) -> Path:
    """Where the signature of the list at `path` stands."""
    return path.with_name(path.name + ".sig")


def sign(listed: bytes, root_seed: bytes) -> bytes:
    """The signature file for a list as `to_bytes` writes it."""
    return base64.b64encode(SigningKey(root_seed).sign(listed).signature) + b"\n"


def check(listed: bytes, signature: bytes, root_public: bytes) -> None:
    """Raises ListRefused unless `signature` (a signature file) is by ROOT over `listed`."""
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except ValueError:
        raise ListRefused("unsigned") from None
    if len(raw) != _SIGNATURE:
        raise ListRefused("unsigned")
    try:
        VerifyKey(root_public).verify(listed, raw)
    except CryptoError:
        raise ListRefused("signature") from None
