"""The intake's letter-box: whoever may write to families seals to it, the bot alone opens it.

The key pair follows from VAULT, so there is no further file to keep. Its public half stands in the
database under a signature of INTAKE-SIGN, which the signed list of recipients vouches for: nobody
who can write to the database can put a box of his own there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import VerifyKey

from vault.contents import Json, Payload, canonical, padded
from vault.local import NotOurs, Vault
from vault.recipients import SigningEntry

_PERSON: Final = b"dodomu-box-1"
_SIGNED: Final = b"dodomu-intake-box-1\n"


class BoxRefused(Exception):
    """The letter-box in the database is not signed by a key of the list. Seal nothing to it."""


@dataclass(frozen=True)
class Box:
    """The private half, on the intake host only."""

    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, vault: Vault) -> "Box":
        return cls(blake2b(key=vault.key, digest_size=PrivateKey.SIZE, person=_PERSON).digest())

    @property
    def public(self) -> bytes:
        return bytes(PrivateKey(self.secret).public_key)

    def open(self, sealed: bytes, row: str) -> Json:
        """What was sealed for `row`. Raises vault.local.NotOurs."""
        try:
            whole = json.loads(SealedBox(PrivateKey(self.secret)).decrypt(sealed))
        except (CryptoError, ValueError):
            raise NotOurs from None
        if not isinstance(whole, dict) or whole.get("row") != row:
            raise NotOurs
        payload: Json = whole["payload"]
        return payload


def seal(public: bytes, row: str, payload: Payload) -> bytes:
    """Seal for the bot. `row` names where it will stand; opening asks for it."""
    plain = padded(canonical({"row": row, "payload": payload}), "message")
    return bytes(SealedBox(PublicKey(public)).encrypt(plain))


def signed(public: bytes) -> bytes:
    """What INTAKE-SIGN signs to vouch for a box: 32 bytes."""
    return sha256(_SIGNED + public).digest()


def check(public: bytes, signature: bytes, signers: Sequence[SigningEntry], now: datetime) -> None:
    """Raises BoxRefused unless a key in use at `now` signed this box."""
    for entry in signers:
        try:
            VerifyKey(entry.public).verify(signed(public), signature)
        except (CryptoError, ValueError):
            continue
        if entry.in_use(now):
            return
    raise BoxRefused
