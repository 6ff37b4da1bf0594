"""A list of recipients as text: one spelling of each list, and a reason for refusing any other."""

import base64
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Final

from pyrage import RecipientError
from pyrage.x25519 import Recipient

from vault.listed import GroupKey, ListRefused, MemberKey, Recipients, SigningEntry

PUBLIC: Final = 32
_ENOUGH: Final = 1_000_000


def to_bytes(recipients: Recipients) -> bytes:
    """The one way to write this list: readable, sorted, to whole seconds UTC."""
    whole: dict[str, object] = {
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
    if recipients.members:  # a list without them is spelt as it was before there were any
        whole["members"] = [_member_out(key) for key in recipients.members]
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def from_bytes(listed: bytes, now: datetime, *, exact: bool = True) -> Recipients:
    """The list as written, judged only for its form. Raises ListRefused.

    `exact=False` takes any spelling of the JSON, for a list that a person has just edited.
    """
    try:
        whole = json.loads(listed)
    except (ValueError, RecursionError):
        raise ListRefused("malformed") from None
    fields = {"version", "issued_at", "expires_at", "triage", "escrow", "intake_sign"}
    _fields(whole, fields, {"members"})
    recipients = Recipients(
        version=_number(whole["version"]),
        issued_at=_instant(whole["issued_at"]),
        expires_at=_instant(whole["expires_at"]),
        triage=tuple(_group_in(each) for each in _rows(whole["triage"])),
        escrow=tuple(_group_in(each) for each in _rows(whole["escrow"])),
        intake_sign=tuple(_signing_in(each) for each in _rows(whole["intake_sign"])),
        as_of=now,
        members=tuple(_member_in(each) for each in _rows(whole.get("members", []))),
    )
    if exact and to_bytes(recipients) != listed:  # also finds a field written twice
        raise ListRefused("malformed")
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
    return GroupKey(
        name=_text(row["name"]),
        version=_number(row["version"]),
        recipient=_recipient(row["recipient"]),
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


def members(lines: Iterable[str], since: datetime) -> tuple[MemberKey, ...]:
    """Members from lines such as `member_line` writes. Raises ListRefused."""
    found = []
    for line in lines:
        parts = line.split(",")
        if len(parts) != len(("id", "recipient", "public")):
            raise ListRefused("member")
        id_, recipient, public = parts
        found.append(MemberKey(id_, _recipient(recipient), read_public(public), since))
    return tuple(found)


def member_line(id_: str, recipient: str, public: bytes) -> str:
    """A member's public parts on one line, to be carried to whoever writes the list."""
    return f"{id_},{recipient},{base64.b64encode(public).decode()}"


def _member_out(key: MemberKey) -> dict[str, object]:
    return {
        "id": key.id,
        "recipient": key.recipient,
        "public": base64.b64encode(key.public).decode(),
        "from": _told(key.since),
        "until": _told(key.until),
    }


def _member_in(row: Mapping[str, object]) -> MemberKey:
    _fields(row, {"id", "recipient", "public", "from", "until"})
    return MemberKey(
        id=_text(row["id"]),
        recipient=_recipient(row["recipient"]),
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


def _recipient(value: object) -> str:
    try:
        # The other spelling of one key, in capitals, would pass for a second key.
        if str(Recipient.from_str(value)) != value:
            raise ListRefused("recipient")
    except (RecipientError, TypeError):
        raise ListRefused("recipient") from None
    return str(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ListRefused("malformed")
    return value


def _fields(row: object, names: set[str], optional: AbstractSet[str] = frozenset()) -> None:
    if not isinstance(row, dict):
        raise ListRefused("malformed")
    if set(row) - optional != names:
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
