"""A member's key file: an age identity and a signing key under a passphrase, and what they open.

Argon2id (3 passes, 256 MiB) makes the key, XChaCha20-Poly1305 seals the two secrets and holds the
public parts to them. Only the desk and the command line import this, as with `vault.unseal`.
"""

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar, Final

import pyrage
from nacl import bindings, pwhash
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey
from nacl.utils import random
from pyrage import IdentityError
from pyrage.x25519 import Identity

from vault import grant, keys, passphrase
from vault import identity as identity_file
from vault.contents import NotCanonical, Payload, canonical
from vault.grant import Wrap, WrapRefused
from vault.recipients import ListRefused, Recipients, may_be_member, read_public

KIND: Final = "dodomu member key"
LARGEST: Final = 8192
"""No key file has more bytes; more need not be read."""

_LOCK: Final = "argon2id 3 passes 256 MiB, xchacha20-poly1305"
_OPS: Final = 3
_MEMORY: Final = 256 * 1024 * 1024
_KEY: Final = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES
_NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_FIELDS: Final = {
    "kind", "member", "made", "recipient", "public", "lock", "salt", "sealed", "check",
}  # fmt: skip
_AT_ONCE: Final = threading.BoundedSemaphore(1)  # each takes 256 MiB for half a second


class MemberKeyRefused(Exception):
    """A member's key file cannot be used; its text says why."""

    said: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.said)


class NotAMemberKey(MemberKeyRefused):
    """The bytes are no member's key file. Take the one `dodomu keys member new` made."""

    said = "this is not a member's key file"


class MemberKeyDamaged(MemberKeyRefused):
    """It was a member's key file and is one no longer. Take it from its second copy."""

    said = "this member's key file was changed or cut; take it from its second copy"


class WrongPassphrase(MemberKeyRefused):
    """The file is whole, and the passphrase is not its. The caller counts tries."""

    said = "the passphrase is not the one of this key file"


@dataclass(frozen=True)
class Shown:
    """What a key file tells without its passphrase: true once it has been opened."""

    id: str
    recipient: str
    public: bytes
    made: str

    @property
    def fingerprint(self) -> str:
        """Of both public parts, for two people to compare by voice."""
        return fingerprint(self.recipient, self.public)


@dataclass(frozen=True)
class Member:
    """An open key file: a person who can be given a group's key, and who signs in its own name."""

    id: str
    identity: Identity = field(repr=False)
    seed: bytes = field(repr=False)

    @property
    def recipient(self) -> str:
        """The public part a group's key is sealed to, "age1…"."""
        return str(self.identity.to_public())

    @property
    def public(self) -> bytes:
        """The public part that checks signatures, 32 bytes."""
        return bytes(SigningKey(self.seed).verify_key)

    def sign(self, message: bytes) -> bytes:
        """A signature: of an audit entry's hash (it is a `cases.audit.Signer`), or of a message
        that begins with the name of its purpose. Never of bytes that somebody else chose."""
        return SigningKey(self.seed).sign(message).signature

    def unwrap(self, wrap: Wrap, recipients: Recipients) -> Identity:
        """The group's key that `wrap` holds for this member. Raises WrapRefused."""
        group = grant.check(wrap, recipients)
        try:
            text = bytes(pyrage.decrypt(wrap.sealed, [self.identity])).decode()
            inside = identity_file.read(text)
        except (pyrage.DecryptError, ValueError):
            raise WrapRefused("damaged") from None
        if inside.kind != grant.KIND or inside.recipient != group.recipient:
            raise WrapRefused("group_key")
        return inside.identity


def fingerprint(recipient: str, public: bytes) -> str:
    """A member's two public parts in a form two people can compare on the telephone."""
    return keys.fingerprint(f"{recipient} {keys.public_text(public)}")


def fresh(id_: str) -> Member:
    """A new member. Raises ValueError for an id that no list would take."""
    if not may_be_member(id_):
        raise ValueError(id_)
    return Member(id_, Identity.generate(), random(_KEY))


def lock(member: Member, words: str, made: datetime) -> str:
    """The text of the key file. Takes half a second and 256 MiB; lets other threads run."""
    salt = random(pwhash.argon2id.SALTBYTES)
    head = {
        "kind": KIND,
        "member": member.id,
        "made": made.astimezone(UTC).isoformat(timespec="seconds"),
        "recipient": member.recipient,
        "public": keys.public_text(member.public),
        "lock": _LOCK,
        "salt": base64.b64encode(salt).decode(),
    }
    inside = canonical(
        {"age": str(member.identity), "sign": base64.b64encode(member.seed).decode()}
    )
    nonce = random(_NONCE)
    sealed = nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        inside, canonical(head), nonce, _key(words, salt)
    )
    whole = head | {"sealed": base64.b64encode(sealed).decode()}
    return json.dumps(whole | {"check": _check(whole)}, indent=2) + "\n"


def show(raw: bytes) -> Shown:
    """What may be told of a key file without its passphrase. Raises MemberKeyRefused."""
    whole = _read(raw)
    try:
        public = read_public(whole["public"])
    except ListRefused:
        raise MemberKeyDamaged from None
    return Shown(whole["member"], whole["recipient"], public, whole["made"])


def open(raw: bytes, words: str) -> Member:  # noqa: A001 - `member.open` is what callers say
    """The member whose key file `raw` is. Raises NotAMemberKey, MemberKeyDamaged, WrongPassphrase.

    Damage is told by a checksum of what anybody can read, before the passphrase is tried, so
    that telling it apart helps nobody who guesses. Takes half a second and 256 MiB, one at a
    time, and lets other threads run: call it in one.
    """
    whole = _read(raw)
    salt, sealed = _bytes(whole["salt"]), _bytes(whole["sealed"])
    if len(salt) != pwhash.argon2id.SALTBYTES:
        raise MemberKeyDamaged
    head = {name: value for name, value in whole.items() if name not in {"sealed", "check"}}
    try:
        inside = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE:], canonical(head), sealed[:_NONCE], _key(words, salt)
        )
    except (CryptoError, TypeError, ValueError):  # a cut one has no whole nonce
        raise WrongPassphrase from None
    try:
        secrets = json.loads(inside)
        member = Member(
            whole["member"], Identity.from_str(secrets["age"]), _bytes(secrets["sign"])
        )
        told = (member.recipient, keys.public_text(member.public))
    except (IdentityError, KeyError, TypeError, ValueError):
        raise MemberKeyDamaged from None
    if told != (whole["recipient"], whole["public"]):
        raise MemberKeyDamaged
    return member


def _key(words: str, salt: bytes) -> bytes:
    with _AT_ONCE:
        return pwhash.argon2id.kdf(
            _KEY,
            b"dodomu-member-1|" + passphrase.spelt(words).encode(),
            salt,
            opslimit=_OPS,
            memlimit=_MEMORY,
        )


def _read(raw: bytes) -> Mapping[str, str]:
    """The file's fields, all of them text and whole."""
    if len(raw) > LARGEST or KIND.encode() not in raw:
        raise NotAMemberKey
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        raise MemberKeyDamaged from None
    if not isinstance(whole, dict) or whole.get("kind") != KIND:
        raise NotAMemberKey
    if set(whole) != _FIELDS or not all(isinstance(each, str) for each in whole.values()):
        raise MemberKeyDamaged
    sums = {name: value for name, value in whole.items() if name != "check"}
    # The strength is fixed: a file that names another one is not ours to obey.
    if whole["lock"] != _LOCK or whole["check"] != _check(sums):
        raise MemberKeyDamaged
    return whole


def _check(whole: Mapping[str, Payload]) -> str:
    try:
        return sha256(canonical(whole)).hexdigest()
    except NotCanonical:
        return ""


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise MemberKeyDamaged from None
