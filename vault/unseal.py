"""Opening what was sealed for prosecutors. Only the desk and the offline tool import this."""

import json
from uuid import UUID

import pyrage
from pyrage.x25519 import Identity

from vault import identity as identity_file
from vault.contents import Head, Json, Unreadable, read

__all__ = [
    "Damaged",
    "Head",
    "Moved",
    "open_any",
    "open_any_case_key",
    "open_case_key",
    "open_group",
    "open_object",
]


class Damaged(Exception):
    """It does not open with this key: changed, cut, or sealed to another key.

    Try the group's older keys; then compare with the hash in the audit chain and take the backup.
    """


class Moved(Exception):
    """It opens, but belongs elsewhere: `fields` say in what it differs.

    Somebody copied one row over another. Show nothing of it; restore the row from the backup.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("differs in " + ", ".join(fields))
        self.fields = fields


def open_case_key(identity: Identity, sealed: bytes, case: UUID) -> Identity:
    """The identity that opens the objects of `case`. Raises Damaged, Moved."""
    found, case_identity = open_any_case_key(identity, sealed)
    if found != case:
        raise Moved(("case",))
    return case_identity


def open_any_case_key(identity: Identity, sealed: bytes) -> tuple[UUID, Identity]:
    """The case a key says it belongs to, and the key. Raises Damaged."""
    try:
        inner = identity_file.read(_opened(identity, sealed).decode())
        case = UUID(inner.notes["case"])
    except (KeyError, ValueError):
        raise Damaged from None
    if inner.kind != "case" or inner.notes.get("public key") != inner.recipient:
        raise Damaged
    return case, inner.identity


def open_object(case_identity: Identity, sealed: bytes, expected: Head) -> Json:
    """The payload of the object that stands at `expected`. Raises Damaged, Moved."""
    head, payload = open_any(case_identity, sealed)
    if differs := head.differs(expected):
        raise Moved(differs)
    return payload


def open_any(case_identity: Identity, sealed: bytes) -> tuple[Head, Json]:
    """An object of the case and where it says it belongs. Raises Damaged."""
    try:
        return read(_opened(case_identity, sealed))
    except Unreadable:
        raise Damaged from None


def open_group(identity: Identity, sealed: bytes, kind: str) -> Json:
    """The payload `vault.seal.seal_to_group` sealed as `kind`. Raises Damaged, Moved."""
    try:
        whole = json.loads(_opened(identity, sealed))
        named, payload = whole["kind"], whole["payload"]
    except (KeyError, TypeError, ValueError):
        raise Damaged from None
    if named != kind:
        raise Moved(("kind",))
    opened: Json = payload
    return opened


def _opened(identity: Identity, sealed: bytes) -> bytes:
    try:
        return bytes(pyrage.decrypt(sealed, [identity]))
    except pyrage.DecryptError:
        raise Damaged from None
