"""Reading a person's name: which word is the surname, the first name, the patronymic."""

import unicodedata
from dataclasses import dataclass

import translitua

from flows.answers import Invalid
from flows.kinds.cleaning import clean_line
from flows.kinds.given_names import GIVEN_NAMES

AT_MOST = 80
"""Characters of one part of a name."""

APOSTROPHE = "’"
_APOSTROPHES = "'’ʼ‘ʻ`´ʹ′＇"  # every mark typed for one
_USUAL_APOSTROPHES = str.maketrans(dict.fromkeys("'ʼ", APOSTROPHE))
_FOLDED = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES, APOSTROPHE), **dict.fromkeys("‐‑‒–—―−﹣－", "-")}
)
_SEVERAL = frozenset(",;/")
_AND = frozenset({"і", "й", "та", "и", "and"})
_MOST_WORDS = 6
_MOST_MARKS = 2

_PATRONYMIC = ("ович", "йович", "івна", "ївна", "евич", "овна", "евна", "ічна", "инична")
_PATRONYMIC_SHORT = frozenset({"ілліч", "лукич", "кузьмич", "фомич", "хомич", "ильич", "саввич"})
_SON_OR_DAUGHTER = frozenset({"огли", "оглу", "кизи", "гизи", "оглы", "кызы", "oğlu", "qızı"})
_SURNAME = (
    "енко", "єнко", "ко", "чук", "щук", "юк", "ук", "ак", "як", "ик", "ець", "єць", "ський",
    "ська", "цький", "цька", "зький", "зька", "ов", "ова", "ев", "ева", "єв", "єва", "їв", "ін",
    "іна", "ин", "ишин", "ський", "ский", "ская", "цкий", "цкая", "ович", "евич",
)  # fmt: skip
_KIN = frozenset(
    {
        "мама", "мати", "тато", "батько", "папа", "бабуся", "дідусь", "син", "синок", "дочка",
        "донька", "доня", "дитина", "сын", "дочь", "ребенок", "ребёнок", "брат", "сестра",
        "mother", "father", "son", "daughter", "child",
    }
)  # fmt: skip
_LOOKALIKES = str.maketrans("aeiopcxyABCEHIKMOPTXktmhb", "аеіорсхуАВСЕНІКМОРТХктмнв")
_RUSSIAN_LETTERS = frozenset("ыэёъ")


@dataclass(frozen=True)
class Name:
    """The parts of a name, "" where it has none, and remarks about the spelling."""

    family: str = ""
    given: str = ""
    patronymic: str = ""
    flags: tuple[str, ...] = ()


def read_name(raw: str) -> Name:
    """The name typed in one line, in any order. Raises Invalid."""
    line = folded(raw)
    if any(char in _SEVERAL for char in line.strip(", ")):
        raise Invalid("name_several")
    words = _words(line.strip(", "))
    if any(word.casefold() in _AND for word in words[1:-1]) or len(words) > _MOST_WORDS:
        raise Invalid("name_several")
    family, given, patronymic = _parts(words)
    for part in (family, given, patronymic):
        if len(part) > AT_MOST:
            raise Invalid("name_long", limit=AT_MOST)
    return Name(family, given, patronymic, remarks(raw, line))


def read_part(raw: str) -> str:
    """One part of a name, typed alone; digits may stand in it. "" when there is none."""
    line = folded(raw).strip(f"{APOSTROPHE}-. ,;/")
    if len(line) > AT_MOST:
        raise Invalid("name_long", limit=AT_MOST)
    return line


def folded(raw: str) -> str:
    """The line with one kind of apostrophe, one kind of dash, two marks a letter at most."""
    line = clean_line(raw).translate(_FOLDED)
    kept: list[str] = []
    marks = _MOST_MARKS
    for char in line:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept).strip()


def remarks(raw: str, line: str) -> tuple[str, ...]:
    """What a prosecutor should know: cleaned, mixed_script, script, not_a_name."""
    typed = unicodedata.normalize("NFC", raw).strip().translate(_USUAL_APOSTROPHES)
    scripts = [{_script(char) for char in word if char.isalpha()} for word in line.split()]
    flags = {
        "cleaned": typed != line,
        "mixed_script": any({"LATIN", "CYRILLIC"} <= of_word for of_word in scripts),
        "script": any(of_word - {"LATIN", "CYRILLIC"} for of_word in scripts),
        "not_a_name": line.casefold() in _KIN,
    }
    return tuple(flag for flag, raised in flags.items() if raised)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]


def _words(line: str) -> list[str]:
    """The words of a name. Raises Invalid for anything that is not one."""
    if any(unicodedata.category(char).startswith("N") for char in line):
        only_digits_wrong = all(_in_a_name(char) or char.isnumeric() for char in line)
        raise Invalid("name_digits" if only_digits_wrong else "name_letters")
    if not all(_in_a_name(char) for char in line):
        raise Invalid("name_letters")
    words = [word.strip(f"{APOSTROPHE}-") for word in line.replace(".", ". ").split()]
    words = [word for word in words if word.strip(".")]
    if not words:
        raise Invalid("empty")
    return [word if len(word) <= len("Ю.") else word.rstrip(".") for word in words]


def _in_a_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in f"{APOSTROPHE}-. "


def _parts(words: list[str]) -> tuple[str, str, str]:
    """Family, given, patronymic."""
    joined = _with_sons(words)
    if len(joined) == 1:
        alone = joined[0]
        if _patronymic(alone) and not _surname(alone):
            return "", "", alone
        return (alone, "", "") if _surname(alone) else ("", alone, "")
    at = next((n for n, word in enumerate(joined) if n and _patronymic(word)), None)
    if at is None:
        return (*_two(joined), "")
    others = joined[:at] + joined[at + 1 :]
    if len(others) == 1:
        return "", others[0], joined[at]
    given = others[at - 1]
    family = [word for n, word in enumerate(others) if n != at - 1]
    if len(family) == 1 and _surname(given) and not _surname(family[0]):
        return given, family[0], joined[at]
    return " ".join(family), given, joined[at]


def _with_sons(words: list[str]) -> list[str]:
    """ "Гасан огли" is one patronymic of two words."""
    joined: list[str] = []
    for word in words:
        if joined and word.casefold() in _SON_OR_DAUGHTER:
            joined[-1] = f"{joined[-1]} {word}"
        else:
            joined.append(word)
    return joined


def _two(words: list[str]) -> tuple[str, str]:
    """Family and given name when no patronymic is there to tell them apart."""
    first, rest = words[0], " ".join(words[1:])
    if _given(first) and not _given(words[1]):
        return rest, first
    if _surname(words[-1]) and not _surname(first) and not _given(words[-1]):
        return words[-1], " ".join(words[:-1])
    return first, rest


def _patronymic(word: str) -> bool:
    lowered = word.casefold()
    last = lowered.rpartition(" ")[2]
    if last != lowered and last in _SON_OR_DAUGHTER:
        return True
    return lowered in _PATRONYMIC_SHORT or (
        lowered.endswith(_PATRONYMIC) and len(lowered) > len("ович") + 1
    )


def _given(word: str) -> bool:
    return word.casefold().replace(APOSTROPHE, "ʼ") in GIVEN_NAMES


def _surname(word: str) -> bool:
    lowered = word.casefold()
    return lowered.endswith(_SURNAME) and len(lowered) > len("Ким") and not _given(word)


def latin(words: str) -> str | None:
    """The Latin spelling of a Cyrillic name: KMU 55 of 2010, or that of a Russian passport for
    names with letters Ukrainian has not. None when the name is in another script."""
    letters = words.translate(_LOOKALIKES) if any(map(_is_cyrillic, words)) else ""
    if not letters:
        return None
    russian = bool(_RUSSIAN_LETTERS & set(letters.casefold()))
    table = translitua.RussianInternationalPassport if russian else translitua.UkrainianKMU
    spelled: str = translitua.translit(letters, table)
    return None if any(map(_is_cyrillic, spelled)) else spelled


def _is_cyrillic(char: str) -> bool:
    return "\u0400" <= char <= "\u052f"
