"""What a list of recipients holds: keys with the time they count for, and when the whole is good.

Only the form; `vault.recipients` reads a list from its files and asks whether ROOT signed it.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(days=400)

_MEMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_PROGRAMS: Final = frozenset({"bot", "janitor", "desk", "root", "escrow"})  # actors of the audit

REASONS: Final = {
    "missing": "there is no list at this place",
    "unsigned": "the signature is missing or is not a signature",
    "signature": "the signature is not by this root key over exactly this list",
    "malformed": "the list is not what `dodomu keys sign` writes",
    "unknown_field": "the list has a field this program does not know, or lacks one",
    "recipient": "a key in the list is not a valid public key",
    "member": "a member's id is 1 to 40 of A-Z a-z 0-9 . _ - and no program's name",
    "duplicate": "a key, a name with its version, or a member in use stands in the list twice",
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
    """An Ed25519 key (32 bytes) whose signatures count from `since` to `until`.

    A key with an `actor` signs audit entries of this actor only.
    """

    public: bytes
    since: datetime
    until: datetime | None = None
    actor: str | None = None

    def in_use(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class MemberKey:
    """A person's two public parts, and from when to when they count.

    `recipient` ("age1…") is what a group's key is sealed to for this member, `public` (Ed25519, 32
    bytes) checks what the member signs. Who has left gets `until`; the entry stays, because what
    was signed before must still be checked.
    """

    id: str
    recipient: str
    public: bytes
    since: datetime
    until: datetime | None = None

    def in_use(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def may_be_member(text: str) -> bool:
    """Whether this can be a member's id: what an audit entry may hold, and no program's name."""
    return bool(_MEMBER.fullmatch(text)) and text not in _PROGRAMS


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
    members: tuple[MemberKey, ...] = ()

    def current(self) -> tuple[str, ...]:
        """Every triage and every escrow recipient in use at `as_of`."""
        return tuple(key.recipient for key in self.triage + self.escrow if key.in_use(self.as_of))

    def member(self, id_: str) -> MemberKey | None:
        """The member's key in use at `as_of`."""
        return next(
            (key for key in self.members if key.id == id_ and key.in_use(self.as_of)), None
        )

    def triage_version(self, name: str, version: int) -> GroupKey | None:
        """A version of a triage group's key, retired or not."""
        found = (key for key in self.triage if (key.name, key.version) == (name, version))
        return next(found, None)

    def signers(self) -> tuple[SigningEntry, ...]:
        """Whoever may sign the audit chain: intake hosts, and each member for itself."""
        own = (SigningEntry(key.public, key.since, key.until, key.id) for key in self.members)
        return (*self.intake_sign, *own)

    def at(self, now: datetime) -> "Recipients":
        """The same list, judged anew: keys come into use and go. Raises ListRefused."""
        return _judged(replace(self, as_of=now))


def _judged(recipients: Recipients) -> Recipients:
    now = recipients.as_of
    if not timedelta(0) < recipients.expires_at - recipients.issued_at <= LONGEST:
        raise ListRefused("dates")
    if not all(may_be_member(key.id) for key in recipients.members):
        raise ListRefused("member")
    if _twice(recipients):
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


def _twice(recipients: Recipients) -> bool:
    """One key in two groups would make escrow's holder a daily reader, and nobody would see."""
    groups, now = recipients.triage + recipients.escrow, recipients.as_of
    members = recipients.members
    return any(
        len(set(each)) < len(each)
        for each in (
            [key.recipient for key in groups + members],
            [(key.name, key.version) for key in groups],
            [key.public for key in recipients.intake_sign + members],
            [key.id for key in members if key.in_use(now)],
        )
    )
