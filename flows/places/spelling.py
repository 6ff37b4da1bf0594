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

_LATIN = {
    "shch": "щ", "zgh": "зг", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "ya": "я", "ia": "я", "ja": "я", "yu": "ю", "iu": "ю", "ju": "ю", "ye": "є", "ie": "є",
    "je": "є", "yi": "ї", "ii": "ий", "yo": "е", "x": "кс", "a": "а", "b": "б", "c": "ц",
    "d": "д", "e": "е", "f": "ф", "g": "г", "h": "г", "i": "і", "j": "й", "k": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у",
    "v": "в", "w": "в", "y": "и", "z": "з",
}  # fmt: skip
_LATIN_LETTERS = re.compile("|".join(_LATIN))

LONGEST = 80
"""Characters of a typed place that are looked at; no place in the tables has a longer name."""


def spelled(text: str) -> str:
    """Lower case, no apostrophes, spaces for dashes, without "м." or "село" before it."""
    lowered = text[:LONGEST].casefold().translate(_APOSTROPHES)
    spaced = " ".join(re.sub(r"[-‐‑–—,()]", " ", lowered).split())
    return _PREFIX.sub("", spaced)


def from_latin(spelling: str) -> str:
    """A name in Latin letters in Cyrillic, near enough to be looked up by its sound.

    Takes the spellings of KMU 55, of older systems and of Russian passports alike.
    """
    return _LATIN_LETTERS.sub(lambda found: _LATIN[found[0]], spelling)


def sounded(spelling: str) -> str:
    """What is left of `spelled(...)` when Ukrainian and Russian forms are not told apart.

    Soft signs go; і/и/ы, е/є/э, -івка/-овка/-евка and a few first names become one.
    """
    plain = _MARK.sub("", unicodedata.normalize("NFD", spelling.replace("й", "и")))
    folded = _ENDING.sub(r"ов\1", plain.translate(_SOUNDS))
    return _BEGINNING.sub(lambda found: _RUSSIAN[found[0]], folded)
