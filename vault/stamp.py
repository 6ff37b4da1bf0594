"""Timestamps (RFC 3161) on checkpoints of the audit chain: files out, files in, no network.

A folder holds, for each checkpoint by its entry's number, `N.note` (the signed checkpoint, byte
for byte), `N.tsq` (what goes to a timestamping authority), `N.nonce`, and once there was an answer
`N.tsr` with `N.pem`, the certificates it was checked against. Whoever has the folder and the
signed list checks all of it again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from vault.chain import Checkpoint, NotSigned, read_checkpoint
from vault.ordered import ordered

_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED: Final = 0
_LARGEST: Final = 1_000_000
_LONGEST: Final = 120


class StampRefused(Exception):
    """A response is no timestamp of ours. `reason` is a key of SAID."""

    SAID: ClassVar[dict[str, str]] = {
        "unreadable": "this is no timestamp response (RFC 3161)",
        "not_granted": "the authority did not grant the timestamp",
        "another": "the timestamp is for something else than any checkpoint asked about here",
        "nonce": "the timestamp answers another request for this checkpoint",
        "untrusted": "its signature does not hold against the certificates given",
        "certificates": "the file of certificates holds none",
        "note": "the stamped checkpoint was not signed by a desk in the list",
        "files": "files that belong to a timestamp are missing or cannot be read",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(self.SAID[reason])
        self.reason = reason


@dataclass(frozen=True)
class Stamped:
    """`at`: what the authority `by` says, aware UTC: by then the chain reached `checkpoint`."""

    checkpoint: Checkpoint
    at: datetime
    by: str


@dataclass(frozen=True)
class Asked:
    """A request in a folder. `path`: the file to carry to the authority."""

    seq: int
    path: Path
    nonce: int = field(repr=False)


def ask(folder: Path, note: str, public_keys: Iterable[bytes]) -> Asked:
    """A request for this checkpoint; the one there is, where it was asked about already.

    Raises vault.chain.NotSigned, OSError.
    """
    seq = read_checkpoint(note, public_keys).seq
    held = folder / f"{seq}.note"
    if held.exists():
        note = held.read_text(encoding="utf-8")
        return Asked(seq, held.with_suffix(".tsq"), _nonce(held))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = TimestampRequestBuilder(note.encode(), HashAlgorithm.SHA256).build()
    assert made.nonce is not None, "asked for"
    held.with_suffix(".tsq").write_bytes(made.as_bytes())
    held.with_suffix(".nonce").write_text(f"{made.nonce}\n", encoding="ascii")
    held.write_text(note, encoding="utf-8")  # last: what is there is whole
    return Asked(seq, held.with_suffix(".tsq"), made.nonce)


def accept(folder: Path, answer: bytes, pem: bytes, public_keys: Iterable[bytes]) -> Stamped:
    """Keep a response beside its checkpoint, once it holds. Raises StampRefused, OSError.

    `pem`: the authority's chain, its root among it.
    """
    imprint = _imprint(_read(answer))
    for held in sorted(folder.glob("*.note")):
        note = held.read_bytes()
        if sha256(note).digest() == imprint:
            found = _checked(note, _nonce(held), answer, pem, public_keys)
            held.with_suffix(".pem").write_bytes(pem)
            held.with_suffix(".tsr").write_bytes(answer)
            return found
    raise StampRefused("another")


def stamped(folder: Path, public_keys: Iterable[bytes]) -> Iterator[tuple[int, Stamped | str]]:
    """Everything stamped, oldest first: (entry, what holds, or a reason of StampRefused)."""
    publics = tuple(public_keys)
    for held in sorted(folder.glob("*.tsr"), key=_number):
        yield _number(held), _held(held, publics)


def newest(folder: Path, public_keys: Iterable[bytes]) -> Stamped | None:
    """The newest that holds."""
    publics = tuple(public_keys)
    for held in sorted(folder.glob("*.tsr"), key=_number, reverse=True):
        found = _held(held, publics)
        if isinstance(found, Stamped):
            return found
    return None


def _held(held: Path, publics: tuple[bytes, ...]) -> Stamped | str:
    try:
        note, answer, pem = (
            held.with_suffix(suffix).read_bytes() for suffix in (".note", ".tsr", ".pem")
        )
        return _checked(note, _nonce(held), answer, pem, publics)
    except StampRefused as refusal:
        return refusal.reason
    except OSError:
        return "files"


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else -1


def _nonce(held: Path) -> int:
    try:
        return int(held.with_suffix(".nonce").read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise StampRefused("files") from None


def _checked(
    note: bytes, nonce: int, answer: bytes, pem: bytes, public_keys: Iterable[bytes]
) -> Stamped:
    """Raises StampRefused."""
    try:
        checkpoint = read_checkpoint(note.decode(), public_keys)
    except (NotSigned, UnicodeDecodeError):
        raise StampRefused("note") from None
    read = _read(answer)
    if _imprint(read) != sha256(note).digest():
        raise StampRefused("another")
    if read.tst_info.nonce != nonce:
        raise StampRefused("nonce")
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise StampRefused("certificates") from None
    builder = VerifierBuilder(roots=list(chain), nonce=nonce)
    try:
        builder.build().verify_message(read, note)
    except (VerificationError, ValueError, AssertionError):
        raise StampRefused("untrusted") from None
    return Stamped(checkpoint, read.tst_info.gen_time, _authority(read, chain))


def _read(answer: bytes) -> TimeStampResponse:
    """Raises StampRefused for what is none, or a refusal."""
    try:
        read = decode_timestamp_response(ordered(answer[:_LARGEST]))
        granted = read.status == _GRANTED
    except ValueError:
        raise StampRefused("unreadable") from None
    if not granted:
        raise StampRefused("not_granted")
    return read


def _imprint(read: TimeStampResponse) -> bytes:
    try:
        imprint = read.tst_info.message_imprint
    except ValueError:
        raise StampRefused("unreadable") from None
    if imprint.hash_algorithm != _SHA256:
        raise StampRefused("another")
    return imprint.message


def _authority(read: TimeStampResponse, chain: list[x509.Certificate]) -> str:
    """Who signed, by its certificate's own name."""
    signer = next(iter(read.signed_data.signer_infos))
    inside = [x509.load_der_x509_certificate(one) for one in read.signed_data.certificates]
    for one in (*inside, *chain):
        if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number):
            named = one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            said = str(named[0].value) if named else one.subject.rfc4514_string()
            return "".join(sign for sign in said if sign.isprintable())[:_LONGEST]
    return ""
