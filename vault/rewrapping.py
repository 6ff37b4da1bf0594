"""Case keys from one version of a group's key to the next. Like `vault.unseal`: not for intake."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from pyrage.x25519 import Identity

from vault.recipients import Recipients
from vault.seal import CaseKey, case_key_for
from vault.unseal import Damaged, Moved, open_case_key


def opened(held: Iterable[Identity], sealed: Iterable[bytes], case: UUID) -> Identity | None:
    """The key of `case` from the first copy that one of the keys held opens; None if none does."""
    keys = tuple(held)
    for copy in sealed:
        for identity in keys:
            with suppress(Damaged, Moved):
                return open_case_key(identity, copy, case)
    return None


def resealed(
    held: Iterable[Identity], sealed: Iterable[bytes], case: UUID, to: Recipients
) -> CaseKey | None:
    """The key of `case`, sealed to whoever may read from now on; None if no copy opens."""
    identity = opened(held, sealed, case)
    return None if identity is None else case_key_for(case, identity, to)


def that_open(
    held: Iterable[Identity], sealed: Mapping[int, bytes], case: UUID
) -> Mapping[int, str]:
    """Which of the numbered copies open, each with the public part of the case's key in it."""
    keys = tuple(held)
    found = {number: opened(keys, [copy], case) for number, copy in sealed.items()}
    return {number: str(one.to_public()) for number, one in found.items() if one is not None}
