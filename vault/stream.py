"""Sealing what is too large to hold: a stream of bytes to a case, in pieces, hashed on the way.

The plaintext begins and ends with nothing of ours, so that `age -d` gives back the family's file
byte for byte. What the file is and where it belongs stands in a sealed manifest of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import pyrage
from pyrage.x25519 import Recipient

PIECE: Final = 65_536
"""Bytes age seals at once; sources do well to give as many."""


@dataclass(frozen=True)
class Streamed:
    """What went through. Keep the plaintext's hash sealed: it would betray a known file."""

    size: int
    sha256: bytes = field(repr=False)
    sealed_size: int
    sealed_sha256: bytes


def seal_stream(
    recipient: str,
    take: Callable[[], bytes],
    give: Callable[[bytes], object],
    *,
    others: Sequence[str] = (),
) -> Streamed:
    """Seal all that `take` returns until it returns b"", handing the age file to `give` in pieces.

    Each of `others` can open it too.

    Blocks as long as `take` and `give` do; holds two pieces in memory. Raises what they raise,
    and then what was given is no whole file: throw it away.
    """
    source, sink = _Source(take), _Sink(give)
    try:
        pyrage.encrypt_io(source, sink, [Recipient.from_str(one) for one in (recipient, *others)])
    except pyrage.EncryptError:
        # pyrage keeps only the words of an error, and those of the last write not at all.
        raise source.trouble or sink.trouble or NotSealed from None
    if sink.trouble is not None:
        raise sink.trouble
    return Streamed(source.size, source.digest.digest(), sink.size, sink.digest.digest())


class NotSealed(Exception):
    """age refused to seal, for no reason of the source's or the sink's. Try again."""


class _Source:
    """Something to read from, as pyrage asks: never more than wanted, b"" at the end."""

    def __init__(self, take: Callable[[], bytes]) -> None:
        self.size = 0
        self.digest = sha256()
        self.trouble: BaseException | None = None
        self._take = take
        self._left = memoryview(b"")

    def read(self, most: int) -> bytes:
        if not self._left:
            self._left = memoryview(self._next())
        piece = bytes(self._left[:most])
        self._left = self._left[most:]
        return piece

    def _next(self) -> bytes:
        try:
            piece = self._take()
        except BaseException as error:
            self.trouble = error
            raise
        self.digest.update(piece)
        self.size += len(piece)
        return piece


class _Sink:
    """Something to write to, as pyrage asks."""

    def __init__(self, give: Callable[[bytes], object]) -> None:
        self.size = 0
        self.digest = sha256()
        self.trouble: BaseException | None = None
        self._give = give

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        self.size += len(piece)
        try:
            self._give(piece)
        except BaseException as error:
            self.trouble = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""
