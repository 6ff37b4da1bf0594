"""What the bot itself must read back, under the VAULT key: drafts, chat ids, what is to be sent.

The key is a file outside the database. XChaCha20-Poly1305; the associated data binds a ciphertext
to its row, so that a row copied over another one does not open.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

import orjson
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

NONCE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
KEY = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES
CHAT_REF = 16


class NotOurs(Exception):
    """A stored value does not open under this VAULT key for this row. Check VAULT and backup."""


@dataclass(frozen=True)
class Vault:
    """The two secrets of the intake host: `key` seals, `chatref` makes pseudonyms of chat ids."""

    key: bytes = field(repr=False)
    chatref: bytes = field(repr=False)

    def seal(self, value: object, row: bytes) -> bytes:
        """Seal anything JSON can hold. `row` names where it will stand; opening asks for it."""
        nonce = random(NONCE)
        return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
            orjson.dumps(value), row, nonce, self.key
        )

    def open(self, sealed: bytes, row: bytes) -> object:
        """The value sealed for `row`. Raises NotOurs."""
        try:
            plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed[NONCE:], row, sealed[:NONCE], self.key
            )
        except CryptoError:
            raise NotOurs from None
        return orjson.loads(plain)

    def chat_ref(self, bot_id: int, chat_id: int) -> bytes:
        """The only name a chat has in the database: 16 bytes, meaningless without CHATREF."""
        return hmac.digest(self.chatref, f"v1|{bot_id}|{chat_id}".encode(), sha256)[:CHAT_REF]

    def digest(self, body: bytes) -> bytes:
        """A fingerprint of an update, keyed so that it betrays nothing."""
        return hmac.digest(self.chatref, b"update|" + body, sha256)
