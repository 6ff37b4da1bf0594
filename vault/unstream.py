"""Opening a sealed stream in pieces. Like `vault.unseal`: only the desk and offline tools."""

from collections.abc import Callable
from typing import Protocol

import pyrage
from pyrage.x25519 import Identity

from vault.unseal import Damaged


class Readable(Protocol):
    """A file opened for reading bytes."""

    def read(self, most: int, /) -> bytes: ...


def open_stream(identity: Identity, source: Readable, give: Callable[[bytes], object]) -> None:
    """Hand the plaintext of the age file `source` to `give`, in pieces.

    Raises Damaged, or what `give` raises; then what was given is not the whole: throw it away.
    The caller compares the hash with the one in the manifest.
    """
    sink = _Sink(give)
    try:
        pyrage.decrypt_io(source, sink, [identity])
    except (pyrage.DecryptError, OSError):
        # Cut or changed in the middle is an OSError here; so is everything `give` raises.
        raise sink.trouble or Damaged from None
    if sink.trouble is not None:
        raise sink.trouble


class _Sink:
    def __init__(self, give: Callable[[bytes], object]) -> None:
        self.trouble: BaseException | None = None
        self._give = give

    def write(self, piece: bytes) -> int:
        try:
            self._give(piece)
        except BaseException as error:
            self.trouble = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""
