"""The escrow key in three hands, any two of which give it back. Only the command line imports it.

No arithmetic of our own: for each pair of holders the key is an age file to the one inside an age
file to the other, so that the public `age` tool opens it too, twice.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import pyrage
from pyrage.x25519 import Identity, Recipient

from vault import identity
from vault.identity import IdentityFile, NotAnIdentity

HOLDERS: Final = 3
KIND: Final = "escrow holder"
"""What a holder's file calls itself."""

REASONS: Final = {
    "holder": "this is no escrow holder's file, or it was changed",
    "same": "both files are of the same holder; two different holders are needed",
    "others": "the two files belong to different escrow keys",
    "damaged": "what these two share opens in neither file: changed, or from two splittings",
}


class EscrowRefused(Exception):
    """The escrow key is not given back; `REASONS[reason]` says why.

    Try another pair of holders: each pair has a copy of its own.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True)
class Holder:
    """One of the three. `text` is the file: an age identity with the holder's shares as notes."""

    number: int
    text: str = field(repr=False)


def split(escrow: Identity) -> tuple[Holder, ...]:
    """Three files, to be kept by three people in three places. One of them tells nothing."""
    own = {number: Identity.generate() for number in range(1, HOLDERS + 1)}
    plain = identity.write("escrow", escrow, {}).encode()
    shares = {
        pair: _nested(plain, own[pair[0]], own[pair[1]]) for pair in combinations(sorted(own), 2)
    }
    return tuple(
        Holder(number, identity.write(KIND, each, _notes(number, escrow, shares)))
        for number, each in own.items()
    )


def recover(one: str, other: str) -> Identity:
    """The escrow key from the files of any two holders, in any order. Raises EscrowRefused."""
    first, second = sorted((_read(one), _read(other)), key=_number)
    if _number(first) == _number(second):
        raise EscrowRefused("same")
    if first.notes.get("escrow") != second.notes.get("escrow"):
        raise EscrowRefused("others")
    share = _share((_number(first), _number(second)))
    for copy in (first.notes.get(share, ""), second.notes.get(share, "")):
        found = _unnested(copy, first.identity, second.identity)
        if found is not None and found.recipient == first.notes["escrow"]:
            return found.identity
    raise EscrowRefused("damaged")


def escrow_of(text: str) -> str:
    """The public part of the escrow key that a holder's file belongs to. Raises EscrowRefused."""
    return _read(text).notes["escrow"]


def _nested(plain: bytes, outer: Identity, inner: Identity) -> bytes:
    for each in (inner, outer):
        plain = bytes(pyrage.encrypt(plain, [Recipient.from_str(str(each.to_public()))]))
    return plain


def _unnested(copy: str, outer: Identity, inner: Identity) -> IdentityFile | None:
    try:
        sealed = b64decode(copy, validate=True)
        for each in (outer, inner):
            sealed = bytes(pyrage.decrypt(sealed, [each]))
        return identity.read(sealed.decode())
    except (pyrage.DecryptError, ValueError):
        return None


def _notes(
    number: int, escrow: Identity, shares: Mapping[tuple[int, int], bytes]
) -> Mapping[str, str]:
    own = {
        _share(pair): b64encode(share).decode() for pair, share in shares.items() if number in pair
    }
    return {"holder": str(number), "escrow": str(escrow.to_public())} | own


def _share(pair: Sequence[int]) -> str:
    return f"share {min(pair)}-{max(pair)}"


def _read(text: str) -> IdentityFile:
    try:
        found = identity.read(text)
    except NotAnIdentity:
        raise EscrowRefused("holder") from None
    good = (
        found.kind == KIND
        and found.notes.get("public key") == found.recipient
        and found.notes.get("holder") in {str(number) for number in range(1, HOLDERS + 1)}
        and "escrow" in found.notes
    )
    if not good:
        raise EscrowRefused("holder")
    return found


def _number(holder: IdentityFile) -> int:
    return int(holder.notes["holder"])
