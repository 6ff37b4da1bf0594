"""A group's key handed to one member: sealed to this member, signed by whoever gave it. Pure.

Seals and checks signatures; only `vault.member` opens. Who the parties are and which key is the
group's is never read from the grant itself: the signed list of recipients says so.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

import pyrage
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from pyrage.x25519 import Identity, Recipient

from vault import identity
from vault.contents import canonical
from vault.recipients import GroupKey, MemberKey, Recipients

KIND: Final = "triage"
"""What a group's key file calls itself: what a member opens is one like any other."""

REASONS: Final = {
    "group": "this version of the group's key is not in the signed list",
    "group_key": "the key handed over is not the one the signed list names for this version",
    "member": "the member is not in the signed list now, or has another key",
    "granter": "whoever gave it was not in the signed list at that time",
    "signature": "it was not signed by whoever is said to have given it",
    "damaged": "it does not open with this member's key",
}

_DOMAIN: Final = b"dodomu-grant-1\n"


class WrapRefused(Exception):
    """A group's key is not taken from this wrap, or not given; `REASONS[reason]` says why.

    "signature" and "group_key" mean that somebody has written to the database: keep it as it is.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


class Granter(Protocol):
    """A member whose key file is open (`vault.member.Member`)."""

    @property
    def id(self) -> str: ...

    def sign(self, message: bytes, /) -> bytes: ...


@dataclass(frozen=True)
class Wrap:
    """One version of a group's key for one member.

    `sealed` is an age file to the member (`recipient`); inside is the group's key file, as the
    public `age` tool would take it. `at`: UTC, whole microseconds.
    """

    id: UUID
    group: str
    version: int
    member: str
    recipient: str
    granted_by: str
    at: datetime
    sealed: bytes = field(repr=False)
    signature: bytes = field(repr=False, default=b"")


def give(
    held: Identity, group: GroupKey, to: MemberKey, by: Granter, *, id_: UUID, now: datetime
) -> Wrap:
    """Hand `held`, the key of `group`, to a member. Raises WrapRefused("group_key")."""
    if str(held.to_public()) != group.recipient:
        raise WrapRefused("group_key")
    notes = {"group": group.name, "version": str(group.version), "member": to.id}
    text = identity.write(KIND, held, notes)
    sealed = bytes(pyrage.encrypt(text.encode(), [Recipient.from_str(to.recipient)]))
    wrap = Wrap(
        id=id_,
        group=group.name,
        version=group.version,
        member=to.id,
        recipient=to.recipient,
        granted_by=by.id,
        at=now.astimezone(UTC),
        sealed=sealed,
    )
    return replace(wrap, signature=by.sign(_signed(wrap, group)))


def check(wrap: Wrap, recipients: Recipients) -> GroupKey:
    """The listed key that `wrap` claims to hold. Raises WrapRefused.

    `recipients` is judged for the moment; the signature, for the moment it was made.
    """
    group = recipients.triage_version(wrap.group, wrap.version)
    if group is None:
        raise WrapRefused("group")
    to = recipients.member(wrap.member)
    if to is None or to.recipient != wrap.recipient:
        raise WrapRefused("member")
    givers = [
        key for key in recipients.members if key.id == wrap.granted_by and key.in_use(wrap.at)
    ]
    if not givers:
        raise WrapRefused("granter")
    message = _signed(wrap, group)
    if not any(_holds(key.public, message, wrap.signature) for key in givers):
        raise WrapRefused("signature")
    return group


def _signed(wrap: Wrap, group: GroupKey) -> bytes:
    return _DOMAIN + canonical(
        {
            "id": str(wrap.id),
            "group": group.name,
            "version": group.version,
            "key": group.recipient,
            "member": wrap.member,
            "recipient": wrap.recipient,
            "granted_by": wrap.granted_by,
            "at": wrap.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "sealed": sha256(wrap.sealed).hexdigest(),
        }
    )


def _holds(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(public).verify(message, signature)
    except (CryptoError, ValueError):  # a signature of another length is a ValueError
        return False
    return True
