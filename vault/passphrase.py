"""Passphrases of key files: six words drawn by the program, or a person's own if it is long."""

import math
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

RANDOM: Final = 16
"""How many random bytes `drawn` asks for."""
WORDS: Final = 6
LONG: Final = 20
VARIED: Final = 8

_LIST: Final = Path(__file__).with_name("words.txt")


class TooWeak(ValueError):
    """A passphrase of one's own that could be guessed: under 20 signs, or of too few sorts."""


@cache
def words() -> tuple[str, ...]:
    """The list: Ukrainian, 3 to 8 letters. One wrong letter never makes another word of it."""
    return tuple(_LIST.read_text(encoding="utf-8").split())


def bits() -> float:
    """How many bits of chance a drawn passphrase holds."""
    return WORDS * math.log2(len(words()))


def drawn(random_bytes: bytes) -> str:
    """A fresh passphrase of six words from `RANDOM` bytes. To be written on paper once."""
    if len(random_bytes) < RANDOM:
        raise ValueError(f"{RANDOM} random bytes are needed")
    number, listed, chosen = int.from_bytes(random_bytes, "big"), words(), []
    for _ in range(WORDS):
        number, word = divmod(number, len(listed))
        chosen.append(listed[word])
    return " ".join(chosen)


def own(text: str) -> str:
    """What somebody thought of, if it is fit. Raises TooWeak."""
    signs = spelt(text)
    if len(signs) < LONG or len(set(signs)) < VARIED:
        raise TooWeak
    return text


def spelt(text: str) -> str:
    """The one spelling that is sealed with: capitals and the width of spaces do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
