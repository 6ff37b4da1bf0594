"""The signed list of who may read: triage and escrow keys, and the keys that sign the audit chain.

`recipients.json` is canonical text; `recipients.json.sig` is the base64 Ed25519 signature by ROOT
over exactly those bytes. Keys are never read from anywhere else.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from pyrage import RecipientError
from pyrage.x25519 import Recipient

LONGEST: Final = timedelta(days=400)
PUBLIC: Final = 32
_SIGNATURE: Final = 64
_ENOUGH: Final = 1_000_000

REASONS: Final = {
    "missing": "there is no list at this place",
    "unsigned": "the signature is missing or is not a signature",
    "signature": "the signature is not by this root key over exactly this list",
    "malformed": "the list is not what `dodomu keys sign` writes",
    "unknown_field": "the list has a field this program does not know, or lacks one",
    "recipient": "a key in the list is not a valid public key",
    "duplicate": "the same key or name and version stands in the list twice",
    "dates": "the list is valid longer than 400 days, or ends before it begins",
    "not_yet_issued": "the list is dated in the future; is the clock right?",
    "expired": "the list has expired; sign a new one",
    "lower_version": "a newer list has been used here; this one is old",
    "no_triage": "no triage key is in use at this moment",
    "no_escrow": "no escrow key is in use at this moment",
    "no_intake_sign": "no key that signs the audit chain is in use at this moment",
}


class ListRefused(Exception):
    """The recipient list cannot be trusted now; `REASONS[reason]` says why in words.

    Do not start, or keep the list loaded before. The holder of ROOT signs a good one.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True)
class GroupKey:
    """One version of a group's age recipient ("age1…"), in use `use_from` until `retired_at`."""

    name: str
    version: int
    recipient: str
    use_from: datetime
    retired_at: datetime | None = None

    def in_use(self, at: datetime) -> bool:
        return self.use_from <= at and (self.retired_at is None or at < self.retired_at)


@dataclass(frozen=True)
class SigningEntry:
    """An Ed25519 key (32 bytes) whose signatures count from `since` to `until`."""

    public: bytes
    since: datetime
    until: datetime | None = None

    def in_use(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Recipients:
    """A list. One that comes from `load` was found good at `as_of`."""

    version: int
    issued_at: datetime
    expires_at: datetime
    triage: tuple[GroupKey, ...]
    escrow: tuple[GroupKey, ...]
    intake_sign: tuple[SigningEntry, ...]
    as_of: datetime

    def current(self) -> tuple[str, ...]:
        """Every triage and every escrow recipient in use at `as_of`."""
        return tuple(key.recipient for key in self.triage + self.escrow if key.in_use(self.as_of))

    def at(self, now: datetime) -> "Recipients":
        """The same list, judged anew: keys come into use and go. Raises ListRefused."""
        return _judged(replace(self, as_of=now))


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
    recipients = _judged(from_bytes(listed, now))
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


def to_bytes(recipients: Recipients) -> bytes:
    """The one way to write this list: readable, sorted, to whole seconds UTC."""
    whole = {
        "version": recipients.version,
        "issued_at": _told(recipients.issued_at),
        "expires_at": _told(recipients.expires_at),
        "triage": [_group_out(key) for key in recipients.triage],
        "escrow": [_group_out(key) for key in recipients.escrow],
        "intake_sign": [
            {
                "public": base64.b64encode(key.public).decode(),
                "from": _told(key.since),
                "until": _told(key.until),
            }
            for key in recipients.intake_sign
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def from_bytes(listed: bytes, now: datetime, *, exact: bool = True) -> Recipients:
    """The list as written, judged only for its form. Raises ListRefused.

    `exact=False` takes any spelling of the JSON, for a list that a person has just edited.
    """
    try:
        whole = json.loads(listed)
    except (ValueError, RecursionError):
        raise ListRefused("malformed") from None
    _fields(whole, {"version", "issued_at", "expires_at", "triage", "escrow", "intake_sign"})
    recipients = Recipients(
        version=_number(whole["version"]),
        issued_at=_instant(whole["issued_at"]),
        expires_at=_instant(whole["expires_at"]),
        triage=tuple(_group_in(each) for each in _rows(whole["triage"])),
        escrow=tuple(_group_in(each) for each in _rows(whole["escrow"])),
        intake_sign=tuple(_signing_in(each) for each in _rows(whole["intake_sign"])),
        as_of=now,
    )
    if exact and to_bytes(recipients) != listed:  # also finds a field written twice
        raise ListRefused("malformed")
    return recipients


def _judged(recipients: Recipients) -> Recipients:
    now = recipients.as_of
    if not timedelta(0) < recipients.expires_at - recipients.issued_at <= LONGEST:
        raise ListRefused("dates")
    groups = recipients.triage + recipients.escrow
    # One key in both groups would make escrow's holder a daily reader without anybody seeing it.
    if (
        len({key.recipient for key in groups}) < len(groups)
        or len({(key.name, key.version) for key in groups}) < len(groups)
        or len({key.public for key in recipients.intake_sign}) < len(recipients.intake_sign)
    ):
        raise ListRefused("duplicate")
    if now < recipients.issued_at:
        raise ListRefused("not_yet_issued")
    if now >= recipients.expires_at:
        raise ListRefused("expired")
    if not any(key.in_use(now) for key in recipients.triage):
        raise ListRefused("no_triage")
    if not any(key.in_use(now) for key in recipients.escrow):
        raise ListRefused("no_escrow")
    if not any(key.in_use(now) for key in recipients.intake_sign):
        raise ListRefused("no_intake_sign")
    return recipients


def _group_out(key: GroupKey) -> dict[str, object]:
    return {
        "name": key.name,
        "version": key.version,
        "recipient": key.recipient,
        "use_from": _told(key.use_from),
        "retired_at": _told(key.retired_at),
    }


def _group_in(row: Mapping[str, object]) -> GroupKey:
    _fields(row, {"name", "version", "recipient", "use_from", "retired_at"})
    name, recipient = row["name"], row["recipient"]
    if not isinstance(name, str) or not name.strip():
        raise ListRefused("malformed")
    try:
        # The other spelling of one key, in capitals, would pass for a second key.
        if str(Recipient.from_str(recipient)) != recipient:
            raise ListRefused("recipient")
    except (RecipientError, TypeError):
        raise ListRefused("recipient") from None
    return GroupKey(
        name=name,
        version=_number(row["version"]),
        recipient=str(recipient),
        use_from=_instant(row["use_from"]),
        retired_at=_instant_or_none(row["retired_at"]),
    )


def _signing_in(row: Mapping[str, object]) -> SigningEntry:
    _fields(row, {"public", "from", "until"})
    return SigningEntry(
        public=read_public(row["public"]),
        since=_instant(row["from"]),
        until=_instant_or_none(row["until"]),
    )


def read_public(text: object) -> bytes:
    """The 32 bytes of an Ed25519 public key written in base64. Raises ListRefused("recipient")."""
    try:
        raw = base64.b64decode(str(text).strip(), validate=True)
    except ValueError:
        raise ListRefused("recipient") from None
    if len(raw) != PUBLIC:
        raise ListRefused("recipient")
    return raw


def _fields(row: object, names: set[str]) -> None:
    if not isinstance(row, dict):
        raise ListRefused("malformed")
    if set(row) != names:
        raise ListRefused("unknown_field")


def _rows(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list):
        raise ListRefused("malformed")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _ENOUGH:
        raise ListRefused("malformed")
    return value


def _instant_or_none(value: object) -> datetime | None:
    return None if value is None else _instant(value)


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
        if instant.tzinfo is None:
            raise ListRefused("malformed")
        return instant.astimezone(UTC)
    except (OverflowError, ValueError):
        raise ListRefused("malformed") from None


def _told(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
