"""The audit chain: every entry carries the hash of the one before and a signature. Pure.

Whoever kept an earlier checkpoint can tell that history was edited, reordered or cut.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from vault.contents import NotCanonical, Payload, canonical
from vault.recipients import SigningEntry

GENESIS: Final = bytes(32)
"""What the first entry (seq 1) has for `prev`."""

_DOMAIN: Final = b"dodomu-audit-1\n"
_ED25519: Final = b"\x01"  # the algorithm's number in C2SP signed-note
_SIGNED: Final = "\u2014 "  # an em dash begins each signature line


class Broken(Exception):
    """The chain does not hold at `seq`. Keep the database as it is and compare with the desks."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"entry {seq}: {why}")
        self.seq = seq
        self.why = why


class NotSigned(Exception):
    """The text is no checkpoint, or none of the known keys signed it. Do not take it as seen."""


@dataclass(frozen=True)
class Entry:
    """A row of the audit table. `detail` holds codes, hashes, counts; no text, no fractions."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: UUID | None
    detail: Mapping[str, Payload]
    prev: bytes
    hash: bytes
    sig: bytes


@dataclass(frozen=True)
class Checkpoint:
    """How far the chain of `origin` was at some moment. `origin` has no space and no plus sign."""

    origin: str
    seq: int
    hash: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.seq}\n{base64.b64encode(self.hash).decode()}\n"


def entry_hash(  # noqa: PLR0917 - the order of the table
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subject: UUID | None,
    detail: Mapping[str, Payload],
    prev: bytes,
) -> bytes:
    """SHA-256 of an entry and its `prev` (`GENESIS` for the first). `at` counts to microseconds.

    Raises NotCanonical for what JSON lacks and for floats, which no two programs write alike.
    """
    if _has_float(detail):
        raise NotCanonical
    told = canonical(
        {
            "seq": seq,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": actor,
            "action": action,
            "subject": None if subject is None else str(subject),
            "detail": detail,
        }
    )
    return sha256(_DOMAIN + told + prev).digest()


def sign(seed: bytes, hash_: bytes) -> bytes:
    """The signature of an entry, by INTAKE-SIGN or a member."""
    return SigningKey(seed).sign(hash_).signature


def verify(
    entries: Iterable[Entry],
    public_keys: Iterable[SigningEntry],
    *,
    after: tuple[int, bytes] = (0, GENESIS),
    seen: Checkpoint | None = None,
) -> tuple[int, bytes]:
    """The last (seq, hash) of `entries`, which follow `after` in order. Raises Broken.

    A signature counts while its key is in use, and a member's only for what the member did itself
    (`Recipients.signers` gives both). `seen` is a checkpoint kept from before, at or past
    `after`: the chain must still contain it.
    """
    keys = tuple(public_keys)
    last, prev = after
    for entry in entries:
        _follows(entry, last, prev)
        if not _signed(entry, keys):
            raise Broken(entry.seq, "no known key signed it")
        last, prev = entry.seq, entry.hash
        if seen is not None and seen.seq == last and seen.hash != prev:
            raise Broken(last, "differs from the checkpoint kept")
    if seen is not None and seen.seq > last:
        raise Broken(last, "the checkpoint kept goes further: the end was cut off")
    return last, prev


def sign_checkpoint(checkpoint: Checkpoint, seed: bytes) -> str:
    """A C2SP signed note. The key goes by the name of the origin."""
    key = SigningKey(seed)
    text = checkpoint.text()
    line = _key_id(checkpoint.origin, bytes(key.verify_key)) + key.sign(text.encode()).signature
    return f"{text}\n{_SIGNED}{checkpoint.origin} {base64.b64encode(line).decode()}\n"


def read_checkpoint(note: str, public_keys: Iterable[bytes]) -> Checkpoint:
    """The checkpoint of a note that one of these keys signed. Raises NotSigned.

    Signatures by others (countersigning desks) may stand below and are passed over.
    """
    text, blank, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) != len(("origin", "seq", "hash")):
        raise NotSigned
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except ValueError:
        raise NotSigned from None
    if checkpoint.text() != text + "\n":
        raise NotSigned
    keys = tuple(public_keys)
    for line in signatures.split("\n"):
        name, _, encoded = line.removeprefix(_SIGNED).partition(" ")
        if line.startswith(_SIGNED) and name == checkpoint.origin:
            for public in keys:
                if _note_holds(checkpoint, encoded, public):
                    return checkpoint
    raise NotSigned


def _follows(entry: Entry, last: int, prev: bytes) -> None:
    if entry.seq != last + 1:
        raise Broken(entry.seq, f"comes after {last}: something is missing or out of order")
    if entry.prev != prev:
        raise Broken(entry.seq, "does not continue the one before")
    try:
        told = entry_hash(
            entry.seq,
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            entry.detail,
            entry.prev,
        )
    except NotCanonical:
        raise Broken(entry.seq, "holds what no entry may hold") from None
    if told != entry.hash:
        raise Broken(entry.seq, "was changed")


def _signed(entry: Entry, keys: tuple[SigningEntry, ...]) -> bool:
    return any(
        key.in_use(entry.at)
        and key.actor in {None, entry.actor}
        and _holds(key.public, entry.hash, entry.sig)
        for key in keys
    )


def _holds(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(public).verify(message, signature)
    except CryptoError:
        return False
    return True


def _note_holds(checkpoint: Checkpoint, encoded: str, public: bytes) -> bool:
    try:
        line = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    if base64.b64encode(line).decode() != encoded:  # base64 has several spellings of some bytes
        return False
    key_id = _key_id(checkpoint.origin, public)
    return line.startswith(key_id) and _holds(
        public, checkpoint.text().encode(), line[len(key_id) :]
    )


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _has_float(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_float(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_has_float(each) for each in value)
    return isinstance(value, float)
