"""One spelling for the many ways a place is typed: Ukrainian, Russian, with or without marks."""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ‘`´ʹ′\""))
_PREFIX = re.compile(
    r"^(?:м|с|г|р|п|смт|пгт|сел|місто|село|селище|город|деревня|поселок|посёлок|хутір|хутор)"
    r"(?:\.\s?|\s)(?=\S)"
)
_SOUNDS = str.maketrans(
    {
        "і": "и", "ї": "и", "ы": "и", "й": "и", "э": "е", "є": "е", "ё": "е", "ґ": "г",
        "ь": None, "ъ": None,
    }
)  # fmt: skip
_MARK = re.compile(r"[\u0300-\u036f]")
_ENDING = re.compile(r"(?:ив|ев|иив|иев)(ка|о|е|а)?\b")
_BEGINNING = re.compile(r"\b(?:микол|олекс)")
_RUSSIAN = {"микол": "никол", "олекс": "алекс"}

LONGEST = 80
"""Characters of a typed place that are looked at; no place in the tables has a longer name."""


def spelled(text: str) -> str:
    """Lower case, no apostrophes, spaces for dashes, without "м." or "село" before it."""
    lowered = text[:LONGEST].casefold().translate(_APOSTROPHES)
    spaced = " ".join(re.sub(r"[-‐‑–—,()]", " ", lowered).split())
    return _PREFIX.sub("", spaced)


def sounded(spelling: str) -> str:
    """What is left of `spelled(...)` when Ukrainian and Russian forms are not told apart.

    Soft signs go; і/и/ы, е/є/э, -івка/-овка/-евка and a few first names become one.
    """
    plain = _MARK.sub("", unicodedata.normalize("NFD", spelling.replace("й", "и")))
    folded = _ENDING.sub(r"ов\1", plain.translate(_SOUNDS))
    return _BEGINNING.sub(lambda found: _RUSSIAN[found[0]], folded)
