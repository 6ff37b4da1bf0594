"""Sealing for prosecutors: after this nobody on the intake host can read it. No plaintext, ever.

Everything is an age file. A case has a key of its own, itself sealed to the triage group and to
escrow and then forgotten; objects are sealed to the case. pyrage holds the interpreter's lock for
the whole call: 0.1 ms for a report.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import pyrage
from pyrage.x25519 import Identity, Recipient

from vault import identity
from vault.contents import Head, NotCanonical, Payload, canonical, padded, write
from vault.recipients import Recipients

__all__ = [
    "CaseKey",
    "Head",
    "NotCanonical",
    "case_key_for",
    "new_case_key",
    "seal",
    "seal_to_group",
]


@dataclass(frozen=True)
class CaseKey:
    """`recipient`: what the case's objects are sealed to. `sealed` opens for triage and escrow."""

    recipient: str
    sealed: bytes = field(repr=False)


def new_case_key(case: UUID, recipients: Recipients) -> CaseKey:
    """A fresh key for the case, readable from now on only by `recipients` as of its own moment.

    The plaintext is an age identity file with the case id in a note, so that the key of one case
    put in the place of another is refused.
    """
    return case_key_for(case, Identity.generate(), recipients)


def case_key_for(case: UUID, held: Identity, recipients: Recipients) -> CaseKey:
    """The key of `case`, which the caller holds, sealed to `recipients` as of their own moment."""
    text = identity.write("case", held, {"case": str(case)})
    return CaseKey(str(held.to_public()), _age(text.encode(), recipients.current()))


def seal(recipient: str, head: Head, payload: Payload) -> bytes:
    """An age file to the case (`CaseKey.recipient`). Raises NotCanonical for what JSON lacks."""
    return _age(write(head, payload), [recipient])


def seal_to_group(recipients: Recipients, kind: str, payload: Payload) -> bytes:
    """An age file of no case, to triage and escrow: {kind, payload}. Raises NotCanonical."""
    plain = canonical({"kind": kind, "payload": payload})
    return _age(padded(plain, kind), recipients.current())


def _age(plain: bytes, to: Iterable[str]) -> bytes:
    return bytes(pyrage.encrypt(plain, [Recipient.from_str(each) for each in to]))
