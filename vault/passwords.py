"""Passwords of the desk's people: Argon2id, and a comparison that takes as long for nobody."""

import threading
from functools import cache
from typing import Final

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id
from nacl.utils import random

SHORTEST: Final = 12
LONGEST: Final = 200

_OPS: Final = argon2id.OPSLIMIT_INTERACTIVE
_MEMORY: Final = argon2id.MEMLIMIT_INTERACTIVE
_AT_ONCE: Final = threading.BoundedSemaphore(2)  # each takes 64 MiB for a moment


def kept(password: str) -> str:
    """What may be kept of a password. Slow on purpose: call it in a thread."""
    with _AT_ONCE:
        return argon2id.str(password.encode(), _OPS, _MEMORY).decode()


@cache
def _nobodys() -> str:
    return kept(random(16).hex())


def holds(kept_: str | None, password: str) -> bool:
    """Whether this is the password; None, nobody's, takes equally long and never holds."""
    stored = (kept_ or _nobodys()).encode()
    with _AT_ONCE:
        try:
            argon2id.verify(stored, password.encode()[: 4 * LONGEST])
        except InvalidkeyError:
            return False
    return kept_ is not None
