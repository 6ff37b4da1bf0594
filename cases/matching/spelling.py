"""Letters: one lossy key for a name however it is spelled, in Ukrainian, Russian or Latin letters.

Keys are for comparing, never for showing. They hold Latin letters with four digits and letters of
their own: c is ц, x is х, q is ж, w is ш and щ, 4 is ч.
"""

import re
import unicodedata
from functools import lru_cache

MOST_REMEMBERED = 100_000
"""Words whose keys are kept in memory until `forget`; more than the cards of an office have."""

_MARKS = re.compile("['’ʼ‘ʻ`´ʹ′＇ьъ\u0301\u00ad\u200b-\u200f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ‘ʻ`´ʹ′＇][^\W\d_]+)*\.?")
_TO_CYRILLIC = str.maketrans("aeiopcxykmhtb", "аеіорсхукмнтв")
_TO_LATIN = str.maketrans("аеіорсхукмнтв", "aeiopcxykmhtb")
_SOFT = re.compile("[ьй]о")  # Ковальов, Воробйов: the letter ё of other papers
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "e", "ё": "e",
        "э": "e", "ж": "q", "з": "z", "и": "i", "і": "i", "ї": "i", "ы": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ў": "v", "ф": "f", "х": "x", "ц": "c", "ч": "4", "ш": "w", "щ": "w", "ю": "iu", "я": "ia",
        "ә": "a", "ө": "o", "ү": "u", "қ": "k", "ң": "n", "һ": "g",
    }
)  # fmt: skip
#: the longest first; "1" stands for ч and "2" for ж until plain c and j have been read
_LATIN = tuple(
    (group, code)
    for line in (
        "schtsch:w shch:w szcz:w tsch:1 tch:1 zgh:zg sch:w zh:2 kh:X ts:Z tz:Z ch:1 cz:1 sh:w",
        "sz:w ck:k ph:f th:t qu:kv č:1 ć:1 š:w ś:w ž:2 ż:2 ź:z ğ:g ı:i ł:l ń:n ę:e ą:a ó:o",
    )
    for group, _, code in (pair.partition(":") for pair in line.split())
)
_READ = str.maketrans({"j": "i", "y": "i", "w": "v", "h": "g", "x": "ks", "q": "k"})
_DONE = str.maketrans({"1": "4", "2": "q", "X": "x", "Z": "c", "W": "w"})
_BEFORE_SOFT = re.compile(r"c(?=[eiy])")  # Cybulya, but Victoria
_TWICE = re.compile(r"(.)\1+")
_IO = re.compile(r"io")
_IOTA = re.compile(r"i(?=e)")  # Yevhen is Evgen; but Марія is not Мара
_SOFTENED = re.compile(r"i(?=[aou])")
_NOT_KEY = re.compile(r"[^a-z4]+")


def words(text: str) -> list[str]:
    """The words of a text as keys can be made of them: lower case, parts of a hyphen apart."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()
    return _WORD.findall(folded)


@lru_cache(maxsize=MOST_REMEMBERED)
def key(word: str) -> str:
    """The key of one word, its own letters in other alphabets, "" when it has none."""
    bare = _one_alphabet(unicodedata.normalize("NFKC", word).casefold())
    bare = _MARKS.sub("", _SOFT.sub("ё", bare))
    latin = bare.translate(_CYRILLIC) if _is_cyrillic(bare) else _from_latin(bare)
    plain = "".join(
        char for char in unicodedata.normalize("NFD", latin) if not unicodedata.combining(char)
    )
    once = _IOTA.sub("", _IO.sub("e", _TWICE.sub(r"\1", plain)))
    return _TWICE.sub(r"\1", _NOT_KEY.sub("", once)) or "".join(filter(str.isalpha, bare))


def _from_latin(word: str) -> str:
    for group, code in _LATIN:
        word = word.replace(group, code.upper() if code == "w" else code)
    word = _BEFORE_SOFT.sub("Z", word).replace("c", "k")
    return word.translate(_READ).translate(_DONE)


def _is_cyrillic(word: str) -> bool:
    return any("\u0400" <= char <= "\u052f" for char in word)


def _one_alphabet(word: str) -> str:
    """A word of two alphabets in the one that most of its letters are of."""
    cyrillic = sum("\u0400" <= char <= "\u052f" for char in word)
    latin = sum("a" <= char <= "z" for char in word)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


_VOWELS = re.compile(r"[aeiou]+$")
_NOT_FIRST_VOWEL = re.compile(r"(?<!^)[aeiou]")
_SK = re.compile(r"(?:[sqz]|i[qz]s|[oi]qs|zs)k(?=[aiou]*$)")
_LEAST = 3


@lru_cache(maxsize=MOST_REMEMBERED)
def surname(word: str) -> str:
    """The key of a surname without gender and case: Ковальська, Kovalsky; Зайцева, Зайцев."""
    found = _TWICE.sub(r"\1", _SOFTENED.sub("", key(word)))  # Мацюк is Мацук, Якименко Екименко
    bare = _VOWELS.sub("", found)
    if len(bare) < _LEAST:
        return found
    bare = _SK.sub("sk", re.sub(r"[tc]sk$", "ck", bare))
    return re.sub(r"(?:e[vf]|of)$", "ov", bare) if len(bare) > _LEAST else bare


@lru_cache(maxsize=MOST_REMEMBERED)
def skeleton(surname_key: str) -> str:
    """Its consonants, and the first letter: what a misheard vowel leaves as it was."""
    return _TWICE.sub(r"\1", _NOT_FIRST_VOWEL.sub("", surname_key))


_SON_OR_DAUGHTER = re.compile(r"(?:ini4na|[aeio]*i4na|[eoi]v(?:na|i4)|i4|ivna)$")


@lru_cache(maxsize=MOST_REMEMBERED)
def father(patronymic: str) -> str:
    """The father's name in a patronymic, as `stem` makes it of a name."""
    found = key(patronymic.partition(" ")[0])
    return stem(_SON_OR_DAUGHTER.sub("", found))


def stem(name_key: str) -> str:
    bare = _VOWELS.sub("", name_key)
    return bare if len(bare) > 1 else name_key


def forget() -> None:
    """Empty what was remembered of names."""
    for each in (key, surname, skeleton, father):
        each.cache_clear()
