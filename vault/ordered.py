"""The certificates of a timestamp response in DER's order, which OpenSSL does not keep.

A SET OF is sorted in DER (X.690, 11.6); `openssl ts` writes certificates as it finds them, and a
strict reader refuses that. They stand outside what is signed, and sorting changes no length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CERTIFICATES: Final = 0xA0
_LONG: Final = 0x80


@dataclass(frozen=True)
class _Element:
    """Where an element stands: its tag at `at`, what it holds from `start` to `end`."""

    tag: int
    at: int
    start: int
    end: int


def ordered(answer: bytes) -> bytes:
    """`answer` with its certificates sorted; as it is where it is no such thing."""
    try:
        response = _element(answer, 0)
        _, token = _elements(answer, response)
        _, content = _elements(answer, token)
        (signed,) = _elements(answer, content)
        (held,) = (one for one in _elements(answer, signed) if one.tag == _CERTIFICATES)
        certificates = sorted(answer[one.at : one.end] for one in _elements(answer, held))
    except (IndexError, ValueError):
        return answer
    return answer[: held.start] + b"".join(certificates) + answer[held.end :]


def _elements(raw: bytes, of: _Element) -> Iterator[_Element]:
    at = of.start
    while at < of.end:
        one = _element(raw, at)
        yield one
        at = one.end


def _element(raw: bytes, at: int) -> _Element:
    """Raises IndexError, ValueError where the bytes end too early."""
    length, start = raw[at + 1], at + 2
    if length >= _LONG:
        start += length - _LONG
        length = int.from_bytes(raw[at + 2 : start])
    if start + length > len(raw):
        raise ValueError
    return _Element(raw[at], at, start, start + length)
